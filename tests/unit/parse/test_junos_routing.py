"""Junos routing configuration as the model has it: interfaces, static routes, BGP, IGPs, filters."""

from __future__ import annotations

import pytest

from guard.model.acl import wildcard
from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import MaximumPrefix
from guard.model.coverage import LineState
from guard.model.device import Device
from guard.parse.device import parse_device

BASE = """\
set system host-name r1
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31
set interfaces ge-0/0/0 unit 0 family inet6 address 2001:db8::1/64
set interfaces ge-0/0/1 vlan-tagging
set interfaces ge-0/0/1 unit 100 vlan-id 100
set interfaces ge-0/0/1 unit 100 family inet address 10.0.1.1/24 vrrp-group 1 virtual-address 10.0.1.254
set interfaces lo0 unit 0 family inet address 10.255.0.1/32
set interfaces lo0 unit 0 family iso address 49.0001.0102.5500.0001.00
set routing-options autonomous-system 65001
"""


def device(text: str) -> Device:
    return parse_device(BASE + text, "configs/r1.cfg")


def test_units_are_subinterfaces() -> None:
    found = {each.name: each for each in device("set interfaces ge-0/0/1 disable\n").interfaces}
    assert list(found) == ["ge-0/0/0", "ge-0/0/0.0", "ge-0/0/1", "ge-0/0/1.100", "lo0", "lo0.0"]
    unit = found["ge-0/0/1.100"]
    assert (unit.parent, unit.vlan, unit.kind) == ("ge-0/0/1", 100, "subinterface")
    assert unit.virtual_addresses == (parse_address("10.0.1.254"),)
    assert [str(each.address) for each in found["ge-0/0/0.0"].addresses] == ["10.0.0.1", "2001:db8::1"]
    assert (found["ge-0/0/1"].shutdown, unit.shutdown, found["lo0.0"].kind) == (True, False, "loopback")


def test_bundles_and_switch_ports() -> None:
    found = {
        each.name: each
        for each in device(
            "set interfaces xe-0/0/0 gigether-options 802.3ad ae0\nset interfaces xe-0/0/1 ether-options 802.3ad ae0\n"
            "set interfaces ae0 unit 0 family inet address 10.0.2.1/31\nset vlans V vlan-id 7\n"
            "set vlans V l3-interface irb.7\n"
            "set interfaces irb unit 7 family inet address 10.0.7.1/24\n"
            "set interfaces ge-0/0/5 unit 0 family ethernet-switching interface-mode trunk vlan members V\n"
        ).interfaces
    }
    assert found["ae0"].members == ("xe-0/0/0", "xe-0/0/1")
    assert (found["irb.7"].kind, found["irb.7"].vlan) == ("vlan", 7)
    assert (found["ge-0/0/5"].switchport, found["ge-0/0/5"].trunk_vlans) == (True, ((7, 7),))


def test_static_routes_take_their_defaults() -> None:
    routes = device(
        "set routing-options static defaults preference 50\n"
        "set routing-options static route 10.1.0.0/16 next-hop 10.0.0.0\n"
        "set routing-options static route 10.2.0.0/16 discard\n"
        "set routing-options static route 10.2.0.0/16 preference 7\n"
        "set routing-options static route 10.3.0.0/16 next-hop 10.0.0.0\n"
        "set routing-options static route 10.3.0.0/16 qualified-next-hop 10.0.1.9 preference 200\n"
        "set routing-options static route 10.4.0.0/16 next-hop ge-0/0/0.0\n"
        "set routing-options static route 10.1.0.0/16 resolve\n"
        "set routing-options rib inet6.0 static route ::/0 next-hop 2001:db8::2\n"
    ).static_routes
    rows = [
        (str(each.prefix), each.distance, str(each.next_hop or each.interface or "-"), each.discard, each.recursive)
        for each in routes
    ]
    assert rows == [
        ("10.1.0.0/16", 50, "10.0.0.0", False, True),
        ("10.2.0.0/16", 7, "-", True, False),
        ("10.3.0.0/16", 50, "10.0.0.0", False, False),
        ("10.3.0.0/16", 200, "10.0.1.9", False, False),
        ("10.4.0.0/16", 50, "ge-0/0/0.0", False, False),
        ("::/0", 5, "2001:db8::2", False, False),
    ]


