"""`policy-options` without the statements: prefix lists, communities, AS paths, route-filter lists.

A prefix list holds both IP versions; the model has one list a version, so each name gives two. A community is a list of
one entry that asks for all its members; for `delete`, which takes any member, there is a second list.
"""

from __future__ import annotations

import re

from guard.model.address import WIDTH, Prefix, parse_prefix
from guard.model.policy import (
    AsPathList,
    AsPathListEntry,
    CommunityList,
    CommunityListEntry,
    Condition,
    MatchRouteExists,
    Opaque,
    PrefixList,
    PrefixListEntry,
    PrefixRange,
)
from guard.parse.cisco.regex import NEVER
from guard.parse.junos import regex
from guard.parse.junos.inherit import fits
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

#: The name of the list of a community's members taken singly; no configuration can hold it.
ANY_MEMBER = " (any member)"
_KINDS = ("standard", "large", "extended")


def read(reading: Reading, section: Node | None) -> None:
    """Fill the draft's lists."""
    if section is None:
        return
    reading.done(section)
    for node in section["prefix-list"] or ():
        _prefix_list(reading, node)
    for node in section["community"] or ():
        _community(reading, node)
    for node in section["as-path"] or ():
        _as_path(reading, node)
    for node in section["as-path-group"] or ():
        _as_path_group(reading, node)
    for word in ("prefix-list", "community", "as-path", "as-path-group", "policy-statement"):
        reading.done(section[word])
    reading.rest(
        section,
        ("prefix-list", "community", "as-path", "as-path-group", "policy-statement", "condition",
         "route-filter-list"),
        {"application-maps": "has no effect on routing"},
        {
            "as-list": "lists of AS numbers are not modelled",
            "route-distinguisher": "matching route distinguishers is not modelled",
            "rtf-prefix-list": "constrained route distribution is not modelled",
            "damping": "dampening is not modelled",
            "tunnel-attribute": "tunnels are not modelled",
            "defaults": "defaults of policies are not modelled",
        },
    )
    for node in section["route-filter-list"] or ():
        reading.context.define("route-filter-list", node.word, reading.line(node, "route-filter-list", node.word))
        reading.done(node)
    reading.done(section["route-filter-list"])
    for node in section["condition"] or ():
        _condition(reading, node)
    reading.done(section["condition"])


def _prefix_list(reading: Reading, node: Node) -> None:
    reading.done(node)
    entries: dict[int, list[PrefixListEntry]] = {4: [], 6: []}
    source = reading.source(node)
    for each in node:
        if each.word == "apply-path":
            _apply_path(reading, each, entries)
            continue
        if each.word in {"apply-groups", "apply-groups-except"}:
            reading.all_done(each)
            continue
        prefix = reading.prefix(each)
        if prefix is None:
            continue
        reading.all_done(each)
        entries[prefix.version].append(_entry(reading, prefix, each))
    for version, held in entries.items():
        reading.draft.prefix_lists[version, node.word] = PrefixList(node.word, version, tuple(held), source)


def _entry(reading: Reading, prefix: Prefix, node: Node) -> PrefixListEntry:
    return PrefixListEntry(True, PrefixRange(prefix, prefix.length, prefix.length), reading.source(node))


def _apply_path(reading: Reading, node: Node, entries: dict[int, list[PrefixListEntry]]) -> None:
    """`apply-path "interfaces <*> unit <*> family inet address <*>"`: what the last wildcard finds is in the list."""
    reading.done(node)
    for path in node:
        reading.done(path)
        at = [reading.tree.root]
        for word in path.word.split():
            at = [child for place in at for child in place if fits(word, child.word)]
        for found in at:
            try:
                prefix = parse_prefix(found.word)
            except ValueError:
                continue
            entries[prefix.version].append(_entry(reading, prefix, node))


def _condition(reading: Reading, node: Node) -> None:
    reading.context.define("condition", node.word, reading.line(node, "condition", node.word))
    reading.done(node)
    if isinstance(condition(reading, node.word), Opaque):
        reading.not_modelled(node, "a condition other than a route in a table is not modelled: taken as met")
    else:
        reading.all_done(node)
        for each in node.walk():
            if "/" in each.word:
                reading.network(each)


def condition(reading: Reading, name: str) -> Condition:
    """What a condition asks: `if-route-exists { PREFIX; table T; }`, also below `address-family inet|inet6`."""
    node = reading.tree.root.at("policy-options", "condition", name)
    holder = node["if-route-exists"] if node is not None else None
    family = holder.at("address-family") if holder is not None else None
    if family is not None:
        holder = family["inet"] or family["inet6"]
    if node is None or holder is None or len(node.children) > 1:
        return Opaque(f"condition {name}")
    prefixes = [each.word for each in holder if each.word not in {"table", "peers"}]
    table = holder["table"].words[-1] if holder["table"] is not None and holder["table"].children else ""
    try:
        (prefix,) = map(parse_prefix, prefixes)
    except ValueError:
        return Opaque(f"condition {name}")
    if "peers" in holder:
        return Opaque(f"condition {name}")
    return MatchRouteExists(prefix, table.rpartition(".inet")[0] or DEFAULT_TABLE)


