"""A BGP route of its own next hop: in the table if something else leads there, never in the main RIB."""

from __future__ import annotations

from small_network import routes, snapshot_of, state_of

from guard.engines.rows import bgp_rows
from guard.simulate.control_plane import Cache, compute

INSIDE = """
    hostname {name}
    interface Loopback0
     ip address 192.0.2.{own} 255.255.255.255
    interface GigabitEthernet1
     ip address 10.0.0.{own} 255.255.255.0
    router ospf 1
     network 0.0.0.0 255.255.255.255 area 0
    router bgp 100
     network 192.0.2.{own} mask 255.255.255.255
     neighbor 192.0.2.{other} remote-as 100
     neighbor 192.0.2.{other} update-source Loopback0
"""
EDGE = """
    interface GigabitEthernet2
     ip address 203.0.113.1 255.255.255.252
    router bgp 100
     neighbor 203.0.113.2 remote-as 200
"""
OUTSIDE = """
    hostname outside
    interface GigabitEthernet1
     ip address 203.0.113.2 255.255.255.252
    router bgp 200
     network 203.0.113.2 mask 255.255.255.255
     neighbor 203.0.113.1 remote-as 100
"""
NETWORK = {
    "a": INSIDE.format(name="a", own=1, other=2),
    "b": INSIDE.format(name="b", own=2, other=1) + EDGE,
    "outside": OUTSIDE,
}


def paths(node: str, network: dict[str, str]) -> list[tuple[object, object]]:
    rows = bgp_rows(state_of(network))
    return [(row["network"], row["next_hop_ip"]) for row in rows if row["node"] == node and row["next_hop_ip"]]


def test_loopbacks_in_bgp_and_in_the_igp_are_heard_and_passed_on() -> None:
    """IOS shows them as RIB failures (`r>i`): the IGP's route is installed, BGP's goes on to neighbours."""
    assert paths("a", NETWORK) == [("192.0.2.2/32", "192.0.2.2"), ("203.0.113.2/32", "203.0.113.2")]
    assert paths("outside", NETWORK) == [("192.0.2.1/32", "203.0.113.1"), ("192.0.2.2/32", "203.0.113.1")]
    assert routes(state_of(NETWORK), "a") == [
        "ospf 192.0.2.2/32 via 10.0.0.2 GigabitEthernet1 [110/2]",
        "ospf 203.0.113.0/30 via 10.0.0.2 GigabitEthernet1 [110/2]",
    ]


def test_without_another_way_there_it_is_unreachable() -> None:
    quiet = NETWORK["b"].replace("network 0.0.0.0 255.255.255.255", "network 10.0.0.0 0.0.0.255")
    reached = quiet.replace("router ospf", "ip route 192.0.2.1 255.255.255.255 10.0.0.1\n    router ospf")
    here = NETWORK["a"].replace("router ospf", "ip route 192.0.2.2 255.255.255.255 10.0.0.2\n    router ospf")
    assert paths("a", {"a": here, "b": reached}) == [("192.0.2.2/32", "192.0.2.2")]


def test_a_neighbours_own_address_is_no_way_to_it() -> None:
    """lab-validation, nxos_bgp_redist_connected: `*>e10.1.2.2/32 10.1.2.2`, and no such route in the main RIB."""
    network = {
        name: f"""
            !Command: show running-config
            version 9.3(5) Bios:version
            hostname {name}
            feature bgp
            interface Ethernet1/1
              no switchport
              ip address 10.1.2.{own}/24
              no shutdown
            router bgp {65000 + own}
              address-family ipv4 unicast
                network 10.1.2.{own}/32
              neighbor 10.1.2.{3 - own}
                remote-as {65003 - own}
                address-family ipv4 unicast
        """
        for name, own in (("one", 1), ("two", 2))
    }
    assert paths("one", network) == [("10.1.2.2/32", "10.1.2.2")]
    assert routes(state_of(network), "one") == []


def test_a_later_state_is_as_if_computed_alone() -> None:
    cache = Cache()
    compute(snapshot_of(NETWORK), cache=cache)
    quiet = {**NETWORK, "b": NETWORK["b"].replace("network 0.0.0.0 255.255.255.255", "network 10.0.0.0 0.0.0.255")}
    deaf = {**NETWORK, "a": NETWORK["a"].replace("router ospf 1", "router ospf 1\n     shutdown")}
    for changed in (quiet, NETWORK, deaf):
        warm, cold = compute(snapshot_of(changed), cache=cache), compute(snapshot_of(changed))
        assert list(bgp_rows(warm)) == list(bgp_rows(cold))
        assert [routes(warm, node) for node in NETWORK] == [routes(cold, node) for node in NETWORK]


def test_bgpd_takes_none_of_them() -> None:
    """Live FRR 8.4.4: r1 and r2 with loopbacks in OSPF and in iBGP keep the other's out of their BGP tables."""
    network = {
        name: f"""
            frr version 8.4.4
            hostname {name}
            interface lo
             ip address 192.0.2.{own}/32
             ip ospf area 0
            interface eth0
             ip address 10.0.0.{own}/24
             ip ospf area 0
            router ospf
            router bgp 100
             neighbor 192.0.2.{3 - own} remote-as 100
             neighbor 192.0.2.{3 - own} update-source lo
             address-family ipv4 unicast
              network 192.0.2.{own}/32
        """
        for own, name in ((1, "a"), (2, "b"))
    }
    assert [session.up for session in state_of(network).sessions] == [True, True]
    assert paths("a", network) == []
