"""IOS XR's routing protocols, interfaces and filters as the model holds them."""

from __future__ import annotations

import pytest

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import BgpNeighbor
from guard.model.coverage import LineState
from guard.model.device import Device
from guard.model.igp import IsisInterface, OspfInterface
from guard.parse.device import parse_device

HEAD = "!! IOS XR Configuration version = 7.3.2\nhostname r1\n"
PORTS = """\
interface Loopback0
 ipv4 address 10.255.0.1 255.255.255.255
 ipv6 address 2001:db8::1/128
!
interface GigabitEthernet0/0/0/0
 ipv4 address 10.0.0.1 255.255.255.252
!
interface GigabitEthernet0/0/0/1
 ipv4 address 10.0.1.1 255.255.255.252
!
"""


def device_of(text: str) -> Device:
    return parse_device(HEAD + text, "configs/r1.cfg")


def states(device: Device) -> dict[str, str]:
    """What is not simply implemented, by its line."""
    return {note.text: LineState(note.state).name for note in device.coverage.notes}


# ------------------------------------------------------------------------------------------------ interfaces


def test_interfaces() -> None:
    device = device_of(
        """\
vrf BLUE
 address-family ipv4 unicast
 !
!
interface Bundle-Ether10
 mtu 9216
!
interface Bundle-Ether10.20
 vrf BLUE
 ipv4 address 10.0.0.1/30
 ipv4 address 10.0.8.1 255.255.255.0 secondary
 ipv6 address 2001:db8::1/64
 encapsulation dot1q 20
 ipv4 access-group IN ingress
 ipv6 access-group OUT6 egress
 shutdown
!
interface TenGigE0/0/0/1
 bundle id 10 mode active
 ipv4 address 10.9.9.9/24
!
interface GigabitEthernet0/0/0/2.1 l2transport
 encapsulation dot1q 1
!
interface BVI5
 ipv4 address 10.5.0.1 255.255.255.0
!
interface MgmtEth0/RP0/CPU0/0
 ipv4 unnumbered Loopback0
!
interface preconfigure HundredGigE0/1/0/0
 ipv4 address 10.6.0.1/31
!
"""
    )
    faces = {each.name: each for each in device.interfaces}
    sub = faces["Bundle-Ether10.20"]
    assert (sub.kind, sub.parent, sub.vlan, sub.vrf, sub.shutdown) == (
        "subinterface",
        "Bundle-Ether10",
        20,
        "BLUE",
        True,
    )
    assert [str(each.prefix) for each in sub.addresses] == ["10.0.0.0/30", "10.0.8.0/24", "2001:db8::/64"]
    assert (sub.acl_in, sub.acl6_out) == ("IN", "OUT6")
    bundle = faces["Bundle-Ether10"]
    assert (bundle.kind, bundle.members, bundle.mtu) == ("port-channel", ("TenGigE0/0/0/1",), 9202)
    assert faces["TenGigE0/0/0/1"].addresses == ()
    assert (faces["BVI5"].kind, faces["MgmtEth0/RP0/CPU0/0"].kind) == ("bridge", "management")
    assert faces["MgmtEth0/RP0/CPU0/0"].unnumbered == "Loopback0"
    assert faces["HundredGigE0/1/0/0"].shutdown
    assert states(device) == {
        "interface GigabitEthernet0/0/0/2.1 l2transport": "PARTIAL",
        "interface preconfigure HundredGigE0/1/0/0": "PARTIAL",
    }


def test_what_a_protocol_says_of_an_interface_that_is_not_there_makes_none() -> None:
    device = device_of("router ospf 1\n area 0\n  interface Bundle-Ether9\n   cost 5\n")
    assert device.interfaces == ()
    assert [each.name for each in device.undefined] == ["Bundle-Ether9"]


