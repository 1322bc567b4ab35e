"""What widens a policy and what does not: lost matches and denials, entries, bindings, lists, defaults of vendors.

r (65000) -- 192.0.2.129 (65001), which imports through M
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from random_policies import plan, text
from small_network import snapshot_of

from guard.judge.catalogue import Parameters, checks
from guard.judge.checks.widening import Said, Unclear, widened
from guard.model.device import Device

PARAMETERS = Parameters({each.name: each.default for each in checks()["policy-widened"].parameters})
NEIGHBOR = "hostname r\n!\nrouter bgp 65000\n neighbor 192.0.2.129 remote-as 65001\n"
NEW = "accepts routes like 10.2.0.0/16, which no added line names"
HEAD = {
    "ios": NEIGHBOR + "{bound}!\n",
    "frr": "frr version 8.4\n" + NEIGHBOR + " address-family ipv4 unicast\n{bound} exit-address-family\n!\n",
    "eos": "! device: r (vEOS, EOS-4.28.0F)\n!\n" + NEIGHBOR + "{bound}!\n",
}
MAP_IN = " neighbor 192.0.2.129 route-map M in\n"
LISTS = """\
ip prefix-list A permit 10.0.0.0/16
ip prefix-list A permit 10.1.0.0/16 le 24
ip prefix-list B permit 10.2.0.0/16
"""
A, B = " match ip address prefix-list A\n", " match ip address prefix-list B\n"


def device(text: str, vendor: str = "ios", bound: str = MAP_IN) -> Device:
    return snapshot_of({"r": HEAD[vendor].format(bound=bound) + text}).devices["r"]


def wider(old: Device, new: Device) -> list[str]:
    return [
        f"{each.subject} {each.term} {each.why}".replace("  ", " ") if isinstance(each, Said) else f"? {each.why}"
        for each in widened(old, new, PARAMETERS)
    ]


def turned(before: str, after: str, vendor: str = "ios") -> list[str]:
    return wider(device(before, vendor), device(after, vendor))


@pytest.mark.parametrize("vendor", HEAD)
@pytest.mark.parametrize(("before", "after", "said"), [
    ("permit 10\n{A} match tag 7\n", "permit 10\n{A}", ["M 10 lost a match"]),
    ("permit 10\n{A}", "permit 10\n", ["M 10 lost its match, and takes everything"]),
    ("deny 5\n{B}!\nroute-map M permit 10\n", "permit 10\n", [f"M 10 {NEW}"]),
    ("deny 10\n{B}", "permit 10\n{B}", ["M 10 accepts what it rejected"]),
    ("permit 10\n{A}", "permit 10\n{A}!\nroute-map M permit 20\n", ["M 20 accepts without a match"]),
    ("permit 10\n{A}", "permit 10\n{A}!\nroute-map M permit 20\n{B}", []),
    ("permit 10\n{A}", "permit 10\n{B}", []),
    ("permit 10\n{A}", "permit 10\n{A} set metric 5\n", []),
    ("permit 10\n{A}!\nroute-map M permit 20\n{B}", "permit 10\n{A}", []),
    ("permit 10\n{A}!\nroute-map M permit 20\n{B}",
     "permit 5\n{B}!\nroute-map M permit 10\n{A}!\nroute-map M permit 20\n{B}",
     ["M 20 can no longer match"]),
], ids=str)  # fmt: skip
def test_terms(vendor: str, before: str, after: str, said: list[str]) -> None:
    texts = [LISTS + "route-map M " + each.format(A=A, B=B) for each in (before, after)]
    assert turned(*texts, vendor) == said


@pytest.mark.parametrize(("entries", "said"), [
    ("ip prefix-list A permit 10.9.0.0/16 le 32\n", []),
    ("ip prefix-list A permit 10.0.0.0/7 le 32\n", ["A 15 permits 10.0.0.0/7 le 32"]),
    ("ip prefix-list A permit 0.0.0.0/0\n", []),
    ("ip prefix-list A permit 10.0.0.0/8 ge 24 le 24\n", []),
    ("ip prefix-list A seq 1 deny 0.0.0.0/0 le 32\n", ["M 10 can no longer match"]),
    ("ip prefix-list B permit 0.0.0.0/0 le 32\n", []),
])  # fmt: skip
def test_an_entry_added_to_a_list_names_what_it_adds(entries: str, said: list[str]) -> None:
    base = LISTS + "route-map M permit 10\n" + A
    assert turned(base, base + entries) == said


def test_an_entry_that_only_denies_more_is_no_widening_and_a_short_denial_of_a_denial_is() -> None:
    base = LISTS + "route-map M deny 10\n" + A + "route-map M permit 20\n"
    assert turned(base, base + "ip prefix-list A permit 0.0.0.0/0 le 30\n") == []
    assert turned(base, base + "ip prefix-list A seq 1 deny 0.0.0.0/1 le 30\n") == [
        "A 1 permits 0.0.0.0/1 le 30",
        "M 10 can no longer match",
    ]
    assert turned(base, base + "ip prefix-list A seq 1 deny 10.1.3.0/24\n") == []


def test_a_removed_entry_is_no_widening() -> None:
    base = LISTS + "route-map M deny 10\n" + A + "route-map M permit 20\n"
    assert turned(base, base.replace("ip prefix-list A permit 10.0.0.0/16\n", "")) == []


@pytest.mark.parametrize("vendor", HEAD)
def test_a_list_that_is_gone_counts_whatever_the_vendor_makes_of_it(vendor: str) -> None:
    base = LISTS + "route-map M permit 10\n" + B
    assert (
        "matches on prefix-list B, which is empty now"
        in turned(base, base.replace("ip prefix-list B", "!"), vendor)[-1]
    )


def test_a_list_of_denials_that_is_gone_lets_all_of_it_through() -> None:
    base = LISTS + "route-map M deny 10\n" + B + "route-map M permit 20\n"
    assert f"M 20 {NEW}" in turned(base, base.replace("ip prefix-list B", "!"), "frr")


def test_a_list_that_comes_into_being_names_its_entries() -> None:
    base = LISTS.replace("ip prefix-list B", "!") + "route-map M permit 10\n" + B
    assert turned(base, LISTS + base, "frr") == []


def test_what_is_bound() -> None:
    text = LISTS + "route-map M permit 10\n" + A + "!\nroute-map N permit 10\n" + B + "!\nroute-map ALL permit 10\n"
    base = device(text)
    assert wider(base, device(text, bound="")) == []
    assert wider(base, device(text, bound=MAP_IN.replace("M", "N"))) == []
    (said,) = wider(base, device(text, bound=MAP_IN.replace("M", "ALL")))
    assert said.startswith("ALL 10 accepts without a match, and is now that of session r -> 192.0.2.129 IPv4 in")
    listed = " neighbor 192.0.2.129 prefix-list A in\n"
    assert wider(device(text, bound=MAP_IN + listed), base) == []
    assert wider(device(text, bound=listed), device(text, bound=listed.replace("A", "B"))) == []
    wide = text + "ip prefix-list W permit 0.0.0.0/0 le 24\n"
    assert wider(device(wide, bound=listed), device(wide, bound=listed.replace("A", "W"))) != []


def test_a_filter_whose_list_is_emptied_takes_all_on_ios() -> None:
    bound = " neighbor 192.0.2.129 prefix-list B in\n"
    old, new = device(LISTS, bound=bound), device(LISTS.replace("ip prefix-list B", "!"), bound=bound)
    assert wider(old, new) == ["B accepts routes like 0.0.0.0/0, which no added line names"]


def test_a_redistribution_that_loses_its_match() -> None:
    text = "hostname r\n!\nip prefix-list A permit 10.0.0.0/16\n!\nroute-map M permit 10\n{}!\n"
    text += "router ospf 1\n redistribute static subnets route-map M\n!\n"
    old, new = (snapshot_of({"r": text.format(each)}).devices["r"] for each in (A, ""))
    assert wider(old, new) == ["M 10 lost its match, and takes everything"]
    assert wider(new, old) == []


JUNOS = """\
set system host-name r
set routing-options autonomous-system 65000
set protocols bgp group E type external
set protocols bgp group E neighbor 192.0.2.129 peer-as 65001
set protocols bgp group E neighbor 192.0.2.129 import M
set policy-options prefix-list A 10.0.0.0/16
set policy-options policy-statement M term A from prefix-list A
set policy-options policy-statement M term A then accept
"""
REST = "set policy-options policy-statement M then reject\n"
FILTER = "set policy-options policy-statement M term A from route-filter "


@pytest.mark.parametrize(("before", "after", "said"), [
    (REST, "", ["M accepts routes like 0.0.0.0/0, which no added line names"]),
    ("", REST, []),
    (REST, REST.replace("reject", "accept"), ["M accepts what it rejected"]),
    (REST, REST + "set policy-options prefix-list A 10.7.0.0/16\n", []),
    (REST, REST + FILTER + "10.8.0.0/13 orlonger\n", []),
    (REST, REST + FILTER + "0.0.0.0/0 orlonger\n", ["M A accepts routes like 0.0.0.0/0, which no added line names"]),
    (REST, REST + "set policy-options policy-statement M term A from protocol bgp\n", []),
])  # fmt: skip
def test_junos_falls_to_its_default(before: str, after: str, said: list[str]) -> None:
    old, new = (snapshot_of({"r": JUNOS + each}).devices["r"] for each in (before, after))
    found = [each.replace("accepts without a match", "accepts what it rejected") for each in wider(old, new)]
    assert found == said


def test_what_cannot_be_compared_is_said() -> None:
    acl = "access-list 7 permit 10.0.0.0 0.0.255.0\n"
    base = acl + "route-map M permit 10\n match ip address 7\n match tag 5\n"
    found = list(widened(device(base), device(base.replace(" match tag 5\n", "")), PARAMETERS))
    assert [each.why for each in found if isinstance(each, Unclear)] == ["a wildcard mask with holes is not compared"]


@pytest.mark.parametrize("vendor", HEAD)
def test_whatever_the_policy_entries_that_come_and_go_are_no_widening(vendor: str) -> None:
    """An entry of more than eight bits more, or one less of several: at most a term is cut off by it."""
    for seed in range(40):
        dice = random.Random(seed)
        made = plan(dice, vendor)
        lists = dict(made.prefix_lists)
        if not lists:
            continue
        name, entries = dice.choice(sorted(lists.items()))
        prefix = f"100.{dice.randrange(64, 128)}.0.0/{dice.randrange(10, 24)}"
        length = int(prefix.partition("/")[2])
        more = (*entries, (True, prefix, length, dice.randrange(length, 33)))
        fewer = tuple(each for each in entries if each != dice.choice(entries))
        for held in (more, fewer) if fewer else (more,):
            after = replace(made, prefix_lists=tuple({**lists, name: held}.items()))
            old, new = (snapshot_of({"r": text(vendor, each)}).devices["r"] for each in (made, after))
            assert [each for each in wider(old, new) if "can no longer match" not in each] == [], (seed, name)


XR = """\
!! IOS XR Configuration 7.3.2
hostname r
interface GigabitEthernet0/0/0/0
 ipv4 address 192.0.2.128 255.255.255.254
