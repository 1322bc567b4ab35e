"""Mutations of what computes: engines that hand over less, or other, than was computed after a change.

What is asked first is the network as it is; that is handed over as it was computed, everything after it is mutated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guard.engines.engine import Engine
from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.rib import Rib, RibEntry
from guard.model.state import BgpRow, BgpSession, BgpTables, InterfaceState, NetworkState, Scenario
from guard.snapshot.snapshot import Snapshot

Change = Callable[[NetworkState, NetworkState], NetworkState]
_NO_FAILURE = Scenario()


@dataclass(frozen=True, slots=True)
class EngineMutant:
    """`change`: (base, computed) -> what is handed over. `about`: policies that should notice, to be asked first."""

    name: str
    change: Change
    about: frozenset[str]

    def engine(self, inner: Engine, base: Snapshot) -> Engine:
        return Changed(inner, base, self.name, self.change)


@dataclass(frozen=True, slots=True)
class Changed:
    """An engine whose states are changed on the way out. `base`: what it is asked first is the network as it is."""

    inner: Engine
    base: Snapshot
    name: str
    change: Change

    def state(self, snapshot: Snapshot, scenario: Scenario = _NO_FAILURE) -> NetworkState:
        found = self.inner.state(snapshot, scenario)
        if snapshot.digest == self.base.digest and scenario == _NO_FAILURE:
            return found
        return self.change(self.inner.state(self.base, _NO_FAILURE), found)


@dataclass(frozen=True, slots=True)
class Plain:
    """An engine without a memory of what was made of its states, so that a mutant leaves no trace there."""

    inner: Engine
    name: str = "plain"

    def state(self, snapshot: Snapshot, scenario: Scenario = _NO_FAILURE) -> NetworkState:
        return self.inner.state(snapshot, scenario)


@dataclass(slots=True)
class Forgetful:
    """An engine that is one question behind."""

    inner: Engine
    base: Snapshot
    name: str
    last: NetworkState | None = field(default=None)

    def state(self, snapshot: Snapshot, scenario: Scenario = _NO_FAILURE) -> NetworkState:
        found = self.inner.state(snapshot, scenario)
        if scenario != _NO_FAILURE:
            return found
        before, self.last = self.last, found
        return found if before is None or snapshot.digest == self.base.digest else before


@dataclass(frozen=True, slots=True)
class Unfailing:
    """An engine that computes every failure as if nothing had failed."""

    inner: Engine
    name: str

    def state(self, snapshot: Snapshot, scenario: Scenario = _NO_FAILURE) -> NetworkState:
        return self.inner.state(snapshot, _NO_FAILURE)


@dataclass(frozen=True, slots=True)
class StepMutant:
    """An engine that answers for the wrong moment."""

    name: str
    make: Callable[[Engine, Snapshot, str], Engine]
    about: frozenset[str]

    def engine(self, inner: Engine, base: Snapshot) -> Engine:
        return self.make(inner, base, self.name)


def engine_mutants() -> Iterator[EngineMutant | StepMutant]:
    """All of them, in a fixed order."""
    for what, (change, about) in _CHANGES.items():
        yield EngineMutant(f"engine: {what}", change, frozenset(about))
    yield StepMutant("engine: the state of the step before", Forgetful, frozenset(_ROUTES))
    yield StepMutant(
        "engine: failures change nothing", lambda inner, _, name: Unfailing(inner, name), frozenset({"shared-risk"})
    )


# ------------------------------------------------------------------------------------------------ whole states


def _stale(before: NetworkState, after: NetworkState) -> NetworkState:
    return before


def _empty(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(
        after, interfaces={}, edges=(), sessions=(), adjacencies=(), ribs={}, bgp=_Fewer(after.bgp, lambda _: False),
        neighbours=None, igp_externals={},
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ interfaces, links


def _old_interfaces(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, interfaces=before.interfaces)


def _all_up(before: NetworkState, after: NetworkState) -> NetworkState:
    faces: dict[Any, InterfaceState] = {id: replace(face, up=True) for id, face in after.interfaces.items()}
    return replace(after, interfaces=faces)


def _old_edges(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, edges=before.edges, neighbours=before.neighbours)


def _no_edges(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, edges=(), neighbours=lambda _: ())


# ------------------------------------------------------------------------------------------------ sessions


def _old_sessions(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, sessions=before.sessions)


def _no_sessions(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, sessions=())


def _sessions(change: Callable[[BgpSession], BgpSession | None]) -> Change:
    def changed(before: NetworkState, after: NetworkState) -> NetworkState:
        made = (change(end) for end in after.sessions)
        return replace(after, sessions=tuple(end for end in made if end is not None))

    return changed


def _one_session_lost(before: NetworkState, after: NetworkState) -> NetworkState:
    lost = next((end.key for end in after.sessions if end.up), None)
    sessions = tuple(replace(end, up=False) if end.key == lost else end for end in after.sessions)
    return replace(after, sessions=sessions)


# ------------------------------------------------------------------------------------------------ tables


def _old_routes(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, ribs=before.ribs, fib=before.fib)


def _old_fib(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, fib=before.fib)


def _one_table_lost(before: NetworkState, after: NetworkState) -> NetworkState:
    ribs = dict(after.ribs)
    if ribs:
        del ribs[max(ribs)]
    return replace(after, ribs=ribs)


@dataclass(frozen=True, slots=True)
class _HalfRib:
    """A main RIB of which every other row is lost."""

    inner: Rib

    def __len__(self) -> int:
        return sum(1 for _ in self.prefixes())

    def prefixes(self) -> Iterator[Prefix]:
        yield from list(self.inner.prefixes())[::2]

    def get(self, prefix: Prefix) -> RibEntry | None:
        return self.inner.get(prefix) if prefix in set(self.prefixes()) else None

    def lookup(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        return self.inner.lookup(address)


def _rows_lost(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, ribs={key: _HalfRib(rib) for key, rib in after.ribs.items()})


def _old_bgp(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, bgp=before.bgp)


@dataclass(frozen=True, slots=True)
class _Fewer:
    """BGP tables that hold only the prefixes that are wanted."""

    inner: BgpTables
    wanted: Callable[[Prefix], bool]

    @property
    def unlimited(self) -> BgpTables:
        return _Fewer(self.inner.unlimited, self.wanted)

    def rows(self) -> Iterator[BgpRow]:
        return (row for row in self.inner.rows() if self.wanted(row.prefix))

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        return self.inner.best(node, vrf, prefix) if self.wanted(prefix) else None

    def _kept(self, table: Mapping[Prefix, BgpAttributes]) -> Mapping[Prefix, BgpAttributes]:
        return {prefix: attributes for prefix, attributes in table.items() if self.wanted(prefix)}

    def advertised(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return self._kept(self.inner.advertised(session))

    def offered(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return self._kept(self.inner.offered(session))

    def received(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return self._kept(self.inner.received(session))

    def accepted(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return self._kept(self.inner.accepted(session))

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        return frozenset(filter(self.wanted, self.inner.originated(node, vrf)))


def _no_bgp(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, bgp=_Fewer(after.bgp, lambda _: False))


def _half_bgp(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, bgp=_Fewer(after.bgp, lambda prefix: prefix.value >> 8 & 1 == 0))


def _without_notes(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, notes=())


def _old_externals(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, igp_externals=before.igp_externals)


_ROUTES = ("blackhole", "reachability-loss", "service-dependency", "datacenter-isolation", "dns-service-survival")
_BGP = ("advertisement-withdrawal", "route-leak", "foreign-origin", "path-shift")
_CHANGES: Mapping[str, tuple[Change, tuple[str, ...]]] = {
    "a time-out is answered with the state before": (_stale, _BGP),
    "a time-out is answered with nothing": (_empty, _BGP),
    "interfaces are those before": (_old_interfaces, ("backbone-withdrawal", "dns-service-survival")),
    "every interface is up": (_all_up, ("backbone-withdrawal", "dns-service-survival")),
    "links are those before": (_old_edges, ("restore-surge", "backbone-withdrawal")),
    "all links are lost": (_no_edges, ("shared-risk", "backbone-withdrawal")),
    "sessions are those before": (_old_sessions, ("session-loss", "control-plane-filtered", "backbone-withdrawal")),
    "all sessions are lost": (_no_sessions, ("session-loss", "route-leak")),
    "one session is lost": (_one_session_lost, ("session-loss", "undeclared-effect")),
    "every session is up": (
        _sessions(lambda end: replace(end, up=True)), ("session-loss", "control-plane-filtered", "backbone-withdrawal")
    ),
    "external sessions are taken for ours": (
        _sessions(lambda end: replace(end, external=False)), ("route-leak", "advertisement-withdrawal")
    ),
    "external sessions are lost": (
        _sessions(lambda end: None if end.external else end), ("route-leak", "advertisement-withdrawal")
    ),
    "limits that tripped are forgotten": (
        _sessions(lambda end: replace(end, tripped=False)), ("prefix-limit", "route-leak")
    ),
    "main tables are those before": (_old_routes, _ROUTES),
    "forwarding tables are those before": (_old_fib, ("link-overload", "path-shift", "asymmetric-reachability")),
    "the table of one router is lost": (_one_table_lost, _ROUTES),
    "every other route is lost": (_rows_lost, _ROUTES),
    "BGP tables are those before": (_old_bgp, _BGP),
    "BGP tables are empty": (_no_bgp, _BGP),
    "half of the BGP routes are lost": (_half_bgp, _BGP),
    "notes of what was not decided are lost": (_without_notes, ("not-modelled",)),
    "externals of the IGP are those before": (_old_externals, ("external-into-igp",)),
}  # fmt: skip
