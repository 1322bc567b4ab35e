"""Known-bad changes in the words of NX-OS and of IOS XR.

    transit AS 64510 --- edge1 (65001) --- peer AS 64520
"""

from datetime import UTC, datetime
from textwrap import dedent

import pytest

from guard.engines.embedded import Embedded
from guard.judge.policy import load_policies
from guard.planning.proof import prove_with
from guard.shell.judging import layers
from guard.snapshot.load import load

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NXOS = """\
    !Command: show running-config
    hostname edge1
    feature bgp
    ip prefix-list OURS seq 5 permit 203.0.113.0/24
    route-map OUT permit 10
      match ip address prefix-list OURS
    ip route 203.0.113.0/24 Null0
    interface Ethernet1/1
      no switchport
      ip address 198.51.100.0/31
      no shutdown
    interface Ethernet1/2
      no switchport
      ip address 198.51.100.2/31
      no shutdown
    interface loopback0
      ip address 10.255.0.1/32
    router bgp 65001
      router-id 10.255.0.1
      address-family ipv4 unicast
        network 203.0.113.0/24
      neighbor 198.51.100.1
        remote-as 64510
        address-family ipv4 unicast
          route-map OUT out
      neighbor 198.51.100.3
        remote-as 64520
        address-family ipv4 unicast
          prefix-list OURS out
"""
XR = """\
    !! IOS XR Configuration version = 7.3.2
    hostname edge1
    prefix-set OURS
      203.0.113.0/24
    end-set
    route-policy IN
      pass
    end-policy
    route-policy OUT
      if destination in OURS then
        pass
      else
        drop
      endif
    end-policy
    interface GigabitEthernet0/0/0/1
     ipv4 address 198.51.100.0/31
    interface GigabitEthernet0/0/0/2
     ipv4 address 198.51.100.2/31
    interface Loopback0
     ipv4 address 10.255.0.1/32
    router static
     address-family ipv4 unicast
      203.0.113.0/24 Null0
    router bgp 65001
     bgp router-id 10.255.0.1
     address-family ipv4 unicast
      network 203.0.113.0/24
     neighbor-group OUTSIDE
      address-family ipv4 unicast
       route-policy IN in
       route-policy OUT out
     neighbor 198.51.100.1
      remote-as 64510
      use neighbor-group OUTSIDE
     neighbor 198.51.100.3
      remote-as 64520
      use neighbor-group OUTSIDE
"""
INVENTORY = """\
    apiVersion: guard/v1
    kind: Inventory
    sites:
      - {name: ams, kind: pop, devices: [edge1], prefixes: [203.0.113.0/24]}
      - {name: internet, kind: external, devices: []}
    advertisements:
      - {name: ours, prefixes: [203.0.113.0/24], to: internet}
    peerings:
      - {device: edge1, neighbor: 198.51.100.1, role: provider, site: internet}
      - {device: edge1, neighbor: 198.51.100.3, role: peer, site: internet}
"""


@pytest.mark.parametrize("edge", [NXOS, XR], ids=["nxos", "xr"])
def test_leaks_and_a_change_of_nothing_are_written(edge: str) -> None:
    base = load({"configs/edge1.cfg": dedent(edge), "inventory.yaml": dedent(INVENTORY)})
    found = prove_with(base, load_policies(*layers({})), [Embedded()], NOW)
    assert found.faults == ()
    tried = {each.name for each in found.outcomes}
    assert {"nothing", "an unknown command", "withdrawal of everything"} <= tried
    assert any(name.startswith("a leak on ") for name in tried)
    assert found.passed
