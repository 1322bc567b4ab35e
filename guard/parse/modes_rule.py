"""The pattern language in which a vendor's modes are written down, and its matcher.

A grammar is text: `[mode]` opens a mode's list, then one command form a line.

    ip address <ip> <mask>                        a value may change: the command is re-entered to replace it
    ip address =<ip> =<mask> secondary            `=`: part of what the line *is*; another value is another line
    neighbor =<peer> route-map <word> in|out      `a|b`: a keyword, part of what the line is
    ip ospf network {broadcast|point-to-point}    `{a|b}`: a keyword that is a value
    route-map =<word> {permit|deny} =<1-65535> -> route-map      opens a mode
    match tag ...                                 `...`: zero or more words, a value; `=...` part of what it is
    no router bgp                                 a `no` form that is shorter than its command
    ... ; flag flag                               flags are the merge's (guard.snapshot.merge)

What is not written here is unknown, which is no error: the reader's coverage says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from ipaddress import AddressValueError, IPv4Address, IPv6Address

Key = tuple[str, ...]


class Fit(Enum):
    """How a command fits a form."""

    FULL = "full"
    PREFIX = "prefix"  # the words end before the form does
    MALFORMED = "malformed"  # keywords fit, an argument is not of its type
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Token:
    """One place of a form: the keywords or the type that may stand there, and whether it is part of the key."""

    words: frozenset[str]
    type: str
    key: bool
    rest: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One command form of a mode."""

    tokens: tuple[Token, ...]
    opens: str | None
    flags: frozenset[str]
    short_no: bool
    text: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A command that fits a form: which, and the key of what it sets."""

    rule: Rule
    key: Key
    value: Key


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a command fits no form of a mode although its keywords do."""

    depth: int
    reason: str
    certain: bool = False  # no other command of the platform could be meant


def compile_rule(text: str) -> Rule:
    """Read one command form; see the module's text for the notation."""
    body, _, flags = text.partition(" ; ")
    body, _, opens = body.partition(" -> ")
    words = body.split()
    short_no = words[0] == "no"
    if short_no:
        words = words[1:]
    return Rule(tuple(_token(w) for w in words), opens.strip() or None, frozenset(flags.split()), short_no, text)


def _token(word: str) -> Token:
    key = word.startswith("=")
    word = word[1:] if key and len(word) > 1 else word
    if word == "...":
        return Token(frozenset(), "", key, rest=True)
    if word.startswith("<"):
        return Token(frozenset(), word[1:-1], key, rest=False)
    if word.startswith("{"):
        return Token(frozenset(word[1:-1].split("|")), "", key=False, rest=False)
    return Token(frozenset(word.split("|")), "", key=True, rest=False)


def match(rule: Rule, words: Key) -> tuple[Fit, Matched | None, Mismatch | None]:
    """Fit `words` (without `no`) to a form.

    Returns FULL with the match, PREFIX with the key so far, MALFORMED with the reason, or OTHER.
    """
    key: list[str] = []
    value: list[str] = []
    for at, token in enumerate(rule.tokens):
        if token.rest:
            (key if token.key else value).extend(words[at:])
            return Fit.FULL, Matched(rule, tuple(key), tuple(value)), None
        if at >= len(words):
            return Fit.PREFIX, Matched(rule, tuple(key), tuple(value)), Mismatch(at, "incomplete command", certain=True)
        word = words[at]
        if token.words:
            low = word.lower()
            if low not in token.words:
                return Fit.OTHER, None, None
            word = low
        elif not fits(token.type, word):
            return (
                Fit.MALFORMED,
                None,
                Mismatch(at, f"{word!r} is not {describe(token.type)}", _certain(token, at, word)),
            )
        (key if token.key else value).append(_canonical(token.type, word))
    if len(words) > len(rule.tokens):
        return Fit.OTHER, None, None
    return Fit.FULL, Matched(rule, tuple(key), tuple(value)), None


def _certain(token: Token, at: int, word: str) -> bool:
    """A number that is no number is malformed; a word where an address may stand could be a keyword not listed."""
    if at < 2 and not word[:1].isdecimal():
        return token.type in {"asn"}
    if _RANGE.match(token.type) or token.type in {"asn", "peeras", "area"}:
        return True
    return word[:1].isdecimal() and token.type != "word"


def key_complete(rule: Rule, length: int) -> bool:
    """Whether nothing but values is left of the form after `length` words: `no` may stop there."""
    return length > 0 and not any(token.key for token in rule.tokens[length:]) and length < len(rule.tokens)


