"""`merge` on Junos: `set` commands and configuration mode, or a curly text as `load merge` takes it; then commit check.

Law: all or nothing. What `commit check` would refuse and the configuration did not already hold is refused: names that
are not defined, external neighbours without an AS, values that are none. Deleting what is not there only warns on a
device, and so changes nothing here. Not modelled: `load`, `rollback`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.model.errors import InputInvalid
from guard.parse.junos import reader
from guard.parse.junos.reading import HOST_BITS
from guard.parse.junos.statements import VERBS, Statement, is_flat, read, split_words
from guard.parse.junos.tree import Path, apart
from guard.snapshot.merge.edit import Refused
from guard.snapshot.merge.junos_text import Text, quoted

#: Sections of `show configuration` (Junos CLI reference, top level).
_SECTIONS = frozenset(
    """access access-profile accounting-options applications apply-groups apply-macro bridge-domains chassis
    class-of-service diameter dynamic-profiles ethernet-switching-options event-options fabric firewall
    forwarding-options groups interfaces jsrc logical-systems multi-chassis multicast-snooping-options openconfig-acl
    poe policy-options protocols routing-instances routing-options security services snmp switch-options system tenants
    unified-edge version virtual-chassis vlans vmhost wlan apply-groups-except rcsd""".split()  # noqa: SIM905
)
#: Commands of configuration mode that change nothing by themselves.
_HARMLESS = frozenset({"commit", "show", "status", "quit", "help", "configure", "annotate"})
#: Reasons of the reader that leave no doubt; a word that it takes for no port may be one that it does not know.
_CERTAIN = ("is no address", "is no prefix", "is no area", "has no such length", "is no router id", HOST_BITS)
#: What a policy, a filter and a group are called in messages of commit check.
_KINDS = {
    "route-map": "policy-statement",
    "prefix-list": "prefix-list",
    "community-list": "community",
    "as-path-list": "as-path",
    "acl": "filter",
    "group": "group",
}


def apply(
    config_text: str, lines_text: str, *, file: str | None, change_file: str | None, first_line: int
) -> tuple[str, tuple[tuple[int, str], ...]]:
    """(the new configuration, typed lines that guard does not know); raises InputInvalid (`merge-rejected`)."""
    session = _Session(Text(config_text))
    device = f" (configuration {file})" if file else ""

    def rejected(number: int, row: str, why: object) -> InputInvalid:
        place = first_line + number - 1
        return InputInvalid("merge-rejected", f"{row.strip()!r} is rejected: {why}{device}", change_file, place)

    rows = lines_text.split("\n")
    if is_flat(lines_text) or _is_session(rows):
        for number, row in enumerate(rows, 1):
            try:
                session.command(row, number)
            except Refused as refused:
                raise rejected(number, row, refused) from None
    else:
        statements, faults = read(lines_text)
        if faults:
            raise rejected(faults[0].number, faults[0].text, faults[0].message)
        for each in statements:
            try:
                session.load(each, ())
            except Refused as refused:
                raise rejected(each.number, " ".join(each.words), refused) from None
    text = session.text.text()
    refusal = _commit_check(config_text, text, file or "")
    if refusal:
        raise rejected(session.last, rows[session.last - 1], f"commit check fails: {refusal}")
    return text, tuple((first_line + number - 1, row) for number, row in session.unknown)


def _is_session(rows: list[str]) -> bool:
    """Rows of configuration mode without a brace: commands, known or not."""
    return not any(row.rstrip().endswith(("{", ";", "}")) for row in rows)


class _Session:
    """Configuration mode: the candidate, and the level that `edit` went to."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.level: Path = ()
        self.unknown: list[tuple[int, str]] = []
        self.last = 1

    def command(self, row: str, number: int) -> None:
        """One command."""
        words, values = split_words(row)
        if not words or words[0][:1] in {"#", "!"}:
            return
        self.last = number
        verb, rest = words[0], words[1:]
        if verb in {"edit", "top", "up", "exit"}:
            self._go(verb, rest)
        elif verb == "set":
            for value in values or (None,):
                self.put((*self.level, *rest, *((value,) if value is not None else ())))
        elif verb == "delete":
            self._delete(rest, values)
        elif verb in {"activate", "deactivate"}:
            self.text.mark(self._editable(rest), inactive=verb == "deactivate")
        elif verb in {"insert", "rename", "copy"}:
            self._arrange(verb, rest)
        elif verb == "replace":
            self._replace(rest)
        elif verb in {"protect", "unprotect"}:
            if not self.text.protect(self._path(rest), protected=verb == "protect") and verb == "protect":
                raise Refused("statement not found")
        elif verb == "wildcard":
            self._wildcard(rest, number)
        elif verb in {"rollback", "load", "run", "save", "update"}:
            self.unknown.append((number, row.strip()))
        elif verb not in _HARMLESS and verb not in VERBS:
            raise Refused("unknown command")

    def _path(self, words: Path) -> Path:
        path = (*self.level, *words)
        if path and path[0] not in _SECTIONS:
            raise Refused(f"syntax error at {path[0]!r}")
        return path

    def _editable(self, words: Path) -> Path:
        """The path of a statement that is to change: neither it nor what holds it may be protected."""
        path = self._path(words)
        self._unprotected(path)
        return path

    def _unprotected(self, path: Path) -> None:
        held = next((each for each in self.text.protected() if path[: len(each)] == each), None)
        if held is not None:
            raise Refused(f"{' '.join(held)} is protected")

    def _wildcard(self, words: Path, number: int) -> None:
        """`wildcard delete PATH EXPRESSION` and `wildcard range VERB …[0-3]…` (Junos CLI guide)."""
        if words[:1] == ("delete",) and len(words) > 2:
            path = self._path(words[1:-1])
            try:
                wanted = re.compile(words[-1])
            except re.error as problem:
                raise Refused(f"{words[-1]!r} is no expression: {problem}") from None
            names = {rest[0]: None for rest in self.text.below(path) if rest and wanted.search(rest[0])}
            for name in names:
                self._delete((*words[1:-1], name), ())
        elif words[:1] == ("range",) and len(words) > 2:
            for each in product(*map(_ranged, words[1:])):
                self.command(" ".join(map(quoted, each)), number)
        else:
            raise Refused("syntax error")

    def _go(self, verb: str, words: Path) -> None:
        if verb == "edit":
            self.level = self._path(words)
        elif verb == "up":
            count = int(words[0]) if words and words[0].isdecimal() else 1
            self.level = self.level[: max(0, len(self.level) - count)]
        elif verb == "top" and words and words[0] in {"set", "delete", "edit"}:
            self.level = ()
            self.command(" ".join(words), self.last)
        else:
            self.level = ()

    def put(self, path: Path) -> None:
        """`set`."""
        self._editable(path[len(self.level) :])
        if len(path) < 2:
            raise Refused("syntax error: a statement is missing")
        if _lacks_name(path):
            raise Refused(f"missing argument after {path[-1]!r}")
        for single in apart(path):
            self.text.put(single)

    def _delete(self, words: Path, values: Path) -> None:
        if not words and not self.level:
            raise Refused("this would delete the whole configuration")
        for value in values or (None,):
            path = self._editable((*words, *((value,) if value is not None else ())))
            self._delete_around(path, self.text.protected())

    def _delete_around(self, path: Path, kept: list[Path]) -> None:
        """Delete a statement; what is protected below it stays, and what holds that."""
        if path in kept:
            return
        if not any(each[: len(path)] == path for each in kept):
            self.text.delete(path)
            return
        for word in dict.fromkeys(rest[0] for rest in self.text.below(path) if rest):
            self._delete_around((*path, word), kept)

    def _arrange(self, verb: str, words: Path) -> None:
        if verb == "insert":
            side = next((word for word in ("before", "after") if word in words[1:]), "")
            if not side:
                raise Refused("before or after what?")
            at = len(words) - 1 - words[::-1].index(side)
            path, other = self._editable(words[:at]), words[at + 1 :]
            if not other or not self.text.move(path, side, (*path[: len(path) - len(other)], *other)):
                raise Refused("statement not found")
            return
        if "to" not in words[1:]:
            raise Refused("to what?")
        at = len(words) - 1 - words[::-1].index("to")
        path, name = (self._editable if verb == "rename" else self._path)(words[:at]), words[at + 1 :]
        target = (*path[: len(path) - len(name)], *name)
        if not name or not self.text.holds(path):
            raise Refused("statement not found")
        if self.text.holds(target):
            raise Refused("the target exists already")
        if verb == "rename":
            self.text.rename(path, name)
        else:
            for rest in self.text.below(path):
                self.text.put((*target, *rest))

    def _replace(self, words: Path) -> None:
        if len(words) < 4 or words[0] != "pattern" or words[2] != "with":
            raise Refused("syntax error")
        try:
            self.text.replace_pattern(words[1], words[3])
        except (re.error, IndexError) as problem:
            raise Refused(f"{words[1]!r} is no expression: {problem}") from None

    def load(self, each: Statement, above: Path) -> None:
        """One statement of a curly text, as `load merge` and `load replace` take it."""
        path = (*above, *each.words)
        self.last = max(self.last, each.number)
        if path and path[0] not in _SECTIONS:
            raise Refused(f"syntax error at {path[0]!r}")
        if each.tags & {"delete", "replace"} or not each.children:
            self._unprotected(path)
        following = self._following(path) if "replace" in each.tags else None
        if each.tags & {"delete", "replace"}:
            self.text.delete(path)
            if "delete" in each.tags:
                return
        if not each.children:
            for found in each.paths():
                self.text.put((*above, *found))
        for child in each.children:
            self.load(child, path)
        if following is not None:
            self.text.move(path, "before", following)
        if "inactive" in each.tags:
            self.text.mark(path, inactive=True)

    def _following(self, path: Path) -> Path | None:
        """The statement after this one among its like; None where there is none."""
        if len(path) < 2:
            return None
        names = list(dict.fromkeys(rest[0] for rest in self.text.below(path[:-1]) if rest))
        at = names.index(path[-1]) + 1 if path[-1] in names else len(names)
        return (*path[:-1], names[at]) if at < len(names) else None


