"""Virtual addresses of a first-hop group are local to its members: they answer, and routes go through them.

    host --- lan 10.0.0.0/24, 2001:db8::/64 --- one, two (virtual .1 and ::1) --- lan 203.0.113.0/24
"""

from __future__ import annotations

import pytest
from small_network import snapshot_of

from guard.model.acl import Flow
from guard.model.address import parse_address
from guard.model.state import InterfaceId, Scenario
from guard.simulate.control_plane import compute
from guard.simulate.packets.trace import trace

HOST = """
    hostname host
    ipv6 unicast-routing
    interface GigabitEthernet0/0
     ip address 10.0.0.9 255.255.255.0
     ipv6 address 2001:db8::9/64
    ip route 0.0.0.0 0.0.0.0 10.0.0.1
    ipv6 route ::/0 2001:db8::1
"""
IOS = """
    hostname {name}
    ipv6 unicast-routing
    interface GigabitEthernet0/0
     ip address 10.0.0.{host} 255.255.255.0
     ipv6 address 2001:db8::{host}/64
     standby version 2
     standby 1 ip 10.0.0.1
     standby 2 ipv6 2001:db8::1/64
    interface GigabitEthernet0/1
     ip address 203.0.113.{host} 255.255.255.0
     ipv6 address 2001:db8:f::{host}/64
"""
EOS = """
    ! device: {name} (vEOS, EOS-4.23.0.1F)
    hostname {name}
    ip routing
    ipv6 unicast-routing
    interface Ethernet1
       no switchport
       ip address 10.0.0.{host}/24
       ipv6 address 2001:db8::{host}/64
       vrrp 1 ipv4 10.0.0.1
       vrrp 2 ipv6 2001:db8::1
    interface Ethernet2
       no switchport
       ip address 203.0.113.{host}/24
       ipv6 address 2001:db8:f::{host}/64
"""
NXOS = """
    hostname {name}
    feature hsrp
    boot nxos bootflash:/nxos.9.3.8.bin
    interface Ethernet1/1
      no switchport
      ip address 10.0.0.{host}/24
      ipv6 address 2001:db8::{host}/64
      hsrp version 2
      hsrp 1
        ip 10.0.0.1
      hsrp 2 ipv6
        ip 2001:db8::1
      no shutdown
    interface Ethernet1/2
      no switchport
      ip address 203.0.113.{host}/24
      ipv6 address 2001:db8:f::{host}/64
      no shutdown
"""
PORTS = {IOS: "GigabitEthernet0/0", EOS: "Ethernet1", NXOS: "Ethernet1/1"}
GROUPS = [pytest.param(text, id=name) for name, text in (("ios", IOS), ("eos", EOS), ("nxos", NXOS))]


def fates(text: str, target: str, down: tuple[str, ...] = ()) -> set[str]:
    """Where packets of the host to an address end, with `down` members off the LAN."""
    members = {name: text.format(name=name, host=host) for name, host in (("one", 2), ("two", 3))}
    snapshot = snapshot_of({"host": HOST, **members})
    gone = frozenset(InterfaceId(name, PORTS[text]) for name in down)
    state = compute(snapshot, Scenario(down_interfaces=gone))
    source, wanted = parse_address("10.0.0.9" if "." in target else "2001:db8::9"), parse_address(target)
    flow = Flow(source.value, wanted.value, version=wanted.version)
    return {f"{each.fate.disposition} {each.fate.node}" for each in trace(snapshot, state, "host", flow)}


@pytest.mark.parametrize("text", GROUPS)
@pytest.mark.parametrize("target", ["10.0.0.1", "2001:db8::1"])
def test_a_member_answers_for_the_virtual_address(text: str, target: str) -> None:
    assert fates(text, target) <= {"ACCEPTED one", "ACCEPTED two"}
    assert fates(text, target, ("one",)) == {"ACCEPTED two"}
    assert not any(each.startswith("ACCEPTED") for each in fates(text, target, ("one", "two")))


@pytest.mark.parametrize("text", GROUPS)
@pytest.mark.parametrize("target", ["203.0.113.77", "2001:db8:f::77"])
def test_routes_through_it_go_on_while_a_member_is_left(text: str, target: str) -> None:
    assert fates(text, target) <= {"DELIVERED_TO_SUBNET one", "DELIVERED_TO_SUBNET two"}
    assert fates(text, target, ("two",)) == {"DELIVERED_TO_SUBNET one"}
    assert not any(each.startswith("DELIVERED") for each in fates(text, target, ("one", "two")))
