"""`next-hop-self` towards another member AS counts for all routes, towards one's own for eBGP's alone (RFC 5065 4)."""

from __future__ import annotations

from small_network import state_of

from guard.engines.rows import bgp_rows

EDGE = """
    hostname edge
    interface Loopback0
     ip address 192.0.2.1 255.255.255.255
    interface GigabitEthernet1
     ip address 10.0.0.1 255.255.255.252
    interface GigabitEthernet9
     ip address 198.51.100.1 255.255.255.0
    router ospf 1
     network 0.0.0.0 255.255.255.255 area 0
    router bgp 65001
     bgp confederation identifier 100
     bgp confederation peers 65002
     network 198.51.100.0
     neighbor 10.0.0.2 remote-as 65001
"""
MIDDLE = """
    hostname middle
    interface GigabitEthernet1
     ip address 10.0.0.2 255.255.255.252
    interface GigabitEthernet2
     ip address 10.0.0.5 255.255.255.252
    interface GigabitEthernet3
     ip address 10.0.0.9 255.255.255.252
    router ospf 1
     network 0.0.0.0 255.255.255.255 area 0
    router bgp 65001
     bgp confederation identifier 100
     bgp confederation peers 65002
     neighbor 10.0.0.1 remote-as 65001
     neighbor 10.0.0.6 remote-as 65002
     neighbor 10.0.0.6 next-hop-self
     neighbor 10.0.0.10 remote-as 65001
     neighbor 10.0.0.10 route-reflector-client
     neighbor 10.0.0.10 next-hop-self
"""
END = """
    hostname {name}
    interface GigabitEthernet1
     ip address {own} 255.255.255.252
    router ospf 1
     network 0.0.0.0 255.255.255.255 area 0
    router bgp {asn}
     bgp confederation identifier 100
     bgp confederation peers 65001 65002
     neighbor {peer} remote-as 65001
"""


def test_a_route_of_the_own_member_as_gets_our_address_in_another() -> None:
    state = state_of(
        {
            "edge": EDGE,
            "middle": MIDDLE,
            "other": END.format(name="other", own="10.0.0.6", asn=65002, peer="10.0.0.5"),
            "client": END.format(name="client", own="10.0.0.10", asn=65001, peer="10.0.0.9"),
        }
    )
    hops = {row["node"]: row["next_hop_ip"] for row in bgp_rows(state)}
    assert (hops["other"], hops["client"]) == ("10.0.0.5", "10.0.0.1")
