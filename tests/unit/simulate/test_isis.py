"""IS-IS on small networks: levels, the attached bit, leaking, overload."""

from __future__ import annotations

from small_network import routes, state_of


def ios(name: str, area: str, number: int, *links: tuple[int, int, str], more: str = "") -> str:
    """Router `name`: (link, host, circuit type) on 10.0.<link>.0/24, loopback 10.255.0.<number>/32 passive."""
    text = [f"hostname {name}", "interface Loopback0", f" ip address 10.255.0.{number} 255.255.255.255"]
    for link, host, level in links:
        text += [f"interface Ethernet0/{link}", f" ip address 10.0.{link}.{host} 255.255.255.0", " ip router isis"]
        text += [f" isis circuit-type {level}"]
    text += ["router isis", f" net {area}.0000.0000.{number:04}.00", " metric-style wide"]
    text += [" passive-interface Loopback0"]
    text += [f" {line}" for line in more.splitlines()]
    return "\n".join(text) + "\n"


#: a --1-- b ==2== c --3-- d : a and b in area 49.0001, c and d in 49.0002, b and c joined by level 2
TWO_AREAS = {
    "a": ios("a", "49.0001", 1, (1, 1, "level-1"), more="is-type level-1"),
    "b": ios("b", "49.0001", 2, (1, 2, "level-1"), (2, 1, "level-2-only")),
    "c": ios("c", "49.0002", 3, (2, 2, "level-2-only"), (3, 1, "level-1")),
    "d": ios("d", "49.0002", 4, (3, 2, "level-1"), more="is-type level-1"),
}


def test_level_1_knows_its_area_and_the_way_out() -> None:
    assert routes(state_of(TWO_AREAS), "a") == [
        "isisL1 0.0.0.0/0 via 10.0.1.2 Ethernet0/1 [115/10]",
        "isisL1 10.255.0.2/32 via 10.0.1.2 Ethernet0/1 [115/10]",
    ]


def test_level_2_knows_both_areas() -> None:
    assert routes(state_of(TWO_AREAS), "b") == [
        "isisL2 10.0.3.0/24 via 10.0.2.2 Ethernet0/2 [115/20]",
        "isisL1 10.255.0.1/32 via 10.0.1.1 Ethernet0/1 [115/10]",
        "isisL2 10.255.0.3/32 via 10.0.2.2 Ethernet0/2 [115/10]",
        "isisL2 10.255.0.4/32 via 10.0.2.2 Ethernet0/2 [115/20]",
    ]


def test_routers_of_different_areas_have_no_level_1_adjacency() -> None:
    configs = {
        "a": ios("a", "49.0001", 1, (1, 1, "level-1")),
        "b": ios("b", "49.0002", 2, (1, 2, "level-1")),
    }
    assert state_of(configs).adjacencies == ()


def test_leaking_brings_level_2_routes_down() -> None:
    more = "redistribute isis ip level-2 into level-1 route-map ALL"
    b = ios("b", "49.0001", 2, (1, 2, "level-1"), (2, 1, "level-2-only"), more=more) + "route-map ALL permit 10\n"
    found = routes(state_of({**TWO_AREAS, "b": b}), "a")
    assert "isisL1 10.255.0.4/32 via 10.0.1.2 Ethernet0/1 [115/30]" in found


def test_an_overloaded_router_is_reached_but_not_gone_through() -> None:
    """a -1- b -2- c, and a -3- d -4- e -5- c: b is overloaded."""
    level = "level-2-only"
    state = state_of(
        {
            "a": ios("a", "49.0001", 1, (1, 1, level), (3, 1, level)),
            "b": ios("b", "49.0001", 2, (1, 2, level), (2, 2, level), more="set-overload-bit"),
            "c": ios("c", "49.0001", 3, (2, 3, level), (5, 3, level)),
            "d": ios("d", "49.0001", 4, (3, 4, level), (4, 4, level)),
            "e": ios("e", "49.0001", 5, (4, 5, level), (5, 5, level)),
        }
    )
    assert "isisL2 10.255.0.2/32 via 10.0.1.2 Ethernet0/1 [115/10]" in routes(state, "a")
    assert "isisL2 10.255.0.3/32 via 10.0.3.4 Ethernet0/3 [115/30]" in routes(state, "a")
    assert "isisL2 10.255.0.3/32 via 10.0.2.3 Ethernet0/2 [115/10]" in routes(state, "b")


