"""Two engines' answers to the same questions, compared fact by fact: interfaces, sessions, routes, BGP paths, what goes
outside, and what reaches what.

Law: a fact is compared where both engines claim to know it; where one says that it does not, that is told instead.
What differs is told with both answers and the lines behind it. Why two engines may differ is data (known_differences);
no difference is left out for having a reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from guard.engines.behind import lines_behind_route, lines_behind_session
from guard.engines.consequences import followed
from guard.engines.known_context import About, Context
from guard.engines.known_differences import Known, known_difference
from guard.model.address import WIDTH, Address, Prefix
from guard.model.bgp import ORIGIN_NAMES, AsPath, as_path_text
from guard.model.facts import Assessment
from guard.model.inventory import EXTERNAL
from guard.model.provenance import Source
from guard.model.rib import NextHop, Rib, RibEntry
from guard.model.state import BgpRow, BgpSession, NetworkState
from guard.simulate.bgp.external import is_test_prefix
from guard.snapshot.snapshot import Snapshot

Vertex = tuple[str, str]

#: Routes of one table that differ are told one by one up to so many; the others are counted in a last one.
MOST_TOLD = 1_000
NONE = "nothing"
#: Code of the note of an engine that could not answer a question it needs.
UNANSWERED = "batfish-unanswered"
#: Code of the note of an engine that was not asked for the BGP tables of some nodes.
NOT_ASKED_OF = "batfish-part-of-bgp"


class Fact(StrEnum):
    INTERFACE = "interface"
    SESSION = "session"
    ROUTE = "route"
    PATH = "BGP path"
    ADVERTISEMENT = "advertisement"
    REACH = "reachability"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact on which two engines differ. `answers` are in the order of the engines.

    `decides`: packets, or what neighbours outside hear, go by it (a metric alone does not). `known`: why it may be so.
    """

    fact: Fact
    subject: str
    nodes: tuple[str, ...]
    answers: tuple[str, str]
    decides: bool = True
    sources: tuple[Source, ...] = ()
    known: Known | None = None

    @property
    def identity(self) -> tuple[str, str, tuple[str, str]]:
        """The same in two states where nothing about it changed."""
        return (self.fact, self.subject, self.answers)


def agreement(one: NetworkState, other: NetworkState, snapshot: Snapshot) -> tuple[Difference, ...]:
    """All differences of two states of one snapshot under one scenario, sorted by fact and subject."""
    context = Context(snapshot, one, other)
    silent = _silent(context)
    if silent:
        return silent
    blind = dict(_blind(context))
    found = [
        *_unknown(blind),
        *_interfaces(context),
        *_sessions(context),
        *_routes(context),
        *_paths(context),
        *_advertisements(context),
    ]
    kept = (each for each in found if each.fact is Fact.UNKNOWN or not blind.keys() & set(each.nodes))
    return tuple(sorted(_explained(tuple(kept), context), key=lambda each: (each.fact, each.subject)))


def _explained(found: Sequence[Difference], context: Context) -> Iterator[Difference]:
    """The differences with the entry that explains them, or that they follow from."""
    abouts = [About(each.fact, each.subject, each.nodes, each.answers) for each in found]
    known = followed([(about, known_difference(about, context)) for about in abouts], context)
    return (replace(each, known=why) for each, why in zip(found, known, strict=True))


# ---------------------------------------------------------------------------------------------- not known


def _silent(context: Context) -> tuple[Difference, ...]:
    """An engine that has no answer at all: there is nothing to compare."""
    return tuple(
        Difference(Fact.UNKNOWN, "the network", (), ("has an answer", note.message))
        for note in context.other.notes
        if note.undecided and note.code == UNANSWERED
    )


def _blind(context: Context) -> Iterator[tuple[str, tuple[str, str]]]:
    """Nodes of which one engine says that it does not know them, with both answers."""
    for problem in context.snapshot.problems:
        for node in problem.subjects:
            if node in context.snapshot.devices:
                yield node, (f"does not know: {problem.message}", "has an answer")
    for number, state in enumerate((context.one, context.other)):
        for note in state.notes:
            for node in note.subjects if note.undecided else ():
                if node in context.snapshot.devices:
                    said = f"does not know: {note.message}"
                    yield node, (said, "has an answer") if number == 0 else ("has an answer", said)


def _unknown(blind: Mapping[str, tuple[str, str]]) -> Iterator[Difference]:
    for node, answers in blind.items():
        yield Difference(Fact.UNKNOWN, node, (node,), answers)


# ------------------------------------------------------------------------------------- interfaces, sessions


