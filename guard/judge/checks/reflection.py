"""Whether the iBGP sessions still carry every route to every router (RFC 4456)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from guard.judge.case import Case, StepView, View
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both, of_devices
from guard.judge.finding import Observation, listed, some
from guard.model.device import Device
from guard.model.state import BgpSession


@dataclass(frozen=True, slots=True)
class Graph:
    """iBGP of one address family: per router its peers, and which of them are its clients."""

    peers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clients: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def reached(self, origin: str) -> frozenset[str]:
        """Routers that get a route which `origin` learned from outside or originates.

        A peer tells only its clients, or, for what it has from a client, everybody (RFC 4456 6).
        """
        found = {origin} | self.peers.get(origin, frozenset())
        waiting = [(peer, origin) for peer in self.peers.get(origin, frozenset())]
        told: set[tuple[str, bool]] = set()
        while waiting:
            router, sender = waiting.pop()
            clients = self.clients.get(router)
            if not clients:
                continue
            from_client = sender in clients
            if (router, from_client) in told or (router, True) in told:
                continue
            told.add((router, from_client))
            for peer in self.peers[router] if from_client else clients:
                if peer != sender:
                    found.add(peer)
                    waiting.append((peer, router))
        return frozenset(found)


def route_reflection(case: Case, step: StepView, params: Parameters) -> Observations:
    """The iBGP graph no longer carries every route to every router.

    A router whose external sessions the change has shut, and that has no BGP session left, is drained: no subject.
    Breaks: routers that lack the route, while all sessions that are left look healthy.
    Example: `no neighbor … route-reflector-client` on the only reflector.
    Source: Reddit, 14 March 2023 (route reflectors selected by a label that an upgrade removed); OVH, 29 July 2015.
    """
    before, after = both(case, step)
    marks, marked = _clients(case, case.base), _clients(case, step.view)
    if before.state.sessions == after.state.sessions and marks == marked:
        return
    drained = _drained(case, step)
    for version, asn in product((4, 6), sorted(_systems(case.base) | _systems(step.view))):
        old, new = _graph(case.base, marks, version, asn), _graph(step.view, marked, version, asn)
        if old == new:
            continue
        added = frozenset(new.peers) - frozenset(old.peers) if step.last else frozenset()
        routers = {
            name
            for name in (frozenset(old.peers) & frozenset(step.snapshot.devices)) | added
            if name not in step.taken.nodes and name not in step.snapshot.down_nodes and name not in drained
        }
        missing: dict[str, list[str]] = {}
        for origin in sorted(routers):
            reached = routers if origin in added else old.reached(origin) | added
            for router in sorted((reached & routers) - new.reached(origin)):
                missing.setdefault(router, []).append(origin)
        for router, origins in missing.items():
            yield Observation(
                f"{router} no longer gets the IPv{version} routes of {listed(origins)} by iBGP",
                subjects=(router, *some(origins)),
                evidence=(f"{router}: iBGP with {listed(new.peers.get(router, frozenset())) or 'nobody'}",),
                key=f"{version} {router} {origins}",
                group=f"IPv{version} AS {asn}",
            )


def _drained(case: Case, step: StepView) -> frozenset[str]:
    """Routers that had external sessions, all shut or removed in the configuration now, and have no session at all."""
    before, after = both(case, step)
    talking = {end.node for end in after.state.sessions if end.up}
    had = [end for end in before.state.sessions if end.external and end.up and end.node not in talking]
    open_still = of_devices(case, step.view, "open neighbours", _open) if had else {}
    open_at = frozenset(end.node for end in had if end.key[1:] in open_still.get(end.node, frozenset()))
    return frozenset(end.node for end in had) - open_at


def _open(device: Device) -> frozenset[tuple[str, str]]:
    """VRF and name of the neighbours that are not shut."""
    neighbors = ((process.vrf, each) for process in device.bgp for each in process.neighbors)
    return frozenset((vrf, each.session_name) for vrf, each in neighbors if not each.shutdown)


def _systems(view: View) -> frozenset[int]:
    """The ASes that speak iBGP here; hosts may have one of their own."""
    ends = view.assessment.state.sessions if view.assessment is not None else ()
    return frozenset(end.local_as for end in ends if _internal(end) and end.local_as is not None)


def _graph(view: View, marked: Marked, version: int, asn: int) -> Graph:
    """iBGP sessions of one AS that are up. A member AS of a confederation is judged by itself."""
    assessment = view.assessment
    if assessment is None:
        return Graph()
    peers: dict[str, set[str]] = {}
    clients: dict[str, set[str]] = {}
    for end in assessment.state.sessions:
        if not _internal(end) or end.local_as != asn:
            continue
        if version in end.families:
            peers.setdefault(end.node, set())
        if end.up and version in end.families and end.remote_node is not None:
            peers[end.node].add(end.remote_node)
            if (version, *end.key[1:]) in marked.get(end.node, frozenset()):
                clients.setdefault(end.node, set()).add(end.remote_node)
    return Graph(
        {name: frozenset(each) for name, each in peers.items()},
        {name: frozenset(each) for name, each in clients.items()},
    )


def _internal(end: BgpSession) -> bool:
    return end.vrf == "default" and end.session_type.startswith("IBGP")


Marked = Mapping[str, frozenset[tuple[int, str, str]]]  # by router: IP version, VRF, neighbour


def _clients(case: Case, view: View) -> Marked:
    """The neighbours that a configuration calls its route-reflector clients."""
    return of_devices(case, view, "clients", _reflects)


def _reflects(device: Device) -> frozenset[tuple[int, str, str]]:
    return frozenset(
        (family.version, process.vrf, neighbor.session_name)
        for process in device.bgp
        for neighbor in process.neighbors
        for family in neighbor.families
        if family.route_reflector_client
    )


CHECKS = (Check("route-reflection", route_reflection, needs=NETWORK),)
