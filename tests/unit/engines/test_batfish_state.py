"""A Batfish that agrees in everything, translated, is found to agree in everything: on the networks of all replays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from batfish_rows import answers_from
from small_network import folder, snapshot_of

from guard.engines.agreement import Fact, agreement, reach_agreement
from guard.engines.batfish.translate import state
from guard.model.address import parse_prefix
from guard.model.facts import Assessment
from guard.model.inventory import EXTERNAL
from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.simulate.assessment import assess_all
from guard.simulate.bgp.external import is_test_prefix
from guard.simulate.control_plane import compute
from guard.snapshot.snapshot import Snapshot

REPLAYS = Path(__file__).parents[3] / "replays"


def networks() -> list[str]:
    return [each.parent.name for each in sorted(REPLAYS.glob("*/snapshot")) if (each / "configs").exists()]


def differences(snapshot: Snapshot, scenario: Scenario = Scenario()) -> list[str]:  # noqa: B008
    own = compute(snapshot, scenario)
    told = state(answers_from(own), snapshot, scenario)
    found = agreement(own, told, snapshot)
    shown = {node: {p for p in held if not is_test_prefix(p)} for node, held in own.igp_externals.items()}
    assert told.igp_externals == {node: held for node, held in shown.items() if held}
    return [f"{each.fact} {each.subject}: {each.answers}" for each in found if each.fact is not Fact.UNKNOWN]


@pytest.mark.parametrize("name", networks())
def test_the_network_of_a_replay(name: str) -> None:
    snapshot = folder(REPLAYS / name / "snapshot")
    assert differences(snapshot) == []
    first = next(iter(sorted(snapshot.devices)))
    assert differences(snapshot, Scenario(down_nodes=frozenset({first}))) == []


def test_what_reaches_what_is_the_same_over_batfishs_tables() -> None:
    snapshot = folder(REPLAYS / "facebook-2021-10-04" / "snapshot")

    def told(each: Snapshot, scenario: Scenario) -> NetworkState:
        return state(answers_from(compute(each, scenario)), each, scenario)

    own = assess_all((snapshot,), compute)[0]
    theirs = assess_all((snapshot,), told)[0]
    assert reach_agreement(own, theirs) == ()
    assert {site.name: site.reaches for site in theirs.sites} == {site.name: site.reaches for site in own.sites}
    assert any(site.reaches for site in own.sites)


def test_what_the_outside_sends_is_received_though_nobody_lets_it_in() -> None:
    """Routes that a filter keeps out are in no table of Batfish's, and count against a limit all the same."""
    snapshot = folder(REPLAYS / "optus-2023-11-08" / "snapshot")
    own = compute(snapshot, Scenario())
    told = state(answers_from(own), snapshot, Scenario())
    outside = [each.key for each in own.sessions if each.remote_node is None]
    kept_out = [len(own.bgp.received(key)) - len(own.bgp.accepted(key)) for key in outside]
    assert max(kept_out) > 50
    assert [set(told.bgp.received(key)) for key in outside] == [set(own.bgp.received(key)) for key in outside]


DUAL = """
hostname {name}
!
interface Loopback0
 ip address 192.0.2.{n} 255.255.255.255
 ipv6 address 2001:db8::{n}/128
!
interface Ethernet1
 ip address 10.0.0.{n} 255.255.255.252
 ipv6 address 2001:db8:1::{n}/64
!
ipv6 route 2001:db8::{m}/128 2001:db8:1::{m}
ip route 192.0.2.{m} 255.255.255.255 10.0.0.{m}
!
router bgp 64500
 neighbor 2001:db8::{m} remote-as 64500
 neighbor 2001:db8::{m} update-source Loopback0
 address-family ipv6
  neighbor 2001:db8::{m} activate
  network 2001:db8::{n}/128
"""


def test_ipv6_is_the_embedded_engines_and_said_to_be() -> None:
    snapshot = snapshot_of({"r1": DUAL.format(name="r1", n=1, m=2), "r2": DUAL.format(name="r2", n=2, m=1)})
    own = compute(snapshot)
    told = state(answers_from(own), snapshot)
    route = parse_prefix("2001:db8::2/128")
    for made in (own, told):
        entry = made.ribs["r1", "default"].get(route)
        assert entry is not None
        assert [str(hop.address) for hop in entry.next_hops] == ["2001:db8:1::2"]
        assert [each.up for each in made.sessions] == [True, True]
        assert made.fib.next_hops("r1", "default", route)
    assert told.ribs["r1", "default"].lookup(route.first) == own.ribs["r1", "default"].lookup(route.first)
    assert {row[:4] for row in told.bgp.rows()} == {row[:4] for row in own.bgp.rows()}
    assert any(note.code == "batfish-ipv6" and not note.undecided for note in told.notes)
    assert agreement(own, told, snapshot) == ()