def _interfaces(context: Context) -> Iterator[Difference]:
    one, other = context.one.interfaces, context.other.interfaces
    for here in sorted(one.keys() | other.keys()):
        mine, theirs = one.get(here), other.get(here)
        words = tuple(NONE if face is None else "up" if face.up else f"down ({face.why})" for face in (mine, theirs))
        up = tuple(face is not None and face.up for face in (mine, theirs))
        addressed = any(face is not None and any(a.version == 4 for a, _ in face.addresses) for face in (mine, theirs))
        if up[0] != up[1]:
            lines = context.interface_lines(here)
            yield Difference(Fact.INTERFACE, str(here), (here.node,), (words[0], words[1]), addressed, lines)


def _sessions(context: Context) -> Iterator[Difference]:
    mine = {session.key: session for session in context.one.sessions if context.is_compared(session)}
    theirs = {session.key: session for session in context.other.sessions if context.is_compared(session)}
    for key in sorted(mine.keys() | theirs.keys()):
        first, second = mine.get(key), theirs.get(key)
        if (first is not None and first.up) == (second is not None and second.up):
            continue
        session = first or second
        assert session is not None
        nodes = (session.node, *((session.remote_node,) if session.remote_node else ()))
        lines = lines_behind_session(context.snapshot, session)
        answers = (_session_text(first), _session_text(second))
        yield Difference(Fact.SESSION, f"{session} ({key[1]})", nodes, answers, sources=lines)


def _session_text(session: BgpSession | None) -> str:
    if session is None:
        return NONE
    return "up" if session.up else f"down ({session.why or session.status})"


# -------------------------------------------------------------------------------------------------- routes


def _routes(context: Context) -> Iterator[Difference]:
    for vertex in sorted(context.one.ribs.keys() | context.other.ribs.keys()):
        ribs = (context.one.ribs.get(vertex), context.other.ribs.get(vertex))
        told = 0
        for prefix in _prefixes(ribs):
            entries = tuple(rib.get(prefix) if rib is not None else None for rib in ribs)
            if entries[0] == entries[1]:
                continue
            found = _route(context, vertex, prefix, entries[0], entries[1])
            if found is None:
                continue
            told += 1
            if told <= MOST_TOLD:
                yield found
        if told > MOST_TOLD:
            subject = f"{vertex[0]} {vertex[1]}: {told - MOST_TOLD} more routes"
            yield Difference(Fact.ROUTE, subject, (vertex[0],), ("differ", "differ"))


def _prefixes(ribs: Iterable[Rib | None]) -> list[Prefix]:
    held = {prefix for rib in ribs if rib is not None for prefix in rib.prefixes()}
    return sorted(prefix for prefix in held if prefix.version == 4 and not is_test_prefix(prefix))


def _route(
    context: Context, vertex: Vertex, prefix: Prefix, one: RibEntry | None, other: RibEntry | None
) -> Difference | None:
    answers = (_entry_text(one), _entry_text(other))
    if answers[0] == answers[1]:
        return None
    hops = tuple(
        _hops(state, vertex, prefix) if entry is not None else None
        for state, entry in ((context.one, one), (context.other, other))
    )
    entry = one or other
    assert entry is not None
    lines = lines_behind_route(context.snapshot, vertex[0], vertex[1], prefix, entry)
    subject = f"{vertex[0]} {vertex[1]} {prefix}"
    decides = hops[0] != hops[1] and not (one is not None and other is not None and _is_own(context, vertex[0], prefix))
    return Difference(Fact.ROUTE, subject, (vertex[0],), answers, decides, lines)


def _is_own(context: Context, node: str, prefix: Prefix) -> bool:
    """Whether packets for it end here, whatever interface the route names (an address lent to unnumbered ones)."""
    address = Address(prefix.version, prefix.value)
    return prefix.length == WIDTH[prefix.version] and node in context.owned.get(address, ())


def _hops(state: NetworkState, vertex: Vertex, prefix: Prefix) -> frozenset[tuple[str, str]]:
    """Where packets go: interface and gateway of each resolved next hop."""
    return frozenset(
        ((hop.interface or "").lower(), "discard" if hop.discard else str(hop.address or hop.vrf or ""))
        for hop in state.fib.next_hops(*vertex, prefix)
    )


def _entry_text(entry: RibEntry | None) -> str:
    """`ospf via 10.0.0.1 Ethernet1 [110/20]`."""
    if entry is None:
        return NONE
    hops = ", ".join(sorted(map(_hop_text, entry.next_hops)))
    return f"{entry.protocol.value} via {hops} [{entry.admin_distance}/{entry.metric}]"


def _hop_text(hop: NextHop) -> str:
    if hop.discard:
        return "discard"
    parts = (str(hop.address) if hop.address is not None else "", hop.interface or "", hop.vrf or "")
    return " ".join(filter(None, parts)) or NONE


# ----------------------------------------------------------------------------------------------- BGP paths


