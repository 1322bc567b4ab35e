"""BGP of NX-OS: neighbors, templates and VRFs as modes; what is active, what is inherited, what the defaults are."""

from __future__ import annotations

import pytest

from guard.model.bgp import BgpNeighbor, BgpProcess, NeighborFamily
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.cisco.reader import read


def parse(text: str) -> Device:
    return read(text, "configs/r1.cfg", Vendor.NXOS)


def process(text: str, vrf: str = "default") -> BgpProcess:
    return next(each for each in parse(text).bgp if each.vrf == vrf)


def only(text: str) -> BgpNeighbor:
    (found,) = process(text).neighbors
    return found


def family(text: str, version: int = 4) -> NeighborFamily:
    return next(each for each in only(text).families if each.version == version)


def states(text: str) -> dict[str, LineState]:
    return {note.text: note.state for note in parse(text).coverage.notes}


def test_a_neighbor_is_active_in_the_families_that_are_opened_for_it() -> None:
    found = process(
        "router bgp 65001\n  neighbor 10.0.0.1\n    remote-as 65002\n    address-family ipv4 unicast\n"
        "  neighbor 10.0.0.2 remote-as 65003\n    address-family ipv6 unicast\n      send-community\n"
        "  neighbor 10.0.0.3\n    remote-as 65004\n"
    ).neighbors
    active = {str(each.address): [one.version for one in each.families if one.activated] for each in found}
    assert active == {"10.0.0.1": [4], "10.0.0.2": [6], "10.0.0.3": []}
    assert [each.remote_as for each in found] == [65002, 65003, 65004]


def test_the_vendors_defaults() -> None:
    found = process("router bgp 65001\n  address-family ipv4 unicast\n")
    (ipv4,) = found.families
    assert (ipv4.distance_external, ipv4.distance_internal, ipv4.distance_local) == (20, 200, 220)
    assert (ipv4.maximum_paths, ipv4.maximum_paths_ibgp) == (1, 1)
    assert found.deterministic_med
    assert not found.compare_router_id
    settings = family("router bgp 1\n  neighbor 10.0.0.1\n    remote-as 2\n    address-family ipv4 unicast\n")
    assert not settings.send_community
    assert not settings.advertise_peer_as


def test_process_and_family_settings() -> None:
    found = process(
        "router bgp 65001\n  router-id 10.255.0.1\n  cluster-id 7\n  bestpath always-compare-med\n"
        "  bestpath as-path multipath-relax\n  bestpath med missing-as-worst\n  bestpath med non-deterministic\n"
        "  confederation identifier 100\n  confederation peers 65010 65011\n  timers bgp 10 30\n"
        "  address-family ipv4 unicast\n    network 10.0.0.0/24 route-map ORIGIN\n"
        "    network 10.1.0.0 mask 255.255.0.0\n"
        "    aggregate-address 10.0.0.0/8 summary-only\n    redistribute direct route-map CONN\n"
        "    redistribute ospf UNDERLAY route-map OSPF\n    maximum-paths 8\n    maximum-paths ibgp 4\n"
        "    distance 30 190 210\n    default-information originate\n"
    )
    assert (found.router_id, found.cluster_id, found.confederation_id) == (0x0AFF0001, 7, 100)
    assert (found.always_compare_med, found.multipath_relax, found.med_missing_as_worst) == (True, True, True)
    assert not found.deterministic_med
    (ipv4,) = found.families
    assert [(str(each.prefix), each.policy) for each in ipv4.networks] == [
        ("10.0.0.0/24", "ORIGIN"), ("10.1.0.0/16", ""),
    ]  # fmt: skip
    assert [(each.protocol, each.process, each.policy) for each in ipv4.redistributions] == [
        ("connected", "", "CONN"), ("ospf", "UNDERLAY", "OSPF"),
    ]  # fmt: skip
    assert (ipv4.maximum_paths, ipv4.maximum_paths_ibgp) == (8, 4)
    assert (ipv4.distance_external, ipv4.distance_internal, ipv4.distance_local) == (30, 190, 210)
    assert ipv4.aggregates[0].summary_only
    assert ipv4.default_information


def test_settings_of_a_neighbor() -> None:
    text = """router bgp 65001
  neighbor 10.0.0.1
    remote-as 65002
    description to the outside
    local-as 65100 no-prepend replace-as
    update-source loopback0
    ebgp-multihop 3
    disable-connected-check
    remove-private-as all
    shutdown
    bfd
    address-family ipv4 unicast
      allowas-in 2
      as-override
      default-originate route-map DEF
      disable-peer-as-check
      filter-list PATHS in
      maximum-prefix 100 80 warning-only
      next-hop-self
      prefix-list IN in
      route-map OUT out
      send-community
      send-community extended
      soft-reconfiguration inbound always
      unsuppress-map U
      weight 5
"""
    found, settings = only(text), family(text)
    assert (found.local_as, found.local_as_no_prepend, found.local_as_replace) == (65100, True, True)
    assert (found.update_source, found.multihop, found.disable_connected_check) == ("loopback0", 3, True)
    assert (found.shutdown, found.bfd) == (True, True)
    assert (settings.allowas_in, settings.as_override, settings.advertise_peer_as) == (2, True, True)
    assert (settings.default_originate, settings.default_originate_policy) == (True, "DEF")
    assert [(each.kind, each.name) for each in settings.import_filters] == [
        ("prefix-list", "IN"), ("filter-list", "PATHS"),
    ]  # fmt: skip
    assert (settings.export_policies, settings.next_hop_self, settings.weight) == (("OUT",), "self", 5)
    assert (settings.send_community, settings.send_extended_community) == (True, True)
    assert settings.remove_private_as == "all"
    assert settings.maximum_prefix is not None
    assert settings.maximum_prefix.limit == 100
    assert LineState.UNRECOGNISED not in states(text).values()


