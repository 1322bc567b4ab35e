"""BGP neighbours: settings of the session and of each family, inherited as each vendor inherits, with its defaults."""

from __future__ import annotations

import time

import pytest

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import VPNV4, BgpNeighbor, ConditionalAdvertisement, ListFilter, NeighborFamily
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.cisco.reader import read

FRR = "frr version 8.4.4\nfrr defaults traditional\n"


def device(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def neighbor(text: str, end: str, vendor: Vendor = Vendor.IOS, vrf: str = "default") -> BgpNeighbor:
    found = {
        str(each.address or each.interface or each.listen): each
        for process in device(text, vendor).bgp
        if process.vrf == vrf
        for each in process.neighbors
    }
    return found[end]


def family(found: BgpNeighbor, version: int = 4) -> NeighborFamily:
    return next(each for each in found.families if each.version == version)


def versions(found: BgpNeighbor) -> list[int]:
    return [each.version for each in found.families if each.activated]


def one(*lines: str, vendor: Vendor = Vendor.IOS) -> BgpNeighbor:
    """A neighbour 192.0.2.1 with these settings in `router bgp`."""
    body = "\n".join(f" neighbor 192.0.2.1 {line}" for line in ("remote-as 65002", *lines))
    return neighbor(f"router bgp 65001\n{body}\n", "192.0.2.1", vendor)


def test_settings_of_a_session() -> None:
    found = one(
        "local-as 64999 no-prepend replace-as dual-as",
        "update-source Loopback0",
        "ebgp-multihop 3",
        "ttl-security hops 2",
        "disable-connected-check",
        "transport connection-mode passive",
        "description to the other side",
        "fall-over bfd",
        "shutdown",
    )
    assert (found.address, found.remote_as, found.remote_as_kind) == (parse_address("192.0.2.1"), 65002, "number")
    assert (found.local_as, found.local_as_no_prepend, found.local_as_replace, found.local_as_dual) == (
        64999,
        True,
        True,
        True,
    )
    assert (found.update_source, found.multihop, found.ttl_security) == ("Loopback0", 3, 2)
    assert (found.disable_connected_check, found.passive, found.bfd, found.shutdown) == (True, True, True, True)
    assert found.description == "to the other side"
    assert str(found.source) == "configs/r1.cfg:2"


def test_multihop_without_a_number_is_255_and_without_the_line_none() -> None:
    assert one("ebgp-multihop").multihop == 255
    assert one().multihop is None


def test_a_key_is_kept_as_a_digest_that_two_ends_can_compare() -> None:
    plain, obfuscated = one("password cisco"), one("password 7 13061E010803")
    assert plain.authentication == obfuscated.authentication
    assert plain.authentication != one("password other").authentication
    assert "cisco" not in plain.authentication
    assert one("password 7 AAAA==", vendor=Vendor.EOS).authentication == "unreadable"
    assert one().authentication == ""


def test_settings_of_a_family() -> None:
    found = family(
        one(
            "next-hop-self",
            "route-reflector-client",
            "send-community both",
            "remove-private-as all replace-as",
            "allowas-in",
            "as-override",
            "default-originate route-map D",
            "maximum-prefix 100 90 warning-only",
            "weight 7",
            "unsuppress-map U",
            "advertise-map A non-exist-map N",
            "route-map IN in",
            "route-map OUT out",
            "prefix-list PIN in",
            "distribute-list 7 out",
            "filter-list 9 in",
        )
    )
    assert (found.next_hop_self, found.route_reflector_client, found.as_override) == ("self", True, True)
    assert (found.send_community, found.send_extended_community, found.send_large_community) == (True, True, False)
    assert (found.remove_private_as, found.allowas_in, found.weight) == ("all replace", 3, 7)
    assert (found.default_originate, found.default_originate_policy, found.unsuppress_policy) == (True, "D", "U")
    limit = found.maximum_prefix
    assert limit is not None
    assert (limit.limit, limit.threshold, limit.warning_only, str(limit.source)) == (
        100,
        90,
        True,
        "configs/r1.cfg:10",
    )
    assert found.conditional == ConditionalAdvertisement("A", "N", exist=False)
    assert (found.import_policies, found.export_policies) == (("IN",), ("OUT",))
    assert found.import_filters == (ListFilter("prefix-list", "PIN"), ListFilter("filter-list", "9"))
    assert found.export_filters == (ListFilter("distribute-list", "7"),)


@pytest.mark.parametrize(
    ("vendor", "line", "sent"),
    [
        (Vendor.IOS, "", ""),
        (Vendor.IOS, "send-community", "standard"),
        (Vendor.IOS, "send-community extended", "extended"),
        (Vendor.IOS, "send-community both", "standard extended"),
        (Vendor.EOS, "", ""),
        (Vendor.EOS, "send-community", "standard extended large"),
        (Vendor.EOS, "send-community standard large", "standard large"),
        (Vendor.FRR, "", "standard extended large"),
        (Vendor.FRR, "send-community both", "standard extended large"),
    ],
)
def test_communities_sent_by_vendor(vendor: Vendor, line: str, sent: str) -> None:
    found = family(one(*([line] if line else []), vendor=vendor))
    kinds = {
        "standard": found.send_community,
        "extended": found.send_extended_community,
        "large": found.send_large_community,
    }
    assert " ".join(kind for kind, on in kinds.items() if on) == sent


def test_frr_takes_communities_away() -> None:
    text = f"""{FRR}router bgp 65001
 neighbor G peer-group
 neighbor 192.0.2.1 remote-as 65002
 neighbor 192.0.2.1 peer-group G
 !
 address-family ipv4 unicast
  no neighbor G send-community large
  no neighbor 192.0.2.1 send-community
 exit-address-family
"""
    found = family(neighbor(text, "192.0.2.1", Vendor.FRR))
    kinds = (found.send_community, found.send_extended_community, found.send_large_community)
    assert kinds == (False, True, False)


def test_eos_limits_prefixes_by_default() -> None:
    default = family(one(vendor=Vendor.EOS)).maximum_prefix
    assert default is not None
    assert (default.limit, default.warning_only) == (12000, False)
    assert family(one("maximum-routes 0", vendor=Vendor.EOS)).maximum_prefix is None
    raised = family(one("maximum-routes 500 warning-limit 80 percent warning-only", vendor=Vendor.EOS)).maximum_prefix
    assert raised is not None
    assert (raised.limit, raised.threshold, raised.warning_only) == (500, 80, True)
    assert family(one()).maximum_prefix is None


def test_peer_groups_and_what_stands_over_them() -> None:
    text = f"""{FRR}router bgp 65001
 neighbor G peer-group
 neighbor G remote-as external
 neighbor G update-source lo
 neighbor G timers 3 9
 neighbor 192.0.2.1 peer-group G
 neighbor 192.0.2.2 remote-as 65009
 neighbor 192.0.2.2 peer-group G
 neighbor 192.0.2.2 shutdown
 !
 address-family ipv4 unicast
  neighbor G route-map GROUP in
  neighbor G next-hop-self
  neighbor G route-reflector-client
  neighbor 192.0.2.2 route-map OWN in
  neighbor 192.0.2.2 next-hop-self force
  no neighbor 192.0.2.2 route-reflector-client
 exit-address-family
 address-family ipv6 unicast
  neighbor G activate
  no neighbor 192.0.2.2 activate
 exit-address-family
"""
    member, own = neighbor(text, "192.0.2.1", Vendor.FRR), neighbor(text, "192.0.2.2", Vendor.FRR)
    assert (member.remote_as_kind, member.remote_as) == ("external", None)
    assert (member.update_source, member.group) == ("lo", "G")
    assert (own.remote_as, own.update_source, own.shutdown) == (65009, "lo", True)
    assert (family(member).import_policies, family(own).import_policies) == (("GROUP",), ("OWN",))
    assert (family(member).next_hop_self, family(own).next_hop_self) == ("self", "force")
    assert (family(member).route_reflector_client, family(own).route_reflector_client) == (True, False)
    assert (versions(member), versions(own)) == ([4, 6], [4])


def test_eos_writes_policies_for_all_families_and_for_one() -> None:
    text = """\
router bgp 65001
   neighbor G peer group
   neighbor G remote-as 65002
   neighbor G route-map ALL in
   neighbor 192.0.2.1 peer group G
   neighbor 2001:db8::1 peer group G
   !
   address-family ipv4
      neighbor 192.0.2.1 route-map FOUR in
   !
   address-family ipv6
      neighbor 2001:db8::1 activate
"""
    four, six = neighbor(text, "192.0.2.1", Vendor.EOS), neighbor(text, "2001:db8::1", Vendor.EOS)
    assert family(four).import_policies == ("FOUR",)
    assert family(six, 6).import_policies == ("ALL",)
    assert (versions(four), versions(six)) == ([4], [6])


@pytest.mark.parametrize("vendor", [Vendor.IOS, Vendor.FRR, Vendor.EOS])
def test_activation(vendor: Vendor) -> None:
    text = """\
router bgp 65001
 no bgp default ipv4-unicast
 neighbor 192.0.2.1 remote-as 65002
 neighbor 192.0.2.2 remote-as 65002
 address-family ipv4
  neighbor 192.0.2.1 activate
 address-family ipv6
  neighbor 192.0.2.2 activate
"""
    assert versions(neighbor(text, "192.0.2.1", vendor)) == [4]
    assert versions(neighbor(text, "192.0.2.2", vendor)) == [6]
    assert versions(one(vendor=vendor)) == [4]


def test_ios_templates() -> None:
    """Sessions inherit from one template at a time; of two policies the higher number stands over the lower."""
    text = """\
router bgp 65001
 template peer-session BASE
  update-source Loopback0
  ebgp-multihop 2
 exit-peer-session
 template peer-session MORE
  remote-as 65002
  ebgp-multihop 9
  inherit peer-session BASE
 exit-peer-session
 template peer-policy LOW
  route-map LOW in
  send-community
  weight 1
 exit-peer-policy
 template peer-policy HIGH
  route-map HIGH in
 exit-peer-policy
 template peer-policy BOTH
  weight 2
  inherit peer-policy HIGH 20
  inherit peer-policy LOW 10
 exit-peer-policy
 neighbor 192.0.2.1 inherit peer-session MORE
 address-family ipv4
  neighbor 192.0.2.1 activate
  neighbor 192.0.2.1 inherit peer-policy BOTH
"""
    found = neighbor(text, "192.0.2.1")
    assert (found.remote_as, found.update_source, found.multihop) == (65002, "Loopback0", 9)
    assert family(found).import_policies == ("HIGH",)
    assert (family(found).weight, family(found).send_community) == (2, True)


def test_templates_that_inherit_each_other_come_to_an_end() -> None:
    text = """\
router bgp 65001
 template peer-session A
  inherit peer-session B
  remote-as 65002
 template peer-session B
  inherit peer-session A
 neighbor 192.0.2.1 inherit peer-session A
"""
    assert neighbor(text, "192.0.2.1").remote_as == 65002


def test_dynamic_neighbors() -> None:
    ios = """\
router bgp 65001
 bgp listen limit 20
 bgp listen range 192.0.2.0/24 peer-group G
 neighbor G peer-group
 neighbor G remote-as 65002 alternate-as 65003 65004
 neighbor G next-hop-self
"""
    found = neighbor(ios, "192.0.2.0/24")
    assert (found.listen, found.address) == (parse_prefix("192.0.2.0/24"), None)
    assert (found.remote_as, found.remote_as_options, found.group) == (65002, (65003, 65004), "G")
    assert family(found).next_hop_self == "self"


def test_eos_peer_filters_may_stand_anywhere() -> None:
    text = """\
router bgp 65001
   neighbor G peer-group
   bgp listen range 192.0.2.0/24 peer-group G peer-filter F
   bgp listen range 198.51.100.0/24 peer-group G remote-as 65007
   neighbor interface Et1-2,5 peer-group G remote-as 65008
peer-filter F
   20 match as-range 65000-65100 result accept
   10 match as-range 65010-65019 result reject
"""
    filtered = neighbor(text, "192.0.2.0/24", Vendor.EOS)
    assert filtered.remote_as_ranges == ((65000, 65009), (65020, 65100))
    assert neighbor(text, "198.51.100.0/24", Vendor.EOS).remote_as == 65007
    assert [neighbor(text, f"Ethernet{n}", Vendor.EOS).remote_as for n in (1, 2, 5)] == [65008] * 3


def test_unnumbered_neighbors_of_frr() -> None:
    text = f"""{FRR}router bgp 65001
 neighbor FABRIC peer-group
 neighbor FABRIC remote-as external
 neighbor swp1 interface peer-group FABRIC
 neighbor swp2 interface v6only remote-as internal
 neighbor swp3 interface
 neighbor swp3 remote-as 65007
"""
    found = [neighbor(text, f"swp{n}", Vendor.FRR) for n in (1, 2, 3)]
    assert [(each.interface, each.remote_as_kind, each.remote_as) for each in found] == [
        ("swp1", "external", None),
        ("swp2", "internal", None),
        ("swp3", "number", 65007),
    ]
    assert [family(each).extended_next_hop for each in found] == [True, True, True]


def test_neighbors_of_vrfs() -> None:
    ios = """\
router bgp 65001
 no bgp default ipv4-unicast
 bgp router-id 192.0.2.9
 address-family ipv4 vrf RED
  neighbor 192.0.2.1 remote-as 65002
  neighbor 192.0.2.1 activate
 address-family ipv6 vrf RED
  neighbor 2001:db8::1 remote-as 65003
  neighbor 2001:db8::1 activate
"""
    assert versions(neighbor(ios, "192.0.2.1", vrf="RED")) == [4]
    assert versions(neighbor(ios, "2001:db8::1", vrf="RED")) == [6]
    eos = """\
router bgp 65001
   neighbor G peer group
   neighbor G remote-as 65002
   neighbor G send-community
   vrf RED
      rd 192.0.2.9:1
      neighbor 192.0.2.1 peer group G
"""
    found = neighbor(eos, "192.0.2.1", Vendor.EOS, "RED")
    assert (found.remote_as, family(found).send_large_community) == (65002, True)


def test_add_path() -> None:
    ios = """\
router bgp 65001
 neighbor 192.0.2.1 remote-as 65001
 neighbor 192.0.2.2 remote-as 65001
 address-family ipv4
  bgp additional-paths select all
  bgp additional-paths send receive
  neighbor 192.0.2.1 advertise additional-paths all
"""
    found = [family(neighbor(ios, f"192.0.2.{n}")) for n in (1, 2)]
    assert [(each.add_path_send, each.add_path_receive) for each in found] == [("all", True), ("", True)]
    assert family(one("advertise additional-paths all")).add_path_send == ""
    assert family(one("addpath-tx-all-paths", vendor=Vendor.FRR)).add_path_send == "all"


def test_a_neighbor_that_is_taken_back_is_none() -> None:
    text = "router bgp 65001\n neighbor 192.0.2.1 remote-as 65002\n no neighbor 192.0.2.1\n"
    assert device(text).bgp[0].neighbors == ()


def test_a_group_that_is_not_defined_is_warned_about_and_referred_to() -> None:
    text = "router bgp 65001\n neighbor 192.0.2.1 peer-group NONE\n neighbor NONE2 remote-as 65002\n"
    found = device(text)
    assert [each.name for each in found.undefined] == ["NONE"]
    assert found.bgp[0].neighbors[0].remote_as_kind == ""
    assert [number for number, _ in found.warnings] == [2, 3]


def test_what_is_not_modelled_or_not_known_is_said() -> None:
    text = """\
router bgp 65001
 neighbor 192.0.2.1 remote-as 65002
 neighbor 192.0.2.1 timers 3 9
 neighbor 192.0.2.1 route-to-peer
 neighbor 192.0.2.1 nonsense
 neighbor 192.0.2.1 remote-as many
 neighbor 192.0.2.1 route-map X sideways
 address-family ipv4 mvpn
  neighbor 192.0.2.1 activate
  no neighbor 192.0.2.1 next-hop-self
 exit-address-family
"""
    assert [LineState(state).name for state in device(text).coverage.states if state] == [
        "IMPLEMENTED",
        "IMPLEMENTED",
        "IGNORED",
        "NOT_IMPLEMENTED",
        "UNRECOGNISED",
        "UNRECOGNISED",
        "UNRECOGNISED",
        "NOT_IMPLEMENTED",
        "NOT_IMPLEMENTED",
        "IMPLEMENTED",
        "IMPLEMENTED",
    ]


def test_a_neighbor_carries_vpn_routes_where_the_family_says_so() -> None:
    text = """\
router bgp 65001
 neighbor 192.0.2.1 remote-as 65001
 address-family vpnv4
  neighbor 192.0.2.1 activate
  neighbor 192.0.2.1 route-reflector-client
  neighbor 192.0.2.1 send-community extended
"""
    found = device(text)
    (carried,) = found.bgp[0].neighbors[0].overlays
    assert (carried.version, carried.route_reflector_client, carried.send_extended_community) == (VPNV4, True, True)
    assert {LineState(state).name for state in found.coverage.states if state} == {"IMPLEMENTED"}


def test_many_neighbors_cost_no_more_than_their_number() -> None:
    def seconds(count: int) -> float:
        lines = ["router bgp 65001", " neighbor G peer-group", " neighbor G remote-as 65001"]
        for number in range(count):
            end = f"10.{number >> 8}.{number & 255}.1"
            lines += [f" neighbor {end} peer-group G", f" neighbor {end} description {number}"]
            lines += [f" neighbor {end} route-map IN in", f" neighbor {end} activate"]
        text = "\n".join(lines)
        started = time.perf_counter()
        assert len(device(text).bgp[0].neighbors) == count
        return time.perf_counter() - started

    seconds(50)
    assert seconds(1600) < 16 * max(seconds(400), 0.02)
