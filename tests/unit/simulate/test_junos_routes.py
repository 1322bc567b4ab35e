"""What Junos does that others do not: exports of other protocols into BGP, aggregates, preferences, route resolution.

    r1 (65001) ge-0/0/0 .0 --10.0.0.0/31-- .1 ge-0/0/0 r2 (65002)
"""

from __future__ import annotations

import pytest
from small_network import routes, snapshot_of, state_of

from guard.model.address import parse_prefix
from guard.model.bgp import SEQUENCE, Segment, as_path_text
from guard.model.device import Vendor
from guard.model.state import BgpRow, NetworkState
from guard.parse.device import parse_device
from guard.simulate.bgp.private_as import remove_private
from guard.simulate.control_plane import Cache, compute

ENDS = """\
set system host-name r{me}
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.{own}/31
set interfaces lo0 unit 0 family inet address 10.255.0.{me}/32
set routing-options autonomous-system 6500{me}
set protocols bgp group E peer-as 6500{far}
set protocols bgp group E neighbor 10.0.0.{peer}
"""
R1 = ENDS.format(me=1, own=0, far=2, peer=1)
R2 = ENDS.format(me=2, own=1, far=1, peer=0)
EXPORT = "set protocols bgp group E export OUT\nset policy-options policy-statement OUT "


def seen(first: str, second: str = "") -> tuple[list[str], list[str]]:
    """Routes of r1 and r2."""
    state = state_of({"r1": R1 + first, "r2": R2 + second})
    return routes(state, "r1"), routes(state, "r2")


def test_without_an_export_policy_only_bgp_routes_are_sent() -> None:
    assert seen("set routing-options static route 10.9.0.0/16 discard\n")[1] == []


def test_an_export_policy_sends_active_routes_of_other_protocols() -> None:
    lines = "set routing-options static route 10.9.0.0/16 discard\n" + EXPORT + "term 1 from protocol static\n"
    lines += "set policy-options policy-statement OUT term 1 then accept\n"
    assert seen(lines)[1] == ["bgp 10.9.0.0/16 via 10.0.0.0 dynamic [170/0]"]


def test_local_routes_stay_and_direct_ones_go_by_their_interface() -> None:
    lines = EXPORT + "term 1 from interface lo0.0\nset policy-options policy-statement OUT term 1 then accept\n"
    assert seen(lines)[1] == ["bgp 10.255.0.1/32 via 10.0.0.0 dynamic [170/0]"]
    assert "10.0.0.0/32" not in " ".join(seen(EXPORT + "then accept\n")[1])


def test_an_aggregate_needs_a_contributor() -> None:
    aggregate = "set routing-options aggregate route 10.8.0.0/15\n"
    assert seen(aggregate)[0] == []
    assert seen(aggregate + "set routing-options static route 10.9.0.0/16 discard\n")[0] == [
        "aggregate 10.8.0.0/15 via - null_interface [130/0]",
        "static 10.9.0.0/16 via - null_interface [5/0]",
    ]


def test_a_policy_chooses_contributors() -> None:
    lines = (
        "set routing-options aggregate route 10.8.0.0/15 policy P\n"
        "set routing-options static route 10.9.0.0/16 discard\n"
        "set policy-options policy-statement P term 1 from route-filter 10.9.0.0/16 exact\n"
        "set policy-options policy-statement P term 1 then reject\n"
    )
    assert seen(lines)[0] == ["static 10.9.0.0/16 via - null_interface [5/0]"]


def test_aggregates_are_exported_and_fed_by_bgp() -> None:
    first = "set routing-options static route 10.9.0.0/16 discard\n" + EXPORT + "term 1 from protocol static\n"
    first += "set policy-options policy-statement OUT term 1 then accept\n"
    second = "set routing-options aggregate route 10.8.0.0/15\n" + EXPORT + "term 1 from protocol aggregate\n"
    second += "set policy-options policy-statement OUT term 1 then accept\n"
    ours, theirs = seen(first, second)
    assert ours == [
        "bgp 10.8.0.0/15 via 10.0.0.1 dynamic [170/0]",
        "static 10.9.0.0/16 via - null_interface [5/0]",
    ]
    assert theirs == [
        "aggregate 10.8.0.0/15 via - null_interface [130/0]",
        "bgp 10.9.0.0/16 via 10.0.0.0 dynamic [170/0]",
    ]


