"""Commands that are written together with the modes that they stand in (`router bgp 1 neighbor 10.0.0.1 remote-as 2`).

XR takes them so, and `show running-config formal` prints them so.
"""

from __future__ import annotations

from guard.parse.line import Line
from guard.parse.modes import Grammar, Mode, opened
from guard.parse.modes_rule import Matched


def header_length(mode: Mode, table: Grammar, words: tuple[str, ...]) -> int:
    """How many words of a command open a mode that the rest of it belongs to; 0 where it stands for itself."""
    if opened(mode, table, words) is not None or isinstance(mode.match(words), Matched):
        return 0
    for length in range(len(words) - 1, 0, -1):
        inner = opened(mode, table, words[:length])
        if inner is not None:
            return length
    return 0


def unfold(lines: tuple[Line, ...], mode: Mode | None, table: Grammar) -> tuple[Line, ...]:
    """The tree in which each such command is part of the block that it names; nothing else is changed."""
    if mode is None or mode.open:
        return lines
    return _joined(tuple((line, _split(line, mode, table)) for line in lines), mode, table)


def _split(line: Line, mode: Mode, table: Grammar) -> Line:
    """A command with modes in front as a block of one line; others as they are."""
    words = line.words
    length = 0 if words[0] == "no" else header_length(mode, table, words)
    if not length:
        return line
    child = Line(line.number, " ".join(words[length:]), words[length:], line.children)
    return Line(line.number, " ".join(words[:length]), words[:length], (child,))


def _joined(found: tuple[tuple[Line, Line], ...], mode: Mode, table: Grammar) -> tuple[Line, ...]:
    """The lines, those that were split gathered into the block of their modes where one came before."""
    made: list[Line] = []
    places: dict[tuple[str, ...], int] = {}
    for line, split in found:
        inner = opened(mode, table, split.words)
        at = places.get(split.words) if split is not line else None
        if at is not None:
            known = made[at]
            made[at] = Line(known.number, known.text, known.words, (*known.children, *split.children))
            continue
        if inner is not None:
            places.setdefault(split.words, len(made))
        made.append(split)
    return tuple(_inside(line, mode, table) for line in made)


def _inside(line: Line, mode: Mode, table: Grammar) -> Line:
    inner = opened(mode, table, line.words)
    if inner is None or not line.children:
        return line
    children = unfold(line.children, inner, table)
    return line if children == line.children else Line(line.number, line.text, line.words, children)
