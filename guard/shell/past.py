"""What the log says that allowed changes did of late to records, prefixes and sessions: for thresholds over time, TTLs.

Law: a change that was reported failed or rolled back did nothing; one that nobody reported counts from when it was
allowed; one that was not allowed counts if it was reported applied all the same.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from guard.audit.canonical import PREFIX
from guard.audit.entry import Entry
from guard.model.dns import RRset
from guard.model.server_facts import PastChange, PastRecord
from guard.shell import clock
from guard.shell.store.state import State

#: How far the log is read back: the longest TTL that resolvers keep (RFC 8767 4: a week) and a day.
BACK = timedelta(days=8)
_APPLIED = "applied"


class Done(NamedTuple):
    """What a document says that a change does."""

    records: tuple[PastRecord, ...] = ()
    withdrawn: tuple[str, ...] = ()
    advertised: tuple[str, ...] = ()
    sessions_lost: tuple[str, ...] = ()


class PastChanges:
    """The allowed changes of a state's log; what a document says is read once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read: dict[str, Done] = {}

    def since(self, now: datetime, caller: str = "") -> tuple[PastChange, ...]:
        """Those of the last days that did something, the oldest first. Blocks on the disk."""
        found = list(self._changes(now, caller))
        used = {name for _, name in found}
        self._read = {name: done for name, done in self._read.items() if name in used}
        return tuple(change for change, name in reversed(found) if any(self._read.get(name, Done())))

    def _changes(self, now: datetime, caller: str) -> Iterator[tuple[PastChange, str]]:
        """With the digest of its document, the newest first; of a change that was judged again the last verdict."""
        reports: dict[str, Entry] = {}
        seen: set[str] = set()
        for entry in reversed(self._state.entries()):
            if now - clock.read(entry.time) > BACK:
                return
            digest = entry.digests.change
            if entry.kind == "report":
                reports.setdefault(digest, entry)
                continue
            if not entry.verdict or digest in seen:
                continue
            seen.add(digest)
            report = reports.get(digest)
            result = report.details.get("result") if report is not None else None
            if result != _APPLIED and (result is not None or entry.verdict != "ALLOW"):
                continue
            document = str(entry.details.get("document", ""))
            at = clock.read((report or entry).time)
            approved = entry.kind == "approval"
            done = self._done(document)
            same = bool(caller) and entry.caller == caller and not approved
            yield PastChange(entry.id, entry.change_id, digest, at, approved, done.records, entry.author, same,
                             entry.digests.base, *done[1:]), document  # fmt: skip

    def _done(self, document: str) -> Done:
        if not document.startswith(PREFIX):
            return Done()
        if document not in self._read:
            self._read[document] = _done(json.loads(self._state.blobs.get(document)).get("diff", {}))
        return self._read[document]


def _done(diff: Mapping[str, Any]) -> Done:
    """Of zones the rows of the zones themselves, not of what single servers serve."""
    advertisements = diff.get("advertisements", [])
    return Done(
        records=tuple(_record(row) for row in diff.get("dns", {}).get("records", []) if not row["server"]),
        withdrawn=tuple(row["prefix"] for row in advertisements if row["before"] and not row["after"]),
        advertised=tuple(row["prefix"] for row in advertisements if row["after"] and not row["before"]),
        sessions_lost=tuple(session_name(row) for row in diff.get("sessions", {}).get("lost", [])),
    )


def session_name(row: Mapping[str, Any]) -> str:
    """A session as findings name it."""
    return f"{row['node']} -> {row.get('remote_node') or row.get('remote_ip') or row.get('local_interface')}"


def _record(row: Mapping[str, Any]) -> PastRecord:
    return PastRecord(row["zone"], row["name"], row["type"], _rrset(row["before"]), _rrset(row["after"]))


def _rrset(side: Mapping[str, Any] | None) -> RRset | None:
    return None if side is None else RRset(int(side["ttl"]), tuple(side["records"]))