def test_a_generated_route_takes_the_next_hop_of_its_contributor() -> None:
    lines = "set routing-options generate route 0.0.0.0/0\n"
    lines += "set routing-options static route 10.9.0.0/16 next-hop 10.0.0.1\n"
    assert seen(lines)[0] == [
        "aggregate 0.0.0.0/0 via 10.0.0.1 dynamic [130/0]",
        "static 10.9.0.0/16 via 10.0.0.1 dynamic [5/0]",
    ]


def test_static_next_hops_are_resolved_only_where_resolve_stands() -> None:
    base = (
        "set routing-options static route 10.9.0.0/16 next-hop 10.0.0.1\n"
        "set routing-options static route 10.10.0.0/16 next-hop 10.9.0.1\n"
    )
    assert seen(base)[0] == ["static 10.9.0.0/16 via 10.0.0.1 dynamic [5/0]"]
    assert seen(base + "set routing-options static route 10.10.0.0/16 resolve\n")[0] == [
        "static 10.9.0.0/16 via 10.0.0.1 dynamic [5/0]",
        "static 10.10.0.0/16 via 10.0.0.1 ge-0/0/0.0 [5/0]",
    ]


def test_prepending_on_export_goes_before_our_own_as() -> None:
    lines = "set routing-options static route 10.9.0.0/16 discard\n" + EXPORT + "term 1 from protocol static\n"
    lines += "set policy-options policy-statement OUT term 1 then as-path-prepend 65009\n"
    lines += "set policy-options policy-statement OUT term 1 then accept\n"
    state = state_of({"r1": R1 + lines, "r2": R2})
    paths = [
        [asn for segment in row.attributes.as_path for asn in segment.asns]
        for row in state.bgp.rows()
        if row.node == "r2"
    ]
    assert paths == [[65009, 65001]]


def test_a_preference_set_on_import_decides_against_static_routes() -> None:
    first = "set routing-options static route 10.9.0.0/16 discard\n" + EXPORT + "term 1 from protocol static\n"
    first += "set policy-options policy-statement OUT term 1 then accept\n"
    second = "set routing-options static route 10.9.0.0/16 next-hop 10.0.0.0\n"
    assert seen(first, second)[1] == ["static 10.9.0.0/16 via 10.0.0.0 dynamic [5/0]"]
    second += "set protocols bgp group E import IN\nset policy-options policy-statement IN then preference 3\n"
    second += "set policy-options policy-statement IN then accept\n"
    assert seen(first, second)[1] == ["bgp 10.9.0.0/16 via 10.0.0.0 dynamic [3/0]"]


STATIC = "set routing-options static route 10.9.0.0/16 discard\n"
#: A third router, r3 (300), at ge-0/0/1 of r1.
R3 = """\
set system host-name r3
set interfaces ge-0/0/0 unit 0 family inet address 10.0.1.1/31
set routing-options autonomous-system 300
set protocols bgp group E neighbor 10.0.1.0 peer-as 65001
"""
TO_R3 = """\
set interfaces ge-0/0/1 unit 0 family inet address 10.0.1.0/31
set protocols bgp group U neighbor 10.0.1.1 peer-as 300
"""


def third(first: str, second: str) -> NetworkState:
    return state_of({"r1": R1 + TO_R3 + first, "r2": R2 + second, "r3": R3})


def learned(state: NetworkState, node: str, prefix: str = "10.9.0.0/16") -> list[BgpRow]:
    return [row for row in state.bgp.rows() if (row.node, str(row.prefix)) == (node, prefix)]