def test_access_lists() -> None:
    device = device_of(
        """\
ipv4 access-list A
 10 remark what may come in
 20 permit tcp any host 192.0.2.1 eq bgp counter C1
 30 permit 10.0.0.0/8 any
 40 deny any
!
ipv4 access-list A 25 permit udp any any eq 53 capture
ipv4 access-list COMMON
 10 deny ipv4 host 192.0.2.66 any
!
ipv6 access-list V6
 10 permit icmpv6 any any echo-request
!
interface GigabitEthernet0/0/0/0
 ipv4 access-group common COMMON A ingress
!
"""
    )
    entries = device.acls[4, "A"].lines
    assert [(line.name, line.permit, line.protocols, line.opaque) for line in entries] == [
        ("20", True, (6,), ""),
        ("25", True, (17,), ""),
        ("30", True, (), ""),
        ("40", False, (), ""),
    ]
    assert device.acls[6, "V6"].lines[0].icmp_types == ((128, 128),)
    assert device.interfaces[0].acl_in == "COMMON + A"
    assert [line.name for line in device.acls[4, "COMMON + A"].lines] == ["10", "20", "25", "30", "40"]
    assert (device.undefined, [each.name for each in device.unused]) == ((), ["V6"])


def test_who_may_log_in() -> None:
    device = device_of(
        """\
ipv4 access-list ADMINS
 10 permit ipv4 10.0.0.0/24 any
!
line default
 access-class ingress ADMINS
!
"""
    )
    assert device.control_plane_acls == ((4, "logins by ADMINS"),)
    found = device.acls[4, "logins by ADMINS"]
    assert [(line.permit, line.destination_ports) for line in found.lines] == [
        (True, ((22, 22), (23, 23))),
        (False, ((22, 22), (23, 23))),
    ]


# ------------------------------------------------------------------------------------------------ statics


def test_static_routes() -> None:
    device = device_of(
        """\
router static
 address-family ipv4 unicast
  10.1.0.0/16 10.0.0.2 200 tag 7 description to the old site
  10.2.0.0/16 GigabitEthernet0/0/0/0 10.0.0.2
  10.3.0.0/16 Null0
  10.4.0.0/16 vrf BLUE 10.0.0.9
  10.5.0.0/16 10.0.0.2 bfd fast-detect minimum-interval 50
  no 10.3.0.0/16
 !
 address-family ipv6 unicast
  2001:db8:1::/48 2001:db8::2
 !
 vrf BLUE
  address-family ipv4 unicast
   0.0.0.0/0 10.0.0.3
"""
    )
    rows = [
        (str(each.prefix), str(each.next_hop), each.interface, each.vrf, each.next_vrf, each.distance, each.tag)
        for each in device.static_routes
    ]
    assert rows == [
        ("10.1.0.0/16", "10.0.0.2", "", "default", "", 200, 7),
        ("10.2.0.0/16", "10.0.0.2", "GigabitEthernet0/0/0/0", "default", "", 1, 0),
        ("10.4.0.0/16", "10.0.0.9", "", "default", "BLUE", 1, 0),
        ("10.5.0.0/16", "10.0.0.2", "", "default", "", 1, 0),
        ("2001:db8:1::/48", "2001:db8::2", "", "default", "", 1, 0),
        ("0.0.0.0/0", "10.0.0.3", "", "BLUE", "", 1, 0),
    ]
    assert set(states(device).values()) == {"PARTIAL"}  # BFD may take a route away


# ------------------------------------------------------------------------------------------------ OSPF


def ospf_ports(device: Device, version: int = 2) -> dict[str, OspfInterface]:
    return {face.interface: face for each in device.ospf if each.version == version for face in each.interfaces}


