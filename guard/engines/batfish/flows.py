"""Rows of differentialReachability → flows that fare otherwise: the snapshot is after, the reference before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from guard.engines.batfish.answers import AnswerRow
from guard.model.changed_flow import ChangedFlow, FlowPath

_WITH_PORTS = ("TCP", "UDP")


def changed_flows(rows: Sequence[AnswerRow]) -> tuple[ChangedFlow, ...]:
    """The examples, what is lost first; ValueError where a row is not one of Batfish's."""
    found = [
        ChangedFlow(*_flow(_mapping(row.get("flow"))), _paths(row, "reference_traces"), _paths(row, "snapshot_traces"))
        for row in rows
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_lost, each.start, each.flow)))


def _flow(flow: Mapping[str, object]) -> tuple[str, str]:
    """Where it enters, and its headers in words."""
    start, face = str(flow.get("ingressNode")), flow.get("ingressInterface")
    protocol = str(flow.get("ipProtocol"))
    source, destination = str(flow.get("srcIp")), str(flow.get("dstIp"))
    if protocol in _WITH_PORTS:
        source, destination = f"{source}:{flow.get('srcPort')}", f"{destination}:{flow.get('dstPort')}"
    return (f"{start}[{face}]" if face else start), f"{protocol.lower()} {source} -> {destination}"


def _paths(row: AnswerRow, column: str) -> tuple[FlowPath, ...]:
    traces = row.get(column)
    if not isinstance(traces, Sequence):
        raise ValueError(f"{column} are no traces")
    return tuple(_path(_mapping(trace)) for trace in traces)


def _path(trace: Mapping[str, object]) -> FlowPath:
    hops = trace.get("hops")
    told = (_hop(_mapping(hop)) for hop in (hops if isinstance(hops, Sequence) else ()))
    return FlowPath(str(trace.get("disposition")), tuple(told))


def _hop(hop: Mapping[str, object]) -> str:
    """`node: what happened there`."""
    steps = hop.get("steps")
    told = [text for step in (steps if isinstance(steps, Sequence) else ()) for text in _step(_mapping(step))]
    return f"{_mapping(hop.get('node')).get('name')}: {', '.join(told) or 'passed on'}"


def _step(step: Mapping[str, object]) -> Iterator[str]:
    """What a reader wants to know of one step: the route that was taken, the filter that dropped, the end."""
    action, detail = str(step.get("action")), _mapping(step.get("detail") or {})
    match step.get("type"):
        case "Routing" if action == "FORWARDED":
            routes = detail.get("routes")
            route = _mapping(routes[0]) if isinstance(routes, Sequence) and routes else {}
            out = detail.get("outputInterface")
            yield f"{route.get('protocol', 'a')} route {route.get('network', '')} out {out}".replace("  ", " ")
        case "Filter" if action != "PERMITTED":
            yield f"{detail.get('filter')} denies it"
        case "Originate" | "EnterInputInterface" | "ExitOutputInterface" | "Filter":
            return
        case _:
            yield action.lower().replace("_", " ")


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no object")
    return value
