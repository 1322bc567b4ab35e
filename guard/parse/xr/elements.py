"""Elements of XR's sets: communities with wildcards and ranges, AS-path tests, prefixes with bounds.

Cisco IOS XR Routing Configuration Guide, "Implementing Routing Policy": as-path-set, community-set, extcommunity-set,
prefix-set. Raises ValueError where an element cannot be read.
"""

from __future__ import annotations

import re

from guard.model import community
from guard.model.address import WIDTH, Prefix, mask_length, parse_address, parse_prefix, prefix_of
from guard.model.policy import CommunityListEntry, PrefixRange
from guard.model.provenance import Source
from guard.parse.cisco import regex
from guard.parse.cisco.number import asn
from guard.parse.cisco.prefix_list import prefix_range
from guard.parse.xr.tokens import Token, text_of

#: RFC 6996 2-byte private AS numbers, which `private-as` stands for in a community.
_PRIVATE = (64512, 65535)
_SPAN = re.compile(r"\[(\S+)\.\.(\S+)\]$")
_REGEX = frozenset({"ios-regex", "dfa-regex"})
_BEFORE, _AFTER = "(?<![0-9:.])", "(?![0-9:.])"


# ------------------------------------------------------------------------------------------------ prefixes


def prefix_element(words: list[Token]) -> PrefixRange:
    """`P/len [ge N] [le N] [eq N]`; without a length the address itself; a mask may stand for the length."""
    texts = [word.text for word in words]
    head = texts[0]
    if "/" not in head and len(texts) > 1 and texts[1].count(".") == 3:
        prefix, rest = prefix_of(parse_address(head), mask_length(texts[1])), texts[2:]
    elif "/" in head and head.rpartition("/")[2].count(".") == 3:
        address, _, mask = head.partition("/")
        prefix, rest = prefix_of(parse_address(address), mask_length(mask)), texts[1:]
    elif "/" in head:
        prefix, rest = _prefix(head), texts[1:]
    else:
        address_only = parse_address(head)
        prefix, rest = address_only.host, texts[1:]
    return prefix_range((str(prefix), *rest), prefix.version)


def _prefix(text: str) -> Prefix:
    address, _, length = text.partition("/")
    found = parse_address(address)
    if not (length.isascii() and length.isdecimal() and int(length) <= WIDTH[found.version]):
        raise ValueError(f"{text!r} is no prefix")
    return parse_prefix(text)


# ------------------------------------------------------------------------------------------------ communities


def community_element(words: list[Token], kind: str, source: Source, sort: str = "") -> CommunityListEntry:
    """One element of a set of communities; `kind` standard, large or extended, of which `sort` is rt or soo.

    Raises LookupError where it depends on the neighbour (`peeras`), which the model does not ask for.
    """
    first = words[0]
    if first.low in _REGEX:
        return CommunityListEntry(True, frozenset(), _searched(words[1].text, sort), source)
    text = first.text
    if len(words) > 1:
        raise ValueError(f"{text_of(words)!r} is no community")
    if kind == "extended" and text.lower().startswith(f"{sort}:"):
        text = text[len(sort) + 1 :]
    if "peeras" in text.lower():
        raise LookupError("the neighbour's AS in a community is not modelled")
    if text in {"*", "*:*", "*:*:*"}:
        return CommunityListEntry(True, frozenset(), f"{sort} " if sort else ".", source)
    if "*" in text or "[" in text or "private-as" in text.lower():
        return CommunityListEntry(True, frozenset(), _wild(text, kind, sort), source)
    return CommunityListEntry(True, frozenset({literal(text, kind, sort)}), None, source)


def literal(text: str, kind: str, sort: str = "") -> str:
    """The canonical text of one community."""
    if kind == "standard":
        return community.standard(text)
    if kind == "large":
        return community.large(text)
    admin, _, number = text.rpartition(":")
    if admin.count(".") == 1:
        admin = str(asn(admin))
    return community.extended(sort, f"{admin}:{number}")


def _searched(text: str, sort: str) -> str:
    pattern = regex.by_character(text)
    if not sort:
        return pattern
    # Extended communities are written `rt 1:2`: the expression sees what stands behind the sort.
    return pattern if not pattern.startswith("^") else f"(?:^| ){sort} {pattern[1:]}"


def _wild(text: str, kind: str, sort: str) -> str:
    parts = text.split(":")
    if len(parts) != (3 if kind == "large" else 2):
        raise ValueError(f"{text!r} is no community")
    body = ":".join(_part(part) for part in parts)
    return f"{sort} {body}{_AFTER}" if sort else f"{_BEFORE}{body}{_AFTER}"


def _part(text: str) -> str:
    low = text.lower()
    if low == "*":
        return "[0-9.]+"  # an address may stand before the number of an extended community
    if low == "private-as":
        return regex.number_range(*_PRIVATE)
    span = _SPAN.match(text)
    if span:
        return regex.number_range(asn(span[1]), asn(span[2]))
    if "*" in text:  # 9.* and *.0: half of a number in asdot
        high, _, low_half = text.partition(".")
        return f"{_half(high)}\\.{_half(low_half)}"
    return re.escape(str(asn(text)) if text.count(".") < 2 else text)


def _half(text: str) -> str:
    return "[0-9]+" if text == "*" else re.escape(str(int(text)))


# ------------------------------------------------------------------------------------------------ AS paths

_TESTS = frozenset({"neighbor-is", "originates-from", "passes-through"})
_CONFEDERATION = r"(?:\([^)]*\) ?)*"
#: ASNs in one test, and in a range whose members are told apart.
_LONGEST, _TOLD_APART = 64, 16


def path_pattern(words: list[Token]) -> str:
    """The Python pattern of `ios-regex '…'`, `neighbor-is '…' [exact]`, `originates-from …`, `passes-through …`."""
    how, text = words[0].low, words[1].text
    if how in _REGEX:
        return regex.by_character(text)
    if how not in _TESTS:
        raise ValueError(f"{how!r} is no test of an AS path")
    options = [word.low for word in words[2:]]
    if options not in ([], ["exact"]):
        raise ValueError(f"{options[-1]!r} behind a test of an AS path")
    sequence = _sequence(text, exact=bool(options))
    if how == "neighbor-is":
        return f"^{_CONFEDERATION}{sequence}{_AFTER}"
    return f"{_BEFORE}{sequence}$" if how == "originates-from" else f"{_BEFORE}{sequence}{_AFTER}"


def _sequence(text: str, *, exact: bool) -> str:
    """AS numbers in a row; unless `exact`, each may stand several times (as prepending leaves it)."""
    parts = [_number(word, exact=exact) for word in text.split()]
    if not parts or len(parts) > _LONGEST:
        raise ValueError(f"{text!r} is no sequence of AS numbers")
    return " ".join(parts)


def _number(word: str, *, exact: bool) -> str:
    span = _SPAN.match(word)
    if word.lower() == "private-as":
        low, high = 64512, 65534
    elif span:
        low, high = asn(span[1]), asn(span[2])
    else:
        low = high = asn(word)
    if exact:
        return str(low) if low == high else regex.number_range(low, high)
    if high - low < _TOLD_APART:
        repeated = [f"{number}(?: {number})*" for number in range(low, high + 1)]
        return repeated[0] if low == high else f"(?:{'|'.join(repeated)})"
    one = regex.number_range(low, high)
    return f"{one}(?: {one})*"  # neighbours that both lie in a wide range are taken for one AS