def test_an_interface_takes_over_from_its_area_and_the_process() -> None:
    device = device_of(
        PORTS
        + """\
router ospf CORE
 router-id 10.255.0.1
 cost 100
 network point-to-point
 passive enable
 auto-cost reference-bandwidth 100000
 redistribute static metric 30 route-policy STATICS
 default-information originate always metric 5
 maximum paths 8
 area 0
  passive disable
  authentication message-digest
  interface Loopback0
   passive enable
  !
  interface GigabitEthernet0/0/0/0
   cost 7
   network broadcast
   message-digest-key 1 md5 clear secret
  !
 !
 area 0.0.0.5
  nssa no-summary
  range 10.5.0.0/16 not-advertise
  interface GigabitEthernet0/0/0/1
  !
 !
!
route-policy STATICS
  pass
end-policy
"""
    )
    ports = ospf_ports(device)
    loopback, first, second = ports["Loopback0"], *(ports[f"GigabitEthernet0/0/0/{n}"] for n in (0, 1))
    assert (loopback.cost, loopback.passive, loopback.network_type) == (100, True, "point-to-point")
    assert (first.cost, first.passive, first.network_type, first.area) == (7, False, "broadcast", 0)
    assert first.authentication.startswith("md5:1/")
    assert (second.cost, second.passive, second.area) == (100, True, 5)
    process = device.ospf[0]
    assert (process.process, process.reference_bandwidth, process.maximum_paths) == ("CORE", 100000, 8)
    assert [(each.protocol, each.policy, each.metric) for each in process.redistributions] == [
        ("static", "STATICS", 30)
    ]
    assert process.default_information is not None
    assert process.default_information.always
    areas = {each.number: each for each in process.areas}
    assert (areas[5].kind, areas[5].no_summary) == ("nssa", True)
    assert [(str(each.prefix), each.advertise) for each in areas[5].ranges] == [("10.5.0.0/16", False)]
    assert states(device) == {}


PROCESSES = (
    "router ospf 1\n area 0\n  interface GigabitEthernet0/0/0/0\n{more} area 1\n  interface GigabitEthernet0/0/0/1\n"
)


@pytest.mark.parametrize(
    ("ports", "more", "found"),
    [
        (PORTS, "", "10.255.0.1"),
        (PORTS, " router-id 192.0.2.1\n", "192.0.2.1"),
        (PORTS, " router-id GigabitEthernet0/0/0/1\n", "10.0.1.1"),
        (PORTS.replace(" ipv6 address", " shutdown\n ipv6 address"), "", "10.0.0.1"),
        (PORTS.replace("Loopback0\n", "Loopback0\n vrf BLUE\n"), "", "10.0.0.1"),
        (PORTS.replace("Loopback0", "Loopback0\n ipv4 address 10.1.1.1/32\ninterface Loopback1"), "", "10.1.1.1"),
    ],
)  # fmt: skip
def test_the_identifier_of_a_process(ports: str, more: str, found: str) -> None:
    device = device_of(ports + PROCESSES.format(more=more))
    assert device.ospf[0].router_id == parse_address(found).value


def test_two_processes_do_not_share_the_loopback() -> None:
    second = "router ospf 2\n area 0\n  interface GigabitEthernet0/0/0/1\n"
    device = device_of(PORTS + "router ospf 1\n area 0\n  interface GigabitEthernet0/0/0/0\n" + second)
    assert [each.router_id for each in device.ospf] == [parse_address(a).value for a in ("10.255.0.1", "10.0.1.1")]


def test_ospf_of_a_vrf_and_of_ipv6() -> None:
    device = device_of(
        """\
vrf BLUE
!
interface GigabitEthernet0/0/0/0
 vrf BLUE
 ipv4 address 10.0.0.1/30
!
interface GigabitEthernet0/0/0/1
 ipv6 address 2001:db8::1/64
!
router ospf 1
 vrf BLUE
  redistribute bgp 65000
  area 1
   interface GigabitEthernet0/0/0/0
   !
  !
 !
!
router ospfv3 1
 area 0
  interface GigabitEthernet0/0/0/1
   network point-to-point
   cost 3
"""
    )
    found = {(each.vrf, each.version): [face.interface for face in each.interfaces] for each in device.ospf}
    assert found == {
        ("default", 2): [],
        ("BLUE", 2): ["GigabitEthernet0/0/0/0"],
        ("default", 3): ["GigabitEthernet0/0/0/1"],
    }
    assert ospf_ports(device, 3)["GigabitEthernet0/0/0/1"].cost == 3


# ------------------------------------------------------------------------------------------------ IS-IS


def isis_ports(device: Device) -> dict[str, IsisInterface]:
    return {face.interface: face for face in device.isis[0].interfaces}


