"""OSPF on small networks: areas, stubs, NSSA, externals, ECMP, and what keeps an adjacency from forming."""

from __future__ import annotations

import pytest
from small_network import routes, state_of

from guard.model.state import NetworkState


def ios(name: str, *links: tuple[int, int, int], loopback: int = 0, more: str = "", under: str = "") -> str:
    """Router `name`: (link number, host, area) each as Ethernet0/<link> on 10.0.<link>.0/24; loopback in the area of
    its first link. `more`: lines of `router ospf`; `under`: lines of every interface."""
    text = [f"hostname {name}"]
    for link, host, _ in links:
        text += [f"interface Ethernet0/{link}", f" ip address 10.0.{link}.{host} 255.255.255.0", " ip ospf cost 10"]
        text += [f" {line}" for line in under.splitlines()]
    if loopback:
        text += ["interface Loopback0", f" ip address 10.255.0.{loopback} 255.255.255.255"]
    text += ["router ospf 1", *(f" {line}" for line in more.splitlines())]
    text += [f" network 10.0.{link}.0 0.0.0.255 area {area}" for link, _, area in links]
    if loopback:
        text.append(f" network 10.255.0.{loopback} 0.0.0.0 area {links[0][2]}")
    return "\n".join(text) + "\n"


def adjacencies(state: NetworkState) -> list[str]:
    return [f"{each.tail} {each.head} {each.area}" for each in state.adjacencies if each.tail < each.head]


def test_equal_cost_paths_are_all_used() -> None:
    """r1 -1- r2 -3- r4, r1 -2- r3 -4- r4."""
    state = state_of(
        {
            "r1": ios("r1", (1, 1, 0), (2, 1, 0), loopback=1),
            "r2": ios("r2", (1, 2, 0), (3, 2, 0), loopback=2),
            "r3": ios("r3", (2, 3, 0), (4, 3, 0), loopback=3),
            "r4": ios("r4", (3, 4, 0), (4, 4, 0), loopback=4),
        }
    )
    assert routes(state, "r1") == [
        "ospf 10.0.3.0/24 via 10.0.1.2 Ethernet0/1 [110/20]",
        "ospf 10.0.4.0/24 via 10.0.2.3 Ethernet0/2 [110/20]",
        "ospf 10.255.0.2/32 via 10.0.1.2 Ethernet0/1 [110/11]",
        "ospf 10.255.0.3/32 via 10.0.2.3 Ethernet0/2 [110/11]",
        "ospf 10.255.0.4/32 via 10.0.1.2 Ethernet0/1 [110/21]",
        "ospf 10.255.0.4/32 via 10.0.2.3 Ethernet0/2 [110/21]",
    ]


#: a -1- abr1 -2- abr2 -3- z : area 1, backbone, area 2
CHAIN = {
    "a": ios("a", (1, 1, 1), loopback=1),
    "abr1": ios("abr1", (2, 1, 0), (1, 2, 1), loopback=2),
    "abr2": ios("abr2", (2, 2, 0), (3, 1, 2), loopback=3),
    "z": ios("z", (3, 2, 2), loopback=4),
}


def test_routes_go_from_area_to_area_through_the_backbone() -> None:
    assert routes(state_of(CHAIN), "a") == [
        "ospfIA 10.0.2.0/24 via 10.0.1.2 Ethernet0/1 [110/20]",
        "ospfIA 10.0.3.0/24 via 10.0.1.2 Ethernet0/1 [110/30]",
        "ospfIA 10.255.0.2/32 via 10.0.1.2 Ethernet0/1 [110/11]",
        "ospfIA 10.255.0.3/32 via 10.0.1.2 Ethernet0/1 [110/21]",
        "ospfIA 10.255.0.4/32 via 10.0.1.2 Ethernet0/1 [110/31]",
    ]


def test_two_areas_without_a_backbone_exchange_nothing() -> None:
    """Area 1 and area 2 meet at a router without a backbone interface: it is no border router (RFC 3509)."""
    configs = {
        "a": ios("a", (1, 1, 1), loopback=1),
        "m": ios("m", (1, 2, 1), (3, 1, 2)),
        "z": ios("z", (3, 2, 2), loopback=4),
    }
    assert routes(state_of(configs), "a") == []


