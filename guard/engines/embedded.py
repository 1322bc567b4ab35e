"""The embedded engine: guard's own control plane, with a memory of what it computed."""

from __future__ import annotations

from collections import OrderedDict

from guard.engines.memory import Memory
from guard.model.state import NetworkState, Scenario
from guard.simulate.control_plane import ENGINE, Cache, compute
from guard.snapshot.snapshot import Snapshot

#: States kept: a check holds base and candidate of a few steps, each with some scenarios; a state of a thousand
#: routers weighs some tens of megabytes.
_KEPT = 8


class Embedded:
    """Remembers the latest states by snapshot digest and scenario; `cache` is shared by all that it computes.

    `memory` is for those who go on from the states.
    """

    name = ENGINE

    def __init__(self, cache: Cache | None = None, kept: int = _KEPT) -> None:
        self._cache = cache if cache is not None else Cache()
        self._kept = kept
        self.memory = Memory()
        self._states: OrderedDict[tuple[str, Scenario], NetworkState] = OrderedDict()

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        key = (snapshot.digest, scenario)
        known = self._states.get(key)
        if known is not None:
            self._states.move_to_end(key)
            return known
        found = self._states[key] = compute(snapshot, scenario, self._cache)
        while len(self._states) > self._kept:
            self._states.popitem(last=False)
        return found
