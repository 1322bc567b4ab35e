"""BGP alone on generated backbones: solve, solve again after one change, read everything.

    python tests/bench/bench_bgp.py SNAPSHOT

prints processor seconds. Last measured on two shared cores, Python 3.11 (`again`: one link down over a kept base):

    backbone                              devices  classes  prefixes  solve  again  entries of all routers
    Interoute, 100 external prefixes          156       82     3,821   0.30   0.09      491,889 in  0.6
    synthetic 754, 5 external prefixes       1031      382     1,438   4.0    1.2     1,286,262 in 21.4
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from small_network import folder

from guard.model.state import InterfaceId, Scenario
from guard.simulate.bgp import exchange as bgp_exchange
from guard.simulate.bgp.exchange import BgpSolution
from guard.simulate.igp.underlay_build import Kept, Network, lay
from guard.snapshot.snapshot import Snapshot


def timed(snapshot: Snapshot, scenario: Scenario, kept: Kept, previous: BgpSolution | None) -> BgpSolution:
    """One solution, its time and size printed."""
    network = Network(lay(snapshot, scenario, kept), None)
    started = time.process_time()
    solution = bgp_exchange.solve(snapshot, network, previous)
    spent = time.process_time() - started
    ends = sum(session.up for session in solution.sessions)
    print(
        f"{spent:7.2f} s  {len(solution.exchange.classes)} classes, {len(solution.universe)} prefixes, {ends} ends up"
    )
    return solution


def main() -> None:
    snapshot = folder(Path(sys.argv[1]))
    kept = Kept()
    print("from scratch, again, with a link down, with a reflector's client down:")
    solution = timed(snapshot, Scenario(), kept, None)
    timed(snapshot, Scenario(), kept, solution)
    node, interface = a_backbone_link(snapshot)
    timed(snapshot, Scenario(down_interfaces=frozenset({InterfaceId(node, interface)})), kept, solution)
    timed(snapshot, Scenario(down_nodes=frozenset({node})), kept, solution)
    started = time.process_time()
    speakers = solution.exchange.graph.by_name
    held = sum(sum(1 for _ in solution.prefixes(node, vrf)) for node, vrf in speakers)
    print(f"{time.process_time() - started:7.2f} s  {held} entries of {len(speakers)} routers")


def a_backbone_link(snapshot: Snapshot) -> tuple[str, str]:
    """The first numbered, broadcast-free interface of the first backbone router."""
    for name, device in sorted(snapshot.devices.items()):
        if snapshot.inventory.is_backbone(name):
            for each in device.interfaces:
                if each.kind == "physical" and each.vrf == "default" and each.addresses:
                    return name, each.name
    raise SystemExit("no backbone router with an interface")


if __name__ == "__main__":
    main()
