"""BGP processes: originations, installation, best-path settings, VRFs, and defaults by vendor, profile and version."""

from __future__ import annotations

import pytest

from guard.model.address import parse_prefix
from guard.model.bgp import BgpFamily, BgpProcess
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.cisco.reader import read


def device(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def process(text: str, vendor: Vendor = Vendor.IOS, vrf: str = "default") -> BgpProcess:
    return next(each for each in device(text, vendor).bgp if each.vrf == vrf)


def family(found: BgpProcess, version: int = 4) -> BgpFamily:
    return next(each for each in found.families if each.version == version)


def body(lines: str, vendor: Vendor = Vendor.IOS) -> BgpProcess:
    inner = "\n".join(f" {line.strip()}" for line in lines.strip().splitlines())
    return process(f"router bgp 65001\n{inner}\n", vendor)


def test_networks() -> None:
    found = body(
        """
        network 10.0.0.0
        network 172.16.0.0
        network 192.0.2.0
        network 198.51.100.0 mask 255.255.255.128 route-map R
        network 203.0.113.0 mask 255.255.255.0 backdoor
        """
    )
    assert [(str(each.prefix), each.policy, each.backdoor) for each in family(found).networks] == [
        ("10.0.0.0/8", "", False),
        ("172.16.0.0/16", "", False),
        ("192.0.2.0/24", "", False),
        ("198.51.100.0/25", "R", False),
        ("203.0.113.0/24", "", True),
    ]


def test_eos_networks_of_both_families() -> None:
    found = body("network 192.0.2.0/24\nnetwork 2001:db8::/32", Vendor.EOS)
    assert [str(each.prefix) for each in family(found).networks] == ["192.0.2.0/24"]
    assert [str(each.prefix) for each in family(found, 6).networks] == ["2001:db8::/32"]


def test_aggregates() -> None:
    found = body(
        """
        aggregate-address 10.0.0.0 255.0.0.0 summary-only
        aggregate-address 11.0.0.0 255.0.0.0 as-set suppress-map S advertise-map A attribute-map T
        """
    )
    first, second = family(found).aggregates
    assert (str(first.prefix), first.summary_only, first.as_set) == ("10.0.0.0/8", True, False)
    assert (second.as_set, second.suppress_policy, second.advertise_policy, second.attribute_policy) == (
        True,
        "S",
        "A",
        "T",
    )
    line = "aggregate-address 10.0.0.0/8 matching-MED-only route-map T origin egp"
    (frr,) = family(body(line, Vendor.FRR)).aggregates
    assert (frr.matching_med_only, frr.attribute_policy, frr.origin) == (True, "T", 1)


def redistributions(lines: str, vendor: Vendor = Vendor.IOS, version: int = 4) -> list[tuple[object, ...]]:
    return [
        (each.protocol, each.process, each.policy, each.metric, each.route_types)
        for each in family(body(lines, vendor), version).redistributions
    ]


def test_redistribution() -> None:
    lines = """
        redistribute connected route-map C
        redistribute static metric 20
        redistribute ospf 1
        redistribute ospf 2 match internal external 1 nssa-external route-map O
        redistribute eigrp 7 metric 5
    """
    assert redistributions(lines) == [
        ("connected", "", "C", None, ()),
        ("static", "", "", 20, ()),
        ("ospf", "1", "", None, ("internal",)),
        ("ospf", "2", "O", None, ("internal", "external-1", "nssa-external-1", "nssa-external-2")),
        ("eigrp", "7", "", 5, ()),
    ]
    assert redistributions("redistribute ospf", Vendor.FRR) == [("ospf", "", "", None, ())]
    assert redistributions("redistribute ospf match external", Vendor.EOS) == [
        ("ospf", "", "", None, ("external-1", "external-2"))
    ]
    assert redistributions("redistribute isis level-2 route-map I", Vendor.EOS) == [("isis", "", "I", None, ())]
    assert redistributions("redistribute connected\nno redistribute connected", Vendor.FRR) == []


def test_paths_and_distances() -> None:
    ios = family(body("maximum-paths 4\nmaximum-paths ibgp 8\ndistance bgp 30 40 50\ndistance 90 10.0.0.0 0.0.0.255 7"))
    assert (ios.maximum_paths, ios.maximum_paths_ibgp) == (4, 8)
    assert (ios.distance_external, ios.distance_internal, ios.distance_local) == (30, 40, 50)
    assert ios.distance_rules == ((90, parse_prefix("10.0.0.0/24"), "7"),)
    both = family(body("maximum-paths eibgp 6"))
    assert (both.maximum_paths, both.maximum_paths_ibgp) == (6, 6)
    eos = family(body("maximum-paths 4 ecmp 8", Vendor.EOS))
    assert (eos.maximum_paths, eos.maximum_paths_ibgp) == (4, 4)


@pytest.mark.parametrize(
    ("vendor", "head", "expected"),
    [
        (Vendor.IOS, "", "20/200/200 paths 1/1 relax False policy False check True first-as True"),
        (Vendor.EOS, "", "200/200/200 paths 1/1 relax True policy False check True first-as True"),
        (Vendor.FRR, "", "20/200/200 paths 256/256 relax False policy True check True first-as False"),
        (
            Vendor.FRR,
            "frr version 7.3\n",
            "20/200/200 paths 256/256 relax False policy False check False first-as False",
        ),
        (
            Vendor.FRR,
            "frr version 7.5+cl4.4\nfrr defaults datacenter\n",
            "20/200/200 paths 256/256 relax False policy False check True first-as False",
        ),
    ],
)
def test_defaults(vendor: Vendor, head: str, expected: str) -> None:
    found = process(f"{head}router bgp 65001\n", vendor)
    four = family(found)
    assert expected == (
        f"{four.distance_external}/{four.distance_internal}/{four.distance_local} "
        f"paths {four.maximum_paths}/{four.maximum_paths_ibgp} relax {found.multipath_relax} "
        f"policy {found.ebgp_requires_policy} check {four.network_import_check} first-as {found.enforce_first_as}"
    )


def test_settings_of_the_process() -> None:
    found = body(
        """
        bgp router-id 192.0.2.9
        bgp cluster-id 7
        bgp confederation identifier 64500
        bgp confederation peers 65002 65003
        bgp confederation peers 65004
        bgp always-compare-med
        bgp deterministic-med
        bgp bestpath med missing-as-worst
        bgp bestpath med confed
        bgp bestpath compare-routerid
        bgp bestpath as-path ignore
        bgp bestpath as-path multipath-relax
        bgp default local-preference 150
        no bgp client-to-client reflection
        no bgp enforce-first-as
        """
    )
    assert (found.router_id, found.cluster_id) == (0xC0000209, 7)
    assert (found.confederation_id, found.confederation_peers) == (64500, frozenset({65002, 65003, 65004}))
    assert (found.always_compare_med, found.deterministic_med, found.med_missing_as_worst) == (True, True, True)
    assert (found.med_confederation, found.compare_router_id, found.ignore_as_path) == (True, True, True)
    assert (found.multipath_relax, found.default_local_preference) == (True, 150)
    assert (found.client_to_client, found.enforce_first_as) == (False, False)


def test_settings_of_frr() -> None:
    found = body(
        """
        no bgp ebgp-requires-policy
        no bgp network import-check
        bgp suppress-fib-pending
        bgp reject-as-sets
        bgp graceful-shutdown
        bgp disable-ebgp-connected-route-check
        neighbor 192.0.2.1 remote-as 65002
        """,
        Vendor.FRR,
    )
    assert (found.ebgp_requires_policy, family(found).network_import_check) == (False, False)
    assert (found.suppress_fib_pending, found.reject_as_sets, found.graceful_shutdown) == (True, True, True)
    assert found.neighbors[0].disable_connected_check


def test_whether_inactive_routes_are_sent() -> None:
    peer = "neighbor 192.0.2.1 remote-as 65002"
    cases = [
        (Vendor.IOS, "", True),
        (Vendor.IOS, "bgp suppress-inactive", False),
        (Vendor.EOS, "", False),
        (Vendor.EOS, "bgp advertise-inactive", True),
        (Vendor.FRR, "", True),
    ]
    found = [body(f"{line}\n{peer}", vendor).neighbors[0].families[0].advertise_inactive for vendor, line, _ in cases]
    assert found == [wanted for _, _, wanted in cases]


def test_vrfs_of_ios_share_the_process() -> None:
    text = """\
router bgp 65001
 bgp router-id 192.0.2.9
 bgp always-compare-med
 network 192.0.2.0
 address-family ipv4 vrf RED
  maximum-paths 4
  redistribute connected
 exit-address-family
"""
    red = process(text, vrf="RED")
    assert (red.asn, red.router_id, red.always_compare_med) == (65001, 0xC0000209, True)
    assert (family(red).networks, family(red).maximum_paths) == ((), 4)
    assert [each.protocol for each in family(red).redistributions] == ["connected"]
    assert family(process(text)).redistributions == ()


def test_vrfs_of_eos_take_what_is_said_for_all() -> None:
    text = """\
router bgp 65001
   router-id 192.0.2.9
   maximum-paths 4 ecmp 4
   redistribute static
   vrf RED
      rd 192.0.2.9:7
      router-id 192.0.2.10
      local-as 65100
      redistribute connected
"""
    red = process(text, Vendor.EOS, "RED")
    assert (red.asn, red.router_id, red.route_distinguisher) == (65100, 0xC000020A, "192.0.2.9:7")
    assert family(red).maximum_paths == 4
    assert [each.protocol for each in family(red).redistributions] == ["connected"]


def test_instances_of_frr_are_apart_and_leak_as_told() -> None:
    text = """\
frr version 8.4.4
router bgp 65001
 bgp always-compare-med
!
router bgp 65002 vrf RED
 address-family ipv4 unicast
  rd vpn export 65002:1
  rt vpn both 65002:1 65001:1
  import vpn
  import vrf default
  import vrf route-map LEAK
 exit-address-family
"""
    red = process(text, Vendor.FRR, "RED")
    assert (red.asn, red.always_compare_med, red.route_distinguisher) == (65002, False, "65002:1")
    four = family(red)
    assert (four.import_targets, four.export_targets) == (("65002:1", "65001:1"), ())
    assert (four.import_vrfs, four.import_policy) == (("default",), "LEAK")


def test_two_blocks_of_one_process_are_one() -> None:
    text = "router bgp 65001\n network 10.0.0.0\n!\nhostname r1\n!\nrouter bgp 65001\n network 11.0.0.0\n"
    assert [str(each.prefix) for each in family(process(text)).networks] == ["10.0.0.0/8", "11.0.0.0/8"]


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("timers bgp 3 9", "IGNORED"),
        ("bgp log-neighbor-changes", "IGNORED"),
        ("bgp nonsense", "UNRECOGNISED"),
        ("nonsense", "UNRECOGNISED"),
        ("network 10.0.0.0 mask 255.0.255.0", "UNRECOGNISED"),
        ("distance bgp 300 1 1", "UNRECOGNISED"),
        ("redistribute lisp", "NOT_IMPLEMENTED"),
        ("bgp bestpath aigp ignore", "NOT_IMPLEMENTED"),
        ("no bgp bestpath aigp ignore", "IMPLEMENTED"),
        ("bgp router-id nowhere", "UNRECOGNISED"),
    ],
)
def test_states_of_lines(line: str, state: str) -> None:
    found = device(f"router bgp 65001\n {line}\n")
    assert LineState(found.coverage.states[1]).name == state


