"""Static routes: null, interface, recursive, floating, and those that hang on each other."""

from __future__ import annotations

from small_network import routes, state_of

from guard.model.address import parse_prefix
from guard.model.state import InterfaceId, NetworkState, Scenario

R1 = """
    hostname r1
    interface Ethernet0/0
     ip address 10.0.0.1 255.255.255.0
    interface Ethernet0/1
     ip address 10.0.1.1 255.255.255.0
    """


def one(lines: str, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
    return state_of({"r1": R1 + lines.replace("\n", "\n    ")}, scenario)


def test_null_interface_and_next_hop() -> None:
    state = one(
        """
ip route 192.0.2.0 255.255.255.0 Null0
ip route 198.51.100.0 255.255.255.0 Ethernet0/1
ip route 203.0.113.0 255.255.255.0 10.0.0.9 tag 7
ip route 203.0.113.0 255.255.255.0 10.0.1.9
"""
    )
    assert routes(state, "r1") == [
        "static 192.0.2.0/24 via - null_interface [1/0]",
        "static 198.51.100.0/24 via - Ethernet0/1 [1/0]",
        "static 203.0.113.0/24 via 10.0.0.9 dynamic [1/0]",
        "static 203.0.113.0/24 via 10.0.1.9 dynamic [1/0]",
    ]


def test_a_floating_route_takes_over_when_the_better_one_goes() -> None:
    lines = "\nip route 0.0.0.0 0.0.0.0 10.0.0.9\nip route 0.0.0.0 0.0.0.0 10.0.1.9 250\n"
    assert routes(one(lines), "r1") == ["static 0.0.0.0/0 via 10.0.0.9 dynamic [1/0]"]
    failed = Scenario(down_interfaces=frozenset({InterfaceId("r1", "Ethernet0/0")}))
    assert routes(one(lines, failed), "r1") == ["static 0.0.0.0/0 via 10.0.1.9 dynamic [250/0]"]


def test_recursion_ends_at_interface_and_gateway() -> None:
    """10.5/16 via 10.4.0.1, that via 10.3.0.1, that via the link."""
    state = one(
        """
ip route 10.5.0.0 255.255.0.0 10.4.0.1
ip route 10.4.0.0 255.255.0.0 10.3.0.1
ip route 10.3.0.0 255.255.0.0 10.0.1.7
"""
    )
    hops = state.fib.next_hops("r1", "default", parse_prefix("10.5.0.0/16"))
    assert [(str(hop.address), hop.interface) for hop in hops] == [("10.0.1.7", "Ethernet0/1")]


def test_a_route_that_only_it_itself_could_resolve_is_not_installed() -> None:
    assert routes(one("\nip route 10.5.0.0 255.255.0.0 10.5.0.1\n"), "r1") == []


def test_two_routes_that_only_each_other_could_resolve_are_not_installed() -> None:
    lines = "\nip route 10.5.0.0 255.255.0.0 10.4.0.1\nip route 10.4.0.0 255.255.0.0 10.5.0.1\n"
    assert routes(one(lines), "r1") == []


def test_frr_resolves_no_next_hop_through_a_default_route() -> None:
    lines = ("ip route 0.0.0.0/0 10.0.0.9", "ip route 192.0.2.0/24 10.77.0.1")
    frr = "\n".join(("frr version 8.4.4", "hostname f1", "interface eth0", " ip address 10.0.0.1/24", *lines))
    assert routes(state_of({"f1": frr}), "f1") == ["static 0.0.0.0/0 via 10.0.0.9 dynamic [1/0]"]
    ios = one("\nip route 0.0.0.0 0.0.0.0 10.0.0.9\nip route 192.0.2.0 255.255.255.0 10.77.0.1\n")
    assert "static 192.0.2.0/24 via 10.77.0.1 dynamic [1/0]" in routes(ios, "r1")


def test_ipv6_and_vrf() -> None:
    state = state_of(
        {
            "r1": """
                hostname r1
                vrf definition BLUE
                 address-family ipv4
                 exit-address-family
                 address-family ipv6
                 exit-address-family
                interface Ethernet0/0
                 vrf forwarding BLUE
                 ip address 10.0.0.1 255.255.255.0
                 ipv6 address 2001:db8::1/64
                ip route vrf BLUE 192.0.2.0 255.255.255.0 10.0.0.9
                ip route 198.51.100.0 255.255.255.0 10.0.0.9
                ipv6 route vrf BLUE 2001:db8:1::/48 2001:db8::9
                """
        }
    )
    assert routes(state, "r1") == [
        "static 192.0.2.0/24 via 10.0.0.9 dynamic [1/0]",
        "static 2001:db8:1::/48 via 2001:db8::9 dynamic [1/0]",
    ]
    assert [table for table in state.ribs if table[0] == "r1"] == [("r1", "default"), ("r1", "BLUE")]


def test_a_tracked_route_is_taken_as_up_and_noted() -> None:
    state = one("\nip route 192.0.2.0 255.255.255.0 10.0.0.9 track 5\n")
    assert routes(state, "r1") == ["static 192.0.2.0/24 via 10.0.0.9 dynamic [1/0]"]
    assert [(note.code, note.undecided) for note in state.notes] == [("tracked-static", False)]


def test_longest_match_over_all_protocols() -> None:
    state = one("\nip route 0.0.0.0 0.0.0.0 10.0.0.9\nip route 192.0.2.0 255.255.255.128 Null0\n")
    rib = state.ribs["r1", "default"]
    found = {
        text: str(hit[0]) if (hit := rib.lookup(parse_prefix(text).first)) else None
        for text in ("192.0.2.1", "192.0.2.200", "10.0.0.1", "10.0.0.7", "2001:db8::1")
    }
    assert found == {
        "192.0.2.1": "192.0.2.0/25",
        "192.0.2.200": "0.0.0.0/0",
        "10.0.0.1": "10.0.0.1/32",
        "10.0.0.7": "10.0.0.0/24",
        "2001:db8::1": None,
    }
