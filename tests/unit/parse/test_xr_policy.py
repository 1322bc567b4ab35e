"""IOS XR's route policies and sets: which routes they match and what they do to them, evaluated."""

from __future__ import annotations

import pytest

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment
from guard.model.coverage import LineState
from guard.model.device import Device
from guard.model.policy import NEXT_IN_ORDER, All, Outcome
from guard.parse.device import parse_device
from guard.simulate.policy.evaluator import Evaluator, RouteView

SETS = """\
!! IOS XR Configuration
prefix-set V4
  # what lives in the data centre
  10.1.0.0/16,
  10.2.0.0/16 le 24,
  10.3.0.0/16 ge 20 le 22,
  10.4.0.0/16 eq 24,
  192.0.2.1
end-set
!
prefix-set BOTH
  10.0.0.0/8,
  2001:db8::/32 ge 48
end-set
!
prefix-set EMPTY
end-set
!
community-set PAIR
  65000:1,
  65000:2
end-set
!
community-set WILD
  65001:*,
  *:666,
  65002:[10..20],
  no-export,
  private-as:5,
  ios-regex '^65003:[0-9]+$'
end-set
!
large-community-set LARGE
  65000:1:*
end-set
!
extcommunity-set rt TARGETS
  65000:1,
  12.34:56
end-set
!
as-path-set PATHS
  ios-regex '_65010_',
  originates-from '65020 [65030..65039]',
  length ge 6
end-set
!
tag-set TAGS
  5,
  [100..200]
end-set
!
"""


def device_of(*body: str, name: str = "P", more: str = "") -> Device:
    rows = "\n".join(f"  {row}" for row in body)
    return parse_device(f"{SETS}{more}route-policy {name}\n{rows}\nend-policy\n", "configs/r1.cfg")


def judged(view: RouteView, *body: str, more: str = "") -> RouteView | None:
    """The route after a policy of these lines."""
    device = device_of(*body, more=more)
    assert not [note for note in device.coverage.notes if note.state == LineState.UNRECOGNISED], device.coverage.notes
    assert [each.name for each in device.undefined if each.name != "NOWHERE"] == []
    return Evaluator(device).evaluate(("P",), view)


def route(
    prefix: str = "10.1.0.0/16",
    path: tuple[int, ...] = (65010,),
    *,
    communities: tuple[str, ...] = (),
    peer: str = "10.7.0.2",
    **more: int,
) -> RouteView:
    attributes = BgpAttributes(
        as_path=(Segment(SEQUENCE, path),) if path else (),
        communities=communities,
        next_hop=parse_address("10.7.0.2"),
        **more,
    )
    return RouteView(parse_prefix(prefix), attributes, own_as=65000, peer=parse_address(peer))


def med_of(view: RouteView | None) -> int | str | None:
    return "dropped" if view is None else view.attributes.med


def passes(test: str, view: RouteView) -> bool:
    return judged(view, f"if {test} then", "pass", "endif") is not None


# ------------------------------------------------------------------------------------------------ tests


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("destination in V4", "10.1.0.0/16", "10.1.1.0/24"),
        ("destination in V4", "10.2.9.0/24", "10.2.9.0/25"),
        ("destination in V4", "10.3.16.0/20", "10.3.0.0/16"),
        ("destination in V4", "10.3.16.0/22", "10.3.16.0/23"),
        ("destination in V4", "10.4.7.0/24", "10.4.0.0/16"),
        ("destination in V4", "192.0.2.1/32", "192.0.2.0/24"),
        ("destination in BOTH", "2001:db8:1::/48", "2001:db8::/32"),
        ("destination in BOTH", "10.0.0.0/8", "2001:db9::/48"),
        ("destination in (10.0.0.0/8 ge 24)", "10.9.9.0/24", "10.9.0.0/16"),
        ("destination in (10.0.0.0/8 le 16, 11.0.0.0/8)", "11.0.0.0/8", "10.1.1.0/24"),
        ("destination in (10.1.0.0/255.255.0.0 le 32)", "10.1.2.0/24", "10.2.0.0/16"),
        ("destination in (0.0.0.0/0)", "0.0.0.0/0", "10.0.0.0/8"),
        ("destination in (0.0.0.0/0 le 32)", "10.0.0.0/8", "2001:db8::/32"),
        ("not destination in V4", "10.9.0.0/16", "10.1.0.0/16"),
    ],
)
def test_prefixes(test: str, yes: str, no: str) -> None:
    assert passes(test, route(yes))
    assert not passes(test, route(no))


