"""An nsupdate script → update messages (nsupdate(1), RFC 2136 2): prerequisites and edits.

A message is sent at `send`, a blank line or the end. Names are absolute, with or without their final dot, also in data.
What speaks to a server (server, key, local, show, answer, …) is accepted and means nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guard.model.errors import InputInvalid
from guard.parse.rdata import RecordInvalid, absolute, known_type, record
from guard.parse.zonefile import MAX_TTL, split_words, ttl_of

NXDOMAIN, YXDOMAIN, NXRRSET, YXRRSET = "nxdomain", "yxdomain", "nxrrset", "yxrrset"
_PREREQUISITES = frozenset({NXDOMAIN, YXDOMAIN, NXRRSET, YXRRSET})
_SILENT = frozenset(
    {
        "server", "local", "key", "gsstsig", "oldgsstsig", "realm", "show", "answer", "debug", "version",
        "help", "check-names", "lease", "check-svcb",
    }
)  # fmt: skip
_CLASSES = frozenset({"IN", "ANY", "NONE"})


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """`type` "": the name as a whole; `data` None: whatever the data. `kind`: nxdomain, yxdomain, nxrrset, yxrrset."""

    kind: str
    name: str
    type: str
    data: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Addition:
    """One record. `type` as an RRsetKey has it."""

    name: str
    ttl: int
    type: str
    data: str
    line: int


@dataclass(frozen=True, slots=True)
class Deletion:
    """`type` "": all that stands at the name; `data` None: the whole RRset (of RRSIG: every one of them)."""

    name: str
    type: str
    data: str | None
    line: int


Edit = Addition | Deletion


@dataclass(frozen=True, slots=True)
class UpdateMessage:
    """What one `send` sends: all prerequisites hold, or nothing is done (RFC 2136 3)."""

    prerequisites: tuple[Prerequisite, ...]
    edits: tuple[Edit, ...]
    line: int


def parse_nsupdate(script: str, zone: str, file: str, first_line: int = 1) -> tuple[UpdateMessage, ...]:
    """The messages of a script for one zone; InputInvalid with file and line where a line is no command."""
    return tuple(_Script(zone, file, first_line).messages(script))


class _Script:
    """What is gathered for the next message, and the defaults that commands set."""

    def __init__(self, zone: str, file: str, first_line: int) -> None:
        self.zone = zone
        self.file = file
        self.first_line = first_line
        self.line = first_line
        self.ttl: int | None = None
        self.prerequisites: list[Prerequisite] = []
        self.edits: list[Edit] = []

    def messages(self, script: str) -> Iterator[UpdateMessage]:
        for number, text in enumerate(script.split("\n")):
            self.line = self.first_line + number
            stripped = text.strip()
            if not stripped or stripped.lower() in ("send", "quit", "exit"):
                yield from self._sent()
                if stripped.lower() in ("quit", "exit"):
                    return
                continue
            if stripped[0] == ";":
                continue
            try:
                words: list[str] = []
                if split_words(stripped, 0, words):
                    raise RecordInvalid("a parenthesis is not closed")
                if not words:
                    raise RecordInvalid("there is no command")
                self._command(words)
            except RecordInvalid as error:
                raise self._invalid(str(error)) from None
        yield from self._sent()

    def _sent(self) -> Iterator[UpdateMessage]:
        if self.prerequisites or self.edits:
            yield UpdateMessage(tuple(self.prerequisites), tuple(self.edits), self.line)
        self.prerequisites, self.edits = [], []

    def _command(self, words: list[str]) -> None:
        command, rest = words[0].lower(), words[1:]
        if command == "update" and rest:
            command, rest = rest[0].lower(), rest[1:]
            if command not in ("add", "del", "delete"):
                raise RecordInvalid(f"update {command} is no command; add or delete is")
        elif command == "prereq" and rest:
            command, rest = rest[0].lower(), rest[1:]
            if command not in _PREREQUISITES:
                raise RecordInvalid(f"prereq {command} is no command")
        match command:
            case "add":
                self.edits.append(self._addition(rest))
            case "del" | "delete":
                self.edits.append(self._deletion(rest))
            case "zone" | "class" | "ttl":
                self._default(command, rest)
            case _ if command in _PREREQUISITES:
                self.prerequisites.append(self._prerequisite(command, rest))
            case _ if command in _SILENT:
                return
            case _:
                raise RecordInvalid(f"{' '.join(words[:2])!r} is no nsupdate command")

    def _default(self, command: str, rest: list[str]) -> None:
        value = rest[0] if len(rest) == 1 else ""
        if command == "zone":
            if not value or absolute(value, ".") != self.zone:
                raise RecordInvalid(f"the script is for zone {value or '?'}, the step for {self.zone}")
        elif command == "class":
            if value.upper() != "IN":
                raise RecordInvalid(f"class {value or '?'} in a zone of class IN")
        else:
            self.ttl = _ttl(value)

    def _prerequisite(self, kind: str, rest: list[str]) -> Prerequisite:
        name = self._name(rest)
        _class(rest)
        if kind in (NXDOMAIN, YXDOMAIN):
            if rest:
                raise RecordInvalid(f"prereq {kind} names a name alone")
            return Prerequisite(kind, name, "", None, self.line)
        type = self._type(rest)
        if not rest:
            return Prerequisite(kind, name, type, None, self.line)
        if kind == NXRRSET:
            raise RecordInvalid("prereq nxrrset names no data")
        key, data = record(type, " ".join(rest), ".")
        return Prerequisite(kind, name, key, data, self.line)

    def _addition(self, rest: list[str]) -> Addition:
        name = self._name(rest)
        ttl = self.ttl
        if rest and ttl_of(rest[0]) is not None and rest[0][0].isdecimal():
            ttl = _ttl(rest.pop(0))
        _class(rest)
        type = self._type(rest)
        if ttl is None:
            raise RecordInvalid("update add names no TTL, and no ttl command came before")
        if not rest:
            raise RecordInvalid("update add names no data")
        key, data = record(type, " ".join(rest), ".")
        return Addition(name, ttl, key, data, self.line)

    def _deletion(self, rest: list[str]) -> Deletion:
        name = self._name(rest)
        if rest and ttl_of(rest[0]) is not None:
            rest.pop(0)  # accepted and ignored (nsupdate(1))
        _class(rest)
        if not rest or (len(rest) == 1 and rest[0].upper() == "ANY"):
            return Deletion(name, "", None, self.line)
        type = self._type(rest)
        if not rest:
            return Deletion(name, type, None, self.line)
        key, data = record(type, " ".join(rest), ".")
        return Deletion(name, key, data, self.line)

    def _name(self, rest: list[str]) -> str:
        if not rest:
            raise RecordInvalid("a name is missing")
        return absolute(rest.pop(0), ".")

    def _type(self, rest: list[str]) -> str:
        if not rest:
            raise RecordInvalid("a record type is missing")
        found = known_type(rest[0])
        if found is None:
            raise RecordInvalid(f"{rest[0]!r} is no record type")
        rest.pop(0)
        return found

    def _invalid(self, message: str) -> InputInvalid:
        return InputInvalid("invalid-update", message, self.file, self.line)


def _class(rest: list[str]) -> None:
    if rest and rest[0].upper() in _CLASSES and not (len(rest) == 1 and rest[0].upper() == "ANY"):
        rest.pop(0)


def _ttl(text: str) -> int:
    found = ttl_of(text) if text else None
    if found is None or found > MAX_TTL:
        raise RecordInvalid(f"{text or '?'} is no TTL")
    return found