!
prefix-set A
  10.0.0.0/16,
  10.1.0.0/16 le 24
end-set
!
route-policy M
{}end-policy
!
router bgp 65000
 neighbor 192.0.2.129
  remote-as 65001
  address-family ipv4 unicast
   route-policy M in
  !
 !
!
"""


def when(test: str, act: str = "pass") -> str:
    return f"  if {test} then\n    {act}\n  endif\n"


@pytest.mark.parametrize(("before", "after", "widens"), [
    (when("destination in A"), "  pass\n", True),
    (when("destination in A and as-path length le 3"), when("destination in A"), True),
    (when("destination in A"), when("destination in A", "set local-preference 200"), False),
    (when("destination in A"), when("destination in A") + when("destination in (10.9.0.0/16)"), False),
    (when("destination in (10.9.0.0/16)"), when("destination in (10.9.0.0/16, 10.8.0.0/16)"), False),
    (when("destination in (10.9.0.0/16)", "drop") + "  pass\n", "  pass\n", True),
])  # fmt: skip
def test_ios_xr(before: str, after: str, widens: bool) -> None:
    old, new = (snapshot_of({"r": XR.format(each)}).devices["r"] for each in (before, after))
    assert old.policies["M"].terms
    assert bool(wider(old, new)) is widens
