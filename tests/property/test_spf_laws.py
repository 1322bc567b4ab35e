"""Shortest paths: as an independent library finds them, and the same whether started afresh or from a similar graph."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.simulate.igp import spf

SIZE = 7
EDGES = st.dictionaries(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda ends: ends[0] != ends[1]),
    st.integers(1, 6),
    max_size=24,
)


def reference(costs: dict[tuple[int, int], int]) -> np.ndarray:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(SIZE))
    graph.add_weighted_edges_from((tail, head, cost) for (tail, head), cost in costs.items())
    found = np.full((SIZE, SIZE), np.inf)
    for source, lengths in nx.all_pairs_dijkstra_path_length(graph):
        for target, length in lengths.items():
            found[source, target] = length
    return found


@given(EDGES)
def test_distances_are_those_of_networkx(costs: dict[tuple[int, int], int]) -> None:
    np.testing.assert_array_equal(spf.distances(SIZE, costs), reference(costs))


@given(EDGES, EDGES)
def test_starting_from_another_graph_changes_nothing(
    before: dict[tuple[int, int], int], after: dict[tuple[int, int], int]
) -> None:
    known = (before, spf.distances(SIZE, before))
    np.testing.assert_array_equal(spf.distances(SIZE, after, known), reference(after))


@given(EDGES)
@settings(deadline=None)  # the first example imports SciPy
def test_python_and_scipy_agree(costs: dict[tuple[int, int], int]) -> None:
    small = spf._SMALL
    try:
        spf._SMALL = -1
        by_scipy = spf.distances(SIZE, costs)
    finally:
        spf._SMALL = small
    np.testing.assert_array_equal(by_scipy, reference(costs))


@given(EDGES)
@settings(max_examples=60)
def test_next_hops_are_the_first_steps_of_shortest_paths(costs: dict[tuple[int, int], int]) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(SIZE))
    graph.add_weighted_edges_from((tail, head, cost) for (tail, head), cost in costs.items())
    heads = [sorted(head for tail, head in costs if tail == vertex) for vertex in range(SIZE)]
    ways = [
        [spf.Candidate(bit, head, costs[vertex, head]) for bit, head in enumerate(heads[vertex])]
        for vertex in range(SIZE)
    ]
    area = spf.Area(spf.distances(SIZE, costs), ways)
    for source in range(SIZE):
        masks = area.masks(source, 1)
        for target in range(SIZE):
            if source == target or not nx.has_path(graph, source, target):
                expected = set()
            else:
                expected = {path[1] for path in nx.all_shortest_paths(graph, source, target, weight="weight")}
            assert {heads[source][bit] for bit in spf.bits(masks[:, target].tolist())} == expected