def test_a_set_without_elements_holds_nothing() -> None:
    assert not passes("destination in EMPTY", route())


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("as-path in PATHS", (1, 65010, 2), (1, 650101, 2)),
        ("as-path in PATHS", (9, 65020, 65031), (65020, 65031, 9)),
        ("as-path in PATHS", (9, 65020, 65020, 65039, 65039), (9, 65020, 65040)),
        ("as-path in PATHS", (1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5)),
        ("as-path in (ios-regex '^65001_')", (65001, 2), (2, 65001)),
        ("as-path in (length eq 2, neighbor-is '7')", (7, 8, 9), (8, 8, 9)),
        ("as-path neighbor-is '65001 65002'", (65001, 65001, 65002, 3), (65001, 3, 65002)),
        ("as-path neighbor-is '65001 65002' exact", (65001, 65002, 3), (65001, 65001, 65002)),
        ("as-path originates-from '65009'", (1, 65009, 65009), (65009, 1)),
        ("as-path passes-through '65005'", (1, 65005, 2), (1, 6, 2)),
        ("as-path passes-through '[64512..65534]'", (1, 64512), (1, 64511)),
        ("as-path length le 2", (1, 2), (1, 2, 3)),
        ("as-path unique-length eq 2", (1, 1, 2), (1, 1, 1)),
        ("as-path is-local", (), (1,)),
    ],
)
def test_paths(test: str, yes: tuple[int, ...], no: tuple[int, ...]) -> None:
    assert passes(test, route(path=yes))
    assert not passes(test, route(path=no))


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("community matches-any PAIR", ("65000:2",), ("65000:3",)),
        ("community matches-every PAIR", ("65000:1", "65000:2", "7:7"), ("65000:1",)),
        ("community matches-within PAIR", ("65000:1",), ("65000:1", "7:7")),
        ("community matches-any WILD", ("65001:9",), ("65009:9",)),
        ("community matches-any WILD", ("1:666",), ("1:6666",)),
        ("community matches-any WILD", ("65002:15",), ("65002:21",)),
        ("community matches-any WILD", ("no-export",), ("no-advertise",)),
        ("community matches-any WILD", ("64512:5",), ("64511:5",)),
        ("community matches-any WILD", ("65003:1",), ("65004:1",)),
        ("community matches-every (65000:1, *:2)", ("65000:1", "9:2"), ("65000:1", "9:3")),
        ("community matches-any (*)", ("1:1",), ()),
        ("community is-empty", ("1:2:3", "rt 1:2"), ("1:1",)),
        ("large-community matches-any LARGE", ("65000:1:9",), ("65000:2:9",)),
        ("extcommunity rt matches-any TARGETS", ("rt 786466:56",), ("rt 65000:2",)),
        ("extcommunity rt matches-any (65000:*)", ("rt 65000:9",), ("soo 65000:9",)),
    ],
)
def test_communities(test: str, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    assert passes(test, route(communities=yes))
    assert not passes(test, route(communities=no))


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("med eq 5", {"med": 5}, {"med": 6}),
        ("med ge 5", {"med": 7}, {"med": 4}),
        ("local-preference le 90", {"local_preference": 80}, {"local_preference": 91}),
        ("tag in TAGS", {"tag": 150}, {"tag": 99}),
        ("tag in (5, [7..9])", {"tag": 8}, {"tag": 6}),
        ("tag eq 5", {"tag": 5}, {"tag": 4}),
        ("origin is incomplete", {"origin": 2}, {"origin": 0}),
        ("(med eq 1 or tag eq 2) and not origin is egp", {"tag": 2}, {"tag": 2, "origin": 1}),
        ("med eq 1 or tag eq 2 and origin is egp", {"med": 1}, {"tag": 2}),  # `and` binds closer than `or`
    ],
)
def test_numbers_and_logic(test: str, yes: dict[str, int], no: dict[str, int]) -> None:
    assert passes(test, route(**yes))
    assert not passes(test, route(**no))


def test_neighbours_next_hops_and_sources_of_routes() -> None:
    assert passes("next-hop in (10.7.0.0/16 le 32)", route())
    assert not passes("next-hop in (10.8.0.0/16 le 32)", route())
    assert passes("source in (10.7.0.2)", route())
    assert not passes("source in (10.7.0.3)", route())
    assert passes("protocol is static", route()._replace(protocol="static"))
    assert passes("protocol in (connected, ospf 1)", route()._replace(protocol="ospf", process="1"))
    assert not passes("protocol in (connected, ospf 1)", route()._replace(protocol="ospf", process="2"))
    assert passes("protocol is bgp 65000", route())
    assert passes("route-type is interarea", route()._replace(protocol="ospf", route_type="inter-area"))
    assert passes("validation-state is invalid", route()._replace(rpki="invalid"))
    assert not passes("rd in (65000:1)", route())


