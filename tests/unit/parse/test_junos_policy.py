"""Junos policy statements and lists: which routes they match and what they do to them, evaluated."""

from __future__ import annotations

import re

import pytest

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment
from guard.parse.device import parse_device
from guard.parse.junos import regex
from guard.simulate.policy.evaluator import Evaluator, RouteView

LISTS = """\
set version 20.1R1
set interfaces ge-0/0/0 unit 0 family inet address 10.7.0.1/24
set policy-options prefix-list L 10.1.0.0/16
set policy-options prefix-list L 2001:db8::/32
set policy-options prefix-list EMPTY
set policy-options prefix-list PATH apply-path "interfaces <*> unit <*> family inet address <*>"
set policy-options community ONE members 64500:1
set policy-options community BOTH members [ 64500:1 64500:2 ]
set policy-options community ANY members 64500:.*
set policy-options community NOT members 64500:1
set policy-options community NOT invert-match
set policy-options community LARGE members large:64500:1:1
set policy-options as-path FROM "64500 .*"
set policy-options as-path-group GROUP as-path A ".* 64501"
"""


def judged(policy: str, view: RouteView, *names: str) -> RouteView | None:
    """The route after the chain of `names` (P), of which `policy` holds the lines without their beginning."""
    lines = "".join(f"set policy-options policy-statement {row}\n" for row in policy.strip().split("\n"))
    device = parse_device(LISTS + lines, "configs/r1.cfg")
    assert not [note for note in device.coverage.notes if note.state in (3, 5)], device.coverage.notes
    return Evaluator(device).evaluate(names or ("P",), view)


def route(
    prefix: str = "10.1.0.0/16", path: tuple[int, ...] = (64500,), *, communities: tuple[str, ...] = ()
) -> RouteView:
    attributes = BgpAttributes(
        as_path=(Segment(SEQUENCE, path),), communities=communities, next_hop=parse_address("10.7.0.2"), med=5
    )
    return RouteView(parse_prefix(prefix), attributes, own_as=65001)


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("route-filter 10.0.0.0/8 exact", "10.0.0.0/8", "10.1.0.0/16"),
        ("route-filter 10.0.0.0/8 longer", "10.1.0.0/16", "10.0.0.0/8"),
        ("route-filter 10.0.0.0/8 orlonger", "10.0.0.0/8", "11.0.0.0/8"),
        ("route-filter 10.0.0.0/8 upto /16", "10.1.0.0/16", "10.1.1.0/24"),
        ("route-filter 10.0.0.0/8 prefix-length-range /20-/24", "10.1.1.0/24", "10.1.0.0/16"),
        ("route-filter 10.0.0.0/8 through 10.1.0.0/16", "10.0.0.0/9", "10.128.0.0/9"),
        ("prefix-list L", "10.1.0.0/16", "10.1.1.0/24"),
        ("prefix-list L", "2001:db8::/32", "2001:db8:1::/48"),
        ("prefix-list-filter L orlonger", "10.1.1.0/24", "10.2.0.0/16"),
        ("prefix-list PATH", "10.7.0.0/24", "10.1.0.0/16"),
        ("family inet6", "2001:db8::/32", "10.1.0.0/16"),
    ],
)
def test_prefixes(condition: str, yes: str, no: str) -> None:
    policy = f"P term 1 from {condition}\nP term 1 then accept"
    assert judged(policy, route(yes)) is not None
    assert judged(policy, route(no)) is None


def test_an_empty_prefix_list_matches_nothing() -> None:
    assert judged("P term 1 from prefix-list EMPTY\nP term 1 then accept", route()) is None


def test_the_longest_route_filter_decides_alone() -> None:
    policy = (
        "P term 1 from route-filter 10.0.0.0/8 orlonger\nP term 1 from route-filter 10.1.0.0/16 exact\n"
        "P term 1 then accept"
    )
    assert judged(policy, route("10.2.3.0/24")) is not None
    assert judged(policy, route("10.1.0.0/16")) is not None
    assert judged(policy, route("10.1.2.0/24")) is None


def test_route_filters_and_prefix_lists_are_alternatives() -> None:
    policy = "P term 1 from prefix-list L\nP term 1 from route-filter 10.9.0.0/16 exact\nP term 1 then accept"
    assert judged(policy, route("10.1.0.0/16")) is not None
    assert judged(policy, route("10.9.0.0/16")) is not None
    assert judged(policy, route("10.8.0.0/16")) is None


