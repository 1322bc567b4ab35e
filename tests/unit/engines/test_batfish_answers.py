"""What the client hands over: rows by question, and which questions have no answer."""

from __future__ import annotations

import pytest

from guard.engines.batfish.answers import NOT_ASKED, answers_of
from guard.engines.batfish.cells import alike
from guard.engines.batfish.shared_rows import SharedRow, Sharing


def test_columns_are_read_in_either_spelling() -> None:
    old = answers_of("0.36.0", {"routes": [{"Node": {"name": "r1"}, "VRF": "default", "Next_Hop_IP": "10.0.0.1"}]})
    new = answers_of("0.36.0", {"routes": [{"node": {"name": "r1"}, "vrf": "default", "next_hop_ip": "10.0.0.1"}]})
    assert old.routes == new.routes == ({"node": {"name": "r1"}, "vrf": "default", "next_hop_ip": "10.0.0.1"},)


def test_no_rows_and_no_answer_are_two_things() -> None:
    answers = answers_of("0.36.0", {"routes": []}, {"bgp_rib": "the data plane failed"})
    assert answers.routes == answers.bgp_rib == ()
    assert "routes" not in answers.failed
    assert answers.failed["bgp_rib"] == "the data plane failed"
    assert answers.failed["init_issues"] == NOT_ASKED
    assert "detect_loops" not in answers.failed


def test_an_unknown_question_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match="colour"):
        answers_of("0.36.0", {"colour": []})


def test_rows_that_share_their_cells_are_the_rows_that_came() -> None:
    raw = [
        {"Node": {"name": node}, "VRF": "default", "Network": network, "Metric": 3, "Next_Hop": {"type": "discard"}}
        for node in ("a", "b")
        for network in ("10.0.0.0/8", "11.0.0.0/8")
    ]
    sharing = Sharing()
    rows = [*sharing.rows(raw[:3]), *sharing.rows(raw[3:])]
    assert [dict(row) for row in rows] == [{column.lower(): value for column, value in row.items()} for row in raw]
    assert len({id(row.alike) for row in rows if isinstance(row, SharedRow)}) == 1
    assert answers_of("0", {"routes": rows}).routes == tuple(rows)
    assert alike(rows[0], ("metric",)) == alike(rows[3], ("next_hop",))


def test_a_row_without_a_place_is_as_it_came() -> None:
    assert Sharing().rows([{"Node": "a", "Why": "?"}]) == ({"node": "a", "why": "?"},)
