"""OSPF identifiers that nobody configured, against what IOS XR devices printed (comments of Batfish's own files)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from data import SHARED, needs

from guard.model.address import Address
from guard.parse.device import parse_device

FOLDER = "batfish/projects/batfish/src/test/resources/org/batfish/grammar/cisco_xr/testconfigs/ospf-router-id"
SHOWN = re.compile(r'^! +(?:VRF (\S+) in )?Routing Process "ospf (\d+)" with ID ([\d.]+)', re.MULTILINE)


def names() -> list[str]:
    folder = SHARED / FOLDER
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ["none"]


@pytest.mark.parametrize("name", names())
def test_what_show_ospf_said(name: str) -> None:
    path: Path = needs(FOLDER) / name
    text = path.read_text()
    shown = {(vrf or process, bool(vrf)): identity for vrf, process, identity in SHOWN.findall(text)}
    assert shown
    device = parse_device(text, f"configs/{name}")
    found = {
        (each.process, False) if each.vrf == "default" else (each.vrf, True): str(Address(4, each.router_id or 0))
        for each in device.ospf
    }
    assert {key: found[key] for key in shown} == shown
