"""What BGP computed, to be read: RIB rows, what sessions carry, what the main RIB is offered. Lazy throughout.

Law: reading changes nothing; test prefixes of the outside are in every mapping and in no row (external.is_test_prefix
tells them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import BgpRow, BgpSession, StateNote
from guard.simulate.bgp_decision import Selection
from guard.simulate.bgp_graph import OUTSIDE, Link, SessionKey, Speaker
from guard.simulate.bgp_path import LOCAL, Path
from guard.simulate.bgp_run import ClassRun
from guard.simulate.bgp_session import EBGP, IBGP
from guard.simulate.external import is_test_prefix
from guard.simulate.policy_eval import RouteView
from guard.simulate.underlay import BgpRoute

if TYPE_CHECKING:
    from guard.simulate.bgp_exchange import Exchange

#: Distance 255: known, never used.
UNUSABLE = 255

_PROTOCOL = {EBGP: RouteProtocol.BGP, IBGP: RouteProtocol.IBGP}


class BgpSolution:
    """BGP's answer to a snapshot (underlay.Overlay). `exchange` is the final pass, `offered` the one before limits."""

    def __init__(
        self,
        exchange: Exchange,
        offered: Exchange,
        tripped: frozenset[SessionKey],
        notes: tuple[StateNote, ...],
    ) -> None:
        self.exchange = exchange
        self.offered = offered
        self.tripped = tripped
        self.notes = notes
        self.universe = frozenset(exchange.runs)
        self.sessions = tuple(
            _session(pairing.session, pairing.peer_key, tripped) for pairing in exchange.sessions.pairings
        )
        self.tables = Tables(self, exchange)
        self._entries: dict[int, dict[int, RibEntry | None]] = {}  # by run (its id), by speaker
        self._shared: dict[tuple[Address, int, int, int], RibEntry] = {}
        self._prefixes: dict[int, tuple[Prefix, ...]] = {}
        self._fingerprint: int | None = None

    @property
    def fingerprint(self) -> int:
        """Equal for solutions in which everybody chose alike; only good within one process."""
        if self._fingerprint is None:
            chosen = (
                (run.members.prefixes, tuple(sorted((i, s.best, s.used) for i, s in run.selections.items() if s)))
                for run in self.exchange.classes
            )
            up = tuple((session.key, session.up, session.tripped) for session in self.sessions)
            self._fingerprint = hash((tuple(sorted(map(_hashed, chosen))), up))
        return self._fingerprint

    def entry(self, node: str, vrf: str, prefix: Prefix) -> RibEntry | None:
        """What BGP offers to the main RIB for exactly this prefix."""
        index = self.exchange.graph.by_name.get((node, vrf))
        run = self.exchange.runs.get(prefix)
        return None if index is None or run is None else self._entry(index, run)

    def _entry(self, index: int, run: ClassRun) -> RibEntry | None:
        known = self._entries.setdefault(id(run), {})
        if index not in known:
            known[index] = self._find(index, run)
        return known[index]

    def installed(self, prefix: Prefix) -> dict[tuple[str, str], RibEntry]:
        """What BGP offers to every main RIB for one prefix, by node and VRF; what is never used is left out."""
        run = self.exchange.runs.get(prefix)
        if run is None:
            return {}
        known = self._entries.setdefault(id(run), {})
        found = {}
        for name, index in self.exchange.graph.by_name.items():
            entry = known[index] if index in known else self._entry(index, run)
            if entry is not None and entry.admin_distance < UNUSABLE:
                found[name] = entry
        return found

    def _find(self, index: int, run: ClassRun) -> RibEntry | None:
        speaker = self.exchange.graph.speakers[index]
        family = speaker.families.get(run.version)
        if index not in run.selections and family is not None and not (family.table_policy or family.distance_rules):
            offered = run.plain_offer(index)
            if offered is not None and offered.next_hop is not None:
                return self._plain(speaker, run, offered, family.distance_internal)
        selection = run.selection(index)
        return None if selection is None else _rib_entry(speaker, run, selection)

    def _plain(self, speaker: Speaker, run: ClassRun, offered: BgpAttributes, distance: int) -> RibEntry | None:
        """The entry of an iBGP route that needs no decision; equal ones are one object."""
        next_hop = offered.next_hop
        assert next_hop is not None
        if not self.exchange.usable(speaker, next_hop, run.prefix):
            return None
        key = (next_hop, offered.med or 0, distance, offered.tag)
        entry = self._shared.get(key)
        if entry is None:
            hops = (NextHop(next_hop),)
            entry = self._shared[key] = RibEntry(RouteProtocol.IBGP, distance, key[1], hops, offered.tag)
        return entry

    def prefixes(self, node: str, vrf: str) -> Iterator[Prefix]:
        """All prefixes for which `entry` has an answer, sorted."""
        index = self.exchange.graph.by_name.get((node, vrf))
        if index is None:
            return iter(())
        if index not in self._prefixes:
            held = (run.members.prefixes for run in self.exchange.classes if self._entry(index, run) is not None)
            self._prefixes[index] = tuple(sorted(prefix for prefixes in held for prefix in prefixes))
        return iter(self._prefixes[index])

    def redistributable(self, node: str, vrf: str) -> Iterator[BgpRoute]:
        """Best BGP routes that another protocol may take in; what this router gave to BGP itself is not among them."""
        index = self.exchange.graph.by_name.get((node, vrf))
        if index is None:
            return
        for prefix in self.prefixes(node, vrf):
            run = self.exchange.runs[prefix]
            entry, selection = self._entry(index, run), run.selection(index)
            if entry is not None and selection is not None:
                external = selection.best.kind != IBGP
                yield BgpRoute(prefix, entry, selection.best.attributes, external)


