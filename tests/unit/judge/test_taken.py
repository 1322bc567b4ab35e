"""What a change takes down on purpose, which is no subject of some checks by itself.

r1 e1 10.0.0.1 ---- 10.0.0.2 e1 r2 (lo 192.0.2.2)       r1 also serves the anycast address 192.0.2.53, as r2 does
"""

from __future__ import annotations

import pytest

from guard.judge.taken import Taken, taken
from guard.model.address import parse_prefix
from guard.model.change import Change
from guard.model.state import InterfaceId
from guard.parse.change import parse_change
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

R1 = """hostname r1
!
interface Ethernet1
 ip address 10.0.0.1 255.255.255.0
!
interface Loopback53
 ip address 192.0.2.53 255.255.255.255
!
"""
R2 = """hostname r2
!
interface Ethernet1
 ip address 10.0.0.2 255.255.255.0
!
interface Loopback0
 ip address 192.0.2.2 255.255.255.255
!
interface Loopback53
 ip address 192.0.2.53 255.255.255.255
!
"""
INVENTORY = """apiVersion: guard/v1
kind: Inventory
shared_risks: [{name: conduit, members: ["r2[Loopback0]"]}]
"""


def _snapshot(
    *, r1: str = R1, r2: str | None = R2, down: tuple[str, ...] = (), ports: tuple[str, ...] = ()
) -> Snapshot:
    files = {"configs/r1.cfg": R1, "inventory.yaml": INVENTORY if r2 else "apiVersion: guard/v1\nkind: Inventory\n"}
    if r2:
        files["configs/r2.cfg"] = r2
    loaded = load(files)
    return Snapshot(
        loaded.files,
        loaded.digest,
        loaded.devices,
        loaded.inventory,
        down_nodes=frozenset(down),
        down_interfaces=frozenset(InterfaceId("r2", name) for name in ports),
    )


def _change(steps: str) -> Change:
    return parse_change(f"apiVersion: guard/v1\nkind: Change\nsteps: [{steps}]\n", "c.yaml", {})


def _taken(after: Snapshot, steps: str = "{remove_device: r9}") -> Taken:
    return taken(_change(steps).steps, _snapshot(), after)


def _prefixes(found: Taken) -> list[str]:
    return sorted(map(str, found.prefixes))


def test_nothing_is_taken_by_a_change_that_takes_nothing() -> None:
    assert _taken(_snapshot()) == Taken()


def test_a_node_that_is_taken_down_takes_its_own_addresses_and_none_that_others_serve() -> None:
    found = _taken(_snapshot(down=("r2",)), "{down: [R2]}")
    assert (found.nodes, found.by_down) == ({"r2"}, {"r2"})
    # the subnet 10.0.0.0/24 is still on r1, and so is the anycast address
    assert _prefixes(found) == ["10.0.0.2/32", "192.0.2.2/32"]


def test_a_removed_device_is_taken_but_not_by_a_down_step() -> None:
    found = _taken(_snapshot(r2=None))
    assert (found.nodes, found.by_down) == ({"r2"}, frozenset())
    assert _prefixes(found) == ["10.0.0.2/32", "192.0.2.2/32"]


def test_an_interface_that_is_shut_in_the_configuration() -> None:
    found = _taken(_snapshot(r2=R2.replace("192.0.2.2 255.255.255.255\n", "192.0.2.2 255.255.255.255\n shutdown\n")))
    assert found.interfaces == {InterfaceId("r2", "Loopback0")}
    assert _prefixes(found) == ["192.0.2.2/32"]


def test_a_shared_risk_is_its_members() -> None:
    found = _taken(_snapshot(ports=("Loopback0",)), "{down: ['shared_risk:conduit']}")
    assert found.by_down == {"r2[Loopback0]"}


def test_an_address_that_is_changed_is_not_taken() -> None:
    """A wrong address or mask must not excuse what it breaks."""
    assert _taken(_snapshot(r2=R2.replace("192.0.2.2", "192.0.2.3"))).prefixes == frozenset()


@pytest.mark.parametrize(
    ("prefix", "covered"), [("192.0.2.2/32", True), ("192.0.2.0/24", False), ("192.0.2.3/32", False)]
)
def test_what_it_covers(prefix: str, covered: bool) -> None:
    assert _taken(_snapshot(down=("r2",)), "{down: [r2]}").covers(parse_prefix(prefix)) is covered
