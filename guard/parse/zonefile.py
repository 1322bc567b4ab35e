"""A DNS master file → Zone (RFC 1035 5, RFC 2308 4). `$INCLUDE` and `$GENERATE` are refused: a file leak and a bomb.

Law: no record is dropped without a word. A file that has no lines to tell apart is InputInvalid with its line; a record
that cannot be read, lies outside the zone, or would be served wrongly, is a fault of the zone (see zone_faults too).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from guard.model.dns import RRset, RRsetKey, Zone, ZoneFault, lies_in
from guard.model.errors import InputInvalid
from guard.model.provenance import Source
from guard.parse.rdata import RecordInvalid, absolute, escaped, known_type, record
from guard.parse.zone_faults import zone_faults

#: RFC 2181 8: a TTL is a number of 31 bits; BIND reads a greater one as 0.
MAX_TTL = 2**31 - 1
#: Code of the fault of a record that cannot be read; its detail begins with `unreadable`.
UNREADABLE = "dns-invalid"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TTL = re.compile(r"(?:[0-9]++[smhdw]?)++", re.ASCII | re.IGNORECASE)
_TTL_PART = re.compile(r"([0-9]+)([smhdw]?)", re.ASCII | re.IGNORECASE)
_CLASSES = frozenset({"IN", "CH", "HS", "CS", "CHAOS", "HESIOD", "CLASS1", "CLASS3", "CLASS4"})

#: One whole plain record: owner (blank: the last one), TTL and class in either order, a known type, data without
#: quotes, escapes, parentheses or a comment that follows it.
_PLAIN = re.compile(
    r"(?P<owner>[A-Za-z0-9_.*@/-]*)[ \t]+"
    r"(?:(?P<ttl>[0-9]+)[ \t]+(?:[Ii][Nn][ \t]+)?|[Ii][Nn][ \t]+(?:(?P<ttl2>[0-9]+)[ \t]+)?)?"
    r"(?P<type>A|AAAA|NS|CNAME|PTR|DNAME|MX|DS)[ \t]+"
    r"(?P<data>[^ \t;\"\\()\r]+(?:[ \t]+[^ \t;\"\\()\r]+)*)[ \t\r]*",
    re.ASCII,
)


class Entry(NamedTuple):
    """One logical line: whether it begins with a blank, its words (quotes and escapes kept), and where it stands."""

    blank: bool
    words: tuple[str, ...]
    line: int


def parse_zone(text: str, file: str) -> Zone:
    """Read one zone; names before any $ORIGIN are relative to the file's name without its ending."""
    stem = file.rsplit("/", 1)[-1].removesuffix(".zone").rstrip(".")
    try:
        origin = "." if stem in ("", "root") else absolute(stem, ".")
    except RecordInvalid as error:
        raise InputInvalid("invalid-zone", str(error), file, 1) from None
    reader = _Reader(file, origin)
    reader.read(text)
    return reader.zone(origin, torn=bool(text) and not text.endswith("\n"))


