"""BGP tables and sessions against what real Batfish recorded, on its own small networks that guard agrees with whole.

Where Batfish and devices differ (its recorded lab networks say so) guard follows the devices: those are not here.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from data import needs
from small_network import folder

from guard.engines.rows import bgp_rows, session_rows
from guard.simulate.control_plane import compute

AGREED = (
    "batfish__allinone__testrigs__bgpv4-routes",
    "batfish__dataplane__ibdp__testrigs__bgp-nondeterministic",
    "batfish__dataplane__ibdp__testrigs__ebgp-accept-routerid-match",
    "batfish__dataplane__ibdp__testrigs__ibgp-reject-own-as",
    "batfish__dataplane__ibdp__testrigs__ibgp-reject-routerid-match",
    "batfish__dataplane__testrigs__bgp-dynamic-session-no-update-source",
    "batfish__grammar__cisco__testrigs__bgp-agg-learned-contributors",
    "batfish__grammar__cisco__testrigs__bgp-distribute-list",
    "batfish__grammar__cisco__testrigs__bgp-empty-routemap",
    "batfish__dataplane__ibdp__testrigs__ebgp-dynamic-local-ips",
    "batfish__dataplane__ibdp__testrigs__ibgp-dynamic-local-ips",
    "batfish__grammar__cisco_xr__snapshots__bgp-agg-learned-contributors",
    "batfish__grammar__frr__snapshots__bgp-comm-match-set-tag-weight",
    "batfish__grammar__frr__snapshots__ospf-bgp-redist-set-metric",
    "batfish__main__snapshots__external_bgp_announcements",
    "batfish__tests__basic__networks__dc-as-reuse",
    "batfish__vendor__arista__grammar__snapshots__arista-bgp-remove-private-as",
    "batfish__vendor__cisco_nxos__grammar__bgp__snapshots__nxos-bgp-route-map-undefined",
    "batfish__vendor__cisco_nxos__grammar__snapshots__runtime_data",
)

Row = tuple[Any, ...]


def theirs(row: Mapping[str, Any]) -> Row:
    best = "BEST" if "BEST" in row["status"] else "BACKUP"
    hop = row["next_hop"]["ip"] if row["next_hop"]["type"] == "ip" else None
    key = (row["node"], row["vrf"], row["network"], best, hop, row["as_path"], row["local_pref"], row["metric"])
    return (*key, row["weight"], tuple(sorted(row["communities"])), row["origin_type"])


def ours(row: Mapping[str, Any]) -> Row:
    local = row["received_from"] is None and row["origin_protocol"] not in ("bgp", "ibgp")
    hop = None if local else row["next_hop_ip"]
    key = (row["node"].lower(), row["vrf"], row["network"], row["status"], hop, row["as_path"])
    numbers = (row["local_preference"], row["metric"], row["weight"])
    return (*key, *numbers, tuple(sorted(row["communities"])), row["origin_type"])


@pytest.mark.parametrize("name", AGREED)
def test_tables_and_sessions_as_batfish_has_them(name: str) -> None:
    answer = json.loads(gzip.decompress(needs(f"batfish-answers/{name}.json.gz").read_bytes()))
    state = compute(folder(needs(answer["snapshot"])))
    expected = Counter(map(theirs, answer["bgp_rib"]))
    found = Counter(map(ours, bgp_rows(state)))
    assert sorted(map(str, (expected - found) + (found - expected))) == []
    columns = ("vrf", "local_ip", "remote_ip", "session_type", "established_status")
    wanted = {(row["node"], *(row[each] for each in columns)) for row in answer["bgp_session_status"]}
    assert {(str(row["node"]).lower(), *(row[each] for each in columns)) for row in session_rows(state)} == wanted
