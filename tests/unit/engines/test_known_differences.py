"""The data on known differences: complete, documented, and each entry explains what it says and nothing else.

r1 --10.0.0.0/31-- r2        iBGP over the link
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from batfish_rows import answers_from, place
from small_network import snapshot_of

from guard.engines.agreement import Difference, Fact, agreement
from guard.engines.batfish.answers import AnswerRow, Answers
from guard.engines.batfish.translate import state
from guard.engines.known_differences import KNOWN
from guard.simulate.control_plane import compute
from guard.snapshot.snapshot import Snapshot

DOCS = Path(__file__).parents[3] / "docs"

EOS = """! device: r1 (DCS-7280, EOS-4.26.2F)
hostname r1
interface Ethernet1
   no switchport
   ip address 10.0.0.0/31
interface Ethernet2
   no switchport
   ip address 10.1.0.0/31
ip routing
ip route 203.0.113.0/24 Null0
ip route 198.51.100.0/24 10.0.0.1
router bgp 64500
   router-id 192.0.2.1
   neighbor 10.0.0.1 remote-as 64500
   neighbor 10.1.0.1 remote-as 64499
   network 203.0.113.0/24
"""
IOS = """hostname r2
interface Ethernet1
 ip address 10.0.0.1 255.255.255.254
router bgp 64500
 bgp router-id 192.0.2.2
 neighbor 10.0.0.0 remote-as 64500
"""


def network() -> Snapshot:
    return snapshot_of({"r1": EOS, "r2": IOS})


def told(changed: Answers, snapshot: Snapshot) -> list[Difference]:
    return list(agreement(compute(snapshot), state(changed, snapshot), snapshot))


def with_rows(answers: Answers, field: str, change: dict[str, object], **where: object) -> Answers:
    """The answers with some cells of some rows changed."""

    def changed(row: AnswerRow) -> AnswerRow:
        return {**row, **change} if all(row[key] == value for key, value in where.items()) else row

    rows = getattr(answers, field)
    assert any(all(row[key] == value for key, value in where.items()) for row in rows)
    return replace(answers, **{field: tuple(map(changed, rows))})


def test_every_entry_is_in_the_documentation() -> None:
    page = (DOCS / "engines.md").read_text()
    for known in KNOWN:
        row = f"| {known.name} | {known.right or 'modelled differently'} | {known.reason} ({known.source}) |"
        assert row in page, row


def test_a_network_on_which_both_agree_has_no_difference() -> None:
    snapshot = network()
    assert told(answers_from(compute(snapshot)), snapshot) == []


def test_the_origin_of_an_eos_network_statement_is_known() -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    found = told(with_rows(answers, "bgp_rib", {"origin_type": "incomplete"}, network="203.0.113.0/24"), snapshot)
    assert {(each.fact, each.known.name if each.known else "") for each in found} == {(Fact.PATH, "eos-network-origin")}


def test_a_session_that_only_one_holds_up_is_not_explained() -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    changed = with_rows(answers, "bgp_session_status", {"established_status": "NOT_COMPATIBLE"}, remote_ip="10.0.0.1")
    (found,) = (each for each in told(changed, snapshot) if each.fact is Fact.SESSION)
    assert found.subject == "r1 -> r2 (default)"
    assert found.answers == ("up", "down (Batfish: NOT_COMPATIBLE)")
    assert (found.known, found.decides) == (None, True)
    assert [str(each) for each in found.sources] == ["configs/r1.cfg:14", "configs/r2.cfg:6"]


@pytest.mark.parametrize(
    ("change", "decides", "said"),
    [
        ({"next_hop": {"type": "discard"}}, True, "static via discard [1/0]"),
        ({"next_hop": {"type": "ip", "ip": "10.1.0.1"}}, True, "static via 10.1.0.1 [1/0]"),
        ({"metric": 7}, False, "static via 10.0.0.1 [1/7]"),
        ({"admin_distance": 5}, False, "static via 10.0.0.1 [5/0]"),
    ],
)
def test_a_route_that_packets_take_otherwise_decides_and_a_metric_does_not(
    change: dict[str, object], *, decides: bool, said: str
) -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    (found,) = told(with_rows(answers, "routes", change, network="198.51.100.0/24"), snapshot)
    assert (found.fact, found.decides, found.known) == (Fact.ROUTE, decides, None)
    assert found.answers == ("static via 10.0.0.1 [1/0]", said)
    assert [str(each) for each in found.sources] == ["configs/r1.cfg:11"]


def test_what_goes_outside_is_compared_session_by_session() -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    fewer = replace(answers, bgp_rib=tuple(row for row in answers.bgp_rib if row["network"] != "203.0.113.0/24"))
    sent = [each for each in told(fewer, snapshot) if each.fact is Fact.ADVERTISEMENT]
    assert [(each.subject, each.answers) for each in sent] == [
        ("203.0.113.0/24 to r1 -> 10.1.0.1", ("sent", "not sent"))
    ]
    assert [str(each) for each in sent[0].sources] == ["configs/r1.cfg:15"]


SHARED = """hostname r2
interface Ethernet1
 ip address 10.0.0.1 255.255.255.254
