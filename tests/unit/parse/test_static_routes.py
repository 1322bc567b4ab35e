"""Static routes in the syntaxes of all three vendors."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.model.device import Device, StaticRoute, Vendor
from guard.parse.cisco.reader import read


def parse(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def describe(route: StaticRoute) -> str:
    via = "null" if route.discard else " ".join(part for part in (route.interface, str(route.next_hop or "")) if part)
    extra = [f"in {route.vrf}"] if route.vrf != "default" else []
    extra += [f"to {route.next_vrf}"] if route.next_vrf else []
    extra += [f"tag {route.tag}"] if route.tag else []
    return " ".join([str(route.prefix), "via", via, f"[{route.distance}]", *extra])


@pytest.mark.parametrize(
    ("vendor", "line", "expected"),
    [
        (Vendor.IOS, "ip route 10.0.0.0 255.0.0.0 192.0.2.1", "10.0.0.0/8 via 192.0.2.1 [1]"),
        (Vendor.IOS, "ip route 10.0.0.0 255.0.0.0 Null0 254 tag 5 name AGG", "10.0.0.0/8 via null [254] tag 5"),
        (
            Vendor.IOS,
            "ip route 10.0.0.0 255.0.0.0 Gi0/1 192.0.2.1 20",
            "10.0.0.0/8 via GigabitEthernet0/1 192.0.2.1 [20]",
        ),
        (
            Vendor.IOS,
            "ip route vrf RED 0.0.0.0 0.0.0.0 192.0.2.1 global",
            "0.0.0.0/0 via 192.0.2.1 [1] in RED to default",
        ),
        (Vendor.IOS, "ipv6 route 2001:db8::/32 Gi0/1 fe80::1 5", "2001:db8::/32 via GigabitEthernet0/1 fe80::1 [5]"),
        (Vendor.IOS, "ip route 10.1.2.3 255.255.0.0 GigabitEthernet 0/1", "10.1.0.0/16 via GigabitEthernet0/1 [1]"),
        (Vendor.EOS, "ip route 10.0.0.0/8 192.0.2.1 tag 7 name X", "10.0.0.0/8 via 192.0.2.1 [1] tag 7"),
        (
            Vendor.EOS,
            "ip route vrf MGMT 0.0.0.0/0 Et1 192.0.2.1 200",
            "0.0.0.0/0 via Ethernet1 192.0.2.1 [200] in MGMT",
        ),
        (Vendor.EOS, "ip route 10.0.0.0/8 null0", "10.0.0.0/8 via null [1]"),
        (Vendor.EOS, "ip route vrf A 10.0.0.0/8 egress-vrf B 192.0.2.1", "10.0.0.0/8 via 192.0.2.1 [1] in A to B"),
        (Vendor.FRR, "ip route 10.0.0.0/8 blackhole 250", "10.0.0.0/8 via null [250]"),
        (Vendor.FRR, "ip route 10.0.0.0/8 reject", "10.0.0.0/8 via null [1]"),
        (Vendor.FRR, "ip route 10.0.0.0/8 192.0.2.1 eth0 30", "10.0.0.0/8 via eth0 192.0.2.1 [30]"),
        (Vendor.FRR, "ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf B vrf A", "10.0.0.0/8 via 192.0.2.1 [1] in A to B"),
        (Vendor.FRR, "ip route 10.0.0.0 255.0.0.0 192.0.2.1 tag 9", "10.0.0.0/8 via 192.0.2.1 [1] tag 9"),
        (Vendor.FRR, "ipv6 route 2001:db8::/32 fe80::1 eth0", "2001:db8::/32 via eth0 fe80::1 [1]"),
    ],
)
def test_forms(vendor: Vendor, line: str, expected: str) -> None:
    device = parse(line + "\n", vendor)
    assert [describe(route) for route in device.static_routes] == [expected]
    assert device.coverage.states[0] == LineState.IMPLEMENTED


@pytest.mark.parametrize(
    ("vendor", "line", "state", "routes"),
    [
        (Vendor.IOS, "ip route 10.0.0.0 255.0.0.0 192.0.2.1 track 5", LineState.PARTIAL, 1),
        (Vendor.IOS, "ip route 0.0.0.0 0.0.0.0 dhcp", LineState.NOT_IMPLEMENTED, 0),
        (Vendor.EOS, "ip route 10.0.0.0/8 Nexthop-Group NHG1", LineState.NOT_IMPLEMENTED, 0),
        (Vendor.FRR, "ip route 10.0.0.0/8 192.0.2.1 table 20", LineState.NOT_IMPLEMENTED, 0),
        (Vendor.FRR, "ip route 10.0.0.0/8 192.0.2.1 onlink", LineState.PARTIAL, 1),
        (Vendor.IOS, "ip route 10.0.0.0 255.0.0.0", LineState.UNRECOGNISED, 0),
        (Vendor.IOS, "ip route 10.0.0.0 255.0.1.0 192.0.2.1", LineState.UNRECOGNISED, 0),
        (Vendor.IOS, "ip route 10.0.0.0/8 300.0.2.1", LineState.UNRECOGNISED, 0),
        (Vendor.IOS, "ipv6 route 10.0.0.0/8 192.0.2.1", LineState.UNRECOGNISED, 0),
    ],
)
def test_what_is_not_modelled_says_so(vendor: Vendor, line: str, state: LineState, routes: int) -> None:
    device = parse(line + "\n", vendor)
    assert (device.coverage.states[0], len(device.static_routes)) == (state, routes)


def test_routes_in_the_block_of_a_vrf() -> None:
    device = parse("vrf RED\n ip route 10.0.0.0/8 192.0.2.1\n exit-vrf\nip route 10.0.0.0/8 192.0.2.2\n", Vendor.FRR)
    assert [describe(route) for route in device.static_routes] == [
        "10.0.0.0/8 via 192.0.2.1 [1] in RED",
        "10.0.0.0/8 via 192.0.2.2 [1]",
    ]


def test_the_default_gateway_counts_only_where_nothing_is_routed() -> None:
    text = "ip default-gateway 192.0.2.1\n"
    assert parse(text).static_routes == ()
    host = parse("no ip routing\n" + text)
    assert (host.ip_forwarding, [describe(route) for route in host.static_routes]) == (
        False,
        ["0.0.0.0/0 via 192.0.2.1 [1]"],
    )


def test_a_link_local_gateway_names_its_interface() -> None:
    device = parse("ipv6 route ::/0 fe80::1%Ethernet1\n", Vendor.EOS)
    assert [describe(route) for route in device.static_routes] == ["::/0 via Ethernet1 fe80::1 [1]"]
