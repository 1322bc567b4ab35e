"""Lines of Junos that are plainly valid: none of them is unknown, whatever is made of it."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.parse.device import parse_device

VALID = """\
interfaces ge-0/0/0 family ethernet-switching recovery-timeout 180
interfaces ge-0/0/0 unit 0 family ethernet-switching filter input F
interfaces ge-0/0/0 unit 0 bandwidth 10c
interfaces ge-0/0/0 unit 0 family inet6 dhcpv6-client client-type stateful
firewall family inet filter F term A then decapsulate gre
routing-options aggregate defaults passive
routing-options generate defaults active
protocols ospf enable
protocols isis interface ge-0/0/0.0 level 2 ipv6-multicast-metric 1
protocols bgp group G neighbor 192.0.2.1 family route-target
protocols bgp group G family inet unicast extended-nexthop-tunnel
protocols bgp advertise-from-main-vpn-tables
policy-options rtf-prefix-list R 64500:200:101/96
policy-options policy-statement P then as-path-prepend "65001 1.1"
vlans V vlan-id 10
vlans V forwarding-options dhcp-security
"""


@pytest.mark.parametrize("line", VALID.splitlines())
def test_valid_lines_are_known(line: str) -> None:
    device = parse_device(f"set system host-name r1\nset {line}\n", "configs/r1.cfg")
    assert not [note for note in device.coverage.notes if note.state is LineState.UNRECOGNISED]


def test_what_was_entered_last_of_a_filter_and_a_list_of_filters_stays() -> None:
    port = "set interfaces ge-0/0/0 unit 0 family inet filter "
    filters = "".join(f"set firewall family inet filter {name} term A then accept\n" for name in "AB")
    both = (f"{port}input-list A\n", f"{port}input B\n")
    for lines, left in ((both, "B"), (both[::-1], "A")):
        device = parse_device("set system host-name r1\n" + filters + "".join(lines), "configs/r1.cfg")
        assert {each.acl_in for each in device.interfaces if each.name == "ge-0/0/0.0"} == {left}


def test_enable_undoes_disable() -> None:
    lines = """\
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24
set protocols ospf area 0 interface ge-0/0/0.0
set protocols ospf disable
set protocols ospf enable
"""
    (process,) = parse_device(lines, "configs/r1.cfg").ospf
    assert [each.interface for each in process.interfaces] == ["ge-0/0/0.0"]


def test_a_gateway_of_zero_drops() -> None:
    lines = "set system host-name r1\nset routing-options static route 10.0.0.0/8 next-hop 0.0.0.0\n"
    (route,) = parse_device(lines, "configs/r1.cfg").static_routes
    assert (route.discard, route.next_hop) == (True, None)


def test_words_after_a_default_metric_stand_beside_it() -> None:
    lines = "set system host-name r1\nset protocols ospf area 1 stub default-metric 10 no-summaries\n"
    (process,) = parse_device(lines, "configs/r1.cfg").ospf
    assert [(each.default_cost, each.no_summary) for each in process.areas] == [(10, True)]
