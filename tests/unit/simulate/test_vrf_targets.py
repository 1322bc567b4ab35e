"""Routes go between the VRFs of one device by route target (RFC 4364 4.3.1), on IOS and NX-OS.

pe1: VRF A (10.1.0.0/24) and VRF B (10.2.0.0/24)
"""

from __future__ import annotations

import pytest
from small_network import snapshot_of, state_of

from guard.engines.rows import routes_rows
from guard.model.address import parse_address, parse_prefix
from guard.model.facts import Disposition
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute
from guard.simulate.packets.forwarding import Forwarder

IOS = """\
hostname pe1
vrf definition A
 rd 65001:1
 address-family ipv4
  route-target export 65001:1
  route-target import {import_a}
vrf definition B
 rd 65001:2
 address-family ipv4
  route-target export 65001:2
  route-target import 65001:9
interface GigabitEthernet0/1
 vrf forwarding A
 ip address 10.1.0.1 255.255.255.0
interface GigabitEthernet0/2
 vrf forwarding B
 ip address 10.2.0.1 255.255.255.0
router bgp 65001
 bgp router-id 10.255.0.1
 address-family ipv4 vrf A
  redistribute connected
 address-family ipv4 vrf B
  redistribute connected
"""
NXOS = """\
!Command: show running-config
hostname pe1
feature bgp
route-map ALL permit 10
vrf context A
  rd 65001:1
  address-family ipv4 unicast
    route-target export 65001:1
    route-target import {import_a}
vrf context B
  rd 65001:2
  address-family ipv4 unicast
    route-target export 65001:2
    route-target import 65001:9
interface Ethernet1/1
  no switchport
  vrf member A
  ip address 10.1.0.1/24
  no shutdown
interface Ethernet1/2
  no switchport
  vrf member B
  ip address 10.2.0.1/24
  no shutdown
router bgp 65001
  router-id 10.255.0.1
  vrf A
    address-family ipv4 unicast
      redistribute direct route-map ALL
  vrf B
    address-family ipv4 unicast
      redistribute direct route-map ALL
"""


def routes_of_vrf(state: NetworkState, node: str, vrf: str) -> set[str]:
    return {str(row["network"]) for row in routes_rows(state) if (row["node"], row["vrf"]) == (node, vrf)}


@pytest.mark.parametrize("text", [IOS, NXOS], ids=["ios", "nxos"])
def test_a_vrf_takes_what_bears_a_target_that_it_imports(text: str) -> None:
    state = state_of({"pe1": text.format(import_a="65001:2")})
    assert "10.2.0.0/24" in routes_of_vrf(state, "pe1", "A")
    assert "10.1.0.0/24" not in routes_of_vrf(state, "pe1", "B")
    assert "10.2.0.0/24" not in routes_of_vrf(state_of({"pe1": text.format(import_a="65001:8")}), "pe1", "A")


def test_an_import_map_chooses() -> None:
    text = NXOS.format(import_a="65001:2").replace(
        "import 65001:2\n", "import 65001:2\n    import map NONE\n"
    ).replace("route-map ALL", "route-map NONE deny 10\nroute-map ALL", 1)  # fmt: skip
    assert "10.2.0.0/24" not in routes_of_vrf(state_of({"pe1": text}), "pe1", "A")


def test_a_vrf_takes_routes_of_the_default_one_by_a_map() -> None:
    text = NXOS.format(import_a="65001:8") + "  address-family ipv4 unicast\n    network 10.255.0.1/32\n"
    text = text.replace(
        "interface Ethernet1/1", "interface loopback0\n  ip address 10.255.0.1/32\ninterface Ethernet1/1"
    )
    assert "10.255.0.1/32" not in routes_of_vrf(state_of({"pe1": text}), "pe1", "A")
    taken = text.replace(
        "vrf context A\n  rd 65001:1\n  address-family ipv4 unicast\n",
        "vrf context A\n  rd 65001:1\n  address-family ipv4 unicast\n    import vrf default map ALL\n",
    )
    assert "10.255.0.1/32" in routes_of_vrf(state_of({"pe1": taken}), "pe1", "A")


