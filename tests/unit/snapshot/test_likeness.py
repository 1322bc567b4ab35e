"""A candidate in the objects of its base: what says the same is the object that it was, wherever it stands now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from guard.model.device import Device
from guard.model.provenance import Source
from guard.parse.device import parse_device
from guard.snapshot.likeness import alike, as_before, in_terms_of, places
from guard.snapshot.load import load

R1 = """\
hostname r1
interface Loopback0
 ip address 10.0.0.1 255.255.255.255
interface e0
 description to r2
 ip address 10.1.0.1 255.255.255.252
 ip ospf cost 10
interface e1
 ip address 10.2.0.1 255.255.255.252
 ip ospf cost 10
router ospf 1
 network 10.0.0.0 0.255.255.255 area 0
router bgp 65000
 neighbor 10.0.0.2 remote-as 65000
 neighbor 10.0.0.3 remote-as 65000
ip route 192.0.2.0 255.255.255.0 10.1.0.2
ip prefix-list OWN seq 5 permit 10.0.0.0/8
route-map OUT permit 10
 match ip address prefix-list OWN
route-map OUT deny 20
"""


def read(text: str) -> Device:
    return parse_device(text, "configs/r1.cfg")


def sources(part: object) -> Iterator[Source]:
    if isinstance(part, Source):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from sources(each)
    elif isinstance(part, Mapping):
        yield from sources(tuple(part.values()))
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            if field.name not in {"coverage", "references", "undefined", "unused"}:
                yield from sources(getattr(part, field.name))


def test_a_description_and_lines_that_moved_mean_the_same() -> None:
    before, after = read(R1), read("!\n" + R1.replace("to r2", "to r2, leased"))
    assert before.bgp != after.bgp
    assert as_before(after, before) is before


def test_what_was_changed_is_new_and_all_around_it_is_old() -> None:
    dearer = R1.replace("cost 10\ninterface e1", "cost 20\ninterface e1").replace("e0\n", "e0\n!\n")
    before, after = read(R1), read(dearer)
    shared = as_before(after, before)
    assert [each.name for each in fields(Device) if getattr(shared, each.name) is not getattr(before, each.name)] == [
        "coverage", "ospf", "references", "unused",
    ]  # fmt: skip
    assert alike(shared, after)
    changed, old = shared.ospf[0].interfaces, before.ospf[0].interfaces
    assert [one is other for one, other in zip(changed, old, strict=True)] == [each.cost != 20 for each in changed]


def test_one_more_in_the_middle_leaves_the_others() -> None:
    before = read(R1)
    after = read(R1.replace("interface e1", "interface e7\n ip address 10.7.0.1 255.255.255.252\ninterface e1"))
    shared = as_before(after, before)
    old = {each.name: each for each in before.interfaces}
    assert {each.name for each in shared.interfaces if old.get(each.name) is not each} == {"Ethernet7"}
    assert shared.bgp is before.bgp
    assert shared.policies is before.policies


def test_an_entry_more_changes_its_list_alone() -> None:
    before, after = read(R1), read(R1 + "ip prefix-list OWN seq 10 permit 10.9.0.0/16\n")
    shared = as_before(after, before)
    assert shared.policies is before.policies
    assert len(shared.prefix_lists[4, "OWN"].entries) == 2
    assert shared.prefix_lists[4, "OWN"].entries[0] is before.prefix_lists[4, "OWN"].entries[0]


def test_places_lead_back_to_the_own_lines() -> None:
    edited = R1.replace("interface e1", "!\n!\ninterface e1").replace("192.0.2.0", "198.51.100.0")
    before, after = read(R1), read(edited)
    shared = as_before(after, before)
    found = places(shared, after)
    assert found is not None
    assert [found[each] for each in sources(shared)] == list(sources(after))


def test_a_place_that_would_mean_two_is_told() -> None:
    """The second neighbour moves up to the line that the first one had, and a new one comes before it."""
    before = read("router bgp 1\n neighbor 10.0.0.2 remote-as 1\n")
    after = read("!\nrouter bgp 1\n neighbor 10.0.0.2 remote-as 1\n")
    moved = read("router bgp 1\n neighbor 10.0.0.9 remote-as 7\n neighbor 10.0.0.2 remote-as 1\n")
    assert places(as_before(after, before), after)
    assert places(as_before(moved, before), moved) is None


def test_a_snapshot_that_means_the_same_has_the_devices_of_its_base() -> None:
    base = load({"configs/r1.cfg": R1, "configs/r2.cfg": "hostname r2\n"})
    same = load({"configs/r1.cfg": R1.replace("to r2", "north"), "configs/r2.cfg": "hostname r2\n"})
    other = load({"configs/r1.cfg": R1.replace("10.2.0.1", "10.2.0.2"), "configs/r2.cfg": "hostname r2\n"})
    assert in_terms_of(same, base).devices is base.devices
    assert in_terms_of(same, base).digest == same.digest
    assert in_terms_of(base, base) is base
    apart = in_terms_of(other, base)
    assert apart.devices["r2"] is base.devices["r2"]
    assert apart.devices["r1"].bgp is base.devices["r1"].bgp
    assert apart.devices["r1"].interfaces != base.devices["r1"].interfaces