#: Words that begin a list of named things, by what stands before them: a word of the level, or the kind of its name.
_NAMED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    word: (frozenset(level.split()), frozenset(kind.split()))
    for word, level, kind in (
        ("unit", "", "interfaces"),
        ("family", "firewall bgp", "unit group neighbor"),
        ("group", "bgp rip ripng", ""),
        ("neighbor", "bgp", "group"),
        ("area", "ospf ospf3", ""),
        ("area-range", "", "area"),
        ("interface", "isis ldp rsvp mpls", "area"),
        ("term", "", "policy-statement filter"),
        ("filter", "firewall", ""),
        ("rib", "routing-options", ""),
        ("route", "static aggregate generate", ""),
        ("level", "isis", "interface"),
        ("user", "login", ""),
        ("file", "syslog", ""),
        *((each, "policy-options", "") for each in ("policy-statement", "prefix-list", "community", "as-path-group")),
    )
}


def _lacks_name(path: Path) -> bool:
    """Whether the last word begins a list and the name that must follow is missing."""
    level, kind = _NAMED.get(path[-1], (frozenset(), frozenset()))
    return path[-2] in level or (len(path) > 2 and path[-3] in kind)


def _ranged(word: str) -> tuple[str, ...]:
    """`ge-0/0/[0-3,7,!2]` as its names; a word without a range is itself."""
    match = re.fullmatch(r"([^\[\]]*)\[([0-9,!\-]+)\](.*)", word)
    if match is None:
        return (word,)
    numbers: list[int] = []
    for part in match[2].split(","):
        low, _, high = part.removeprefix("!").partition("-")
        if not low.isdecimal() or not (high or low).isdecimal() or int(high or low) - int(low) > _MOST_IN_RANGE:
            raise Refused(f"{word!r} is no range")
        named = range(int(low), int(high or low) + 1)
        numbers = [each for each in numbers if each not in named] if part[:1] == "!" else [*numbers, *named]
    return tuple(f"{match[1]}{each}{rest}" for each in numbers for rest in _ranged(match[3]))


