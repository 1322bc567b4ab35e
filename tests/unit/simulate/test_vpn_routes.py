"""VPN routes between devices (RFC 4364) and EVPN's IP-prefix routes (RFC 9136).

ce1 --- pe1 --- p --- pe2 --- ce2     pe1, pe2: VRF RED towards the customers, iBGP over p, which reflects
"""

from __future__ import annotations

import pytest
from bgp_text import table
from small_network import routes, snapshot_of, state_of

from guard.engines.rows import bgp_rows, routes_rows
from guard.model.address import parse_address
from guard.model.facts import Disposition
from guard.model.state import NetworkState
from guard.simulate.control_plane import Cache, compute
from guard.simulate.packets.forwarding import Forwarder

CE = """
    hostname ce{n}
    interface Loopback0
     ip address 10.{n}.0.1 255.255.255.0
    interface Ethernet0
     ip address 192.0.{n}.2 255.255.255.252
    router bgp 6510{n}
     bgp router-id 10.{n}.0.1
     network 10.{n}.0.0 mask 255.255.255.0
     neighbor 192.0.{n}.1 remote-as 65001
    """
PE = """
    hostname pe{n}
    vrf definition RED
     rd 65001:{n}
     address-family ipv4
      route-target export {export}
      route-target import {wanted}
    interface Loopback0
     ip address 10.255.0.{n} 255.255.255.255
     ip ospf 1 area 0
    interface Ethernet0
     vrf forwarding RED
     ip address 192.0.{n}.1 255.255.255.252
    interface Ethernet1
     ip address 10.254.{n}.1 255.255.255.252
     ip ospf 1 area 0
     {labels}
    router ospf 1
    router bgp 65001
     bgp router-id 10.255.0.{n}
     no bgp default ipv4-unicast
     neighbor 10.255.0.9 remote-as 65001
     neighbor 10.255.0.9 update-source Loopback0
     address-family vpnv4
      neighbor 10.255.0.9 activate
      neighbor 10.255.0.9 send-community extended
     address-family ipv4 vrf RED
      neighbor 192.0.{n}.2 remote-as 6510{n}
      neighbor 192.0.{n}.2 activate
    """
P = """
    hostname p
    interface Loopback0
     ip address 10.255.0.9 255.255.255.255
     ip ospf 1 area 0
    interface Ethernet1
     ip address 10.254.1.2 255.255.255.252
     ip ospf 1 area 0
     {labels}
    interface Ethernet2
     ip address 10.254.2.2 255.255.255.252
     ip ospf 1 area 0
     {labels}
    router ospf 1
    router bgp 65001
     bgp router-id 10.255.0.9
     no bgp default ipv4-unicast
     neighbor 10.255.0.1 remote-as 65001
     neighbor 10.255.0.1 update-source Loopback0
     neighbor 10.255.0.2 remote-as 65001
     neighbor 10.255.0.2 update-source Loopback0
     address-family vpnv4
      neighbor 10.255.0.1 activate
      neighbor 10.255.0.1 route-reflector-client
      neighbor 10.255.0.1 send-community extended
      neighbor 10.255.0.2 activate
      neighbor 10.255.0.2 route-reflector-client
      neighbor 10.255.0.2 send-community extended
    """


def backbone(*, labels: str = "mpls ip", export: str = "65001:7", wanted: str = "65001:7") -> dict[str, str]:
    return {
        "ce1": CE.format(n=1),
        "ce2": CE.format(n=2),
        "pe1": PE.format(n=1, labels=labels, export="65001:7", wanted=wanted),
        "pe2": PE.format(n=2, labels=labels, export=export, wanted="65001:7"),
        "p": P.format(labels=labels),
    }


def of_vrf(state: NetworkState, node: str, vrf: str) -> list[str]:
    rows = (row for row in routes_rows(state) if (row["node"], row["vrf"]) == (node, vrf))
    wanted = (row for row in rows if row["protocol"] in ("bgp", "ibgp"))
    return [f"{row['network']} {row['protocol']} {row['next_hop_ip']} {row['admin_distance']}" for row in wanted]


