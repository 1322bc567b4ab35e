"""A session stands for any family that is active at both ends (RFC 4760 8), and finds its table among several."""

from __future__ import annotations

import pytest
from bgp_text import sessions
from small_network import state_of

IOS = """
    hostname {name}
    interface Ethernet0
     ip address 192.0.2.{own} 255.255.255.252
    router bgp 65001
     bgp router-id {own}.{own}.{own}.{own}
     no bgp default ipv4-unicast
     neighbor 192.0.2.{far} remote-as 65001
     address-family {family}
      neighbor 192.0.2.{far} activate
    """
XR = """
    !! IOS XR Configuration 6.6.2
    hostname {name}
    interface GigabitEthernet0/0/0/0
     ipv4 address 192.0.2.{own} 255.255.255.252
    router bgp 65001
     bgp router-id {own}.{own}.{own}.{own}
     address-family vpnv4 unicast
     neighbor-group RR
      remote-as 65001
      address-family vpnv4 unicast
     neighbor 192.0.2.{far}
      use neighbor-group RR
    """
JUNOS = """
    set system host-name {name}
    set interfaces ge-0/0/0 unit 0 family inet address 192.0.2.{own}/30
    set routing-options router-id {own}.{own}.{own}.{own}
    set routing-options autonomous-system 65001
    set protocols bgp group I type internal
    set protocols bgp group I family inet-vpn unicast
    set protocols bgp group I neighbor 192.0.2.{far}
    """
NXOS = """
    !Command: show running-config
    hostname {name}
    feature bgp
    interface Ethernet1/1
      no switchport
      ip address 192.0.2.{own}/30
      no shutdown
    router bgp 65001
      router-id {own}.{own}.{own}.{own}
      neighbor 192.0.2.{far}
        remote-as 65001
        address-family l2vpn evpn
    """


def pair(a: str, b: str, family_a: str = "vpnv4", family_b: str = "vpnv4") -> dict[str, str]:
    return {
        "a": a.format(name="a", own=1, far=2, family=family_a),
        "b": b.format(name="b", own=2, far=1, family=family_b),
    }


@pytest.mark.parametrize(
    "texts",
    [
        pair(IOS, IOS),
        pair(IOS, XR),
        pair(XR, JUNOS),
        pair(IOS, NXOS, "l2vpn evpn"),
        pair(IOS, IOS, "ipv4 multicast", "ipv4 multicast"),
    ],
    ids=["vpnv4", "ios-xr", "xr-junos", "ios-nxos-evpn", "multicast"],
)
def test_a_session_is_there_for_a_family_that_is_not_unicast(texts: dict[str, str]) -> None:
    assert sessions(state_of(texts)) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]


def test_ends_with_different_families_do_not_agree() -> None:
    texts = pair(IOS, IOS, "vpnv4", "vpnv6")
    assert sessions(state_of(texts))[0].endswith("NOT_COMPATIBLE (no address family is activated at both ends)")


def test_of_two_tables_with_one_address_the_other_end_of_the_link_answers() -> None:
    """Two routers with the same two addresses in VRFs R and S, each VRF over a link of its own."""
    text = """
        hostname {name}
        vrf definition R
         address-family ipv4
        vrf definition S
         address-family ipv4
        interface Ethernet0
         vrf forwarding {first}
         ip address 192.0.2.{own} 255.255.255.252
        interface Ethernet1
         vrf forwarding {second}
         ip address 192.0.2.{own} 255.255.255.252
        router bgp 65001
         bgp router-id {own}.{own}.{own}.{own}
         address-family ipv4 vrf R
          neighbor 192.0.2.{far} remote-as 65001
         address-family ipv4 vrf S
          neighbor 192.0.2.{far} remote-as 65001
        """
    ours, theirs = {"first": "R", "second": "S"}, {"first": "S", "second": "R"}
    state = state_of(
        {"a": text.format(name="a", own=1, far=2, **ours), "b": text.format(name="b", own=2, far=1, **theirs)}
    )
    found = {(each.node, each.vrf): each.up for each in state.sessions}
    assert found == {("a", "R"): True, ("a", "S"): True, ("b", "R"): True, ("b", "S"): True}


def test_customers_with_the_same_addresses_each_find_their_vrf() -> None:
    """c1 and c2 are both 192.0.2.2; pe is 192.0.2.1 to each, in VRF R and in VRF S. Their ASes tell them apart."""
    customer = """
        hostname {name}
        interface Ethernet0
         ip address 192.0.2.2 255.255.255.252
        router bgp {asn}
         neighbor 192.0.2.1 remote-as 65001
        """
    edge = """
        hostname pe
        vrf definition R
         address-family ipv4
        vrf definition S
         address-family ipv4
        interface Ethernet0
         vrf forwarding R
         ip address 192.0.2.1 255.255.255.252
        interface Ethernet1
         vrf forwarding S
         ip address 192.0.2.1 255.255.255.252
        router bgp 65001
         address-family ipv4 vrf R
          neighbor 192.0.2.2 remote-as 65010
         address-family ipv4 vrf S
          neighbor 192.0.2.2 remote-as 65020
        """
    state = state_of(
        {"c1": customer.format(name="c1", asn=65010), "c2": customer.format(name="c2", asn=65020), "pe": edge}
    )
    found = {(each.node, each.vrf): each.remote_node for each in state.sessions if each.up}
    assert found == {("c1", "default"): "pe", ("c2", "default"): "pe", ("pe", "R"): "c1", ("pe", "S"): "c2"}
