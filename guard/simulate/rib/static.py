"""Static routes: which are active, found as a fixed point because one may resolve through another.

Law: of one prefix the active routes of the lowest distance are installed, several of them as ECMP. A route whose next
hop resolves only through itself is not installed. Tracked objects are taken as up (a note says so).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.device import AggregateRoute, Device, StaticRoute, Vendor
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import StateNote
from guard.simulate.layer3.topology import Topology
from guard.simulate.policy.evaluator import Evaluator
from guard.simulate.rib import aggregates
from guard.simulate.rib.main_rib import UNUSABLE, MainRib
from guard.simulate.rib.recursion import Resolver
from guard.simulate.rib.resolution_policy import resolvable


class Plan(NamedTuple):
    """Static routes of one VRF: those that are active whatever happens (null routes), and those that may not be."""

    constant: Mapping[Prefix, RibEntry]
    varying: Mapping[Prefix, tuple[StaticRoute, ...]]  # lowest distance first
    aggregates: tuple[AggregateRoute, ...] = ()


#: Rounds after which static routes that keep switching are given up.
ROUNDS = 24

#: FRR (zebra, `ip nht resolve-via-default`) resolves no next hop through a default route unless told so.
_NEVER_VIA_DEFAULT = frozenset({Vendor.FRR})


def plans(device: Device) -> dict[str, Plan]:
    """VRF -> the static routes that the device has there."""
    found: dict[str, dict[Prefix, list[StaticRoute]]] = defaultdict(lambda: defaultdict(list))
    for route in device.static_routes:
        found[route.vrf][route.prefix].append(route)
    judged = bool(device.install_policies)
    made = {vrf: _varying(routes) if judged else _plan(routes) for vrf, routes in sorted(found.items())}
    for vrf in sorted({route.vrf for route in device.aggregates}):
        summed = tuple(route for route in device.aggregates if route.vrf == vrf)
        made[vrf] = made.get(vrf, Plan({}, {}))._replace(aggregates=summed)
    return made


def _plan(routes: Mapping[Prefix, list[StaticRoute]]) -> Plan:
    constant: dict[Prefix, RibEntry] = {}
    varying: dict[Prefix, tuple[StaticRoute, ...]] = {}
    for prefix, same in routes.items():
        ordered = tuple(sorted(same, key=lambda route: route.distance))
        best = ordered[0]
        if all(route.discard for route in ordered if route.distance == best.distance) and best.distance < UNUSABLE:
            constant[prefix] = _entry(best, (NextHop(discard=True),))
        else:
            varying[prefix] = ordered
    return Plan(constant, varying)


def _varying(routes: Mapping[Prefix, list[StaticRoute]]) -> Plan:
    """Where a policy says what is installed, none is sure to be active."""
    ordered = {prefix: tuple(sorted(same, key=lambda route: route.distance)) for prefix, same in routes.items()}
    return Plan({}, ordered)


def _entry(route: StaticRoute, hops: tuple[NextHop, ...]) -> RibEntry:
    return RibEntry(RouteProtocol.STATIC, route.distance, route.metric, hops, route.tag)


def notes(devices: Mapping[str, Device]) -> tuple[StateNote, ...]:
    """One note for each tracked route: the tracked object is assumed to be up."""
    return tuple(
        StateNote(
            "tracked-static",
            f"{name}: the route to {route.prefix} follows object {route.track}, which is taken as up",
            subjects=(name, str(route.prefix)),
            sources=(route.source,),
            undecided=False,
        )
        for name, device in sorted(devices.items())
        for route in device.static_routes
        if route.track
    )


def settle(
    device: Device,
    tables: Mapping[str, Plan],
    ribs: Mapping[str, MainRib],
    resolver: Resolver,
    topology: Topology,
    *,
    evaluator: Callable[[str], Evaluator],
) -> StateNote | None:
    """Put the active static routes of one device into its main RIBs, by VRF; a note where they never settle."""
    for _ in range(ROUNDS):
        changed = False
        for vrf, plan in tables.items():
            rib = ribs.get(vrf)
            if rib is None or (rib.static is plan.constant and not plan.varying and not plan.aggregates):
                continue
            active = _active(device, vrf, plan, resolver, topology, evaluator=evaluator)
            if plan.aggregates:
                active = _summed(active, plan, rib, evaluator(device.name))
            if active != rib.static:
                rib.static_changed(active)
                resolver.forget(device.name)
                changed = True
        if not changed:
            return None
    message = f"{device.name}: static routes that resolve through each other never settle"
    return StateNote("oscillation", message, subjects=(device.name,))


def _summed(
    active: Mapping[Prefix, RibEntry], plan: Plan, rib: MainRib, evaluator: Evaluator
) -> Mapping[Prefix, RibEntry]:
    """Static routes with the aggregates that are there and better."""
    found = dict(active)
    for prefix, entry in aggregates.active(plan.aggregates, rib, evaluator):
        held = found.get(prefix)
        if held is None or entry.admin_distance < held.admin_distance:
            found[prefix] = entry
    return found


def _active(
    device: Device,
    vrf: str,
    plan: Plan,
    resolver: Resolver,
    topology: Topology,
    *,
    evaluator: Callable[[str], Evaluator],
) -> Mapping[Prefix, RibEntry]:
    if not plan.varying:
        return plan.constant
    found = dict(plan.constant)
    for prefix, routes in plan.varying.items():
        entry = _best(device, vrf, routes, resolver, topology, evaluator=evaluator)
        if entry is not None:
            found[prefix] = entry
    return found


def _best(
    device: Device,
    vrf: str,
    routes: Iterable[StaticRoute],
    resolver: Resolver,
    topology: Topology,
    *,
    evaluator: Callable[[str], Evaluator],
) -> RibEntry | None:
    """The entry of the active routes of the lowest distance (`routes` come sorted by it)."""
    chosen: list[StaticRoute] = []
    for route in routes:
        if chosen and route.distance != chosen[0].distance:
            break
        usable = route.distance < UNUSABLE and _usable(device, vrf, route, resolver, topology)
        if usable and _permitted(device, vrf, route, resolver, topology, evaluator=evaluator):
            chosen.append(route)
    if not chosen:
        return None
    offered = {hop for route in chosen for hop in _next_hops(route, device, vrf, topology, resolver)}
    hops = tuple(sorted(offered, key=str))
    if any(not hop.discard for hop in hops):
        hops = tuple(hop for hop in hops if not hop.discard)
    return _entry(chosen[0], hops)


def _permitted(
    device: Device,
    vrf: str,
    route: StaticRoute,
    resolver: Resolver,
    topology: Topology,
    *,
    evaluator: Callable[[str], Evaluator],
) -> bool:
    """Whether the device's policies, if it has any, let the next hop be resolved and the route be installed."""
    if device.resolution_policies and not _allowed(device, vrf, route, resolver, evaluator):
        return False
    return not device.install_policies or _installs(device, vrf, route, resolver, topology, evaluator=evaluator)