def test_a_customer_s_route_crosses_the_backbone_and_reaches_the_other_customer() -> None:
    state = state_of(backbone())
    assert of_vrf(state, "pe1", "RED") == ["10.1.0.0/24 bgp 192.0.1.2 20", "10.2.0.0/24 ibgp 10.255.0.2 200"]
    assert routes(state, "ce1") == ["bgp 10.2.0.0/24 via 192.0.1.1 dynamic [20/0]"]
    assert [line for line in table(state, "ce1") if "10.2" in line] == ["> 10.2.0.0/24 via 192.0.1.1 [65001 65102] 100"]


def test_routers_between_know_nothing_of_customers() -> None:
    state = state_of(backbone())
    assert not table(state, "p")
    assert not any("10.1.0.0" in line or "10.2.0.0" in line for line in routes(state, "p"))


@pytest.mark.parametrize("texts", [{"export": "65001:8"}, {"wanted": "65001:9"}])
def test_without_a_common_target_nothing_is_imported(texts: dict[str, str]) -> None:
    assert of_vrf(state_of(backbone(**texts)), "pe1", "RED") == ["10.1.0.0/24 bgp 192.0.1.2 20"]


def test_targets_are_lost_where_extended_communities_are_not_sent() -> None:
    texts = {name: text.replace("neighbor 10.255.0.2 send-community extended", "") for name, text in backbone().items()}
    state = state_of(texts)
    assert of_vrf(state, "pe2", "RED") == ["10.2.0.0/24 bgp 192.0.2.2 20"]
    assert len(of_vrf(state, "pe1", "RED")) == 2


def fate(texts: dict[str, str], node: str, destination: str, vrf: str = "default") -> set[tuple[Disposition, str]]:
    snapshot = snapshot_of(texts)
    forwarder = Forwarder(snapshot, compute(snapshot))
    ends = forwarder.ends((node, vrf), parse_address(destination))
    return {(each.disposition, each.node) for each in ends.fates}


def test_packets_come_out_at_the_far_vrf_along_labels() -> None:
    assert fate(backbone(), "ce1", "10.2.0.1") == {(Disposition.ACCEPTED, "ce2")}


def test_without_labels_on_the_way_nothing_is_said_to_arrive() -> None:
    texts = backbone()
    texts["p"] = P.format(labels="")
    assert fate(texts, "ce1", "10.2.0.1") == {(Disposition.INSUFFICIENT_INFO, "pe1")}


LEAF = """
    !Command: show running-config
    hostname leaf{n}
    nv overlay evpn
    feature bgp
    feature nv overlay
    vrf context RED
      vni 50001
      rd auto
      address-family ipv4 unicast
        route-target both auto evpn
    interface loopback0
      ip address 10.255.0.{n}/32
    interface loopback1
      ip address 10.253.0.{n}/32
    interface nve1
      no shutdown
      source-interface loopback1
    interface Ethernet1/1
      no switchport
      ip address 10.254.0.{n}/30
      no shutdown
    interface Ethernet1/2
      no switchport
      vrf member RED
      ip address 10.{n}.0.254/24
      no shutdown
    ip route 10.255.0.{far}/32 10.254.0.{far}
    {way}
    route-map ALL permit 10
    router bgp 65001
      router-id 10.255.0.{n}
      neighbor 10.255.0.{far}
        remote-as 65001
        update-source loopback0
        address-family l2vpn evpn
          send-community extended
      vrf RED
        address-family ipv4 unicast
          redistribute direct route-map ALL
    """


def leaves(way: str = "ip route 10.253.0.{far}/32 10.254.0.{far}") -> dict[str, str]:
    return {
        f"leaf{n}": LEAF.format(n=n, far=far, way=way.format(far=far)) for n, far in ((1, 2), (2, 1))
    }


def test_prefix_routes_of_evpn_name_the_far_tunnel_end() -> None:
    assert of_vrf(state_of(leaves()), "leaf1", "RED") == ["10.2.0.0/24 ibgp 10.253.0.2 200"]
    assert fate(leaves(), "leaf1", "10.2.0.254", "RED") == {(Disposition.ACCEPTED, "leaf2")}


