"""Policies between protocols and the main RIB (FRR `ip protocol`), and a BGP that waits for what they let in.

    r1 (65001) --- r2 (65002, filters) --- r3 (65003)

What zebra 8.4.4 makes of each kind of match is in tests/conformance/frr_live/install_policies.
"""

from __future__ import annotations

from small_network import routes, snapshot_of, state_of

from guard.compare.routes import RouteDelta
from guard.engines.rows import routes_rows
from guard.simulate.control_plane import Cache, compute

R1 = """
    frr version 8.4.4
    hostname r1
    interface eth0
     ip address 10.0.12.1/30
    ip route 20.0.0.0/8 Null0
    ip route 30.0.0.0/8 Null0
    router bgp 65001
     no bgp ebgp-requires-policy
     neighbor 10.0.12.2 remote-as 65002
     address-family ipv4 unicast
      redistribute static
"""
R2 = """
    frr version 8.4.4
    hostname r2
    interface eth0
     ip address 10.0.12.2/30
    interface eth1
     ip address 10.0.23.1/30
    ip prefix-list twenty permit 20.0.0.0/8
    route-map twenty permit 10
     match ip address prefix-list twenty
    router bgp 65002
     no bgp ebgp-requires-policy
     neighbor 10.0.12.1 remote-as 65001
     neighbor 10.0.23.2 remote-as 65003
"""
R3 = """
    frr version 8.4.4
    hostname r3
    interface eth0
     ip address 10.0.23.2/30
    router bgp 65003
     no bgp ebgp-requires-policy
     neighbor 10.0.23.1 remote-as 65002
"""
VIA_1, VIA_2 = "via 10.0.12.1 dynamic [20/0]", "via 10.0.23.1 dynamic [20/0]"


def of(filters: str, process: str = "") -> dict[str, list[str]]:
    """BGP and static routes of r2 and r3 with these lines on r2."""
    state = state_of({"r1": R1, "r2": f"{R2}{process}{filters}", "r3": R3})
    return {node: routes(state, node) for node in ("r2", "r3")}


def test_what_is_rejected_is_not_installed_and_is_sent_all_the_same() -> None:
    found = of("    ip protocol bgp route-map twenty\n")
    assert found["r2"] == [f"bgp 20.0.0.0/8 {VIA_1}"]
    assert found["r3"] == [f"bgp 20.0.0.0/8 {VIA_2}", f"bgp 30.0.0.0/8 {VIA_2}"]


def test_a_bgp_that_waits_for_the_fib_sends_only_what_is_installed() -> None:
    found = of("    ip protocol bgp route-map twenty\n", "     bgp suppress-fib-pending\n")
    assert found["r3"] == [f"bgp 20.0.0.0/8 {VIA_2}"]


def test_a_better_distance_keeps_a_route_from_a_bgp_that_waits() -> None:
    found = of("    ip route 20.0.0.0/8 Null0\n", "     bgp suppress-fib-pending\n")
    assert found["r3"] == [f"bgp 30.0.0.0/8 {VIA_2}"]


def test_an_undefined_policy_rejects_everything() -> None:
    assert of("    ip protocol bgp route-map nobody\n")["r2"] == []


def test_a_policy_of_a_protocol_goes_before_that_of_any() -> None:
    assert of("    ip protocol any route-map nobody\n    ip protocol bgp route-map twenty\n")["r2"] == [
        f"bgp 20.0.0.0/8 {VIA_1}"
    ]


def test_the_next_protocol_comes_up_where_the_best_is_rejected() -> None:
    """A static route that is rejected leaves its place to BGP, and a floating one to nobody."""
    static = "    ip route 20.0.0.0/8 10.0.23.2\n    ip route 40.0.0.0/8 10.0.23.2\n"
    found = of(f"{static}    ip protocol static route-map nobody\n")
    assert found["r2"] == [f"bgp 20.0.0.0/8 {VIA_1}", f"bgp 30.0.0.0/8 {VIA_1}"]


def test_a_policy_is_taken_away_and_an_undefined_one_is_said() -> None:
    lines = "    ip protocol bgp route-map nobody\n    no ip protocol bgp route-map nobody\n"
    device = snapshot_of({"r2": R2 + lines}).devices["r2"]
    assert device.install_policies == ()
    assert [reference.name for reference in device.undefined] == ["nobody"]


def test_a_policy_that_a_change_adds_is_seen_with_the_memory_of_the_base() -> None:
    """OSPF and BGP tell what they told: only what is installed differs, and the comparison finds it."""
    inside = "    interface eth2\n     ip address 10.0.24.1/30\n     ip ospf area 0\n    router ospf\n"
    r4 = "frr version 8.4.4\nhostname r4\ninterface eth0\n ip address 10.0.24.2/30\n ip ospf area 0\n"
    r4 += "interface lo\n ip address 192.0.2.4/32\n ip ospf area 0\nrouter ospf\n"
    filters = "    ip protocol ospf route-map nobody\n    ip protocol bgp route-map twenty\n"
    base = snapshot_of({"r1": R1, "r2": R2 + inside, "r3": R3, "r4": r4})
    candidate = snapshot_of({"r1": R1, "r2": R2 + inside + filters, "r3": R3, "r4": r4})
    cache = Cache()
    before = compute(base, cache=cache)
    after, scratch = compute(candidate, cache=cache), compute(candidate)
    assert list(routes_rows(after)) == list(routes_rows(scratch))
    changes = RouteDelta(before.ribs, after.ribs)
    assert sorted(f"{key.node} {key.prefix}" for key, _ in changes.turns()) == ["r2 192.0.2.4/32", "r2 30.0.0.0/8"]
