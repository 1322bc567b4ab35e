"""What an engine is: it says what a snapshot does under a scenario. Several may be asked and compared."""

from __future__ import annotations

from typing import Protocol

from guard.model.state import NetworkState, Scenario
from guard.snapshot.snapshot import Snapshot


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    def state(self, snapshot: Snapshot, scenario: Scenario) -> NetworkState:
        """The converged state; equal for an equal snapshot and scenario. EngineLost where it cannot be asked."""
        ...