class _Reader:
    """What has been read so far, and what the next record inherits."""

    def __init__(self, file: str, origin: str) -> None:
        self.file = file
        self.origin = origin
        self.owner = ""
        self.written, self.said = ("", ""), ""  # an owner as it stood in the line before, and its name
        self.default_ttl: int | None = None  # $TTL, or the SOA's minimum where the first record has none
        self.last_ttl: int | None = None
        self.rrsets: dict[RRsetKey, RRset] = {}
        self.more: dict[RRsetKey, dict[str, None]] = {}
        self.faults: list[ZoneFault] = []
        self.soas: list[tuple[str, int]] = []

    # Lines

    def read(self, text: str) -> None:
        lines = text.split("\n")
        plain = _PLAIN.fullmatch
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            found = plain(line)
            if found is not None and self._plain(found, at):
                continue
            entry, at = self._entry(lines, at)
            if entry.words:
                self._take(entry)

    def _plain(self, found: re.Match[str], line: int) -> bool:
        """Take a plain record; False where it is one for the general reader after all."""
        owner, ttl, ttl2, type, data = found.groups()
        number = ttl or ttl2
        seconds = int(number) if number is not None else self.default_ttl
        if seconds is None:
            seconds = self.last_ttl
        if seconds is None or seconds > MAX_TTL:
            return False
        try:
            if owner and (owner, self.origin) != self.written:
                self.written, self.said = (owner, self.origin), absolute(owner, self.origin)
            name = self.said if owner else self.owner
            if not name:
                return False
            kind, shown = record(type, " ".join(data.split()), self.origin)
        except RecordInvalid:
            return False
        self.owner = name
        if number is not None:
            self.last_ttl = seconds
        self._add(RRsetKey(name, kind), seconds, shown, line)
        return True

    def _entry(self, lines: list[str], at: int) -> tuple[Entry, int]:
        """The logical line that begins at the (1-based) line `at`, and how many lines have been read with it."""
        first = at
        text = lines[at - 1].rstrip("\r")
        if not text or text.isspace() or text.lstrip()[0] == ";":
            return Entry(True, (), first), at
        words: list[str] = []
        depth = 0
        while True:
            try:
                depth = split_words(text, depth, words)
            except RecordInvalid as error:
                raise self._invalid(str(error), at) from None
            if depth == 0:
                return Entry(lines[first - 1][0] in " \t", tuple(words), first), at
            if at == len(lines):
                raise self._invalid("a parenthesis is not closed", first)
            text = lines[at].rstrip("\r")
            at += 1

    # Records

    def _take(self, entry: Entry) -> None:
        if entry.words[0].startswith("$") and not entry.blank:
            self._directive(entry)
            return
        try:
            self._record(entry)
        except RecordInvalid as error:
            text = " ".join(entry.words)
            self._fault(UNREADABLE, str(error), entry.line, "error", f"unreadable {text}", self.owner or self.origin)

    def _directive(self, entry: Entry) -> None:
        name, *values = entry.words
        match name.upper(), values:
            case "$ORIGIN", [value]:
                try:
                    self.origin = absolute(value, self.origin)
                except RecordInvalid as error:
                    raise self._invalid(str(error), entry.line) from None
            case "$TTL", [value] if (seconds := ttl_of(value)) is not None:
                self.default_ttl = seconds if seconds <= MAX_TTL else 0
            case "$DATE", _:  # BIND writes it into dumps
                return
            case ("$INCLUDE" | "$GENERATE") as refused, _:
                message = f"{refused} is not read: a snapshot's zone stands in one file, record by record"
                raise InputInvalid("directive-refused", message, self.file, entry.line)
            case _:
                raise self._invalid(f"not a directive: {' '.join(entry.words)}", entry.line)

    def _record(self, entry: Entry) -> None:
        words = list(entry.words)
        if not entry.blank:
            self.owner = absolute(words.pop(0), self.origin)
        elif not self.owner:
            raise RecordInvalid("the first record has no owner")
        seconds, type = self._prelude(words)
        kind, data = self._data(type, words, entry.line)
        if type == "SOA":
            self.soas.append((self.owner, entry.line))
        self._add(RRsetKey(self.owner, kind), self._ttl(seconds, type, data, entry.line), data, entry.line)

    def _data(self, type: str, words: list[str], line: int) -> tuple[str, str]:
        """The data of one record; a string that is too long is cut into several, as some name servers do."""
        if type in ("TXT", "SPF") and any(len(word) > 257 for word in words):
            found = record(type, " ".join(piece for word in words for piece in _pieces(word)), self.origin)
            message = f"{self.owner} {type} has a string of more than 255 octets (RFC 1035 3.3)"
            self._fault("dns-invalid", message, line, "error", f"long {type}")
            return found
        return record(type, " ".join(words), self.origin)

    def _prelude(self, words: list[str]) -> tuple[int | None, str]:
        """TTL and class in either order, then the type; `words` is left with the data."""
        seconds: int | None = None
        classed = False
        while words:
            word = words.pop(0)
            if not classed and word.upper() in _CLASSES:
                classed = True
                if word.upper() not in ("IN", "CLASS1"):
                    raise RecordInvalid(f"class {word} in a zone of class IN")
                continue
            type = known_type(word)
            if type is not None:
                return seconds, type
            number = ttl_of(word)
            if seconds is not None or number is None:
                raise RecordInvalid(f"{word!r} is no record type")
            seconds = number
        raise RecordInvalid("a record without a type")

    def _ttl(self, given: int | None, type: str, data: str, line: int) -> int:
        """RFC 2308 4: $TTL; without it the last one stated (RFC 1035 5.1); the first SOA falls back to its minimum."""
        if given is not None:
            if given > MAX_TTL:
                self._fault("dns-invalid", f"a TTL of {given} is read as 0 (RFC 2181 8)", line, "warning", "ttl")
                given = 0
            self.last_ttl = given
            return given
        found = self.default_ttl if self.default_ttl is not None else self.last_ttl
        if found is None and type == "SOA":
            found = self.default_ttl = int(data.split()[6])
        if found is None:
            raise RecordInvalid("a record without a TTL, and no $TTL before it")
        return found

    def _add(self, key: RRsetKey, ttl: int, data: str, line: int) -> None:
        known = self.rrsets.get(key)
        if known is None:
            self.rrsets[key] = RRset(ttl, (data,), line)
            return
        if known.ttl != ttl:
            message = f"{key.owner} {key.type} has records with TTL {known.ttl} and {ttl} (RFC 2181 5.2)"
            self._fault("dns-invalid", message, line, "info", f"ttl {key.type}", key.owner)
        self.more.setdefault(key, {known.rdata[0]: None})[data] = None

    # The end

    def zone(self, origin: str, *, torn: bool) -> Zone:
        """What was read, as a zone: that of the first SOA, else of the file's name."""
        unread = next((each for each in self.faults if each.detail.startswith("unreadable")), None)
        if unread is not None and not self.rrsets:
            raise self._invalid(unread.message, unread.source.first)
        for key, all in self.more.items():
            first = self.rrsets[key]
            self.rrsets[key] = RRset(first.ttl, tuple(sorted(all)), first.line)
        apex = self.soas[0][0] if self.soas else origin
        strangers = [key for key in self.rrsets if not lies_in(key.owner, apex)] if apex != "." else []
        for key in strangers:
            line = self.rrsets.pop(key).line
            message = f"{key.owner} {key.type} lies outside {apex}: no server of the zone answers it"
            self._fault("dns-invalid", message, line, "warning", f"out-of-zone {key.type}", key.owner)
        zone = Zone(apex, self.file, self.rrsets, tuple(self.rrsets), torn=torn)
        return zone.with_faults((*self.faults, *zone_faults(zone)))

    def _fault(self, code: str, message: str, line: int, severity: str, detail: str, subject: str = "") -> None:
        source = Source(self.file, line, line)
        self.faults.append(ZoneFault(code, message, subject or self.owner, source, severity, detail))

    def _invalid(self, message: str, line: int) -> InputInvalid:
        return InputInvalid("invalid-zone", message, self.file, line)


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_WORD = re.compile(rf'{_QUOTED}|(?:[^ \t;"\\()=]|\\.)+={_QUOTED}|(?:[^ \t;"\\()]|\\.)+', re.DOTALL)
_OCTET = re.compile(r"\\[0-9]{3}|\\.|[^\\]", re.DOTALL)


def _pieces(word: str) -> list[str]:
    """A character string as quoted pieces of at most 255 octets."""
    octets = _OCTET.findall(escaped(word.removeprefix('"').removesuffix('"')))
    return ['"' + "".join(octets[at : at + 255]) + '"' for at in range(0, len(octets), 255)]


def split_words(text: str, depth: int, words: list[str]) -> int:
    """Add the words of one line; the depth of parentheses after it."""
    at = 0
    while at < len(text):
        sign = text[at]
        if sign in " \t":
            at += 1
        elif sign == ";":
            break
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth < 0:
                raise RecordInvalid("a parenthesis is closed that was not opened")
            at += 1
        else:
            found = _WORD.match(text, at)
            if found is None:
                raise RecordInvalid("a quote is not closed" if sign == '"' else "a line ends in a backslash")
            words.append(found.group())
            at = found.end()
    return depth


def ttl_of(text: str) -> int | None:
    """Seconds, or with units as BIND reads them (`1h30m`); None where it is no TTL."""
    if not _TTL.fullmatch(text):
        return None
    return sum(int(number) * _UNITS[unit.lower() or "s"] for number, unit in _TTL_PART.findall(text))
