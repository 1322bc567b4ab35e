"""Known-bad changes in the words of NX-OS.

    transit AS 64510 --- edge1 (65001, NX-OS) --- peer AS 64520
"""

from datetime import UTC, datetime
from textwrap import dedent

from guard.engines.embedded import Embedded
from guard.judge.policy import load_policies
from guard.planning.proof import prove_with
from guard.shell.judging import layers
from guard.snapshot.load import load

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EDGE = """\
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


def test_leaks_and_a_change_of_nothing_are_written_for_nxos() -> None:
    base = load({"configs/edge1.cfg": dedent(EDGE), "inventory.yaml": dedent(INVENTORY)})
    found = prove_with(base, load_policies(*layers({})), [Embedded()], NOW)
    assert found.faults == ()
    tried = {each.name for each in found.outcomes}
    assert {"nothing", "an unknown command", "withdrawal of everything"} <= tried
    assert any(name.startswith("a leak on ") for name in tried)
    assert found.passed