# ------------------------------------------------------------------------------------------------ changes


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("set local-preference 200", "local_preference", 200),
        ("set local-preference +50", "local_preference", 150),
        ("set med 7", "med", 7),
        ("set med -3", "med", 2),
        ("set med max-reachable", "med", 4294967295),
        ("set weight 9", "weight", 9),
        ("set tag 8", "tag", 8),
        ("set origin egp", "origin", 1),
        ("set next-hop 10.8.0.1", "next_hop", parse_address("10.8.0.1")),
        ("set community (65000:9)", "communities", ("1:2:3", "65000:9")),
        ("set community (65000:9, no-export) additive", "communities", ("1:2:3", "65000:1", "65000:9", "no-export")),
        ("set community PAIR additive", "communities", ("1:2:3", "65000:1", "65000:2")),
        ("delete community in (65000:*)", "communities", ("1:2:3",)),
        ("delete community not in (65000:1)", "communities", ("1:2:3", "65000:1")),
        ("delete community all", "communities", ("1:2:3",)),
        ("delete large-community in LARGE", "communities", ("1:2:3", "65000:1")),
        ("set extcommunity rt (65000:7) additive", "communities", ("1:2:3", "65000:1", "rt 65000:7")),
        ("prepend as-path 65000 2", "as_path", (Segment(SEQUENCE, (65000, 65000, 65010)),)),
        ("prepend as-path own-as", "as_path", (Segment(SEQUENCE, (65000, 65010)),)),
        ("prepend as-path most-recent 2", "as_path", (Segment(SEQUENCE, (65010, 65010, 65010)),)),
        ("replace as-path '65010'", "as_path", (Segment(SEQUENCE, (65000,)),)),
    ],
)
def test_changes_let_the_route_pass(action: str, field: str, value: object) -> None:
    found = judged(route(communities=("1:2:3", "65000:1"), med=5), action)
    assert found is not None
    assert getattr(found.attributes, field) == value


def test_what_is_not_modelled_passes_too_and_is_said() -> None:
    device = device_of("set path-selection backup 1 install", "set dampening halflife 15")
    assert Evaluator(device).evaluate(("P",), route()) is not None
    states = [(note.text, note.state) for note in device.coverage.notes if note.text.startswith("set")]
    assert states == [
        ("set path-selection backup 1 install", LineState.NOT_IMPLEMENTED),
        ("set dampening halflife 15", LineState.IGNORED),
    ]


# ------------------------------------------------------------------------------------------------ control flow


def test_nothing_said_is_a_drop() -> None:
    assert judged(route(), "if destination in EMPTY then", "pass", "endif") is None
    assert judged(route(), "if destination in V4 then", "endif") is None


def test_a_later_drop_stands_over_what_passed() -> None:
    assert judged(route(), "pass", "if destination in V4 then", "drop", "endif") is None
    assert judged(route(), "set med 3", "done", "drop") is not None


def test_a_test_sees_the_route_as_it_came_in() -> None:
    found = judged(route(med=12), "if med eq 12 then", "set med 42", "if med eq 42 then", "drop", "endif", "endif")
    assert found is not None
    assert found.attributes.med == 42


def test_the_last_value_of_several_stands() -> None:
    body = ("set med 8", "if community matches-any PAIR then", "set med 12", "endif")
    assert [med_of(judged(route(communities=each), *body)) for each in ((), ("65000:1",))] == [8, 12]


def test_the_first_branch_that_holds_is_taken_alone() -> None:
    body = ("if destination in V4 then", "set med 1", "elseif destination in BOTH then", "set med 2", "else", "drop")
    prefixes = ("10.1.0.0/16", "10.0.0.0/8", "11.0.0.0/8")
    assert [med_of(judged(route(each), *body, "endif", "set weight 1")) for each in prefixes] == [1, 2, "dropped"]


CHILD = """\
route-policy CHILD($pref, $tag)
  if destination in V4 then
    set local-preference $pref
    set community (65000:$tag) additive
  elseif community matches-any (65000:$tag) then
    drop
  endif
end-policy
!
"""


def test_an_applied_policy_stands_in_its_place_with_its_arguments() -> None:
    found = judged(route(), "apply CHILD(150, 77)", more=CHILD)
    assert found is not None
    assert (found.attributes.local_preference, found.attributes.communities) == (150, ("65000:77",))
    assert judged(route("11.0.0.0/8", communities=("65000:77",)), "apply CHILD(1, 77)", "pass", more=CHILD) is None
    assert judged(route("11.0.0.0/8", communities=("65000:78",)), "apply CHILD(1, 77)", "pass", more=CHILD)
    assert judged(route("11.0.0.0/8"), "apply CHILD(1, 77)", more=CHILD) is None


