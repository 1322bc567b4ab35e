"""What the world outside says where nobody has its configurations."""

from __future__ import annotations

from bgp_text import sessions, table
from small_network import state_of

from guard.model.address import Address, parse_address, parse_prefix
from guard.model.inventory import Inventory, Peering, Site
from guard.model.provenance import Source
from guard.simulate.bgp.external import OutsideEnd, heard, is_test_prefix

HERE = Source("inventory.yaml", 1, 1)
EDGE = """
    hostname edge
    interface Ethernet0
     ip address 192.0.2.1 255.255.255.252
    interface Ethernet1
     ip address 192.0.2.5 255.255.255.252
    router bgp 65000
     neighbor 192.0.2.2 remote-as 65001
     neighbor 192.0.2.6 remote-as 65002
    """
INVENTORY = """
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: home, kind: datacenter, devices: [edge]}
  - {name: internet, kind: external}
peerings:
  - {device: edge, neighbor: 192.0.2.2, role: provider}
  - {device: edge, neighbor: 192.0.2.6, role: customer, cone: [203.0.113.0/24]}
"""


def test_a_provider_sends_a_default_and_a_customer_its_cone() -> None:
    state = state_of({"edge": EDGE}, other={"inventory.yaml": INVENTORY})
    assert table(state, "edge") == [
        "> 0.0.0.0/0 via 192.0.2.2 [65001] 100",
        "> 203.0.113.0/24 via 192.0.2.6 [65002] 100",
    ]
    assert sessions(state) == [
        "edge -> 192.0.2.2 NOT_COMPATIBLE up outside",
        "edge -> 192.0.2.6 NOT_COMPATIBLE up outside",
    ]


def test_every_session_has_a_test_prefix_of_its_own_which_no_table_shows() -> None:
    state = state_of({"edge": EDGE}, other={"inventory.yaml": INVENTORY})
    received = {
        key: [prefix for prefix in state.bgp.received(("edge", "default", key)) if is_test_prefix(prefix)]
        for key in ("192.0.2.2", "192.0.2.6")
    }
    assert [len(held) for held in received.values()] == [1, 1]
    assert received["192.0.2.2"] != received["192.0.2.6"]
    assert received["192.0.2.2"][0] in state.bgp.advertised(("edge", "default", "192.0.2.6"))  # a leak shows


def test_an_end_that_is_not_complete_is_down_and_hears_nothing() -> None:
    down = EDGE.replace("192.0.2.1 255.255.255.252", "192.0.2.1 255.255.255.252\n     shutdown")
    state = state_of({"edge": down}, other={"inventory.yaml": INVENTORY})
    assert sessions(state)[0] == "edge -> 192.0.2.2 NOT_COMPATIBLE (192.0.2.1 is not up at edge)"
    assert table(state, "edge") == ["> 203.0.113.0/24 via 192.0.2.6 [65002] 100"]


def end(number: int, *, external: bool = True) -> OutsideEnd:
    address = Address(4, number)
    return OutsideEnd(("r", "default", str(address)), "r", address, 65001, address, external, frozenset({4}))


def test_a_test_prefix_stays_with_its_session_and_keeps_clear_of_ours() -> None:
    both = heard([end(1), end(2)], (), Inventory(), ())
    alone = heard([end(1)], (), Inventory(), ())
    assert alone[0] == next(each for each in both if each.session == end(1).key)
    moved = heard([end(1)], (), Inventory(), [alone[0].prefix])
    assert moved[0].prefix != alone[0].prefix
    assert is_test_prefix(moved[0].prefix)


def test_an_internal_neighbour_that_nobody_has_says_nothing() -> None:
    assert heard([end(1, external=False)], (), Inventory(), ()) == ()


def test_roles_apply_to_the_families_that_are_activated() -> None:
    peering = Peering("r", parse_address("0.0.0.1"), "customer", HERE, cone=(parse_prefix("2001:db8::/32"),))
    inventory = Inventory(sites=(Site("x", "pop", HERE),), peerings=(peering,))
    assert all(is_test_prefix(each.prefix) for each in heard([end(1)], (), inventory, ()))
