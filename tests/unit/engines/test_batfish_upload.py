"""What Batfish is given.

(AS 64500) r1 --10.0.0.0/31-- r2 (frr)      r1 --192.0.2.0/31-- provider (nobody's configuration)
"""

from __future__ import annotations

import json

import pytest
from small_network import snapshot_of

from guard.engines.batfish.upload import as_numbered_here, offset, taken_down, upload
from guard.model.provenance import Source
from guard.model.state import InterfaceId, Scenario, StateNote

IOS = """
hostname R1
!
interface Ethernet1
 ip address 10.0.0.0 255.255.255.254
!
interface Ethernet2
 ip address 192.0.2.0 255.255.255.254
!
router bgp 64500
 neighbor 192.0.2.1 remote-as 64496
"""
FRR = """
! made by hand
frr version 8.4.4
frr defaults traditional
hostname r2
!
vrf blue
exit-vrf
!
interface eth1
 ip address 10.0.0.1/31
exit
!
interface eth2 vrf blue
 ip address 10.9.0.1/24
exit
"""
INVENTORY = """
apiVersion: guard/v1
kind: Inventory
sites: [{name: internet, kind: external, devices: []}]
peerings: [{device: R1, neighbor: 192.0.2.1, role: provider, site: internet}]
"""


def test_guards_own_files_stay_here() -> None:
    made = upload(snapshot_of({"r1": IOS}, {"inventory.yaml": INVENTORY, "zones/example.zone": ""}))
    assert sorted(made) == ["configs/r1.cfg", "external_bgp_announcements.json"]
    assert made["configs/r1.cfg"] == IOS.lstrip("\n")


def test_a_plain_frr_conf_becomes_a_cumulus_file_and_its_lines_are_found_again() -> None:
    snapshot = snapshot_of({"r2": FRR})
    text = upload(snapshot)["configs/r2.cfg"]
    rows = text.split("\n")
    assert rows[:2] == ["r2", "# This file describes the network interfaces"]
    assert text.index("iface eth1") < text.index("# ports.conf --") < text.index("frr version 8.4.4")
    assert "iface eth2\n    vrf blue" in text
    assert "iface blue\n    vrf-table auto" in text
    own = FRR.lstrip("\n").split("\n")
    assert rows[offset(snapshot.devices["r2"], snapshot) + 1 :] == own[1:]
    there = rows.index(" ip address 10.0.0.1/31") + 1
    note = StateNote("batfish-issue", "x", (), (Source("configs/r2.cfg", there, there),))
    (back,) = as_numbered_here((note,), snapshot)
    assert own[back.sources[0].first - 1] == " ip address 10.0.0.1/31"


def test_a_frr_conf_without_its_version_line_is_given_one() -> None:
    snapshot = snapshot_of({"r2": FRR.replace("frr version 8.4.4\n", "")})
    rows = upload(snapshot)["configs/r2.cfg"].split("\n")
    lower = offset(snapshot.devices["r2"], snapshot)
    assert rows[lower - 1] == "frr version"
    assert rows[lower] == "! made by hand"


def test_the_far_end_of_a_link_goes_down_with_it() -> None:
    snapshot = snapshot_of({"r1": IOS, "r2": FRR}, {"batfish/interface_blacklist": "[]"})
    assert taken_down(snapshot) == ()
    scenario = Scenario(down_interfaces=frozenset({InterfaceId("R1", "Ethernet1")}))
    assert list(map(str, taken_down(snapshot, scenario))) == ["R1[Ethernet1]", "r2[eth1]"]
    told = json.loads(upload(snapshot, scenario)["batfish/interface_blacklist"])
    assert told == [{"hostname": "r1", "interface": "Ethernet1"}, {"hostname": "r2", "interface": "eth1"}]


def test_a_provider_that_says_nothing_sends_a_default_route_and_its_test_prefix() -> None:
    made = upload(snapshot_of({"r1": IOS}, {"inventory.yaml": INVENTORY}))
    entries = json.loads(made["external_bgp_announcements.json"])["Announcements"]
    assert entries[0]["network"] == "0.0.0.0/0"
    assert len(entries) == 2
    assert all(
        (each["type"], each["srcIp"], each["dstIp"], each["dstNode"], each["asPath"])
        == ("ebgp_sent", "192.0.2.1", "192.0.2.0", "r1", [[64496]])
        for each in entries
    )


