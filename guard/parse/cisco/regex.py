"""Regular expressions of routers as Python ones over the text of a path or of communities.

IOS and FRR work on characters (POSIX extended; `_` is a boundary: start, end, space, comma, brace or parenthesis).
EOS works on whole AS numbers unless told otherwise: `.` is any AS, `[64500-64510]` a range of them.
Law: no pattern that is returned can take exponential time; what could, or what Python reads differently, is refused
with a ValueError. Back references are not modelled.
"""

from __future__ import annotations

import re
import re._parser as sre  # type: ignore[import-not-found]  # the only reader of Python's own syntax
from functools import lru_cache
from typing import Any

_BOUNDARY = r"(?:^|$|[ ,{}()\[\]])"
#: Pattern that nothing matches: stands where an expression was refused.
NEVER = r"(?!)"
#: Unbounded wildcards in one expression: each multiplies the worst case by the length of the text.
_MAX_WILDCARDS = 6
_MAX_LENGTH = 1000
_CLASSES = {
    "digit": "0-9", "alpha": "a-zA-Z", "alnum": "0-9a-zA-Z", "space": r"\s", "xdigit": "0-9a-fA-F",
    "punct": r"!-/:-@\[-`{-~", "lower": "a-z", "upper": "A-Z", "blank": r" \t",
}  # fmt: skip


@lru_cache(maxsize=1 << 12)
def by_character(text: str, *, braces_repeat: bool = False) -> str:
    """An IOS or FRR expression in Python's syntax; `braces_repeat`: `{m,n}` repeats (FRR), else is literal (IOS)."""
    out: list[str] = []
    at = 0
    text = text.strip('"')
    while at < len(text):
        char = text[at]
        if char == "\\":
            piece, at = _escape(text, at)
        elif char == "[":
            piece, at = _bracket(text, at)
        elif char == "{" and not (braces_repeat and re.match(r"\{\d+(,\d*)?\}", text[at:]) and out):
            piece, at = r"\{", at + 1
        elif char == "{":
            end = text.index("}", at) + 1
            piece, at = text[at:end], end
        elif char == "}":
            piece, at = r"\}", at + 1
        elif char == "_":
            piece, at = _BOUNDARY, at + 1
        elif char == "(":
            piece, at = "(?:", at + 1
        else:
            piece, at = char, at + 1
        out.append(piece)
    return _bounded("".join(out), text)


def _escape(text: str, at: int) -> tuple[str, int]:
    if at + 1 >= len(text):
        raise ValueError(f"{text!r} ends in a backslash")
    if text[at + 1].isalnum():
        raise ValueError(f"{text!r} refers back to a group, which is not modelled")
    return re.escape(text[at + 1]), at + 2


def _bracket(text: str, at: int) -> tuple[str, int]:
    """A bracket expression: POSIX classes named, backslash literal."""
    end = at + 1
    if text[end : end + 1] == "^":
        end += 1
    if text[end : end + 1] == "]":
        end += 1
    out: list[str] = ["[" + ("^" if text[at + 1 : at + 2] == "^" else "")]
    if text[end - 1] == "]":
        out.append(r"\]")
    while end < len(text) and text[end] != "]":
        if text.startswith("[:", end):
            close = text.index(":]", end)
            out.append(_CLASSES[text[end + 2 : close]])
            end = close + 2
            continue
        out.append(re.escape(text[end]) if text[end] in "\\[^&~|" else text[end])
        end += 1
    if end >= len(text):
        raise ValueError(f"{text!r} has an open bracket")
    return "".join([*out, "]"]), end + 1


# Possessive (`*+`): what a token has eaten is never given back, so that repeating it costs no more than its length.
_AFTER = r"(?![0-9])[ ,{}()\[\]]*+"
_BEFORE = r"(?<![0-9])"
_ASN_TOKEN = re.compile(r"\d+(?:\.\d+)?|\[[^\]]*\]|.")


@lru_cache(maxsize=1 << 12)
def by_number(text: str) -> str:
    """An EOS expression over AS numbers (`ip as-path regex-mode asn`, the default) in Python's syntax."""
    out: list[str] = []
    for token in _ASN_TOKEN.findall(text.strip('"')):
        if token[0].isdecimal():
            out.append(f"(?:{_BEFORE}{_asn(token)}{_AFTER})")
        elif token == ".":
            out.append(f"(?:{_BEFORE}[0-9]++{_AFTER})")
        elif token[0] == "[" and len(token) > 2:
            out.append(f"(?:{_BEFORE}{_asn_set(token[1:-1])}{_AFTER})")
        elif token in "_ ":
            continue
        elif token in "^$|*+?)":
            out.append(token if token != "^" else r"^[ ,{}()\[\]]*+")
        elif token == "(":
            out.append("(?:")
        else:
            raise ValueError(f"{text!r}: {token!r} has no meaning over AS numbers")
    return _bounded("".join(out), text)


