"""Routes computed with the memory of another network equal those computed from scratch, in whatever order asked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from small_network import snapshot_of

from guard.engines.rows import routes_rows
from guard.model.state import InterfaceId, Scenario
from guard.simulate.control_plane import Cache, compute

SIZE = 6
PAIRS = [(one, two) for one in range(SIZE) for two in range(one + 1, SIZE)]
COSTS = st.dictionaries(st.sampled_from(PAIRS), st.integers(1, 4), min_size=1, max_size=9)


def configs(costs: dict[tuple[int, int], int], areas: tuple[int, ...]) -> dict[str, str]:
    """Routers n0..n5; the link of (i, j) is 10.<i>.<j>.0/30 in the area that the higher one names."""
    texts = {}
    for node in range(SIZE):
        text = [f"hostname n{node}", "interface Loopback0", f" ip address 10.255.0.{node} 255.255.255.255"]
        networks = [f" network 10.255.0.{node} 0.0.0.0 area 0"]
        for (one, two), cost in sorted(costs.items()):
            if node in (one, two):
                text += [
                    f"interface Ethernet{one}/{two}",
                    f" ip address 10.{one}.{two}.{1 + (node == two)} 255.255.255.252",
                ]
                text += [f" ip ospf cost {cost}", " ip ospf network point-to-point"]
                networks.append(f" network 10.{one}.{two}.0 0.0.0.3 area {areas[two]}")
        texts[f"n{node}"] = "\n".join(
            [
                *text,
                "router ospf 1",
                " redistribute static subnets",
                *networks,
                f"ip route 192.0.{node}.0 255.255.255.0 Null0",
                "",
            ]
        )
    return texts


@given(COSTS, COSTS, st.tuples(*[st.integers(0, 1)] * SIZE), st.sampled_from(PAIRS))
@settings(max_examples=40, deadline=None)
def test_memory_changes_nothing(
    before: dict[tuple[int, int], int],
    after: dict[tuple[int, int], int],
    areas: tuple[int, ...],
    failed: tuple[int, int],
) -> None:
    cache = Cache()
    compute(snapshot_of(configs(before, areas)), cache=cache)
    snapshot = snapshot_of(configs(after, areas))
    down = Scenario(down_interfaces=frozenset({InterfaceId(f"n{failed[0]}", f"Ethernet{failed[0]}/{failed[1]}")}))
    for scenario in (Scenario(), down):
        with_memory = list(routes_rows(compute(snapshot, scenario, cache)))
        assert with_memory == list(routes_rows(compute(snapshot, scenario)))
