"""Prefix lists and route filters of a policy term.

They are alternatives of each other. Of the route filters, the one whose prefix is the longest that holds the route is
asked alone (Junos "Understanding Route Filters for Use in Routing Policy Match Conditions"); one with actions of its
own decides by them, and the term's `then` is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import NamedTuple

from guard.model.address import WIDTH, Address, Prefix, parse_address, parse_prefix, prefix_of
from guard.model.policy import All, Any, Condition, MatchPrefixList, MatchPrefixRanges, Not, PrefixRange
from guard.model.provenance import Source
from guard.parse.junos.policy_lists import listed, ranged
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

#: What is read here of a `from`.
WORDS = frozenset({"prefix-list", "prefix-list-filter", "route-filter", "route-filter-list"})
_RANGES = frozenset({"exact", "longer", "orlonger", "upto", "through", "prefix-length-range", "address-mask"})
_WITH_ARGUMENT = frozenset({"upto", "through", "prefix-length-range", "address-mask"})
#: An address-mask that leaves more bits open than this takes too many prefixes to write down.
_OPEN_BITS = 10


class Special(NamedTuple):
    """A route filter with actions of its own."""

    label: str
    condition: Condition
    actions: Node
    source: Source


class Prefixes(NamedTuple):
    """`general`: what the term's own `then` is for; None: no prefix is asked for."""

    general: Condition | None
    special: tuple[Special, ...]


NONE = Prefixes(None, ())


class _Filter(NamedTuple):
    """`prefix`: what the longest match goes by. `actions`: the node that holds some."""

    prefix: Prefix
    ranges: tuple[PrefixRange, ...]
    node: Node
    label: str
    actions: Node | None


def read(reading: Reading, node: Node) -> Prefixes:
    """The prefixes that a `from` asks for."""
    parts: list[Condition] = []
    for each in node["prefix-list"] or ():
        reading.all_done(each)
        _refer_list(reading, each, "from prefix-list")
        parts.extend(MatchPrefixList((each.word,), version) for version in (4, 6))
    for each in node["prefix-list-filter"] or ():
        parts.append(_list_filter(reading, each))
    filters = [*_filters(reading, node["route-filter"]), *_named(reading, node["route-filter-list"])]
    reading.done(node["prefix-list"], node["prefix-list-filter"], node["route-filter-list"])
    special = tuple(
        Special(each.label, _condition([each], filters), each.actions, reading.source(each.node))
        for each in filters
        if each.actions is not None
    )
    if filters:
        parts.append(_condition([each for each in filters if each.actions is None], filters))
    return Prefixes(_any(parts) if parts else None, special)


