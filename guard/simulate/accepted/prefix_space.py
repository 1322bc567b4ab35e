"""Prefix space cut into cells: all prefixes of one cell lie in the same of the ranges that made the cut.

Law: every prefix lies in one cell, and each cell that is not empty gives one of its prefixes. A cell is what has the
same longest base above it (a base is the prefix of a range) and a length between the same bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from guard.model.acl import Acl, Wildcard
from guard.model.address import WIDTH, Prefix
from guard.model.policy import PrefixRange
from guard.simulate.accepted.text_space import Undecidable


def cells(ranges: Iterable[PrefixRange], version: int) -> Iterator[Prefix]:
    """One prefix of every cell that the ranges make of the space of an IP version."""
    width = WIDTH[version]
    bounds: dict[Prefix, set[int]] = {Prefix(version, 0, 0): set()}
    for prefix, low, high in ranges:
        if prefix.version == version:
            bounds.setdefault(prefix, set()).update((low, high + 1))
    ordered = sorted(bounds, key=lambda each: (each.value, each.length))
    below: dict[Prefix, list[Prefix]] = {}
    inherited: dict[Prefix, frozenset[int]] = {}
    above: list[Prefix] = []
    for base in ordered:
        while above and not above[-1].covers(base):
            above.pop()
        if above:
            below.setdefault(above[-1], []).append(base)
        inherited[base] = frozenset(bounds[base]).union(inherited[above[-1]] if above else ())
        above.append(base)
    for base in ordered:
        for length in sorted({base.length, *(cut for cut in inherited[base] if base.length < cut <= width)}):
            found = _free(base, length, below.get(base, ()))
            if found is not None:
                yield found


def _free(base: Prefix, length: int, children: Iterable[Prefix]) -> Prefix | None:
    """The first prefix of a length inside `base` and inside none of its children."""
    width = WIDTH[base.version]
    value = base.value
    for child in children:  # in order, and none inside another
        if child.length <= length:
            if child.value > value:
                break
            value = child.value + (1 << (width - child.length))
    return Prefix(base.version, value, length) if value < base.value + (1 << (width - base.length)) else None


def acl_ranges(acl: Acl, version: int) -> Iterator[PrefixRange]:
    """Ranges that tell apart what an ACL used on routes tells apart: it looks at the network, and at the mask."""
    width = WIDTH[version]
    for line in acl.lines:
        sources = [each for each in line.sources if each.version == version]
        for base in [_contiguous(each) for each in sources] or [Prefix(version, 0, 0)]:
            yield PrefixRange(base, base.length, width)
            lowest = width - ((base.value & -base.value).bit_length() - 1) if base.value else 0
            for length in range(lowest, base.length):  # the network address of a shorter prefix is in it as well
                yield PrefixRange(Prefix(version, base.value, length), length, length)
            if line.destinations and not acl.standard:
                for length in range(base.length, width + 1):
                    yield PrefixRange(base, length, length)


def _contiguous(wildcard: Wildcard) -> Prefix:
    if wildcard.mask & (wildcard.mask + 1):
        raise Undecidable("a wildcard mask with holes is not compared")
    return Prefix(
        wildcard.version, wildcard.value & ~wildcard.mask, WIDTH[wildcard.version] - wildcard.mask.bit_length()
    )