def test_aggregates_and_generated_routes() -> None:
    found = device(
        "set routing-options aggregate route 10.0.0.0/8 policy P\n"
        "set routing-options generate route 0.0.0.0/0 preference 9\n"
        "set policy-options policy-statement P then accept\n"
    ).aggregates
    assert [(str(each.prefix), each.distance, each.policies, each.generate) for each in found] == [
        ("10.0.0.0/8", 130, ("P",), False),
        ("0.0.0.0/0", 9, (), True),
    ]


def test_routing_instances_are_vrfs() -> None:
    found = device(
        "set routing-instances RED instance-type vrf\nset routing-instances RED interface ge-0/0/1.100\n"
        "set routing-instances RED route-distinguisher 65001:1\nset routing-instances RED vrf-target target:65001:1\n"
        "set routing-instances RED routing-options static route 10.9.0.0/16 discard\n"
        "set routing-instances RED protocols bgp group X neighbor 10.0.1.2 peer-as 65002\n"
    )
    (vrf,) = found.vrfs
    assert (vrf.name, vrf.route_distinguisher, vrf.import_targets, vrf.export_targets) == (
        "RED", "65001:1", ("65001:1",), ("65001:1",),
    )  # fmt: skip
    assert next(each for each in found.interfaces if each.name == "ge-0/0/1.100").vrf == "RED"
    assert [each.vrf for each in found.static_routes] == ["RED"]
    assert [(each.vrf, each.asn) for each in found.bgp] == [("RED", 65001)]


def test_neighbours_inherit_from_their_group_and_the_top() -> None:
    (process,) = device(
        """\
set protocols bgp import TOP
set protocols bgp group I type internal
set protocols bgp group I local-address 10.255.0.1
set protocols bgp group I cluster 10.255.0.1
set protocols bgp group I export G
set protocols bgp group I neighbor 10.255.0.2
set protocols bgp group I neighbor 10.255.0.3 import OWN
set protocols bgp group E peer-as 65002
set protocols bgp group E multihop ttl 3
set protocols bgp group E family inet unicast prefix-limit maximum 100 teardown 80
set protocols bgp group E neighbor 10.0.0.0 remove-private all
set protocols bgp group E neighbor 10.0.0.0 authentication-key "$9$BuHIRhcSyevW"
set protocols bgp group S neighbor 2001:db8::2 peer-as 65003
set policy-options policy-statement TOP then accept
set policy-options policy-statement OWN then accept
set policy-options policy-statement G then accept
"""
    ).bgp
    found = {str(each.address): each for each in process.neighbors}
    two, three, ebgp, six = (found[name] for name in ("10.255.0.2", "10.255.0.3", "10.0.0.0", "2001:db8::2"))
    assert (process.asn, process.router_id, process.cluster_id) == (
        65001, parse_address("10.255.0.1").value, parse_address("10.255.0.1").value,
    )  # fmt: skip
    assert (two.remote_as, two.update_source, two.families[0].route_reflector_client) == (65001, "10.255.0.1", True)
    assert (two.families[0].import_policies, three.families[0].import_policies) == (("TOP",), ("OWN",))
    assert (two.families[0].export_policies, ebgp.families[0].export_policies) == (("G",), ())
    assert (ebgp.remote_as, ebgp.multihop, ebgp.families[0].remove_private_as) == (65002, 3, "all")
    limit = ebgp.families[0].maximum_prefix
    assert isinstance(limit, MaximumPrefix)
    assert (limit.limit, limit.threshold, limit.warning_only) == (100, 80, False)
    assert [each.version for each in six.families] == [6]
    assert process.families[0].distance_external == process.families[0].distance_internal == 170


def test_an_obfuscated_key_is_the_key_in_clear() -> None:
    keys = []
    for key in ("$9$BuHIRhcSyevW", "secret"):
        (process,) = device(f'set protocols bgp group E neighbor 10.0.0.0 authentication-key "{key}"\n').bgp
        keys.append(process.neighbors[0].authentication)
    assert len(keys[0]) == len(keys[1]) == 16