def test_without_ipv6_nothing_is_taken_from_the_embedded_engine() -> None:
    text = DUAL.format(name="r1", n=1, m=2)
    plain = "\n".join(line for line in text.splitlines() if "ipv6" not in line and "2001" not in line)
    snapshot = snapshot_of({"r1": plain})
    told = state(replace(answers_from(compute(snapshot)), routes=()), snapshot)
    assert len(told.ribs["r1", "default"]) == 0
    assert not any(note.code == "batfish-ipv6" for note in told.notes)


def test_a_device_that_batfish_does_not_list_is_not_known() -> None:
    snapshot = snapshot_of({"r1": DUAL.format(name="r1", n=1, m=2), "r2": DUAL.format(name="r2", n=2, m=1)})
    own = compute(snapshot)
    answers = answers_from(own)
    kept = tuple(
        row for row in answers.interface_properties if row["interface"] != {"hostname": "r2", "interface": "Ethernet1"}
    )
    kept = tuple(row for row in kept if row["interface"] != {"hostname": "r2", "interface": "Loopback0"})
    told = state(replace(answers, interface_properties=kept), snapshot)
    assert any(note.code == "batfish-nodes" and note.undecided and note.subjects == ("r2",) for note in told.notes)
    found = agreement(own, told, snapshot)
    assert [each.subject for each in found if each.fact is Fact.UNKNOWN] == ["r2"]
    assert not any("r2" in each.nodes for each in found if each.fact is not Fact.UNKNOWN)


def test_both_forms_of_a_next_hop_give_the_same_state() -> None:
    snapshot = folder(REPLAYS / "facebook-2021-10-04" / "snapshot")
    answers = answers_from(compute(snapshot))
    old = []
    for row in answers.routes:
        hop = row["next_hop"]
        assert isinstance(hop, dict)
        plain = {key: value for key, value in row.items() if key != "next_hop"}
        out = {"discard": "null_interface", "ip": "dynamic"}.get(hop["type"], hop.get("interface"))
        old.append({**plain, "next_hop_ip": hop.get("ip") or "AUTO/NONE(-1l)", "next_hop_interface": out})
    made, before = state(answers, snapshot), state(replace(answers, routes=tuple(old)), snapshot)
    assert {k: dict(rib.entries) for k, rib in before.ribs.items()} == {  # type: ignore[attr-defined]
        k: dict(rib.entries)
        for k, rib in made.ribs.items()  # type: ignore[attr-defined]
    }


def test_an_interface_that_is_up_at_one_alone_is_a_difference_with_its_lines() -> None:
    snapshot = snapshot_of({"r1": DUAL.format(name="r1", n=1, m=2)})
    own = compute(snapshot)
    answers = answers_from(own)
    rows = tuple(
        {**row, "active": row["interface"]["interface"] != "Ethernet1"} for row in answers.interface_properties
    )  # type: ignore[index]
    found = agreement(own, state(replace(answers, interface_properties=rows), snapshot), snapshot)
    (face,) = (each for each in found if each.fact is Fact.INTERFACE)
    assert (face.subject, face.answers) == (str(InterfaceId("r1", "Ethernet1")), ("up", "down (inactive)"))
    assert [str(source) for source in face.sources] == ["configs/r1.cfg:7-9"]


def test_whom_the_outside_sends_to_is_not_compared_and_whom_a_site_of_ours_does_is() -> None:
    """The search for senders ends once all sites of ours are found: how far it came to tell of others is by chance."""
    snapshot = folder(REPLAYS / "facebook-2021-10-04" / "snapshot")
    facts = assess_all((snapshot,), compute)[0]

    def told(*, outside: bool) -> Assessment:
        sites = (replace(s, sends_to=frozenset({"ams"})) if (s.kind == EXTERNAL) is outside else s for s in facts.sites)
        return replace(facts, sites=tuple(sites))

    assert {site.kind for site in facts.sites} > {EXTERNAL}
    assert reach_agreement(facts, told(outside=True)) == ()
    assert {each.fact for each in reach_agreement(facts, told(outside=False))} == {Fact.REACH}
