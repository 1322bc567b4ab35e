"""One generated backbone written for IOS, EOS and FRR: whatever the syntax, the parsed devices are the same network.

Names of interfaces and of the management VRF differ by vendor, so interfaces are known by their addresses.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from data import JUDGE, needs

from guard.model.coverage import LineState
from guard.model.device import Device, Interface, Vendor
from guard.parse.device import parse_device

VENDORS = {"ios": Vendor.IOS, "eos": Vendor.EOS, "frr": Vendor.FRR}


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Device]]:
    graph = needs("topology-zoo") / "graphml" / "Aconet.graphml"
    if not (JUDGE / "make_backbone.py").exists():
        pytest.skip("the generator of backbones is not here")
    found = {}
    for name, vendor in VENDORS.items():
        folder = tmp_path_factory.mktemp(name) / "backbone"
        command = [sys.executable, str(JUDGE / "make_backbone.py"), "--zoo", str(graph), "-o", str(folder)]
        subprocess.run([*command, "--vendor", name], check=True, capture_output=True, timeout=60)
        devices = [parse_device(path.read_text(), path.name) for path in sorted(folder.glob("snapshot/configs/*"))]
        assert {device.vendor for device in devices} == {vendor}
        found[name] = {device.name: device for device in devices}
    return found


def address(interface: Interface) -> str:
    return ", ".join(f"{each.address}/{each.length}" for each in interface.addresses)


def describe(device: Device) -> dict[str, object]:
    """What does not depend on how a vendor names things."""
    by_name = {each.name: address(each) for each in device.interfaces}
    return {
        "interfaces": sorted((address(each), each.shutdown) for each in device.interfaces if each.addresses),
        "ospf": sorted(
            (by_name[each.interface], each.area, each.cost, each.passive, each.network_type)
            for process in device.ospf
            for each in process.interfaces
        ),
        "router ids": [process.router_id for process in device.ospf],
        "static": sorted(
            (str(each.prefix), each.discard, str(each.next_hop), each.distance)
            for each in device.static_routes
            if each.vrf == "default"
        ),
    }


@pytest.mark.parametrize("other", ["eos", "frr"])
def test_the_same_network_in_another_syntax(networks: dict[str, dict[str, Device]], other: str) -> None:
    assert set(networks[other]) == set(networks["ios"])
    for name, device in networks["ios"].items():
        assert describe(networks[other][name]) == describe(device), name


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_nearly_every_line_of_a_backbone_is_understood(networks: dict[str, dict[str, Device]], vendor: str) -> None:
    states = [state for device in networks[vendor].values() for state in device.coverage.states if state]
    understood = sum(state in (LineState.IMPLEMENTED, LineState.IGNORED) for state in states)
    assert understood / len(states) >= 0.97
    assert LineState.UNRECOGNISED not in states
