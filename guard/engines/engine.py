"""What an engine is: it says what a snapshot does under a scenario. Several may be asked and compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from guard.model.changed_flow import FlowSearch
from guard.model.state import NetworkState, Scenario
from guard.snapshot.snapshot import Snapshot


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    def state(self, snapshot: Snapshot, scenario: Scenario) -> NetworkState:
        """The converged state; equal for an equal snapshot and scenario. EngineLost where it cannot be asked."""
        ...


@runtime_checkable
class FlowSearcher(Protocol):
    """An engine that can search all flows at once for those that fare otherwise."""

    def changed_flows(self, before: Snapshot, after: Snapshot) -> FlowSearch:
        """Examples of flows that arrive in one of the two and not in the other. EngineLost where it cannot be asked."""
        ...


@runtime_checkable
class Ahead(Protocol):
    """An engine that can work beside another one, on what it will be asked for."""

    def begin(self, snapshots: Sequence[Snapshot]) -> None:
        """Begin with the states of these, the base first, and with the flows from the first to the last; returns at
        once. What fails is raised where it is asked for.
        """
        ...

    def leave(self) -> None:
        """Nobody asks for more of it: begin nothing further. Returns at once."""
        ...


@runtime_checkable
class Versioned(Protocol):
    """An engine whose version is not guard's own."""

    @property
    def version(self) -> str:
        """As far as it is known: "" where it was not asked."""
        ...