interface Ethernet2
 ip address 10.2.0.1 255.255.255.254
router bgp 64500
 bgp router-id 192.0.2.2
 neighbor 10.0.0.0 remote-as 64500
 neighbor 10.2.0.0 remote-as 64500
 address-family ipv4
  maximum-paths 4
"""


SOURCE = """hostname r1
interface Ethernet1
 ip address 10.0.0.0 255.255.255.254
ip route 203.0.113.0 255.255.255.0 Null0
router bgp 64500
 bgp router-id 192.0.2.1
 neighbor 10.0.0.1 remote-as 64500
 network 203.0.113.0 mask 255.255.255.0
"""


def test_load_that_ios_does_not_share_over_ibgp_is_known() -> None:
    """maximum-paths alone is about eBGP; a second path of iBGP that Batfish adds is explained, another best one not."""
    other = SOURCE.replace("hostname r1", "hostname r3").replace("10.0.0.", "10.2.0.").replace("192.0.2.1", "192.0.2.3")
    snapshot = snapshot_of({"r1": SOURCE, "r2": SHARED, "r3": other})
    answers = answers_from(compute(snapshot))
    held = [row for row in answers.bgp_rib if row["network"] == "203.0.113.0/24" and "r2" in str(row["node"])]
    (best,), (backup,) = ([row for row in held if _best(row) is wanted] for wanted in (True, False))
    shared = tuple({**row, "status": ["BEST"]} if row is backup else row for row in answers.bgp_rib)
    (route,) = (r for r in answers.routes if r["network"] == "203.0.113.0/24" and "r2" in str(r["node"]))
    routes = (*answers.routes, {**route, "next_hop": backup["next_hop"]})
    found = [each for each in told(replace(answers, bgp_rib=shared, routes=routes), snapshot) if each.nodes == ("r2",)]
    assert {(each.fact, each.known.name if each.known else "") for each in found} == {
        (Fact.PATH, "ibgp-multipath"),
        (Fact.ROUTE, "ibgp-multipath"),
    }
    swapped = tuple(
        {**row, "status": ["BACKUP"]} if row is best else {**row, "status": ["BEST"]} if row is backup else row
        for row in answers.bgp_rib
    )
    others = tuple({**row, "next_hop": backup["next_hop"]} if row is route else row for row in answers.routes)
    found = [each for each in told(replace(answers, bgp_rib=swapped, routes=others), snapshot) if each.nodes == ("r2",)]
    assert {each.known for each in found} == {None}


def _best(row: AnswerRow) -> bool:
    return "BEST" in str(row["status"])


JUNOS = """set system host-name j1
set system management-instance
set routing-instances mgmt_junos routing-options static route 0.0.0.0/0 next-hop 10.9.0.1
set interfaces fxp0 unit 0 family inet address 10.9.0.2/24
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31
"""


def test_the_management_instance_of_junos_is_known() -> None:
    snapshot = snapshot_of({"j1": JUNOS})
    answers = answers_from(compute(snapshot))
    moved = tuple({**row, "vrf": "default"} for row in answers.routes if row["network"] != "0.0.0.0/0")
    found = told(replace(answers, routes=moved), snapshot)
    assert {each.subject for each in found} >= {"j1 default 10.9.0.0/24", "j1 mgmt_junos 0.0.0.0/0"}
    assert {each.known.name if each.known else "" for each in found} == {"management-instance"}


NXOS = """!Command: show running-config
version 9.3(8)
hostname n1
feature interface-vlan
vlan 10
interface Vlan10
  no shutdown
  ip address 10.10.0.1/24
interface Ethernet1/1
  switchport
  switchport access vlan 20
  no shutdown
