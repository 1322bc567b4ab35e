"""XR's spelling of commands that the Cisco-like grammars have in another: the same line with other words."""

from __future__ import annotations

import re

from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.reading import XrReading

_OBFUSCATED = re.compile(r"[0-9]{2}([0-9A-Fa-f]{2})+$")


def secret_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """`encrypted X` and `clear X` as the common grammar says them; what was masked in the file cannot be read."""
    if len(words) < 2 or words[-2] not in {"encrypted", "clear"}:
        return words
    readable = words[-2] == "clear" or _OBFUSCATED.match(words[-1]) is not None
    kind = {"encrypted": "7", "clear": "0"}[words[-2]] if readable else "9"
    return (*words[:-2], kind, words[-1])


def said_as(line: Line, *words: str) -> Line:
    """The line with other words, for a reader of another grammar; its number and text stay."""
    return Line(line.number, line.text, words, line.children)


def with_policy(
    line: Line, words: tuple[str, ...], reading: XrReading, context: Context, usage: str
) -> tuple[str, ...]:
    """`route-policy P(1, 2)` in a command as `route-map` and the name that the model knows the policy by."""
    if "route-policy" not in words:
        return words
    at = words.index("route-policy")
    name = reading.attach(context, words[at + 1], line, usage)
    return (*words[:at], "route-map", name, *words[at + 2 :])
