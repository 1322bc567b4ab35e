"""`ip prefix-list` and `ipv6 prefix-list` of IOS, EOS and FRR, flat or (EOS) as a block.

A line without `seq` goes after the last one, by the vendor's own step. A line with a number that is taken replaces it.
"""

from __future__ import annotations

from guard.model.address import DEFAULT_V4, DEFAULT_V6, WIDTH, Prefix, parse_prefix
from guard.model.device import Vendor
from guard.model.policy import PrefixList, PrefixListEntry, PrefixRange
from guard.parse.cisco.routing_draft import PrefixListDraft
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

#: What separates the sequence numbers that the device gives (IOS and FRR manuals: 5; EOS: 10).
_STEP = {Vendor.EOS: 10}
_BOUNDS = frozenset({"ge", "le", "eq"})


def prefix_list(line: Line, context: Context, draft: Draft) -> None:
    """`ip|ipv6 prefix-list NAME …`."""
    version = 4 if line.words[0] == "ip" else 6
    words = line.words[2:]
    if not words or words[0] == "sequence-number":
        context.ignore(line, "how numbers are shown")
        return
    lists = draft.routing.prefix_lists
    found = lists.get((version, words[0]))
    if found is None:
        found = lists[version, words[0]] = PrefixListDraft(context.source(line))
    context.done(line)
    if len(words) > 1:
        _entry(line, words[1:], version, found, context)
    for child in line.children:
        try:
            _entry(child, child.words, version, found, context)
        except (ValueError, IndexError) as problem:
            context.unrecognised(child, f"its arguments cannot be read: {problem}")


def _entry(line: Line, words: tuple[str, ...], version: int, found: PrefixListDraft, context: Context) -> None:
    if words[0] in ("description", "remark", "exit"):
        context.ignore(line, "text for people")
        return
    sequence = 0
    if words[0] == "no" and words[1] == "seq":
        found.entries.pop(int(words[2]), None)
        context.done(line)
        return
    if words[0] == "seq":
        sequence = int(words[1])
        words = words[2:]
        if words[0] in ("remark", "description"):
            context.ignore(line, "text for people")
            return
    elif words[0].isdecimal() and len(words) > 2:
        sequence, words = int(words[0]), words[1:]
    if words[0] not in ("permit", "deny"):
        raise ValueError(f"{words[0]!r} is neither permit nor deny")
    sequence = sequence or found.last + _STEP.get(context.vendor, 5)
    found.last = max(found.last, sequence)
    reach = prefix_range(words[1:], version)
    found.entries[sequence] = PrefixListEntry(words[0] == "permit", reach, context.source(line), sequence)
    if reach.low > reach.high or reach.low < reach.prefix.length:
        context.partial(line, "its bounds hold no length: the device refuses such an entry")
    context.done(line)


def prefix_range(words: tuple[str, ...], version: int) -> PrefixRange:
    """`PREFIX [eq N] [ge N] [le N]` or `any`: the prefixes that it stands for."""
    width = WIDTH[version]
    if words[0] == "any":
        prefix, low, high = (DEFAULT_V4 if version == 4 else DEFAULT_V6), 0, width
    else:
        prefix = _prefix(words[0], version)
        low = high = prefix.length
    rest = words[1:]
    for word, value in zip(rest[::2], rest[1::2], strict=True):
        if word not in _BOUNDS or not 0 <= int(value) <= width:
            raise ValueError(f"{word} {value} is no bound of a prefix length")
        if word == "le":
            high = int(value)
        elif word == "eq":
            low = high = int(value)
        else:
            low = int(value)
            high = width if "le" not in rest else high
    return PrefixRange(prefix, low, high)


def _prefix(text: str, version: int) -> Prefix:
    if "/" not in text:
        raise ValueError(f"{text!r} is not a prefix")
    prefix = parse_prefix(text)
    if prefix.version != version:
        raise ValueError(f"{text} is not of IP version {version}")
    return prefix


def finish(draft: Draft) -> None:
    """Freeze the lists, entries in order of their numbers."""
    for (version, name), found in draft.routing.prefix_lists.items():
        entries = tuple(found.entries[number] for number in sorted(found.entries))
        draft.prefix_lists[version, name] = PrefixList(name, version, entries, found.source)