def _hashed(chosen: tuple[object, ...]) -> int:
    return hash(chosen)


def _session(session: BgpSession, peer: SessionKey | None, tripped: frozenset[SessionKey]) -> BgpSession:
    if session.key not in tripped and peer not in tripped:
        return session
    status = "NOT_ESTABLISHED" if session.status == "ESTABLISHED" else session.status
    return replace(session, up=False, tripped=True, status=status, why="maximum-prefix exceeded")


def _rib_entry(speaker: Speaker, run: ClassRun, selection: Selection) -> RibEntry | None:
    best = selection.best
    family = speaker.families[run.version]
    metric = best.attributes.med or 0
    if best.kind == LOCAL:
        if best.leaked:
            hop = NextHop(vrf=best.vrf)
            return RibEntry(RouteProtocol.BGP, family.distance_external, metric, (hop,), best.attributes.tag)
        if best.origin_protocol != "aggregate":
            return None
        return RibEntry(RouteProtocol.AGGREGATE, family.distance_local, 0, (NextHop(discard=True),))
    if family.table_policy:
        view = RouteView(run.prefix, best.attributes, peer=best.peer_address, own_as=speaker.process.asn)
        allowed = speaker.evaluator.evaluate((family.table_policy,), view)
        if allowed is None:
            return None
        metric = allowed.attributes.med or 0
    hops = tuple(sorted({_next_hop(path) for path in selection.used}, key=str))
    protocol = _PROTOCOL.get(best.kind, RouteProtocol.BGP)
    return RibEntry(protocol, _distance(speaker, run, best), metric, hops, best.attributes.tag)


def _next_hop(path: Path) -> NextHop:
    return NextHop(path.attributes.next_hop, path.interface or None, path.vrf or None)


def _distance(speaker: Speaker, run: ClassRun, path: Path) -> int:
    """Set by policy, by a rule for the neighbour (`distance N source wildcard [acl]`), or the family's own."""
    if path.distance is not None:
        return path.distance
    family = speaker.families[run.version]
    for distance, source, acl in family.distance_rules:
        fits = path.peer_address is not None and source.contains(path.peer_address)
        if fits and (not acl or speaker.evaluator.acl_permits(run.version, acl, run.prefix)):
            return distance
    return family.distance_external if path.kind == EBGP else family.distance_internal


