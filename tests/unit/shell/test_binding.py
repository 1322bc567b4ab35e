"""A server's verdict is HOLD at best off the active snapshot, and never milder than the pipeline's."""

import pytest

from guard.shell.binding import bound, encoded, masked
from guard.shell.errors import InvariantBroken

FINDING = {"policy": "blackhole"}


def judged(verdict: str, snapshot: str = "b", inventory: bytes = b"i") -> tuple[str, list[str]]:
    document = bound({"verdict": verdict, "findings": [FINDING]}, snapshot=snapshot, active="a", inventory=inventory,
                     active_inventory=b"i")
    return document["verdict"], [finding["policy"] for finding in document["findings"]]


@pytest.mark.parametrize(("verdict", "expected"), [("ALLOW", "HOLD"), ("HOLD", "HOLD"), ("BLOCK", "BLOCK")])
def test_another_snapshot_holds_at_best(verdict: str, expected: str) -> None:
    assert judged(verdict) == (expected, ["blackhole", "stale-base"])


def test_another_inventory_holds_at_best() -> None:
    assert judged("ALLOW", inventory=b"weaker") == ("HOLD", ["blackhole", "stale-base", "intent-weakened"])


def test_what_the_pipeline_said_is_not_said_twice() -> None:
    said = {"policy": "stale-base", "status": "new"}
    document = bound({"verdict": "ALLOW", "findings": [said]}, snapshot="b", active="a", inventory=b"",
                     active_inventory=b"")
    assert document == {"verdict": "HOLD", "findings": [said]}


def test_the_active_snapshot_changes_nothing() -> None:
    assert judged("ALLOW", snapshot="a") == ("ALLOW", ["blackhole"])


def test_masking_reaches_every_text() -> None:
    value = {"a": ["enable secret x1y2", 1, None, True], "b": ({"c": "password: x1y2"},), "d": 1.5}
    assert masked(value) == {
        "a": ["enable secret <masked>", 1, None, True], "b": [{"c": "password: <masked>"}], "d": 1.5}


def test_bytes_that_were_no_text_are_replaced() -> None:
    old_banner = b"banner \xe9 \xc3\xa9".decode("utf-8", "surrogateescape")
    assert masked([old_banner]) == ["banner \ufffd \xe9"]


def test_a_document_keeps_its_order_and_is_json_or_an_error() -> None:
    assert encoded({"verdict": "HOLD", "findings": [], "a": "é"}).decode() == '{"verdict":"HOLD","findings":[],"a":"é"}'
    for value in (float("nan"), object(), "\udce9"):
        with pytest.raises(InvariantBroken, match="is no JSON"):
            encoded({"a": value})
