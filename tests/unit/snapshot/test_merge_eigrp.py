"""EIGRP lines typed into IOS and NX-OS: where they land, what they replace and take."""

from __future__ import annotations

import pytest
from merge_case import changes, refused

IOS = """\
!
version 16.4
hostname r1
!
interface GigabitEthernet1
 ip address 10.0.1.1 255.255.255.0
 ip summary-address eigrp 1 10.8.0.0 255.248.0.0
 delay 20
!
interface GigabitEthernet2
 ip address 10.0.2.1 255.255.255.0
!
!
router eigrp 1
 distribute-list prefix P out
 network 10.0.1.0 0.0.0.255
 network 10.0.2.0 0.0.0.255
 redistribute static metric 1000 100 255 1 1500 route-map S
 passive-interface default
 no passive-interface GigabitEthernet1
 eigrp stub connected summary
 !
 address-family ipv4 vrf RED autonomous-system 7
  network 10.0.0.0
 exit-address-family
!
!
router eigrp CORE
 !
 address-family ipv4 unicast autonomous-system 2
  !
  af-interface default
   passive-interface
  exit-af-interface
  !
  af-interface GigabitEthernet2
   no passive-interface
  exit-af-interface
  !
  topology base
   variance 2
  exit-af-topology
  network 10.0.2.0 0.0.0.255
  eigrp router-id 10.255.0.1
 exit-address-family
!
end
"""


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("router eigrp 1\n network 10.0.3.0 0.0.0.255\n", ["+ network 10.0.3.0 0.0.0.255"]),
        ("router eigrp 1\n no network 10.0.2.0 0.0.0.255\n", ["- network 10.0.2.0 0.0.0.255"]),
        ("router eigrp 1\n no redistribute static\n",
         ["- redistribute static metric 1000 100 255 1 1500 route-map S"]),
        ("router eigrp 1\n no passive-interface GigabitEthernet2\n", ["+ no passive-interface GigabitEthernet2"]),
        ("router eigrp 1\n passive-interface GigabitEthernet1\n", ["- no passive-interface GigabitEthernet1"]),
        ("router eigrp 1\n eigrp stub receive-only\n",
         ["- eigrp stub connected summary", "+ eigrp stub receive-only"]),
        ("router eigrp 1\n no eigrp stub\n", ["- eigrp stub connected summary"]),
        ("router eigrp 1\n no distribute-list prefix P out\n", ["- distribute-list prefix P out"]),
        ("router eigrp 1\n variance 4\n variance 8\n", ["+ variance 8"]),
        ("router eigrp 1\n address-family ipv4 vrf RED autonomous-system 7\n  network 172.16.0.0\n",
         ["+  network 172.16.0.0"]),
        ("router eigrp CORE\n address-family ipv4 unicast autonomous-system 2\n  topology base\n   variance 4\n",
         ["-   variance 2", "+   variance 4"]),
        ("router eigrp CORE\n address-family ipv4 unicast autonomous-system 2\n  topology base\n   variance 4\n"
         "  exit-af-topology\n  network 10.0.9.0 0.0.0.255\n",
         ["-   variance 2", "+   variance 4", "+  network 10.0.9.0 0.0.0.255"]),
        ("router eigrp CORE\n address-family ipv4 unicast autonomous-system 2\n  af-interface GigabitEthernet2\n"
         "   passive-interface\n", ["-   no passive-interface", "+   passive-interface"]),
        ("interface GigabitEthernet1\n no ip summary-address eigrp 1 10.8.0.0 255.248.0.0\n",
         ["- ip summary-address eigrp 1 10.8.0.0 255.248.0.0"]),
        ("interface GigabitEthernet1\n delay 100\n", ["- delay 20", "+ delay 100"]),
    ],
)  # fmt: skip
def test_lines_typed_into_ios(lines: str, shown: list[str]) -> None:
    assert changes(IOS, lines, "ios") == shown


def test_a_process_goes_with_its_families() -> None:
    gone = changes(IOS, "no router eigrp 1\n", "ios")
    assert gone[0] == "-router eigrp 1"
    assert gone[-1] == "- exit-address-family"
    assert all(row.startswith("-") for row in gone)


def test_a_new_process_and_what_leaves_its_mode() -> None:
    lines = "router eigrp NEW\naddress-family ipv4 unicast autonomous-system 9\nnetwork 10.0.0.0\n"
    lines += "af-interface default\nhello-interval 1\ninterface GigabitEthernet2\nshutdown\n"
    assert changes(IOS, lines, "ios") == [
        "+ shutdown", "+router eigrp NEW", "+ address-family ipv4 unicast autonomous-system 9",
        "+  network 10.0.0.0", "+  af-interface default", "+   hello-interval 1", "+  exit-af-interface",
        "+ exit-address-family",
    ]  # fmt: skip


def test_what_a_device_refuses() -> None:
    assert "is not an IPv4 address" in refused(IOS, "router eigrp 1\n network 10.0.0.300 0.0.0.255\n", "ios")[1]


NXOS = """\
!Command: show running-config
hostname n1
feature eigrp

vrf context RED

interface Ethernet1/1
  no switchport
  ip address 10.0.1.1/24
  ip router eigrp CORE
  ip passive-interface eigrp CORE
  ip summary-address eigrp CORE 10.8.0.0/13
  no shutdown

router eigrp CORE
  autonomous-system 1
  redistribute static route-map S
  vrf RED
    autonomous-system 7
"""


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("router eigrp CORE\n  variance 2\n", ["+  variance 2"]),
        ("router eigrp CORE\n  no redistribute static route-map S\n", ["-  redistribute static route-map S"]),
        ("router eigrp CORE\n  vrf RED\n    default-metric 1000 100 255 1 1500\n",
         ["+    default-metric 1000 100 255 1 1500"]),
        ("router eigrp CORE\n  address-family ipv6 unicast\n    distance 80 170\n",
         ["+  address-family ipv6 unicast", "+    distance 80 170"]),
        ("interface Ethernet1/1\n  no ip summary-address eigrp CORE 10.8.0.0/13\n",
         ["-  ip summary-address eigrp CORE 10.8.0.0/13"]),
        ("interface Ethernet1/1\n  no ip router eigrp CORE\n", ["-  ip router eigrp CORE"]),
        ("interface Ethernet1/1\n  ip distribute-list eigrp CORE prefix-list P out\n",
         ["+  ip distribute-list eigrp CORE prefix-list P out"]),
    ],
)  # fmt: skip
def test_lines_typed_into_nxos(lines: str, shown: list[str]) -> None:
    assert changes(NXOS, lines, "nxos") == shown


def test_a_feature_that_goes_takes_its_lines() -> None:
    assert changes(NXOS, "no feature eigrp\n", "nxos") == [
        "-feature eigrp", "-  ip router eigrp CORE", "-  ip passive-interface eigrp CORE",
        "-  ip summary-address eigrp CORE 10.8.0.0/13", "-router eigrp CORE", "-  autonomous-system 1",
        "-  redistribute static route-map S", "-  vrf RED", "-    autonomous-system 7",
    ]  # fmt: skip
