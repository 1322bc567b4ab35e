"""What NX-OS does in a network: loop prevention by the neighbour's AS, defaults of BGP, redistribution, costs.

r1 (65001) Ethernet1/1 .0 --10.0.0.0/31-- .1 Ethernet1/1 r2 (65002)
"""

from __future__ import annotations

import pytest
from small_network import routes, state_of

from guard.engines.rows import bgp_rows, routes_rows

PORT = """\
!Command: show running-config
hostname r{me}
feature bgp
route-map ALL permit 10
route-map NONE deny 10
interface Ethernet1/1
  no switchport
  ip address 10.0.0.{own}/31
  no shutdown
interface loopback0
  ip address 10.255.0.{me}/32
"""
BGP = PORT + "router bgp 6500{me}\n  router-id 10.255.0.{me}\n"
NEIGHBOR = "  neighbor 10.0.0.{peer}\n    remote-as 6500{far}\n    address-family ipv4 unicast\n"
R1, TO_2 = BGP.format(me=1, own=0), NEIGHBOR.format(peer=1, far=2)
R2, TO_1 = BGP.format(me=2, own=1), NEIGHBOR.format(peer=0, far=1)


def seen(first: str, second: str = "") -> list[str]:
    """Routes that r2 has by BGP; `first` and `second` are lines of `router bgp`."""
    state = state_of({"r1": R1 + first + TO_2, "r2": R2 + second + TO_1})
    return [row for row in routes(state, "r2") if row.startswith("bgp")]


FAMILY = "  address-family ipv4 unicast\n"


def test_a_network_statement_is_heard() -> None:
    assert seen(FAMILY + "    network 10.255.0.1/32\n") == ["bgp 10.255.0.1/32 via 10.0.0.0 dynamic [20/0]"]


def test_redistribution_goes_by_its_route_map() -> None:
    assert seen(FAMILY + "    redistribute direct route-map NONE\n") == []
    assert seen(FAMILY + "    redistribute direct route-map UNDEFINED\n") == []
    assert "bgp 10.255.0.1/32 via 10.0.0.0 dynamic [20/0]" in seen(FAMILY + "    redistribute direct route-map ALL\n")


def test_a_default_route_is_redistributed_only_with_default_information() -> None:
    static = R1.replace("router bgp", "ip route 0.0.0.0/0 Null0\nrouter bgp")
    lines = FAMILY + "    redistribute static route-map ALL\n"
    for extra, expected in (("", []), ("    default-information originate\n", ["0.0.0.0/0"])):
        state = state_of({"r1": static + lines + extra + TO_2, "r2": R2 + TO_1})
        assert [row.split()[1] for row in routes(state, "r2") if row.startswith("bgp")] == expected


def test_a_route_map_that_is_not_there_lets_nothing_through() -> None:
    lines = FAMILY + "    network 10.255.0.1/32\n"
    assert seen(lines.replace("network", "network")) != []
    state = state_of({"r1": R1 + lines + TO_2 + "      route-map GONE out\n", "r2": R2 + TO_1})
    assert [row for row in routes(state, "r2") if row.startswith("bgp")] == []


@pytest.mark.parametrize("heard", [[], ["10.255.9.9/32"]], ids=["default", "disable-peer-as-check"])
def test_nothing_goes_back_to_the_as_that_it_came_from(heard: list[str]) -> None:
    """r3 (65002) -- r1 (65001) -- r2 (65002): the same AS on both sides of r1."""
    third = (
        PORT.format(me=3, own=9).replace("10.0.0.9/31", "10.0.1.1/31").replace("10.255.0.3", "10.255.9.9")
        + "router bgp 65002\n  router-id 10.255.9.9\n  address-family ipv4 unicast\n    network 10.255.9.9/32\n"
        + "  neighbor 10.0.1.0\n    remote-as 65001\n    address-family ipv4 unicast\n"
    )
    middle = R1.replace(
        "interface loopback0",
        "interface Ethernet1/2\n  no switchport\n  ip address 10.0.1.0/31\n  no shutdown\ninterface loopback0",
    )
    middle += "  neighbor 10.0.1.1\n    remote-as 65002\n    address-family ipv4 unicast\n" + TO_2
    middle += "      disable-peer-as-check\n" if heard else ""
    state = state_of({"r1": middle, "r2": R2 + TO_1 + "      allowas-in\n", "r3": third})
    assert [row.split()[1] for row in routes(state, "r2") if row.startswith("bgp")] == heard


