"""Main RIBs against what Batfish's own reference files and recorded answers say, row for row.

Known divergences are data here, each with its reason; a divergence that goes away fails the test too.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from data import needs
from small_network import folder

from guard.engines.rows import routes_rows
from guard.model.device import Vendor
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute

Row = tuple[str, str, str, str, str | None, str | None, int, int]

_READ = (Vendor.IOS, Vendor.NXOS, Vendor.IOSXR, Vendor.EOS, Vendor.FRR, Vendor.JUNOS)

#: Snapshots of Batfish's answers -> why some of their rows differ.
DIVERGENT = {
    "batfish__grammar__juniper__testrigs__isis-redist": "next hops of IS-IS name their interface here, as on devices",
    "batfish__dataplane__testrigs__bgp-evpn-type5-route-test": "Batfish leaves management interfaces out",
    "batfish__grammar__cisco__testrigs__ospf-default-originate": "three routers with the same addresses and identity",
    "batfish__grammar__frr__snapshots__ospf-bgp-redist-set-metric": "live FRR goes straight to a next hop on the LAN",
    "batfish__grammar__cisco__testrigs__ios-tunnels-eigrp": "225.255.255.255 is no netmask; a device rejects the line",
    "batfish__networks__example__live-with-interface-outage": "its interface_blacklist lies beside batfish/, not in it",
    "batfish__dataplane__testrigs__hmm": "host routes of an anycast gateway are not modelled, which its line says",
    "batfish__dataplane__testrigs__track": "a tracked static route is taken as there, which its line says",
    "batfish__dataplane__testrigs__rip": "IOS shows a neighbour's own subnet as [120/1], Batfish as [120/2]",
    "batfish__vendor__sros__grammar__snapshots__sros_ceos_ebgp": "Batfish leaves management interfaces out",
}


@lru_cache(maxsize=4)
def state_of(path: Path) -> tuple[NetworkState, frozenset[str]]:
    snapshot = folder(path)
    nodes = frozenset(name.lower() for name, device in snapshot.devices.items() if device.vendor in _READ)
    return compute(snapshot), nodes


def ours(state: NetworkState) -> set[Row]:
    return {
        (
            str(row["node"]).lower(),
            *(row["vrf"], row["network"], row["protocol"], row["next_hop_ip"], row["next_hop_interface"]),
            *(row["admin_distance"], row["metric"]),
        )
        for row in routes_rows(state)
    }


def hop(next_hop: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Batfish's next-hop object as the two columns of old."""
    kind = next_hop["type"]
    interface = {"ip": "dynamic", "vrf": "dynamic", "discard": "null_interface"}.get(kind, next_hop.get("interface"))
    return next_hop.get("ip"), interface


def theirs(rows: Iterable[Mapping[str, Any]]) -> set[Row]:
    found = set()
    for row in rows:
        ip, interface = hop(row["next_hop"])
        key = (row["node"], row["vrf"], row["network"], row["protocol"], ip, interface)
        found.add((*key, row["admin_distance"], row["metric"]))
    return found


def reference(path: str) -> set[Row]:
    table = json.loads(needs(f"batfish/tests/basic/{path}").read_text())[0]["rows"]
    named = ({name.lower(): value for name, value in row.items()} for row in table)
    return theirs({**row, "node": row["node"]["name"]} for row in named)


@pytest.mark.parametrize(
    ("snapshot", "file", "count"),
    [
        ("batfish/networks/example/live", "routes.ref", 315),
        ("batfish/tests/basic/networks/dc-as-reuse", "routes-dc-as-reuse.ref", 198),
    ],
)
def test_reference_files_row_for_row(snapshot: str, file: str, count: int) -> None:
    expected = reference(file)
    assert len(expected) == count
    found = ours(state_of(needs(snapshot))[0])
    assert sorted(map(str, found ^ expected)) == []


def answers() -> list[str]:
    try:
        root = needs("batfish-answers")
    except pytest.skip.Exception:
        return []
    return sorted(path.name[: -len(".json.gz")] for path in root.glob("batfish__*.json.gz"))


def answer_of(name: str) -> Mapping[str, Any] | None:
    """One recorded answer; None where Batfish has no routes for it."""
    answer = json.loads(gzip.decompress(needs(f"batfish-answers/{name}.json.gz").read_bytes()))
    return answer if isinstance(answer.get("routes"), list) else None


def underlay_rows(answer: Mapping[str, Any]) -> tuple[set[Row], set[Row]]:
    """Batfish's rows and ours but BGP and EIGRP, on the devices whose grammars guard reads."""
    state, nodes = state_of(needs(answer["snapshot"]))
    apart = ("bgp", "ibgp", "aggregate", "eigrp", "eigrpEX")
    expected = {row for row in theirs(answer["routes"]) if row[0] in nodes and row[3] not in apart}
    return expected, {row for row in ours(state) if row[0] in nodes and row[3] not in apart and ":" not in row[2]}


@pytest.mark.parametrize("name", answers())
def test_recorded_answers_of_igp_and_static_routes(name: str, request: pytest.FixtureRequest) -> None:
    answer = answer_of(name)
    if answer is None:
        pytest.skip("Batfish has no routes for it")
    if name in DIVERGENT:
        request.applymarker(pytest.mark.xfail(reason=DIVERGENT[name], strict=True))
    expected, found = underlay_rows(answer)
    assert sorted(map(str, found ^ expected)) == []