_MOST_IN_RANGE = 4096


# ------------------------------------------------------------------------------------------------- commit check


def _commit_check(before: str, after: str, file: str) -> str:
    """Why the device would not commit, "" where it would: faults that were there before do not count."""
    old, new = (reader.read(text, file, Vendor.JUNOS) for text in (before, after))
    for found in (_undefined(new) - _undefined(old), _without_peer_as(new) - _without_peer_as(old)):
        if found:
            return min(found)
    known = _wrong(old)
    return next((f"{text}: {why}" for text, why in sorted(_wrong(new)) if (text, why) not in known), "")


def _undefined(device: Device) -> set[str]:
    return {
        f"{_KINDS[each.kind]} {each.name} is referenced but not defined"
        for each in device.undefined
        if each.kind in _KINDS
    }


def _without_peer_as(device: Device) -> set[str]:
    return {
        f"peer AS number must be configured for the external neighbor {each.address}"
        for process in device.bgp
        for each in process.neighbors
        if each.remote_as is None and each.listen is None
    }


def refused(old: str, new: str) -> tuple[int, str, str] | None:
    """(line, statement, reason) of the first statement of a whole new text that could not be loaded or committed.

    What the old text holds does not count, nor do names that are not defined: those are findings.
    """
    before, after = (reader.read(text, "", Vendor.JUNOS) for text in (old, new))
    torn = {text for _, text in before.warnings}
    known = _wrong(before)
    rows = new.split("\n")
    found = [(number, rows[number - 1].strip(), why) for number, why in after.warnings if why not in torn]
    found += [(number, text, why) for number, text, why in _located(after) if (text, why) not in known]
    return min(found, default=None)


def _located(device: Device) -> Iterator[tuple[int, str, str]]:
    for note in device.coverage.notes:
        if note.state is LineState.UNRECOGNISED and note.reason.endswith(_CERTAIN):
            yield note.line, note.text, note.reason


def _wrong(device: Device) -> set[tuple[str, str]]:
    """Statements whose value cannot be."""
    return {(text, why) for _, text, why in _located(device)}
