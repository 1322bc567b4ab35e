"""`guard audit`: the log, from a state folder (a server may be writing to it) or through a server."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from guard.audit.checkpoint import Head, parse_head
from guard.model.errors import InputInvalid
from guard.shell.cli.remote import connect
from guard.shell.cli.table import print_rows
from guard.shell.settings import default_state
from guard.shell.store.reader import StateReader

_COLUMNS = ("id", "time", "kind", "caller", "change_id", "verdict")


def run(arguments: argparse.Namespace) -> int:
    """List, show, verify or export."""
    match arguments.action:
        case "verify":
            return _verify(arguments)
        case "list":
            rows = [{name: entry.get(name) for name in _COLUMNS} for entry in map(json.loads, _lines(arguments))]
            print_rows(rows, arguments.format, _COLUMNS)
        case "show":
            entry, document = _entry(arguments)
            print(json.dumps({"entry": entry, "document": document}, indent=1, ensure_ascii=False))
        case _:
            _export(arguments)
    return 0


def _reader(arguments: argparse.Namespace) -> StateReader:
    return StateReader(Path(arguments.state) if arguments.state else default_state())


def _lines(arguments: argparse.Namespace) -> Iterator[str]:
    if not arguments.server:
        yield from _reader(arguments).lines()
        return
    with connect(arguments) as client:
        yield from client.audit_lines()


def _entry(arguments: argparse.Namespace) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if arguments.entry is None:
        raise InputInvalid("usage", "audit show wants the number of an entry")
    if not arguments.server:
        return _reader(arguments).entry(arguments.entry)
    with connect(arguments) as client:
        return client.audit_get(arguments.entry)


def _export(arguments: argparse.Namespace) -> None:
    """The lines as they stand, so that the export can be verified by itself."""
    if arguments.output is None:
        _write(sys.stdout, _lines(arguments))
        return
    try:
        with open(arguments.output, "w", encoding="utf-8") as out:
            _write(out, _lines(arguments))
    except OSError as error:
        raise InputInvalid("unwritable-file", error.strerror or str(error), arguments.output) from None


def _write(out: IO[str], lines: Iterable[str]) -> None:
    for line in lines:
        out.write(line + "\n")


def _verify(arguments: argparse.Namespace) -> int:
    """1 where an entry was altered, lost or reordered; each is named."""
    if arguments.server:
        with connect(arguments) as client:
            answer = client.audit_verify(arguments.head or "")
        ok, faults, notes = answer.ok, list(answer.faults), answer.notes
        head = f"{answer.head.size}:{answer.head.head}"
    else:
        found = _reader(arguments).verify(_pinned(arguments.head))
        ok, notes, head = found.ok, found.notes, str(found.head)
        faults = [(fault.kind, fault.entry, fault.message) for fault in found.faults]
    if arguments.format == "json":
        rows = [{"kind": kind, "entry": entry, "message": message} for kind, entry, message in faults]
        print(json.dumps({"ok": ok, "head": head, "faults": rows, "notes": list(notes)}, indent=1))
    else:
        for kind, _, message in faults:
            print(f"{kind}: {message}")
        for note in notes:
            print(f"note: {note}")
        print(f"{'intact' if ok else 'NOT intact'}, head {head}")
    return 0 if ok else 1


def _pinned(text: str | None) -> Head | None:
    if text is None:
        return None
    try:
        return parse_head(text)
    except ValueError as error:
        raise InputInvalid("invalid-value", f"{text!r} is not SIZE:HASH: {error}") from None