def test_a_tunnel_whose_far_end_nobody_routes_to_brings_no_route() -> None:
    assert of_vrf(state_of(leaves(way="")), "leaf1", "RED") == []


def test_a_tunnel_that_is_null_routed_on_its_way_carries_nothing() -> None:
    texts = leaves()
    texts["leaf1"] = texts["leaf1"].replace("ip route 10.253.0.2/32 10.254.0.2", "ip route 10.253.0.0/16 null0")
    assert (Disposition.ACCEPTED, "leaf2") not in fate(texts, "leaf1", "10.2.0.254", "RED")


def test_a_router_whose_tunnels_have_no_address_gives_nothing() -> None:
    texts = leaves()
    texts["leaf2"] = texts["leaf2"].replace("ip address 10.253.0.2/32", "")
    assert of_vrf(state_of(texts), "leaf1", "RED") == []
    shut = leaves()
    shut["leaf2"] = shut["leaf2"].replace("no shutdown\n      source-interface", "shutdown\n      source-interface")
    assert of_vrf(state_of(shut), "leaf1", "RED") == []


JUNOS_PE = """
    set system host-name pe{n}
    set interfaces ge-0/0/0 unit 0 family inet address 10.254.0.{n}/30
    set interfaces ge-0/0/0 unit 0 family mpls
    set interfaces ge-0/0/1 unit 0 family inet address 10.{n}.0.1/24
    set interfaces lo0 unit 0 family inet address 10.255.0.{n}/32
    set policy-options policy-statement GIVE term 1 from protocol direct
    set policy-options policy-statement GIVE term 1 then community add RED
    set policy-options policy-statement GIVE term 1 then accept
    set policy-options policy-statement TAKE term 1 from community RED
    set policy-options policy-statement TAKE term 1 then accept
    set policy-options community RED members target:65001:7
    set routing-instances RED instance-type vrf
    set routing-instances RED interface ge-0/0/1.0
    set routing-instances RED route-distinguisher 10.255.0.{n}:7
    set routing-instances RED routing-options static route 10.{n}.9.0/24 discard
    {targets}
    set routing-options router-id 10.255.0.{n}
    set routing-options autonomous-system 65001
    set routing-options static route 10.255.0.{far}/32 next-hop 10.254.0.{far}
    set protocols bgp group I type internal
    set protocols bgp group I local-address 10.255.0.{n}
    set protocols bgp group I family inet-vpn unicast
    set protocols bgp group I neighbor 10.255.0.{far}
    set protocols ldp interface ge-0/0/0.0
    """


def junos(*targets: str) -> dict[str, str]:
    lines = "\n    ".join(f"set routing-instances RED {each}" for each in targets)
    return {f"pe{n}": JUNOS_PE.format(n=n, far=far, targets=lines) for n, far in ((1, 2), (2, 1))}


def test_junos_gives_a_vrf_s_routes_to_its_vpn_without_a_word_of_bgp_in_it() -> None:
    """Recorded: lab-validation, junos_l3vpn. Subnets go where the VRF looks packets up (`vrf-table-label`)."""
    state = state_of(junos("vrf-target target:65001:7"))
    assert of_vrf(state, "pe1", "RED") == ["10.2.9.0/24 ibgp 10.255.0.2 170"]
    state = state_of(junos("vrf-target target:65001:7", "vrf-table-label"))
    assert of_vrf(state, "pe1", "RED") == ["10.2.0.0/24 ibgp 10.255.0.2 170", "10.2.9.0/24 ibgp 10.255.0.2 170"]


def test_policies_of_a_junos_vrf_stand_in_place_of_its_target() -> None:
    texts = junos("vrf-target target:65001:8", "vrf-table-label", "vrf-import TAKE", "vrf-export GIVE")
    assert of_vrf(state_of(texts), "pe1", "RED") == ["10.2.0.0/24 ibgp 10.255.0.2 170"]
    assert fate(texts, "pe1", "10.2.0.1", "RED") == {(Disposition.ACCEPTED, "pe2")}


