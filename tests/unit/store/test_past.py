"""What the log says of zones: changes that were allowed, when they were done, and which of them count."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from guard.audit.entry import Digests, Entry
from guard.model.digest import sha256
from guard.model.dns import RRset
from guard.model.server_facts import PastRecord
from guard.shell import clock
from guard.shell.past import PastChanges
from guard.shell.store.state import State

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def row(name: str, before: list[str] | None, after: list[str] | None, server: str = "") -> dict[str, Any]:
    sides = [None if each is None else {"ttl": 60, "records": each} for each in (before, after)]
    return {"server": server, "zone": "a.", "name": name, "type": "A", "before": sides[0], "after": sides[1]}


def check(state: State, name: str, hours: float, *rows: dict[str, Any], verdict: str = "ALLOW") -> Entry:
    document = json.dumps({"change": name, "diff": {"dns": {"records": rows}}}).encode()
    entry = Entry(
        id=0,
        kind="check",
        time=clock.written(NOON - timedelta(hours=hours)),
        caller="alice",
        change_id=name,
        digests=Digests(change=sha256(name.encode())),
        verdict=verdict,  # type: ignore[arg-type]
        details={"document": state.blobs.put(document)},
    )
    return state.log.append(entry).entry


def report(state: State, of: Entry, hours: float, result: str) -> None:
    time = clock.written(NOON - timedelta(hours=hours))
    state.log.append(replace(of, id=0, kind="report", verdict="", time=time, details={"result": result}))


def test_what_was_allowed_and_not_taken_back(tmp_path: Path) -> None:
    state = State(tmp_path)
    check(state, "long ago", 200, row("old.a.", ["192.0.2.1"], None))
    applied = check(state, "applied", 30, row("x.a.", ["192.0.2.1"], None), row("x.a.", None, ["192.0.2.1"], "ns1.a."))
    failed = check(state, "failed", 20, row("y.a.", ["192.0.2.1"], None))
    back = check(state, "back", 19, row("z.a.", ["192.0.2.1"], None))
    check(state, "no zones", 5)
    check(state, "blocked", 4, row("w.a.", ["192.0.2.1"], None), verdict="BLOCK")
    report(state, applied, 3, "applied")
    report(state, failed, 3, "failed")
    report(state, back, 3, "rolled-back")
    anyway = check(state, "anyway", 3, row("u.a.", ["192.0.2.1"], None), verdict="BLOCK")
    report(state, anyway, 2.5, "applied")
    held = check(state, "held", 2, row("v.a.", None, ["192.0.2.2"]), verdict="HOLD")
    details = {**held.details, "approves": held.id}
    state.log.append(replace(held, id=0, kind="approval", verdict="ALLOW", details=details))
    past = PastChanges(state)
    first = past.since(NOON)
    assert [(each.id, each.at, each.approved, each.records) for each in first] == [
        (
            "applied",
            NOON - timedelta(hours=3),
            False,
            (PastRecord("a.", "x.a.", "A", RRset(60, ("192.0.2.1",)), None),),
        ),
        (
            "anyway",
            NOON - timedelta(hours=2.5),
            False,
            (PastRecord("a.", "u.a.", "A", RRset(60, ("192.0.2.1",)), None),),
        ),
        ("held", NOON - timedelta(hours=2), True, (PastRecord("a.", "v.a.", "A", None, RRset(60, ("192.0.2.2",))),)),
    ]
    assert past.since(NOON) == first
    assert past.since(NOON + timedelta(days=30)) == ()
