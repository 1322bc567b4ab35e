"""BGP of a whole snapshot: sessions, classes, one fixed point a class, aggregates, limits; the solution is lazy.

Law: the result depends on snapshot and underlay alone; `previous` only saves work (see reuse). Oscillation and
several stable states become notes, never a coin toss.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from guard.model.address import WIDTH, Address, Prefix, prefix_of
from guard.model.bgp import BgpAttributes
from guard.model.device import Device, Vendor
from guard.model.state import StateNote
from guard.simulate.bgp import external
from guard.simulate.bgp.contest import is_contested
from guard.simulate.bgp.graph import OUTSIDE, Graph, Link, SessionKey, Speaker, build
from guard.simulate.bgp.origin import aggregate_path, rib_contributors, yields_to_rib
from guard.simulate.bgp.path import Path
from guard.simulate.bgp.prefix_class import PrefixClass
from guard.simulate.bgp.reuse import Reuse
from guard.simulate.bgp.route_conditions import absent_routes
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.seen import seen
from guard.simulate.bgp.session import SessionTable
from guard.simulate.bgp.surroundings import Seed, Split
from guard.simulate.bgp.tables import BgpSolution
from guard.simulate.bgp.workload import Kept, Source, Workload, originates_default, workload
from guard.simulate.bgp.world import Limits, World
from guard.simulate.policy.evaluator import RouteView
from guard.simulate.rib.underlay import Underlay
from guard.snapshot.snapshot import Snapshot

__all__ = ["BgpSolution", "Exchange", "solve"]

#: Rounds of limits that trip and conditions that turn; more than this is a note.
_ROUNDS = 8


def solve(snapshot: Snapshot, underlay: Underlay, previous: BgpSolution | None = None) -> BgpSolution:
    """BGP's answer to the snapshot over this underlay."""
    last = previous.exchange if previous is not None else None
    devices = seen(snapshot.devices, last.snapshot.devices, last.devices) if last is not None else snapshot.devices
    table = SessionTable(snapshot, underlay, last.sessions if last is not None else None, devices)
    tripped: frozenset[SessionKey] = frozenset()
    limits: Limits | None = None
    first: Exchange | None = None
    notes: list[StateNote] = []
    for _ in range(_ROUNDS):
        graph = build(devices, underlay, table, tripped=tripped, previous=last.graph if last is not None else None)
        limits = limits or Limits(
            frozenset(link.index for link in graph.links.values() if _is_conditional(link)),
            absent=absent_routes(graph.speakers.values(), underlay),
        )
        exchange = Exchange(snapshot, underlay, graph, table, limits, devices=devices, like=last)
        exchange.solve(Reuse(last, exchange) if last is not None else None)
        first = first or exchange
        over = _over_limit(exchange)
        absent = absent_routes(graph.speakers.values(), underlay, exchange.carries)
        turned = Limits(_held_back(exchange), _capped(exchange, limits), absent)
        if not over and turned == limits:
            break
        tripped, limits, last = tripped | over, turned, exchange
    else:
        notes.append(StateNote("bound-reached", "BGP limits and conditional advertisements do not settle"))
    exchange.ask_all()
    return BgpSolution(exchange, first or exchange, tripped, (*notes, *exchange.notes()))


def _is_conditional(link: Link) -> bool:
    return link.out_family is not None and link.out_family.conditional is not None