class Tables:
    """BgpTables of a solution."""

    def __init__(self, solution: BgpSolution, exchange: Exchange) -> None:
        self._solution = solution
        self._exchange = exchange

    @property
    def unlimited(self) -> Tables:
        """The tables before limits shut sessions."""
        first = self._solution.offered
        return self if self._exchange is first else Tables(self._solution, first)

    @property
    def universe(self) -> frozenset[Prefix]:
        """All prefixes of BGP, anywhere."""
        return self._solution.universe

    def installed(self, prefix: Prefix) -> Mapping[tuple[str, str], RibEntry]:
        """What BGP offers to every main RIB for one prefix, by node and VRF."""
        return self._solution.installed(prefix)

    def class_of(self, prefix: Prefix) -> Prefix | None:
        """The first prefix of the class that `prefix` belongs to; None where BGP does not know it."""
        run = self._exchange.runs.get(prefix)
        return None if run is None else run.members.first

    def rows(self) -> Iterator[BgpRow]:
        """All usable paths of all tables, by node, VRF and prefix; the best first."""
        exchange = self._exchange
        order = sorted(exchange.graph.speakers.values(), key=lambda each: (each.node, each.vrf))
        shown = sorted(prefix for prefix in exchange.runs if not is_test_prefix(prefix))
        for speaker in order:
            for prefix in shown:
                yield from self._rows(speaker, prefix, exchange.runs[prefix])

    def _rows(self, speaker: Speaker, prefix: Prefix, run: ClassRun) -> Iterator[BgpRow]:
        selection = run.selection(speaker.index)
        if selection is None:
            return
        learned = [path for _, path in sorted(run.table(speaker.index).items())]
        yield self._row(speaker, prefix, selection.best, best=True)
        for path in (*run.locals.get(speaker.index, ()), *learned):
            if path is not selection.best and path != selection.best and run.usable(speaker, path):
                yield self._row(speaker, prefix, path, best=path in selection.used)

    def _row(self, speaker: Speaker, prefix: Prefix, path: Path, *, best: bool) -> BgpRow:
        preference = path.attributes.local_preference
        origin = path.origin_protocol if path.kind == LOCAL else ("ibgp" if path.kind == IBGP else "bgp")
        return BgpRow(
            speaker.node,
            speaker.vrf,
            prefix,
            best,
            path.attributes,
            origin,
            path.peer_address,
            speaker.process.default_local_preference if preference is None else preference,
        )

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        exchange = self._exchange
        index, run = exchange.graph.by_name.get((node, vrf)), exchange.runs.get(prefix)
        selection = run.selection(index) if run is not None and index is not None else None
        if selection is None or index is None:
            return None
        return self._row(exchange.graph.speakers[index], prefix, selection.best, best=True)

    def advertised(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return _sent(self._exchange, session)

    def offered(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return _sent(self._solution.offered, session)

    def received(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        found: dict[Prefix, BgpAttributes] = {}
        for link in _inbound(self._exchange, session):
            for run in self._exchange.classes:
                attributes = run.received(link) if run.version == link.version else None
                if attributes is not None:
                    found.update(dict.fromkeys(run.members.prefixes, attributes))
        return found

    def accepted(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        found: dict[Prefix, BgpAttributes] = {}
        for link in _inbound(self._exchange, session):
            for run in self._exchange.classes:
                path = run.accepted(link) if run.version == link.version else None
                if path is not None:
                    found.update(dict.fromkeys(run.members.prefixes, path.attributes))
        return found

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        exchange = self._exchange
        index = exchange.graph.by_name.get((node, vrf))
        if index is None:
            return frozenset()
        born = {prefix for run in exchange.classes if index in run.locals for prefix in run.members.prefixes}
        for version in (4, 6):
            for link in exchange.graph.speakers[index].links_out(version):
                if link.out_family is not None and link.out_family.default_originate:
                    born.add(Prefix(version, 0, 0))
        return frozenset(born)


def _inbound(exchange: Exchange, session: SessionKey) -> Iterator[Link]:
    for version in (4, 6):
        link = exchange.graph.by_inbound.get((session, version))
        if link is not None:
            yield link


def _sent(exchange: Exchange, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
    """Adj-RIB-Out of one end, both families."""
    found: dict[Prefix, BgpAttributes] = {}
    for version in (4, 6):
        link = exchange.graph.by_outbound.get((session, version))
        if link is None or link.sender == OUTSIDE:
            continue
        for run in exchange.classes:
            attributes = run.offer(link) if run.version == version else None
            if attributes is not None:
                for prefix in run.members.prefixes:
                    if not exchange.keeps(link, run, prefix):
                        found[prefix] = attributes
    return found
