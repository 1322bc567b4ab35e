"""Lines of a whole configuration that the device would refuse: known commands whose arguments cannot be.

A replaced or patched configuration is judged by the same tables as typed lines. Only what is new in it counts: what
the device holds already it has taken. Lines that no table knows are left to the reader (not-modelled).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guard.parse.line import Line
from guard.parse.modes import Grammar, Mode, grammar, opened, tree
from guard.parse.modes_rule import Mismatch
from guard.parse.xr.unfold import header_length
from guard.snapshot.merge import junos

_TABLES = frozenset({"ios", "eos", "frr", "nxos", "iosxr"})


class Malformed(NamedTuple):
    """`number`: the line in the new text."""

    number: int
    text: str
    reason: str


def malformed(old: str, new: str, vendor: str) -> Malformed | None:
    """The first line of `new` that is not in `old` and that a device of the vendor would refuse."""
    if vendor == "junos":
        found = junos.refused(old, new)
        return Malformed(*found) if found is not None else None
    if vendor not in _TABLES:
        return None
    held = frozenset(row.strip() for row in old.split("\n"))
    table = grammar(vendor)
    return next(_refused(tree(new, vendor), table.top, table, held), None)


def _refused(lines: tuple[Line, ...], mode: Mode, table: Grammar, held: frozenset[str]) -> Iterator[Malformed]:
    for line in lines:
        if line.text not in held and line.words[0] not in ("no", "default"):
            why = _mismatch(line.words, mode, table)
            if why is not None:
                yield Malformed(line.number, line.text, why.reason)
        inner = opened(mode, table, line.words)
        if inner is not None:
            yield from _refused(line.children, inner, table, held)


def _mismatch(words: tuple[str, ...], mode: Mode, table: Grammar) -> Mismatch | None:
    """Why no form of the mode, or of the one implied in it, fits; None where one does or none is near."""
    if table.vendor == "iosxr" and header_length(mode, table, words):
        return None  # it is written with its modes in front
    found = mode.match(words)
    if mode.below and found is None:
        found = table.modes[mode.below].match(words)
    return found if isinstance(found, Mismatch) and found.certain else None
