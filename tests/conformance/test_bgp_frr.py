"""BGP tables and sessions against what live FRR 8.4.4 held for FRR's own topology tests."""

from __future__ import annotations

import json

import pytest
from data import needs
from divergences import mark
from judges import judge
from small_network import folder

from guard.engines.rows import bgp_rows, session_rows
from guard.simulate.control_plane import compute


def recorded() -> list[str]:
    """Every recorded test with BGP, those that the recording marks as unusable for routes too."""
    try:
        root = needs("frr-truth")
    except pytest.skip.Exception:
        return ["bgp_rr_ibgp"]
    return sorted(path.stem for path in root.glob("bgp_*.json"))


@pytest.mark.parametrize("name", recorded())
def test_best_paths_as_frr_chose_them(name: str, request: pytest.FixtureRequest) -> None:
    truth = json.loads(needs(f"frr-truth/{name}.json").read_text())
    mark(request, "frr", name)
    said: list[str] = []
    rows = list(bgp_rows(compute(folder(needs(f"frr-truth/{name}")))))
    judge("frrlive").judge_bgp(truth, rows, lambda *words: said.append(str(words)))
    assert said == []


@pytest.mark.parametrize("name", recorded())
def test_sessions_as_frr_had_them(name: str) -> None:
    truth = json.loads(needs(f"frr-truth/{name}.json").read_text())
    said: list[str] = []
    rows = list(session_rows(compute(folder(needs(f"frr-truth/{name}")))))
    judge("frrlive").judge_sessions(truth, rows, lambda *words: said.append(str(words)))
    assert said == []
