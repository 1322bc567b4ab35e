"""Community lists of all kinds (standard, large, extended) of IOS, EOS and FRR."""

from __future__ import annotations

import re
from collections.abc import Callable

from guard.model import community
from guard.model.device import Vendor
from guard.model.policy import CommunityList, CommunityListEntry
from guard.parse.cisco import regex
from guard.parse.cisco.number import following
from guard.parse.cisco.routing_draft import CommunityListDraft
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

_KIND = {"community-list": "standard", "large-community-list": "large", "extcommunity-list": "extended"}
_STYLES = frozenset({"standard", "expanded", "regexp"})
#: What stands for "any route" in a list: `internet` on all vendors, `any` in FRR.
_EVERY = frozenset({community.INTERNET, "any"})
_EXPRESSION = re.compile(r"[_^$*+?\[\](){}|.\\]")


def community_list(line: Line, context: Context, draft: Draft) -> None:
    """`ip|bgp [large-|ext]community-list [standard|expanded] NAME [seq N] permit|deny …`."""
    kind = _KIND[line.words[1].lower()]
    words = line.words[2:]
    style = words[0].lower() if words[0].lower() in _STYLES and len(words) > 2 else ""
    name, *rest = words[1:] if style else words
    found = draft.routing.community_lists.get((kind, name))
    if found is None:
        found = draft.routing.community_lists[kind, name] = CommunityListDraft(context.source(line))
    context.done(line)
    if rest:
        _entry(line, tuple(rest), context, found=found, kind=kind, expanded=_expanded(style, name, tuple(rest)))
    for child in line.children:
        if child.words[0] == "exit":
            context.done(child)
            continue
        expanded = _expanded(style, name, child.words)
        _entry(child, child.words, context, found=found, kind=kind, expanded=expanded)


def _expanded(style: str, name: str, rest: tuple[str, ...]) -> bool:
    """Numbers 100-500 are expanded lists (IOS, FRR); a name without a style is one if it holds an expression."""
    if style:
        return style != "standard"
    if name.isdecimal():
        return int(name) >= 100
    return any(_EXPRESSION.search(word) for word in rest)


def _entry(
    line: Line, rest: tuple[str, ...], context: Context, *, found: CommunityListDraft, kind: str, expanded: bool
) -> None:
    sequence = 0
    if rest[0] == "seq":
        sequence, rest = int(rest[1]), rest[2:]
    elif rest[0].isdecimal():
        sequence, rest = int(rest[0]), rest[1:]
    if rest[0] in ("remark", "description"):
        context.ignore(line, "text for people")
        return
    if rest[0] not in ("permit", "deny"):
        raise ValueError(f"{rest[0]!r} is neither permit nor deny")
    sequence = sequence or following(found.last, context.vendor)
    found.last = max(found.last, sequence)
    permit, values = rest[0] == "permit", rest[1:]
    source = context.source(line)
    context.done(line)
    if expanded:
        found.entries[sequence] = CommunityListEntry(permit, frozenset(), _pattern(line, values, context), source)
        return
    every = any(value.lower() in _EVERY for value in values)
    chosen = frozenset() if every else frozenset(members(kind, values))
    found.entries[sequence] = CommunityListEntry(permit, chosen, None, source)


def _pattern(line: Line, values: tuple[str, ...], context: Context) -> str:
    text = " ".join(values)
    try:
        return regex.by_character(text, braces_repeat=context.vendor is Vendor.FRR)
    except (ValueError, KeyError) as problem:
        context.partial(line, f"the expression is not modelled, the entry matches nothing: {problem}")
        return regex.NEVER


_PLAIN: dict[str, Callable[[str], str]] = {"standard": community.standard, "large": community.large}


def members(kind: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Canonical communities of a line: `64500:1 no-export`; extended ones as `rt A:B [C:D] soo E:F`."""
    plain = _PLAIN.get(kind)
    if plain is not None:
        return tuple(plain(value) for value in values)
    out: list[str] = []
    which = ""
    for value in values:
        if value.lower() in ("rt", "soo"):
            which = value.lower()
        elif not which:
            raise ValueError(f"{value!r}: neither rt nor soo")
        else:
            out.append(community.extended(which, value))
    return tuple(out)


def finish(draft: Draft) -> None:
    """Freeze the lists."""
    for (kind, name), found in draft.routing.community_lists.items():
        entries = tuple(found.entries[number] for number in sorted(found.entries))
        draft.community_lists[kind, name] = CommunityList(name, kind, entries, found.source)
