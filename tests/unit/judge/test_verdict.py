"""The one table from findings to a verdict."""

from __future__ import annotations

from itertools import product

import pytest

from guard.judge.finding import Enforcement, Finding, Observation, Status, Verdict, some
from guard.judge.verdict import of, verdict

TABLE = """
new       deny BLOCK  hold HOLD   warn ALLOW
undecided deny HOLD   hold HOLD   warn ALLOW
existing  deny ALLOW  hold ALLOW  warn ALLOW
waived    deny ALLOW  hold ALLOW  warn ALLOW
"""


def _finding(status: str, enforcement: str) -> Finding:
    return Finding("p", Enforcement(enforcement), Status(status), 1, "m")


def _rows() -> list[tuple[str, str, str]]:
    rows = []
    for line in TABLE.split("\n"):
        status, *pairs = line.split() or [""]
        rows += [(status, enforcement, wanted) for enforcement, wanted in zip(pairs[::2], pairs[1::2], strict=True)]
    return rows


@pytest.mark.parametrize(("status", "enforcement", "wanted"), _rows())
def test_each_cell(status: str, enforcement: str, wanted: str) -> None:
    assert of(_finding(status, enforcement)) == wanted


def test_the_table_is_total() -> None:
    cells = {(status, enforcement) for status, enforcement, _ in _rows()}
    assert cells == {(status.value, each.value) for status, each in product(Status, Enforcement)}


def test_block_goes_before_hold_before_allow() -> None:
    hold, block, warn = _finding("new", "hold"), _finding("new", "deny"), _finding("new", "warn")
    assert verdict([hold, block, warn], evaluated=3) is Verdict.BLOCK
    assert verdict([warn, hold], evaluated=3) is Verdict.HOLD
    assert verdict([warn], evaluated=3) is Verdict.ALLOW
    assert verdict([], evaluated=1) is Verdict.ALLOW


def test_nothing_judged_is_never_allow() -> None:
    assert verdict([], evaluated=0) is Verdict.HOLD
    assert verdict([_finding("new", "deny")], evaluated=0) is Verdict.BLOCK


@pytest.mark.parametrize(
    ("own", "at_most", "instead", "wanted"),
    [
        ("deny", None, None, "deny"),
        ("deny", "hold", None, "hold"),
        ("warn", "hold", None, "warn"),  # a downgrade never makes an operator's milder choice stricter
        ("warn", None, "deny", "deny"),
        ("deny", "warn", "hold", "warn"),
    ],
)
def test_downgrades(own: str, at_most: str | None, instead: str | None, wanted: str) -> None:
    observation = Observation(
        "m",
        at_most=Enforcement(at_most) if at_most else None,
        instead=Enforcement(instead) if instead else None,
    )
    assert observation.enforced(Enforcement(own)) == wanted


def test_long_lists_say_what_they_leave_out() -> None:
    assert some(["a", "b", "c"], 2) == ("a", "b", "… and 1 more")
    assert some(["a", "b"], 2) == ("a", "b")
