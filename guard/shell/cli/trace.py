"""`guard trace`: the path that a packet takes, hop by hop, with the reason for each."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from guard.model.acl import Flow
from guard.model.address import Address, parse_address
from guard.model.errors import InputInvalid
from guard.model.facts import Trace
from guard.model.state import Scenario
from guard.shell.cli.folder import read_snapshot
from guard.shell.engines import engines_for
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmp6": 58, "ospf": 89}


def run(arguments: argparse.Namespace) -> int:
    """Print every path."""
    from guard.simulate.packets.trace import trace

    snapshot = load(read_snapshot(Path(arguments.snapshot)))
    node = snapshot.names.node(arguments.source)
    if node not in snapshot.devices:
        raise InputInvalid("unknown-device", f"there is no device {arguments.source!r}")
    state = engines_for("embedded")[0].state(snapshot, Scenario())
    destination = _address(arguments.destination)
    flow = Flow(
        source=_own_address(snapshot, node, destination.version),
        destination=destination.value,
        version=destination.version,
        protocol=_protocol(arguments.protocol),
        destination_port=arguments.port,
    )
    traces = trace(snapshot, state, node, flow)
    if arguments.format == "json":
        print(json.dumps([_document(each) for each in traces], indent=1))
    else:
        print("\n\n".join(_text(number, each) for number, each in enumerate(traces, 1)))
    return 0


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError:
        raise InputInvalid("invalid-value", f"{text!r} is not an IP address") from None


def _protocol(text: str) -> int:
    if text.lower() in PROTOCOLS:
        return PROTOCOLS[text.lower()]
    if text.isdecimal() and int(text) < 256:
        return int(text)
    raise InputInvalid("invalid-value", f"{text!r} is not an IP protocol ({', '.join(PROTOCOLS)}, or a number)")


def _own_address(snapshot: Snapshot, node: str, version: int) -> int:
    """The node's lowest loopback address, else its lowest address, as a ping would take one; 0 without any."""
    interfaces = snapshot.devices[node].interfaces
    kinds = sorted((each.kind != "loopback", each.name) for each in interfaces if not each.shutdown)
    by_name = {each.name: each for each in interfaces}
    for _, name in kinds:
        for address in by_name[name].addresses:
            if address.address.version == version:
                return address.address.value
    return 0


def _document(trace: Trace) -> dict[str, object]:
    return {
        "hops": [
            {
                "node": hop.node,
                "interface_in": hop.interface_in,
                "interface_out": hop.interface_out,
                "prefix": str(hop.prefix) if hop.prefix else None,
                "reason": hop.reason,
            }
            for hop in trace.hops
        ],
        "disposition": trace.fate.disposition.value,
        "node": trace.fate.node,
        "interface": trace.fate.interface,
        "detail": trace.fate.detail,
    }


def _text(number: int, trace: Trace) -> str:
    lines = [f"path {number}: {trace.fate.disposition.value} at {trace.fate.node} {trace.fate.detail}".rstrip()]
    for count, hop in enumerate(trace.hops, 1):
        way = f"{hop.interface_in or '-'} -> {hop.interface_out or '-'}"
        lines.append(f"  {count:2} {hop.node:20} {way:40} {hop.reason}")
    return "\n".join(lines)