def test_isis() -> None:
    device = device_of(
        PORTS
        + """\
router isis CORE
 is-type level-2-only
 net 49.0001.0000.0000.0001.00
 set-overload-bit on-startup 300
 address-family ipv4 unicast
  metric-style wide
  metric 50
  redistribute static level-2 metric 10 route-policy STATICS
  propagate level 2 into level 1 route-policy STATICS
  default-information originate
 !
 address-family ipv6 unicast
  metric-style wide
  single-topology
 !
 interface Loopback0
  passive
  address-family ipv4 unicast
  !
  address-family ipv6 unicast
  !
 !
 interface GigabitEthernet0/0/0/0
  circuit-type level-2-only
  point-to-point
  hello-password hmac-md5 clear secret
  address-family ipv4 unicast
   metric 7
  !
 !
 interface GigabitEthernet0/0/0/1
  shutdown
  address-family ipv4 unicast
  !
 !
!
route-policy STATICS
  pass
end-policy
"""
    )
    process = device.isis[0]
    assert (process.level, process.wide_metrics, process.multi_topology) == ("level-2", True, False)
    assert (process.overload, process.net) == (False, "49.0001.0000.0000.0001.00")
    assert [(v, r.protocol, r.policy, r.metric, r.level) for v, r in process.redistributions] == [
        (4, "static", "STATICS", 10, "level-2")
    ]
    assert (process.leak_l2_to_l1, process.default_information) == ("STATICS", (4,))
    ports = isis_ports(device)
    assert sorted(ports) == ["GigabitEthernet0/0/0/0", "Loopback0"]
    assert (ports["Loopback0"].passive, ports["Loopback0"].versions) == (True, frozenset({4, 6}))
    assert (ports["Loopback0"].metric, ports["GigabitEthernet0/0/0/0"].metric) == ((50, 50), (7, 7))
    assert ports["GigabitEthernet0/0/0/0"].point_to_point


def test_a_passive_interface_costs_nothing_unless_said() -> None:
    ports = [" interface Loopback0\n  passive\n", " interface GigabitEthernet0/0/0/0\n"]
    family = "  address-family ipv4 unicast\n"
    instance = "router isis X\n net 49.0001.0000.0000.0001.00\n" + "".join(f"{port}{family}" for port in ports)
    device = device_of(PORTS + instance)
    assert [isis_ports(device)[name].metric for name in ("Loopback0", "GigabitEthernet0/0/0/0")] == [(0, 0), (10, 10)]


def test_metrics_are_narrow_and_topologies_several_unless_said() -> None:
    device = device_of(
        "router isis X\n net 49.0001.0000.0000.0001.00\n address-family ipv4 unicast\n address-family ipv6 unicast\n"
    )
    assert (device.isis[0].wide_metrics, device.isis[0].multi_topology) == (False, True)


# ------------------------------------------------------------------------------------------------ BGP

GROUPS = """\
router bgp 65000
 bgp router-id 10.255.0.1
 bgp confederation identifier 64999
 bgp confederation peers
  65001
  65002
 !
 bgp bestpath med always
 bgp bestpath as-path multipath-relax
 address-family ipv4 unicast
  network 10.255.0.1/32 route-policy ALL
  aggregate-address 10.0.0.0/8 summary-only
  redistribute ospf CORE match internal route-policy ALL
  maximum-paths ebgp 4
  maximum-paths ibgp 8
  distance bgp 21 201 202
  table-policy ALL
 !
 address-family vpnv4 unicast
 !
 session-group FAST
  timers 3 9
  password clear one
 !
 af-group V4 address-family ipv4 unicast
  route-policy ALL in
  maximum-prefix 100 90
 !
 neighbor-group BASE
  remote-as 65000
  update-source Loopback0
  address-family ipv4 unicast
   next-hop-self
  !
 !
 neighbor-group REFLECTED
  use neighbor-group BASE
  address-family ipv4 unicast
   route-reflector-client
  !
 !
 neighbor 10.255.0.2
  use neighbor-group REFLECTED
  description the second
 !
 neighbor 10.255.0.3
  use neighbor-group BASE
  update-source GigabitEthernet0/0/0/0
  address-family ipv4 unicast
   next-hop-self inheritance-disable
  !
 !
 neighbor 10.0.0.2
  remote-as 64512
  use session-group FAST
  ebgp-multihop 2
  address-family ipv4 unicast
   use af-group V4
   route-policy ALL out
   send-community-ebgp
   remove-private-AS
  !
 !
 neighbor 10.0.9.0/24
  remote-as 64513
  address-family ipv4 unicast
   route-policy ALL in
   route-policy ALL out
  !
 !
 neighbor 2001:db8::2
  remote-as 64514
  shutdown
  address-family ipv6 unicast
  !
 !
!
route-policy ALL
  pass
end-policy
"""


