"""The five states of lines that carry no routes: harmless commands, and ones that only look so."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.parse.cisco.reader import read
from guard.parse.cisco.table import Ignored, NotModelled, Table, keys


def states(text: str, vendor: Vendor = Vendor.IOS) -> list[str]:
    return [LineState(state).name for state in read(text, "configs/r1.cfg", vendor).coverage.states]


def cases(table: dict[Vendor, str]) -> list[tuple[Vendor, str]]:
    return [(vendor, line.strip()) for vendor, text in table.items() for line in text.split("|")]


HARMLESS = {
    Vendor.IOS: """version 15.2|service timestamps log datetime msec|service password-encryption
        |logging host 192.0.2.1|snmp-server community public RO|ntp server 192.0.2.1|aaa new-model
        |username a privilege 15 secret 5 x|ip cef|enable secret 5 x|ip ssh version 2
        |ip domain name example.net|no ip http server|spanning-tree mode rapid-pvst|lldp run|cdp run
        |vtp mode transparent|ip name-server 192.0.2.1|tacacs-server host 192.0.2.1|clock timezone UTC 0
        |no ip domain lookup|license udi pid X sn Y|boot-start-marker|ip forward-protocol nd
        |no ip source-route|end|alias exec sr show run|ip tftp source-interface Gi0|archive|no service pad
        |ip multicast-routing""",
    Vendor.EOS: """transceiver qsfp default-mode 4x10G|daemon TerminAttr|management api http-commands
        |ntp server 192.0.2.1|spanning-tree mode mstp|no aaa root
        |vlan internal order ascending range 1006 1199|aaa authorization exec default local
        |username a privilege 15 role network-admin secret sha512 x|ip name-server vrf MGMT 192.0.2.1
        |queue-monitor length|ip virtual-router mac-address 00:1c:73:00:00:99|logging buffered 1000
        |snmp-server contact x|dns domain x""",
    Vendor.FRR: """log syslog informational|service integrated-vtysh-config|line vty|debug bgp updates|agentx
        |password zebra|username cumulus nopassword""",
}


@pytest.mark.parametrize(
    ("vendor", "line"), [(v, line.strip()) for v, text in HARMLESS.items() for line in text.split("|")]
)
def test_harmless_commands(vendor: Vendor, line: str) -> None:
    assert states(line, vendor) == ["IGNORED"]


OPAQUE = {
    Vendor.IOS: """ip nat inside source list 1 interface Gi0/0 overload|crypto map VPN 10 ipsec-isakmp|ip sla 1
        |track 1 ip sla 1|zone security INSIDE|zone-pair security A source B destination C
        |ip inspect name FW tcp|mpls label protocol ldp|ip local policy route-map X
        |ipv6 router rip X|ip wccp web-cache|event manager applet X|segment-routing|l2vpn vfi context X
        |policy-map type inspect X|ip default-network 10.0.0.0|ip arp inspection vlan 10
        |ip dhcp snooping|key chain K|vlan filter X vlan-list 10|no ip classless|bridge-domain 5
        |time-range WORK
        |monitor session 1 destination interface Gi1/0/5|mac address-table static 0000.0000.0001 vlan 1 drop""",
    Vendor.EOS: """mlag configuration|ip address virtual source-nat vrf A address 10.0.0.1|traffic-policies
        |event-handler X|hardware tcam|ip hardware fib optimize prefix-length 32
        |service routing protocols model ribd|monitor link""",
    Vendor.FRR: """ip import-table 10|ip nht resolve-via-default|pbr-map X seq 5|nexthop-group X|router ripng
        |mpls ldp|segment-routing|router eigrp 1|ip import-table 20""",
}


@pytest.mark.parametrize(
    ("vendor", "line"), [(v, line.strip()) for v, text in OPAQUE.items() for line in text.split("|")]
)
def test_what_acts_on_traffic_is_never_ignored(vendor: Vendor, line: str) -> None:
    assert states(line, vendor)[0] in {"NOT_IMPLEMENTED", "PARTIAL"}


def test_what_nobody_knows_is_unrecognised_with_its_block() -> None:
    assert states("frobnicate widgets\n really yes\n  very\nhostname r1") == [
        "UNRECOGNISED", "UNRECOGNISED", "UNRECOGNISED", "IMPLEMENTED",
    ]  # fmt: skip


def test_blocks_of_harmless_commands_are_harmless() -> None:
    text = "line vty 0 4\n access-class VTY in\n login local\n transport input none\n"
    text += "banner motd ^C\n shutdown everything\n^C\n!\n"
    assert states(text) == [
        "IGNORED", "IMPLEMENTED", "IGNORED", "PARTIAL", "IGNORED", "IGNORED", "IGNORED", "BLANK", "BLANK",
    ]  # fmt: skip


def test_the_longest_key_finds_its_handler() -> None:
    log: list[str] = []
    table: Table[None] = Table(
        {
            "ip": lambda line, context, _: log.append("ip"),
            "ip dhcp snooping": lambda line, context, _: log.append("snoop"),
        },
        keys(Ignored("x"), "ntp | no spanning-tree vlan"),
        {"mpls": NotModelled("y")},
    )
    for text in ("ip dhcp pool A", "IP DHCP SNOOPING vlan 5", "ip"):
        handler = table.find(tuple(text.split()))
        assert handler is not None
        handler(None, None, None)  # type: ignore[arg-type]
    assert log == ["ip", "snoop", "ip"]
    assert table.find(("no", "ntp", "server")) == Ignored("x")
    assert table.find(("no", "mpls")) == Ignored("turns off what is off in the model")
    assert table.find(("no", "ip", "route")) is None
    assert table.find(("dhcp",)) is None


def test_routes_of_a_protocol_that_is_not_computed() -> None:
    text = "router ospf 1\n redistribute rip\n redistribute isis\nrouter bgp 1\n redistribute rip\n"
    assert states(text, Vendor.EOS)[:5] == ["IMPLEMENTED", "PARTIAL", "IMPLEMENTED", "IMPLEMENTED", "PARTIAL"]
    text = "router ospf 1\n redistribute rip subnets\n redistribute eigrp 1 subnets\nrouter bgp 1\n redistribute rip\n"
    assert states(text)[:5] == ["IMPLEMENTED"] * 5


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("default snmp-server enable traps", "IGNORED"),
        ("default mlag configuration", "IGNORED"),
        ("default ip routing", "PARTIAL"),
        ("default nonsense", "UNRECOGNISED"),
    ],
)
def test_what_a_whole_configuration_says_is_at_its_default(line: str, state: str) -> None:
    """EOS `show running-config all`: nothing where nothing is modelled, and a word where something is."""
    assert states(line, Vendor.EOS)[0] == state


def test_counters_of_an_access_list_may_be_off() -> None:
    text = "ip access-list A\n   no statistics per-entry\n   fragment-rules\n   no permit\n"
    assert states(text, Vendor.EOS)[1:4] == ["IGNORED", "IGNORED", "UNRECOGNISED"]
