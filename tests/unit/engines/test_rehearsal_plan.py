"""What a rehearsal builds: daemons, lines typed before and after, wires, speakers for the outside; what it refuses."""

from __future__ import annotations

import pytest
from small_network import snapshot_of

from guard.engines.rehearsal_plan import CannotRehearse, Plan, plan
from guard.simulate.control_plane import compute

#: r1 (AS 65001) -- r2 over OSPF; r1 has a neighbour outside at 192.0.2.1.
R1 = """\
frr version 8.4.4
frr defaults traditional
hostname r1
log file /var/log/frr.log
interface eth0
 ip address 10.0.0.1/30
interface eth1
 ip address 192.0.2.2/30
interface lo
 ip address 10.255.0.1/32
router ospf
 network 10.0.0.0/8 area 0
router bgp 65001
 no bgp ebgp-requires-policy
 neighbor 192.0.2.1 remote-as 64999
"""
R2 = """\
frr version 8.4.4
frr defaults traditional
hostname r2
interface eth7
 ip address 10.0.0.2/30
interface eth8
 ip address 10.9.0.1/24
router ospf
 network 10.0.0.0/8 area 0
"""
ANNOUNCED = """{"Announcements": [{"type": "ebgp_sent", "network": "100.70.0.0/16", "nextHopIp": "192.0.2.1",
 "srcIp": "192.0.2.1", "dstNode": "r1", "dstIp": "192.0.2.2", "srcProtocol": "AGGREGATE", "originType": "egp",
 "asPath": [[64999], [64800]], "communities": ["64999:7"], "localPreference": 0, "med": 30,
 "originatorIp": "0.0.0.0", "clusterList": []}]}"""


def planned(configs: dict[str, str]) -> Plan:
    snapshot = snapshot_of(configs, {"external_bgp_announcements.json": ANNOUNCED})
    return plan(snapshot, compute(snapshot))


def test_routers_with_their_daemons_and_timers() -> None:
    r1, r2, outside = planned({"r1": R1, "r2": R2}).routers
    assert (r1.daemons, r2.daemons, outside.daemons) == (("ospfd", "bgpd"), ("ospfd",), ("bgpd",))
    assert "interface eth0\n ip ospf hello-interval 1\n ip ospf dead-interval 8\nexit\n" in r1.pacing
    assert r1.tuning == "router bgp 65001\n neighbor 192.0.2.1 timers connect 1\nexit\n"
    assert "log file" not in r1.text


def test_wires_join_who_shares_a_subnet_and_give_the_others_carrier() -> None:
    wires = [" ".join(map(str, wire)) for wire in planned({"r1": R1, "r2": R2}).wires]
    assert wires == ["outside0[eth0] r1[eth1]", "r1[eth0] r2[eth7]", "r2[eth8]"]


def test_timers_of_a_configuration_are_kept() -> None:
    slower = R2.replace("eth7\n", "eth7\n ip ospf hello-interval 3\n")
    assert [router.pacing for router in planned({"r1": R1, "r2": slower}).routers] == ["", "", ""]


def test_a_speaker_says_what_the_outside_announces() -> None:
    outside = planned({"r1": R1, "r2": R2}).routers[-1]
    assert outside.text.splitlines() == [
        "hostname outside0",
        "interface eth0",
        " ip address 192.0.2.1/30",
        "exit",
        "route-map SAYS0 permit 10",
        " set origin egp",
        " set metric 30",
        " set as-path prepend 64800",
        " set community 64999:7",
        "exit",
        "router bgp 64999",
        " bgp router-id 192.0.2.1",
        " no bgp ebgp-requires-policy",
        " no bgp network import-check",
        " no bgp default ipv4-unicast",
        " neighbor 192.0.2.2 remote-as 65001",
        " neighbor 192.0.2.2 timers connect 1",
        " neighbor 192.0.2.2 ebgp-multihop 255",
        " address-family ipv4 unicast",
        "  neighbor 192.0.2.2 activate",
        "  network 100.70.0.0/16 route-map SAYS0",
        " exit-address-family",
        "exit",
    ]


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ("hostname sw1\ninterface GigabitEthernet0/1\n ip address 10.0.0.2 255.255.255.252\n", "runs FRR alone"),
        (R2.replace("eth8", "uplink-to-the-core"), "longer than Linux takes"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_by_name(config: str, why: str) -> None:
    with pytest.raises(CannotRehearse, match=why):
        planned({"r1": R1, "r2": config})


def test_a_vrf_is_named_with_its_interfaces() -> None:
    head = "vrf red\n!\nvrf idle\n!\ninterface eth8 vrf red\n ipv6 router isis X\n"
    red = R2.replace("interface eth8\n", head)
    router = next(each for each in planned({"r1": R1, "r2": red}).routers if each.name == "r2")
    assert router.vrfs == ("idle", "red")
    assert {port.id.interface: port.vrf for port in router.ports} == {"eth7": "default", "eth8": "red"}
    assert "interface eth8 vrf red\n ip ospf hello-interval" in router.pacing
    assert "interface eth8 vrf red\n isis hello-interval" in router.tuning
