"""What live FRR showed of a rehearsed snapshot → NetworkState. Pure: the shell boots, waits and reads.

Law: routes, forwarding, BGP paths and sessions are FRR's. What FRR does not tell is the embedded engine's: which
interfaces are up and cabled to which, the router's own addresses, adjacencies, and what a session inside the snapshot
carries beside the paths that were used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from guard.engines.frr_shown import (
    DEFAULT_VRF,
    Hop,
    ShownPath,
    ShownRoute,
    shown_paths,
    shown_peers,
    shown_routes,
)
from guard.engines.rehearsal_plan import Plan, shared_interface
from guard.engines.rows_tables import HeldFib, HeldRib
from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.rib import NextHop, Rib, RibEntry, RouteProtocol
from guard.model.state import BgpRow, BgpSession, BgpTables, InterfaceId, NetworkState, StateNote
from guard.simulate.bgp.ends import LINK_LOCAL
from guard.simulate.bgp.external import is_test_prefix
from guard.snapshot.snapshot import Snapshot

ENGINE = "rehearsal"

SessionKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """`output`: router -> command -> text. `link_locals`: whose address it is. `refused`: router -> lines not taken."""

    output: Mapping[str, Mapping[str, str]]
    link_locals: Mapping[Address, InterfaceId]
    refused: Mapping[str, tuple[str, ...]]
    converged: bool
    version: str
    seconds: float


@dataclass(frozen=True, slots=True)
class LiveTables:
    """BgpTables of what FRR showed; what it does not tell comes from `computed`."""

    paths: Mapping[tuple[str, str], tuple[BgpRow, ...]]
    heard_outside: Mapping[SessionKey, Mapping[Prefix, BgpAttributes]]
    computed: BgpTables
    _best: dict[tuple[str, str], dict[Prefix, BgpRow]] = field(default_factory=dict)

    @property
    def unlimited(self) -> BgpTables:
        """A limit that tripped left nothing to see behind it: as computed."""
        return self.computed.unlimited

    def rows(self) -> Iterator[BgpRow]:
        for node in sorted(self.paths):
            yield from (row for row in self.paths[node] if not is_test_prefix(row.prefix))

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        name = (node, vrf)
        if name not in self._best:
            found: dict[Prefix, BgpRow] = {}
            for row in self.paths.get(name, ()):
                if row.best:
                    found.setdefault(row.prefix, row)
            self._best[name] = found
        return self._best[name].get(prefix)

    def advertised(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        """To the outside: what the speaker there heard. Inside: as computed."""
        heard = self.heard_outside.get(session)
        return self.computed.advertised(session) if heard is None else heard

    def offered(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return self.computed.offered(session)

    def received(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return self.computed.received(session)

    def accepted(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return self.computed.accepted(session)

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        begun = (row for row in self.paths.get((node, vrf), ()) if row.received_from is None)
        return frozenset(row.prefix for row in begun)


class Named(NamedTuple):
    """Where a route is told with its interface: static routes typed so, and sessions that an interface names."""

    static: frozenset[tuple[str, Prefix, Address]]
    unnumbered: frozenset[tuple[str, str | None]]


def rehearsed(snapshot: Snapshot, computed: NetworkState, plan: Plan, seen: Seen) -> NetworkState:
    """The state that live FRR reached; notes say what was not rehearsed or did not settle."""
    gateway = _gateways(computed, seen.link_locals)
    named = Named(_typed_interfaces(snapshot), _unnumbered(computed))
    ribs: dict[tuple[str, str], Rib] = {}
    hops: dict[tuple[str, str, Prefix], tuple[NextHop, ...]] = {}
    for node, vrf in _instances(plan):
        entries = _own_addresses(computed, node, vrf, hops)
        for route in shown_routes(seen.output[node], vrf):
            entries[route.prefix] = _entry(node, route, gateway, named)
            hops[(node, vrf, route.prefix)] = tuple(sorted(set(_forwarding(node, route, gateway, named)), key=str))
        ribs[(node, vrf)] = HeldRib(entries)
    return replace(
        computed,
        engine=ENGINE,
        ribs=ribs,
        fib=HeldFib(hops),
        sessions=_sessions(computed, plan, seen),
        bgp=_tables(computed, plan, seen, gateway),
        notes=(*computed.notes, *_notes(plan, seen)),
    )


def _instances(plan: Plan) -> Iterator[tuple[str, str]]:
    """All VRFs of the routers that are the network's."""
    for router in plan.routers:
        if not router.outside:
            yield from ((router.name, vrf) for vrf in (DEFAULT_VRF, *router.vrfs))


