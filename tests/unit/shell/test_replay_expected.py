"""What an entry of the corpus asks of an engine that answers alone."""

from __future__ import annotations

from guard.parse.yaml_text import load_documents
from guard.shell.cli.replay import expected_of, faults_of

ENTRY = "verdict: [BLOCK]\nmust: [prefix-limit, route-reflection]\nbeyond_batfish: [route-reflection]\n"


def finding(policy: str) -> dict[str, str]:
    return {"policy": policy, "status": "new", "enforcement": "deny"}


def test_what_is_beyond_batfish_is_asked_of_the_others_and_must_not_be_there_with_it() -> None:
    expected = expected_of(load_documents(ENTRY, "expect.yaml")[0])
    one, both = [finding("prefix-limit")], [finding("prefix-limit"), finding("route-reflection")]
    assert list(faults_of(expected.of("embedded"), "BLOCK", one)) == ["missing route-reflection"]
    assert list(faults_of(expected.of("both"), "BLOCK", both)) == []
    assert list(faults_of(expected.of("batfish"), "BLOCK", one)) == []
    assert list(faults_of(expected.of("batfish"), "BLOCK", both)) == ["wrong reason route-reflection"]