TEMPLATES = """router bgp 65001
  template peer SPINE
    inherit peer-session S
    remote-as 65100
    address-family ipv4 unicast
      inherit peer-policy LOW 10
      inherit peer-policy HIGH 20
      route-map OF-TEMPLATE in
  template peer-session S
    update-source loopback1
    description from the session template
  template peer-policy LOW
    route-map LOW out
    send-community
  template peer-policy HIGH
    route-map HIGH out
    next-hop-self
"""


def test_a_template_gives_what_the_neighbor_does_not_say() -> None:
    text = TEMPLATES + "  neighbor 10.0.0.1\n    inherit peer SPINE\n    description own\n"
    found, settings = only(text), family(text)
    assert (found.remote_as, found.update_source, found.description, found.group) == (
        65100, "loopback1", "own", "SPINE",
    )  # fmt: skip
    assert settings.activated
    assert settings.import_policies == ("OF-TEMPLATE",)
    assert (settings.send_community, settings.next_hop_self) == (True, "self")


def test_of_several_policy_templates_the_lowest_preference_holds() -> None:
    assert family(TEMPLATES + "  neighbor 10.0.0.1\n    inherit peer SPINE\n").export_policies == ("LOW",)


def test_the_neighbors_own_line_stands_over_its_template() -> None:
    text = TEMPLATES + "  neighbor 10.0.0.1\n    inherit peer SPINE\n    remote-as 65200\n"
    text += "    address-family ipv4 unicast\n      route-map OWN in\n"
    assert only(text).remote_as == 65200
    assert family(text).import_policies == ("OWN",)


def test_templates_serve_the_neighbors_of_every_vrf() -> None:
    text = TEMPLATES + "  vrf RED\n    router-id 10.9.0.1\n    neighbor 10.2.0.1\n      inherit peer SPINE\n"
    red = process(text, "RED")
    (neighbor,) = red.neighbors
    assert (red.asn, red.router_id, neighbor.remote_as) == (65001, 0x0A090001, 65100)
    assert [each.version for each in neighbor.families if each.activated] == [4]


def test_a_vrf_takes_no_bestpath_from_the_process() -> None:
    text = "router bgp 1\n  router-id 1.1.1.1\n  bestpath compare-routerid\n  no enforce-first-as\n  vrf RED\n"
    red = process(text, "RED")
    assert (red.router_id, red.compare_router_id, red.enforce_first_as) == (None, False, False)


@pytest.mark.parametrize(
    "header", ["neighbor 10.9.0.0/24 remote-as 65009", "neighbor 10.9.0.0/24\n    remote-as 65009"]
)
def test_a_prefix_lets_neighbors_come_by_themselves(header: str) -> None:
    found = only(f"router bgp 1\n  {header}\n    address-family ipv4 unicast\n      route-map IN in\n")
    assert (str(found.listen), found.address, found.remote_as) == ("10.9.0.0/24", None, 65009)
    assert found.families[0].import_policies == ("IN",)


def test_a_route_map_tells_the_ases_of_dynamic_neighbors() -> None:
    text = "route-map ASES deny 5\n  match as-number 64510\n  match as-number x\n"
    text += "route-map ASES permit 10\n  match as-number 64500, 64505-64519\n"
    found = only(text + "router bgp 1\n  neighbor 10.9.0.0/24\n    remote-as route-map ASES\n")
    assert found.remote_as is None
    assert found.remote_as_ranges == ((64500, 64500), (64505, 64509), (64511, 64519))


def test_a_neighbor_on_an_interface_has_no_address() -> None:
    found = only("router bgp 1\n  neighbor Ethernet1/1\n    remote-as 2\n    address-family ipv4 unicast\n")
    assert (found.interface, found.address, found.families[0].extended_next_hop) == ("Ethernet1/1", None, True)


def test_a_neighbor_that_is_taken_away_is_gone() -> None:
    text = "router bgp 1\n  neighbor 10.0.0.1 remote-as 2\n  neighbor 10.0.0.2 remote-as 2\n  no neighbor 10.0.0.1\n"
    assert str(only(text).address) == "10.0.0.2"


def test_other_families_are_noted_line_by_line() -> None:
    found = states(
        "router bgp 1\n  address-family ipv4 mvpn\n    maximum-paths ibgp 4\n"
        "  neighbor 10.0.0.1\n    remote-as 1\n    address-family ipv4 mvpn\n      send-community extended\n"
    )
    assert set(found.values()) == {LineState.NOT_IMPLEMENTED}
    assert len(found) == 3


def test_of_evpn_the_prefix_routes_are_modelled() -> None:
    found = states(
        "router bgp 1\n  address-family l2vpn evpn\n    retain route-target all\n    maximum-paths ibgp 4\n"
        "  neighbor 10.0.0.1\n    remote-as 1\n    address-family l2vpn evpn\n      send-community extended\n"
    )
    assert sorted(found.values()) == [LineState.PARTIAL, LineState.NOT_IMPLEMENTED]


def test_what_cannot_be_read_is_said() -> None:
    found = states("router bgp 1\n  address-family ipv4 unicast\n    redistribute static\n  neighbor\n  frobnicate 7\n")
    assert found == {
        "redistribute static": LineState.UNRECOGNISED,
        "neighbor": LineState.UNRECOGNISED,
        "frobnicate 7": LineState.UNRECOGNISED,
    }
