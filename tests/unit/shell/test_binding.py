"""A server's verdict is HOLD at best off the active snapshot, and never milder than the pipeline's."""

import pytest

from guard.shell.binding import bound, masked

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


def test_the_active_snapshot_changes_nothing() -> None:
    assert judged("ALLOW", snapshot="a") == ("ALLOW", ["blackhole"])


def test_masking_reaches_every_text() -> None:
    value = {"a": ["enable secret x1y2", 1, None, True], "b": ({"c": "password: x1y2"},), "d": 1.5}
    assert masked(value) == {
        "a": ["enable secret <masked>", 1, None, True], "b": [{"c": "password: <masked>"}], "d": 1.5}