def _own_addresses(
    computed: NetworkState, node: str, vrf: str, hops: dict[tuple[str, str, Prefix], tuple[NextHop, ...]]
) -> dict[Prefix, RibEntry]:
    """The router's own addresses: FRR 8 has no local routes, they are the kernel's."""
    found: dict[Prefix, RibEntry] = {}
    rib = computed.ribs.get((node, vrf))
    for prefix in rib.prefixes() if rib is not None else ():
        entry = rib.get(prefix) if rib is not None else None
        if entry is not None and entry.protocol is RouteProtocol.LOCAL:
            found[prefix] = entry
            hops[(node, vrf, prefix)] = computed.fib.next_hops(node, vrf, prefix)
    return found


def _gateways(
    computed: NetworkState, owners: Mapping[Address, InterfaceId]
) -> Callable[[Address | None], Address | None]:
    """An IPv6 gateway is a link-local address, which no configuration names: told by the owner's lowest global one."""

    def gateway(address: Address | None) -> Address | None:
        if address is None or address.version == 4 or not address.is_link_local:
            return address
        state = computed.interfaces.get(owners[address]) if address in owners else None
        named = sorted(a for a, _ in state.addresses if a.version == 6 and not a.is_link_local) if state else []
        return named[0] if named else None

    return gateway


def _typed_interfaces(snapshot: Snapshot) -> frozenset[tuple[str, Prefix, Address]]:
    """Static routes that name an interface beside the gateway: FRR shows one in any case."""
    return frozenset(
        (device.name, route.prefix, route.next_hop)
        for device in snapshot.devices.values()
        for route in device.static_routes
        if route.interface and route.next_hop is not None
    )


def _unnumbered(computed: NetworkState) -> frozenset[tuple[str, str | None]]:
    """Interfaces that sessions are named by (RFC 8950 next hops are link-local there)."""
    return frozenset(
        (session.node, session.local_interface) for session in computed.sessions if "UNNUMBERED" in session.session_type
    )


def _entry(
    node: str,
    route: ShownRoute,
    gateway: Callable[[Address | None], Address | None],
    named: Named,
) -> RibEntry:
    hops = {_hop(node, route, hop, gateway, named) for hop in route.hops}
    return RibEntry(route.protocol, route.distance, route.metric, tuple(sorted(hops, key=str)), route.tag)


def _hop(
    node: str,
    route: ShownRoute,
    hop: Hop,
    gateway: Callable[[Address | None], Address | None],
    named: Named,
) -> NextHop:
    """As the protocol gave it: BGP and static routes resolve an address, the interior protocols know the interface."""
    if hop.discard:
        return NextHop(discard=True)
    if hop.address is None:
        return NextHop(None, hop.interface, hop.vrf)
    recursive = route.protocol in (RouteProtocol.BGP, RouteProtocol.IBGP, RouteProtocol.STATIC)
    if _is_unnumbered(node, hop.address, hop.interface, named):
        return NextHop(LINK_LOCAL[route.prefix.version], hop.interface)
    if recursive and (node, route.prefix, hop.address) not in named.static:
        return NextHop(gateway(hop.address), vrf=hop.vrf)
    return NextHop(gateway(hop.address), hop.interface, hop.vrf)


def _is_unnumbered(node: str, address: Address | None, interface: str | None, named: Named) -> bool:
    """Whether it is the far end of a session that an interface names: told by Batfish's stand-in (RFC 8950)."""
    linked = address is not None and address.version == 6 and address.is_link_local
    return linked and (node, interface) in named.unnumbered


def _forwarding(
    node: str, route: ShownRoute, gateway: Callable[[Address | None], Address | None], named: Named
) -> Iterator[NextHop]:
    for hop in route.hops:
        if hop.discard:
            yield NextHop(discard=True)
            continue
        for address, interface in hop.resolved if hop.recursive else ((hop.address, hop.interface),):
            if _is_unnumbered(node, address, interface, named):
                yield NextHop(LINK_LOCAL[route.prefix.version], interface)
            else:
                yield NextHop(gateway(address), interface, hop.vrf, discard=address is None and interface is None)


