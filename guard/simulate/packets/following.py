"""Where one packet goes: the same ways as its destination's, but it meets every line of the filters on them.

Law: every way that ECMP may take is followed. A line that is not modelled ends the packet as INSUFFICIENT_INFO.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from guard.model.acl import Flow
from guard.model.address import Address
from guard.model.facts import Disposition, Fate
from guard.model.state import InterfaceId
from guard.simulate.layer3.acl import Decision, evaluate
from guard.simulate.packets.column import Move, Step
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.rib.plain_routes import Vertex

#: How the detail of a fate begins that hangs on a filter line which is not modelled.
DOUBT = "not modelled"
#: Ends of packets that tell of a filter's line, and where it stands.
_FILTERED = frozenset({Disposition.DENIED_IN, Disposition.DENIED_OUT, Disposition.INSUFFICIENT_INFO})


class FlowGraph(NamedTuple):
    """Where one packet may go: its ends, the tables that it passes, and the interfaces that it leaves by."""

    fates: frozenset[Fate]
    passed: frozenset[Vertex]
    crossed: frozenset[tuple[InterfaceId, InterfaceId]]


def follow(forwarder: Forwarder, start: Vertex, into: str, flow: Flow) -> FlowGraph:
    """All ways of one packet that is in a table of `start`, having entered by `into` ("" if born there)."""
    destination = Address(flow.version, flow.destination)
    fates: set[Fate] = set()
    crossed: set[tuple[InterfaceId, InterfaceId]] = set()
    heads: dict[Vertex, set[Vertex]] = {}
    denied = entering(forwarder, start[0], into, flow) if into else None
    if denied is not None:
        return _noted(forwarder, destination, FlowGraph(frozenset({denied}), frozenset({start}), frozenset()))
    frontier = [start]
    for vertex in frontier:
        if vertex in heads:
            continue
        heads[vertex] = set()
        for step in forwarder.steps(vertex, destination):
            done = passing(forwarder, vertex, step, flow, born=vertex == start and not into)
            if isinstance(done, Fate):
                fates.add(done)
                continue
            if done.out:
                crossed.add((InterfaceId(vertex[0], done.out), InterfaceId(done.head[0], done.into)))
            heads[vertex].add(done.head)
            frontier.append(done.head)
    if looped := _looping(heads):
        fates.add(Fate(Disposition.LOOP, min(looped)[0], "", " -> ".join(sorted(node for node, _ in looped))))
    return _noted(forwarder, destination, FlowGraph(frozenset(fates), frozenset(heads), frozenset(crossed)))


def _noted(forwarder: Forwarder, destination: Address, graph: FlowGraph) -> FlowGraph:
    """The graph; whoever is working out an answer has read it."""
    if forwarder.answers.reading is not None:
        spoken = any(fate.disposition in _FILTERED for fate in graph.fates)
        forwarder.answers.reading.ways.append((destination, graph.passed, spoken))
    return graph


def _looping(heads: Mapping[Vertex, set[Vertex]]) -> frozenset[Vertex]:
    """Tables on a cycle or leading to one: what is left when tables without further heads are taken away."""
    left = {vertex: set(after) for vertex, after in heads.items()}
    ready = [vertex for vertex, after in left.items() if not after]
    tails: dict[Vertex, list[Vertex]] = {}
    for vertex, after in heads.items():
        for head in after:
            tails.setdefault(head, []).append(vertex)
    while ready:
        vertex = ready.pop()
        del left[vertex]
        for tail in tails.get(vertex, ()):
            if tail in left and vertex in left[tail]:
                left[tail].discard(vertex)
                if not left[tail]:
                    ready.append(tail)
    return frozenset(left)


def entering(forwarder: Forwarder, node: str, interface: str, flow: Flow) -> Fate | None:
    """The fate of a packet at the filter of the interface that it enters by, None if it passes."""
    acl = forwarder.links.filters_in.get((flow.version, InterfaceId(node, interface)))
    if acl is None:
        return None
    decision = evaluate(acl, flow)
    return _verdict(decision, Disposition.DENIED_IN, node, interface, decision.describe(acl))


def passing(forwarder: Forwarder, vertex: Vertex, step: Step, flow: Flow, *, born: bool) -> Step:
    """What becomes of a packet at the filters of one step. `born`: the router made it, so no filter sees it leave."""
    node, links = vertex[0], forwarder.links
    if isinstance(step, Fate) and step.disposition is Disposition.ACCEPTED:
        for acl in () if born else links.filters_own.get((flow.version, node), ()):
            decision = evaluate(acl, flow)
            denied = _verdict(decision, Disposition.DENIED_IN, node, step.interface, decision.describe(acl))
            if denied is not None:
                return denied
        return step
    if not born and (flow.version, *vertex) in links.no_transit_forwarding:
        return Fate(Disposition.NO_ROUTE, node, "", "does not forward")
    out = step.interface if isinstance(step, Fate) else step.out
    acl_out = None if born else links.filters_out.get((flow.version, InterfaceId(node, out)))
    if acl_out is not None:
        decision = evaluate(acl_out, flow)
        denied = _verdict(decision, Disposition.DENIED_OUT, node, out, decision.describe(acl_out))
        if denied is not None:
            return denied
    if isinstance(step, Move) and step.into:
        return entering(forwarder, step.head[0], step.into, flow) or step
    return step


def _verdict(decision: Decision, denied: Disposition, node: str, interface: str, detail: str) -> Fate | None:
    if decision.permitted is None:
        return Fate(Disposition.INSUFFICIENT_INFO, node, interface, f"{DOUBT}: {detail}")
    return None if decision.permitted else Fate(denied, node, interface, detail)