@pytest.mark.parametrize(
    ("condition", "carried", "holds"),
    [
        ("community ONE", ("64500:1",), True),
        ("community BOTH", ("64500:1",), False),
        ("community BOTH", ("64500:1", "64500:2"), True),
        ("community ANY", ("64500:77",), True),
        ("community ANY", ("64501:77",), False),
        ("community NOT", ("64500:1",), False),
        ("community NOT", (), True),
        ("community LARGE", ("64500:1:1",), True),
        ("community [ BOTH LARGE ]", ("64500:1:1",), True),
    ],
)
def test_communities(condition: str, carried: tuple[str, ...], holds: bool) -> None:
    found = judged(f"P term 1 from {condition}\nP term 1 then accept", route(communities=carried))
    assert (found is not None) == holds


@pytest.mark.parametrize(
    ("member", "yes", "no"),
    [
        ("123:4", "123:4", "1123:4"),
        ("123:4.*", "1123:45", "123:5"),
        ("^123:4.*$", "123:45", "1123:45"),
        ("123:4[5]", "123:456", "123:4"),
        ("123:4[5]$", "1123:45", "123:456"),
        ("^((56) | (78)):(.*)$", "78:1", "178:1"),
        ("*:20", "65000:200", "65000:120"),
        ("65535:.*", "no-export", "65534:1"),
        ("target:123456L:.*$", "rt 123456:9", "rt 12345:9"),
        ("target:1:2.$", "rt 1:23", "rt 1:234"),
        ("target:1:2", "rt 1:2", "rt 1:23"),
        ("1:2:3", "1 2:3", "1:2:3"),
        ("bandwidth-non-transitive:65000:1", "bandwidth-non-transitive 65000:1", "bandwidth 65000:1"),
    ],
)
def test_an_expression_covers_a_whole_community_only_where_it_says_so(member: str, yes: str, no: str) -> None:
    """Junos "How BGP Communities and Extended Communities Are Evaluated in Routing Policy Match Conditions"."""
    lines = LISTS + f'set policy-options community C members "{member}"\n'
    lines += "set policy-options policy-statement P term 1 from community C\n"
    lines += "set policy-options policy-statement P term 1 then accept\n"
    evaluator = Evaluator(parse_device(lines, "configs/r1.cfg"))
    assert evaluator.evaluate(("P",), route(communities=(yes,))) is not None
    assert evaluator.evaluate(("P",), route(communities=(no,))) is None


@pytest.mark.parametrize(
    ("actions", "left"),
    [
        ("community add ONE", ("64500:1", "64500:9", "64501:1", "rt 1:1")),
        ("community set BOTH", ("64500:1", "64500:2")),
        ("community delete ANY", ("64501:1", "rt 1:1")),
    ],
)
def test_what_is_done_to_communities(actions: str, left: tuple[str, ...]) -> None:
    view = route(communities=("64500:9", "64501:1", "rt 1:1"))
    found = judged(f"P then {actions}\nP then accept", view)
    assert found is not None
    assert tuple(sorted(found.attributes.communities)) == left


def test_terms_fall_through_and_chains_go_on() -> None:
    policy = (
        "P term 1 then metric 7\nP term 2 from protocol static\nP term 2 then reject\n"
        "P term 3 then local-preference add 20\n"
        "Q term 1 then next policy\nR then as-path-prepend \"65001 65001\"\nR then accept"
    )
    found = judged(policy, route(), "P", "Q", "R")
    assert found is not None
    assert (found.attributes.med, found.attributes.local_preference) == (7, 120)
    assert found.attributes.as_path == (Segment(SEQUENCE, (65001, 65001, 64500)),)
    assert judged(policy, route()._replace(protocol="static"), "P", "Q", "R") is None


def test_a_policy_called_from_a_term() -> None:
    policy = "SUB from prefix-list L\nSUB then accept\nP term 1 from policy SUB\nP term 1 then accept"
    assert judged(policy, route("10.1.0.0/16")) is not None
    assert judged(policy, route("10.2.0.0/16")) is None


