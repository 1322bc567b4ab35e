"""Every answer that real Batfish gave, translated: the rows of the state are the rows of the answer, none lost.

A row may only be missing where a note says so: a node that Batfish made itself, a tunnel that guard does not follow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
from batfish_recorded import names, recorded

from guard.engines.batfish.translate import told
from guard.engines.rows import bgp_rows, edge_rows, interface_rows, routes_rows, session_rows
from guard.model.state import NetworkState

_COLUMNS = {"ip": "dynamic", "vrf": "dynamic", "discard": "null_interface"}
_PROTOCOLS = {"ospfIS": "ospf", "hmm": "connected"}


def known(row: dict[str, Any], nodes: frozenset[str]) -> bool:
    return row["node"] in nodes and (row.get("next_hop") or {}).get("type") != "vtep"


def hop(row: dict[str, Any]) -> tuple[str | None, str | None]:
    told = row["next_hop"]
    interface = told.get("interface")
    return told.get("ip"), _COLUMNS.get(told["type"], interface.lower() if interface else None)


def told_routes(rows: list[dict[str, Any]], nodes: frozenset[str]) -> set[tuple[object, ...]]:
    own = defaultdict(set)  # NX-OS lists the address of a /32 as connected and as local: one entry here
    for row in rows:
        if row["protocol"] == "connected":
            own[row["node"], row["vrf"]].add(row["network"])
    return {
        (
            row["node"],
            *(row["vrf"], row["network"], _PROTOCOLS.get(row["protocol"], row["protocol"]), *hop(row)),
            *(row["admin_distance"], row["metric"], row["tag"] or None),
        )
        for row in rows
        if known(row, nodes) and not (row["protocol"] == "local" and row["network"] in own[row["node"], row["vrf"]])
    }


def our_routes(made: NetworkState) -> set[tuple[object, ...]]:
    return {
        (
            str(row["node"]).lower(),
            *(row["vrf"], row["network"], row["protocol"], row["next_hop_ip"]),
            str(row["next_hop_interface"]).lower() if row["next_hop_interface"] else None,
            *(row["admin_distance"], row["metric"], row["tag"]),
        )
        for row in routes_rows(made)
        if ":" not in str(row["network"])  # IPv6 is not Batfish's
    }


def told_paths(rows: list[dict[str, Any]], nodes: frozenset[str]) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            *(row["node"], row["vrf"], row["network"], "BEST" if "BEST" in row["status"] else "BACKUP"),
            *(row["next_hop"].get("ip"), row["as_path"], row["local_pref"], row["metric"], row["weight"]),
            *(tuple(sorted(row["communities"])), row["origin_type"]),
        )
        for row in rows
        if known(row, nodes)
    )


def our_paths(made: NetworkState) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            *(str(row["node"]).lower(), row["vrf"], row["network"], row["status"]),
            *(row["next_hop_ip"], row["as_path"], row["local_preference"], row["metric"], row["weight"]),
            *(tuple(sorted(row["communities"] or ())), row["origin_type"]),  # type: ignore[arg-type]
        )
        for row in bgp_rows(made)
        if ":" not in str(row["network"])
    )


@pytest.mark.parametrize("name", names())
def test_no_row_is_lost_or_made_up(name: str) -> None:
    answer = recorded(name)
    made = told(answer.answers, answer.snapshot)
    nodes = frozenset(device.lower() for device in answer.snapshot.devices)
    expected, found = told_routes(answer.raw.get("routes", []), nodes), our_routes(made)
    assert sorted(map(str, expected ^ found)) == []
    paths, held = told_paths(answer.raw.get("bgp_rib", []), nodes), our_paths(made)
    assert sorted(map(str, (paths - held) + (held - paths))) == []
    faces = {
        (row["interface"]["hostname"], row["interface"]["interface"].lower(), row["active"])
        for row in answer.raw["interface_properties"]
        if row["interface"]["hostname"] in nodes
    }
    ours = {(str(r["node"]).lower(), str(r["interface"]).lower(), r["active"]) for r in interface_rows(made)}
    assert faces - ours == set()  # one that has IPv6 alone Batfish may not list


@pytest.mark.parametrize("name", names())
def test_sessions_and_edges_are_those_of_the_answer(name: str) -> None:
    answer = recorded(name)
    made = told(answer.answers, answer.snapshot)
    nodes = frozenset(device.lower() for device in answer.snapshot.devices)
    columns = ("vrf", "local_ip", "remote_ip", "session_type", "established_status")
    wanted = {
        (row["node"], *(row[each] for each in columns))
        for row in answer.raw.get("bgp_session_status", [])
        if row["node"] in nodes and (row["local_ip"] or row["local_interface"])  # else guard says which address it is
    }
    ours = {(str(row["node"]).lower(), *(row[each] for each in columns)) for row in session_rows(made)}
    by_name = {(*row[:2], row[-1]) for row in ours if row[3] is None}  # guard names the interface, Batfish an address
    assert {row for row in wanted - ours if (*row[:2], row[-1]) not in by_name} == set()
    edges = {
        tuple(f"{row[end]['hostname']}[{row[end]['interface']}]".lower() for end in ("interface", "remote_interface"))
        for row in answer.raw.get("layer3_edges", [])
        if {row[end]["hostname"] for end in ("interface", "remote_interface")} <= nodes
    }
    found = {tuple(str(row[end]).lower() for end in ("interface", "remote_interface")) for row in edge_rows(made)}
    assert edges - found == set()


@pytest.mark.parametrize("name", names())
def test_what_batfish_does_not_know_is_told(name: str) -> None:
    answer = recorded(name)
    notes = told(answer.answers, answer.snapshot).notes
    words = " ".join(note.message for note in notes)
    for row in answer.raw["init_issues"]:
        assert " ".join(str(row["details"]).split()) in words
    for row in answer.raw["file_parse_status"]:
        if row["status"] != "PASSED":
            assert row["file_name"] in words
    nodes = {row["interface"]["hostname"] for row in answer.raw["interface_properties"]}
    strangers = nodes - {device.lower() for device in answer.snapshot.devices}
    assert all(each in words for each in strangers)
    if answer.answers.failed:
        assert any(note.undecided for note in notes)