@pytest.mark.parametrize(
    ("option", "path"),
    [
        ("", "65001 64601 25 64602 65002"),
        ("remove-private", "65001 25 64602 65002"),
        ("remove-private all", "65001 25"),
        ("remove-private all replace", "65001 65001 25 65001 65001"),
        ("remove-private all replace nearest", "65001 65001 25 25 25"),
    ],
)
def test_private_as_numbers_are_removed_from_the_left(option: str, path: str) -> None:
    """Junos, remove-private; recorded: lab-validation, junos_private_asn."""
    lines = "set protocols bgp group E import IN\nset policy-options policy-statement IN then accept\n"
    lines += 'set policy-options policy-statement IN then as-path-prepend "64601 25 64602"\n'
    lines += f"set protocols bgp group U {option}\n" if option else ""
    state = third(lines, STATIC + EXPORT + "then accept\n")
    assert [as_path_text(row.attributes.as_path) for row in learned(state, "r3")] == [path]


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ("leading", "65100 25 65100"),
        ("leading peer", "25 65100"),
        ("all", "65100 25 65100"),
        ("all peer", "25"),
        ("all replace", "7 65100 25 65100"),
    ],
)
def test_the_neighbours_own_private_as_stops_the_search(how: str, path: str) -> None:
    before = (Segment(SEQUENCE, (65111, 65100, 25, 65100)),)
    assert as_path_text(remove_private(before, how, Vendor.JUNOS, own=7, receiver=65100)) == path


def test_a_next_hop_of_oneself_hides_an_imported_route_and_a_discarded_one_is_still_sent() -> None:
    """Recorded: lab-validation, junos_then_action_conflicts."""
    lines = "set protocols bgp group E import IN\nset policy-options policy-statement IN then accept\n"
    origin = STATIC + EXPORT + "then accept\n"
    hidden = third(lines + "set policy-options policy-statement IN then next-hop self\n", origin)
    assert not learned(hidden, "r1")
    gone = third(lines + "set policy-options policy-statement IN then next-hop discard\n", origin)
    assert "bgp 10.9.0.0/16 via - null_interface [170/0]" in routes(gone, "r1")
    assert "bgp 10.9.0.0/16 via 10.0.1.0 dynamic [170/0]" in routes(gone, "r3")


CONDITION = """\
set policy-options condition C if-route-exists {asked}
set policy-options policy-statement OUT term 1 from condition C
set policy-options policy-statement OUT term 1 then accept
set policy-options policy-statement OUT term 2 then reject
"""


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("10.9.0.0/16 table inet.0", True),
        ("10.8.0.0/16 table inet.0", False),
        ("10.0.0.0/8", False),
        ("10.7.0.0/16", True),
        ("address-family inet 10.9.0.0/16", True),
        ("2001:db8:9::/48 table inet6.0", True),
        ("2001:db8:8::/48 table inet6.0", False),
    ],
)
def test_a_route_is_sent_while_another_one_exists(asked: str, there: bool) -> None:
    """Junos, if-route-exists: of exactly that prefix, of any protocol; 10.7.0.0/16 comes from r2 by BGP."""
    first = STATIC + CONDITION.format(asked=asked) + "set protocols bgp group U export OUT\n"
    first += "set routing-options rib inet6.0 static route 2001:db8:9::/48 discard\n"
    second = STATIC.replace("10.9.", "10.7.") + EXPORT + "then accept\n"
    assert bool(learned(third(first, second), "r3")) == there


def test_a_condition_holds_where_routes_are_imported() -> None:
    """Recorded: lab-validation, juniper_from_condition."""
    first = "set protocols bgp group E import OUT\n" + CONDITION.format(asked="192.0.2.0/24")
    state = third(first, STATIC + EXPORT + "then accept\n")
    assert learned(state, "r1")
    assert not third(first.replace("import", "export"), STATIC + EXPORT + "then accept\n").bgp.best(
        "r2", "default", parse_prefix("10.255.0.1/32")
    )


