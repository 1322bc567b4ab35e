"""guard and Batfish on every recorded snapshot, through the comparison that `--engine both` uses.

Every difference is explained: by an entry of the product's own data, or by an entry of batfish_differences.yaml.
`python tests/conformance/test_batfish_agreement.py` prints the table.
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pytest
import yaml
from batfish_recorded import names, recorded

from guard.engines.agreement import Difference, Fact, agreement
from guard.engines.batfish.translate import state
from guard.engines.known_differences import KNOWN
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute


@lru_cache(maxsize=1)
def listed() -> dict[str, dict[str, Any]]:
    text = (Path(__file__).parent / "batfish_differences.yaml").read_text()
    return {entry["snapshot"]: entry for entry in yaml.safe_load(text)}


@lru_cache(maxsize=1)
def compared(name: str) -> tuple[tuple[Difference, ...], NetworkState]:
    answer = recorded(name)
    ours, theirs = compute(answer.snapshot), state(answer.answers, answer.snapshot)
    return agreement(ours, theirs, answer.snapshot), theirs


def unexplained(differences: tuple[Difference, ...]) -> list[Difference]:
    return [each for each in differences if each.known is None and each.fact is not Fact.UNKNOWN]


@pytest.mark.parametrize("name", names())
def test_every_difference_is_explained(name: str) -> None:
    found = unexplained(compared(name)[0])
    expected = Counter(listed()[name]["counts"]) if name in listed() else Counter()
    told = "\n".join(f"{each.fact} {each.subject}: {each.answers[0]} | {each.answers[1]}" for each in found)
    assert Counter(str(each.fact) for each in found) == expected, told


@pytest.mark.parametrize("name", names())
def test_a_difference_names_its_nodes_both_answers_and_the_lines_behind_it(name: str) -> None:
    devices = recorded(name).snapshot.devices
    for each in compared(name)[0]:
        assert each.answers[0] != each.answers[1] or "more routes" in each.subject
        assert each.nodes or each.fact is Fact.UNKNOWN
        sources = {source.file for source in each.sources}
        assert sources <= {device.file for device in devices.values()}


def test_an_entry_says_who_is_right_and_who_says_so() -> None:
    for entry in listed().values():
        assert entry["right"] in ("guard", "Batfish", "")
        assert entry["reason"]
        assert entry["source"]
    assert len({known.name for known in KNOWN}) == len(KNOWN)
    assert all(known.right in ("guard", "Batfish", "") and known.reason and known.source for known in KNOWN)


def test_a_state_agrees_with_itself() -> None:
    for name in names()[:12]:
        made = compared(name)[1]
        same = agreement(made, made, recorded(name).snapshot)
        assert [each for each in same if each.fact is not Fact.UNKNOWN] == []


def facts(made: NetworkState) -> dict[str, int]:
    """How many facts a state gives, by kind."""
    routes = sum(1 for rib in made.ribs.values() for prefix in rib.prefixes() if prefix.version == 4)
    paths = len({(row.node, row.vrf, row.prefix) for row in made.bgp.rows() if row.best})
    return {"routes": routes, "paths": paths, "sessions": len(made.sessions), "interfaces": len(made.interfaces)}


def table() -> str:
    """Markdown: facts that Batfish gave, differences by explanation."""
    rows = [
        "| snapshot | routes | best paths | sessions | differ | by data | guard right | Batfish right | other |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in names():
        differences, theirs = compared(name)
        told = [each for each in differences if each.fact is not Fact.UNKNOWN]
        right = Counter(each.known.right for each in told if each.known is not None)
        known = sum(right.values())
        right[listed().get(name, {}).get("right", "")] += len(told) - known
        count = facts(theirs)
        cells = [name, *(count[each] for each in ("routes", "paths", "sessions")), len(told), known]
        rows.append(f"| {' | '.join(map(str, cells))} | {right['guard']} | {right['Batfish']} | {right['']} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
