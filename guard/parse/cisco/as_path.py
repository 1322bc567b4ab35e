"""AS-path access lists of IOS, EOS and FRR."""

from __future__ import annotations

from guard.model.device import Vendor
from guard.model.policy import AsPathList, AsPathListEntry
from guard.parse.cisco import regex
from guard.parse.cisco.number import following
from guard.parse.cisco.routing_draft import AsPathListDraft
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

_ORIGINS = frozenset({"egp", "igp", "incomplete"})


def as_path_list(line: Line, context: Context, draft: Draft) -> None:
    """`ip|bgp as-path access-list NAME [seq N] permit|deny REGEX [ORIGIN]` and EOS's `regex-mode`."""
    words = line.words[2:]
    if words[0] == "regex-mode":
        draft.routing.as_path_by_character = words[1] == "string"
        context.done(line)
        return
    if words[0] != "access-list":
        raise ValueError(f"{words[0]!r} is not known here")
    name, rest = words[1], words[2:]
    found = draft.routing.as_path_lists.get(name)
    if found is None:
        found = draft.routing.as_path_lists[name] = AsPathListDraft(context.source(line))
    sequence = 0
    if rest[0] == "seq":
        sequence, rest = int(rest[1]), rest[2:]
    elif rest[0] in ("remark", "description"):
        context.ignore(line, "text for people")
        return
    if rest[0] not in ("permit", "deny") or len(rest) < 2:
        raise ValueError("permit or deny, and an expression, are missing")
    sequence = sequence or following(found.last, context.vendor)
    found.last = max(found.last, sequence)
    found.entries[sequence] = _entry(line, rest, context, draft)
    context.done(line)


def _entry(line: Line, rest: tuple[str, ...], context: Context, draft: Draft) -> AsPathListEntry:
    permit, words = rest[0] == "permit", rest[1:]
    if context.vendor is Vendor.EOS and len(words) > 1:
        if words[-1] in _ORIGINS:
            context.partial(line, "origin in an AS-path list is not modelled: any is taken")
        if words[-1] in _ORIGINS or words[-1] == "any":
            words = words[:-1]
    text = " ".join(words)
    try:
        pattern = translate(text, context.vendor, by_character=draft.routing.as_path_by_character)
    except (ValueError, KeyError) as problem:
        context.partial(line, f"the expression is not modelled, the entry matches nothing: {problem}")
        pattern = regex.NEVER
    return AsPathListEntry(permit, text, pattern, context.source(line))


def translate(text: str, vendor: Vendor, *, by_character: bool = False) -> str:
    """The Python pattern of a vendor's expression over AS paths; `ValueError` where it cannot be given."""
    if vendor is Vendor.EOS and not by_character:
        return regex.by_number(text)
    return regex.by_character(text, braces_repeat=vendor is Vendor.FRR)


def finish(draft: Draft) -> None:
    """Freeze the lists."""
    for name, found in draft.routing.as_path_lists.items():
        entries = tuple(found.entries[number] for number in sorted(found.entries))
        draft.as_path_lists[name] = AsPathList(name, entries, found.source)
