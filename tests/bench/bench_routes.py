"""Interior routing on grids of routers: whole network from cold, one failed link after it, and all rows of one router.

Run with `pytest tests/bench/bench_routes.py -s`; prints one line a size. The bounds are generous (a slow shared machine
counts): they catch a change of order, not of degree.
"""

from __future__ import annotations

import time

import pytest
from small_network import snapshot_of

from guard.model.address import parse_address
from guard.model.state import InterfaceId, Scenario
from guard.simulate.control_plane import Cache, compute
from guard.snapshot.snapshot import Snapshot

#: Side of the grid -> seconds that a whole computation may take, and one failed link after it.
BOUNDS = {10: (2.0, 1.0), 20: (5.0, 2.0), 30: (10.0, 4.0)}


def grid(side: int) -> Snapshot:
    """side x side routers; each has a loopback and a /31 to the router at its right and the one below."""
    texts: dict[str, list[str]] = {}
    for row in range(side):
        for column in range(side):
            number = row * side + column
            texts[f"r{number}"] = [f"hostname r{number}", "interface Loopback0"]
            texts[f"r{number}"] += [f" ip address 10.255.{number // 256}.{number % 256} 255.255.255.255"]
    link = 0
    for row in range(side):
        for column in range(side):
            for down, right in ((0, 1), (1, 0)):
                if row + down < side and column + right < side:
                    ends = (row * side + column, (row + down) * side + column + right)
                    for host, end in enumerate(ends):
                        at = 2 * link + host
                        texts[f"r{end}"] += [f"interface Ethernet1/{link}"]
                        texts[f"r{end}"] += [
                            f" ip address 10.{at // 65536}.{at // 256 % 256}.{at % 256} 255.255.255.254"
                        ]
                        texts[f"r{end}"] += [f" ip ospf cost {1 + link % 7}", " ip ospf network point-to-point"]
                    link += 1
    return snapshot_of(
        {
            name: "\n".join([*text, "router ospf 1", " network 10.0.0.0 0.255.255.255 area 0", ""])
            for name, text in texts.items()
        }
    )


@pytest.mark.bench
@pytest.mark.parametrize("side", BOUNDS)
def test_a_grid_of_routers(side: int) -> None:
    snapshot = grid(side)
    cache = Cache()
    start = time.perf_counter()
    state = compute(snapshot, cache=cache)
    last = parse_address(f"10.255.{(side * side - 1) // 256}.{(side * side - 1) % 256}")
    assert all(state.ribs[name, "default"].lookup(last) for name in snapshot.devices)
    cold = time.perf_counter() - start
    start = time.perf_counter()
    failed = compute(snapshot, Scenario(down_interfaces=frozenset({InterfaceId("r0", "Ethernet1/0")})), cache)
    assert all(failed.ribs[name, "default"].lookup(last) for name in snapshot.devices)
    again = time.perf_counter() - start
    start = time.perf_counter()
    rows = len(state.ribs["r0", "default"])
    table = time.perf_counter() - start
    print(f"\n{side * side} routers: cold {cold:.2f} s, one failure {again:.2f} s, {rows} routes of one {table:.3f} s")
    assert cold < BOUNDS[side][0]
    assert again < BOUNDS[side][1]
