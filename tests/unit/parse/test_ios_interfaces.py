"""Interfaces of IOS and EOS: addresses, VRFs, switching, filters; each as the device would end up with it."""

from __future__ import annotations

from guard.model.coverage import LineState
from guard.model.device import Device, Interface, Vendor
from guard.parse.cisco.interface_name import canonical, kind_of
from guard.parse.cisco.reader import read


def parse(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def interface(device: Device, name: str) -> Interface:
    return next(each for each in device.interfaces if each.name == name)


def addresses(device: Device, name: str) -> list[str]:
    return [f"{each.address}/{each.length}" for each in interface(device, name).addresses]


def states(device: Device) -> list[str]:
    return [LineState(state).name for state in device.coverage.states]


def note(device: Device, line: int) -> tuple[str, str]:
    found = next(each for each in device.coverage.notes if each.line == line)
    return found.state.name, found.reason


def test_names_are_expanded_as_the_device_prints_them() -> None:
    ios = {"Gi0/0": "GigabitEthernet0/0", "te1/1/1": "TenGigabitEthernet1/1/1", "Lo0": "Loopback0", "vl10": "Vlan10",
           "po1": "Port-channel1", "Fa0/1.5": "FastEthernet0/1.5", "Hu1/0/1": "HundredGigE1/0/1"}  # fmt: skip
    assert {short: canonical(Vendor.IOS, short) for short in ios} == ios
    eos = {"Et1": "Ethernet1", "Po1": "Port-Channel1", "Ma1": "Management1", "ethernet3/1": "Ethernet3/1"}
    assert {short: canonical(Vendor.EOS, short) for short in eos} == eos
    assert canonical(Vendor.FRR, "Eth0") == "Eth0"


def test_kinds() -> None:
    assert kind_of(Vendor.IOS, "GigabitEthernet0/0.10") == "subinterface"
    assert kind_of(Vendor.IOS, "Loopback1") == "loopback"
    assert [kind_of(Vendor.FRR, name) for name in ("lo", "lo53", "eth0", "swp1.10", "mgmt0", "vlan10")] == [
        "loopback", "loopback", "physical", "subinterface", "management", "vlan",
    ]  # fmt: skip


def test_the_primary_address_comes_first_wherever_it_stands() -> None:
    device = parse(
        "interface Gi0/0\n ip address 10.0.1.1 255.255.255.0 secondary\n ip address 10.0.0.1 255.255.255.0\n"
        " ipv6 address 2001:db8::1/64\n ipv6 address fe80::1 link-local\n"
    )
    assert addresses(device, "GigabitEthernet0/0") == ["10.0.0.1/24", "10.0.1.1/24", "2001:db8::1/64", "fe80::1/64"]
    assert [each.secondary for each in interface(device, "GigabitEthernet0/0").addresses] == [False, True, False, False]
    assert interface(device, "GigabitEthernet0/0").source == ("configs/r1.cfg", 1, 5)


def test_joining_a_vrf_drops_the_addresses_above_it() -> None:
    text = "vrf definition RED\ninterface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n vrf forwarding RED\n"
    assert addresses(parse(text), "GigabitEthernet0/0") == []
    below = parse(text + " ip address 10.0.0.2 255.255.255.0\n")
    assert addresses(below, "GigabitEthernet0/0") == ["10.0.0.2/24"]
    assert interface(below, "GigabitEthernet0/0").vrf == "RED"


def test_a_mask_that_is_none_is_refused_with_its_line() -> None:
    device = parse("interface Gi0/0\n ip address 10.0.0.1 255.0.255.0\n ip address 10.0.0.2/40\n")
    assert addresses(device, "GigabitEthernet0/0") == []
    assert states(device)[1:3] == ["UNRECOGNISED", "UNRECOGNISED"]
    assert [line for line, _ in device.warnings] == [2, 3]


def test_words_behind_an_address_that_no_device_takes() -> None:
    device = parse("interface Gi0/0\n ip address 10.0.0.1 255.255.255.0 and more\n")
    assert addresses(device, "GigabitEthernet0/0") == []
    assert states(device)[1] == "UNRECOGNISED"


def test_eos_ports_switch_until_told_otherwise() -> None:
    text = "interface Ethernet1\n   ip address 10.0.0.1/31\n"
    switching = interface(parse(text, Vendor.EOS), "Ethernet1")
    assert (switching.switchport, switching.addresses, switching.access_vlan) == (True, (), 1)
    routed = parse(text + "   no switchport\n", Vendor.EOS)
    assert interface(routed, "Ethernet1").switchport is False
    assert addresses(routed, "Ethernet1") == ["10.0.0.1/31"]
    by_default = parse("switchport default mode routed\n" + text, Vendor.EOS)
    assert addresses(by_default, "Ethernet1") == ["10.0.0.1/31"]


def test_trunks_and_access_ports() -> None:
    device = parse(
        "interface Gi1/0/1\n switchport mode trunk\n switchport trunk allowed vlan 10,20-30\n"
        " switchport trunk allowed vlan remove 25\n"
        "interface Gi1/0/2\n switchport access vlan 20\n switchport mode access\n"
    )
    assert interface(device, "GigabitEthernet1/0/1").trunk_vlans == ((10, 10), (20, 24), (26, 30))
    second = interface(device, "GigabitEthernet1/0/2")
    assert (second.switchport, second.access_vlan, second.trunk_vlans) == (True, 20, None)


def test_members_of_a_port_channel() -> None:
    device = parse(
        "interface Port-Channel5\n   no switchport\n   ip address 10.0.0.1/31\n"
        "interface Ethernet1\n   channel-group 5 mode active\ninterface Ethernet2\n   channel-group 5 mode active\n",
        Vendor.EOS,
    )
    assert interface(device, "Port-Channel5").members == ("Ethernet1", "Ethernet2")


def test_an_svi_whose_vlan_is_not_there_stays_down() -> None:
    text = "vlan 10\n   name USERS\ninterface Vlan10\n   mtu 9000\ninterface Vlan20\n   mtu 9000\n"
    device = parse(text, Vendor.EOS)
    assert [(each.name, each.vlan, each.shutdown) for each in device.interfaces] == [
        ("Vlan10", 10, False),
        ("Vlan20", 20, True),
    ]
    elsewhere = parse(text.replace("vlan 10\n   name USERS\n", ""), Vendor.EOS)
    assert [each.shutdown for each in elsewhere.interfaces] == [False, False]


def test_filters_of_both_families_and_undefined_ones() -> None:
    device = parse(
        "interface Gi0/0\n ip access-group IN in\n ip access-group OUT out\n ipv6 traffic-filter SIX in\n"
        "ip access-list extended IN\n permit ip any any\n"
    )
    found = interface(device, "GigabitEthernet0/0")
    assert (found.acl_in, found.acl_out, found.acl6_in, found.acl6_out) == ("IN", "OUT", "SIX", "")
    assert [(each.kind, each.name, each.version, each.source.first) for each in device.undefined] == [
        ("acl", "OUT", 4, 3),
        ("acl", "SIX", 6, 4),
    ]


def test_virtual_addresses() -> None:
    device = parse(
        "interface Gi0/0\n ip address 10.0.0.2 255.255.255.0\n standby 1 ip 10.0.0.1\n standby 1 priority 110\n"
        " standby 1 track 5 decrement 20\n vrrp 2 ip 10.0.0.3\n standby 1 timers 1 3\n"
    )
    assert [str(each) for each in interface(device, "GigabitEthernet0/0").virtual_addresses] == ["10.0.0.1", "10.0.0.3"]
    assert states(device)[3:7] == ["PARTIAL", "NOT_IMPLEMENTED", "IMPLEMENTED", "IGNORED"]
    varp = parse(
        "interface Vlan10\n   ip address virtual 10.0.0.1/24\n   ip virtual-router address 10.0.0.9\n", Vendor.EOS
    )
    assert [str(each) for each in interface(varp, "Vlan10").virtual_addresses] == ["10.0.0.1", "10.0.0.9"]
    assert addresses(varp, "Vlan10") == ["10.0.0.1/24"]


def test_subinterfaces_tunnels_and_lenders() -> None:
    device = parse(
        "interface Gi0/0.20\n encapsulation dot1Q 20\n ip address 10.0.0.1 255.255.255.0\n"
        "interface Tunnel1\n ip unnumbered Loopback0\n tunnel source Gi0/0\n tunnel destination 192.0.2.1\n"
        "interface Loopback0\n ip address 10.9.9.9 255.255.255.255\n"
    )
    sub, tunnel = interface(device, "GigabitEthernet0/0.20"), interface(device, "Tunnel1")
    assert (sub.kind, sub.parent, sub.vlan) == ("subinterface", "GigabitEthernet0/0", 20)
    assert (tunnel.unnumbered, tunnel.tunnel_source, str(tunnel.tunnel_destination)) == (
        "Loopback0", "GigabitEthernet0/0", "192.0.2.1",
    )  # fmt: skip


def test_what_moves_or_drops_traffic_is_never_ignored() -> None:
    commands = [
        "ip policy route-map PBR", "ip nat inside", "crypto map VPN", "ip verify unicast source reachable-via rx",
        "zone-member security INSIDE", "pppoe", "storm-control broadcast level 1.00", "service-policy input POLICE",
        "xconnect 192.0.2.1 1 encapsulation mpls", "dampening", "ip inspect FW in", "switchport port-security",
        "mac access-group FRAMES in", "ip wccp web-cache redirect in", "dot1x pae authenticator",
    ]  # fmt: skip
    device = parse("interface Gi0/0\n" + "".join(f" {command}\n" for command in commands))
    assert dict(zip(commands, states(device)[1:], strict=False)) == dict.fromkeys(commands, "NOT_IMPLEMENTED")
    assert interface(device, "GigabitEthernet0/0").policy_route == "PBR"


def test_turning_off_what_is_not_modelled_is_harmless() -> None:
    device = parse("interface Gi0/0\n no ip nat inside\n no mpls mtu\n no ip proxy-arp\n no ip frobnicate\n")
    assert states(device)[1:5] == ["IGNORED", "IGNORED", "IGNORED", "UNRECOGNISED"]


def test_numbers() -> None:
    device = parse(
        "interface Gi0/0\n bandwidth 5000\n mtu 9216\n ip mtu 1500\n speed 100\n shutdown\n description a b\n"
    )
    found = interface(device, "GigabitEthernet0/0")
    assert (found.mtu, found.mtu4, found.mtu6) == (9216, 1500, None)
    assert (found.bandwidth, found.speed, found.shutdown, found.description) == (
        5000,
        100,
        True,
        "a b",
    )
    forced = parse("interface Ethernet1\n   speed forced 10gfull\ninterface Ethernet2\n   speed 100g-4\n", Vendor.EOS)
    assert [each.speed for each in forced.interfaces] == [10_000, 100_000]
    assert interface(parse("interface eth0\n bandwidth 10\n", Vendor.FRR), "eth0").bandwidth == 10_000


def test_a_header_that_no_interface_has_takes_its_lines_with_it() -> None:
    device = parse("interface hello world\n ip address 10.0.0.1 255.255.255.0\nhostname r1\n")
    assert device.interfaces == ()
    assert states(device)[:3] == ["UNRECOGNISED", "UNRECOGNISED", "IMPLEMENTED"]


def test_dhcp_and_eui_64_are_said_to_be_unknown() -> None:
    device = parse("interface Gi0/0\n ip address dhcp\n ipv6 address 2001:db8::/64 eui-64\n")
    assert addresses(device, "GigabitEthernet0/0") == []
    assert note(device, 2) == ("PARTIAL", "the address is learned at run time, so it is not known here")
    assert note(device, 3)[0] == "PARTIAL"


def test_who_forwards_which_family() -> None:
    assert [parse(text).ipv6_forwarding for text in ("", "ipv6 unicast-routing\n", "no ipv6 unicast-routing\n")] == [
        False, True, False,
    ]  # fmt: skip
    assert [parse(text, Vendor.FRR).ipv6_forwarding for text in ("", "no ipv6 forwarding\n")] == [True, False]
    eos = parse("vrf instance A\nvrf instance B\nip routing\nno ip routing vrf A\n", Vendor.EOS)
    assert (eos.ip_forwarding, {vrf.name: vrf.ip_routing for vrf in eos.vrfs}) == (True, {"A": False, "B": True})


def test_vrrp_version_3_and_what_no_takes_back() -> None:
    device = parse(
        "interface Gi0/0\n ip address 10.0.0.2 255.255.255.0\n vrrp 1 address-family ipv4\n  address 10.0.0.9 primary\n"
        "  priority 110\n ip access-group X in\n no ip access-group X in\n mtu 9000\n no mtu\n"
    )
    found = interface(device, "GigabitEthernet0/0")
    assert [str(each) for each in found.virtual_addresses] == ["10.0.0.9"]
    assert (found.acl_in, found.mtu) == ("", None)
    assert states(device)[2:5] == ["IMPLEMENTED", "IMPLEMENTED", "PARTIAL"]