SHARED = """\
hostname pe1
vrf definition A
 rd 65001:1
 address-family ipv4
  export map OUT
  route-target export 65001:1
vrf definition B
 rd 65001:2
 address-family ipv4
  route-target import 65001:1
  route-target export 65001:2
vrf definition C
 rd 65001:3
 address-family ipv4
  route-target import 65001:77
  route-target export 65001:3
interface Loopback1
 vrf forwarding A
 ip address 10.1.0.1 255.255.255.0
interface Loopback2
 vrf forwarding A
 ip address 10.2.0.1 255.255.255.0
ip route vrf A 10.3.0.0 255.255.255.0 10.1.0.9
ip prefix-list TWO seq 5 permit 10.2.0.0/24
route-map OUT permit 10
 match ip address prefix-list TWO
 set extcommunity rt 65001:77
router bgp 65001
 bgp router-id 10.255.0.1
 address-family ipv4 vrf A
  redistribute connected
  redistribute static
"""


def shown(state: NetworkState, vrf: str) -> list[str]:
    columns = ("network", "protocol", "next_hop_ip", "next_hop_interface", "admin_distance")
    return [" ".join(str(row[each]) for each in columns) for row in routes_rows(state) if row["vrf"] == vrf]


def test_an_export_map_of_ios_gives_targets_and_holds_nothing_back() -> None:
    """Recorded: lab-validation, iosxe_vrf_route_leaking_export_map. B and C have no address family of BGP (ibid.)."""
    state = state_of({"pe1": SHARED})
    assert {line.split()[0] for line in shown(state, "B")} == {"10.1.0.0/24", "10.1.0.1/32", "10.3.0.0/24"}
    assert {line.split()[0] for line in shown(state, "C")} == {"10.2.0.0/24", "10.2.0.1/32"}


def test_a_shared_subnet_names_its_interface_and_brings_the_router_s_own_address() -> None:
    assert shown(state_of({"pe1": SHARED}), "B") == [
        "10.1.0.0/24 bgp None Loopback1 20",
        "10.1.0.1/32 local None Loopback1 0",
        "10.3.0.0/24 bgp 10.1.0.9 dynamic 20",
    ]


def test_packets_to_a_shared_address_are_accepted_in_its_own_vrf() -> None:
    snapshot = snapshot_of({"pe1": SHARED})
    ends = Forwarder(snapshot, compute(snapshot)).ends(("pe1", "B"), parse_address("10.1.0.1"))
    assert {(fate.disposition, fate.interface) for fate in ends.fates} == {(Disposition.ACCEPTED, "Loopback1")}


FRR = """\
frr version 8.4.4
frr defaults traditional
hostname r1
vrf RED
exit-vrf
vrf BLUE
exit-vrf
ip prefix-list TWO seq 5 permit 10.1.1.0/24
interface lo1 vrf RED
 ip address 10.1.0.1/24
 ip address 10.1.1.1/24
router bgp 65001
 bgp router-id 1.1.1.1
 address-family ipv4 unicast
  rd vpn export 65001:9
  rt vpn both 65001:777
  export vpn
  import vpn
router bgp 65001 vrf RED
 bgp router-id 1.1.1.2
 address-family ipv4 unicast
  redistribute connected
  rd vpn export 65001:1
  rt vpn export 65001:100
  route-map vpn export OUT
  export vpn
router bgp 65001 vrf BLUE
 bgp router-id 1.1.1.3
 address-family ipv4 unicast
  rd vpn export 65001:2
  rt vpn import 65001:100
  import vpn
route-map OUT permit 10
 match ip address prefix-list TWO
 set local-preference 333
 set extcommunity rt 65001:777
route-map OUT permit 20
"""


def test_bgpd_adds_a_vrf_s_targets_to_those_that_its_policy_sets() -> None:
    """Seen live, FRR 8.4.4: 10.1.1.0/24 in BLUE has `RT:65001:777 RT:65001:100` and local preference 333."""
    state = state_of({"r1": FRR})
    assert routes_of_vrf(state, "r1", "BLUE") == {"10.1.0.0/24", "10.1.1.0/24"}
    assert routes_of_vrf(state, "r1", "default") == {"10.1.1.0/24"}
    best = state.bgp.best("r1", "BLUE", parse_prefix("10.1.1.0/24"))
    assert best is not None
    assert (best.local_preference, best.attributes.communities) == (333, ("rt 65001:100", "rt 65001:777"))


def test_subnets_that_an_igp_brings_along_are_shared_as_connected_ones() -> None:
    """IOS redistributes the connected subnets of an IGP with its routes (iosxe_vrf_route_leaking_classic_eigrp)."""
    text = SHARED.replace("  redistribute connected\n", "  redistribute ospf 9\n").replace(
        "ip route vrf A", "router ospf 9 vrf A\n network 10.0.0.0 0.255.255.255 area 0\nip route vrf A"
    )
    assert {"10.1.0.0/24", "10.1.0.1/32"} <= {line.split()[0] for line in shown(state_of({"pe1": text}), "B")}