DEFAULT_TABLE = "default"


# ----------------------------------------------------------------------------------------------- communities


def _community(reading: Reading, node: Node) -> None:
    reading.done(node)
    members = reading.values(node, "members")
    inverted = reading.flag(node, "invert-match")
    source = reading.source(node)
    literals: dict[str, list[str]] = {}
    patterns: dict[str, list[str]] = {}
    for member in members:
        try:
            found = regex.community(member)
        except ValueError as problem:
            reading.partial(node, str(problem))
            found = (regex.Member("standard", "", NEVER),)
        for kind, text, pattern in found:
            if pattern is None:
                literals.setdefault(kind, []).append(text)
            else:
                patterns.setdefault(kind, []).append(pattern)
    kinds = [kind for kind in _KINDS if kind in literals or kind in patterns]
    if len(kinds) > 1 and len(members) > 1:
        reading.partial(node, "of a community with members of several kinds each kind is matched by itself")
    for kind in kinds or ["standard"]:
        texts, wanted = tuple(literals.get(kind, ())), tuple(patterns.get(kind, ()))
        entries = _all_members(texts, wanted, inverted, reading, node)
        reading.draft.community_lists[kind, node.word] = CommunityList(node.word, kind, entries, source)
        if len(texts) + len(wanted) > 1:
            singly = tuple(CommunityListEntry(True, frozenset({text}), None, source) for text in texts)
            singly += tuple(CommunityListEntry(True, frozenset(), pattern, source) for pattern in wanted)
            name = node.word + ANY_MEMBER
            reading.draft.community_lists[kind, name] = CommunityList(name, kind, singly, source)
            reading.refer("community-list", name, node, "community delete")


def _all_members(
    texts: tuple[str, ...], patterns: tuple[str, ...], inverted: bool, reading: Reading, node: Node
) -> tuple[CommunityListEntry, ...]:
    source = reading.source(node)
    if not texts and not patterns:
        return ()
    if patterns:
        literal = tuple(f"(?:^|(?<= )){re.escape(text)}(?= |$)" for text in texts)
        entry = CommunityListEntry(not inverted, frozenset(), regex.all_of((*literal, *patterns)), source)
    else:
        entry = CommunityListEntry(not inverted, frozenset(texts), None, source)
    return (entry, CommunityListEntry(True, frozenset(), "", source)) if inverted else (entry,)


# -------------------------------------------------------------------------------------------------- AS paths


def _as_path(reading: Reading, node: Node) -> None:
    """`as-path NAME "EXPRESSION"`: what follows the name, in one word or several."""
    reading.all_done(node)
    entries = tuple(_path_entry(reading, text, node) for text in _expressions(node))
    reading.draft.as_path_lists[node.word] = AsPathList(node.word, entries, reading.source(node))


def _as_path_group(reading: Reading, node: Node) -> None:
    reading.all_done(node)
    entries = tuple(
        _path_entry(reading, text, each) for each in node["as-path"] or () for text in _expressions(each)
    )
    if node["dynamic-db"] is not None:
        reading.not_modelled(node, "a dynamic database is not part of the configuration")
    reading.draft.as_path_lists[node.word] = AsPathList(node.word, entries, reading.source(node))


def _expressions(node: Node) -> list[str]:
    found = []
    for each in node:
        if each.word in {"dynamic-db", "apply-groups"}:
            continue
        words, at = [each.word], each
        while len(at.children) == 1:
            (at,) = at.children.values()
            words.append(at.word)
        found.append(" ".join(words))
    return found


def _path_entry(reading: Reading, text: str, node: Node) -> AsPathListEntry:
    try:
        pattern = regex.as_path(text)
    except ValueError as problem:
        reading.partial(node, str(problem))
        pattern = NEVER
    return AsPathListEntry(True, text, pattern, reading.source(node))


def listed(reading: Reading, name: str) -> tuple[Prefix, ...]:
    """The prefixes of a list in both versions."""
    return tuple(
        entry.range.prefix
        for version in (4, 6)
        if (held := reading.draft.prefix_lists.get((version, name))) is not None
        for entry in held.entries
    )


def ranged(prefix: Prefix, word: str) -> PrefixRange | None:
    """`exact`, `longer` and `orlonger` of a prefix; None where nothing is longer."""
    width = WIDTH[prefix.version]
    if word == "exact":
        return PrefixRange(prefix, prefix.length, prefix.length)
    low = prefix.length + (word == "longer")
    return PrefixRange(prefix, low, width) if low <= width else None