def neighbors(device: Device) -> dict[str, BgpNeighbor]:
    return {str(each.address or each.listen): each for each in device.bgp[0].neighbors}


def test_what_a_neighbour_takes_over_from_its_groups() -> None:
    device = device_of(PORTS + GROUPS)
    assert states(device) == {"timers 3 9": "IGNORED"}
    peers = neighbors(device)
    second = peers["10.255.0.2"]
    assert (second.remote_as, second.update_source, second.description) == (65000, "Loopback0", "the second")
    assert (second.families[0].next_hop_self, second.families[0].route_reflector_client) == ("self", True)
    assert (second.families[0].send_community, second.families[0].send_extended_community) == (True, True)
    third = peers["10.255.0.3"]
    assert (third.update_source, third.families[0].next_hop_self) == ("GigabitEthernet0/0/0/0", "")
    outside = peers["10.0.0.2"]
    assert (outside.remote_as, outside.multihop, bool(outside.authentication)) == (64512, 2, True)
    family = outside.families[0]
    assert (family.import_policies, family.export_policies) == (("ALL",), ("ALL",))
    assert family.maximum_prefix is not None
    assert (family.maximum_prefix.limit, family.maximum_prefix.threshold) == (100, 90)
    assert (family.send_community, family.send_extended_community, family.remove_private_as) == (True, False, "leading")
    dynamic = peers["10.0.9.0/24"]
    assert (dynamic.listen, dynamic.remote_as) == (parse_prefix("10.0.9.0/24"), 64513)
    assert dynamic.families[0].import_policies == ("ALL",)
    six = peers["2001:db8::2"]
    assert [(each.version, each.activated) for each in six.families] == [(6, True)]
    assert six.families[0].maximum_prefix is not None
    assert (six.shutdown, six.families[0].maximum_prefix.limit) == (True, 524288)
    assert device.undefined == ()


def test_the_process() -> None:
    process = device_of(PORTS + GROUPS).bgp[0]
    assert (process.asn, process.router_id) == (65000, parse_address("10.255.0.1").value)
    assert (process.confederation_id, process.confederation_peers) == (64999, frozenset({65001, 65002}))
    assert (process.always_compare_med, process.multipath_relax, process.deterministic_med) == (True, True, True)
    assert process.ebgp_requires_policy
    family = next(each for each in process.families if each.version == 4)
    assert [(str(each.prefix), each.policy) for each in family.networks] == [("10.255.0.1/32", "ALL")]
    assert [(str(each.prefix), each.summary_only) for each in family.aggregates] == [("10.0.0.0/8", True)]
    assert [(each.protocol, each.process, each.policy) for each in family.redistributions] == [("ospf", "CORE", "ALL")]
    assert (family.maximum_paths, family.maximum_paths_ibgp, family.table_policy) == (4, 8, "ALL")
    assert (family.distance_external, family.distance_internal, family.distance_local) == (21, 201, 202)


def test_a_vrf_has_neighbours_and_route_targets_of_its_own() -> None:
    device = device_of(
        """\
vrf BLUE
 address-family ipv4 unicast
  import route-policy ALL
  import route-target
   65000:1
   65000:2
  !
  export route-target 65000:1
 !
!
route-policy ALL
  pass
end-policy
!
router bgp 65000
 bgp router-id 10.255.0.1
 vrf BLUE
  rd 65000:1
  address-family ipv4 unicast
   redistribute connected
  !
  neighbor 10.0.0.2
   remote-as 65001
   local-as 65009 no-prepend replace-as
   address-family ipv4 unicast
    as-override
    allowas-in 2
    default-originate
"""
    )
    process = next(each for each in device.bgp if each.vrf == "BLUE")
    assert (process.route_distinguisher, process.router_id) == ("65000:1", parse_address("10.255.0.1").value)
    family = process.families[0]
    assert (family.import_targets, family.export_targets) == (("65000:1", "65000:2"), ("65000:1",))
    assert (family.import_policy, [each.protocol for each in family.redistributions]) == ("ALL", ["connected"])
    peer = process.neighbors[0]
    assert (peer.local_as, peer.local_as_no_prepend, peer.local_as_replace) == (65009, True, True)
    own = peer.families[0]
    assert (own.as_override, own.allowas_in, own.default_originate) == (True, 2, True)
    assert (device.vrfs[0].import_targets, device.vrfs[0].export_targets) == (("65000:1", "65000:2"), ("65000:1",))


