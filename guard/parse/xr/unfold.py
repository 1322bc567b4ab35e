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
    """The tree in which each such command is a block of its own; nothing else is changed."""
    return tuple(_unfolded(line, mode, table) for line in lines)


def _unfolded(line: Line, mode: Mode | None, table: Grammar) -> Line:
    if mode is None or mode.open:
        return line
    words = line.words
    inner = opened(mode, table, words)
    if inner is not None:
        children = unfold(line.children, inner, table)
        return line if children == line.children else Line(line.number, line.text, words, children)
    length = 0 if words[0] == "no" else header_length(mode, table, words)
    if not length:
        return line
    rest = words[length:]
    child = Line(line.number, " ".join(rest), rest, line.children)
    inner = opened(mode, table, words[:length])
    return Line(line.number, line.text, words[:length], unfold((child,), inner, table))