def test_extended_communities_that_may_not_leave_the_as_do_not() -> None:
    """RFC 4360 2; recorded: lab-validation, junos_ext_community_literal."""
    lines = STATIC + EXPORT + "then accept\nset policy-options policy-statement OUT then community add C\n"
    lines += "set policy-options community C members [ 65000:672277L:36867 target:672277L:36867 64500:1 ]\n"
    (row,) = learned(state_of({"r1": R1 + lines, "r2": R2}), "r2")
    assert row.attributes.communities == ("64500:1", "rt 672277:36867")


@pytest.mark.parametrize(
    ("loopback", "kind", "source"),
    [
        (True, "internal", "10.255.0.2"),
        (False, "internal", "10.0.5.1"),
        (True, "external", ""),
    ],
)
def test_default_address_selection_says_where_a_session_comes_from(loopback: bool, kind: str, source: str) -> None:
    """Recorded: lab-validation, junos_default_address_selection."""
    lines = "set system default-address-selection\nset interfaces ge-0/0/0 unit 0 family inet address 10.0.5.1/24\n"
    lines += "set interfaces ge-0/0/10 unit 0 family inet address 10.0.6.1/24\nset interfaces fxp0 unit 0 family inet "
    lines += "address 10.0.4.1/24\n" + "set interfaces lo0 unit 0 family inet address 10.255.0.2/32\n" * loopback
    lines += f"set routing-options autonomous-system 65001\nset protocols bgp group G type {kind}\n"
    lines += "set protocols bgp group G neighbor 10.0.6.2" + " peer-as 65002\n" * (kind == "external")
    (process,) = parse_device(lines, "configs/r1.cfg").bgp
    assert [each.update_source for each in process.neighbors] == [source]
    marked = lines + "\nset interfaces ge-0/0/10 unit 0 family inet primary\n"
    (process,) = parse_device(marked, "configs/r1.cfg").bgp
    assert [each.update_source for each in process.neighbors] == [source.replace("10.0.5.1", "10.0.6.1")]


def test_a_local_as_that_is_the_own_one_is_not_prepended() -> None:
    lines = "set protocols bgp group E local-as 65001\n"
    (row,) = learned(third(lines, STATIC + EXPORT + "then accept\n"), "r1")
    assert as_path_text(row.attributes.as_path) == "65002"


def test_the_best_path_of_bgp_is_best_beside_a_route_of_another_protocol() -> None:
    export = EXPORT + "then accept\n"
    found = learned(state_of({"r1": R1 + STATIC + export, "r2": R2 + STATIC + export}), "r1")
    assert [(row.origin_protocol, row.best) for row in found] == [("static", True), ("bgp", True)]


def test_a_routed_vlan_that_is_tunnelled_is_up_without_a_port() -> None:
    lines = """\
set interfaces ge-0/0/0 unit 0 family ethernet-switching vlan members V1
set interfaces irb unit 1 family inet address 10.1.0.1/24
set interfaces irb unit 2 family inet address 10.2.0.1/24
set interfaces irb unit 3 family inet address 10.3.0.1/24
set vlans V1 vlan-id 1
set vlans V1 l3-interface irb.1
set vlans V2 vlan-id 2
set vlans V2 l3-interface irb.2
set vlans V3 vlan-id 3
set vlans V3 l3-interface irb.3
set vlans V3 vxlan vni 10003
"""
    held = routes(state_of({"r1": "set system host-name r1\n" + lines}), "r1", without=("local",))
    assert [row.split()[1] for row in held] == ["10.1.0.0/24", "10.3.0.0/24"]