class Exchange(World):
    """One pass over all classes with fixed sessions."""

    def __init__(
        self,
        snapshot: Snapshot,
        underlay: Underlay,
        graph: Graph,
        table: SessionTable,
        limits: Limits,
        *,
        devices: Mapping[str, Device],
        like: Exchange | None = None,
    ) -> None:
        super().__init__(underlay, graph, limits, like)
        self.snapshot = snapshot
        self.devices = devices  # as BGP sees them
        self.sessions = table
        self.classes: list[ClassRun] = []
        self.work: Workload | None = None
        self.kept: Kept = like.kept if like is not None else Kept()
        self.kinds = self.kept.kinds
        self._like = like
        self._solved: list[Prefix] = []
        self._from_outside: dict[SessionKey, list[ClassRun]] | None = None  # by session, in the order of `classes`

    def solve(self, reuse: Reuse | None = None) -> None:
        """All classes: plain ones, then aggregates from the longest to the shortest, then a default that depends."""
        read = Source(self.snapshot, self.underlay, self.graph, self.sessions, self.devices, self.kept)
        work = self.work = workload(read, self._like.work if self._like is not None else None)
        self._like = None
        for each in work.classes:
            self._run(each, work.plain[each.first], reuse)
        for prefix in sorted(work.aggregates, key=lambda each: (-each.length, each)):
            if prefix not in work.late:
                self._run_aggregate(prefix, work, reuse)
        for prefix in sorted(work.late):
            self._run(PrefixClass(("late", prefix), (prefix,)), work.seeds.get(prefix, ()), None)
        self.solving = False

    def carries(self, prefix: Prefix, node: str, vrf: str) -> bool:
        """Whether a table has a route of BGP for exactly this prefix."""
        index, run = self.graph.by_name.get((node, vrf)), self.runs.get(prefix)
        return index is not None and run is not None and run.selection(index) is not None

    def born_over(self, link: Link) -> list[ClassRun]:
        """The classes that a link from outside brings: those that are born there."""
        if self._from_outside is None:
            self._from_outside = {}
            for run in self.classes:
                for session in dict.fromkeys(seed.session for seed in run.seeds if seed.session is not None):
                    self._from_outside.setdefault(session, []).append(run)
        born = self._from_outside.get(link.inbound, ()) if link.inbound is not None else ()
        return [run for run in born if run.version == link.version]

    def brought_over(self, link: Link) -> list[ClassRun]:
        """The classes that may come in over a link: who took no part sends to stubs alone (see ClassRun.offer)."""
        if link.sender == OUTSIDE:
            return self.born_over(link)
        if link.index in self.graph.to_stub:
            return self.classes
        return [run for run in self.classes if link.sender in run.selections]

    def notes(self) -> Iterator[StateNote]:
        """What did not settle, or could have settled otherwise."""
        for run in self.classes:
            prefixes = ", ".join(map(str, run.members.prefixes[:3])) + (" …" if len(run.members.prefixes) > 3 else "")
            if run.oscillates:
                nodes = self._nodes(run.oscillates)
                yield StateNote("oscillation", f"BGP does not settle on {prefixes} at {', '.join(nodes)}", nodes)
            elif run.contested:
                nodes = self._nodes(run.contested)
                message = f"BGP has several stable states for {prefixes}: {', '.join(nodes)} may choose otherwise"
                yield StateNote("several-stable-states", message, nodes)

    def _nodes(self, indices: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted({self.graph.speakers[index].node for index in indices}))

    def ask_all(self) -> None:
        """Ask the underlay for every next hop that BGP itself may have to resolve, for every speaker.

        Most speakers decide only when they are read; what they would ask must be known now, so that the control plane
        sees whether BGP's own routes change an answer and another round is due.
        """
        carried = {
            path.attributes.next_hop
            for run in self.classes
            for selection in run.selections.values()
            if selection is not None
            for path in selection.used
        }
        for address in sorted(each for each in carried if each is not None and not each.is_link_local):
            if self._held_by_bgp(address):
                for speaker in self.graph.speakers.values():
                    if not speaker.table:
                        self.underlay.resolve(speaker.node, speaker.vrf, address)

    def _held_by_bgp(self, address: Address) -> bool:
        """Whether a BGP prefix other than a default holds the address."""
        return any(prefix_of(address, length) in self.runs for length in range(1, WIDTH[address.version] + 1))

    @cached_property
    def hops_read(self) -> Mapping[int, frozenset[tuple[Address, str]]]:
        """All next hops that some run read, with their VRFs, by speaker."""
        found: dict[int, set[tuple[Address, str]]] = {}
        for index, next_hop, vrf in frozenset().union(*(run.hops_read for run in self.classes)):
            found.setdefault(index, set()).add((next_hop, vrf))
        return {index: frozenset(held) for index, held in found.items()}

    def questions(self) -> Iterator[tuple[str, str, Address, bool]]:
        """What sessions and choices hang on of what the underlay resolves; some of it twice.

        Node, VRF and address, and whether it surely is reached.
        """
        yield from self.sessions.questions()
        for index, answers in self.hops.items():
            speaker = self.graph.speakers[index]
            for (next_hop, vrf, _, _), (hop, _) in answers.items():
                yield speaker.node, vrf or speaker.vrf, next_hop, hop.usable

    # ------------------------------------------------------------------------------------------------- classes

    def _run(self, members: PrefixClass, seeds: tuple[Seed, ...], reuse: Reuse | None) -> None:
        run = reuse.run(members, seeds) if reuse is not None else None
        try:
            run = run or self._settle(members, seeds)
        except Split as split:
            for part in _parts(members, split.apart):
                self._run(part, seeds, reuse)
            return
        self.classes.append(run)
        for prefix in members.prefixes:
            self.runs[prefix] = run

    def _settle(self, members: PrefixClass, seeds: tuple[Seed, ...]) -> ClassRun:
        run = ClassRun(self, members, seeds)
        injectors = self._injectors(members.first)
        run.run(injectors=injectors)
        if not run.oscillates and is_contested(run):
            other = ClassRun(self, members, seeds)
            other.run(reverse=True, injectors=injectors)
            mine, theirs = run.outcome(), other.outcome()
            run.contested = {index for index in mine.keys() | theirs.keys() if mine.get(index) != theirs.get(index)}
        return run

    def _injectors(self, prefix: Prefix) -> tuple[int, ...]:
        """Who originates a default to some neighbour."""
        if prefix.length:
            return ()
        return tuple(
            index
            for index, speaker in sorted(self.graph.speakers.items())
            if any(originates_default(link) for link in speaker.links_out(prefix.version))
        )

    def _run_aggregate(self, prefix: Prefix, work: Workload, reuse: Reuse | None) -> None:
        """The aggregate's own class, born where some more specific route is used."""
        found = list(work.seeds.get(prefix, ()))
        for index, aggregate in work.aggregates[prefix]:
            speaker = self.graph.speakers[index]
            if yields_to_rib(speaker, prefix, self.underlay):
                continue
            path = aggregate_path(speaker, aggregate, self._contributors(speaker, prefix))
            if path is not None:
                found.append(Seed(speaker.node, speaker.vrf, path=path))
        covering = tuple(each for each in sorted(work.aggregates) if each != prefix and each.covers(prefix))
        if found:
            self._run(PrefixClass(("aggregate", prefix, covering), (prefix,)), tuple(found), reuse)

    def _contributors(self, speaker: Speaker, aggregate: Prefix) -> Iterator[tuple[Prefix, BgpAttributes]]:
        if len(self._solved) != len(self.runs):
            self._solved = sorted(self.runs)
        start = bisect_left(self._solved, aggregate)
        end = bisect_left(self._solved, (aggregate.version, aggregate.last.value, 129))
        for prefix in self._solved[start:end]:
            selection = self.runs[prefix].selection(speaker.index) if prefix != aggregate else None
            if selection is None:
                continue
            yield prefix, selection.best.attributes
            if speaker.device.vendor is Vendor.FRR:
                yield from ((prefix, each) for each in self._beside_best(speaker, prefix, selection.best))
        yield from rib_contributors(speaker, aggregate, self.underlay)

    def _beside_best(self, speaker: Speaker, prefix: Prefix, best: Path) -> Iterator[BgpAttributes]:
        """bgpd aggregates all usable paths, the best or not (bgp_add_route_to_aggregate; seen live, 8.4.4)."""
        run = self.runs[prefix]
        for path in run.table(speaker.index).values():
            if path is not best and run.usable(speaker, path):
                yield path.attributes


