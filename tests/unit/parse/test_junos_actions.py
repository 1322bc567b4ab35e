"""Actions of Junos terms that meet each other, and policies called from policies, evaluated.

What stays of several actions of one kind: lab-validation, junos_then_action_conflicts (recorded from Junos 25.4).
"""

from __future__ import annotations

import pytest

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment, as_path_text
from guard.model.coverage import LineState
from guard.parse.device import parse_device
from guard.simulate.policy.evaluator import Evaluator, RouteView

LISTS = """\
set policy-options community RED members 64500:1
set policy-options community BLUE members 64500:2
"""
VIEW = RouteView(
    parse_prefix("10.1.0.0/16"),
    BgpAttributes(as_path=(Segment(SEQUENCE, (64500,)),), next_hop=parse_address("10.7.0.2"), med=7),
    own_as=65001,
    igp_metric=30,
)


def judged(policy: str, *, default: bool = False, names: tuple[str, ...] = ("P",)) -> RouteView | None:
    """The route after the chain of `names`, of which `policy` holds the lines without their beginning."""
    lines = "".join(f"set policy-options policy-statement {row}\n" for row in policy.strip().split("\n"))
    device = parse_device(LISTS + lines, "configs/r1.cfg")
    assert not [note for note in device.coverage.notes if note.state is not LineState.IGNORED], device.coverage.notes
    return Evaluator(device).evaluate(names, VIEW, default=default)


@pytest.mark.parametrize(
    ("lines", "accepted"),
    [
        ("P then accept\nP then reject", False),
        ("P then reject\nP then accept", True),
        ("P term 1 then accept\nP term 1 then next term\nP term 2 then reject", False),
        ("P term 1 then next term\nP term 1 then accept\nP term 2 then reject", False),
        ("P term 1 then next term\nP term 1 then next policy\nP term 2 then reject", True),
        ("P term 1 then next policy\nP term 1 then next term\nP term 2 then reject", False),
        ("P then accept\nP then default-action reject", True),
        ("P then reject\nP then default-action accept", False),
        ("P then default-action reject", False),
    ],
)
def test_how_a_term_ends(lines: str, accepted: bool) -> None:
    assert (judged(lines, default=True) is not None) == accepted


def test_a_default_action_holds_to_the_end_of_the_chain() -> None:
    assert judged("P then default-action accept\nQ then metric 9", names=("P", "Q")) is not None
    assert judged("P then default-action accept\nQ then reject", names=("P", "Q")) is None


@pytest.mark.parametrize(
    ("actions", "med"),
    [
        (("metric 200", "metric 50"), 50),
        (("metric 200", "metric add 50"), 57),
        (("metric add 50", "metric 200"), 200),
        (("metric add 50", "metric subtract 5", "metric add 1"), 8),
        (("metric 200", "metric igp"), 30),
        (("metric igp 5",), 35),
        (("metric igp -40",), 0),
        (("metric 200", "metric expression metric multiplier 2 offset 5"), 19),
        (("metric expression metric multiplier 2", "metric expression metric2 multiplier 3 offset -4"), 100),
        (("metric expression metric multiplier 2 offset 5", "metric 200"), 200),
    ],
)
def test_numbers_are_set_once(actions: tuple[str, ...], med: int) -> None:
    found = judged("".join(f"P then {each}\n" for each in actions) + "P then accept")
    assert found is not None
    assert found.attributes.med == med


@pytest.mark.parametrize(
    ("actions", "path"),
    [
        (('as-path-prepend "65010 65020"', "as-path-prepend 65030"), "65030 64500"),
        (("as-path-expand last-as count 2", "as-path-expand last-as count 1"), "64500 64500"),
        (("as-path-expand 65020", "as-path-prepend 65010"), "65020 65010 64500"),
    ],
)
def test_paths_are_prepended_before_they_are_expanded(actions: tuple[str, ...], path: str) -> None:
    found = judged("".join(f"P then {each}\n" for each in actions) + "P then accept")
    assert found is not None
    assert as_path_text(found.attributes.as_path) == path


@pytest.mark.parametrize(
    ("actions", "left"),
    [
        (("add RED", "set BLUE"), ("64500:2",)),
        (("set BLUE", "add RED"), ("64500:1", "64500:2")),
        (("add RED", "delete RED", "add BLUE"), ("64500:2",)),
        (("delete RED", "add RED"), ("64500:1",)),
        (("set RED", "add BLUE", "delete RED"), ("64500:2",)),
    ],
)
def test_communities_change_in_the_order_of_their_lines(actions: tuple[str, ...], left: tuple[str, ...]) -> None:
    found = judged("".join(f"P then community {each}\n" for each in actions) + "P then accept")
    assert found is not None
    assert found.attributes.communities == left


@pytest.mark.parametrize(
    ("expression", "accepted"),
    [
        ("( YES && NO )", False),
        ("( YES || NO )", True),
        ("( NO || ( YES && ! NO ) )", True),
        ("! NO", True),
        ("(!YES)", False),
        ("YES", True),
        ("NO", False),
    ],
)
def test_expressions_of_policies(expression: str, accepted: bool) -> None:
    policies = "YES then accept\nNO then reject\n"
    found = judged(f"{policies}P term 1 from policy {expression}\nP term 1 then accept\nP term 2 then reject")
    assert (found is not None) == accepted


def test_a_called_policy_that_does_not_decide_is_decided_by_the_default() -> None:
    """Junos "Possible Consequences of Termination Actions in Subroutines"; its changes of the route stay."""
    lines = "SUB term 1 then metric 99\nP term 1 from policy SUB\nP term 1 then accept\nP term 2 then reject"
    found = judged(lines, default=True)
    assert found is not None
    assert found.attributes.med == 99
    assert judged(lines, default=False) is None
