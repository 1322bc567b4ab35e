"""A state in shared objects bears the places of its own configurations, as one that was computed alone.

r1 ---- r2   OSPF and iBGP; both have one OSPF router id, which is a note with places
"""

from __future__ import annotations

import pytest

from guard.engines.embedded import Embedded
from guard.model.state import NetworkState, Scenario
from guard.simulate.control_plane import compute
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

R1 = """\
hostname r1
interface Loopback0
 ip address 10.0.0.1 255.255.255.255
interface e0
 ip address 10.1.0.1 255.255.255.252
router ospf 1
 router-id 1.1.1.1
 network 10.0.0.0 0.255.255.255 area 0
router bgp 65000
 neighbor 10.0.0.2 remote-as 65000
 neighbor 10.0.0.2 update-source Loopback0
 neighbor 10.1.0.2 remote-as 65000
"""
R2 = (
    R1.replace("r1", "r2").replace("10.0.0.1 ", "10.0.0.2 ").replace("10.1.0.1", "10.1.0.9")
    .replace("10.0.0.2 r", "10.0.0.1 r").replace("10.0.0.2 u", "10.0.0.1 u").replace("10.1.0.2", "10.1.0.1")
    .replace("10.1.0.9", "10.1.0.2")
)  # fmt: skip
#: By what is done to r1: lines that move, one neighbour more before the others, a cost, nothing but a description.
EDITS = {
    "comment": ("hostname r1\n", "hostname r1\n!\n!\n"),
    "description": ("interface e0\n", "interface e0\n description north\n"),
    "cost": ("interface e0\n", "interface e0\n ip ospf cost 7\n"),
    "neighbour": ("65000\n neighbor 10.0.0.2 r", "65000\n neighbor 10.9.9.9 remote-as 7\n neighbor 10.0.0.2 r"),
    "router id": ("1.1.1.1\n", "1.1.1.1\n default-information originate\n"),
}


def network(r1: str) -> Snapshot:
    return load({"configs/r1.cfg": r1, "configs/r2.cfg": R2})


def shown(state: NetworkState) -> tuple[object, ...]:
    rows = {key: [(prefix, rib.get(prefix)) for prefix in rib.prefixes()] for key, rib in state.ribs.items()}
    told = sorted(map(str, state.bgp.rows()))
    return state.sessions, state.notes, state.adjacencies, dict(state.interfaces), rows, told


@pytest.mark.parametrize("edit", EDITS)
def test_a_state_after_an_edit_is_the_one_from_cold(edit: str) -> None:
    engine = Embedded()
    base = network(R1)
    engine.memory.of((base,))
    engine.state(base)
    after = network(R1.replace(*EDITS[edit]))
    for scenario in (Scenario(), Scenario(down_nodes=frozenset({"r2"}), reason="r2")):
        found = engine.state(after, scenario)
        assert bool(found.notes) is not bool(scenario.down_nodes)
        assert any(each.source for each in found.sessions)
        assert shown(found) == shown(compute(after, scenario))


def test_a_description_shares_all_that_was_computed() -> None:
    engine = Embedded()
    base = network(R1)
    engine.memory.of((base,))
    before = engine.state(base)
    after = engine.state(network(R1.replace(*EDITS["description"])))
    assert after.ribs is before.ribs
    assert after.bgp is before.bgp
    assert after.sessions != before.sessions
