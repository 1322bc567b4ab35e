"""One line of the audit log: who asked what, when, about which digests, and what was found and answered.

Law: the text of an entry is the canonical JSON of its record; `hash` seals the record, `prev` chains it to the line
before, so that whoever alters one line is named by the next.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from guard.audit.canonical import canonical, is_canonical, named, sha256
from guard.audit.merkle import leaf_hash

Kind = Literal["check", "approval", "report", "snapshot", "activation", "policy-change", "invalid-request"]
KINDS: tuple[Kind, ...] = ("check", "approval", "report", "snapshot", "activation", "policy-change", "invalid-request")

Verdict = Literal["ALLOW", "BLOCK", "HOLD", ""]
VERDICTS: tuple[Verdict, ...] = ("ALLOW", "BLOCK", "HOLD", "")

GENESIS = "sha256:" + "0" * 64  # what the first entry is chained to


@dataclass(frozen=True, slots=True)
class Digests:
    """What a verdict is bound to; empty where it does not apply."""

    base: str = ""
    candidate: str = ""
    policies: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the audit log. Text and findings come masked; `time` is RFC 3339 in UTC."""

    id: int
    kind: Kind
    time: str
    caller: str
    request_id: str = ""
    request_digest: str = ""  # of the request's content: tells a retry from another request under the same id
    change_id: str = ""
    author: str = ""
    change: str = ""
    digests: Digests = Digests()
    findings: tuple[Mapping[str, Any], ...] = ()
    verdict: Verdict = ""
    guard_version: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    prev: str = GENESIS

    def document(self) -> dict[str, Any]:
        """The record as JSON-ready values, sealed."""
        body = self._body()
        return {**body, "hash": sha256(canonical(body))}

    def line(self) -> bytes:
        """The record as one canonical line, without its newline."""
        return canonical(self.document())

    def _body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "time": self.time,
            "caller": self.caller,
            "request_id": self.request_id,
            "request_digest": self.request_digest,
            "change_id": self.change_id,
            "author": self.author,
            "change": self.change,
            "digests": {
                "base": self.digests.base,
                "candidate": self.digests.candidate,
                "policies": self.digests.policies,
                "change": self.digests.change,
            },
            "findings": [dict(finding) for finding in self.findings],
            "verdict": self.verdict,
            "guard_version": self.guard_version,
            "details": dict(self.details),
            "prev": self.prev,
        }


class EntryDamaged(ValueError):
    """A line of the log that is not an entry as guard wrote it."""


def chained(entry: Entry, id: int, last_line: bytes | None) -> Entry:
    """The entry at its place: with its number, and chained to the line before it."""
    return replace(entry, id=id, prev=GENESIS if last_line is None else line_hash(last_line))


def line_hash(line: bytes) -> str:
    """What the next entry's `prev` says of this line: its leaf hash."""
    return named(leaf_hash(line))


def read(line: bytes) -> Entry:
    """The entry of a line whose integrity is known otherwise (a signed head covers it); EntryDamaged if it is none."""
    try:
        record = json.loads(line)
        return _from_record(record)
    except (ValueError, AttributeError) as error:
        raise EntryDamaged("it is not an entry") from error


def decode(line: bytes) -> Entry:
    """The entry of one line; EntryDamaged, with the reason, if the line is not exactly what guard writes."""
    record = _record(line)
    sealed = record.pop("hash", None)
    if sealed != sha256(canonical(record)):
        raise EntryDamaged("its content does not match its own hash")
    entry = _from_record(record)
    if entry.kind not in KINDS or entry.verdict not in VERDICTS or type(entry.id) is not int:
        raise EntryDamaged("a field has a value that no entry has")
    return entry


def _from_record(record: dict[str, Any]) -> Entry:
    record.pop("hash", None)
    try:
        digests = Digests(**record.pop("digests"))
        findings = tuple(record.pop("findings"))
        return Entry(digests=digests, findings=findings, **record)
    except (TypeError, KeyError) as error:
        raise EntryDamaged("it does not have the fields of an entry") from error


def _record(line: bytes) -> dict[str, Any]:
    if not is_canonical(line):
        raise EntryDamaged("it is not a line of canonical JSON")
    record = json.loads(line)
    if not isinstance(record, dict):
        raise EntryDamaged("it is not a JSON object")
    return record
