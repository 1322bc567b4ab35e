"""Mutations of what judges and of what computes: would anybody notice if guard were blind in one eye?

Policies are mutated where they speak: their findings are lost, lose one, or are told the wrong way round. Engines are
mutated where they hand over their state. Law: a mutant is caught if some known answer comes out wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guard.engines.engine import Engine
from guard.judge.finding import Enforcement, Finding, Status
from guard.judge.verdict import verdict
from guard.model.state import InterfaceState, NetworkState, Scenario
from guard.snapshot.snapshot import Snapshot

Findings = Sequence[Mapping[str, Any]]

#: Published: below this share of mutants that are caught, `guard self-test` fails.
FLOOR_PERCENT = 60.0


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy that speaks wrongly: what becomes of the findings of a run (rows as in the document)."""

    policy: str
    what: str
    change: Callable[[Findings, str], list[Mapping[str, Any]]]

    @property
    def name(self) -> str:
        return f"{self.policy}: {self.what}"

    def apply(self, findings: Findings) -> list[Mapping[str, Any]]:
        return self.change(findings, self.policy)


def policy_mutants(policies: Iterable[str]) -> Iterator[Mutant]:
    """Three of each policy."""
    for policy in policies:
        yield Mutant(policy, "silenced", _silenced)
        yield Mutant(policy, "before and after exchanged", _exchanged)
        yield Mutant(policy, "what it cannot decide swallowed", _swallowed)


def _silenced(findings: Findings, policy: str) -> list[Mapping[str, Any]]:
    return [each for each in findings if each["policy"] != policy]


def _swallowed(findings: Findings, policy: str) -> list[Mapping[str, Any]]:
    return [each for each in findings if each["policy"] != policy or each["status"] != Status.UNDECIDED.value]


def _exchanged(findings: Findings, policy: str) -> list[Mapping[str, Any]]:
    other = {Status.NEW.value: Status.EXISTING.value, Status.EXISTING.value: Status.NEW.value}
    return [
        {**each, "status": other.get(each["status"], each["status"])} if each["policy"] == policy else each
        for each in findings
    ]


def speaks(mutant: Mutant, findings: Findings) -> bool:
    """Whether the mutant changes anything in a run."""
    return mutant.apply(findings) != list(findings)


def verdict_of(findings: Findings) -> str:
    """What rows of a document ask for together."""
    rows = (
        Finding(each["policy"], Enforcement(each["enforcement"]), Status(each["status"]), each["step"], "")
        for each in findings
    )
    return verdict(rows, 1).value


# ------------------------------------------------------------------------------------------------ engines


@dataclass(frozen=True, slots=True)
class MutantEngine:
    """An engine whose states are changed on the way out. `base`: what it is asked first is the network as it is."""

    inner: Engine
    base: Snapshot
    name: str
    change: Callable[[NetworkState, NetworkState], NetworkState]

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        found = self.inner.state(snapshot, scenario)
        if snapshot.digest == self.base.digest and scenario == Scenario():
            return found
        return self.change(self.inner.state(self.base, Scenario()), found)


def engine_mutants(inner: Engine, base: Snapshot) -> Iterator[MutantEngine]:
    """Adapters that hand over less, or other, than was computed after a change."""
    for what, change in _ENGINE_CHANGES.items():
        yield MutantEngine(inner, base, what, change)


def _stale(before: NetworkState, after: NetworkState) -> NetworkState:
    return before


def _old_interfaces(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, interfaces=before.interfaces)


def _all_up(before: NetworkState, after: NetworkState) -> NetworkState:
    faces: dict[Any, InterfaceState] = {id: replace(face, up=True) for id, face in after.interfaces.items()}
    return replace(after, interfaces=faces)


def _old_sessions(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, sessions=before.sessions)


def _no_sessions(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, sessions=())


def _one_session_lost(before: NetworkState, after: NetworkState) -> NetworkState:
    lost = next((end.key for end in after.sessions if end.up), None)
    sessions = tuple(replace(end, up=False) if end.key == lost else end for end in after.sessions)
    return replace(after, sessions=sessions)


def _old_routes(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, ribs=before.ribs, fib=before.fib)


def _one_table_lost(before: NetworkState, after: NetworkState) -> NetworkState:
    ribs = dict(after.ribs)
    if ribs:
        del ribs[max(ribs)]
    return replace(after, ribs=ribs)


def _old_bgp(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, bgp=before.bgp)


def _old_edges(before: NetworkState, after: NetworkState) -> NetworkState:
    return replace(after, edges=before.edges, neighbours=before.neighbours)


_ENGINE_CHANGES: Mapping[str, Callable[[NetworkState, NetworkState], NetworkState]] = {
    "a time-out is answered with the state before": _stale,
    "interfaces are those before": _old_interfaces,
    "every interface is up": _all_up,
    "sessions are those before": _old_sessions,
    "all sessions are lost": _no_sessions,
    "one session is lost": _one_session_lost,
    "main tables are those before": _old_routes,
    "the table of one router is lost": _one_table_lost,
    "BGP tables are those before": _old_bgp,
    "links are those before": _old_edges,
}
