"""What BGP computed, to be read: RIB rows, what sessions carry, what the main RIB is offered. Lazy throughout.

Law: reading changes nothing; test prefixes of the outside are in every mapping and in no row (external.is_test_prefix
tells them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import Vendor
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import BgpRow, BgpSession, StateNote
from guard.simulate.bgp.carried import Carried, Part, Parts, outbound, parts_of, spread
from guard.simulate.bgp.decision import Selection
from guard.simulate.bgp.ends import EBGP, IBGP
from guard.simulate.bgp.external import is_test_prefix
from guard.simulate.bgp.flocks import Flock
from guard.simulate.bgp.graph import OUTSIDE, Link, SessionKey, Speaker
from guard.simulate.bgp.leak import shared_hosts
from guard.simulate.bgp.path import LOCAL, Path, leads_to_itself
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.seen import sourced
from guard.simulate.bgp.standing import Standing, together
from guard.simulate.bgp.surroundings import Needs
from guard.simulate.policy.evaluator import RouteView, path_length
from guard.simulate.rib.plain_routes import Classified
from guard.simulate.rib.underlay import BgpRoute

if TYPE_CHECKING:
    from guard.simulate.bgp.exchange import Exchange

#: Distance 255: known, never used.
UNUSABLE = 255

#: A main RIB: node and VRF.
Table = tuple[str, str]

_PROTOCOL = {EBGP: RouteProtocol.BGP, IBGP: RouteProtocol.IBGP}


class Installed(NamedTuple):
    """What BGP offers to main RIBs for one prefix: to some one by one, to others in sets that have the same entry."""

    own: Mapping[Table, RibEntry]
    alike: tuple[tuple[frozenset[Table], RibEntry], ...]

    def get(self, table: Table) -> RibEntry | None:
        """What one main RIB is offered."""
        found = self.own.get(table)
        return found or next((entry for tables, entry in self.alike if table in tables), None)

    def by_table(self) -> dict[Table, RibEntry]:
        """The same written out for all that are offered something."""
        found: dict[Table, RibEntry] = {}
        for tables, entry in reversed(self.alike):
            found.update(dict.fromkeys(tables, entry))
        found.update(self.own)
        return found


class _Told(NamedTuple):
    """Members of a flock that have one entry (None: none)."""

    members: frozenset[int]
    entry: RibEntry | None


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
        self._hosts = shared_hosts(exchange)
        self.universe = frozenset(exchange.runs).union(*self._hosts.values())
        pairings = exchange.sessions.pairings
        rows = (_session(pairing.session, pairing.peer_key, tripped) for pairing in pairings)
        self.sessions = sourced(rows, pairings, exchange.snapshot.devices)
        self.tables = Tables(self, exchange)
        self._entries: dict[int, dict[int, RibEntry | None]] = {}  # by run (its id), by speaker
        self._told: dict[tuple[int, int], _Told | None] = {}  # by run (its id), by flock
        self._installed: dict[int, Installed] = {}  # by run (its id)
        self._alone: dict[int, Needs | None] = {}  # by run (its id)
        self._standing: Standing | None = None
        self._shared: dict[tuple[Address, int, int, int], RibEntry] = {}
        self._prefixes: dict[int, tuple[Prefix, ...]] = {}
        self._carried: dict[bool, Carried] = {}  # by whether it is the final pass
        self.external = frozenset(session.key for session in self.sessions if session.external)
        self.before: BgpSolution | None = None  # that this one started from: answers that are equal are its objects
        self._by_run: tuple[Exchange, frozenset[Prefix], tuple[tuple[ClassRun, tuple[Prefix, ...]], ...]] | None = None
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
        if run is None:
            return self._hosts.get((node, vrf), {}).get(prefix) if self._hosts else None
        return None if index is None else self._entry(index, run)

    def _entry(self, index: int, run: ClassRun) -> RibEntry | None:
        flock = self.exchange.flock(run.version, index)
        told = self.told(flock, run) if flock is not None else None
        if told is not None and index in told.members:
            return told.entry
        known = self._entries.setdefault(id(run), {})
        if index not in known:
            known[index] = self._find(index, run)
        return known[index]

    def installed(self, prefix: Prefix) -> Installed:
        """What BGP offers to every main RIB for one prefix; what is never used is left out."""
        run = self.exchange.runs.get(prefix)
        if run is None:
            return Installed({table: held[prefix] for table, held in self._hosts.items() if prefix in held}, ())
        known = self._installed.get(id(run))
        if known is None:
            theirs = self.before.installed(prefix) if self.before is not None else None
            if theirs is not None and self.standing is not None and self.standing.holds(run):
                known = theirs
            else:
                known = self._install(run)
            known = self._installed[id(run)] = theirs if theirs == known else known
        return known

    @property
    def standing(self) -> Standing | None:
        """This solution beside the one that it started from."""
        if self._standing is None and self.before is not None:
            self._standing = Standing(self.before, self)
        return self._standing

    def needs_alone(self, run: ClassRun) -> Needs | None:
        """What the choices of all who are not told together hang on; None where that is not known."""
        if id(run) not in self._alone:
            self._alone[id(run)] = None  # who asks back meanwhile is not told
            self._alone[id(run)] = self._find_needs(run)
        return self._alone[id(run)]

    def _find_needs(self, run: ClassRun) -> Needs | None:
        told = (self.told(flock, run) for flock in self.exchange.flocks(run.version))
        left = self._names.keys() - frozenset().union(*(each.members for each in told if each is not None))
        took_part = left & run.selections.keys()
        found = [run.needs(index) for index in sorted(left - took_part)]
        known = [each for each in found if each is not None]
        known.append(Needs(frozenset(took_part), frozenset(), frozenset()))
        return together(known) if len(known) == len(found) + 1 else None

    def _install(self, run: ClassRun) -> Installed:
        names = self._names
        left = set(names)
        alike: list[tuple[frozenset[Table], RibEntry]] = []
        for flock in self.exchange.flocks(run.version):
            told = self.told(flock, run)
            if told is not None:
                left -= told.members
                if told.entry is not None and told.entry.admin_distance < UNUSABLE:
                    alike.append((frozenset([names[index] for index in told.members]), told.entry))
        own = {}
        for index in sorted(left):
            entry = self._entry(index, run)
            if entry is not None and entry.admin_distance < UNUSABLE:
                own[names[index]] = entry
        return Installed(own, tuple(alike))

    @cached_property
    def _names(self) -> dict[int, Table]:
        return {index: name for name, index in self.exchange.graph.by_name.items()}

    def told(self, flock: Flock, run: ClassRun) -> _Told | None:
        """The entry that most of a flock have, and who they are; None where each has to be asked."""
        key = (id(run), flock.number)
        if key not in self._told:
            self._told[key] = None  # who asks back meanwhile is asked alone
            self._told[key] = self._find_told(flock, run)
        return self._told[key]

    def _find_told(self, flock: Flock, run: ClassRun) -> _Told | None:
        heard = self.exchange.heard_by(run, flock)
        if heard is None or heard.offered is None or heard.offered.next_hop is None:
            return None if heard is None else _Told(heard.members, None)
        return _Told(heard.members, self._ibgp(heard.offered.next_hop, heard.offered, flock.distance))

    def _find(self, index: int, run: ClassRun) -> RibEntry | None:
        if self.before is not None and index not in run.selections:
            earlier = run.alike(index)
            if earlier is not None and self.before.exchange.runs.get(run.prefix) is earlier:
                return self.before._entry(index, earlier)
        speaker = self.exchange.graph.speakers[index]
        family = speaker.families.get(run.version)
        alike = family is not None and not (family.table_policy or family.distance_rules)
        if index not in run.selections and family is not None and alike and not speaker.device.install_policies:
            offered = run.plain_offer(index)
            if offered is not None and offered.next_hop is not None:
                return self._plain(speaker, run, offered, family.distance_internal)
        selection = run.selection(index)
        if selection is None:
            return None
        entry = _rib_entry(speaker, run, selection)
        return self._installed_of(speaker, run.prefix, entry) if speaker.device.install_policies else entry

    def _installed_of(self, speaker: Speaker, prefix: Prefix, entry: RibEntry | None) -> RibEntry | None:
        """What the device's policies between its protocols and the main RIB leave of an entry of BGP."""
        from guard.simulate.rib.install import admitted

        near = partial(self.exchange.underlay.connected, speaker.node, speaker.vrf)
        return admitted(speaker.evaluator, speaker.vrf, prefix, entry, near=near) if entry is not None else None

    def _plain(self, speaker: Speaker, run: ClassRun, offered: BgpAttributes, distance: int) -> RibEntry | None:
        """The entry of an iBGP route that needs no decision; equal ones are one object."""
        next_hop = offered.next_hop
        assert next_hop is not None
        if leads_to_itself(run.prefix, next_hop) or not self.exchange.usable(speaker, next_hop, run.prefix):
            return None
        return self._ibgp(next_hop, offered, distance)

    def _ibgp(self, next_hop: Address, offered: BgpAttributes, distance: int) -> RibEntry:
        key = (next_hop, offered.med or 0, distance, offered.tag)
        entry = self._shared.get(key)
        if entry is None and self.before is not None:
            entry = self.before._shared.get(key)
        if entry is None:
            hops = (NextHop(next_hop),)
            entry = self._shared[key] = RibEntry(RouteProtocol.IBGP, distance, key[1], hops, offered.tag)
        return entry

    def carried(self, exchange: Exchange) -> Carried:
        """What external sessions carry after one of the passes."""
        final = exchange is self.exchange
        if final not in self._carried:
            self._carried[final] = Carried(self, exchange)
        return self._carried[final]

    def sent(self, exchange: Exchange, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        """Adj-RIB-Out of one end in one of the passes; remembered for external sessions, which many ask about."""
        if session in self.external:
            return self.carried(exchange).sent(session)
        return spread(parts_of(exchange, session).values())

    def is_sent(self, run: ClassRun, before: ClassRun) -> bool:
        """Whether a class surely is chosen and sent as another run of it was (see Standing)."""
        return self.standing is not None and self.standing.is_sent(run, before)

    def by_run(self, exchange: Exchange, wanted: frozenset[Prefix]) -> tuple[tuple[ClassRun, tuple[Prefix, ...]], ...]:
        """Some prefixes by the class that they are in; the last answer is remembered."""
        if self._by_run is None or self._by_run[0] is not exchange or self._by_run[1] is not wanted:
            found: dict[int, tuple[ClassRun, list[Prefix]]] = {}
            for prefix in sorted(wanted & exchange.runs.keys()):
                run = exchange.runs[prefix]
                found.setdefault(id(run), (run, []))[1].append(prefix)
            self._by_run = exchange, wanted, tuple((run, tuple(held)) for run, held in found.values())
        return self._by_run[2]

    def prefixes(self, node: str, vrf: str) -> Iterator[Prefix]:
        """All prefixes for which `entry` has an answer, sorted."""
        index = self.exchange.graph.by_name.get((node, vrf))
        if index is None:
            return iter(())
        if index not in self._prefixes:
            held = (run.members.prefixes for run in self.exchange.classes if self._entry(index, run) is not None)
            hosts = self._hosts.get((node, vrf), {}).keys() - self.exchange.runs.keys()
            self._prefixes[index] = tuple(sorted((*hosts, *(prefix for prefixes in held for prefix in prefixes))))
        return iter(self._prefixes[index])

    def redistributable(self, node: str, vrf: str) -> Iterator[BgpRoute]:
        """Best BGP routes that another protocol may take in; what this router gave to BGP itself is not among them."""
        index = self.exchange.graph.by_name.get((node, vrf))
        if index is None:
            return
        for prefix in self.prefixes(node, vrf):
            run = self.exchange.runs.get(prefix)
            if run is None:
                continue
            entry, selection = self._entry(index, run), run.selection(index)
            if entry is not None and selection is not None:
                external = selection.best.kind != IBGP
                yield BgpRoute(prefix, entry, selection.best.attributes, external)


def _hashed(chosen: tuple[object, ...]) -> int:
    return hash(chosen)


def _session(session: BgpSession, peer: SessionKey | None, tripped: frozenset[SessionKey]) -> BgpSession:
    if not tripped or (session.key not in tripped and peer not in tripped):
        return session
    status = "NOT_ESTABLISHED" if session.status == "ESTABLISHED" else session.status
    return replace(session, up=False, tripped=True, status=status, why="maximum-prefix exceeded")


def _rib_entry(speaker: Speaker, run: ClassRun, selection: Selection) -> RibEntry | None:
    best = selection.best
    family = speaker.families[run.version]
    metric = best.attributes.med or 0
    if best.kind == LOCAL:
        if best.leaked:
            if speaker.device.vendor is Vendor.JUNOS and best.origin_protocol == "connected":
                return RibEntry(RouteProtocol.CONNECTED, 0, 0, (_next_hop(best),))  # it stays what it is
            by_hop = speaker.device.vendor in (Vendor.IOS, Vendor.FRR)
            hop = _next_hop(best) if by_hop else NextHop(vrf=best.vrf)
            return RibEntry(RouteProtocol.BGP, family.distance_external, metric, (hop,), best.attributes.tag)
        if best.origin_protocol != "aggregate":
            return None
        return RibEntry(RouteProtocol.AGGREGATE, family.distance_local, metric, (NextHop(discard=True),))
    if family.table_policy:
        view = RouteView(run.prefix, best.attributes, peer=best.peer_address, own_as=speaker.process.asn)
        allowed = speaker.evaluator.evaluate((family.table_policy,), view)
        if allowed is None:
            return None
        metric = allowed.attributes.med or 0
    used = {_next_hop(path) for path in selection.used if path.interface or not _is_circular(run.prefix, path)}
    hops = tuple(sorted(used, key=str)) if len(used) > 1 else tuple(used)
    if not hops:
        return None
    protocol = _PROTOCOL.get(best.kind, RouteProtocol.BGP)
    return RibEntry(protocol, _distance(speaker, run, best), metric, hops, best.attributes.tag)


def _marked(run: ClassRun, speaker: Speaker, learned: list[Path], used: list[Path]) -> Iterator[Path]:
    """Further paths that EOS marks as sharing the traffic (`ecmp`) though they carry none.

    Recorded in lab-validation, eos_evpn_l3_design_guide: those that would if its own route were not there, and the
    equal ones among those of a VPN, however many the VRF may use.
    """
    family = speaker.families[run.version]
    wide = replace(family, maximum_paths=len(learned), maximum_paths_ibgp=len(learned))
    for paths, settings in (
        ([path for path in learned if path.attributes.label is None], family),
        ([path for path in learned if path.attributes.label is not None], wide),
    ):
        among = run.select_of(speaker, paths, settings)
        equal = {_strength(path) for path in among.used} if among is not None else frozenset()
        marked = [path for path in paths if _strength(path) in equal]
        yield from (path for path in marked if path not in used and len(marked) > 1)


def _strength(path: Path) -> tuple[Address | None, int]:
    return path.attributes.next_hop, path_length(path.attributes.as_path)


def _is_evpn(speaker: Speaker, path: Path) -> bool:
    """Whether the path is one that Junos has in a table of its EVPN, and not among the routes of BGP."""
    label = path.attributes.label
    return label is not None and label.kind == "vxlan" and speaker.device.vendor is Vendor.JUNOS


def _is_circular(prefix: Prefix, path: Path) -> bool:
    next_hop = path.via or path.attributes.next_hop
    return next_hop is not None and leads_to_itself(prefix, next_hop)


def _next_hop(path: Path) -> NextHop:
    if path.discards:
        return NextHop(discard=True)
    address = path.via or path.attributes.next_hop
    return NextHop(address, path.interface or None, path.vrf or None, label=path.attributes.label)


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

    def installed(self, prefix: Prefix) -> Installed:
        """What BGP offers to every main RIB for one prefix."""
        return self._solution.installed(prefix)

    def class_of(self, prefix: Prefix) -> Prefix | None:
        """The first prefix of the class that `prefix` belongs to; None where BGP does not know it."""
        run = self._exchange.runs.get(prefix)
        if run is None:
            return prefix if prefix in self._solution.universe else None
        return run.members.first

    def classed_otherwise(self, other: Classified) -> Collection[Prefix]:
        """Prefixes that `class_of` may name otherwise here and in another state; all where that one cannot tell."""
        if not isinstance(other, Tables):
            return self.universe | other.universe
        mine = {run.members.first: run.members for run in self._exchange.classes}
        its = {run.members.first: run.members for run in other._exchange.classes}
        apart = self.universe ^ other.universe if self.universe is not other.universe else frozenset[Prefix]()
        for first in mine.keys() | its.keys():
            one, two = mine.get(first), its.get(first)
            if one is not two and one != two:
                apart = apart.union(*(each.prefixes for each in (one, two) if each is not None))
        return apart

    def rows(self) -> Iterator[BgpRow]:
        """All usable paths of all tables, by node, VRF and prefix; the best first."""
        exchange = self._exchange
        order = sorted(exchange.graph.speakers.values(), key=lambda each: (each.node, each.vrf))
        shown = sorted(prefix for prefix in exchange.runs if not is_test_prefix(prefix))
        for speaker in order:
            for prefix in shown if not speaker.table else ():
                yield from self._rows(speaker, prefix, exchange.runs[prefix])

    def _rows(self, speaker: Speaker, prefix: Prefix, run: ClassRun) -> Iterator[BgpRow]:
        selection = run.selection(speaker.index)
        if selection is None:
            return
        learned = [path for _, path in sorted(run.table(speaker.index).items()) if not _is_evpn(speaker, path)]
        if not _is_evpn(speaker, selection.best):
            yield self._row(speaker, prefix, selection.best, best=True)
        used = list(selection.used)
        if speaker.device.vendor is Vendor.JUNOS and selection.best.kind == LOCAL:
            # The route of another protocol is active and no path of BGP: the best of those is best all the same.
            among = run.select_of(speaker, learned)
            used = [selection.best, *(among.used if among is not None else ())]
        elif speaker.device.vendor is Vendor.EOS and (selection.best.kind == LOCAL or speaker.vrf != "default"):
            used.extend(_marked(run, speaker, learned, used))
        for path in (*run.locals.get(speaker.index, ()), *learned):
            # With additional paths a neighbour may send the same twice (RFC 7911 3: only the identifiers differ).
            mine = path in used
            if mine:
                used.remove(path)
            if (mine and path == selection.best) or not run.usable(speaker, path):
                continue
            yield self._row(speaker, prefix, path, best=mine)

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
            self._shown_med(speaker, prefix, path) if speaker.process.single_agent else None,
        )

    def _shown_med(self, speaker: Speaker, prefix: Prefix, path: Path) -> int | None:
        """EOS with one routing agent shows MED 1 on its own path of a connected network that is no loopback's.

        Recorded in 4.21 and 4.23 (lab-validation: 192.168.122.0/24 in eos_private_asn and two more; their loopbacks
        have 0, and so has what is sent). With several agents (4.36 there) it shows none.
        """
        if path.kind != LOCAL or path.origin_protocol != "connected":
            return None
        family, entry = speaker.families[prefix.version], None
        if any(network.prefix == prefix and not network.policy for network in family.networks):
            entry = self._exchange.underlay.entry(speaker.node, speaker.vrf, prefix)
        if entry is None or entry.protocol is not RouteProtocol.CONNECTED:
            return None
        kinds = {each.name: each.kind for each in speaker.device.interfaces}
        return None if all(kinds.get(hop.interface or "") == "loopback" for hop in entry.next_hops) else 1

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        exchange = self._exchange
        index, run = exchange.graph.by_name.get((node, vrf)), exchange.runs.get(prefix)
        selection = run.selection(index) if run is not None and index is not None else None
        if selection is None or index is None:
            return None
        return self._row(exchange.graph.speakers[index], prefix, selection.best, best=True)

    def advertised(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return self._solution.sent(self._exchange, session)

    def offered(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return self._solution.sent(self._solution.offered, session)

    def offered_by_class(self, session: SessionKey) -> Parts:
        """`offered`, prefixes together that the tables before limits treat as one; equal ones are one object."""
        solution = self._solution
        if session in solution.external:
            return solution.carried(solution.offered).parts(session)
        return parts_of(solution.offered, session)

    def chosen_alike(self, other: object) -> frozenset[Prefix]:
        """First prefixes of classes of which everybody surely uses what he used in the tables of an earlier state."""
        if not isinstance(other, Tables):
            return frozenset()
        if self._exchange is other._exchange:
            return frozenset(run.prefix for run in self._exchange.classes)
        if self._solution.before is not other._solution:
            return frozenset()
        if self._exchange is not self._solution.exchange or other._exchange is not other._solution.exchange:
            return frozenset()
        was, solution = other._exchange.runs, self._solution
        alike = (run for run in self._exchange.classes if run.prefix in was and solution.is_sent(run, was[run.prefix]))
        return frozenset(run.prefix for run in alike)

    def sends(self, session: SessionKey, wanted: frozenset[Prefix]) -> frozenset[Prefix]:
        """Those of some prefixes that the session carries after policy."""
        exchange = self._exchange
        found: set[Prefix] = set()
        for link in outbound(exchange, session):
            for run, prefixes in self._solution.by_run(exchange, wanted):
                if run.version == link.version and run.offer(link) is not None:
                    found.update(prefix for prefix in prefixes if not exchange.keeps(link, run, prefix))
        return frozenset(found)

    def received(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return spread(self._received(session))

    def accepted(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return spread(self._accepted(session))

    def received_by_class(self, session: SessionKey) -> Iterator[tuple[Prefix, ...]]:
        """The prefixes of `received`, those together that the tables treat as one, sorted."""
        return (prefixes for prefixes, _ in self._received(session))

    def accepted_by_class(self, session: SessionKey) -> Iterator[tuple[Prefix, ...]]:
        """The prefixes of `accepted`, likewise."""
        return (prefixes for prefixes, _ in self._accepted(session))

    def _received(self, session: SessionKey) -> Iterator[Part]:
        for link in _inbound(self._exchange, session):
            for run in self._runs_over(link):
                attributes = run.received(link)
                if attributes is not None:
                    yield Part(run.members.prefixes, attributes)

    def _accepted(self, session: SessionKey) -> Iterator[Part]:
        for link in _inbound(self._exchange, session):
            for run in self._runs_over(link):
                path = run.accepted(link)
                if path is not None:
                    yield Part(run.members.prefixes, path.attributes)

    def _runs_over(self, link: Link) -> list[ClassRun]:
        """The classes that come in over a link."""
        exchange = self._exchange
        if link.sender == OUTSIDE:
            return exchange.born_over(link)
        if link.outbound is None or exchange.is_selective((link.sender,)):
            return [run for run in exchange.classes if run.version == link.version]
        parts = self._solution.carried(exchange).parts(link.outbound)
        return [exchange.runs[first] for first in parts if first.version == link.version]

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
