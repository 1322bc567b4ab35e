"""FRR's output as FRR 8.4.4 printed it on routers of our own, read as routes, paths and peers."""

from __future__ import annotations

from guard.engines.frr_shown import (
    BGP,
    ISIS,
    NEIGHBORS,
    OSPF,
    ROUTES,
    Hop,
    ShownPeer,
    in_vrf,
    peers_in,
    shown_paths,
    shown_peers,
    shown_routes,
)
from guard.model.address import parse_address, parse_prefix

RIB = """{
 "10.9.0.0/16":[{"prefix":"10.9.0.0/16","protocol":"static","selected":true,"distance":1,"metric":0,"tag":9,
  "nexthops":[{"ip":"10.77.0.1","active":true,"recursive":true},
   {"ip":"10.0.0.7","interfaceName":"eth0","active":true,"resolver":true}]}],
 "10.1.0.0/16":[{"protocol":"ospf","selected":true,"distance":110,"metric":30,
  "nexthops":[{"ip":"10.0.0.2","interfaceName":"eth0","active":true}]},
  {"protocol":"static","distance":200,"nexthops":[]}],
 "10.2.0.0/16":[{"protocol":"ospf","selected":true,"distance":110,"metric":20,
  "nexthops":[{"ip":"10.0.0.2","interfaceName":"eth0","active":true}]}],
 "10.3.0.0/16":[{"protocol":"isis","selected":true,"distance":115,"metric":10,
  "nexthops":[{"ip":"10.0.0.2","interfaceName":"eth0","active":true}]}],
 "10.8.0.0/16":[{"protocol":"bgp","selected":true,"distance":200,"metric":0,
  "nexthops":[{"unreachable":true,"blackhole":true,"active":true}]}]
}"""
OSPF_TEXT = """\
============ OSPF network routing table ============
N    10.2.0.0/16           [20] area: 0.0.0.0
                           via 10.0.0.2, eth0
N IA 10.1.0.0/16           [30] area: 0.0.0.0
                           via 10.0.0.2, eth0

============ OSPF router routing table =============
R    10.255.0.2            [10] area: 0.0.0.0, ABR
"""
ISIS_TEXT = """\
Area X:
IS-IS L1 IPv4 routing table:

 Prefix       Metric  Interface  Nexthop   Label(s)
 ----------------------------------------------------
 10.3.0.0/16  10      eth0       10.0.0.2  -

IS-IS L2 IPv4 routing table:

 Prefix       Metric  Interface  Nexthop   Label(s)
 ----------------------------------------------------
 10.3.0.0/16  30      eth0       10.0.0.2  -
"""
BGP_TEXT = """{"vrfName":"default","defaultLocPrf":100,"routes":{"10.8.0.0/16":[{"prefix":"10.8.0.0/16"},
 {"aspath":{"string":"Local","segments":[],"length":0},"origin":"IGP","metric":0,"weight":32768,"valid":true,
  "aggregated":true,"local":true,"bestpath":{"overall":true},"nexthops":[{"ip":"::"}],"peer":{"peerId":"::"}},
 {"aspath":{"string":"65002 {65004,65003}","segments":[{"type":"as-sequence","list":[65002]},
  {"type":"as-set","list":[65004,65003]}]},"origin":"incomplete","metric":5,"locPrf":200,"weight":0,"valid":true,
  "community":{"list":["65001:1","noExport"]},"largeCommunity":{"list":["1:2:3"]},
  "extendedCommunity":{"string":"RT:1:2"},"nexthops":[{"ip":"10.0.0.2"}],
  "peer":{"peerId":"10.0.0.2","type":"internal"}}]}}"""


def test_kinds_that_the_json_of_the_main_rib_does_not_tell_are_read_beside_it() -> None:
    output = {ROUTES[0]: RIB, OSPF: OSPF_TEXT, ISIS: ISIS_TEXT, BGP[0]: BGP_TEXT}
    assert [f"{route.prefix} {route.protocol} {route.distance}/{route.metric}" for route in shown_routes(output)] == [
        "10.9.0.0/16 static 1/0",
        "10.1.0.0/16 ospfIA 110/30",
        "10.2.0.0/16 ospf 110/20",
        "10.3.0.0/16 isisL1 115/10",
        "10.8.0.0/16 aggregate 200/0",
    ]


def test_a_recursive_next_hop_keeps_what_it_resolves_to() -> None:
    first = next(shown_routes({ROUTES[0]: RIB}))
    resolved = ((parse_address("10.0.0.7"), "eth0"),)
    assert first.tag == 9
    assert first.hops == (Hop(parse_address("10.77.0.1"), None, False, True, resolved),)


def test_paths_with_all_their_attributes() -> None:
    here, learned = shown_paths({BGP[0]: BGP_TEXT})
    assert (here.kind, here.peer, here.best, here.attributes.next_hop) == ("aggregate", None, True, None)
    assert learned.prefix == parse_prefix("10.8.0.0/16")
    assert (learned.kind, learned.used, learned.local_preference, learned.attributes.med) == ("ibgp", False, 200, 5)
    assert [(each.kind, each.asns) for each in learned.attributes.as_path] == [
        ("sequence", (65002,)),
        ("set", (65003, 65004)),
    ]
    assert learned.attributes.communities == ("1:2:3", "65001:1", "no-export", "rt 1:2")


def test_peers_and_empty_output() -> None:
    text = '{"10.0.0.2":{"remoteAs":65002,"localAs":65001,"bgpState":"Established"},"dynamicPeers":0}'
    assert list(shown_peers({NEIGHBORS: text})) == [ShownPeer("10.0.0.2", "Established", 65001, 65002)]
    assert list(shown_routes({ROUTES[0]: "% Unknown command"})) == []


#: `show ip route vrf red json` with VRFs as namespaces: a static route into another VRF, which the kernel refuses.
RED = """{"10.8.0.0/16":[{"prefix":"10.8.0.0/16","protocol":"static","vrfName":"red","selected":true,"distance":1,
 "metric":0,"failed":true,"nexthops":[{"ip":"10.0.0.7","interfaceName":"eth0","vrf":"blue","active":true}]}]}"""


def test_a_vrf_is_asked_by_name() -> None:
    assert [in_vrf(each, "red") for each in (*ROUTES, OSPF, ISIS, BGP[0], NEIGHBORS)] == [
        "show ip route vrf red json",
        "show ipv6 route vrf red json",
        "show ip ospf vrf red route",
        "show isis vrf red route",
        "show bgp vrf red ipv4 unicast json detail",
        "show bgp vrf red neighbors json",
    ]
    assert in_vrf(NEIGHBORS, "default") == NEIGHBORS


def test_a_next_hop_in_another_vrf_and_a_route_that_the_kernel_refuses() -> None:
    (route,) = shown_routes({"show ip route vrf red json": RED}, "red")
    assert route.hops == (Hop(parse_address("10.0.0.7"), "eth0", False, False, vrf="blue"),)
    assert route.refused
    assert list(shown_routes({"show ip route vrf red json": RED})) == []


def test_peers_of_several_instances_one_after_the_other() -> None:
    text = '{"10.0.0.1":{"bgpState":"Idle"}}\n{"vrf":"red","10.0.0.2":{"bgpState":"Established"}}'
    assert [(peer.name, peer.state) for peer in peers_in(text)] == [("10.0.0.1", "Idle"), ("10.0.0.2", "Established")]