def _canonical(kind: str, word: str) -> str:
    if kind == "rpl":
        return word.partition("(")[0]  # XR: a policy is defined anew with other parameters
    if kind in {"ip6", "pfx6", "peer", "ifname", "iface", "via"}:
        return word.lower()
    return word


_RANGE = re.compile(r"(-?\d+)-(\d+)$")
_DOTTED = re.compile(r"[\d.]+$")
_DESCRIPTION = {
    "ip": "an IPv4 address",
    "mask": "a network mask",
    "wild": "a wildcard mask",
    "pfx": "an IPv4 prefix",
    "ip6": "an IPv6 address",
    "pfx6": "an IPv6 prefix",
    "asn": "an AS number",
    "peer": "a neighbor",
    "area": "an OSPF area",
    "word": "a word",
    "ifname": "an interface",
    "iface": "an interface",
    "rd": "a route distinguisher",
    "peeras": "an AS number, internal or external",
    "via": "a next hop",
    "vlans": "a VLAN in 1-4094",
}


def describe(kind: str) -> str:
    """Say what an argument of this type is, for an error message."""
    if kind in _DESCRIPTION:
        return _DESCRIPTION[kind]
    return f"a number in {kind}" if _RANGE.match(kind) else kind


def fits(kind: str, word: str) -> bool:
    """Whether a word is an argument of this type."""
    span = _RANGE.match(kind)
    if span:
        return word.isascii() and word.isdecimal() and int(span[1]) <= int(word) <= int(span[2])
    check = _TYPES.get(kind)
    return True if check is None else check(word)


def is_ip(word: str) -> bool:
    """Whether the word is an IPv4 address in dotted-quad form."""
    try:
        IPv4Address(word)
    except AddressValueError:
        return False
    return True


def is_ip6(word: str) -> bool:
    """Whether the word is an IPv6 address."""
    try:
        IPv6Address(word)
    except AddressValueError:
        return False
    return True


def is_mask(word: str) -> bool:
    """Whether the word is an IPv4 network mask."""
    if not is_ip(word):
        return False
    inverted = int(IPv4Address(word)) ^ 0xFFFFFFFF
    return inverted & (inverted + 1) == 0


def _is_pfx(word: str) -> bool:
    address, slash, length = word.partition("/")
    return bool(slash) and is_ip(address) and length.isdecimal() and int(length) <= 32


def _is_pfx6(word: str) -> bool:
    address, slash, length = word.partition("/")
    return bool(slash) and is_ip6(address) and length.isdecimal() and int(length) <= 128


def _is_asn(word: str) -> bool:
    high, dot, low = word.partition(".")
    if dot:  # asdot, RFC 5396
        return high.isdecimal() and low.isdecimal() and int(high) < 65536 and int(low) < 65536
    return word.isdecimal() and 0 < int(word) < 2**32


def _is_peer(word: str) -> bool:
    if is_ip(word) or is_ip6(word):
        return True
    return not _DOTTED.match(word) and ":" not in word


def _is_name(word: str) -> bool:
    """A next hop or an interface: a dotted number must be an address."""
    if _DOTTED.match(word) or ":" in word:
        return is_ip(word) or is_ip6(word)
    return True


def _is_peer_as(word: str) -> bool:
    return word in {"internal", "external"} or _is_asn(word)


def _is_area(word: str) -> bool:
    return is_ip(word) or (word.isdecimal() and int(word) < 2**32)


def _is_rd(word: str) -> bool:
    return word.count(":") == 1 and all(word.split(":"))


def _is_interface(word: str) -> bool:
    return word[:1].isalpha()


def _are_vlans(word: str) -> bool:
    """`10,20-30`; a word that does not begin with a digit is a name."""
    ends = re.split("[,-]", word)
    return not word[:1].isdecimal() or all(end.isdecimal() and 1 <= int(end) <= 4094 for end in ends)


_TYPES: dict[str, Callable[[str], bool]] = {
    "ip": is_ip,
    "ip6": is_ip6,
    "mask": is_mask,
    "wild": is_ip,
    "pfx": _is_pfx,
    "pfx6": _is_pfx6,
    "asn": _is_asn,
    "peer": _is_peer,
    "peeras": _is_peer_as,
    "area": _is_area,
    "via": _is_name,
    "rd": _is_rd,
    "ifname": _is_interface,
    "iface": _is_interface,
    "vlans": _are_vlans,
}