@pytest.mark.parametrize(
    ("expression", "yes", "no"),
    [
        ("64500", ["64500"], ["64500 64501", "645001", ""]),
        ("64500 .*", ["64500", "64500 1 2"], ["1 64500"]),
        (".*64500", ["64500", "1 64500"], ["64500 1", "1 164500"]),
        (".* 64500 .*", ["1 64500 2"], ["1 2"]),
        ("64500{2}", ["64500 64500"], ["64500"]),
        ("64500{1,2}", ["64500", "64500 64500"], ["64500 64500 64500"]),
        ("64500+ (1|2)?", ["64500", "64500 64500 2"], ["1"]),
        ("64500-64502", ["64501"], ["64503"]),
        ("[64500-64502 7] .", ["7 9", "64502 1"], ["7", "8 9"]),
        ("()", [""], ["1"]),
        ("^64500 1$", ["64500 1"], ["64500"]),
    ],
)
def test_as_path_expressions(expression: str, yes: list[str], no: list[str]) -> None:
    pattern = re.compile(regex.as_path(expression))
    assert [path for path in yes if not pattern.search(path)] == []
    assert [path for path in no if pattern.search(path)] == []


def test_expressions_that_could_take_for_ever_are_refused() -> None:
    with pytest.raises(ValueError, match=r"repeats|repetition"):
        regex.as_path("64500{1000}")


@pytest.mark.parametrize(
    ("filters", "prefix", "med"),
    [
        (("10.0.0.0/8 exact accept", "10.0.0.0/8 longer"), "10.0.0.0/8", 5),
        (("10.0.0.0/8 exact accept", "10.0.0.0/8 longer"), "10.1.0.0/16", 77),
        (("10.0.0.0/8 orlonger metric 9", "10.1.0.0/16 exact reject"), "10.2.0.0/16", 9),
        (("10.0.0.0/8 orlonger metric 9", "10.1.0.0/16 exact reject"), "10.1.0.0/16", None),
        (("10.0.0.0/8 orlonger metric 9", "10.1.0.0/16 exact reject"), "10.1.1.0/24", 5),
        (("10.0.0.0/8 upto /16 metric 9", "11.0.0.0/8 exact"), "10.1.0.0/16", 9),
        (("10.0.0.0/8 prefix-length-range /20-/24 reject",), "10.1.1.0/24", None),
        (("2001:db8::/32 orlonger metric 9",), "2001:db8:1::/48", 9),
    ],
)
def test_a_route_filter_with_actions_goes_before_the_then_of_its_term(
    filters: tuple[str, ...], prefix: str, med: int | None
) -> None:
    """Junos "Configuring a Route Filter": actions given with a filter are taken, and `then` is not evaluated."""
    lines = "".join(f"P term 1 from route-filter {each}\n" for each in filters)
    lines += "P term 1 then metric 77\nP term 1 then accept\nP term 2 then accept"
    found = judged(lines, route(prefix))
    assert (found.attributes.med if found is not None else None) == med


@pytest.mark.parametrize(
    ("line", "yes", "no"),
    [
        ("10.0.5.0/24 address-mask 255.0.255.0", "10.77.5.0/24", "10.77.6.0/24"),
        ("10.0.5.0/24 address-mask 255.0.255.0", "10.0.5.0/24", "10.0.5.0/25"),
        ("1.2.3.4/16 address-mask 255.0.255.0", None, "1.2.0.0/16"),
        ("10.0.0.0/16 address-mask 255.254.0.0", "10.1.0.0/16", "10.2.0.0/16"),
        ("2001:db8::/48 address-mask ffff:ffff:fffe::", "2001:db8:1::/48", "2001:db8:2::/48"),
    ],
)
def test_a_mask_may_leave_bits_open(line: str, yes: str | None, no: str) -> None:
    policy = f"P term 1 from route-filter {line}\nP term 1 then accept\nP term 2 then reject"
    assert yes is None or judged(policy, route(yes)) is not None
    assert judged(policy, route(no)) is None


def test_a_list_of_route_filters() -> None:
    lines = LISTS + """\
set policy-options route-filter-list F 10.0.0.0/8 orlonger
set policy-options route-filter-list F 10.1.0.0/16 exact
set policy-options policy-statement P term 1 from route-filter-list F
set policy-options policy-statement P term 1 from route-filter 11.0.0.0/8 exact
set policy-options policy-statement P term 1 then accept
"""
    evaluator = Evaluator(parse_device(lines, "configs/r1.cfg"))
    taken = {each: evaluator.evaluate(("P",), route(each)) is not None for each in
             ("10.2.0.0/16", "10.1.0.0/16", "10.1.1.0/24", "11.0.0.0/8", "12.0.0.0/8")}  # fmt: skip
    assert taken == {"10.2.0.0/16": True, "10.1.0.0/16": True, "10.1.1.0/24": False, "11.0.0.0/8": True,
                     "12.0.0.0/8": False}  # fmt: skip
