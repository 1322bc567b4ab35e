"""Snapshots from files: what belongs, what a problem is, and what the digest names."""

from __future__ import annotations

import json

import pytest

from guard.model.errors import InputInvalid
from guard.model.state import InterfaceId
from guard.snapshot.files import belongs
from guard.snapshot.load import load

EOS = "! device: {0} (vEOS, EOS-4.26)\nhostname {0}\ninterface Ethernet1\n   no switchport\n   ip address {1}/31\n"
R1, R2 = EOS.format("r1", "10.0.0.0"), EOS.format("r2", "10.0.0.1")


def test_what_belongs_to_a_snapshot() -> None:
    inside = [
        "configs/a.cfg",
        "zones/x.zone",
        "zones/ns1/x.zone",
        "inventory.yaml",
        "batfish/runtime_data.json",
        "d.csv",
    ]
    outside = ["README.md", "configs/.git/config", "other/a.cfg", ".hidden"]
    assert [path for path in (*inside, *outside) if belongs(path)] == inside


def test_a_file_that_is_no_part_of_it_does_not_change_its_name() -> None:
    assert load({"configs/r1.cfg": R1, "README.md": "x"}).digest == load({"configs/r1.cfg": R1}).digest
    assert load({"configs/r1.cfg": R1}).digest != load({"configs/r2.cfg": R1}).digest


def test_only_a_changed_device_is_parsed_again() -> None:
    first = load({"configs/r1.cfg": R1, "configs/r2.cfg": R2})
    second = load({"configs/r1.cfg": R1, "configs/r2.cfg": R2 + "!\n"})
    assert second.devices["r1"] is first.devices["r1"]
    assert second.devices["r2"] is not first.devices["r2"]


def test_two_files_of_one_name_are_a_problem_not_a_coin_toss() -> None:
    snapshot = load({"configs/a.cfg": R1, "configs/b.cfg": R1.replace("r1", "R1")})
    assert [device.file for device in snapshot.devices.values()] == ["configs/a.cfg"]
    assert [str(each.source) for each in snapshot.problems] == ["configs/b.cfg:1"]


def test_what_is_down_comes_from_four_places() -> None:
    runtime = {"runtimeData": {"R1": {"interfaces": {"ethernet1": {"lineUp": False}, "ethernet2": {"lineUp": None}}}}}
    blacklist = [{"hostname": "r2", "interface": "Ethernet1"}]
    state = "down: [r3]\nmaintenance: [{id: M-7, down: ['r2[Ethernet1]', r4]}]\n"
    snapshot = load(
        {
            "configs/r1.cfg": R1,
            "configs/r2.cfg": R2,
            "batfish/runtime_data.json": json.dumps(runtime),
            "batfish/interface_blacklist": json.dumps(blacklist),
            "state.yaml": state,
        }
    )
    assert snapshot.down_interfaces == {InterfaceId("r1", "Ethernet1"), InterfaceId("r2", "Ethernet1")}
    assert snapshot.down_nodes == {"r3", "r4"}


@pytest.mark.parametrize(
    ("vendor", "said", "field", "expected"),
    [
        ("ios", {"bandwidth": 1e8, "speed": 1e9}, "bandwidth", 100_000),
        ("ios", {"bandwidth": None, "speed": 1e8}, "bandwidth", 100_000),
        ("ios", {"lineUp": True}, "bandwidth", None),
        ("eos", {"bandwidth": 1e9}, "speed", 1000),
        ("eos", {"bandwidth": 1e9}, "bandwidth", None),
    ],
)
def test_a_bandwidth_that_the_device_showed_stands_in_for_a_silent_configuration(
    vendor: str, said: dict[str, float], field: str, expected: int | None
) -> None:
    configs = {"ios": "hostname r1\ninterface GigabitEthernet1\n ip address 10.0.0.1 255.255.255.0\n", "eos": R1}
    name = {"ios": "gigabitethernet1", "eos": "Ethernet1"}[vendor]
    runtime = {"runtimeData": {"R1": {"interfaces": {name: said}}}}
    files = {"configs/r1.cfg": configs[vendor], "batfish/runtime_data.json": json.dumps(runtime)}
    snapshot = load(files)
    assert getattr(snapshot.devices["r1"].interfaces[0], field) == expected
    assert load({**files, "d.csv": ""}).devices["r1"] is snapshot.devices["r1"]
    said_so = configs[vendor].replace(" ip address", " bandwidth 7\n ip address")
    assert load({**files, "configs/r1.cfg": said_so}).devices["r1"].interfaces[0].bandwidth == 7


def test_a_broken_third_party_file_is_a_problem_with_its_line() -> None:
    snapshot = load({"configs/r1.cfg": R1, "batfish/layer1_topology.json": '{"edges":\n [}'})
    assert [str(each.source) for each in snapshot.problems] == ["batfish/layer1_topology.json:2"]


def test_a_broken_zone_is_a_problem_and_the_rest_stands() -> None:
    snapshot = load({"zones/a.example.zone": "garbage\n", "configs/r1.cfg": R1})
    assert [each.subjects for each in snapshot.problems] == [("zones/a.example.zone",)]
    assert list(snapshot.devices) == ["r1"]


def test_an_unknown_key_in_a_file_of_ours_is_invalid() -> None:
    with pytest.raises(InputInvalid, match=r"state\.yaml:1: unknown key 'dwon'"):
        load({"state.yaml": "dwon: []\n"})


def test_announcements_and_layer_1() -> None:
    edge = {
        "node1": {"hostname": "r1", "interfaceName": "ethernet1"},
        "node2": {"hostname": "r2", "interfaceName": "Ethernet1"},
    }
    heard = {
        "type": "ebgp_sent", "network": "8.8.8.0/24", "nextHopIp": "10.0.0.1", "srcIp": "10.0.0.1", "dstNode": "R1",
        "dstIp": "10.0.0.0", "srcProtocol": "AGGREGATE", "originType": "egp", "med": 20, "localPreference": 0,
        "asPath": [[64501], [64502, 64503]], "communities": [4259840100],
    }  # fmt: skip
    snapshot = load(
        {
            "configs/r1.cfg": R1,
            "configs/r2.cfg": R2,
            "batfish/layer1_topology.json": json.dumps({"edges": [edge]}),
            "external_bgp_announcements.json": json.dumps({"Announcements": [heard]}),
        }
    )
    assert snapshot.problems == ()
    assert snapshot.layer1 is not None
    assert [(str(a), str(b)) for a, b in snapshot.layer1] == [
        ("r1[Ethernet1]", "r2[Ethernet1]"),
        ("r2[Ethernet1]", "r1[Ethernet1]"),
    ]
    (announcement,) = snapshot.announcements
    assert (announcement.node, str(announcement.prefix)) == ("r1", "8.8.8.0/24")
    assert announcement.attributes.communities == ("65000:100",)
    assert [segment.asns for segment in announcement.attributes.as_path] == [(64501,), (64502, 64503)]


def test_a_file_that_no_grammar_reads_is_a_problem_that_names_the_device() -> None:
    snapshot = load({"configs/r1.cfg": R1, "configs/odd.cfg": "xyzzy plugh\nnothing happens\n"})
    assert [(str(each.source), each.subjects) for each in snapshot.problems] == [("configs/odd.cfg:1", ("odd",))]
