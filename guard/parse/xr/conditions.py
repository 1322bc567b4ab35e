"""Tests of a route-policy → the model's conditions.

A set written in place is kept as a list whose name is its own text. What is not modelled is Opaque and says so on its
line; what only a VPN, an EVPN or a multicast route could fulfil never holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.bgp import EGP, IGP, INCOMPLETE
from guard.model.policy import (
    All,
    Any,
    AsPathList,
    AsPathListEntry,
    CommunityList,
    CommunityListEntry,
    Condition,
    MatchAsPath,
    MatchAsPathLength,
    MatchCommunity,
    MatchLocalPreference,
    MatchMetric,
    MatchNextHop,
    MatchOrigin,
    MatchPeer,
    MatchPolicy,
    MatchPrefixList,
    MatchPrefixRanges,
    MatchProtocol,
    MatchRouteType,
    MatchRpki,
    MatchTag,
    Not,
    Opaque,
    PrefixList,
    PrefixListEntry,
)
from guard.parse.cisco import regex
from guard.parse.cisco.number import asn
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.elements import community_element, path_pattern, prefix_element
from guard.parse.xr.program import Joined, Logic, Test
from guard.parse.xr.reading import XrReading
from guard.parse.xr.tokens import Token, entries, text_of

_MOST = (1 << 32) - 1
_LONGEST_PATH = 1 << 16
_COMPARISONS = frozenset({"eq", "is", "ge", "le"})
_ORIGINS = {"igp": IGP, "egp": EGP, "incomplete": INCOMPLETE}
_PROTOCOLS = {"ospfv3": "ospf", "subscriber": "local", "ripng": "rip"}
_ROUTE_TYPES = {
    "interarea": ("inter-area",), "inter-area": ("inter-area",), "internal": ("internal", "intra-area", "inter-area"),
    "type-1": ("type-1", "external-1"), "type-2": ("type-2", "external-2"), "level-1": ("level-1",),
    "level-2": ("level-2",), "interlevel": ("interlevel",), "local": ("local",), "level-1-2": ("level-1", "level-2"),
    "ospf-external-type-1": ("type-1",), "ospf-external-type-2": ("type-2",), "ospf-inter-area": ("inter-area",),
    "ospf-intra-area": ("intra-area",), "ospf-nssa-type-1": ("nssa-external-1",), "isis-level-1": ("level-1",),
    "isis-level-2": ("level-2",), "ospf-nssa-type-2": ("nssa-external-2",),
}  # fmt: skip
_RPKI = {"valid": "valid", "invalid": "invalid", "not-found": "not-found", "notfound": "not-found"}
#: What no IPv4 or IPv6 unicast route of a session without VPN has.
_NEVER = frozenset({
    "rd", "vpn-distinguisher", "evpn-route-type", "mvpn-route-type", "l2vpn-evpn-route-type", "esi", "etag", "mac",
    "evpn-gateway", "evpn-originator", "route-has-label", "flow-tag", "linkstate", "nlri-type",
})  # fmt: skip
_UNMODELLED = frozenset({
    "rib-has-route", "path-type", "route-aggregated", "traffic-index", "orf", "is-best-path", "is-backup-path",
    "is-multi-path", "is-best-external", "path-color", "accept-own", "afi", "rib-metric", "metric-type", "ospf-area",
    "track", "attribute-set", "neighbor", "link-state", "cost", "large", "aigp-metric", "source-type", "age",
})  # fmt: skip


class Tests:
    """Reads the tests of one policy; `quiet` while its parameters are unbound: nothing is said about its lines."""

    def __init__(self, reading: XrReading, context: Context, *, quiet: bool) -> None:
        self.reading = reading
        self.context = context
        self.quiet = quiet

    def condition(self, logic: Logic) -> Condition:
        """The condition of a whole `if`."""
        match logic:
            case Joined("not", parts):
                return Not(self.condition(parts[0]))
            case Joined("and", parts):
                return All(tuple(self.condition(part) for part in parts))
            case Joined(_, parts):
                return Any(tuple(self.condition(part) for part in parts))
            case Test(words):
                return self._test(words)

    def _test(self, words: tuple[Token, ...]) -> Condition:
        head = words[0].low
        reader = _READERS.get(head)
        if reader is None and head not in _NEVER | _UNMODELLED:
            raise ValueError(f"{words[0].text!r} is nothing that a policy can ask for")
        if any("$" in word.text for word in words):
            return Opaque(text_of(words), assume=False)  # a parameter that nothing is bound to
        found = reader(self, words) if reader is not None else None
        return found if found is not None else self._opaque(words)

    def _opaque(self, words: tuple[Token, ...]) -> Condition:
        never = words[0].low in _NEVER
        if not self.quiet:
            reason = "only routes of a VPN are asked here" if never else "this test is not modelled: it may hold or not"
            self.context.not_implemented(words[0].line, reason)
        return Opaque(text_of(words), assume=not never)

    def refer(self, kind: str, name: str, line: Line, usage: str, version: int = 4) -> None:
        self.reading.refer(self.context, kind, name, line, usage, version)

    # ------------------------------------------------------------------------------------------ prefixes

    def prefixes(self, words: tuple[Token, ...]) -> Condition | None:
        """`destination in SET | ( … )`."""
        if words[1].low != "in":
            return None
        if words[2].text == "(":
            return MatchPrefixRanges(tuple(prefix_element(each) for each in entries(words[3:-1])))
        name = words[2].text
        parts = tuple(MatchPrefixList((name,), version) for version in self._versions(name))
        for part in parts:
            self.refer("prefix-list", name, words[2].line, "route-policy destination in", part.version)
        return parts[0] if len(parts) == 1 else Any(parts)

    def _versions(self, name: str) -> tuple[int, ...]:
        """The IP versions that a prefix-set holds entries of; 4 where there is no such set."""
        return tuple(version for version in (4, 6) if (version, name) in self.reading.prefix_lists) or (4,)

    def _prefix_set(self, words: tuple[Token, ...], usage: str) -> tuple[str, tuple[int, ...]]:
        """A prefix-set by name, or one written in place, which is kept under its own text."""
        if words[0].text != "(":
            name = words[0].text
            for version in self._versions(name):
                self.refer("prefix-list", name, words[0].line, usage, version)
            return name, self._versions(name)
        name, source = text_of(words), self.context.source(words[0].line)
        ranges = [prefix_element(each) for each in entries(words[1:-1])]
        for version in (4, 6):
            held = tuple(PrefixListEntry(True, each, source) for each in ranges if each.prefix.version == version)
            if held:
                self.reading.prefix_lists[version, name] = PrefixList(name, version, held, source)
                self.refer("prefix-list", name, words[0].line, usage, version)
        return name, self._versions(name)

    def next_hop(self, words: tuple[Token, ...]) -> Condition | None:
        if words[1].low != "in":
            return None
        name, versions = self._prefix_set(words[2:], "route-policy next-hop in")
        parts = tuple(MatchNextHop(prefix_lists=(name,), version=version) for version in versions)
        return parts[0] if len(parts) == 1 else Any(parts)

    def peer(self, words: tuple[Token, ...]) -> Condition | None:
        """`source in`: the neighbour that the route came from."""
        if words[1].low != "in":
            return None
        name, _ = self._prefix_set(words[2:], "route-policy source in")
        return MatchPeer(prefix_lists=(name,))

    # ------------------------------------------------------------------------------------------ AS paths

    def as_path(self, words: tuple[Token, ...]) -> Condition | None:
        how = words[1].low
        if how == "is-local":
            return MatchAsPathLength(0, 0)
        if how in {"length", "unique-length"}:
            return self._length(words[1:], self.context)
        if how != "in":
            return self._path_list((list(words[1:]),), text_of(words[1:]), words[0].line)
        if words[2].text == "(":
            return self._path_list(tuple(entries(words[3:-1])), text_of(words[2:]), words[2].line)
        name = words[2].text
        self.refer("as-path-list", name, words[2].line, "route-policy as-path in")
        extra = self.reading.path_tests.get(name, ())
        return Any((MatchAsPath((name,)), *extra)) if extra else MatchAsPath((name,))

    def path_length(self, words: tuple[Token, ...]) -> Condition | None:
        return self._length(words, self.context)

    def _length(self, words: tuple[Token, ...], context: Context) -> Condition:
        return length_test(list(words), None if self.quiet else context)

    def _path_list(self, elements: tuple[list[Token], ...], name: str, line: Line) -> Condition:
        patterns, tests = path_elements(elements, None if self.quiet else self.context)
        if not patterns:
            return tests[0] if len(tests) == 1 else Any(tests)
        source = self.context.source(line)
        made = tuple(AsPathListEntry(True, text, pattern, source) for text, pattern in patterns)
        self.reading.as_path_lists[name] = AsPathList(name, made, source)
        self.refer("as-path-list", name, line, "route-policy as-path")
        return Any((MatchAsPath((name,)), *tests)) if tests else MatchAsPath((name,))

    # --------------------------------------------------------------------------------------- communities

    def communities(self, words: tuple[Token, ...]) -> Condition | None:
        kind = {"community": "standard", "large-community": "large"}[words[0].low]
        return self._communities(words[1:], kind, "")

    def extended(self, words: tuple[Token, ...]) -> Condition | None:
        sort = words[1].low
        return self._communities(words[2:], "extended", sort) if sort in {"rt", "soo"} else None

    def _communities(self, words: tuple[Token, ...], kind: str, sort: str) -> Condition | None:
        how = words[0].low
        if how == "is-empty":
            return MatchCommunity((), kind, mode="within")
        mode = _MODES.get(how)
        if mode is None:
            return None
        name = self.community_set(words[1:], kind, sort, f"route-policy community {how}")
        return MatchCommunity((name,), kind, mode=mode)

    def community_set(self, words: tuple[Token, ...], kind: str, sort: str, usage: str) -> str:
        """A set of communities by name, or one written in place, which is kept under its own text."""
        line = words[0].line
        name = words[0].text
        if name == "(":
            name = text_of(words)
            source = self.context.source(line)
            made = tuple(self.element(each, kind, sort) for each in entries(words[1:-1]))
            self.reading.community_lists[kind, name] = CommunityList(name, kind, made, source)
        self.refer(f"{REFERENCE[kind]}community-list", name, line, usage)
        return name

    def element(self, words: list[Token], kind: str, sort: str) -> CommunityListEntry:
        """One element; what depends on the neighbour matches nothing, and says so."""
        source = self.context.source(words[0].line)
        try:
            return community_element(words, kind, source, sort)
        except LookupError as problem:
            if not self.quiet:
                self.context.partial(words[0].line, f"it matches nothing: {problem}")
            return CommunityListEntry(True, frozenset(), regex.NEVER, source)

    # -------------------------------------------------------------------------------------------- others

    def tag(self, words: tuple[Token, ...]) -> Condition | None:
        if words[1].low != "in":
            low, high = _span(words[1:])
            return MatchTag(frozenset({low})) if low == high else MatchTag(frozenset(), ((low, high),))
        if words[2].text == "(":
            return spans_of(tuple(tag_span(each) for each in entries(words[3:-1])))
        return spans_of(self.reading.tags.get(words[2].text, ()))

    def called(self, words: tuple[Token, ...]) -> Condition | None:
        """`apply POLICY` as a test: it passes the route; what it would change is not changed."""
        return MatchPolicy(self.reading.attach(self.context, text_of(words[1:]), words[0].line, "route-policy apply"))

    def protocol(self, words: tuple[Token, ...]) -> Condition | None:
        if words[1].low == "is":
            return _protocol(list(words[2:]))
        return Any(tuple(_protocol(each) for each in entries(words[3:-1])))

    def route_type(self, words: tuple[Token, ...]) -> Condition | None:
        chosen = [words[2]] if words[1].low == "is" else [each[0] for each in entries(words[3:-1])]
        if any(each.low not in _ROUTE_TYPES for each in chosen):
            return None
        return MatchRouteType(frozenset(name for each in chosen for name in _ROUTE_TYPES[each.low]))


_MODES = {"matches-any": "any", "matches-every": "every", "matches-within": "within", "is-within": "within"}
#: How references call lists of communities, by kind.
REFERENCE = {"standard": "", "large": "large-", "extended": "ext"}


def _span(words: tuple[Token, ...] | list[Token]) -> tuple[int, int]:
    """`eq|is N`, `ge N`, `le N` as the numbers that fulfil it."""
    how, value = words[0].low, int(words[1].text)
    if how not in _COMPARISONS or not 0 <= value <= _MOST or len(words) > 2:
        raise ValueError(f"{text_of(words)!r} is no comparison with a number")
    return (value if how != "le" else 0), (value if how != "ge" else _MOST)


def _number(make: Callable[[int, int], Condition]) -> Callable[[Tests, tuple[Token, ...]], Condition | None]:
    def reader(tests: Tests, words: tuple[Token, ...]) -> Condition | None:
        return make(*_span(words[1:]))

    return reader


def _protocol(words: list[Token]) -> Condition:
    """`ospf 1`, `bgp 65000`, `connected`; the number of BGP is our own AS and tells nothing."""
    name = words[0].low
    process = words[1].text if len(words) > 1 and name != "bgp" else None
    return MatchProtocol(frozenset({_PROTOCOLS.get(name, name)}), process)


def _origin(tests: Tests, words: tuple[Token, ...]) -> Condition | None:
    return MatchOrigin(_ORIGINS[words[2].low]) if words[2].low in _ORIGINS else None


def _rpki(tests: Tests, words: tuple[Token, ...]) -> Condition | None:
    return MatchRpki(_RPKI[words[2].low]) if words[2].low in _RPKI else None


def tag_span(words: list[Token]) -> tuple[int, int]:
    """One element of a tag-set: `100` or `[100..200]`."""
    text = words[0].text.strip("[]")
    low, _, high = text.partition("..")
    return asn(low), asn(high or low)


def spans_of(spans: tuple[tuple[int, int], ...]) -> MatchTag:
    """The test for a tag in any of these spans."""
    single = frozenset(low for low, high in spans if low == high)
    return MatchTag(single, tuple((low, high) for low, high in spans if low != high))


def length_test(words: list[Token], context: Context | None) -> Condition:
    """`length eq|ge|le N [all]`, `unique-length …`."""
    unique = "unique" in words[0].low
    if words[-1].low == "all":
        if context is not None:
            context.partial(words[0].line, "`all` is not modelled: a set of ASes counts as one")
        words = words[:-1]
    low, high = _span(words[1:])
    return MatchAsPathLength(low, min(high, _LONGEST_PATH), unique)


def path_elements(
    elements: tuple[list[Token], ...], context: Context | None
) -> tuple[list[tuple[str, str]], tuple[Condition, ...]]:
    """Elements of an as-path-set: (text, pattern) of those that are expressions, and the tests of length.

    An expression that is refused matches nothing, and its line says so.
    """
    patterns: list[tuple[str, str]] = []
    tests: list[Condition] = []
    for each in elements:
        if each[0].low in {"length", "unique-length"}:
            tests.append(length_test(each, context))
            continue
        try:
            patterns.append((text_of(each), path_pattern(each)))
        except (ValueError, KeyError) as problem:
            if each[0].low not in {"ios-regex", "dfa-regex"}:
                raise
            patterns.append((text_of(each), regex.NEVER))
            if context is not None:
                context.partial(each[0].line, f"the expression is not modelled, it matches nothing: {problem}")
    return patterns, tuple(tests)


_READERS: Mapping[str, Callable[[Tests, tuple[Token, ...]], Condition | None]] = {
    "destination": Tests.prefixes,
    "next-hop": Tests.next_hop,
    "source": Tests.peer,
    "as-path": Tests.as_path,
    "as-path-length": Tests.path_length,
    "as-path-unique-length": Tests.path_length,
    "community": Tests.communities,
    "large-community": Tests.communities,
    "extcommunity": Tests.extended,
    "med": _number(MatchMetric),
    "local-preference": _number(MatchLocalPreference),
    "tag": Tests.tag,
    "origin": _origin,
    "protocol": Tests.protocol,
    "route-type": Tests.route_type,
    "validation-state": _rpki,
    "apply": Tests.called,
}
