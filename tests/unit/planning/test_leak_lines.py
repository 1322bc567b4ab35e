"""A leak can be written for every vendor, in the default table and in a VRF, and is found.

isp1 (65001) 192.0.2.0/31 -- r1 (65000) -- 192.0.2.2/31 (65002) isp2        both providers, nobody has their routers
"""

from datetime import UTC, datetime

import pytest

from guard.engines.embedded import Embedded
from guard.judge.policy import load_policies
from guard.planning.proof import prove_with
from guard.shell.judging import layers
from guard.snapshot.load import load

INVENTORY = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: ams, kind: pop, devices: [r1]}
  - {name: internet, kind: external, devices: ["isp*"]}
peerings:
  - {device: r1, neighbor: 192.0.2.0, role: provider}
  - {device: r1, neighbor: 192.0.2.2, role: provider}
"""
IOS = """\
hostname r1
!
{vrf_def}interface Ethernet1
 {vrf_if}ip address 192.0.2.1 255.255.255.254
!
interface Ethernet2
 {vrf_if}ip address 192.0.2.3 255.255.255.254
!
route-map NONE deny 10
!
router bgp 65000
 {family}
  neighbor 192.0.2.0 remote-as 65001
  neighbor 192.0.2.0 activate
  neighbor 192.0.2.0 route-map NONE out
  neighbor 192.0.2.2 remote-as 65002
  neighbor 192.0.2.2 activate
  neighbor 192.0.2.2 route-map NONE out
 exit-address-family
!
"""
FRR = """\
frr version 8.4
frr defaults datacenter
hostname r1
!
{vrf_def}interface eth1{vrf_if}
 ip address 192.0.2.1/31
exit
!
interface eth2{vrf_if}
 ip address 192.0.2.3/31
exit
!
route-map NONE deny 10
exit
!
router bgp 65000{vrf_bgp}
 bgp router-id 10.0.0.1
 neighbor 192.0.2.0 remote-as 65001
 neighbor 192.0.2.2 remote-as 65002
 address-family ipv4 unicast
  neighbor 192.0.2.0 route-map NONE out
  neighbor 192.0.2.2 route-map NONE out
 exit-address-family
exit
!
"""
EOS = """\
! device: r1 (vEOS, EOS-4.28.0F)
!
hostname r1
!
{vrf_def}interface Ethernet1
   no switchport
   {vrf_if}ip address 192.0.2.1/31
!
interface Ethernet2
   no switchport
   {vrf_if}ip address 192.0.2.3/31
!
ip routing
{routing}!
route-map NONE deny 10
!
router bgp 65000
   router-id 10.0.0.1
{vrf_bgp}   neighbor 192.0.2.0 remote-as 65001
   neighbor 192.0.2.0 route-map NONE out
   neighbor 192.0.2.2 remote-as 65002
   neighbor 192.0.2.2 route-map NONE out
!
"""
JUNOS = """\
set system host-name r1
set interfaces ge-0/0/1 unit 0 family inet address 192.0.2.1/31
set interfaces ge-0/0/2 unit 0 family inet address 192.0.2.3/31
set routing-options autonomous-system 65000
set policy-options policy-statement NONE then reject
{vrf_def}set {at}protocols bgp group UP type external
set {at}protocols bgp group UP export NONE
set {at}protocols bgp group UP neighbor 192.0.2.0 peer-as 65001
set {at}protocols bgp group UP neighbor 192.0.2.0 export NONE
set {at}protocols bgp group UP neighbor 192.0.2.2 peer-as 65002
"""
RED = """\
set routing-instances RED instance-type virtual-router
set routing-instances RED interface ge-0/0/1.0
set routing-instances RED interface ge-0/0/2.0
"""
CASES = {
    "ios": IOS.format(vrf_def="", vrf_if="", family="address-family ipv4"),
    "ios in a VRF": IOS.format(
        vrf_def="vrf definition RED\n rd 65000:1\n address-family ipv4\n exit-address-family\n!\n",
        vrf_if="vrf forwarding RED\n ", family="address-family ipv4 vrf RED",
    ),
    "frr": FRR.format(vrf_def="", vrf_if="", vrf_bgp=""),
    "frr in a VRF": FRR.format(vrf_def="vrf RED\nexit-vrf\n!\n", vrf_if=" vrf RED", vrf_bgp=" vrf RED"),
    "eos": EOS.format(vrf_def="", vrf_if="", routing="", vrf_bgp=""),
    "eos in a VRF": EOS.format(
        vrf_def="vrf instance RED\n!\n", vrf_if="vrf RED\n   ", routing="ip routing vrf RED\n", vrf_bgp="   vrf RED\n"
    ),
    "junos": JUNOS.format(vrf_def="", at=""),
    "junos in an instance": JUNOS.format(vrf_def=RED, at="routing-instances RED "),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_leak_on_each_session_is_written_and_found(case: str) -> None:
    base = load({"configs/r1.cfg": CASES[case], "inventory.yaml": INVENTORY})
    proof = prove_with(base, load_policies(*layers({})), [Embedded()], datetime(2026, 11, 21, tzinfo=UTC))
    assert proof.faults == ()
    leaks = [each for each in proof.outcomes if each.name.startswith("a leak on ")]
    assert [each.wanted for each in leaks] == [("route-leak", "route-leak")], proof.left