def test_what_the_snapshot_says_of_the_outside_is_not_added_to() -> None:
    own = {"type": "ebgp_sent", "network": "198.51.100.0/24", "nextHopIp": "192.0.2.1", "srcIp": "192.0.2.1",
           "dstNode": "r1", "dstIp": "192.0.2.0", "srcProtocol": "AGGREGATE", "originType": "egp",
           "asPath": [[64496]], "communities": [], "clusterList": []}  # fmt: skip
    other = {"inventory.yaml": INVENTORY, "external_bgp_announcements.json": json.dumps({"Announcements": [own]})}
    made = upload(snapshot_of({"r1": IOS}, other))
    assert json.loads(made["external_bgp_announcements.json"])["Announcements"] == [own]


def test_an_outside_session_whose_interface_is_down_says_nothing() -> None:
    snapshot = snapshot_of({"r1": IOS}, {"inventory.yaml": INVENTORY})
    scenario = Scenario(down_interfaces=frozenset({InterfaceId("R1", "Ethernet2")}))
    assert "external_bgp_announcements.json" not in upload(snapshot, scenario)


BGP = """
router bgp 64500
 neighbor 192.0.2.2 remote-as 64500
 neighbor 192.0.2.3 remote-as 64500
 address-family ipv4 unicast
  neighbor 192.0.2.2 next-hop-self
{more}
"""


def test_next_hop_self_of_frr_goes_up_in_the_form_that_batfish_obeys() -> None:
    plain = upload(snapshot_of({"r2": FRR + BGP.format(more="")}))["configs/r2.cfg"]
    assert "  neighbor 192.0.2.2 next-hop-self force\n" in plain
    reflector = FRR + BGP.format(more="  neighbor 192.0.2.3 route-reflector-client")
    assert "  neighbor 192.0.2.2 next-hop-self\n" in upload(snapshot_of({"r2": reflector}))["configs/r2.cfg"]
    ios = IOS + " neighbor 192.0.2.1 next-hop-self\n"
    assert upload(snapshot_of({"r1": ios}))["configs/r1.cfg"] == ios.lstrip("\n")


ANYCAST = """
frr version 8.4.4
frr defaults traditional
hostname r1
interface eth0
 ip address 10.0.0.1/30
interface lo53
 ip address 192.0.2.53/32
ip route 192.0.2.0/24 lo53
router bgp 65001
 {check}
 neighbor 10.0.0.2 remote-as 65000
 address-family ipv4 unicast
  network 192.0.2.0/24
 exit-address-family
"""


@pytest.mark.parametrize(
    ("check", "held"), [("bgp network import-check", False), ("no bgp network import-check", True)]
)
def test_frr_originates_a_network_only_while_it_has_a_route(check: str, held: bool) -> None:
    """Batfish's FRR originates always: the statement goes up while its route is there, or where nobody asks for one."""
    snapshot = snapshot_of({"r1": ANYCAST.format(check=check)})
    down = Scenario(frozenset(), frozenset({InterfaceId("r1", "lo53")}))
    before, after = (upload(snapshot, each)["configs/r1.cfg"].split("\n") for each in (Scenario(), down))
    assert "  network 192.0.2.0/24" in before
    assert ("  network 192.0.2.0/24" in after) is held
    assert len(before) == len(after)


def test_a_neighbour_of_frr_that_is_shut_is_none_to_batfish() -> None:
    shut = FRR + BGP.format(more="").replace(
        "remote-as 64500\n address", "remote-as 64500\n neighbor 192.0.2.2 shutdown\n address"
    )
    text = upload(snapshot_of({"r2": shut}))["configs/r2.cfg"]
    assert "neighbor 192.0.2.2 remote-as" not in text
    assert " neighbor 192.0.2.3 remote-as 64500" in text
    assert text.count("\n") == upload(snapshot_of({"r2": FRR + BGP.format(more="")}))["configs/r2.cfg"].count("\n") + 1


TWO_FILTERS = """
hostname R1
!
interface Ethernet1
 ip address 192.0.2.0 255.255.255.254
!
router bgp 64500
 neighbor 192.0.2.1 remote-as 64496
 neighbor 192.0.2.1 prefix-list NOTHING in
 {more}
!
ip prefix-list NOTHING seq 5 deny 0.0.0.0/0 le 32
!
route-map ALL permit 10
"""


@pytest.mark.parametrize(("more", "announced"), [("", True), ("neighbor 192.0.2.1 route-map ALL in", False)])
def test_what_a_list_beside_a_route_map_keeps_out_is_not_announced(more: str, announced: bool) -> None:
    """Batfish applies the route-map alone; where the list is all there is, it applies that."""
    files = upload(snapshot_of({"r1": TWO_FILTERS.format(more=more)}))
    assert ("external_bgp_announcements.json" in files) is announced