def _paths(context: Context) -> Iterator[Difference]:
    mine, theirs = _best_paths(context.one), _best_paths(context.other)
    silent = {node for note in context.other.notes if note.code == NOT_ASKED_OF for node in note.subjects}
    for key in sorted(mine.keys() | theirs.keys()):
        first, second = mine.get(key, ()), theirs.get(key, ())
        if key[2].version == 4 and key[0] not in silent and set(first) != set(second):
            node, vrf, prefix = key
            answers = ("; ".join(sorted(map(str, first))) or NONE, "; ".join(sorted(map(str, second))) or NONE)
            yield Difference(Fact.PATH, f"{node} {vrf} {prefix}", (node,), answers, decides=False)


class _Path(NamedTuple):
    """What is compared of a best path; routes that begin here have no next hop to compare."""

    local: bool
    next_hop: Address | None
    as_path: AsPath
    preference: int
    med: int
    weight: int
    origin: int
    communities: tuple[str, ...]

    def __str__(self) -> str:
        parts = (
            "local" if self.local else f"via {self.next_hop}",
            f"path {as_path_text(self.as_path) or 'empty'}",
            f"preference {self.preference}",
            f"MED {self.med}",
            f"weight {self.weight}",
            ORIGIN_NAMES[self.origin],
            " ".join(self.communities),
        )
        return ", ".join(filter(None, parts))


def _best_paths(state: NetworkState) -> dict[tuple[str, str, Prefix], tuple[_Path, ...]]:
    found: dict[tuple[str, str, Prefix], tuple[_Path, ...]] = {}
    for row in state.bgp.rows():
        if row.best:
            key = (row.node, row.vrf, row.prefix)
            found[key] = (*found.get(key, ()), _compared(row))
    return found


def _compared(row: BgpRow) -> _Path:
    held = row.attributes
    local = row.received_from is None and row.origin_protocol not in ("bgp", "ibgp")
    hop = None if local else held.next_hop
    communities = held.communities
    return _Path(local, hop, held.as_path, row.local_preference, held.med or 0, held.weight, held.origin, communities)


# ------------------------------------------------------------------------------------------ advertisements


def _advertisements(context: Context) -> Iterator[Difference]:
    """Which prefixes each external session sends that both hold to be up."""
    theirs = {session.key for session in context.other.sessions if session.up}
    for session in context.one.sessions:
        if not (session.external and session.up and session.key in theirs and context.is_compared(session)):
            continue
        first, second = (_sent(state, session) for state in (context.one, context.other))
        for prefix in sorted(first ^ second):
            answers = ("sent", "not sent") if prefix in first else ("not sent", "sent")
            lines = lines_behind_session(context.snapshot, session)
            yield Difference(Fact.ADVERTISEMENT, f"{prefix} to {session}", (session.node,), answers, sources=lines)


def _sent(state: NetworkState, session: BgpSession) -> frozenset[Prefix]:
    """Without the prefixes that stand for the outside's own: an engine that was not told of them has none."""
    sent = state.bgp.advertised(session.key)
    return frozenset(prefix for prefix in sent if prefix.version == 4 and not is_test_prefix(prefix))


# ------------------------------------------------------------------------------------------- what reaches


def reach_agreement(one: Assessment, other: Assessment) -> tuple[Difference, ...]:
    """Differences in what follows for sites, services, flows and management paths."""
    mine, theirs = dict(_reach(one)), dict(_reach(other))
    return tuple(
        Difference(Fact.REACH, subject, (), (mine.get(subject, NONE), theirs.get(subject, NONE)))
        for subject in sorted(mine.keys() | theirs.keys())
        if mine.get(subject) != theirs.get(subject)
    )


def _reach(facts: Assessment) -> Iterator[tuple[str, str]]:
    for site in facts.sites:
        if site.kind == EXTERNAL:
            continue  # whom the outside sends to is looked for only until all sites of ours are known to (Reach)
        yield f"site {site.name}", f"sends to {', '.join(sorted(site.sends_to)) or NONE}"
    for service in facts.services:
        healthy = sum(each.healthy for each in service.instances)
        yield f"service {service.name}", f"{'healthy' if service.healthy else 'unhealthy'}, {healthy} instances"
    by_service: dict[str, list[str]] = defaultdict(list)
    for site_name, name in sorted(facts.service_reach):
        by_service[name].append(site_name)
    for name, sites in by_service.items():
        yield f"sites that reach service {name}", ", ".join(sites)
    for flow in facts.flows:
        fate = "delivered" if flow.delivered else "denied" if flow.denied else "neither"
        yield f"flow {flow.intent.name}", fate
    for path in facts.management:
        yield f"management {path.source_node} -> {path.target}", "reachable" if path.reachable else "unreachable"
    for each in facts.advertisements:
        yield f"advertisement {each.name} {each.prefix}", f"sent by {', '.join(sorted(each.sites)) or NONE}"