def _parts(members: PrefixClass, apart: frozenset[Prefix]) -> tuple[PrefixClass, PrefixClass]:
    """A class in two."""
    inside = tuple(prefix for prefix in members.prefixes if prefix in apart)
    outside = tuple(prefix for prefix in members.prefixes if prefix not in apart)
    special = ("apart", members.special)
    return PrefixClass(special, inside), PrefixClass(special, outside)


# ---------------------------------------------------------------------------------------- limits, conditions


def _over_limit(exchange: Exchange) -> frozenset[SessionKey]:
    """Sessions (by the end that counts) that bring more prefixes than the end's maximum-prefix allows."""
    over: set[SessionKey] = set()
    for link in exchange.graph.links.values():
        limit = link.in_family.maximum_prefix if link.in_family is not None else None
        if limit is None or limit.warning_only or link.inbound is None or limit.limit >= len(exchange.runs):
            continue
        if count_received(exchange, link) > limit.limit:
            over.add(link.inbound)
    return frozenset(over)


def count_received(exchange: Exchange, link: Link) -> int:
    """How many prefixes count against the receiver's limit: EOS counts all, others what import policy lets in."""
    speaker = exchange.graph.speakers[link.receiver]
    total = 0
    for run in exchange.brought_over(link):
        if run.version != link.version or external.is_test_prefix(run.prefix):
            continue
        counted = run.received(link) if speaker.device.vendor is Vendor.EOS else run.accepted(link)
        if counted is not None:
            total += len(run.members.prefixes)
    return total


def _capped(exchange: Exchange, limits: Limits) -> frozenset[tuple[int, Prefix]]:
    """What does not fit a maximum-prefix-out: the highest prefixes, as bgpd fills a new session in table order."""
    capped: set[tuple[int, Prefix]] = {each for each in limits.capped if each[0] in exchange.graph.links}
    for link in exchange.graph.links.values():
        limit = link.out_family.maximum_prefix_out if link.out_family is not None else None
        if limit is None or link.sender == OUTSIDE:
            continue
        offered = sorted(
            prefix
            for run in exchange.classes
            if run.version == link.version and run.offer(link) is not None
            for prefix in run.members.prefixes
        )
        capped.update((link.index, prefix) for prefix in offered[limit:])
    return frozenset(capped)


def _held_back(exchange: Exchange) -> frozenset[int]:
    """Links whose conditional routes stay back, by what the tables say now."""
    return frozenset(
        link.index
        for link in exchange.graph.links.values()
        if link.sender != OUTSIDE and _is_conditional(link) and not _condition_met(exchange, link)
    )


def _condition_met(exchange: Exchange, link: Link) -> bool:
    assert link.out_family is not None
    condition = link.out_family.conditional
    assert condition is not None
    speaker = exchange.graph.speakers[link.sender]
    for prefix, run in exchange.runs.items():
        selection = run.selection(speaker.index) if prefix.version == link.version else None
        if selection is None:
            continue
        view = RouteView(prefix, selection.best.attributes, own_as=speaker.process.asn)
        if speaker.evaluator.evaluate((condition.condition_policy,), view) is not None:
            return condition.exist
    return not condition.exist