def test_communities_go_only_where_they_are_asked_for() -> None:
    lines = FAMILY + "    network 10.255.0.1/32\n"
    maps = R1.replace("route-map ALL permit 10\n", "route-map ALL permit 10\n  set community 65001:7\n")
    found = []
    for send in ("", "      send-community\n"):
        neighbor = TO_2 + "      route-map ALL out\n" + send
        state = state_of({"r1": maps + lines + neighbor, "r2": R2 + TO_1})
        found += [row["communities"] for row in bgp_rows(state) if row["node"] == "r2"]
    assert found == [[], ["65001:7"]]


def test_a_host_route_is_shown_as_direct_and_as_local() -> None:
    state = state_of({"r1": R1 + TO_2})
    found = [(row["protocol"], row["network"]) for row in routes_rows(state) if row["network"] == "10.255.0.1/32"]
    assert found == [("connected", "10.255.0.1/32"), ("local", "10.255.0.1/32")]


OSPF = """\
!Command: show running-config
hostname r{me}
feature ospf
router ospf U
  router-id 10.255.0.{me}
interface Ethernet1/1
  no switchport
  ip address 10.0.0.{own}/31
  ip ospf network point-to-point
  ip router ospf U area 0.0.0.0
  no shutdown
interface loopback0
  ip address 10.255.0.{me}/32
  ip router ospf U area 0.0.0.0
"""


@pytest.mark.parametrize(
    ("extra", "metric"),
    [("", 41), ("  bandwidth 10000000\n", 5), ("  speed 10000\n", 5), ("  ip ospf cost 7\n", 8)],
)
def test_the_cost_of_a_link_is_made_of_40_gbit(extra: str, metric: int) -> None:
    first = OSPF.format(me=1, own=0).replace("  no shutdown\n", f"  no shutdown\n{extra}")
    state = state_of({"r1": first, "r2": OSPF.format(me=2, own=1)})
    assert routes(state, "r1") == [f"ospf 10.255.0.2/32 via 10.0.0.1 Ethernet1/1 [110/{metric}]"]


def test_ospf_and_isis_agree_with_ios_at_the_other_end() -> None:
    other = """\
hostname r2
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.254
 ip ospf network point-to-point
 ip ospf 1 area 0
interface Loopback0
 ip address 10.255.0.2 255.255.255.255
 ip ospf 1 area 0
router ospf 1
 router-id 10.255.0.2
"""
    state = state_of({"r1": OSPF.format(me=1, own=0), "r2": other})
    assert routes(state, "r1") == ["ospf 10.255.0.2/32 via 10.0.0.1 Ethernet1/1 [110/41]"]
    assert routes(state, "r2") == ["ospf 10.255.0.1/32 via 10.0.0.0 GigabitEthernet0/0 [110/2]"]


def test_dynamic_neighbours_come_up_and_take_the_policy_of_their_prefix() -> None:
    listener = R2 + "  neighbor 10.0.0.0/24\n    remote-as 65001\n    address-family ipv4 unicast\n"
    lines = R1 + FAMILY + "    network 10.255.0.1/32\n" + TO_2
    state = state_of({"r1": lines, "r2": listener})
    assert [row for row in routes(state, "r2") if row.startswith("bgp")] != []
    state = state_of({"r1": lines, "r2": listener + "      route-map NONE in\n"})
    assert [row for row in routes(state, "r2") if row.startswith("bgp")] == []
