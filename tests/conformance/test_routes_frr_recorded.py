"""Topologies of our own as live FRR 8.4.4 (Debian 12) routed them: `frr_topologies/NAME/` holds each router's
configuration and `routes.txt`, the selected routes that zebra showed once nothing changed any more.

One line a next hop: node, network, protocol, gateway, interface, distance, metric; `dynamic` stands for the interface
that a recursive route ended at, `-` for an IPv6 gateway, a link-local address that no configuration names. What the
recording cannot tell is left out: connected and local routes, and the kind of OSPF route to the loopback of a router
(in the JSON of ospfd the router and the route have one key).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_network import snapshot_of

from guard.engines.rows import routes_rows
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute

ROOT = Path(__file__).parent / "frr_topologies"


def state_of(name: str) -> NetworkState:
    return compute(snapshot_of({path.stem: path.read_text() for path in sorted((ROOT / name).glob("*.conf"))}))


def lines(state: NetworkState) -> list[str]:
    """The same lines from a state."""
    found = []
    for row in routes_rows(state):
        if row["protocol"] in ("connected", "local"):
            continue
        gateway = row["next_hop_ip"] if ":" not in str(row["next_hop_ip"]) or row["protocol"] == "static" else None
        words = (row["node"], row["network"], row["protocol"], gateway or "-", row["next_hop_interface"])
        found.append(" ".join(map(str, (*words, row["admin_distance"], row["metric"]))))
    return sorted(found)


def told(line: str) -> bool:
    """Whether a recording can tell this line: not OSPF's way to the loopback of a router (10.255.0.N)."""
    words = line.split()
    return not (words[1].startswith("10.255.0.") and words[2] in ("ospf", "ospfIA"))


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.iterdir()))
def test_routes_as_live_frr_had_them(name: str) -> None:
    recorded = (ROOT / name / "routes.txt").read_text().splitlines()
    assert list(filter(told, lines(state_of(name)))) == list(filter(told, recorded))
