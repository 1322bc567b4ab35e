"""One generated backbone of IOS routers written anew for IOS XR: the same routes, paths and sessions come out.

The text is made from the model (tests/xr_text.py), so that route-maps become branches, lists become sets and peer
groups become neighbor-groups; what differs by vendor's default is written out.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from data import JUDGE, needs
from small_network import folder
from xr_text import configuration, port

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot


@pytest.fixture(scope="module", params=["ospf", "isis"])
def networks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Snapshot]:
    graph = needs("topology-zoo") / "graphml" / "Aconet.graphml"
    if not (JUDGE / "make_backbone.py").exists():
        pytest.skip("the generator of backbones is not here")
    made: Path = tmp_path_factory.mktemp("ios") / "backbone"
    command = [sys.executable, str(JUDGE / "make_backbone.py"), "--zoo", str(graph), "-o", str(made)]
    subprocess.run([*command, "--vendor", "ios", "--igp", request.param], check=True, capture_output=True, timeout=60)
    ios = folder(made / "snapshot")
    routers = {device.file: device for device in ios.devices.values() if device.vendor is Vendor.IOS}
    files = {path: configuration(routers[path]) if path in routers else port(text) for path, text in ios.files.items()}
    return ios, load(files)


@pytest.fixture(scope="module")
def states(networks: tuple[Snapshot, Snapshot]) -> tuple[NetworkState, NetworkState]:
    ios, xr = networks
    return compute(ios), compute(xr)


def test_every_line_is_understood(networks: tuple[Snapshot, Snapshot]) -> None:
    found = [device for device in networks[1].devices.values() if device.vendor is Vendor.IOSXR]
    assert len(found) >= 20
    for device in found:
        wrong = [note for note in device.coverage.notes if note.state is not LineState.IGNORED]
        assert (wrong, device.warnings, device.undefined) == ([], (), ())


def test_the_same_routes(states: tuple[NetworkState, NetworkState]) -> None:
    def rows(state: NetworkState) -> set[tuple[object, ...]]:
        columns = ("node", "vrf", "network", "next_hop_ip", "protocol", "metric", "admin_distance", "tag")
        return {(*(row[each] for each in columns), port(str(row["next_hop_interface"]))) for row in routes_rows(state)}

    one, two = map(rows, states)
    assert sorted(map(str, one ^ two)) == []


def test_the_same_paths(states: tuple[NetworkState, NetworkState]) -> None:
    def rows(state: NetworkState) -> list[str]:
        return sorted(str({**row, "next_hop_interface": None}) for row in bgp_rows(state))

    one, two = map(rows, states)
    assert one == two


def test_the_same_sessions(states: tuple[NetworkState, NetworkState]) -> None:
    one, two = (sorted(map(str, session_rows(state))) for state in states)
    assert one == two
