"""The main RIB: who wins a prefix, what recursion makes of it, and what BGP changes under itself."""

from __future__ import annotations

from small_network import routes, state_of

from guard.model.address import parse_address, parse_prefix
from guard.model.state import NetworkState

#: r1 ---10.0.0.0/24--- r2 : OSPF everywhere
PAIR = {
    "r1": """
        hostname r1
        interface Ethernet0/0
         ip address 10.0.0.1 255.255.255.0
        router ospf 1
         network 10.0.0.0 0.0.0.255 area 0
        """,
    "r2": """
        hostname r2
        interface Ethernet0/0
         ip address 10.0.0.2 255.255.255.0
        interface Loopback7
         ip address 10.7.0.1 255.255.255.0
         ip ospf network point-to-point
        router ospf 1
         network 10.0.0.0 0.255.255.255 area 0
        """,
}


def with_lines(lines: str) -> NetworkState:
    added = "".join(f"\n        {line}" for line in lines.splitlines())
    return state_of({**PAIR, "r1": PAIR["r1"].rstrip() + added + "\n"})


def test_the_lowest_distance_wins() -> None:
    assert routes(with_lines(""), "r1") == ["ospf 10.7.0.0/24 via 10.0.0.2 Ethernet0/0 [110/11]"]
    lower = "ip route 10.7.0.0 255.255.255.0 10.0.0.2 109"
    assert routes(with_lines(lower), "r1") == ["static 10.7.0.0/24 via 10.0.0.2 dynamic [109/0]"]
    higher = routes(with_lines("ip route 10.7.0.0 255.255.255.0 10.0.0.2 111"), "r1")
    assert [row.split()[0] for row in higher] == ["ospf"]


def test_a_static_route_may_resolve_through_ospf() -> None:
    state = with_lines("ip route 192.0.2.0 255.255.255.0 10.7.0.9")
    assert "static 192.0.2.0/24 via 10.7.0.9 dynamic [1/0]" in routes(state, "r1")
    hops = state.fib.next_hops("r1", "default", parse_prefix("192.0.2.0/24"))
    assert [(str(hop.address), hop.interface) for hop in hops] == [("10.0.0.2", "Ethernet0/0")]


def test_the_fib_leaves_connected_gateways_to_the_packet_and_discards_null_routes() -> None:
    state = with_lines("ip route 192.0.2.0 255.255.255.0 Null0")
    connected = state.fib.next_hops("r1", "default", parse_prefix("10.0.0.0/24"))
    assert [(hop.address, hop.interface, hop.discard) for hop in connected] == [(None, "Ethernet0/0", False)]
    null = state.fib.next_hops("r1", "default", parse_prefix("192.0.2.0/24"))
    assert [(hop.interface, hop.discard) for hop in null] == [(None, True)]
    assert state.fib.next_hops("r1", "default", parse_prefix("203.0.113.0/24")) == ()


def test_a_route_into_another_vrf_is_resolved_there() -> None:
    state = state_of(
        {
            "r1": """
                hostname r1
                vrf definition BLUE
                 address-family ipv4
                 exit-address-family
                interface Ethernet0/0
                 vrf forwarding BLUE
                 ip address 10.0.0.1 255.255.255.0
                ip route 192.0.2.0 255.255.255.0 10.0.0.9
                """
        }
    )
    assert routes(state, "r1") == []
    assert state.ribs["r1", "BLUE"].lookup(parse_address("10.0.0.9")) is not None


#: tor1 -- spine -- tor2, iBGP without next-hop-self: tor1 reaches tor2's routes through a BGP route to the far link
THROUGH_BGP = {
    "tor1": "frr version 8.4.4\nhostname tor1\ninterface eth0\n ip address 10.1.0.1/24\n"
    "router bgp 65000\n neighbor 10.1.0.3 remote-as 65000\n redistribute connected\n",
    "spine": "frr version 8.4.4\nhostname spine\ninterface eth0\n ip address 10.1.0.3/24\n"
    "interface eth1\n ip address 10.2.0.3/24\nrouter bgp 65000\n neighbor 10.1.0.1 remote-as 65000\n"
    " neighbor 10.2.0.2 remote-as 65000\n neighbor 10.1.0.1 route-reflector-client\n"
    " neighbor 10.2.0.2 route-reflector-client\n redistribute connected\n",
    "tor2": "frr version 8.4.4\nhostname tor2\ninterface eth0\n ip address 10.2.0.2/24\n"
    "interface lo\n ip address 10.9.0.2/32\n"
    "router bgp 65000\n neighbor 10.2.0.3 remote-as 65000\n redistribute connected\n",
}


def test_bgp_next_hops_may_resolve_through_bgp() -> None:
    state = state_of(THROUGH_BGP)
    assert routes(state, "tor1") == [
        "ibgp 10.2.0.0/24 via 10.1.0.3 dynamic [200/0]",
        "ibgp 10.9.0.2/32 via 10.2.0.2 dynamic [200/0]",
    ]
    hops = state.fib.next_hops("tor1", "default", parse_prefix("10.9.0.2/32"))
    assert [(str(hop.address), hop.interface) for hop in hops] == [("10.1.0.3", "eth0")]


def test_ospf_carries_what_bgp_brought_and_says_so() -> None:
    """outside -eBGP- edge -OSPF- inner: the edge redistributes one external route into OSPF."""
    state = state_of(
        {
            "outside": """
                hostname outside
                interface Ethernet0/0
                 ip address 203.0.113.1 255.255.255.252
                ip route 192.0.2.0 255.255.255.0 Null0
                router bgp 65001
                 neighbor 203.0.113.2 remote-as 65000
                 network 192.0.2.0
                """,
            "edge": """
                hostname edge
                interface Ethernet0/0
                 ip address 203.0.113.2 255.255.255.252
                interface Ethernet0/1
                 ip address 10.0.0.1 255.255.255.0
                router bgp 65000
                 neighbor 203.0.113.1 remote-as 65001
                router ospf 1
                 redistribute bgp 65000 subnets
                 network 10.0.0.0 0.0.0.255 area 0
                """,
            "inner": """
                hostname inner
                interface Ethernet0/1
                 ip address 10.0.0.2 255.255.255.0
                router ospf 1
                 network 10.0.0.0 0.0.0.255 area 0
                """,
        }
    )
    assert routes(state, "inner") == ["ospfE2 192.0.2.0/24 via 10.0.0.1 Ethernet0/1 [110/1]"]
    assert state.igp_externals == {"edge": frozenset({parse_prefix("192.0.2.0/24")})}
