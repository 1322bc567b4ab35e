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

#: Vertices times edges below which plain Python is done before SciPy is imported (about 0.1 s against 0.6 s).
_SMALL = 100_000

#: Directed edges of an area: (tail, head) -> least cost of the parallel links between them.
Costs = Mapping[tuple[int, int], int]


def distances(size: int, costs: Costs, known: tuple[Costs, Floats] | None = None) -> Floats:
    """All-pairs distances of `size` vertices; `known`: costs and distances of a similar area of the same vertices."""
    if known is None or known[1].shape[0] != size:
        return _dijkstra(size, costs)
    before, held = known
    rows = _touched(before, costs, held)
    if not len(rows):
        return held
    result = held.copy()
    result[rows] = _relaxed(rows, before, costs, held)
    return result


def _dijkstra(size: int, costs: Costs) -> Floats:
    """Distances from all vertices."""
    if size * len(costs) <= _SMALL:
        return _in_python(size, costs)
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    ends = np.array(list(costs), dtype=np.int64).reshape(-1, 2)
    weights = np.fromiter(costs.values(), dtype=np.float64, count=len(costs))
    graph = csr_matrix((weights, (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(dijkstra(graph, directed=True), dtype=np.float64).reshape(-1, size)


def _in_python(size: int, costs: Costs) -> Floats:
    ways: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for (tail, head), cost in costs.items():
        ways[tail].append((head, cost))
    result = np.full((size, size), INFINITE)
    for source in range(size):
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
        result[source, list(reached)] = list(reached.values())
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


def _relaxed(rows: Ints, before: Costs, after: Costs, held: Floats) -> Floats:
    """Distances from `rows`, by relaxing what is still attainable of those that were held.

    A distance stays attainable where no shortest path used an edge that got dearer or went; the others are open. What
    is open takes the best that its neighbours have, and whoever got nearer tells its own: the work is that of the
    pairs (source, vertex) that move.
    """
    result = held[rows]
    opened = np.zeros(result.shape, dtype=bool)
    shorter: list[tuple[int, int, int]] = []
    for edge in before.keys() | after.keys():
        was, now = before.get(edge, INFINITE), after.get(edge, INFINITE)
        if now > was:
            by = np.flatnonzero(held[rows, edge[0]] + was == held[rows, edge[1]])  # the others never go by this edge
            opened[by] |= held[rows[by], edge[0], None] + was + held[edge[1]] == held[rows[by]]
        elif now < was:
            shorter.append((*edge, after[edge]))
    opened &= np.isfinite(result)
    opened[np.arange(len(rows)), rows] = False
    result[opened] = INFINITE
    size = result.shape[1]
    flat = result.reshape(-1)
    into, out = _Ends.of(size, [(head, tail, cost) for (tail, head), cost in after.items()]), _Ends.of(
        size, [(tail, head, cost) for (tail, head), cost in after.items()]
    )
    moved = np.flatnonzero(opened.reshape(-1))
    whole, near, costs = into.around(moved, size)
    moved = _lower(flat, whole, flat[near] + costs)
    for tail, head, cost in shorter:
        at = np.arange(len(rows), dtype=np.int64) * size
        moved = np.union1d(moved, _lower(flat, at + head, flat[at + tail] + cost))
    while len(moved):
        whole, near, costs = out.around(moved, size)
        moved = _lower(flat, near, flat[whole] + costs)
    return result


def _lower(distances: Floats, at: Ints, offered: Floats) -> Ints:
    """Take what is shorter; where something was."""
    shorter = offered < distances[at]
    found = at[shorter]
    np.minimum.at(distances, found, offered[shorter])
    return np.unique(found)


class _Ends(NamedTuple):
    """The edges of each vertex, one after another: where they begin, the vertices at their other end, their costs."""

    starts: Ints
    others: Ints
    costs: Floats

    @staticmethod
    def of(size: int, edges: list[tuple[int, int, int]]) -> _Ends:
        rows = np.array(sorted(edges), dtype=np.int64).reshape(-1, 3)
        starts = np.searchsorted(rows[:, 0], np.arange(size + 1))
        return _Ends(starts.astype(np.int64), rows[:, 1], rows[:, 2].astype(np.float64))

    def around(self, pairs: Ints, size: int) -> tuple[Ints, Ints, Floats]:
        """For each edge of each pair (source * size + vertex): the pair, that of the other end, and the cost."""
        vertices = pairs % size
        counts = self.starts[vertices + 1] - self.starts[vertices]
        whole = np.repeat(pairs, counts)
        first = np.repeat(self.starts[vertices] - (np.cumsum(counts) - counts), counts)
        at = first + np.arange(len(whole))
        return whole, whole - whole % size + self.others[at], self.costs[at]


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
