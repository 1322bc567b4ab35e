"""What a Batfish that agrees with the embedded engine in everything would answer: rows made from a state."""

from __future__ import annotations

from typing import Any

from guard.engines.batfish.answers import Answers, answers_of
from guard.model.bgp import ORIGIN_NAMES, as_path_text
from guard.model.community import shown
from guard.model.rib import NextHop
from guard.model.state import BgpRow, BgpSession, InterfaceId, NetworkState

Row = dict[str, Any]


def answers_from(state: NetworkState, version: str = "0.36.0") -> Answers:
    """The answers to all needed questions, in the shape that the server sends."""
    faces = [_interface(here, state) for here in state.interfaces]
    edges = [{"Interface": place(tail), "Remote_Interface": place(head)} for tail, head in state.edges]
    return answers_of(
        version,
        {
            "routes": _routes(state),
            "bgp_rib": [_path(row) for row in state.bgp.rows() if row.prefix.version == 4],
            "bgp_session_status": [_session(each) for each in state.sessions if over_four(each)],
            "layer3_edges": edges,
            "interface_properties": faces,
            "init_issues": [],
            "file_parse_status": [],
        },
    )


def over_four(session: BgpSession) -> bool:
    return session.remote_address is None or session.remote_address.version == 4


def place(here: InterfaceId) -> Row:
    return {"hostname": here.node.lower(), "interface": here.interface}


def _routes(state: NetworkState) -> list[Row]:
    return [
        {
            "Node": {"name": node.lower()}, "VRF": vrf, "Network": str(prefix), "Next_Hop": _hop(hop),
            "Protocol": entry.protocol.value, "Metric": entry.metric, "Admin_Distance": entry.admin_distance,
            "Tag": entry.tag or None,
        }
        for (node, vrf), rib in state.ribs.items()
        for prefix in rib.prefixes()
        if prefix.version == 4 and (entry := rib.get(prefix)) is not None
        for hop in entry.next_hops
    ]  # fmt: skip


def _hop(hop: NextHop) -> Row:
    if hop.discard:
        return {"type": "discard"}
    if hop.interface is not None:
        return {"type": "interface", "interface": hop.interface, "ip": str(hop.address) if hop.address else None}
    if hop.vrf is not None:
        return {"type": "vrf", "vrf": hop.vrf}
    return {"type": "ip", "ip": str(hop.address)}


def _path(row: BgpRow) -> Row:
    held = row.attributes
    local = row.received_from is None and row.origin_protocol not in ("bgp", "ibgp")
    hop = {"type": "ip", "ip": str(held.next_hop)} if held.next_hop is not None else {"type": "discard"}
    return {
        "Node": {"name": row.node.lower()}, "VRF": row.vrf, "Network": str(row.prefix),
        "Status": ["BEST" if row.best else "BACKUP"], "Next_Hop": hop,
        "Protocol": "aggregate" if local else row.origin_protocol,
        "AS_Path": as_path_text(held.as_path), "Metric": held.med or 0, "Local_Pref": row.local_preference,
        "Communities": [shown(each) for each in held.communities], "Origin_Protocol": row.origin_protocol,
        "Origin_Type": ORIGIN_NAMES[held.origin], "Originator_Id": None,
        "Cluster_List": list(held.cluster_list) or None, "Tag": held.tag or None, "Weight": held.weight,
        "Received_From_IP": "0.0.0.0" if local or row.received_from is None else str(row.received_from),
    }  # fmt: skip


def _session(session: BgpSession) -> Row:
    here = {"hostname": session.node.lower(), "interface": session.local_interface}
    return {
        "Node": {"name": session.node.lower()}, "VRF": session.vrf, "Local_AS": session.local_as,
        "Local_Interface": here if session.local_interface else None,
        "Local_IP": str(session.local_address) if session.local_address else None,
        "Remote_AS": str(session.remote_as), "Remote_Interface": None,
        "Remote_Node": {"name": session.remote_node.lower()} if session.remote_node else None,
        "Remote_IP": str(session.remote_address) if session.remote_address else None,
        "Session_Type": session.session_type, "Established_Status": session.status,
    }  # fmt: skip


def _interface(here: InterfaceId, state: NetworkState) -> Row:
    face = state.interfaces[here]
    return {
        "Interface": place(here), "VRF": face.vrf, "Active": face.up, "Inactive_Reason": "" if face.up else face.why,
        "All_Prefixes": [f"{address}/{length}" for address, length in face.addresses if address.version == 4],
    }  # fmt: skip