def test_redistributed_static_routes() -> None:
    a = ios("a", "49.0001", 1, (1, 1, "level-2-only"), more="redistribute static ip metric 30")
    state = state_of(
        {
            "a": a + "ip route 192.0.2.0 255.255.255.0 Null0\n",
            "b": ios("b", "49.0001", 2, (1, 2, "level-2-only")),
        }
    )
    assert "isisL2 192.0.2.0/24 via 10.0.1.1 Ethernet0/1 [115/40]" in routes(state, "b")


def junos(name: str, number: int, *links: tuple[int, int, str], more: str = "", area: str = "49.0001") -> str:
    """As `ios`; each link with the level that it is without."""
    rows = [f"system host-name {name}", f"interfaces lo0 unit 0 family inet address 10.255.0.{number}/32"]
    rows += [f"interfaces lo0 unit 0 family iso address {area}.0000.0000.{number:04}.00"]
    rows += ["protocols isis interface lo0"]
    for link, host, without in links:
        port = f"interfaces ge-0/0/{link} unit 0 family"
        rows += [f"{port} inet address 10.0.{link}.{host}/24", f"{port} iso"]
        rows += [f"protocols isis interface ge-0/0/{link}.0 level {without} disable"]
    return "".join(f"set {row}\n" for row in [*rows, *more.splitlines()])


LEAK = """\
protocols isis export DOWN
policy-options policy-statement DOWN term 1 from protocol isis
policy-options policy-statement DOWN term 1 from level 2
policy-options policy-statement DOWN term 1 from route-filter 10.255.0.3/32 exact
policy-options policy-statement DOWN term 1 to level 1
policy-options policy-statement DOWN term 1 then accept
"""


def test_a_policy_says_what_junos_leaks_into_level_1() -> None:
    """a -1- b =2= c: level 2 goes down by an export policy alone (Junos, export of IS-IS)."""
    a, c = junos("a", 1, (1, 1, "2")), junos("c", 3, (2, 3, "1"), area="49.0002")
    plain = routes(state_of({"a": a, "b": junos("b", 2, (1, 2, "2"), (2, 2, "1")), "c": c}), "a")
    leaked = routes(state_of({"a": a, "b": junos("b", 2, (1, 2, "2"), (2, 2, "1"), more=LEAK), "c": c}), "a")
    assert [row for row in leaked if row not in plain] == ["isisL1 10.255.0.3/32 via 10.0.1.2 ge-0/0/1.0 [15/20]"]


def test_a_route_map_chooses_what_is_leaked() -> None:
    more = "redistribute isis ip level-2 into level-1 route-map SOME"
    b = ios("b", "49.0001", 2, (1, 2, "level-1"), (2, 1, "level-2-only"), more=more)
    b += "ip prefix-list SOME seq 5 permit 10.255.0.4/32\n"
    b += "route-map SOME permit 10\n match ip address prefix-list SOME\n"
    found = routes(state_of({**TWO_AREAS, "b": b}), "a")
    assert [row.split()[1] for row in found] == ["0.0.0.0/0", "10.255.0.2/32", "10.255.0.4/32"]


def test_what_junos_exports_goes_into_the_levels_that_run_unless_a_policy_names_one() -> None:
    export = (
        "routing-options static route 10.9.0.0/16 discard\nprotocols isis export OUT\n"
        "policy-options policy-statement OUT term 1 from protocol static\n"
        "policy-options policy-statement OUT term 1 then accept\n"
    )
    for more, seen in (("", True), ("policy-options policy-statement OUT term 1 to level 2\n", False)):
        devices = {"a": junos("a", 1, (1, 1, "2")), "b": junos("b", 2, (1, 2, "2"), more=export + more)}
        assert any("10.9.0.0/16" in row for row in routes(state_of(devices), "a")) == seen
