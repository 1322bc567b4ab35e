"""Large tables come in parts, and whole: a service that answers from a state that the embedded engine computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batfish_rows import answers_from
from small_network import folder

from guard.engines.agreement import Fact, agreement
from guard.engines.batfish.answers import QUESTIONS, Answers
from guard.engines.batfish.translate import state
from guard.engines.batfish.upload import speak_outward
from guard.shell.batfish import asking
from guard.shell.batfish.faults import WorkFailed
from guard.simulate.control_plane import compute

OUTAGE = Path(__file__).parents[3] / "replays" / "facebook-2021-10-04" / "snapshot"
FIELDS = ("routes", "bgp_rib", "bgp_session_status", "layer3_edges", "interface_properties", "init_issues",
          "file_parse_status")  # fmt: skip


class Answering:
    """Answers questions about the nodes that it is asked about; fails at what it was told to."""

    version = "0.36.0"

    def __init__(self, answers: Answers, fails: str = "") -> None:
        self._tables = {QUESTIONS[field].name: getattr(answers, field) for field in FIELDS}
        self._fails = fails
        self.asked: list[tuple[str, str]] = []

    def ask(self, question: str, _: str, parameters: Mapping[str, object], __: str | None = None) -> Any:
        nodes = str(parameters.get("nodes", ""))
        self.asked.append((question, nodes))
        if question == self._fails and len(self.asked) > 8:
            raise WorkFailed("out of memory")
        wanted = {each.strip(' "') for each in nodes.split(",")}
        rows = [{**row, "Interface": row["interface"]} if "interface" in row else row for row in self._tables[question]]
        return tuple(row for row in rows if not nodes or row["node"]["name"] in wanted)


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return row


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FEW_DEVICES", 3)
    monkeypatch.setattr(asking, "PART", 100)


@pytest.mark.usefixtures("small_parts")
def test_parts_are_the_whole() -> None:
    answers = answers_from(compute(folder(OUTAGE)))
    service = Answering(answers)
    told = asking.ask(service, "s", FIELDS)  # type: ignore[arg-type]
    assert [dict(row) for row in told.routes] == sorted(map(dict, answers.routes), key=lambda row: row["node"]["name"])
    assert len(told.bgp_rib) == len(answers.bgp_rib)
    assert told.bgp_of is None
    parts = [nodes for question, nodes in service.asked if question == "routes"]
    assert len(parts) > 3
    nodes = [each for part in parts for each in part.split(", ")]
    assert len(nodes) == len(set(nodes))
    assert {each.strip('"') for each in nodes} == {row["node"]["name"] for row in map(_plain, answers.routes)}


@pytest.mark.usefixtures("small_parts")
def test_a_part_that_fails_is_no_table() -> None:
    service = Answering(answers_from(compute(folder(OUTAGE))), fails="routes")
    told = asking.ask(service, "s", FIELDS)  # type: ignore[arg-type]
    assert (told.routes, told.failed["routes"]) == ((), "out of memory")
    assert told.bgp_rib


@pytest.mark.usefixtures("small_parts")
def test_of_many_routes_the_bgp_of_inner_devices_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The main RIBs and what goes outside are compared all the same; the state says whose tables it has not."""
    monkeypatch.setattr(asking, "MANY_ROWS", 50)
    snapshot = folder(OUTAGE)
    own = compute(snapshot)
    outer = speak_outward(snapshot)
    assert set() < outer < set(snapshot.devices)
    told = asking.ask(Answering(answers_from(own)), "s", FIELDS, outer=outer)  # type: ignore[arg-type]
    theirs = state(told, snapshot)
    assert {row.node for row in theirs.bgp.rows()} <= outer
    (note,) = (each for each in theirs.notes if each.code == "batfish-part-of-bgp")
    assert set(note.subjects) == set(snapshot.devices) - outer
    found = agreement(own, theirs, snapshot)
    assert [each for each in found if each.fact is not Fact.UNKNOWN] == []
    for node in snapshot.devices:
        assert theirs.bgp.originated(node, "default") == own.bgp.originated(node, "default")
    first = next(row for row in told.routes if row["protocol"] == "ibgp")
    less = state(replace(told, routes=tuple(row for row in told.routes if row is not first)), snapshot)
    assert {each.fact for each in agreement(own, less, snapshot)} == {Fact.ROUTE}
