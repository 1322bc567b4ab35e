"""Changes on two IOS XR edges: what is ordinary is allowed, what lets routes in or out is stopped with its lines.

customer 65001 -- pe1 (65000, IOS XR) == IS-IS == pe2 (65000, IOS XR) -- provider 65002
"""

from __future__ import annotations

from typing import Any

import pytest
from typed_lines import judge_lines, stopping

EDGE = """\
!! IOS XR Configuration version = 7.3.2
hostname pe{me}
interface Loopback0
 ipv4 address 10.255.0.{me} 255.255.255.255
!
interface GigabitEthernet0/0/0/0
 description core
 ipv4 address 10.0.0.{me} 255.255.255.252
!
interface GigabitEthernet0/0/0/1
 ipv4 address {outside} 255.255.255.252
!
interface GigabitEthernet0/0/0/2
 ipv4 address 10.{me}.1.1 255.255.255.0
!
prefix-set CUSTOMER
  203.0.113.0/24 le 28
end-set
!
prefix-set OURS
  192.0.2.0/24
end-set
!
route-policy FROM-CUSTOMER($preference)
  if destination in CUSTOMER and as-path neighbor-is '65001' then
    set local-preference $preference
    set community (65000:100) additive
  else
    drop
  endif
end-policy
!
route-policy FROM-PROVIDER
  if destination in OURS then
    drop
  endif
  set local-preference 90
  set community (65000:200)
end-policy
!
route-policy TO-CUSTOMER
  pass
end-policy
!
route-policy TO-PROVIDER
  if destination in OURS or community matches-any (65000:100) then
    pass
  endif
end-policy
!
router static
 address-family ipv4 unicast
  192.0.2.0/24 Null0
 !
!
router isis CORE
 is-type level-2-only
 net 49.0001.0000.0000.000{me}.00
 address-family ipv4 unicast
  metric-style wide
 !
 interface Loopback0
  passive
  address-family ipv4 unicast
  !
 !
 interface GigabitEthernet0/0/0/2
  passive
  address-family ipv4 unicast
  !
 !
 interface GigabitEthernet0/0/0/0
  point-to-point
  address-family ipv4 unicast
  !
 !
!
router bgp 65000
 bgp router-id 10.255.0.{me}
 address-family ipv4 unicast
  network 192.0.2.0/24
 !
 neighbor-group CORE
  remote-as 65000
  update-source Loopback0
  address-family ipv4 unicast
   next-hop-self
  !
 !
 neighbor 10.255.0.{other}
  use neighbor-group CORE
 !
 neighbor {remote}
  remote-as {asn}
  address-family ipv4 unicast
   route-policy {into} in
   route-policy {out} out
  !
 !
!
"""
FILES = {
    "configs/pe1.cfg": EDGE.format(
        me=1,
        other=2,
        outside="198.51.100.2",
        remote="198.51.100.1",
        asn=65001,
        into="FROM-CUSTOMER(200)",
        out="TO-CUSTOMER",
    ),
    "configs/pe2.cfg": EDGE.format(
        me=2, other=1, outside="198.51.100.6", remote="198.51.100.5", asn=65002, into="FROM-PROVIDER", out="TO-PROVIDER"
    ),
    "inventory.yaml": """\
apiVersion: guard/v1
kind: Inventory
failures: 0
sites:
  - {name: one, kind: datacenter, devices: [pe1], prefixes: [10.1.1.0/24]}
  - {name: two, kind: datacenter, devices: [pe2], prefixes: [10.2.1.0/24]}
  - {name: internet, kind: external}
advertisements: [{name: own, prefixes: [192.0.2.0/24], to: internet}]
peerings:
  - {device: pe1, neighbor: 198.51.100.1, role: customer, cone: [203.0.113.0/24]}
  - {device: pe2, neighbor: 198.51.100.5, role: provider}
origins: [192.0.2.0/24]
""",
}


def judged(device: str, lines: str) -> dict[str, Any]:
    return judge_lines(FILES, device, lines)


def new(document: dict[str, Any]) -> dict[str, list[str]]:
    return stopping(document, "evidence")


@pytest.mark.parametrize(
    ("device", "lines"),
    [
        ("pe1", "interface GigabitEthernet0/0/0/1\n description to the customer\n"),
        ("pe1", "prefix-set CUSTOMER\n  203.0.113.0/24 le 28,\n  203.0.112.0/24\nend-set\n"),
        ("pe2", "route-policy SPARE\n  drop\nend-policy\ncommit\n"),
        ("pe1", "route-policy FROM-CUSTOMER($preference)\n"
                "  if destination in CUSTOMER and as-path neighbor-is '65001' then\n"
                "    set local-preference $preference\n    set community (65000:100, 65000:7) additive\n"
                "  else\n    drop\n  endif\nend-policy\n"),
    ],
)  # fmt: skip
def test_what_people_do_every_day(device: str, lines: str) -> None:
    document = judged(device, lines)
    assert (document["verdict"], new(document)) == ("ALLOW", {})


def line_of(device: str, text: str) -> int:
    return FILES[f"configs/{device}.cfg"].split("\n").index(text) + 1


def test_a_lost_match_is_told_with_its_lines() -> None:
    lines = "route-policy FROM-CUSTOMER($preference)\n  set local-preference $preference\nend-policy\n"
    document = judged("pe1", lines)
    assert document["verdict"] == "BLOCK"
    told = new(document)
    assert "route-leak" in told
    at = line_of("pe1", "route-policy FROM-CUSTOMER($preference)") + 1
    assert any(f"configs/pe1.cfg:{at}" in each for each in told["policy-widened"]), told


def test_an_else_that_passes_is_a_leak() -> None:
    lines = (
        "route-policy TO-PROVIDER\n  if destination in OURS or community matches-any (65000:100) then\n    pass\n"
        "  else\n    pass\n  endif\nend-policy\n"
    )
    told = new(judged("pe2", lines))
    at = line_of("pe2", "route-policy TO-PROVIDER")
    assert any(f"configs/pe2.cfg:{at + 3}" in each for each in told["policy-widened"]), told


def test_a_session_without_its_policy_sends_nothing_and_is_missed() -> None:
    lines = "no router bgp 65000 neighbor 198.51.100.5 address-family ipv4 unicast route-policy TO-PROVIDER out\n"
    lines += "no router bgp 65000 neighbor 198.51.100.5 address-family ipv4 unicast route-policy FROM-PROVIDER in\n"
    document = judged("pe2", lines)
    assert document["diff"]["advertisements"], document["diff"]


def test_the_core_port_shut_cuts_both_off() -> None:
    document = judged("pe1", "interface GigabitEthernet0/0/0/0 shutdown\n")
    assert document["verdict"] == "BLOCK"
    assert "datacenter-isolation" in new(document)


def test_a_line_that_nobody_knows_is_held() -> None:
    told = new(judged("pe1", "router bgp 65000\n neighbor 198.51.100.1\n  frobnicate 5\n"))
    assert list(told) == ["not-modelled"]
    assert any("frobnicate 5" in each for each in told["not-modelled"])
