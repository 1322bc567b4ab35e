"""The records of a zone as a master file: a record a line, names absolute, the SOA first.

Law: the text of an edited zone hangs on the text before and the edit alone, however it is made: a digest names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guard.model.dns import RRset, RRsetKey

#: Sets that are sought in the old text; where an edit concerns more, writing all of it anew is as fast.
SOUGHT_AT_MOST = 50


def whole(apex: str, rrsets: Mapping[RRsetKey, RRset]) -> str:
    """All records, in their order."""
    lines = _lines(item for item in rrsets.items() if item[0] == (apex, "SOA"))
    lines += _lines(item for item in rrsets.items() if item[0][1] != "SOA" or item[0][0] != apex)
    return "".join(lines)


def edited(
    text: str,
    apex: str,
    before: Mapping[RRsetKey, RRset],
    after: Mapping[RRsetKey, RRset],
    keys: Iterable[RRsetKey],
) -> str:
    """The text `text` of `before` with what these keys are in `after`: in their place, new ones at the end."""
    cuts: list[tuple[int, int, str]] = []  # from, to, what stands there instead
    tail: list[str] = []
    for key in keys:
        old, new = before.get(key), after.get(key)
        if old is new:
            continue
        lines = "".join(_lines([(key, new)])) if new is not None else ""
        if old is not None:
            gone = "".join(_lines([(key, old)]))
            start = 0 if text.startswith(gone) else text.index("\n" + gone) + 1
            cuts.append((start, start + len(gone), lines))
        elif key == (apex, "SOA"):
            cuts.append((0, 0, lines))
        else:
            tail.append(lines)
    pieces, at = [], 0
    for start, end, lines in sorted(cuts):
        pieces += [text[at:start], lines]
        at = end
    return "".join((*pieces, text[at:], *tail))


def _lines(rrsets: Iterable[tuple[RRsetKey, RRset]]) -> list[str]:
    """In one loop without calls: a zone may have a million sets."""
    lines = []
    for (owner, type), (ttl, rdata, _) in rrsets:
        if "(" in type:
            type = type.partition("(")[0]
        for data in rdata:
            lines.append(f"{owner} {ttl} IN {type} {data}\n")
    return lines