def _installs(
    device: Device,
    vrf: str,
    route: StaticRoute,
    resolver: Resolver,
    topology: Topology,
    *,
    evaluator: Callable[[str], Evaluator],
) -> bool:
    """Whether the device's policy lets the route into the main RIB."""
    from guard.simulate.rib.install import admitted

    entry = _entry(route, (_next_hop(route, device, topology),))

    def near(address: Address) -> str | None:
        found = resolver.resolve(device.name, route.next_vrf or vrf, address)
        return found.hops[0].interface if found is not None and found.protocol is RouteProtocol.CONNECTED else None

    return admitted(evaluator(device.name), vrf, route.prefix, entry, near=near) is not None


def _allowed(
    device: Device, vrf: str, route: StaticRoute, resolver: Resolver, evaluator: Callable[[str], Evaluator]
) -> bool:
    """Whether policy lets the next hop be resolved by the route that holds it; what is on the link needs no leave."""
    if route.next_hop is None or route.discard:
        return True
    found = resolver.resolve(device.name, vrf, route.next_hop)
    if found is None or found.protocol is RouteProtocol.CONNECTED:
        return True
    return resolvable(evaluator(device.name), vrf, found)


def _next_hops(
    route: StaticRoute, device: Device, vrf: str, topology: Topology, resolver: Resolver
) -> tuple[NextHop, ...]:
    """As configured; Junos puts the resolved next hops of an indirect one into the table."""
    if device.vendor is Vendor.JUNOS and route.recursive and route.next_hop is not None and not route.next_vrf:
        found = resolver.resolve(device.name, vrf, route.next_hop)
        if found is not None and found.hops and found.protocol is not RouteProtocol.CONNECTED:
            return found.hops
    return (_next_hop(route, device, topology),)


def _is_bare_loopback(device: Device, name: str, topology: Topology) -> bool:
    """Linux has `lo` whether or not a configuration names it."""
    return device.vendor is Vendor.FRR and name == "lo" and topology.find(device.name, name) is None


def _next_hop(route: StaticRoute, device: Device, topology: Topology) -> NextHop:
    if route.discard:
        return NextHop(discard=True)
    if route.interface and _is_bare_loopback(device, route.interface, topology):
        return NextHop(route.next_hop, route.interface, route.next_vrf or None)
    found = topology.find(device.name, route.interface) if route.interface else None
    return NextHop(route.next_hop, found.interface if found else None, route.next_vrf or None)


def _usable(device: Device, vrf: str, route: StaticRoute, resolver: Resolver, topology: Topology) -> bool:
    if route.discard:
        return True
    if route.interface:
        return topology.is_up(device.name, route.interface) or _is_bare_loopback(device, route.interface, topology)
    if route.next_hop is None:
        return bool(route.next_vrf)
    return _reaches(device, route.next_vrf or vrf, route, route.next_hop, resolver)


def _is_own_in_frr(device: Device, protocol: RouteProtocol, next_hop: Address) -> bool:
    """FRR has no local routes; a next hop that is its own address is none all the same (FRR 8.4.4, live)."""
    if device.vendor is not Vendor.FRR or protocol is not RouteProtocol.CONNECTED:
        return False
    return any(each.address == next_hop for interface in device.interfaces for each in interface.addresses)


def _reaches(device: Device, vrf: str, route: StaticRoute, next_hop: Address, resolver: Resolver) -> bool:
    found = resolver.resolve(device.name, vrf, next_hop)
    if found is None or found.protocol is RouteProtocol.LOCAL or _is_own_in_frr(device, found.protocol, next_hop):
        return False
    if not route.recursive:
        return found.protocol is RouteProtocol.CONNECTED
    if route.prefix.contains(next_hop) and found.prefix.length <= route.prefix.length and not route.next_vrf:
        return False  # it, or a less specific route that it hides, would resolve it
    return found.prefix.length > 0 or device.vendor not in _NEVER_VIA_DEFAULT