def test_ospf_areas_and_exports() -> None:
    found = device(
        """\
set protocols ospf export [ A B ]
set protocols ospf reference-bandwidth 10g
set protocols ospf area 0.0.0.0 interface ge-0/0/0.0 metric 7
set protocols ospf area 0.0.0.0 interface ge-0/0/0.0 interface-type p2p
set protocols ospf area 0.0.0.0 interface lo0.0 passive
set protocols ospf area 1 stub no-summaries
set protocols ospf area 1 area-range 10.1.0.0/16 restrict
set protocols ospf area 1 interface all
set protocols ospf3 area 0 interface ge-0/0/0.0
set policy-options policy-statement A term x from protocol static
set policy-options policy-statement A term x then accept
set policy-options policy-statement B then reject
"""
    )
    two, three = found.ospf
    assert (two.version, three.version, two.reference_bandwidth) == (2, 3, 10000)
    assert (two.distance, two.distance_external) == (10, 150)
    assert [(each.interface, each.area, each.cost, each.passive, each.network_type) for each in two.interfaces] == [
        ("ge-0/0/0.0", 0, 7, False, "point-to-point"),
        ("lo0.0", 0, 0, True, "broadcast"),
        ("ge-0/0/0.0", 1, None, False, "broadcast"),
        ("ge-0/0/1.100", 1, None, False, "broadcast"),
        ("lo0.0", 1, 0, False, "broadcast"),
    ]
    kinds = [(each.number, each.kind, each.no_summary) for each in two.areas]
    assert kinds == [(0, "normal", False), (1, "stub", True)]
    assert [(str(each.prefix), each.advertise) for each in two.areas[1].ranges] == [("10.1.0.0/16", False)]
    assert {each.policy for each in two.redistributions} == {"A B"}
    assert [term.outcome.value for term in found.policies["A B"].terms] == ["accept", "reject"]


def test_isis_levels_and_metrics() -> None:
    (process,) = device(
        "set interfaces ge-0/0/0 unit 0 family iso\nset protocols isis interface ge-0/0/1.100\n"
        "set protocols isis level 1 disable\nset protocols isis interface ge-0/0/0.0 point-to-point\n"
        "set protocols isis interface ge-0/0/0.0 level 2 metric 33\nset protocols isis interface lo0.0\n"
    ).isis
    assert (process.net, process.level, process.distance, process.distance_level_2) == (
        "49.0001.0102.5500.0001.00", "level-2", 15, 18,
    )  # fmt: skip
    assert [(each.interface, each.level, each.metric, each.passive) for each in process.interfaces] == [
        ("ge-0/0/0.0", "level-2", (10, 33), False),
        ("lo0.0", "level-2", (0, 0), True),
    ]


def test_filters_are_ordered_lines() -> None:
    found = device(
        """\
set policy-options prefix-list PEERS 10.0.0.0/31
set firewall family inet filter F term bgp from source-prefix-list PEERS
set firewall family inet filter F term bgp from protocol tcp
set firewall family inet filter F term bgp from port bgp
set firewall family inet filter F term count then count c
set firewall family inet filter F term count then next term
set firewall family inet filter F term hole from source-address 10.1.0.0/30
set firewall family inet filter F term hole from source-address 10.1.0.0/32 except
set firewall family inet filter F term hole then discard
set firewall family inet filter F term rest then accept
set interfaces lo0 unit 0 family inet filter input F
set interfaces ge-0/0/0 unit 0 family inet filter output F
"""
    )
    filter_ = found.acls[4, "F"]
    rows = [(each.name, each.permit, each.source_ports, each.destination_ports) for each in filter_.lines]
    assert rows == [
        ("bgp", True, ((179, 179),), ()),
        ("bgp", True, (), ((179, 179),)),
        ("hole", False, (), ()),
        ("rest", True, (), ()),
    ]
    assert filter_.lines[0].sources == (wildcard(parse_prefix("10.0.0.0/31")),)
    assert filter_.lines[2].sources == (wildcard(parse_prefix("10.1.0.2/31")), wildcard(parse_prefix("10.1.0.1/32")))
    loopback = next(each for each in found.interfaces if each.name == "lo0.0")
    assert (loopback.acl_in, loopback.control_plane, filter_.default_permit) == ("F", True, False)
    assert next(each for each in found.interfaces if each.name == "ge-0/0/0.0").acl_out == "F"


def test_names_that_are_not_defined() -> None:
    found = device(
        "set protocols bgp group E neighbor 10.0.0.0 import NOPE\nset apply-groups GONE\n"
        "set policy-options policy-statement P from community C\nset interfaces lo0 unit 0 family inet filter input F\n"
    )
    assert {(each.kind, each.name) for each in found.undefined} == {
        ("route-map", "NOPE"),
        ("group", "GONE"),
        ("community-list", "C"),
        ("acl", "F"),
    }


