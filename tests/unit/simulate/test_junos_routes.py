"""What Junos does that others do not: exports of other protocols into BGP, aggregates, preferences, route resolution.

    r1 (65001) ge-0/0/0 .0 --10.0.0.0/31-- .1 ge-0/0/0 r2 (65002)
"""

from __future__ import annotations

from small_network import routes, state_of

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
