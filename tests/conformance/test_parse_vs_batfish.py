"""Interfaces and OSPF areas as parsed, against what Batfish recorded for the same snapshots.

Addresses, administrative state and VRF of every interface, both ways; the area of every OSPF neighbourhood. What is
meant to differ stands with its reason in parse_vs_batfish.json; what no longer differs fails, so that it is removed.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from data import SHARED, needs

from guard.model.device import Device, Interface
from guard.parse.device import parse_device

KNOWN = json.loads(Path(__file__).with_name("parse_vs_batfish.json").read_text())["differences"]
FORMATS = {"CISCO_IOS", "CISCO_NX", "ARISTA", "CUMULUS_CONCATENATED", "HOST"}


def answers() -> list[str]:
    folder = SHARED / "batfish-answers"
    names = sorted(path.name for path in folder.glob("*.json.gz")) if folder.is_dir() else []
    return [name for name in names if name != "pairs.json.gz"] or ["none"]


def config(snapshot: str, file: str) -> Path:
    """A file of a recorded snapshot; labs keep theirs a folder a device."""
    if not snapshot.startswith("labs.py stage "):
        return SHARED / snapshot / file
    lab = SHARED / "lab-validation" / "snapshots" / snapshot.split()[-1]
    if file.startswith("hosts/"):
        return lab / file
    folder = lab / "configs" / Path(file).stem
    running = folder / "show_running-config.txt"
    return running if running.exists() else next(iter(sorted(folder.iterdir())))


def devices(answer: dict[str, Any]) -> dict[str, Device]:
    found = {}
    for row in answer["file_parse_status"]:
        if row["file_format"] in FORMATS:
            text = config(answer["snapshot"], row["file_name"]).read_text(errors="replace")
            found.update({node: parse_device(text, row["file_name"]) for node in row["nodes"]})
    return found


def describe(interface: Interface) -> tuple[list[str], bool, str]:
    four = [each for each in interface.addresses if each.address.version == 4]
    return sorted(f"{each.address}/{each.length}" for each in four), not interface.shutdown, interface.vrf


def differences(name: str, answer: dict[str, Any]) -> dict[str, str]:
    found = {}
    parsed = {
        (node, interface.name): describe(interface)
        for node, device in devices(answer).items()
        for interface in device.interfaces
    }
    nodes = {node for node, _ in parsed}
    for row in answer["interface_properties"]:
        node, interface = row["interface"]["hostname"], row["interface"]["interface"]
        if node not in nodes:
            continue
        theirs = (sorted(row["all_prefixes"]), row["admin_up"], row["vrf"])
        ours = parsed.pop((node, interface), None)
        if ours != theirs:
            found[f"{name}/{node}/{interface}"] = f"parsed {ours}, Batfish {theirs}"
    for (node, interface), ours in parsed.items():
        found[f"{name}/{node}/{interface}"] = f"parsed {ours}, Batfish has no such interface"
    return found


@pytest.mark.parametrize("name", answers())
def test_interfaces_are_those_of_batfish(name: str) -> None:
    answer = json.loads(gzip.decompress(needs(f"batfish-answers/{name}").read_bytes()))
    if not isinstance(answer["interface_properties"], list):
        pytest.skip("Batfish failed on this snapshot")
    found = differences(name, answer)
    meant = {key for key in KNOWN if key.startswith(f"{name}/")}
    assert {key: text for key, text in found.items() if key not in meant} == {}
    assert meant - set(found) == set(), "no longer a difference: remove it from parse_vs_batfish.json"


@pytest.mark.parametrize("name", answers())
def test_ospf_areas_are_those_of_batfish(name: str) -> None:
    answer = json.loads(gzip.decompress(needs(f"batfish-answers/{name}").read_bytes()))
    rows = answer["ospf_session_compatibility"]
    if not isinstance(rows, list) or not rows:
        pytest.skip("no OSPF in this snapshot")
    parsed = devices(answer)
    wrong = []
    for row in rows:
        for side, area in (("interface", row["area"]), ("remote_interface", row["remote_area"])):
            device = parsed.get(row[side]["hostname"])
            if device is None:
                continue
            running = {
                (each.interface, each.area) for process in device.ospf for each in process.interfaces
                if not each.passive or row["session_status"] == "PASSIVE_MISMATCH"
            }  # fmt: skip
            if (row[side]["interface"], area) not in running:
                wrong.append((row[side], area, running))
    assert wrong == []
