"""What the log says of zones: the records that allowed changes altered of late, for thresholds over time and for TTLs.

Law: a change that was reported failed or rolled back did nothing; one that nobody reported counts from when it was
allowed; one that was not allowed counts if it was reported applied all the same.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from guard.audit.canonical import PREFIX
from guard.audit.entry import Entry
from guard.model.dns import RRset
from guard.model.server_facts import PastChange, PastRecord
from guard.shell import clock
from guard.shell.store.state import State

#: How far the log is read back: the longest TTL that resolvers keep (RFC 8767 4: a week) and a day.
BACK = timedelta(days=8)
_APPLIED = "applied"


class PastChanges:
    """The changes of zones in a state's log; what a document says is read once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._read: dict[str, tuple[PastRecord, ...]] = {}

    def since(self, now: datetime) -> tuple[PastChange, ...]:
        """Those of the last days, the oldest first. Blocks on the disk."""
        found = list(self._changes(now))
        used = {name for _, name in found}
        self._read = {name: records for name, records in self._read.items() if name in used}
        return tuple(change for change, _ in reversed(found) if change.records)

    def _changes(self, now: datetime) -> Iterator[tuple[PastChange, str]]:
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
            records = self._records(document)
            yield PastChange(entry.id, entry.change_id, digest, at, approved, records), document

    def _records(self, document: str) -> tuple[PastRecord, ...]:
        if not document.startswith(PREFIX):
            return ()
        if document not in self._read:
            self._read[document] = tuple(map(_record, _rows(json.loads(self._state.blobs.get(document)))))
        return self._read[document]


def _rows(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of the zones themselves, not of what single servers serve."""
    rows = document.get("diff", {}).get("dns", {}).get("records", [])
    return [row for row in rows if not row["server"]]


def _record(row: Mapping[str, Any]) -> PastRecord:
    return PastRecord(row["zone"], row["name"], row["type"], _rrset(row["before"]), _rrset(row["after"]))


def _rrset(side: Mapping[str, Any] | None) -> RRset | None:
    return None if side is None else RRset(int(side["ttl"]), tuple(side["records"]))
