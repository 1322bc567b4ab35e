"""Known divergences from recorded truths, read from known_divergences.yaml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
import yaml


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, dict[str, object]]]:
    text = (Path(__file__).parent / "known_divergences.yaml").read_text()
    return {kind: {each["test"]: each for each in entries} for kind, entries in yaml.safe_load(text).items()}


def expected(kind: str, test: str) -> int:
    """How many rows of the test are known to differ."""
    return int(str(_all().get(kind, {}).get(test, {}).get("rows", 0)))


def reason(kind: str, test: str) -> str:
    """Why they differ; "" where nothing is known."""
    return str(_all().get(kind, {}).get(test, {}).get("reason", ""))


def mark(request: pytest.FixtureRequest, kind: str, test: str) -> None:
    """Makes the running test a strict expected failure if the divergence is known."""
    entry = _all().get(kind, {}).get(test)
    if entry is not None:
        request.applymarker(pytest.mark.xfail(reason=str(entry["reason"]), strict=True))