def test_what_a_change_leaves_is_what_a_fresh_start_gives() -> None:
    """Warm equals cold: targets, sessions and distinguishers that change, each after the state before it."""
    base = snapshot_of(backbone())
    cache = Cache()
    compute(base, cache=cache)
    for old, new in (
        ("route-target import 65001:7", "route-target import 65001:9"),
        ("route-target export 65001:7", "route-target export 65001:9"),
        ("rd 65001:1", "rd 65001:2"),
        ("neighbor 10.255.0.9 activate", "no neighbor 10.255.0.9 activate"),
        ("neighbor 192.0.1.2 activate", "no neighbor 192.0.1.2 activate"),
    ):
        texts = backbone()
        assert old in texts["pe1"]
        texts["pe1"] = texts["pe1"].replace(old, new)
        changed = snapshot_of(texts)
        warm, cold = compute(changed, cache=cache), compute(changed)
        assert list(routes_rows(warm)) == list(routes_rows(cold)), new
        assert list(bgp_rows(warm)) == list(bgp_rows(cold)), new


def test_two_routers_with_one_distinguisher_give_the_better_path() -> None:
    """p holds both paths of one route, whose preference chooses; pe1's own loses to what it hears."""
    texts = backbone()
    texts["pe2"] = texts["pe2"].replace("rd 65001:2", "rd 65001:1").replace(
        "neighbor 192.0.2.2 activate",
        "neighbor 192.0.2.2 activate\n      neighbor 192.0.2.2 route-map HIGH in\n"
        "    route-map HIGH permit 10\n     set local-preference 200",
    )  # fmt: skip
    texts["ce2"] = texts["ce2"].replace("10.2.0", "10.1.0").replace("router-id 10.1.0.1", "router-id 10.2.0.1")
    state = state_of(texts)
    assert of_vrf(state, "pe1", "RED") == ["10.1.0.0/24 ibgp 10.255.0.2 200"]
    assert of_vrf(state, "pe2", "RED") == ["10.1.0.0/24 bgp 192.0.2.2 20"]


def test_ipv6_customers_over_an_ipv4_backbone() -> None:
    ce = """
        hostname ce{n}
        interface Loopback0
         ipv6 address 2001:db8:{n}0::1/64
        interface Ethernet0
         ipv6 address 2001:db8:{n}::2/64
        router bgp 6510{n}
         bgp router-id 10.{n}.0.1
         no bgp default ipv4-unicast
         neighbor 2001:db8:{n}::1 remote-as 65001
         address-family ipv6
          network 2001:db8:{n}0::/64
          neighbor 2001:db8:{n}::1 activate
        """
    texts = backbone()
    for n in (1, 2):
        texts[f"ce{n}"] = ce.format(n=n)
        texts[f"pe{n}"] = (
            texts[f"pe{n}"]
            .replace("address-family vpnv4", "address-family vpnv6")
            .replace("address-family ipv4\n", "address-family ipv6\n", 1)
            .replace(f"ip address 192.0.{n}.1 255.255.255.252", f"ipv6 address 2001:db8:{n}::1/64")
            .replace("address-family ipv4 vrf RED", "address-family ipv6 vrf RED")
            .replace(f"neighbor 192.0.{n}.2", f"neighbor 2001:db8:{n}::2")
        )
    texts["p"] = texts["p"].replace("address-family vpnv4", "address-family vpnv6")
    state = state_of(texts)
    assert of_vrf(state, "pe1", "RED") == [
        "2001:db8:10::/64 bgp 2001:db8:1::2 20",
        "2001:db8:20::/64 ibgp 10.255.0.2 200",
    ]
    assert [line for line in routes(state, "ce1") if "20::" in line] == [
        "bgp 2001:db8:20::/64 via 2001:db8:1::1 dynamic [20/0]"
    ]
    assert fate(texts, "ce1", "2001:db8:20::1") == {(Disposition.ACCEPTED, "ce2")}
