"""OSPF and OSPFv3 processes: which interfaces they run on, and what the three syntaxes mean."""

from __future__ import annotations

from guard.model.address import parse_address
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.model.igp import OspfInterface, OspfProcess
from guard.parse.cisco.reader import read

LINKS = """interface Loopback0
 ip address 10.255.0.1 255.255.255.255
interface Gi0/0
 ip address 10.0.0.1 255.255.255.0
interface Gi0/1
 ip address 10.0.1.1 255.255.255.0
interface Serial0/0
 ip address 10.0.2.1 255.255.255.252
"""


def parse(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def only(device: Device) -> OspfProcess:
    (process,) = device.ospf
    return process


def areas(process: OspfProcess) -> dict[str, int | None]:
    return {each.interface: each.area for each in process.interfaces}


def running(process: OspfProcess, name: str) -> OspfInterface:
    return next(each for each in process.interfaces if each.interface == name)


def test_ios_takes_the_first_network_statement_that_fits() -> None:
    process = only(
        parse(LINKS + "router ospf 1\n network 10.0.0.0 0.0.255.255 area 1\n network 10.0.1.0 0.0.0.255 area 2\n")
    )
    assert areas(process) == {"GigabitEthernet0/0": 1, "GigabitEthernet0/1": 1, "Serial0/0": 1}


def test_others_take_the_longest() -> None:
    text = "interface eth0\n ip address 10.0.1.1/24\ninterface eth1\n ip address 10.0.2.1/24\nrouter ospf\n"
    text += " network 10.0.0.0/16 area 0\n network 10.0.1.0/24 area 0.0.0.5\n"
    assert areas(only(parse(text, Vendor.FRR))) == {"eth0": 5, "eth1": 0}


def test_a_network_statement_names_the_interface_address_itself_too() -> None:
    assert areas(only(parse(LINKS + "router ospf 1\n network 10.0.1.1 0.0.0.0 area 0\n"))) == {"GigabitEthernet0/1": 0}


def test_the_interface_command_goes_before_the_network_statement() -> None:
    text = LINKS.replace("interface Gi0/1\n", "interface Gi0/1\n ip ospf 1 area 7\n ip ospf cost 50\n")
    process = only(parse(text + "router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n"))
    assert running(process, "GigabitEthernet0/1").area == 7
    assert running(process, "GigabitEthernet0/1").cost == 50
    assert running(process, "Loopback0").network_type == "loopback"
    assert running(process, "Serial0/0").network_type == "point-to-point"
    assert running(process, "GigabitEthernet0/0").network_type == "broadcast"


def test_an_interface_of_another_process_or_vrf_is_left_out() -> None:
    text = "vrf definition RED\ninterface Gi0/0\n vrf forwarding RED\n"
    text += " ip address 10.0.0.1 255.255.255.0\n ip ospf 2 area 0\n"
    device = parse(
        text + "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0\nrouter ospf 2 vrf RED\n router-id 1.1.1.1\n"
    )
    assert [(each.process, each.vrf, areas(each)) for each in device.ospf] == [
        ("1", "default", {}),
        ("2", "RED", {"GigabitEthernet0/0": 0}),
    ]


def test_passive_by_default_and_its_reset() -> None:
    text = LINKS + "router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n"
    process = only(parse(text + " passive-interface default\n no passive-interface Gi0/0\n"))
    assert [each.interface for each in process.interfaces if not each.passive] == ["GigabitEthernet0/0"]
    reset = only(parse(text + " passive-interface Gi0/1\n no passive-interface default\n passive-interface Gi0/0\n"))
    assert [each.interface for each in reset.interfaces if each.passive] == ["GigabitEthernet0/0"]


def test_areas_of_every_kind() -> None:
    process = only(
        parse(
            LINKS + "router ospf 1\n area 1 stub no-summary\n area 1 default-cost 20\n"
            " area 2 nssa no-redistribution default-information-originate\n area 2 nssa translate type7 always\n"
            " area 3 range 10.3.0.0 255.255.0.0 cost 9\n area 3 range 10.4.0.0 255.255.0.0 not-advertise\n"
            " area 3 virtual-link 10.255.0.9\n area 3 filter-list prefix INTO in\n"
        )
    )
    one, two, three = process.areas
    assert (one.number, one.kind, one.no_summary, one.default_cost) == (1, "stub", True, 20)
    assert (two.kind, two.no_redistribution, two.nssa_default, two.translate) == ("nssa", True, True, "always")
    assert [(str(each.prefix), each.advertise, each.cost) for each in three.ranges] == [
        ("10.3.0.0/16", True, 9),
        ("10.4.0.0/16", False, None),
    ]
    assert three.virtual_links == (parse_address("10.255.0.9").value,)
    assert three.import_filter == "INTO"


def test_redistribution() -> None:
    process = only(
        parse(
            LINKS + "router ospf 1\n redistribute static\n"
            " redistribute bgp 65000 metric 50 metric-type 1 subnets tag 7 route-map OUT\n"
            " redistribute ospf 2 match internal external 1 subnets\n default-information originate always metric 5\n"
        )
    )
    static, bgp, other = process.redistributions
    assert (static.protocol, static.subnets) == ("static", False)
    assert (bgp.process, bgp.metric, bgp.metric_type, bgp.tag, bgp.policy, bgp.subnets) == (
        "65000",
        50,
        1,
        7,
        "OUT",
        True,
    )
    assert (other.protocol, other.process, other.route_types) == ("ospf", "2", ("internal", "external 1"))
    assert process.default_information is not None
    assert (process.default_information.always, process.default_information.metric) == (True, 5)
    frr = only(parse("router ospf\n redistribute connected route-map X\n", Vendor.FRR))
    assert (frr.redistributions[0].subnets, frr.redistributions[0].policy) == (True, "X")


def test_numbers_of_a_process() -> None:
    process = only(
        parse(
            LINKS + "router ospf 1\n router-id 10.255.0.1\n auto-cost reference-bandwidth 100000\n maximum-paths 8\n"
            " distance 90\n distance ospf external 180 inter-area 115\n default-metric 20\n"
            " max-metric router-lsa include-stub external-lsa 5000\n no compatible rfc1583\n"
            " summary-address 10.8.0.0 255.248.0.0\n distribute-list prefix PL in\n"
        )
    )
    assert process.router_id == parse_address("10.255.0.1").value
    assert (process.reference_bandwidth, process.maximum_paths, process.default_metric) == (100_000, 8, 20)
    assert (process.distance, process.distance_inter, process.distance_external) == (90, 115, 180)
    assert (process.max_metric, process.max_metric_stub, process.max_metric_external) == (True, True, 5000)
    assert (process.rfc1583, process.distribute_list_in) == (False, "prefix-list PL")
    assert [str(each.prefix) for each in process.summary_addresses] == ["10.8.0.0/13"]


def test_defaults_are_the_vendors_own() -> None:
    paths = {
        vendor: only(parse("router ospf 1\n", vendor)).maximum_paths for vendor in (Vendor.IOS, Vendor.EOS, Vendor.FRR)
    }
    assert paths == {Vendor.IOS: 4, Vendor.EOS: 128, Vendor.FRR: 256}


def test_max_metric_at_start_alone_is_no_steady_state() -> None:
    device = parse("router ospf 1\n max-metric router-lsa on-startup 300\n")
    assert (only(device).max_metric, device.coverage.states[1]) == (False, LineState.IGNORED)


def test_keys_are_digests_that_compare_across_forms() -> None:
    text = "interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n ip ospf 1 area 0\n"
    text += " ip ospf authentication message-digest\n"
    plain = parse(text + " ip ospf message-digest-key 1 md5 cisco\nrouter ospf 1\n")
    hidden = parse(text + " ip ospf message-digest-key 1 md5 7 02050D480809\nrouter ospf 1\n")
    area = parse(
        "interface Gi0/0\n ip ospf 1 area 0\n ip ospf message-digest-key 1 md5 cisco\n"
        "router ospf 1\n area 0 authentication message-digest\n"
    )
    found = {running(only(each), "GigabitEthernet0/0").authentication for each in (plain, hidden, area)}
    assert len(found) == 1
    assert "cisco" not in str(plain.ospf)
    assert found.pop().startswith("md5:1/")


def test_ospfv3_in_four_syntaxes() -> None:
    ios = parse("interface Gi0/0\n ipv6 ospf 1 area 0\n ipv6 ospf cost 7\nipv6 router ospf 1\n router-id 1.1.1.1\n")
    newer = parse(
        "interface Gi0/0\n ospfv3 1 ipv6 area 0\n ospfv3 cost 7\n"
        "router ospfv3 1\n router-id 1.1.1.1\n address-family ipv6 unicast\n passive-interface Gi0/1\n"
    )
    eos = parse(
        "interface Ethernet1\n   no switchport\n   ospfv3 ipv6 area 0\n   ospfv3 cost 7\nrouter ospfv3\n", Vendor.EOS
    )
    frr = parse("interface eth0\n ipv6 ospf6 area 0.0.0.0\n ipv6 ospf6 cost 7\nrouter ospf6\n", Vendor.FRR)
    old = parse("interface eth0\n ipv6 ospf6 cost 7\nrouter ospf6\n interface eth0 area 0.0.0.0\n", Vendor.FRR)
    for device in (ios, newer, eos, frr, old):
        process = only(device)
        assert process.version == 3
        assert [(each.area, each.cost) for each in process.interfaces] == [(0, 7)]


def test_a_process_that_is_shut_down_runs_nowhere() -> None:
    assert areas(only(parse(LINKS + "router ospf 1\n shutdown\n network 10.0.0.0 0.255.255.255 area 0\n"))) == {}


def test_router_ids_of_frr_are_everyones() -> None:
    device = parse("ip router-id 10.0.0.9\nrouter ospf\n network 0.0.0.0/0 area 0\n", Vendor.FRR)
    assert only(device).router_id == parse_address("10.0.0.9").value


def test_timers_are_ignored_and_other_options_are_not() -> None:
    device = parse(
        "router ospf 1\n timers throttle spf 1 2 3\n neighbor 10.0.0.2\n neighbor 10.0.0.3 cost 5\n"
        " segment-routing mpls\n frobnicate\n"
    )
    assert [LineState(each).name for each in device.coverage.states[1:6]] == [
        "IGNORED", "IMPLEMENTED", "PARTIAL", "NOT_IMPLEMENTED", "UNRECOGNISED",
    ]  # fmt: skip
    assert only(device).neighbors == (parse_address("10.0.0.2"), parse_address("10.0.0.3"))


def test_prefix_suppression_of_a_process_and_its_exception() -> None:
    text = LINKS.replace("interface Gi0/1\n", "interface Gi0/1\n ip ospf prefix-suppression disable\n")
    process = only(parse(text + "router ospf 1\n prefix-suppression\n network 10.0.0.0 0.0.1.255 area 0\n"))
    assert [(each.interface, each.prefix_suppression) for each in process.interfaces] == [
        ("GigabitEthernet0/0", True),
        ("GigabitEthernet0/1", False),
    ]


def test_further_subnets_need_a_statement_of_their_own() -> None:
    text = "interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n ip address 10.9.0.1 255.255.255.0 secondary\n"
    part = only(parse(text + "router ospf 1\n network 10.0.0.0 0.0.0.255 area 0\n"))
    assert {str(each) for each in running(part, "GigabitEthernet0/0").subnets or ()} == {"10.0.0.0/24"}
    whole = only(parse(text + "router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n"))
    assert running(whole, "GigabitEthernet0/0").subnets is None
    secondary_alone = parse(text + "router ospf 1\n network 10.9.0.0 0.0.0.255 area 0\n")
    assert only(secondary_alone).interfaces == ()
    frr = "interface eth0\n ip address 10.0.0.1/24\n ip address 10.9.0.1/24\nrouter ospf\n network 10.9.0.0/24 area 3\n"
    (eth0,) = only(parse(frr, Vendor.FRR)).interfaces
    assert (eth0.area, {str(each) for each in eth0.subnets or ()}) == (3, {"10.9.0.0/24"})


def test_an_interface_that_ospf_is_shut_down_on() -> None:
    text = LINKS.replace("interface Gi0/1\n", "interface Gi0/1\n ip ospf shutdown\n")
    process = only(parse(text + "router ospf 1\n network 10.0.0.0 0.0.1.255 area 0\n"))
    assert areas(process) == {"GigabitEthernet0/0": 0}
