"""Main RIBs against what live FRR 8.4.4 held for FRR's own topology tests (recorded; staged as snapshots beside)."""

from __future__ import annotations

import json

import pytest
from data import needs
from divergences import mark
from judges import judge
from small_network import folder

from guard.engines.rows import routes_rows
from guard.simulate.control_plane import compute

#: Topologies that hang on interior protocols alone, and those with BGP over them.
INTERIOR = ("ospf_topo1", "ospf6_topo1", "ospf_suppress_fa", "static_route_distance", "isis_topo1")


def recorded() -> list[str]:
    try:
        root = needs("frr-truth")
    except pytest.skip.Exception:
        return []
    return sorted(path.stem for path in root.glob("*.json") if json.loads(path.read_text())["usable"])


@pytest.mark.parametrize("name", recorded() or INTERIOR)
def test_routes_as_frr_selected_them(name: str, request: pytest.FixtureRequest) -> None:
    truth = json.loads(needs(f"frr-truth/{name}.json").read_text())
    mark(request, "frr routes", name)
    rows = list(routes_rows(compute(folder(needs(f"frr-truth/{name}")))))
    said: list[str] = []
    counts = judge("frrlive").judge_routes(truth, rows, lambda *words: said.append(str(words)))
    assert said == []
    assert counts["exact"] == counts["truth"] > 0
