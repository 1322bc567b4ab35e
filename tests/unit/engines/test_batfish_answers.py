"""What the client hands over: rows by question, and which questions have no answer."""

from __future__ import annotations

import pytest

from guard.engines.batfish.answers import NOT_ASKED, answers_of


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