def test_a_range_stands_for_its_components_and_is_discarded_at_its_border() -> None:
    more = "area 1 range 10.255.0.0 255.255.255.0"
    state = state_of({**CHAIN, "abr1": ios("abr1", (2, 1, 0), (1, 2, 1), loopback=2, more=more)})
    assert "ospfIA 10.255.0.0/24 via 10.0.3.1 Ethernet0/3 [110/31]" in routes(state, "z")
    assert not any("10.255.0.1/32" in row for row in routes(state, "z"))
    assert "ospf 10.255.0.0/24 via - null_interface [110/11]" in routes(state, "abr1")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("stub", ["ospfIA 0.0.0.0/0", "ospfIA 10.0.2.0/24", "ospfIA 10.0.3.0/24", "ospfIA 10.255.0.2/32"]),
        ("stub no-summary", ["ospfIA 0.0.0.0/0"]),
        ("nssa", ["ospfIA 10.0.2.0/24", "ospfIA 10.0.3.0/24", "ospfIA 10.255.0.2/32"]),
        ("nssa no-summary", ["ospfIA 0.0.0.0/0"]),
    ],
)
def test_stub_areas_get_a_default_in_place_of_externals(kind: str, expected: list[str]) -> None:
    """z redistributes a static route; it reaches abr1 but not a, who is in the stub area."""
    outside = ios("z", (3, 2, 2), more="redistribute static subnets") + "ip route 192.0.2.0 255.255.255.0 Null0\n"
    state = state_of(
        {
            **CHAIN,
            "a": ios("a", (1, 1, 1), more=f"area 1 {kind.split()[0]}"),
            "abr1": ios("abr1", (2, 1, 0), (1, 2, 1), loopback=2, more=f"area 1 {kind}"),
            "abr2": ios("abr2", (2, 2, 0), (3, 1, 2)),
            "z": outside,
        }
    )
    assert [row.split(" via")[0] for row in routes(state, "a")] == expected
    assert "ospfE2 192.0.2.0/24 via 10.0.2.2 Ethernet0/2 [110/20]" in routes(state, "abr1")


def test_an_nssa_is_translated_by_its_border() -> None:
    """a redistributes inside the NSSA: everyone learns it, by type 7 inside and by type 5 outside."""
    text = ios("a", (1, 1, 1), loopback=1, more="area 1 nssa\nredistribute static subnets metric-type 1")
    state = state_of(
        {
            **CHAIN,
            "a": text + "ip route 192.0.2.0 255.255.255.0 Null0\n",
            "abr1": ios("abr1", (2, 1, 0), (1, 2, 1), loopback=2, more="area 1 nssa"),
        }
    )
    assert "ospfE1 192.0.2.0/24 via 10.0.1.1 Ethernet0/1 [110/31]" in routes(state, "abr1")
    assert "ospfE1 192.0.2.0/24 via 10.0.3.1 Ethernet0/3 [110/51]" in routes(state, "z")


def test_type_1_is_preferred_to_type_2_and_type_2_by_metric_before_distance() -> None:
    """Three routers on one link of r; near and far originate the same prefixes in different ways."""
    near = ios("near", (1, 2, 0), more="redistribute static subnets metric 50") + (
        "ip route 192.0.2.0 255.255.255.0 Null0\nip route 198.51.100.0 255.255.255.0 Null0\n"
    )
    far = ios("far", (2, 3, 0), more="redistribute static subnets route-map M") + (
        "ip route 192.0.2.0 255.255.255.0 Null0\nip route 198.51.100.0 255.255.255.0 Null0\n"
        "ip prefix-list A permit 192.0.2.0/24\n"
        "route-map M permit 10\n match ip address prefix-list A\n set metric 900\n set metric-type type-1\n"
        "route-map M permit 20\n set metric 40\n"
    )
    state = state_of({"r": ios("r", (1, 1, 0), (2, 1, 0)), "near": near, "far": far})
    assert routes(state, "r") == [
        "ospfE1 192.0.2.0/24 via 10.0.2.3 Ethernet0/2 [110/910]",
        "ospfE2 198.51.100.0/24 via 10.0.2.3 Ethernet0/2 [110/40]",
    ]


