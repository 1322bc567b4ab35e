"""The path that one packet takes, hop by hop, with the reason for each: the route, and the filter line where one spoke.

Law: one Trace for each way that ECMP may take, in sorted order; beyond a bound the rest is left out, never mixed up.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from guard.model.acl import Acl, Flow
from guard.model.address import Address, Prefix
from guard.model.facts import Disposition, Fate, Hop, Trace
from guard.model.state import InterfaceId, NetworkState
from guard.simulate.layer3.acl import evaluate
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.column import Move, Step
from guard.simulate.packets.following import entering, passing
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.rib.plain_routes import Vertex
from guard.snapshot.snapshot import Snapshot

#: Ways that are told; a fabric of ten parallel stages has more of them than anyone reads.
MOST_TRACES = 128


def trace(
    snapshot: Snapshot, state: NetworkState, node: str, flow: Flow, *, interface: str = "", vrf: str = DEFAULT_VRF
) -> tuple[Trace, ...]:
    """All ways of `flow`, made by `node` in `vrf`, or entering it by `interface`."""
    forwarder = Forwarder(snapshot, state)
    if interface:
        vrf = forwarder.links.vrf(InterfaceId(node, interface))
        denied = entering(forwarder, node, interface, flow)
        if denied is not None:
            return (Trace((Hop(node, interface, "", denied.detail),), denied),)
    return tuple(islice(_ways(forwarder, (node, vrf), interface, flow, ()), MOST_TRACES))


def _ways(
    forwarder: Forwarder, vertex: Vertex, into: str, flow: Flow, before: tuple[tuple[Vertex, Hop], ...]
) -> Iterator[Trace]:
    node = vertex[0]
    destination = Address(flow.version, flow.destination)
    found = forwarder.route(vertex, destination)
    for step in sorted(forwarder.steps(vertex, destination), key=_order):
        done = passing(forwarder, vertex, step, flow, born=not before and not into)
        out = step.interface if isinstance(step, Fate) else step.out
        reason = _reason(forwarder, vertex, step, found[0] if found else None, flow, into)
        hop = Hop(node, into, out, reason, found[0] if found else None)
        passed = (*before, (vertex, hop))
        hops = tuple(each for _, each in passed)
        if isinstance(done, Fate):
            if isinstance(step, Move) and done.disposition is Disposition.DENIED_IN:
                hops = (*hops, Hop(step.head[0], step.into, "", f"denied by {done.detail}"))
            yield Trace(hops, done)
        elif any(seen == done.head for seen, _ in passed):
            loop = [seen[0] for seen, _ in passed]
            round_ = " -> ".join([*loop[loop.index(done.head[0]) :], done.head[0]])
            yield Trace(hops, Fate(Disposition.LOOP, done.head[0], done.into, round_))
        else:
            yield from _ways(forwarder, done.head, done.into, flow, passed)


def _order(step: Step) -> tuple[str, str]:
    return (step.interface, step.node) if isinstance(step, Fate) else (step.out, step.head[0])


def _reason(forwarder: Forwarder, vertex: Vertex, step: Step, prefix: Prefix | None, flow: Flow, into: str) -> str:
    parts = [_routed(forwarder, vertex, step, prefix)]
    door = forwarder.links.filters_in.get((flow.version, InterfaceId(vertex[0], into)))
    if door is not None:
        parts.append("in: " + _spoken(door, flow))
    out = step.interface if isinstance(step, Fate) else step.out
    door = forwarder.links.filters_out.get((flow.version, InterfaceId(vertex[0], out)))
    if door is not None and (into or not out):
        parts.append("out: " + _spoken(door, flow))
    return "; ".join(parts)


def _spoken(acl: Acl, flow: Flow) -> str:
    decision = evaluate(acl, flow)
    word = {True: "permitted", False: "denied", None: "not modelled"}[decision.permitted]
    return f"{word} by {decision.describe(acl)}"


def _routed(forwarder: Forwarder, vertex: Vertex, step: Step, prefix: Prefix | None) -> str:
    """`ospf 10.3.0.0/16 [110/20] via 10.0.0.1`, or why the packet ends here."""
    if isinstance(step, Fate) and step.disposition is Disposition.ACCEPTED:
        return f"own address of {step.interface}"
    if prefix is None:
        return "no route"
    entry = forwarder.state.ribs[vertex].get(prefix)
    assert entry is not None
    route = f"{entry.protocol} {prefix} [{entry.admin_distance}/{entry.metric}]"
    if isinstance(step, Fate):
        return f"{route} {step.disposition}" + (f" {step.detail}" if step.detail and step.detail != str(prefix) else "")
    if not step.out:
        return f"{route} into VRF {step.head[1]}"
    hops = [hop.address for hop in entry.next_hops if hop.address is not None]
    via = f" via {step.gateway}" if step.gateway is not None else f" out of {step.out}"
    recursive = [] if step.gateway in hops else hops
    return route + (f" to {', '.join(map(str, recursive))}" if recursive else "") + via
