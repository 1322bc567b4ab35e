"""What a change says it does, in the names that the configurations use: a device by hostname or file, any case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guard.model.change import Change, Expect
from guard.model.state import InterfaceId
from guard.parse.inventory import absolute_name
from guard.snapshot.names import Names
from guard.snapshot.snapshot import Snapshot

_ARROW = "->"


def as_configured(change: Change, snapshots: Sequence[Snapshot]) -> Change:
    """The change with `expect` in the snapshots' own names; the first snapshot that knows a name decides."""
    expect = change.expect
    if expect == Expect():
        return change
    books = [Names(each.devices) for each in snapshots]
    named = replace(
        expect,
        interfaces_down=_interfaces(expect.interfaces_down, books),
        interfaces_up=_interfaces(expect.interfaces_up, books),
        sessions_lost=_sessions(expect.sessions_lost, books),
        sessions_gained=_sessions(expect.sessions_gained, books),
        records_changed=tuple(map(_record, expect.records_changed)),
    )
    return replace(change, expect=named)


def _interfaces(wanted: tuple[InterfaceId, ...], books: Sequence[Names]) -> tuple[InterfaceId, ...]:
    return tuple(_interface(each, books) for each in wanted)


def _interface(wanted: InterfaceId, books: Sequence[Names]) -> InterfaceId:
    for names in books:
        found = names.interface(wanted)
        if names.has(found):
            return found
    return wanted


def _sessions(texts: tuple[str, ...], books: Sequence[Names]) -> tuple[str, ...]:
    """`node -> remote node`, or `node -> address`, each end by its hostname."""
    return tuple(f" {_ARROW} ".join(_node(end.strip(), books) for end in text.split(_ARROW)) for text in texts)


def _node(name: str, books: Sequence[Names]) -> str:
    return next((names.node(name) for names in books if names.known(name)), name)


def _record(text: str) -> str:
    """`www.example.com. A`, with or without the final dot of the name."""
    name, _, kind = text.strip().partition(" ")
    return f"{absolute_name(name)} {kind.strip()}" if kind else text