def test_a_policy_may_be_a_test() -> None:
    body = ("if apply CHILD(1, 7) then", "set med 1", "else", "set med 2", "endif")
    assert [med_of(judged(route(p), *body, more=CHILD)) for p in ("10.1.0.0/16", "11.0.0.0/8")] == [1, 2]
    found = judged(route(), *body, more=CHILD)
    assert found is not None
    assert found.attributes.communities == ()  # what it would change is not changed


def test_a_policy_that_is_applied_and_not_there_drops_and_is_undefined() -> None:
    assert judged(route(), "apply NOWHERE", "pass") is None
    assert [each.name for each in device_of("apply NOWHERE").undefined] == ["NOWHERE"]


def test_policies_that_apply_each_other_end() -> None:
    device = device_of("apply Q", more="route-policy Q\n  apply P\nend-policy\n")
    assert Evaluator(device).evaluate(("P",), route()) is None
    assert any("in a circle" in note.reason for note in device.coverage.notes)


def test_a_place_may_give_arguments() -> None:
    text = f"{SETS}{CHILD}router bgp 65000\n neighbor 10.0.0.1\n  remote-as 65001\n  address-family ipv4 unicast\n"
    device = parse_device(f"{text}   route-policy CHILD (120, 9) in\n", "configs/r1.cfg")
    family = device.bgp[0].neighbors[0].families[0]
    assert family.import_policies == ("CHILD(120, 9)",)
    found = Evaluator(device).evaluate(family.import_policies, route())
    assert found is not None
    assert found.attributes.local_preference == 120
    assert device.undefined == ()
    assert [each.name for each in device.unused if each.kind == "route-map"] == []


# ------------------------------------------------------------------------------------------------ terms and lines


def test_a_chain_of_branches_is_a_list_of_terms_with_their_lines() -> None:
    body = (
        "if destination in V4 then",
        "pass",
        "elseif destination in BOTH then",
        "set med 1",
        "else",
        "drop",
        "endif",
    )
    first = SETS.count("\n") + 2
    policy = device_of(*body).policies["P"]
    assert [(term.name, term.outcome, term.goto) for term in policy.terms] == [
        ("1", Outcome.ACCEPT, None),
        ("2", Outcome.ACCEPT, None),
        ("3", Outcome.REJECT, None),
    ]
    assert [term.source.first - first for term in policy.terms] == [0, 2, 4]
    assert policy.terms[2].condition == All()
    assert policy.default is Outcome.REJECT


def test_what_goes_on_is_a_term_that_goes_on() -> None:
    policy = device_of("if destination in V4 then", "set med 1", "endif", "set weight 2").policies["P"]
    assert [(term.goto, term.outcome) for term in policy.terms] == [
        (NEXT_IN_ORDER, Outcome.ACCEPT),
        (None, Outcome.ACCEPT),
    ]


@pytest.mark.parametrize(
    "body",
    [
        ("if destination in V4 then", "pass"),
        ("endif",),
        ("if destination then", "pass", "endif"),
        ("if nonsense is 5 then", "pass", "endif"),
        ("set", "frobnicate"),
        ("if (med eq 5 then", "pass", "endif"),
        ("prepend as-path 65000 99",),
    ],
)
def test_a_policy_that_cannot_be_read_passes_nothing_and_says_so(body: tuple[str, ...]) -> None:
    device = device_of(*body)
    assert Evaluator(device).evaluate(("P",), route()) is None
    assert any(note.state == LineState.UNRECOGNISED for note in device.coverage.notes)
    assert device.warnings


def test_an_element_that_cannot_be_read_is_its_lines_fault_alone() -> None:
    device = parse_device("!! IOS XR\nprefix-set A\n  10.0.0.0/8,\n  10.300.0.0/16\nend-set\n", "configs/r1.cfg")
    assert [str(entry.range.prefix) for entry in device.prefix_lists[4, "A"].entries] == ["10.0.0.0/8"]
    assert [(note.line, note.state) for note in device.coverage.notes] == [(4, LineState.UNRECOGNISED)]


def test_what_depends_on_the_neighbour_is_said_not_to_be_modelled() -> None:
    device = device_of("if community matches-any (peeras:1) then", "pass", "endif")
    assert [note.state for note in device.coverage.notes if "peeras" in note.text] == [LineState.PARTIAL]
    assert Evaluator(device).evaluate(("P",), route(communities=("65001:1",))) is None
