"""Route-maps of IOS, EOS and FRR → RoutePolicy.

Matches of one kind are alternatives, kinds are joined by "and". Where a kind is given twice, IOS adds to the first
line and EOS and FRR replace it, as the devices do. A line that is not modelled becomes an Opaque condition.
"""

from __future__ import annotations

from guard.model.device import Vendor
from guard.model.policy import (
    Action,
    All,
    CommunityListEntry,
    Condition,
    MatchPolicy,
    Not,
    Outcome,
    RoutePolicy,
    SetCommunities,
    Term,
)
from guard.parse.cisco.route_map_match import read_match
from guard.parse.cisco.route_map_set import read_set
from guard.parse.cisco.routing_draft import TermDraft
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

#: IOS, command reference of `set comm-list`: a deletion takes place before what `set community` does.
_IOS_FIRST = ("comm-list", "large-comm-list", "extcomm-list")


def route_map(line: Line, context: Context, draft: Draft) -> None:
    """`route-map NAME [permit|deny] [SEQUENCE]` with its block."""
    name, rest = line.words[1], line.words[2:]
    if rest and rest[0] in ("optimization", "delay-timer", "pbr-statistics"):
        context.ignore(line, "how the device evaluates it")
        return
    if rest and rest[0] not in ("permit", "deny"):
        raise ValueError(f"{rest[0]!r} is neither permit nor deny")
    permit = not rest or rest[0] == "permit"
    sequence = int(rest[1]) if len(rest) > 1 else 10  # all three vendors' default
    terms = draft.routing.route_maps.setdefault(name, {})
    term = terms.get(sequence)
    if term is None:
        term = terms[sequence] = TermDraft(sequence, permit, line, line)
    term.permit = permit
    context.done(line)
    for child in line.children:
        try:
            _clause(child, term, context)
        except (ValueError, IndexError) as problem:
            context.unrecognised(child, f"its arguments cannot be read: {problem}")
            context.warn(child, f"cannot be read: {problem}")


def _clause(line: Line, term: TermDraft, context: Context) -> None:
    words = line.words
    head = words[0].lower()
    term.last = line
    if head == "match":
        term.lines.append(line)
        read_match(line, words[1:], term, context)
    elif head == "set":
        read_set(line, words[1:], term, context)
    elif head == "continue":
        # IOS and FRR: without a number, the next entry; a deny entry ends the map whatever it says.
        term.goto = int(words[1]) if len(words) > 1 else term.sequence + 1
        term.goto_exactly = len(words) > 1 and context.vendor is Vendor.EOS
        if context.vendor is Vendor.NXOS and not term.permit:
            context.partial(line, "an entry that denies ends the map here; NX-OS may go on")
    elif head == "on-match":
        term.goto = int(words[2]) if words[1] == "goto" else term.sequence + 1
    elif head == "call":
        term.call = context.refer("route-map", words[1], line, "route-map call")
    elif head == "sub-route-map":
        _sub_route_map(line, words[1:], term, context)
    elif head == "description":
        context.ignore(line, "text for people")
    elif head == "no":
        context.done(line)  # nothing was there to remove: a file has each entry once
    elif head in ("exit", "exit-route-map"):
        context.done(line)
    else:
        context.unrecognised(line)
    context.done(line)


def _sub_route_map(line: Line, words: tuple[str, ...], term: TermDraft, context: Context) -> None:
    """EOS: the other map's result is a condition, its changes are made."""
    inverted = words[0] == "invert-result"
    name = context.refer("route-map", words[-1], line, "sub-route-map")
    part: Condition = MatchPolicy(name, apply=not inverted)
    term.matches["sub-route-map"] = Not(part) if inverted else part


def finish(context: Context, draft: Draft) -> None:
    """Freeze the route-maps, entries in order of their numbers."""
    for name, entries in draft.routing.route_maps.items():
        for entry in entries.values():
            if entry.goto_exactly and entry.goto not in entries:
                # The entry decides alone (lab-validation, eos_rm_undefined_continue).
                context.warn(entry.last, f"route-map {name} has no entry {entry.goto} to continue at: it ends here")
                entry.goto = None
        terms = tuple(_term(entries[sequence], context, draft) for sequence in sorted(entries))
        first = min((entry.first for entry in entries.values()), key=lambda line: line.number)
        last = max((entry.last for entry in entries.values()), key=lambda line: line.number)
        contiguous = last.number - first.number < 10_000
        draft.policies[name] = RoutePolicy(name, terms, context.source(first, last if contiguous else first))


def _term(entry: TermDraft, context: Context, draft: Draft) -> Term:
    """One entry; FRR's `call` is a condition that applies (that a deny there ends the caller is the evaluator's)."""
    parts = tuple(entry.matches.values())
    # lib/routemap.c, route_map_apply_ext: a map that is called and is not there changes nothing.
    if entry.call in draft.routing.route_maps and entry.permit:
        parts = (*parts, MatchPolicy(entry.call, apply=True))
    return Term(
        name=str(entry.sequence),
        condition=parts[0] if len(parts) == 1 else All(parts),
        actions=_actions(entry, context.vendor, draft) if entry.permit else (),
        outcome=Outcome.ACCEPT if entry.permit else Outcome.REJECT,
        source=context.source(entry.first, max(entry.first, entry.last, key=lambda line: line.number)),
        goto=entry.goto if entry.permit else None,
        matched_lines=tuple(context.source(line) for line in entry.lines),
    )


def _actions(entry: TermDraft, vendor: Vendor, draft: Draft) -> tuple[Action, ...]:
    keys = list(entry.sets)
    if vendor is Vendor.IOS:
        keys.sort(key=lambda key: key not in _IOS_FIRST)
    actions = [action for key in keys for action in entry.sets[key]]
    for kind, (names, mode) in entry.community_lists.items():
        chosen = frozenset(
            member
            for name in names
            for item in _entries(draft, kind, name)
            if item.permit and item.pattern is None
            for member in item.communities
        )
        actions.append(SetCommunities(chosen, mode, kind))
    return tuple(actions)


def _entries(draft: Draft, kind: str, name: str) -> tuple[CommunityListEntry, ...]:
    found = draft.routing.community_lists.get((kind, name))
    return tuple(found.entries.values()) if found else ()
