"""Insides of IGPs that snapshots share: whatever else changed in a configuration is read from the new one.

r1 ---- r2   what r2 has of r1 hangs on route-maps and lists that IGPs name
"""

from __future__ import annotations

import pytest

from guard.engines.embedded import Embedded
from guard.model.state import NetworkState, Scenario
from guard.simulate.control_plane import compute
from guard.simulate.rib.main_rib import MainRib
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

LISTS = """\
ip route 192.0.2.0 255.255.255.0 Null0
ip route 198.51.100.0 255.255.255.0 Null0
ip prefix-list TAKEN seq 5 permit 192.0.2.0/24
route-map TAKE permit 10
 match ip address prefix-list TAKEN
"""
OSPF = """\
hostname {name}
interface Loopback0
 ip address 10.0.0.{number} 255.255.255.255
interface e0
 ip address 10.1.0.{number} 255.255.255.252
router ospf 1
 network 10.0.0.0 0.255.255.255 area 0
"""
ISIS = """\
hostname {name}
interface Loopback0
 ip address 10.0.0.{number} 255.255.255.255
 ip router isis
interface e0
 ip address 10.1.0.{number} 255.255.255.252
 ip router isis
router isis
 net 49.0001.0000.0000.000{number}.00
 metric-style wide
"""
NETWORKS = {
    "redistribution into OSPF": (OSPF, " redistribute static subnets route-map TAKE\n", ""),
    "what OSPF installs": (OSPF, " redistribute static subnets\n", " distribute-list prefix TAKEN in\n"),
    "redistribution into IS-IS": (ISIS, " redistribute static ip route-map TAKE\n", ""),
}
EDITS = {
    "another prefix": ("permit 192.0.2.0/24", "permit 198.51.100.0/24"),
    "none": ("permit 10\n", "deny 10\n"),
    "a static route less": ("ip route 192.0.2.0 255.255.255.0 Null0\n", ""),
    "a description": ("interface e0\n", "interface e0\n description north\n"),
    "shut": ("interface e0\n", "interface e0\n shutdown\n"),
}


def network(kind: str, edit: tuple[str, str] = ("", "")) -> Snapshot:
    text, first, second = NETWORKS[kind]
    one = text.format(name="r1", number=1) + first + LISTS
    two = text.format(name="r2", number=2) + second + LISTS.replace("ip route 1", "!ip route 1")
    return load({"configs/r1.cfg": one.replace(*edit), "configs/r2.cfg": two.replace(*edit)})


def routes(state: NetworkState) -> dict[str, list[str]]:
    return {
        f"{node} {vrf}": [f"{prefix} {entry}" for prefix in sorted(rib.prefixes()) if (entry := rib.get(prefix))]
        for (node, vrf), rib in state.ribs.items()
    }


@pytest.mark.parametrize("kind", NETWORKS)
def test_an_edit_after_another_is_as_from_cold(kind: str) -> None:
    engine = Embedded()
    base = network(kind)
    engine.memory.of((base,))
    before = routes(engine.state(base))
    assert any("192.0.2.0/24" in each for each in before["r2 default"])
    for name, edit in (*EDITS.items(), *reversed(EDITS.items())):
        after = network(kind, edit)
        for scenario in (Scenario(), Scenario(frozenset({"r1"}), reason="r1")):
            assert routes(engine.state(after, scenario)) == routes(compute(after, scenario)), name
    assert routes(compute(network(kind, EDITS["another prefix"]), Scenario())) != before
    assert routes(engine.state(base)) == before


def test_tables_are_shared_where_no_igp_is_concerned() -> None:
    engine = Embedded()
    base = network("redistribution into OSPF")
    engine.memory.of((base,))
    engine.state(base)
    changed = network("redistribution into OSPF", ("route-map TAKE p", "route-map OTHER permit 5\n!\nroute-map TAKE p"))
    before, after = engine.state(base), engine.state(changed)
    one, two = before.ribs["r2", "default"], after.ribs["r2", "default"]
    assert isinstance(one, MainRib)
    assert isinstance(two, MainRib)
    assert one is not two
    assert one.igps[0] is two.igps[0]