@pytest.mark.parametrize(
    ("lines", "communities"),
    [
        ("static route 10.9.0.0/16 community 64500:1", ("64500:1",)),
        ("static defaults community 64500:2", ("64500:2",)),
        ("aggregate route 10.8.0.0/15 community [ 64500:3 large:1:2:3 ]", ("1:2:3", "64500:3")),
    ],
)
def test_communities_of_own_routes_are_seen_by_policies_and_sent(lines: str, communities: tuple[str, ...]) -> None:
    """Junos, community (Protocols Routing-Options)."""
    first = STATIC + f"set routing-options {lines}\n" + EXPORT + "term 1 from community ANY\n"
    first += "set policy-options policy-statement OUT term 1 then accept\n"
    first += "set policy-options policy-statement OUT term 2 then reject\n"
    first += "set policy-options community ANY members 64500:.*\n"
    rows = [row for row in state_of({"r1": R1 + first, "r2": R2}).bgp.rows() if row.node == "r2"]
    assert [row.attributes.communities for row in rows] == [communities]


@pytest.mark.parametrize(("line", "sent"), [("no-readvertise", False), ("readvertise", True)])
def test_a_static_route_that_is_not_readvertised_stays(line: str, sent: bool) -> None:
    first = STATIC + f"set routing-options static route 10.9.0.0/16 {line}\n" + EXPORT + "then accept\n"
    assert bool(learned(state_of({"r1": R1 + first, "r2": R2}), "r2")) == sent


@pytest.mark.parametrize("tracked", ["static route 10.9.0.0/16 discard", "", "static route 10.9.0.0/16 tag 7"])
def test_a_condition_that_turns_is_seen_from_what_was_known_before(tracked: str) -> None:
    """Warm as cold: r2 has the tracked route, by BGP r1 and so r3 what hangs on it."""
    first = CONDITION.format(asked="10.9.0.0/16") + "set protocols bgp group U export OUT\n"
    cache, seen = Cache(), []
    for lines in ("static route 10.9.0.0/16 discard", tracked, "static route 10.9.0.0/16 discard"):
        second = EXPORT + "then accept\n" + (f"set routing-options {lines}\n" if lines else "")
        devices = {"r1": R1 + TO_R3 + first, "r2": R2 + second, "r3": R3}
        warm, cold = compute(snapshot_of(devices), cache=cache), state_of(devices)
        assert list(warm.bgp.rows()) == list(cold.bgp.rows())
        seen.append(bool(learned(warm, "r3", "10.255.0.1/32")))
    assert seen == [True, "discard" in tracked, True]


@pytest.mark.parametrize(
    ("line", "export", "med"),
    [
        ("metric-out igp", "", 1),
        ("metric-out igp 10", "", 11),
        ("metric-out minimum-igp -5", "", 0),
        ("metric-out 7", "", 7),
        ("metric-out igp", "then metric 33\nset policy-options policy-statement OUT then accept\n", 33),
    ],
)
def test_a_metric_that_follows_the_igp(line: str, export: str, med: int) -> None:
    """r2 -OSPF- r1 - r3: the next hop that r1 has by iBGP is r2's loopback, at 1 (Junos, metric-out)."""
    inside = "set protocols ospf area 0 interface ge-0/0/0.0\nset protocols ospf area 0 interface lo0.0 passive\n"
    inside += "set protocols bgp group I type internal\nset protocols bgp group I local-address 10.255.0.{own}\n"
    inside += "set protocols bgp group I neighbor 10.255.0.{far}\n"
    one = R1.replace("set protocols bgp group E", "deactivate protocols bgp group E") + inside.format(own=1, far=2)
    two = R2.replace("set protocols bgp group E", "deactivate protocols bgp group E") + inside.format(own=2, far=1)
    two = two.replace("65002", "65001") + STATIC + "set protocols bgp group I export LAN\n"
    two += "set policy-options policy-statement LAN from protocol static\n"
    two += "set policy-options policy-statement LAN then next-hop self\n"
    two += "set policy-options policy-statement LAN then accept\n"
    one += TO_R3 + f"set protocols bgp group U {line}\n"
    one += f"set protocols bgp group U export OUT\nset policy-options policy-statement OUT {export}" if export else ""
    (row,) = learned(state_of({"r1": one, "r2": two, "r3": R3}), "r3")
    assert row.attributes.med == med