def test_references_of_a_process() -> None:
    text = """\
router bgp 65001
 network 192.0.2.0 route-map A
 redistribute static route-map B
 aggregate-address 10.0.0.0 255.0.0.0 attribute-map C
 table-map D filter
 neighbor 192.0.2.1 remote-as 65002
 neighbor 192.0.2.1 route-map E out
 neighbor 192.0.2.1 prefix-list F in
 neighbor 192.0.2.1 distribute-list G in
 neighbor 192.0.2.1 filter-list 8 in
"""
    assert [(each.kind, each.name, each.source.first) for each in device(text).undefined] == [
        ("route-map", "A", 2),
        ("route-map", "B", 3),
        ("route-map", "C", 4),
        ("route-map", "D", 5),
        ("route-map", "E", 7),
        ("prefix-list", "F", 8),
        ("acl", "G", 9),
        ("as-path-list", "8", 10),
    ]


def test_a_block_that_does_not_concern_routes_is_ignored_as_a_whole() -> None:
    text = "router bgp 65001\n bmp targets X\n  bmp monitor ipv4 unicast pre-policy\n bgp always-compare-med\n"
    found = device(f"frr version 8.4.4\n{text}", Vendor.FRR)
    shown = [LineState(state).name for state in found.coverage.states if state]
    assert shown == ["IMPLEMENTED", "IMPLEMENTED", "IGNORED", "IGNORED", "IMPLEMENTED"]