def _sessions(computed: NetworkState, plan: Plan, seen: Seen) -> tuple[BgpSession, ...]:
    """Computed sessions with FRR's word on whether they are established. The status of one to the outside stays: it is
    Batfish's, and says that nobody has the far end's configuration."""
    states = {
        (node, vrf, peer.name): peer.state == "Established"
        for node, vrf in _instances(plan)
        for peer in shown_peers(seen.output[node], vrf)
    }
    return tuple(_session(session, states) for session in computed.sessions)


def _session(session: BgpSession, states: Mapping[tuple[str, str, str], bool]) -> BgpSession:
    keys = [(session.node, session.vrf, name) for name in (str(session.remote_address), session.local_interface or "")]
    up = next((states[key] for key in keys if key in states), None)
    if up is None or session.remote_node is None:
        return session
    status = "ESTABLISHED" if up else "NOT_ESTABLISHED" if session.status == "ESTABLISHED" else session.status
    why = "" if up else session.why or "not established in the rehearsal"
    return replace(session, up=up, status=status, why=why, tripped=session.tripped and not up)


def _tables(
    computed: NetworkState, plan: Plan, seen: Seen, gateway: Callable[[Address | None], Address | None]
) -> LiveTables:
    paths: dict[tuple[str, str], tuple[BgpRow, ...]] = {}
    begun = (row for row in computed.bgp.rows() if row.received_from is None)
    kinds = {(row.node, row.vrf, row.prefix): row.origin_protocol for row in begun}
    for node, vrf in _instances(plan):
        rows = (_row(node, vrf, path, kinds, gateway) for path in shown_paths(seen.output[node], vrf))
        paths[(node, vrf)] = tuple(sorted(rows, key=lambda row: (row.prefix, not row.best)))
    return LiveTables(paths, dict(_heard(computed, plan, seen)), computed.bgp)


def _row(
    node: str,
    vrf: str,
    path: ShownPath,
    kinds: Mapping[tuple[str, str, Prefix], str],
    gateway: Callable[[Address | None], Address | None],
) -> BgpRow:
    """A path that begins here: FRR does not say through which protocol, so the computed one does."""
    kind = path.kind if path.peer is not None else kinds.get((node, vrf, path.prefix), path.kind)
    hop, peer = path.attributes.next_hop, path.peer
    if peer is not None and peer.version == 6 and peer.is_link_local:  # an interface names the session
        unknown = hop is None or hop.is_link_local
        hop, peer = (LINK_LOCAL[path.prefix.version] if unknown else hop), None
    attributes = path.attributes._replace(next_hop=gateway(hop))
    return BgpRow(node, vrf, path.prefix, path.used, attributes, kind, peer, path.local_preference)


def _heard(
    computed: NetworkState, plan: Plan, seen: Seen
) -> Iterator[tuple[SessionKey, Mapping[Prefix, BgpAttributes]]]:
    """What each speaker outside heard from us, as it came in: weight and preference are its own."""
    for name, session in plan.outside.items():
        shared = shared_interface(session, computed)
        ours = {session.local_address, shared[1] if shared else None}
        external = session.remote_as != session.local_as
        yield (
            session.key,
            {
                path.prefix: path.attributes._replace(
                    weight=0, local_preference=None if external else path.attributes.local_preference
                )
                for path in shown_paths(seen.output[name])
                if path.peer in ours
            },
        )


def _notes(plan: Plan, seen: Seen) -> Iterator[StateNote]:
    if not seen.converged:
        text = f"live FRR {seen.version} did not settle within {seen.seconds:.0f} s"
        yield StateNote("rehearsal-not-settled", text)
    for node, lines in sorted(seen.refused.items()):
        text = f"live FRR {seen.version} refuses lines of {node}: {'; '.join(lines)}"
        yield StateNote("rehearsal-refused-line", text, (node,))
    for node, vrf in _instances(plan):
        lost = sorted(str(route.prefix) for route in shown_routes(seen.output[node], vrf) if route.refused)
        if lost:
            text = f"the kernel refuses routes of {node}, so nobody hears of them: {', '.join(lost)} (VRF {vrf})"
            yield StateNote("rehearsal-refused-route", text, (node,))
    for session in plan.unheard:
        text = f"the neighbour of {session} shares no subnet with us: nobody spoke for it in the rehearsal"
        yield StateNote("rehearsal-unheard", text, (str(session),))
