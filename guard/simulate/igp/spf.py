"""Shortest paths of one area for all its routers at once, and prefix tables read off them, as arrays.

Law: `w(u, v) + d(v, t) == d(u, t)` says that v is a next hop of u towards t; so distances are all that is kept. A link
that went away or changed concerns the sources whose shortest-path set held it, and only these are computed again.
This module is loaded only when a link-state protocol runs, so NumPy stands at its top; SciPy takes longer to load than
a small area takes without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]

WORD = 64
INFINITE = np.inf

#: Sources times edges below which plain Python is done before SciPy is imported (about 0.1 s against 0.6 s).
_SMALL = 100_000

#: Directed edges of an area: (tail, head) -> least cost of the parallel links between them.
Costs = Mapping[tuple[int, int], int]


def distances(size: int, costs: Costs, known: tuple[Costs, Floats] | None = None) -> Floats:
    """All-pairs distances of `size` vertices; `known`: costs and distances of a similar area of the same vertices."""
    if known is None or known[1].shape[0] != size:
        return _dijkstra(size, costs, None)
    before, held = known
    rows = _touched(before, costs, held)
    if not len(rows):
        return held
    if len(rows) == size:
        return _dijkstra(size, costs, None)
    result = held.copy()
    result[rows] = _dijkstra(size, costs, rows)
    return result


def _dijkstra(size: int, costs: Costs, rows: Ints | None) -> Floats:
    """Distances from `rows` (None: from all)."""
    sources = range(size) if rows is None else rows.tolist()
    if len(sources) * len(costs) <= _SMALL:
        return _in_python(size, costs, sources)
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    ends = np.array(list(costs), dtype=np.int64).reshape(-1, 2)
    weights = np.fromiter(costs.values(), dtype=np.float64, count=len(costs))
    graph = csr_matrix((weights, (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(dijkstra(graph, directed=True, indices=rows), dtype=np.float64).reshape(-1, size)


def _in_python(size: int, costs: Costs, sources: Sequence[int]) -> Floats:
    ways: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for (tail, head), cost in costs.items():
        ways[tail].append((head, cost))
    result = np.full((len(sources), size), INFINITE)
    for row, source in enumerate(sources):
        reached: dict[int, int] = {}
        queue = [(0, source)]
        while queue:
            distance, at = heappop(queue)
            if at in reached:
                continue
            reached[at] = distance
            for head, cost in ways[at]:
                if head not in reached:
                    heappush(queue, (distance + cost, head))
        result[row, list(reached)] = list(reached.values())
    return result


def _touched(before: Costs, after: Costs, held: Floats) -> Ints:
    """Sources whose distances a difference of costs can change.

    A row stays right while every old shortest path still stands (no edge of its shortest-path set got dearer or went)
    and no edge that is new or cheaper would shorten anything.
    """
    touched = np.zeros(held.shape[0], dtype=bool)
    for (tail, head), cost in before.items():
        now = after.get((tail, head))
        if now is None or now > cost:
            touched |= (held[:, tail] + cost == held[:, head]) & np.isfinite(held[:, head])
    for (tail, head), cost in after.items():
        was = before.get((tail, head))
        if was is None or cost < was:
            touched |= held[:, tail] + cost < held[:, head]
    return np.flatnonzero(touched).astype(np.int64)


class Candidate(NamedTuple):
    """One way out of a router: to vertex `head` of an area at `cost`; `bit` names its next hop among the router's."""

    bit: int
    head: int
    cost: int


@dataclass(slots=True)
class Area:
    """Distances of one area and each router's ways out. Vertices are numbered 0.. within the area."""

    distances: Floats
    candidates: Sequence[Sequence[Candidate]]
    _masks: dict[int, Words] = field(default_factory=dict)

    def masks(self, vertex: int, words: int) -> Words:
        """Next-hop sets of `vertex` towards every vertex, as bit sets: shape (words, vertices)."""
        known = self._masks.get(vertex)
        if known is None:
            known = self._masks[vertex] = self._compute(vertex, words)
        return known

    def _compute(self, vertex: int, words: int) -> Words:
        own = self.distances[vertex]
        masks = np.zeros((words, own.shape[0]), dtype=np.uint64)
        finite = np.isfinite(own)
        finite[vertex] = False
        for bit, head, cost in self.candidates[vertex]:
            on_path = (self.distances[head] + cost == own) & finite
            masks[bit // WORD] |= on_path.astype(np.uint64) << np.uint64(bit % WORD)
        return masks


class Advertised(NamedTuple):
    """Prefixes advertised into an area, sorted by prefix number: who (vertex) offers which at what cost."""

    numbers: Ints
    vertices: Ints
    costs: Floats
    starts: Ints  # first row of each distinct prefix
    distinct: Ints


def advertised(
    numbers: Sequence[int] | Ints, vertices: Sequence[int] | Ints, costs: Sequence[int] | Floats
) -> Advertised:
    """Sort the rows of (prefix number, vertex, cost) and mark where each prefix begins."""
    number = np.asarray(numbers, dtype=np.int64)
    order = np.argsort(number, kind="stable")
    number = number[order]
    distinct, starts = np.unique(number, return_index=True)
    return Advertised(
        number,
        np.asarray(vertices, dtype=np.int64)[order],
        np.asarray(costs, dtype=np.float64)[order],
        starts.astype(np.int64),
        distinct,
    )


class Best(NamedTuple):
    """Per distinct prefix of an Advertised: least cost (infinite: unreachable) and the next hops that attain it."""

    numbers: Ints
    costs: Floats
    masks: Words


def best(table: Advertised, to_vertex: Floats, masks: Words) -> Best:
    """What a router at distances `to_vertex` and next-hop sets `masks` makes of an area's prefixes."""
    if not len(table.numbers):
        return Best(table.distinct, np.empty(0), np.empty((masks.shape[0], 0), dtype=np.uint64))
    total = to_vertex[table.vertices] + table.costs
    least = np.minimum.reduceat(total, table.starts)
    attains = total == np.repeat(least, np.diff(table.starts, append=len(total)))
    sets = np.where(attains, masks[:, table.vertices], np.uint64(0))
    return Best(table.distinct, least, np.bitwise_or.reduceat(sets, table.starts, axis=1))


def bits(mask: Sequence[int]) -> list[int]:
    """The numbers of the bits that are set in one column of masks (a word a row)."""
    found = []
    for word, value in enumerate(mask):
        while value:
            low = value & -value
            found.append(word * WORD + low.bit_length() - 1)
            value ^= low
    return found