def _any(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Any(tuple(parts))


def _refer_list(reading: Reading, node: Node, usage: str) -> None:
    reading.refer("prefix-list", node.word, node, usage, 4)
    reading.refer("prefix-list", node.word, node, usage, 6)


def _list_filter(reading: Reading, node: Node) -> Condition:
    reading.all_done(node)
    _refer_list(reading, node, "from prefix-list-filter")
    how = next((word for word in node.words if word in _RANGES), "exact")
    if how == "exact":
        return Any(tuple(MatchPrefixList((node.word,), version) for version in (4, 6)))
    found = (ranged(prefix, how) for prefix in listed(reading, node.word))
    return MatchPrefixRanges(tuple(each for each in found if each is not None))


# ----------------------------------------------------------------------------------------------- route filters


def _named(reading: Reading, node: Node | None) -> Iterator[_Filter]:
    """`route-filter-list NAME`: the filters of the list, which have no actions."""
    for each in node or ():
        reading.done(each)
        reading.refer("route-filter-list", each.word, each, "from route-filter-list")
        yield from _filters(reading, reading.tree.root.at("policy-options", "route-filter-list", each.word))


def _filters(reading: Reading, node: Node | None) -> Iterator[_Filter]:
    if node is None:
        return
    reading.done(node)
    for each in node:
        prefix = reading.prefix(each) if each.word not in {"apply-groups", "apply-groups-except"} else None
        if prefix is None:
            continue
        reading.done(each)
        yield from _ways(reading, each, prefix)


def _ways(reading: Reading, node: Node, prefix: Prefix) -> Iterator[_Filter]:
    """The ways in which one prefix is asked for: alternatives; without any, exactly it."""
    if not any(word in _RANGES for word in node.words):
        yield _Filter(prefix, (PrefixRange(prefix, prefix.length, prefix.length),), node, str(prefix), _held(node))
        return
    for way in node:
        if way.word not in _RANGES:
            continue
        reading.done(way)
        arguments = tuple(way) if way.word in _WITH_ARGUMENT else ()
        for argument in arguments or (None,):
            if argument is not None:
                reading.done(argument)
            said = argument.word if argument is not None else ""
            ranges = _range(reading, way, prefix, said, parse_address(node.word.partition("/")[0]))
            key = prefix
            if way.word == "address-mask" and ranges:
                key = prefix_of(prefix.first, min(prefix.length, _leading(said)))
            label = f"{prefix} {way.word} {said}".strip()
            yield _Filter(key, tuple(ranges), way, label, _held(argument or way))


def _held(node: Node) -> Node | None:
    """The node where actions stand below it."""
    return node if node.children else None


def _condition(asked: list[_Filter], filters: list[_Filter]) -> Condition:
    """Some of the filters, each where no longer prefix of all the filters holds the route."""
    plain: list[PrefixRange] = []
    parts: list[Condition] = []
    prefixes = dict.fromkeys(each.prefix for each in filters)
    ranges: dict[Prefix, list[PrefixRange]] = {}
    for each in asked:
        ranges.setdefault(each.prefix, []).extend(each.ranges)
    for prefix, held in ranges.items():
        inner = tuple(other for other in prefixes if other != prefix and prefix.covers(other))
        if not inner:
            plain.extend(held)
        else:
            hidden = MatchPrefixRanges(tuple(PrefixRange(p, p.length, WIDTH[p.version]) for p in inner))
            parts.append(All((MatchPrefixRanges(tuple(held)), Not(hidden))))
    if plain or not parts:
        parts.insert(0, MatchPrefixRanges(tuple(plain)))
    return _any(parts)


def _range(reading: Reading, node: Node, prefix: Prefix, argument: str, address: Address) -> list[PrefixRange]:
    width = WIDTH[prefix.version]
    match node.word:
        case "exact" | "longer" | "orlonger":
            made = ranged(prefix, node.word)
            return [made] if made is not None else []
        case "upto" if argument.lstrip("/").isdecimal():
            return [PrefixRange(prefix, prefix.length, min(width, int(argument.lstrip("/"))))]
        case "prefix-length-range":
            low, _, high = argument.replace("/", "").partition("-")
            if low.isdecimal() and high.isdecimal():
                return [PrefixRange(prefix, max(prefix.length, int(low)), min(width, int(high)))]
        case "through":
            return _through(reading, node, prefix, argument)
        case "address-mask":
            masked = _masked(prefix, address, argument)
            if masked is not None:
                return masked
    reading.partial(node, f"{node.word} {argument} is not modelled: the filter matches nothing")
    return []


def _through(reading: Reading, node: Node, prefix: Prefix, argument: str) -> list[PrefixRange]:
    """Every prefix on the way from the one down to the other."""
    try:
        end = parse_prefix(argument)
    except ValueError:
        reading.wrong(node, f"{argument} is no prefix")
        return []
    if not prefix.covers(end):
        return []
    return [
        PrefixRange(prefix_of(end.first, length), length, length) for length in range(prefix.length, end.length + 1)
    ]


def _masked(prefix: Prefix, address: Address, text: str) -> list[PrefixRange] | None:
    """`address-mask`: routes of this length that agree with the address in the bits of the mask; it may have holes."""
    try:
        mask = parse_address(text)
    except ValueError:
        return None
    width, length = WIDTH[prefix.version], prefix.length
    if mask.version != prefix.version:
        return None
    open_bits = [bit for bit in range(width - length, width) if not mask.value >> bit & 1]
    if len(open_bits) > _OPEN_BITS:
        return None
    wanted = address.value & mask.value
    if wanted & ((1 << width - length) - 1):
        return []  # no route of this length has these bits
    found = []
    for chosen in islice(product((0, 1), repeat=len(open_bits)), 1 << _OPEN_BITS):
        value = wanted | sum(one << bit for one, bit in zip(chosen, open_bits, strict=True))
        found.append(PrefixRange(Prefix(prefix.version, value, length), length, length))
    return found


def _leading(text: str) -> int:
    """How many ones a mask begins with: what the longest match goes by."""
    mask = parse_address(text)
    width = WIDTH[mask.version]
    return next((at for at in range(width) if not mask.value >> (width - 1 - at) & 1), width)
