"""What OSPF makes of a bundle: the bandwidth of its links that are up, all together."""

from __future__ import annotations

import pytest
from small_network import routes, state_of

XR = """\
!! IOS XR Configuration version = 7.3.2
hostname r{me}
interface Loopback0
 ipv4 address 10.255.0.{me} 255.255.255.255
!
interface Bundle-Ether1
{sub} ipv4 address 10.0.0.{me} 255.255.255.0
!
interface TenGigE0/0/0/0
 bundle id 1 mode active
!
interface HundredGigE0/0/0/1
 bundle id 1 mode active
{more}!
router ospf 1
 router-id 10.255.0.{me}
 auto-cost reference-bandwidth 1100000
 area 0
  interface Loopback0
  !
  interface {port}
   network point-to-point
"""

SUB = "!\ninterface Bundle-Ether1.7\n encapsulation dot1q 7\n"

IOS = """\
hostname r{me}
interface Loopback0
 ip address 10.255.0.{me} 255.255.255.255
 ip ospf 1 area 0
interface Port-channel1
 ip address 10.0.0.{me} 255.255.255.0
 ip ospf network point-to-point
 ip ospf 1 area 0
{more}interface GigabitEthernet0/0
 no ip address
 channel-group 1 mode active
interface GigabitEthernet0/1
 no ip address
 channel-group 1 mode active
router ospf 1
 router-id 10.255.0.{me}
 auto-cost reference-bandwidth 100000
"""


@pytest.mark.parametrize(
    ("sub", "port", "more", "metric"),
    [
        ("", "Bundle-Ether1", "", 11),
        ("", "Bundle-Ether1", " shutdown\n", 111),
        (SUB, "Bundle-Ether1.7", "", 11),
        (SUB, "Bundle-Ether1.7", " shutdown\n", 111),
    ],
)
def test_a_bundle_of_xr_has_what_its_links_have_that_are_up(sub: str, port: str, more: str, metric: int) -> None:
    texts = {f"r{me}": XR.format(me=me, sub=sub, port=port, more=more) for me in (1, 2)}
    (found,) = (route for route in routes(state_of(texts), "r1") if "10.255.0.2/32" in route)
    assert found == f"ospf 10.255.0.2/32 via 10.0.0.2 {port} [110/{metric}]"


@pytest.mark.parametrize(("more", "metric"), [("", 51), (" bandwidth 10000000\n", 11), (" ip ospf cost 7\n", 8)])
def test_a_port_channel_of_ios_too_unless_told_otherwise(more: str, metric: int) -> None:
    state = state_of({f"r{me}": IOS.format(me=me, more=more) for me in (1, 2)})
    (found,) = (route for route in routes(state, "r1") if "10.255.0.2/32" in route)
    assert found == f"ospf 10.255.0.2/32 via 10.0.0.2 Port-channel1 [110/{metric}]"
