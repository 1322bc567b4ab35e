"""BGP of a small network as text: one line a path, a session or an advertisement, so that a failing test reads."""

from __future__ import annotations

from guard.engines.rows import bgp_rows, session_rows
from guard.model.bgp import as_path_text
from guard.model.state import NetworkState


def table(state: NetworkState, node: str) -> list[str]:
    """`> network via next-hop [path] lp med communities`; `>` best, `=` shares the traffic, blank: backup."""
    lines = []
    for row in bgp_rows(state):
        if row["node"] != node:
            continue
        mark = ">" if row["status"] == "BEST" else " "
        parts = [
            f"{mark} {row['network']} via {row['next_hop_ip'] or '-'} [{row['as_path']}] {row['local_preference']}"
        ]
        if row["metric"]:
            parts.append(f"med {row['metric']}")
        parts += list(row["communities"])  # type: ignore[call-overload]
        lines.append(" ".join(parts))
    return lines


def sessions(state: NetworkState) -> list[str]:
    """`node -> remote status (why)` of each end; an end that is up towards nobody says so."""
    lines = []
    for session in sorted(state.sessions, key=lambda each: each.key):
        outside = " up outside" if session.up and session.remote_node is None else ""
        lines.append(f"{session} {session.status}{outside}" + (f" ({session.why})" if session.why else ""))
    return lines


def types(state: NetworkState) -> list[str]:
    return [f"{row['node']} {row['session_type']}" for row in session_rows(state)]


def sent(state: NetworkState, node: str, neighbor: str, vrf: str = "default") -> list[str]:
    """What a session carries, `network [path]` and communities."""
    return [
        " ".join([f"{prefix} [{as_path_text(held.as_path)}]", *held.communities])
        for prefix, held in sorted(state.bgp.advertised((node, vrf, neighbor)).items())
    ]