def test_stub_areas_get_a_default_route_only_with_its_metric() -> None:
    (process,) = device(
        "set protocols ospf area 1 stub\nset protocols ospf area 2 stub default-metric 5\n"
        "set protocols ospf area 3 nssa default-lsa default-metric 7\n"
    ).ospf
    assert [(each.number, each.silent, each.default_cost, each.nssa_default) for each in process.areas] == [
        (1, True, 1, False),
        (2, False, 5, False),
        (3, False, 7, True),
    ]


def test_a_group_has_a_preference_of_its_own() -> None:
    (process,) = device(
        "set protocols bgp group E preference 30\nset protocols bgp group E neighbor 10.0.0.0 peer-as 65002\n"
        "set protocols bgp group E neighbor 10.0.1.2 peer-as 65003\n"
        "set protocols bgp group E neighbor 10.0.1.2 preference 40\n"
    ).bgp
    rules = [(distance, str(source)) for distance, source, _ in process.families[0].distance_rules]
    assert rules == [(30, "10.0.0.0/32"), (40, "10.0.1.2/32")]


def test_options_of_a_group_without_neighbours_are_understood() -> None:
    found = device("set protocols bgp group E multihop ttl 5\nset protocols bgp group E cluster 1.1.1.1\n")
    assert [note.text for note in found.coverage.notes if note.state in (3, 5)] == []


def test_costs_from_bandwidth_know_bundles() -> None:
    found = device(
        "set interfaces xe-0/0/0 gigether-options 802.3ad ae0\nset interfaces xe-0/0/1 gigether-options 802.3ad ae0\n"
        "set interfaces ae0 unit 0 family iso\nset interfaces ge-0/0/0 unit 0 family iso\n"
        "set protocols isis reference-bandwidth 100g\nset protocols isis interface ae0.0\n"
        "set protocols isis level 2 wide-metrics-only\n"
            "set protocols isis interface ge-0/0/0.0 level 1 metric 3\n"
    )
    assert [(each.interface, each.metric) for each in found.isis[0].interfaces] == [
        ("ae0.0", (5, 5)),
        ("ge-0/0/0.0", (3, 100)),
    ]
    assert next(each for each in found.interfaces if each.name == "ae0.0").bandwidth == 20_000_000


def test_masks_with_holes_may_match_or_not() -> None:
    found = device("set firewall family inet filter F term T from source-address 10.0.0.1/255.0.0.255\n")
    (line,) = found.acls[4, "F"].lines
    assert (line.opaque, line.sources) == ("a mask with holes", (wildcard(parse_prefix("0.0.0.0/0")),))


def test_metrics_of_a_level_that_is_not_wide_alone_stop_at_63() -> None:
    """Junos, wide-metrics-only."""
    lines = """\
set interfaces ge-0/0/0 unit 0 family iso
set protocols isis level 2 wide-metrics-only
set protocols isis interface ge-0/0/0.0 level 1 metric 100
set protocols isis interface ge-0/0/0.0 level 2 metric 100
"""
    (process,) = device(lines).isis
    assert [each.metric for each in process.interfaces] == [(63, 100)]


@pytest.mark.parametrize(
    ("first", "second", "same"), [("$9$a", "$9$a", True), ("$9$a", None, False), (None, None, True)]
)
def test_keys_of_levels_count_where_they_are_the_same(first: str | None, second: str | None, same: bool) -> None:
    lines = "set interfaces ge-0/0/0 unit 0 family iso\nset protocols isis interface ge-0/0/0.0\n"
    for level, key in ((1, first), (2, second)):
        if key:
            lines += f"set protocols isis interface ge-0/0/0.0 level {level} hello-authentication-key \"{key}\"\n"
    found = device(lines)
    assert bool(found.isis[0].interfaces[0].authentication) == (same and first is not None)
    assert any(note.state is LineState.NOT_IMPLEMENTED for note in found.coverage.notes) != same


def test_an_overloaded_router_of_ospf_and_one_that_is_so_after_a_restart() -> None:
    lines = "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24\nset protocols ospf area 0 interface all\n"
    assert device(lines + "set protocols ospf overload\n").ospf[0].max_metric
    assert not device(lines + "set protocols ospf overload timeout 600\n").ospf[0].max_metric
