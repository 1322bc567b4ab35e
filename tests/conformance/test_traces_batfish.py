"""Traces of single flows against Batfish's own: its traceroute references, and what it found by comparing snapshots.

Every trace is compared as (disposition, nodes passed), all ECMP ways together. Where the two differ on purpose, the
flow is listed with the reason.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from data import needs

from guard.engines.embedded import Embedded
from guard.model.acl import Flow
from guard.model.address import parse_address
from guard.model.state import Scenario
from guard.simulate.packets.trace import trace
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

PROTOCOLS = {"ICMP": 1, "TCP": 6, "UDP": 17}
ENGINE = Embedded()
EXAMPLE = "batfish/networks/example/live"

#: (candidate, ingress node, destination): why guard says otherwise.
OWN_TRAFFIC = "IOS filters no packets that the router makes itself at its own outbound access lists; Batfish does"
DIVERGENCES = {
    ("candidate", "as2dept1", "2.128.0.0"): OWN_TRAFFIC,
    ("live-with-bgp-announcements", "as2dept1", "2.128.0.0"): OWN_TRAFFIC,
}

Told = set[tuple[str, tuple[str, ...]]]


@lru_cache
def network(folder: str) -> Snapshot:
    """A snapshot folder; an interface_blacklist in the old place is moved to where the contract has it."""
    root = needs(folder)
    files = {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}
    if "interface_blacklist" in files:
        files["batfish/interface_blacklist"] = files.pop("interface_blacklist")
    return load(files)


def ours(net: Snapshot, flow: dict[str, Any]) -> Told:
    made = Flow(
        parse_address(flow["srcIp"]).value,
        parse_address(flow["dstIp"]).value,
        protocol=PROTOCOLS[flow["ipProtocol"]],
        source_port=flow.get("srcPort") or 0,
        destination_port=flow.get("dstPort") or 0,
        icmp_type=flow.get("icmpVar") or 0,
    )
    state = ENGINE.state(net, Scenario())
    found = trace(
        net,
        state,
        flow["ingressNode"],
        made,
        interface=flow.get("ingressInterface") or "",
        vrf=flow.get("ingressVrf") or "default",
    )
    return {(each.fate.disposition.value, tuple(hop.node for hop in each.hops)) for each in found}


def pairs() -> list[dict[str, Any]]:
    path = needs("batfish-answers/pairs.json.gz")
    return list(json.loads(gzip.decompress(path.read_bytes())))


@pytest.mark.parametrize("number", range(5))
def test_what_batfish_found_by_comparing_two_snapshots(number: int) -> None:
    pair = pairs()[number]
    name = Path(pair["candidate"]).name
    wrong, seen = [], set()
    for row in pair["differential_reachability"]:
        flow = row["flow"]
        for side, traces in (("base", "reference_traces"), ("candidate", "snapshot_traces")):
            theirs = {(each["disposition"], tuple(hop["node"] for hop in each["hops"])) for each in row[traces]}
            found = ours(network(pair[side]), flow)
            if found == theirs:
                continue
            key = (name, flow["ingressNode"], flow["dstIp"])
            seen.add(key)
            if side == "base" or key not in DIVERGENCES:
                wrong.append((side, flow["ingressNode"], flow["srcIp"], flow["dstIp"], theirs, found))
    assert wrong == []
    assert seen == {key for key in DIVERGENCES if key[0] == name}, "a listed divergence is gone"


@pytest.mark.parametrize("name", ["traceroute-1-2", "traceroute-2-1"])
def test_traceroute_references(name: str) -> None:
    """The filters of hosts (iptables) are not modelled: host1 drops what arrives, and guard says it arrives."""
    document = json.loads(needs(f"batfish/tests/basic/{name}.ref").read_text())
    for row in document[0]["rows"]:
        theirs = set()
        for each in row["Traces"]:
            nodes = tuple(hop["node"]["name"] for hop in each["hops"])
            by_host = each["disposition"] == "DENIED_IN" and nodes[-1].startswith("host")
            theirs.add(("ACCEPTED" if by_host else each["disposition"], nodes))
        assert ours(network(EXAMPLE), row["Flow"]) == theirs