def test_default_information_needs_a_default_unless_always() -> None:
    def state(more: str, static: str = "") -> NetworkState:
        return state_of({"r1": ios("r1", (1, 1, 0), more=more) + static, "r2": ios("r2", (1, 2, 0))})

    static = "ip route 0.0.0.0 0.0.0.0 Null0\n"
    default = ["ospfE2 0.0.0.0/0 via 10.0.1.1 Ethernet0/1 [110/1]"]
    assert routes(state("default-information originate"), "r2") == []
    assert routes(state("default-information originate", static), "r2") == default
    assert routes(state("default-information originate always"), "r2") == default
    assert routes(state("redistribute static subnets", static), "r2") == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ip ospf hello-interval 5", ""),
        ("ip ospf dead-interval 60", ""),
        ("ip ospf network point-to-point", ""),
        ("ip ospf authentication message-digest\nip ospf message-digest-key 1 md5 s3cret", ""),
        ("ip mtu 1400", "ip mtu 1500"),
        ("ip ospf priority 0", "ip ospf priority 0"),
    ],
)
def test_what_keeps_an_adjacency_from_forming(one: str, two: str) -> None:
    state = state_of({"r1": ios("r1", (1, 1, 0), under=one), "r2": ios("r2", (1, 2, 0), under=two)})
    assert adjacencies(state) == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("passive-interface Ethernet0/1", ""),
        ("router-id 9.9.9.9", "router-id 9.9.9.9"),
    ],
)
def test_passive_interfaces_and_equal_router_ids(one: str, two: str) -> None:
    state = state_of({"r1": ios("r1", (1, 1, 0), more=one), "r2": ios("r2", (1, 2, 0), more=two)})
    assert adjacencies(state) == []
    clashes = [note.message for note in state.notes if note.code == "duplicate-router-id"]
    assert clashes == (["OSPF router id 9.9.9.9 is used by r1, r2"] if two else [])


def test_areas_must_agree() -> None:
    assert adjacencies(state_of({"r1": ios("r1", (1, 1, 0)), "r2": ios("r2", (1, 2, 1))})) == []


def test_a_stub_router_is_the_last_resort() -> None:
    """r1 -1- r2 -3- r4, r1 -2- r3 -4- r4; r2 drains with max-metric."""
    configs = {
        "r1": ios("r1", (1, 1, 0), (2, 1, 0)),
        "r2": ios("r2", (1, 2, 0), (3, 2, 0), loopback=2, more="max-metric router-lsa"),
        "r3": ios("r3", (2, 3, 0), (4, 3, 0)),
        "r4": ios("r4", (3, 4, 0), (4, 4, 0), loopback=4),
    }
    found = routes(state_of(configs), "r1")
    assert "ospf 10.255.0.4/32 via 10.0.2.3 Ethernet0/2 [110/21]" in found
    assert "ospf 10.255.0.2/32 via 10.0.1.2 Ethernet0/1 [110/11]" in found
    assert not any("10.255.0.4/32 via 10.0.1.2" in row for row in found)


def test_a_virtual_link_carries_the_backbone_through_an_area() -> None:
    """a -1- b -2- c: area 0, area 1, area 2; area 2 hangs on the virtual link between b and c."""
    state = state_of(
        {
            "a": ios("a", (1, 1, 0), loopback=1),
            "b": ios("b", (1, 2, 0), (2, 1, 1), more="router-id 2.2.2.2\narea 1 virtual-link 3.3.3.3"),
            "c": ios("c", (2, 2, 1), (3, 1, 2), more="router-id 3.3.3.3\narea 1 virtual-link 2.2.2.2"),
            "d": ios("d", (3, 2, 2), loopback=4),
        }
    )
    assert "ospfIA 10.255.0.1/32 via 10.0.3.1 Ethernet0/3 [110/31]" in routes(state, "d")
    assert "ospfIA 10.255.0.4/32 via 10.0.1.2 Ethernet0/1 [110/31]" in routes(state, "a")


def test_the_shortest_way_to_a_forwarding_address() -> None:
    """x is no OSPF speaker on the LAN of r1 and r2; r1 redistributes a route by x: r2 goes to x itself."""
    text = ios("r1", (1, 1, 0), more="redistribute static subnets") + "ip route 192.0.2.0 255.255.255.0 10.0.1.99\n"
    state = state_of({"r1": text, "r2": ios("r2", (1, 2, 0), (2, 2, 0)), "r3": ios("r3", (2, 3, 0))})
    assert "ospfE2 192.0.2.0/24 via 10.0.2.2 Ethernet0/2 [110/20]" in routes(state, "r3")


def test_a_distribute_list_keeps_routes_from_the_rib_alone() -> None:
    """r1 - r2 - r3: r2 filters the loopback of r1 for itself; r3 still has it."""
    configs = {
        "r1": ios("r1", (1, 1, 0), loopback=1),
        "r2": ios("r2", (1, 2, 0), (2, 2, 0), more="distribute-list prefix NO in")
        + "ip prefix-list NO deny 10.255.0.1/32\nip prefix-list NO permit 0.0.0.0/0 le 32\n",
        "r3": ios("r3", (2, 3, 0)),
    }
    state = state_of(configs)
    assert not any("10.255.0.1/32" in row for row in routes(state, "r2"))
    assert "ospf 10.255.0.1/32 via 10.0.2.2 Ethernet0/2 [110/21]" in routes(state, "r3")
