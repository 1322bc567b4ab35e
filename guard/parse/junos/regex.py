"""Regular expressions of Junos over AS paths and communities, as Python ones.

An AS path expression works on whole AS numbers and covers the whole path (Junos "Understanding AS Path Regular
Expressions for Use as Routing Policy Match Conditions"): `.` is any AS, `A-B` a range, `()` the empty path. A community
is matched by its characters, the colon among them, and not as a whole unless `^` and `$` say so (Junos "How BGP
Communities and Extended Communities Are Evaluated in Routing Policy Match Conditions"); `*` alone is any number.
Law: as in the expressions of other vendors, what could take exponential time is refused with a ValueError.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from guard.model.community import EXTENDED_TYPES, extended
from guard.parse.cisco.regex import by_character, by_number

_TOKEN = re.compile(r"\[[^\]]*\]|\{[^}]*\}|\d+(?:\.\d+)?(?:\s*-\s*\d+(?:\.\d+)?)?|\S")
_COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
#: A bounded repetition is written out; no network counts further.
_MOST = 24


@lru_cache(maxsize=1 << 12)
def as_path(text: str) -> str:
    """A Python pattern that is found in exactly the paths that the expression covers."""
    pieces: list[str] = []
    for token in _TOKEN.findall(text.strip('"')):
        if token[0] == "{":
            pieces.extend(_repeated(pieces, token, text))
        elif token[0].isdecimal() and "-" in token:
            pieces.append("[" + re.sub(r"\s", "", token) + "]")
        else:
            pieces.append(token)
    if pieces[:1] == ["^"]:
        pieces = pieces[1:]
    if pieces[-1:] == ["$"]:
        pieces = pieces[:-1]
    if any(piece in "^$" for piece in pieces):
        pieces = [piece for piece in pieces if piece not in "^$"]
    return by_number("^(" + " ".join(pieces) + ")$")


def _repeated(pieces: list[str], token: str, text: str) -> list[str]:
    """What `{m,n}` adds after the token that it repeats, which is taken out of `pieces` where it may be missing."""
    count = _COUNT.fullmatch(token.replace(" ", ""))
    if count is None or not pieces:
        raise ValueError(f"{text!r} has no repetition that can be read")
    start = _group_start(pieces)
    atom = pieces[start:]
    low = int(count[1])
    open_ended = count[2] is not None and not count[3]
    high = int(count[3]) if count[3] else low
    if max(low, high) > _MOST or low > max(high, low):
        raise ValueError(f"{text!r} repeats more often than any path is long")
    del pieces[start:]
    made = atom * low
    if open_ended:
        return [*made, "(", *atom, ")", "*"]
    return [*made, *(["(", *atom, ")", "?"] * (high - low))]


def _group_start(pieces: list[str]) -> int:
    """Where the last atom begins: one token, or what is in parentheses."""
    if pieces[-1] != ")":
        return len(pieces) - 1
    depth = 0
    for at in range(len(pieces) - 1, -1, -1):
        depth += (pieces[at] == ")") - (pieces[at] == "(")
        if depth == 0:
            return at
    raise ValueError("a parenthesis that nothing opens")


_LITERAL = re.compile(r"[0-9A-Za-z:.\-]+")
#: Types of extended communities by the words that Junos has for them ("BGP Extended Communities").
_TYPED = {
    "target": "rt", "origin": "soo", "bandwidth-transitive": "bandwidth", "rt-import": "rt-import",
    **{name: name for name in EXTENDED_TYPES if name not in {"rt", "soo"}},
}  # fmt: skip
NAMED = {
    "no-export": "no-export", "no-advertise": "no-advertise", "no-export-subconfed": "local-as",
    "llgr-stale": "65535:6",
    "no-llgr": "65535:7", "graceful-shutdown": "graceful-shutdown", "accept-own": "65535:1", "no-peer": "no-peer",
}  # fmt: skip


#: Well-known communities as numbers, which expressions see.
_NUMBERS = {
    "no-export": "65535:65281", "no-advertise": "65535:65282", "local-as": "65535:65283", "no-peer": "65535:65284",
    "graceful-shutdown": "65535:0", "blackhole": "65535:666",
}  # fmt: skip


class Member(NamedTuple):
    """One member of a community: its canonical `text`, or the `pattern` of an expression with `text` empty."""

    kind: str
    text: str
    pattern: str | None = None


@lru_cache(maxsize=1 << 12)
def community(member: str) -> tuple[Member, ...]:
    """What a member stands for: one literal, or an expression over one kind or over all three."""
    text = member.strip('"')
    if text in NAMED:
        return (Member("standard", NAMED[text]),)
    head, _, tail = text.partition(":")
    if head == "large":
        return _typed("large", "", tail)
    if head in _TYPED or (tail.count(":") == 1 and _is_type(head)):
        return _extended(head, tail)
    made = _typed("standard", "", text)
    if made[0].pattern is None or text.count(":") != 1 or head.strip("^") not in {"*", ".*", ".+"}:
        return made
    # `.*` before the colon is as good for `target:64500` and `large:64500:1` (lab-validation, junos_community_delete).
    side = _side(tail.rstrip("$")) + ("" if tail[-1:] in "$*" else _MORE)
    return (
        *made,
        Member("large", "", f"(?:^|(?<= ))[0-9]+:[0-9]+:{side}(?= |$)"),
        Member("extended", "", f"(?:^|(?<= ))[a-z0-9-]+ [0-9.:L]*:{side}(?= |$)"),
    )


def _is_type(head: str) -> bool:
    """A type by its number, decimal or hexadecimal (RFC 4360: two octets)."""
    try:
        return 0 <= int(head, 0) < 1 << 16
    except ValueError:
        return False


def _extended(head: str, tail: str) -> tuple[Member, ...]:
    """`target:A:N`, `TYPE:A:N` with A an AS (an L: of four octets) or an address, or an expression of such."""
    kind = _TYPED.get(head, head)
    admin, _, number = tail.partition(":")
    if number.isdecimal() and (admin.rstrip("L").isdecimal() or _is_dotted(admin)):
        return (Member("extended", extended(kind, tail)),)
    known = extended(kind, "1:1").partition(" ")[0]
    return _typed("extended", known + " ", tail)


def _typed(kind: str, prefix: str, body: str) -> tuple[Member, ...]:
    if ":" in body and all(part.rstrip("L").isdecimal() or _is_dotted(part) for part in body.split(":")):
        parts = (str(int(p)) if p.isdecimal() else p.rstrip("L") for p in body.split(":"))
        return (Member(kind, prefix + ":".join(parts)),)
    if body.isdecimal() and kind == "standard":
        return (Member(kind, f"{int(body) >> 16}:{int(body) & 0xFFFF}"),)
    plain = re.escape(prefix) + ":".join(_side(side) for side in body.removeprefix("^").removesuffix("$").split(":"))
    if kind == "standard" and not prefix and body[:1] not in "^*":
        plain = _MORE + plain
    if body[-1:] not in "$*":
        plain += _MORE
    named = [name for name, number in _NUMBERS.items() if kind == "standard" and re.fullmatch(plain, number)]
    pattern = "|".join((plain, *map(re.escape, named)))
    return (Member(kind, "", f"(?:^|(?<= ))(?:{pattern})(?= |$)"),)


def _is_dotted(part: str) -> bool:
    return part.count(".") == 3 and part.replace(".", "").isdecimal()


#: What may stand before and behind what an expression asks for.
_MORE = "[0-9:]*"


def _side(side: str) -> str:
    """One side of the colon; `.` and `*` are about digits, so that nothing reaches beyond the side."""
    side = side.replace(" ", "")
    if side == "*":
        return "[0-9.]*"
    if side[-1:] == "L" and side[:-1].isdecimal():
        return side[:-1] + "L?"
    body = by_character(side, braces_repeat=True)
    return "(?:" + re.sub(r"(?<!\\)\.(?![^\[]*\])", "[0-9]", body) + ")"


def all_of(patterns: tuple[str, ...]) -> str:
    """A pattern that is found where each of several is found in the same text."""
    return patterns[0] if len(patterns) == 1 else r"\A" + "".join(f"(?=.*?{pattern})" for pattern in patterns)
