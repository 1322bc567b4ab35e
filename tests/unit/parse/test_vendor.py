"""Whose configuration a text is."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.parse.device import parse_device
from guard.parse.vendor import detect


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("!RANCID-CONTENT-TYPE: cisco\nhostname r1\nfoo\n", Vendor.IOS),
        ("!RANCID-CONTENT-TYPE: arista\n!\nversion 15.2\nservice timestamps log datetime\n", Vendor.EOS),
        ("!RANCID-CONTENT-TYPE: cisco-nx\nhostname r1\n", Vendor.NXOS),
        ("# RANCID-CONTENT-TYPE: juniper\nhostname r1\n", Vendor.JUNOS),
        ("!RANCID-CONTENT-TYPE: force10\nhostname r1\n", Vendor.UNKNOWN),
        ("!BATFISH_FORMAT: arista\nhostname r1\n", Vendor.EOS),
        ("version 15.2\nservice timestamps debug datetime msec\nhostname r1\n", Vendor.IOS),
        ("router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n", Vendor.IOS),
        ("hostname r1\ninterface Ethernet0/0\n ip address 10.0.0.1 255.255.255.0\n", Vendor.IOS),
        ("#TMSH-VERSION: 13.1.1\nrouter bgp 1\n", Vendor.UNKNOWN),
        ("sys global-settings {\n    hostname a\n}\n!\nhostname a\nrouter bgp 1\n", Vendor.UNKNOWN),
        ("config {\n  shared {\n  }\n}\nsystem {\n  a b;\n}\n", Vendor.UNKNOWN),
        ("set hostname gw1\nset snmp agent off\n", Vendor.UNKNOWN),
        ("!64-bit Advanced Core OS (ACOS) version 5.2.0, build 155\n!\nhostname lb\n", Vendor.UNKNOWN),
        ("hostname fw\ninterface Ethernet0/0\n nameif outside\n ip address 10.0.0.1 255.0.0.0\n", Vendor.UNKNOWN),
        ("deviceconfig {\n  system {\n    hostname fw;\n  }\n}\n", Vendor.UNKNOWN),
        ("hostname r1\ninterface ethernet0/0\n ip ospf shutdown\n", Vendor.IOS),
        ("hostname r1\nvrf a\n address-family ipv4 unicast\n  import route-target\n   1:1\n", Vendor.IOSXR),
        ("! device: leaf1 (DCS-7050, EOS-4.28.1F)\nhostname leaf1\n", Vendor.EOS),
        ("hostname leaf1\nvrf instance RED\ninterface Ethernet1\n   ip address 10.0.0.1/31\n", Vendor.EOS),
        ("hostname r1\ninterface Ethernet1\n   no switchport\n   ip address 10.0.0.1/31\n", Vendor.EOS),
        ("frr version 8.4.4\nfrr defaults traditional\nhostname r1\n", Vendor.FRR),
        ("hostname r1\nlog file frr.log\ninterface r1-eth0\n ip address 10.0.0.1/24\n", Vendor.FRR),
        ("hostname r1\ninterface eth0\n ip address 10.0.0.1/24\nrouter bgp 65000\n", Vendor.FRR),
        ("router bgp 65001\n no bgp ebgp-requires-policy\n neighbor 10.0.0.2 remote-as 65002\n", Vendor.FRR),
        ("int r1-eth0\n ip address 10.0.0.1/24\n", Vendor.FRR),
        ("sw1\n# This file describes the network interfaces\nauto lo\niface lo inet loopback\n", Vendor.FRR),
        ("hostname r1\nfeature bgp\ninterface Ethernet1/1\n", Vendor.NXOS),
        ("!Command: show running-config\n!Time: now\nversion 9.2(3) Bios:version\nhostname r1\n", Vendor.NXOS),
        ("!! IOS XR Configuration 7.1.1\nhostname r1\n", Vendor.IOSXR),
        ("hostname r1\nroute-policy PASS\n  pass\nend-policy\n", Vendor.IOSXR),
        ("hostname r1\ninterface Bundle-Ether1\n mtu 9000\n", Vendor.IOSXR),
        ("hostname r1\ninterface Loopback0\n ipv4 address 10.0.0.1/32\n", Vendor.IOSXR),
        ("set version 20.1R1\nset system host-name r1\n", Vendor.JUNOS),
        ("system {\n    host-name r1;\n}\n", Vendor.JUNOS),
        ("{master:0}\nsystem {\n    host-name r1;\n}\n", Vendor.JUNOS),
        ("net add hostname r1\nnet commit\n", Vendor.UNKNOWN),
        ("# TiMOS-B-26.3.R1 both/x86_64 Nokia\nconfigure {\n", Vendor.UNKNOWN),
        ("ASA Version 9.9\nhostname fw1\ninterface GigabitEthernet0/1\n", Vendor.UNKNOWN),
        ('{"hostname": "h1", "hostInterfaces": {}}', Vendor.HOST),
        ('{"DEVICE_METADATA": {"localhost": {}}}', Vendor.UNKNOWN),
        ("*filter\n:INPUT ACCEPT [0:0]\n", Vendor.UNKNOWN),
        ("Dear all,\n\nplease find attached\n", Vendor.UNKNOWN),
        ("", Vendor.UNKNOWN),
    ],
)
def test_detection(text: str, vendor: Vendor) -> None:
    assert detect(text) is vendor


def test_a_vendor_without_a_grammar_leaves_every_line_unrecognised() -> None:
    device = parse_device("net add hostname r1\n\nnet add routing route 10.0.0.0/8 reject\n", "configs/r1.conf")
    assert (device.name, device.vendor, device.static_routes) == ("r1", Vendor.UNKNOWN, ())
    assert [LineState(state).name for state in device.coverage.states] == [
        "UNRECOGNISED",
        "BLANK",
        "UNRECOGNISED",
        "BLANK",
    ]
    assert device.warnings == ((1, "no grammar for this vendor: unknown"),)


def test_a_device_is_named_by_its_hostname_else_by_its_file() -> None:
    assert parse_device("version 15.2\nhostname Core-1\n", "configs/a.cfg").name == "Core-1"
    assert parse_device("version 15.2\nip cef\n", "configs/a.b.cfg").name == "a.b"


def test_the_name_of_a_device_that_nobody_reads() -> None:
    files = {
        "set system host-name edge-1\n": "edge-1",
        "system {\n    host-name edge-2;\n}\n": "edge-2",
        "net add hostname Leaf1\n": "Leaf1",
        "hostname xr1\nroute-policy P\nend-policy\n": "xr1",
        "feature bgp\n": "x",
    }
    assert {text: parse_device(text, "configs/x.cfg").name for text in files} == files
