"""BGP neighbours and undefined names as parsed, against the tables that Batfish gave for the same snapshots.

Every row of `bgp_session_status` must be a session of one parsed neighbour (VRF, remote end, both AS numbers, and the
local address wherever an update-source names it), and every parsed neighbour but a range of dynamic ones must be in
some row.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from guard.model.address import parse_address
from guard.model.bgp import BgpNeighbor, BgpProcess
from guard.model.device import Device, InterfaceAddress, Vendor
from guard.model.provenance import Source
from guard.parse.device import parse_device
from tests.data import SHARED, needs

OURS = {Vendor.IOS, Vendor.NXOS, Vendor.IOSXR, Vendor.EOS, Vendor.FRR}
UNICAST = {"IPV4_UNICAST", "IPV6_UNICAST"}
FORMATS = {"CISCO_IOS", "CISCO_NX", "CISCO_IOS_XR", "ARISTA", "FRR", "CUMULUS_CONCATENATED"}


def answers() -> list[str]:
    folder = SHARED / "batfish-answers"
    names = sorted(path.name for path in folder.glob("*.json.gz")) if folder.is_dir() else []
    return [name for name in names if name != "pairs.json.gz"] or ["none"]


def read_answer(name: str) -> dict[str, object]:
    with gzip.open(needs(f"batfish-answers/{name}"), "rt", encoding="utf-8") as stream:
        answer = json.load(stream)
    assert isinstance(answer, dict)
    return answer


def folder_of(answer: dict[str, object]) -> Path:
    snapshot = str(answer["snapshot"])
    if snapshot.startswith("labs.py stage "):
        return SHARED / "lab-validation" / "snapshots" / snapshot.split()[-1] / "configs"
    return SHARED / snapshot / "configs"


def devices(folder: Path) -> Iterator[Device]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield parse_device(path.read_text(encoding="utf-8", errors="replace"), str(path.relative_to(folder)))


def same_end(neighbor: BgpNeighbor, device: Device, row: dict[str, object]) -> bool:
    """Whether the row is a session of this neighbour: by address, by range, or by the interface it is on."""
    remote = parse_address(str(row["remote_ip"]).split("/")[0]) if row["remote_ip"] else None
    if neighbor.address is not None:
        return neighbor.address == remote
    if neighbor.listen is not None:
        return remote is not None and neighbor.listen.contains(remote)
    interface = row["local_interface"]
    if isinstance(interface, dict):
        return bool(interface["interface"] == neighbor.interface)
    local = [str(each.address) for each in addresses(device, neighbor.interface or "")]
    return row["local_ip"] in local  # FRR: on a /30 or /31 the session is between the addresses


def same_as(neighbor: BgpNeighbor, process: BgpProcess, row: dict[str, object]) -> bool:
    own, shown = neighbor.local_as or process.asn, str(row["remote_as"])
    if neighbor.remote_as_kind == "internal":
        return shown == str(own)
    if neighbor.remote_as_kind == "external":
        return "-" in shown or shown != str(own)
    if neighbor.remote_as_ranges and shown.isdigit():
        return any(low <= int(shown) <= high for low, high in neighbor.remote_as_ranges)
    return shown == str(neighbor.remote_as)


def same_local(neighbor: BgpNeighbor, process: BgpProcess, device: Device, row: dict[str, object]) -> bool:
    if row["local_as"] not in {neighbor.local_as or process.asn, process.confederation_id}:
        return False
    if not neighbor.update_source or row["local_ip"] is None:
        return True
    local = [str(each.address) for each in addresses(device, neighbor.update_source)] or [neighbor.update_source]
    return row["local_ip"] in local


def same_families(neighbor: BgpNeighbor, row: dict[str, object]) -> bool:
    """What an established session carries is active at our end."""
    carried = row["address_families"]
    active = {f"IPV{family.version}_UNICAST" for family in neighbor.families if family.activated}
    return not isinstance(carried, list) or {name for name in carried if name in UNICAST} <= active


def addresses(device: Device, interface: str) -> tuple[InterfaceAddress, ...]:
    return next((each.addresses for each in device.interfaces if each.name == interface), ())


def text(row: dict[str, object]) -> str:
    end = row["remote_ip"] or row["local_interface"]
    return f"{row['node']} {row['vrf']}: {row['local_ip']} AS {row['local_as']} -> {end} AS {row['remote_as']}"


@pytest.mark.parametrize("name", answers())
def test_neighbors_are_those_that_batfish_sees(name: str) -> None:
    answer = read_answer(name)
    formats = answer.get("file_parse_status")
    table = answer.get("bgp_session_status")
    folder = folder_of(answer)
    if not isinstance(formats, list) or not isinstance(table, list) or not folder.is_dir():
        pytest.skip("no table of sessions, or its configurations are not here")
    nodes = {node for each in formats if each["file_format"] in FORMATS for node in each["nodes"] or ()}
    wanted = [row for row in table if row["node"] in nodes]
    if not wanted:
        pytest.skip("no session of an IOS, EOS or FRR device")
    parsed = {each.name.lower(): each for each in devices(folder) if each.vendor in OURS and each.name.lower() in nodes}
    unexplained: list[str] = []
    seen: set[Source] = set()
    for row in wanted:
        found = [
            neighbor
            for process in parsed[str(row["node"])].bgp
            if process.vrf == row["vrf"]
            for neighbor in process.neighbors
            if same_end(neighbor, parsed[str(row["node"])], row)
            and same_as(neighbor, process, row)
            and same_local(neighbor, process, parsed[str(row["node"])], row)
            and same_families(neighbor, row)
        ]
        if not found:
            unexplained.append(text(row))
        seen.update(neighbor.source for neighbor in found)
    unseen = [
        f"{each.name}: {neighbor.address or neighbor.interface} ({neighbor.source})"
        for each in parsed.values()
        for process in each.bgp
        for neighbor in process.neighbors
        if neighbor.listen is None and neighbor.source not in seen
    ]
    assert (unexplained, unseen) == ([], [])


#: Where Batfish calls a list undefined that the device uses: it does not read `ip community-list NUMBER permit …` in
#: Cumulus files, which FRR takes as a standard list; the lab's own README and the device's routes say so.
_CUMULUS = "lab-validation__cumulusfrr_bgp_community.json.gz"
NOT_UNDEFINED = {(_CUMULUS, name) for name in ("11", "12", "13", "14", "17", "24")}
ROUTING = ("route-map", "prefix", "community", "as-path", "peer", "bgp")


@pytest.mark.parametrize("name", answers())
def test_names_that_batfish_finds_undefined_are_undefined_here(name: str) -> None:
    answer = read_answer(name)
    table, formats = answer.get("undefined_references"), answer.get("file_parse_status")
    folder = folder_of(answer)
    if not isinstance(formats, list) or not isinstance(table, list) or not folder.is_dir():
        pytest.skip("no table of undefined references, or its configurations are not here")
    files = {each["file_name"] for each in formats if each["file_format"] in FORMATS}
    wanted = {
        (row["ref_name"], line)
        for row in table
        if row["file_name"] in files and row["struct_type"].startswith(ROUTING)
        for line in row["lines"]["lines"]
        if (name, row["ref_name"]) not in NOT_UNDEFINED
    }
    if not wanted:
        pytest.skip("nothing of BGP or policy is undefined there")
    found = {(each.name, each.source.first) for device in devices(folder) for each in device.undefined}
    assert wanted - found == set()
