"""A graph of OSPF that takes over from another one is the one that is made anew.

r1 ---- r2 ---- r3 ---- r4     r1 changes
"""

from __future__ import annotations

import pytest

from guard.model.state import Scenario
from guard.simulate.igp.ospf_graph import build
from guard.simulate.layer3 import build as layer3
from guard.snapshot.likeness import in_terms_of
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

EDITS = {
    "cost": ("interface e0\n", "interface e0\n ip ospf cost 7\n"),
    "passive": ("router ospf 1\n", "router ospf 1\n passive-interface e0\n"),
    "area": ("area 0\n", "area 1\n"),
    "stub router": ("router ospf 1\n", "router ospf 1\n max-metric router-lsa\n"),
    "another process before it": (
        "router ospf 1\n",
        "router ospf 7\n network 10.0.0.0 0.0.255.255 area 0\nrouter ospf 1\n",
    ),
    "no process": ("router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n", ""),
    "timers": ("interface e0\n", "interface e0\n ip ospf hello-interval 3\n"),
    "router id of another": ("router ospf 1\n", "router ospf 1\n router-id 10.0.4.1\n"),
    "nothing": ("", ""),
}


def network(edit: tuple[str, str] = ("", "")) -> Snapshot:
    files = {}
    for n in range(1, 5):
        ends = ([f"10.{n}.0.1"] if n < 4 else []) + ([f"10.{n - 1}.0.2"] if n > 1 else [])
        ports = "".join(f"interface e{at}\n ip address {end} 255.255.255.0\n" for at, end in enumerate(ends))
        loopback = f"interface Loopback0\n ip address 10.0.{n}.1 255.255.255.255\n"
        text = f"hostname r{n}\n{loopback}{ports}router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n"
        files[f"configs/r{n}.cfg"] = text.replace(*edit) if n == 1 else text
    return load(files)


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_taken_over_is_what_would_be_made(edit: str) -> None:
    kept = layer3.Kept()
    base = network()
    topology = layer3.build(base, Scenario(), kept, base=True)
    before = build(base.devices, topology, 2)
    assert len(before.adjacencies) == 6
    after = in_terms_of(network(EDITS[edit]), base)
    assert layer3.build(after, Scenario(), kept) is topology
    assert build(after.devices, topology, 2, before) == build(after.devices, topology, 2)
