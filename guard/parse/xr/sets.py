"""`prefix-set`, `community-set`, `as-path-set` and their kin: named sets that policies look at. A set that is defined
again is the later one. Not modelled: sets of costs, bandwidths, OSPF areas, Ethernet segments and MAC addresses.
"""

from __future__ import annotations

from guard.model.policy import AsPathList, AsPathListEntry, CommunityList, Condition, PrefixList, PrefixListEntry
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.conditions import Tests, path_elements, tag_span
from guard.parse.xr.elements import prefix_element
from guard.parse.xr.reading import XrReading
from guard.parse.xr.tokens import Token, entries, is_comment, tokens


def _elements(line: Line, context: Context) -> list[list[Token]]:
    """The elements between a set's header and its `end-set`; remarks are marked as such, all else as read."""
    context.done(line)
    for child in line.children:
        if is_comment(child.text):
            context.ignore(child, "a remark")
        else:
            context.done(child)
    if not line.children or line.children[-1].words != ("end-set",):
        context.partial(line, "the set does not end: `end-set` is missing")
        context.warn(line, f"{' '.join(line.words)} does not end")
    return entries(tokens(child for child in line.children if child.words != ("end-set",)))


def _wrong(element: list[Token], context: Context, problem: Exception) -> None:
    context.unrecognised(element[0].line, f"its arguments cannot be read: {problem}")
    context.warn(element[0].line, f"cannot be read: {problem}")


def _last(line: Line) -> Line:
    return line.children[-1] if line.children else line


def prefix_set(line: Line, context: Context, reading: XrReading) -> None:
    """Prefixes of both versions under one name: a list for each version that it holds."""
    name = line.words[1]
    held: dict[int, list[PrefixListEntry]] = {4: [], 6: []}
    for at, element in enumerate(_elements(line, context), 1):
        try:
            found = prefix_element(element)
        except (ValueError, IndexError) as problem:
            _wrong(element, context, problem)
            continue
        source = context.source(element[0].line)
        held[found.prefix.version].append(PrefixListEntry(True, found, source, at))
    source = context.source(line, _last(line))
    for version, listed in held.items():
        reading.prefix_lists.pop((version, name), None)
        if listed or (version == 4 and not held[6]):
            reading.prefix_lists[version, name] = PrefixList(name, version, tuple(listed), source)


def community_set(line: Line, context: Context, reading: XrReading) -> None:
    """`community-set NAME`, `large-community-set NAME`, `extcommunity-set rt|soo NAME`."""
    head = line.words[0].lower()
    sort = line.words[1].lower() if head == "extcommunity-set" else ""
    name = line.words[-1]
    kind = {"community-set": "standard", "large-community-set": "large"}.get(head, "extended")
    elements = _elements(line, context)
    if sort not in {"", "rt", "soo"}:
        for child in (line, *line.children):
            context.not_implemented(child, f"extended communities of the sort {sort} are not modelled")
        return
    tests = Tests(reading, context, quiet=False)
    found = []
    for element in elements:
        try:
            found.append(tests.element(element, kind, sort))
        except (ValueError, IndexError, KeyError) as problem:
            _wrong(element, context, problem)
    source = context.source(line, _last(line))
    reading.community_lists[kind, name] = CommunityList(name, kind, tuple(found), source)


def as_path_set(line: Line, context: Context, reading: XrReading) -> None:
    """Expressions become a list; tests of length stand beside it, under the same name."""
    name = line.words[1]
    listed: list[AsPathListEntry] = []
    tests: list[Condition] = []
    for element in _elements(line, context):
        try:
            patterns, lengths = path_elements((element,), context)
        except (ValueError, IndexError, KeyError) as problem:
            _wrong(element, context, problem)
            continue
        source = context.source(element[0].line)
        listed.extend(AsPathListEntry(True, text, pattern, source) for text, pattern in patterns)
        tests.extend(lengths)
    reading.as_path_lists[name] = AsPathList(name, tuple(listed), context.source(line, _last(line)))
    reading.path_tests[name] = tuple(tests)


def tag_set(line: Line, context: Context, reading: XrReading) -> None:
    """Tags, and spans of them."""
    found = []
    for element in _elements(line, context):
        try:
            found.append(tag_span(element))
        except (ValueError, IndexError) as problem:
            _wrong(element, context, problem)
    reading.tags[line.words[1]] = tuple(found)
    context.define("tag-set", line.words[1], line)


def other_set(line: Line, context: Context, reading: XrReading) -> None:
    """Sets of what no unicast route has: route distinguishers, OSPF areas, Ethernet segments, MAC addresses."""
    _elements(line, context)
    context.define(line.words[0].lower(), line.words[1], line)
    for child in line.children:
        if not is_comment(child.text) and child.words != ("end-set",):
            context.not_implemented(child, "nothing that a unicast route has is in such a set")
