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
from guard.model.state import Scenario
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


def differing(before: Answers, after: Answers, field: str) -> tuple[Mapping[str, Any], ...]:
    """A table of differences as Batfish answers it: all rows of every place that differs."""
    places: dict[str, tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]] = {}
    for number, answers in enumerate((before, after)):
        for row in getattr(answers, field):
            key = repr([row["node"], row["vrf"], row["network"]])
            places.setdefault(key, ([], []))[number].append(row)
    told = []
    for old, new in places.values():
        if old != new:
            told += [_difference(row, (row in new and "Unchanged") or "Only in Reference") for row in old]
            told += [_difference(row, "Only in Snapshot") for row in new if row not in old]
    return tuple(told)


def _difference(row: Mapping[str, Any], presence: str) -> Mapping[str, Any]:
    cells = {column: value for column, value in row.items() if column not in ("node", "vrf", "network")}
    gone = presence == "Only in Reference"
    return {
        **{column: row[column] for column in ("node", "vrf", "network")},
        "Entry_Presence": presence,
        **{f"Snapshot_{column}": None if gone else value for column, value in cells.items()},
        **{f"Reference_{column}": value if gone else None for column, value in cells.items()},
    }


class Comparing(Answering):
    """Knows the snapshot before as well."""

    def __init__(self, before: Answers, after: Answers) -> None:
        super().__init__(after)
        self._differences = {QUESTIONS[field].name: differing(before, after, field) for field in asking.LARGE}
        self.compared: list[str] = []

    def ask(self, question: str, name: str, parameters: Mapping[str, object], reference: str | None = None) -> Any:
        if reference is None:
            return super().ask(question, name, parameters)
        self.compared.append(reference)
        wanted = {each.strip(' "') for each in str(parameters["nodes"]).split(",")}
        return tuple(row for row in self._differences[question] if row["node"]["name"] in wanted)


@pytest.mark.usefixtures("small_parts")
def test_what_changed_makes_the_table_that_it_became() -> None:
    """A device shut off, one gone, and one that is new: the tables are those of the whole answer."""
    snapshot = folder(OUTAGE)
    gone, moved, new = sorted(snapshot.devices)[:3]
    first = compute(replace(snapshot, devices={n: d for n, d in snapshot.devices.items() if n != new}))
    after = replace(snapshot, devices={n: d for n, d in snapshot.devices.items() if n != gone})
    second = compute(after, Scenario(down_nodes=frozenset({moved})))
    before, whole = answers_from(first), answers_from(second)
    service = Comparing(before, whole)
    told = asking.ask(service, "b", FIELDS, before=asking.Before("a", before))  # type: ignore[arg-type]
    assert service.compared
    assert set(service.compared) == {"a"}
    assert not {"routes", "bgpRib"} & {question for question, _ in service.asked}
    for field in asking.LARGE:
        ours, theirs = (sorted(repr(sorted(row.items())) for row in getattr(each, field)) for each in (told, whole))
        assert ours == theirs
    assert len(told.routes) != len(before.routes)