def test_a_policy_is_asked_for_unless_the_process_says_otherwise() -> None:
    text = "router bgp 65000\n bgp unsafe-ebgp-policy\n neighbor 10.0.0.2 remote-as 65001\n"
    process = device_of(text).bgp[0]
    assert not process.ebgp_requires_policy
    assert process.neighbors[0].families == ()  # no family without a block of its own


def test_groups_that_use_each_other_end() -> None:
    groups = "".join(f" neighbor-group {a}\n  use neighbor-group {b}\n" for a, b in ("AB", "BA"))
    device = device_of(f"router bgp 65000\n{groups} neighbor 10.0.0.2\n  use neighbor-group A\n  remote-as 65000\n")
    assert device.bgp[0].neighbors[0].remote_as == 65000


def test_a_group_that_is_not_there_is_undefined() -> None:
    device = device_of("router bgp 65000\n neighbor 10.0.0.2\n  use neighbor-group NONE\n")
    assert [(each.kind, each.name) for each in device.undefined] == [("peer-group", "NONE")]


# ------------------------------------------------------------------------------------------------ others


def test_virtual_addresses() -> None:
    device = device_of(
        PORTS
        + """\
router hsrp
 interface GigabitEthernet0/0/0/0
  address-family ipv4
   hsrp 1
    preempt
    address 10.0.0.2
   !
  !
 !
!
router vrrp
 interface GigabitEthernet0/0/0/1
  address-family ipv4
   vrrp 1
    address 10.0.1.2
    track object X
"""
    )
    faces = {each.name: each for each in device.interfaces}
    assert faces["GigabitEthernet0/0/0/0"].virtual_addresses == (parse_address("10.0.0.2"),)
    assert faces["GigabitEthernet0/0/0/1"].virtual_addresses == (parse_address("10.0.1.2"),)
    assert states(device) == {"preempt": "PARTIAL", "track object X": "NOT_IMPLEMENTED"}


@pytest.mark.parametrize(
    "text",
    [
        "mpls ldp\n router-id 10.0.0.1\n interface GigabitEthernet0/0/0/0\n !\n!\n",
        "l2vpn\n bridge group A\n  bridge-domain B\n   interface GigabitEthernet0/0/0/1.1\n",
        "evpn\n evi 5\n  advertise-mac\n",
        "segment-routing\n global-block 16000 23999\n",
        "router bgp 65000\n address-family l2vpn evpn\n  advertise vpnv4 unicast\n",
        "control-plane\n management-plane\n  inband\n   interface all\n    allow SSH\n",
    ],
)
def test_what_is_recognised_and_not_modelled(text: str) -> None:
    found = states(device_of(text))
    assert "NOT_IMPLEMENTED" in found.values()
    assert "UNRECOGNISED" not in found.values()


def test_multicast_and_management_are_ignored() -> None:
    text = (
        "multicast-routing\n address-family ipv4\n  interface all enable\n!\nntp\n server 10.0.0.1\n!\nssh server v2\n"
    )
    assert set(states(device_of(text)).values()) == {"IGNORED"}


def test_ldp_says_on_which_links_labels_are_switched() -> None:
    device = device_of(PORTS + "mpls ldp\n igp sync delay on-session-up 5\n interface GigabitEthernet0/0/0/0\n !\n!\n")
    assert [each.name for each in device.interfaces if each.labels] == ["GigabitEthernet0/0/0/0"]
    assert states(device) == {"igp sync delay on-session-up 5": "NOT_IMPLEMENTED"}
