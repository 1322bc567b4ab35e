"""Lines that name a prefix, an area or an interface in another form than the device shows meet what stands there."""

from __future__ import annotations

import pytest
from merge_case import changes

EOS = """\
hostname r1
!
interface Ethernet1
   no switchport
   ip address 192.0.2.1/24
!
ip route 10.0.0.0/24 Null0
ip route 10.0.1.0/24 Ethernet1 192.0.2.2
!
router bgp 65001
   neighbor 198.51.100.1 remote-as 65002
   neighbor 198.51.100.1 update-source Loopback0
   aggregate-address 10.0.0.0/8
   network 10.0.0.0/24
!
router ospf 1
   area 0.0.0.1 stub
   area 0.0.0.1 range 10.0.0.0/8
   network 10.0.0.0/8 area 0.0.0.0
   passive-interface default
   no passive-interface Ethernet1
"""
FRR = """\
hostname r1
ip route 10.0.0.0/24 Null0
router bgp 65001
 address-family ipv4 unicast
  network 10.0.0.0/24
  aggregate-address 10.0.0.0/8
 exit-address-family
exit
router ospf
 network 10.0.0.0/8 area 0.0.0.0
exit
"""
NXOS = """\
hostname r1
interface Ethernet1/1
  ip address 192.0.2.1/24
ip route 10.0.0.0/24 Null0
router ospf 1
  area 0.0.0.1 range 10.0.0.0/8
router bgp 65001
  address-family ipv4 unicast
    network 10.0.0.0/24
  neighbor 198.51.100.1
    update-source loopback0
"""
IOS = """\
hostname r1
interface GigabitEthernet0/1
 ip address 192.0.2.1 255.255.255.0
ip route 10.0.0.0 255.255.255.0 Null0
ip route 10.0.1.0 255.255.255.0 GigabitEthernet0/1 192.0.2.2
router ospf 1
 area 1 stub
 network 10.0.0.0 0.255.255.255 area 0
 passive-interface default
 no passive-interface GigabitEthernet0/1
"""
#: A configuration that a tool wrote: IOS's commands, with lengths.
LENGTHS = """\
hostname r1
interface Ethernet0
 ip address 192.0.2.1/24
ip route 10.0.0.0/24 Null0
router bgp 65001
 network 10.0.0.0/24
 aggregate-address 10.0.0.0/8
"""


@pytest.mark.parametrize(
    ("vendor", "config", "mode", "line", "gone"),
    [
        ("eos", EOS, "", "no ip route 10.0.0.0 255.255.255.0 Null0", "ip route 10.0.0.0/24 Null0"),
        ("eos", EOS, "", "no ip route 10.0.1.0/24 et1 192.0.2.2", "ip route 10.0.1.0/24 Ethernet1 192.0.2.2"),
        ("eos", EOS, "interface Et1", "no ip address 192.0.2.1 255.255.255.0", "ip address 192.0.2.1/24"),
        ("eos", EOS, "router bgp 65001", "no network 10.0.0.0 mask 255.255.255.0", "network 10.0.0.0/24"),
        ("eos", EOS, "router bgp 65001", "no aggregate-address 10.0.0.0 255.0.0.0", "aggregate-address 10.0.0.0/8"),
        ("eos", EOS, "router ospf 1", "no area 1 stub", "area 0.0.0.1 stub"),
        ("eos", EOS, "router ospf 1", "no area 1 range 10.0.0.0 255.0.0.0", "area 0.0.0.1 range 10.0.0.0/8"),
        ("eos", EOS, "router ospf 1", "no network 10.0.0.0 0.255.255.255 area 0", "network 10.0.0.0/8 area 0.0.0.0"),
        ("eos", EOS, "router ospf 1", "passive-interface et1", "no passive-interface Ethernet1"),
        ("frr", FRR, "", "no ip route 10.0.0.0 255.255.255.0 Null0", "ip route 10.0.0.0/24 Null0"),
        ("frr", FRR, "router ospf", "no network 10.0.0.0/8 area 0", "network 10.0.0.0/8 area 0.0.0.0"),
        ("nxos", NXOS, "interface Eth1/1", "no ip address 192.0.2.1 255.255.255.0", "ip address 192.0.2.1/24"),
        ("nxos", NXOS, "router ospf 1", "no area 1 range 10.0.0.0 255.0.0.0", "area 0.0.0.1 range 10.0.0.0/8"),
        ("ios", IOS, "", "no ip route 10.0.0.0 255.255.255.0 null 0", "ip route 10.0.0.0 255.255.255.0 Null0"),
        ("ios", IOS, "", "no ip route 10.0.1.0 255.255.255.0 gi0/1 192.0.2.2", IOS.split("\n")[4]),
        ("ios", IOS, "router ospf 1", "passive-interface gi 0/1", "no passive-interface GigabitEthernet0/1"),
        ("ios", IOS, "router ospf 1", "no area 0.0.0.1 stub", "area 1 stub"),
        ("ios", IOS, "router ospf 1", "no network 10.0.0.0 0.255.255.255 area 0.0.0.0", IOS.split("\n")[7].strip()),
        ("ios", LENGTHS, "", "no ip route 10.0.0.0 255.255.255.0 Null0", "ip route 10.0.0.0/24 Null0"),
        ("ios", LENGTHS, "router bgp 65001", "no network 10.0.0.0 mask 255.255.255.0", "network 10.0.0.0/24"),
        ("ios", LENGTHS, "router bgp 65001", "no aggregate-address 10.0.0.0 255.0.0.0", "aggregate-address 10.0.0.0/8"),
    ],
)
def test_what_a_no_form_names_goes(vendor: str, config: str, mode: str, line: str, gone: str) -> None:
    typed = f"{mode}\n {line}\n" if mode else f"{line}\n"
    assert [row[0] + row[1:].strip() for row in changes(config, typed, vendor)] == [f"-{gone}"]


def test_what_is_there_already_is_not_added_in_another_form() -> None:
    assert changes(EOS, "ip route 10.0.0.0 255.255.255.0 Null0\n", "eos") == []
    bgp = "router bgp 65001\n address-family ipv4 unicast\n  network 10.0.0.0 mask 255.255.255.0\n"
    assert changes(FRR, bgp, "frr") == []
    assert changes(NXOS, bgp, "nxos") == []
    assert changes(LENGTHS, "ip route 10.0.0.0 255.255.255.0 Null0\n", "ios") == []


def test_a_new_line_is_written_as_the_device_writes_it() -> None:
    row = "ip route 10.9.0.0 255.255.255.0 {} 192.0.2.3\n"
    assert changes(EOS, row.format("et1"), "eos") == ["+ip route 10.9.0.0/24 Ethernet1 192.0.2.3"]
    assert changes(IOS, row.format("gi0/1"), "ios") == ["+ip route 10.9.0.0 255.255.255.0 GigabitEthernet0/1 192.0.2.3"]
    source = "router bgp 65001\n neighbor 198.51.100.1\n  update-source lo1\n"
    assert changes(NXOS, source, "nxos") == ["-    update-source loopback0", "+    update-source loopback1"]
