"""Rows of `guard show`: a network state in Batfish's columns (CONTRACT 5), sorted, so that rows compare one to one.

A next hop has both columns of old Batfish: an interface alone, an address with its interface, `dynamic` where the
address is still recursive, `null_interface` for a discard route; an address that there is not is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from guard.model.address import Prefix
from guard.model.bgp import ORIGIN_NAMES, as_path_text
from guard.model.community import shown
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import BgpRow, BgpSession, NetworkState
from guard.simulate.bgp.external import is_test_prefix

Cell: TypeAlias = "str | int | bool | list[str] | None"
Row: TypeAlias = dict[str, Cell]

NULL_INTERFACE = "null_interface"
DYNAMIC = "dynamic"


def routes_rows(state: NetworkState) -> Iterator[Row]:
    """Main RIBs, one row for each next hop; lazily, as a backbone has a million."""
    for (node, vrf), rib in sorted(state.ribs.items()):
        for prefix in rib.prefixes():
            entry = rib.get(prefix)
            if entry is None or is_test_prefix(prefix):
                continue
            for hop in entry.next_hops:
                yield _route_row(node, vrf, prefix, entry, hop)
                if entry.also_local:
                    yield _route_row(node, vrf, prefix, replace(entry, protocol=RouteProtocol.LOCAL), hop)


def _route_row(node: str, vrf: str, prefix: Prefix, entry: RibEntry, hop: NextHop) -> Row:
    return {
        "node": node,
        "vrf": vrf,
        "network": str(prefix),
        "next_hop_ip": str(hop.address) if hop.address is not None else None,
        "next_hop_interface": _interface(hop),
        "protocol": entry.protocol.value,
        "metric": entry.metric,
        "admin_distance": entry.admin_distance,
        "tag": entry.tag or None,
    }


def _interface(hop: NextHop) -> str | None:
    if hop.discard:
        return NULL_INTERFACE
    return hop.interface or DYNAMIC


def bgp_rows(state: NetworkState) -> Iterator[Row]:
    """Best and backup paths of all BGP RIBs."""
    rows = (row for row in state.bgp.rows() if not is_test_prefix(row.prefix))
    for row in sorted(rows, key=_bgp_order):
        attributes = row.attributes
        yield {
            "node": row.node,
            "vrf": row.vrf,
            "network": str(row.prefix),
            "status": "BEST" if row.best else "BACKUP",
            "next_hop_ip": str(attributes.next_hop) if attributes.next_hop is not None else None,
            "as_path": as_path_text(attributes.as_path),
            "local_preference": row.local_preference,
            "metric": row.shown_med or attributes.med or 0,
            "weight": attributes.weight,
            "communities": [shown(each) for each in attributes.communities],
            "origin_type": ORIGIN_NAMES[attributes.origin],
            "origin_protocol": row.origin_protocol or None,
            "received_from": str(row.received_from) if row.received_from is not None else None,
        }


def _bgp_order(row: BgpRow) -> tuple[object, ...]:
    return (row.node, row.vrf, row.prefix, not row.best, row.received_from or (0, 0), str(row.attributes))


def session_rows(state: NetworkState) -> Iterator[Row]:
    """BGP sessions, one row for each end."""
    for session in sorted(state.sessions, key=lambda session: session.key):
        yield _session_row(session)


def _session_row(session: BgpSession) -> Row:
    return {
        "node": session.node,
        "vrf": session.vrf,
        "local_as": session.local_as,
        "local_ip": str(session.local_address) if session.local_address is not None else None,
        "local_interface": session.local_interface,
        "remote_as": session.remote_as,
        "remote_node": session.remote_node,
        "remote_ip": str(session.remote_address) if session.remote_address is not None else None,
        "remote_interface": session.remote_interface,
        "session_type": session.session_type,
        "established_status": session.status,
    }


def interface_rows(state: NetworkState) -> Iterator[Row]:
    """All interfaces with their state and what took them down."""
    for key, interface in sorted(state.interfaces.items()):
        yield {
            "node": key.node,
            "interface": key.interface,
            "vrf": interface.vrf,
            "active": interface.up,
            "inactive_reason": interface.why,
            "all_prefixes": [f"{address}/{length}" for address, length in interface.addresses],
        }


def edge_rows(state: NetworkState) -> Iterator[Row]:
    """Layer-3 edges, both directions."""
    for tail, head in state.edges:
        yield {
            "interface": str(tail),
            "ips": [str(address) for address, _ in state.interfaces[tail].addresses],
            "remote_interface": str(head),
            "remote_ips": [str(address) for address, _ in state.interfaces[head].addresses],
        }