"""


def test_the_interface_of_a_vlan_without_a_port_is_known_and_so_is_its_subnet() -> None:
    snapshot = snapshot_of({"n1": NXOS})
    up = snapshot_of({"n1": NXOS.replace("vlan 20", "vlan 10")})
    found = told(answers_from(compute(up)), snapshot)
    assert {(each.fact, each.subject) for each in found} == {
        (Fact.INTERFACE, "n1[Vlan10]"),
        (Fact.ROUTE, "n1 default 10.10.0.0/24"),
        (Fact.ROUTE, "n1 default 10.10.0.1/32"),
    }
    assert {each.known.name if each.known else "" for each in found} == {"no-port"}


def ospf(name: str, number: int, *, mtu: int) -> str:
    return f"""hostname {name}
interface Loopback0
 ip address 192.0.2.{number} 255.255.255.255
interface Ethernet1
 mtu {mtu}
 ip address 10.0.0.{number} 255.255.255.252
router ospf 1
 router-id 192.0.2.{number}
 network 0.0.0.0 255.255.255.255 area 0
"""


def test_ospf_neighbours_whose_mtus_differ_are_known() -> None:
    apart = snapshot_of({"r1": ospf("r1", 1, mtu=1500), "r2": ospf("r2", 2, mtu=1600)})
    alike = compute(snapshot_of({"r1": ospf("r1", 1, mtu=1600), "r2": ospf("r2", 2, mtu=1600)}))
    met = tuple(
        {"interface": place(a.tail), "remote_interface": place(a.head), "area": 0, "session_status": "ESTABLISHED"}
        for a in alike.adjacencies
    )
    answers = answers_from(alike)
    found = told(replace(answers, ospf_session_compatibility=met), apart)
    assert {each.subject for each in found} == {"r1 default 192.0.2.2/32", "r2 default 192.0.2.1/32"}
    assert {each.known.name if each.known else "" for each in found} == {"ospf-mtu"}
    assert {each.known for each in told(answers, apart)} == {None}


BORDER = """hostname r1
interface Ethernet1
 ip address 10.0.0.1 255.255.255.252
interface Ethernet2
 ip address 10.0.1.1 255.255.255.252
router eigrp 100
 network 10.0.0.0 0.0.0.3
 redistribute eigrp 200 metric 1000000 10 255 1 1500
router eigrp 200
 network 10.0.1.0 0.0.0.3
"""
INSIDE = """hostname r2
interface Ethernet1
 ip address 10.0.0.2 255.255.255.252
router eigrp 100
 network 10.0.0.0 0.0.0.3
"""


def test_what_is_redistributed_into_eigrp_and_missing_at_batfish_is_known() -> None:
    snapshot = snapshot_of({"r1": BORDER, "r2": INSIDE})
    answers = answers_from(compute(snapshot))
    less = tuple(row for row in answers.routes if row["protocol"] != "eigrpEX")
    (found,) = told(replace(answers, routes=less), snapshot)
    assert (found.subject, found.answers[1]) == ("r2 default 10.0.1.0/30", "nothing")
    assert found.known is not None
    assert found.known.name == "eigrp-redistribution"
    none = tuple(row for row in answers.routes if row["protocol"] != "connected")
    assert {each.known for each in told(replace(answers, routes=none), snapshot)} == {None}


LEAKING = """hostname r1
vrf definition RED
 rd 64500:1
 address-family ipv4
  route-target export 64500:1
  route-target import 64500:2
vrf definition BLUE
 rd 64500:2
 address-family ipv4
  route-target export 64500:2
  route-target import 64500:1
interface Ethernet1
 vrf forwarding RED
 ip address 10.1.0.1 255.255.255.0
interface Ethernet2
 vrf forwarding BLUE
 ip address 10.2.0.1 255.255.255.0
router bgp 64500
 bgp router-id 192.0.2.1
 address-family ipv4 vrf RED
  redistribute connected
 address-family ipv4 vrf BLUE
  redistribute connected
"""


def test_what_a_vrf_takes_by_its_targets_is_known_and_its_own_subnets_are_not() -> None:
    snapshot = snapshot_of({"r1": LEAKING})
    answers = answers_from(compute(snapshot))

    def without(network: str, vrf: str) -> list[Difference]:
        kept = tuple(row for row in answers.routes if (row["network"], row["vrf"]) != (network, vrf))
        assert len(kept) == len(answers.routes) - 1
        return told(replace(answers, routes=kept), snapshot)

    (leaked,) = (each for each in without("10.2.0.0/24", "RED") if each.subject == "r1 RED 10.2.0.0/24")
    assert leaked.known is not None
    assert leaked.known.name == "vpn-routes"
    (own,) = (each for each in without("10.1.0.0/24", "RED") if each.subject == "r1 RED 10.1.0.0/24")
    assert own.known is None