def _asn(token: str) -> int:
    high, dot, low = token.partition(".")
    return (int(high) << 16) + int(low) if dot else int(token)


def _asn_set(body: str) -> str:
    negated = body.startswith("^")
    parts = []
    for part in body.lstrip("^").replace(",", " ").split():
        low, _, high = part.partition("-")
        parts.append(number_range(_asn(low), _asn(high or low)))
    chosen = f"(?:{'|'.join(parts)})"
    return rf"(?!{chosen}(?![0-9]))[0-9]++" if negated else chosen


def number_range(low: int, high: int) -> str:
    """A pattern that matches the decimal numbers low..high and no other, for whole numbers."""
    if low > high:
        raise ValueError(f"{low}-{high} holds no number")
    parts: list[str] = []
    while low <= high:
        stop = _stop(low, high)
        parts.append(_digits(str(low), str(stop)))
        low = stop + 1
    return f"(?:{'|'.join(parts)})"


def _stop(low: int, high: int) -> int:
    """The largest number that `low` shares a digit-by-digit pattern with."""
    step = 1
    while low % (step * 10) == 0 and low + step * 10 - 1 <= high and len(str(low)) == len(str(low + step * 10 - 1)):
        step *= 10
    digit = low // step % 10
    reach = low + (9 - digit + 1) * step - 1
    while reach > high:
        reach -= step
    return reach


def _digits(low: str, high: str) -> str:
    return "".join(a if a == b else f"[{a}-{b}]" for a, b in zip(low, high, strict=True))


# -------------------------------------------------------------------------------------------------- bounded time


def _bounded(pattern: str, text: str) -> str:
    if len(pattern) > _MAX_LENGTH * 4:
        raise ValueError("the expression is too long")
    pattern = re.sub(r"(?<!\\)(?:\.\*){2,}", ".*", pattern)
    try:
        tree = sre.parse(pattern)
    except re.error as problem:
        raise ValueError(f"{text!r}: {problem}") from problem
    wide = [0]
    _walk(list(tree), inside=False, wide=wide, text=text)
    if wide[0] > _MAX_WILDCARDS:
        raise ValueError(f"{text!r} has too many wildcards to be matched in bounded time")
    return pattern


def _walk(nodes: list[Any], *, inside: bool, wide: list[int], text: str) -> None:
    """Refuse a repetition inside a repetition unless what follows it inside tells the rounds apart."""
    for at, (op, argument) in enumerate(nodes):
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, body = argument
            open_ended = high > 8 and high != low
            if open_ended:
                wide[0] += 1
                if inside and not _told_apart(body, nodes[at + 1 :]):
                    raise ValueError(f"{text!r} repeats a repetition, which could take exponential time")
            _walk(list(body), inside=inside or open_ended, wide=wide, text=text)
        elif name == "SUBPATTERN":
            _walk(list(argument[-1]), inside=inside, wide=wide, text=text)
        elif name == "BRANCH":
            for branch in argument[1]:
                _walk(list(branch), inside=inside, wide=wide, text=text)


_PROBE = "0123456789 ,{}()[]:abcdefghijklmnopqrstuvwxyz-"


def _told_apart(body: Any, following: list[Any]) -> bool:
    """Whether the node after a repeated one can start with none of the characters that are repeated."""
    if len(body) != 1:
        return False
    repeated = _characters(body[0])
    if not repeated or not following:
        return False
    for node in following:
        if str(node[0]) in ("ASSERT", "ASSERT_NOT", "AT"):
            continue
        after = _characters(node)
        return bool(after) and not (after & repeated)
    return False


def _characters(node: Any) -> frozenset[str]:
    """The characters that a node of one character may be; empty where it is not of that shape."""
    op, argument = str(node[0]), node[1]
    if op == "LITERAL":
        return frozenset(chr(argument))
    if op == "ANY":
        return frozenset(_PROBE)
    if op == "IN":
        return _in(argument)
    if op == "SUBPATTERN":
        return _boundary(argument[-1])
    return _boundary([node]) if op == "BRANCH" else frozenset()


def _in(argument: Any) -> frozenset[str]:
    chosen: set[str] = set()
    negated = False
    for op, value in argument:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            chosen.add(chr(value))
        elif name == "RANGE":
            chosen.update(c for c in _PROBE if value[0] <= ord(c) <= value[1])
        else:
            return frozenset(_PROBE)
    return frozenset(_PROBE) - chosen if negated else frozenset(chosen)


def _boundary(nodes: Any) -> frozenset[str]:
    """The separators, for the group that `_` becomes: at the ends of the text alone it is empty."""
    if len(nodes) != 1 or str(nodes[0][0]) != "BRANCH":
        return frozenset()
    found: set[str] = set()
    for branch in nodes[0][1][1]:
        if len(branch) != 1:
            return frozenset()
        if str(branch[0][0]) != "AT":
            found |= _characters(branch[0])
    return frozenset(found)
