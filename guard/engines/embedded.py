"""The embedded engine: guard's own control plane, with a memory of what it computed."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from guard.engines.memory import Memory
from guard.model.state import NetworkState, Scenario
from guard.simulate.control_plane import ENGINE, Cache, compute
from guard.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from guard.simulate.bgp_tables import BgpSolution

#: States kept: a check holds base and candidate of a few steps, each with some scenarios; a state of a thousand
#: routers weighs some tens of megabytes.
_KEPT = 8
#: BGP solutions kept to start others from: of a base, and of what steps make of it.
_BASES = 4


class Embedded:
    """Remembers the latest states by snapshot digest and scenario; `cache` is shared by all that it computes.

    `memory` is for those who go on from the states.
    """

    name = ENGINE

    def __init__(self, cache: Cache | None = None, kept: int = _KEPT) -> None:
        self._cache = cache if cache is not None else Cache()
        self._kept = kept
        self.memory = Memory()
        self._solutions: OrderedDict[str, BgpSolution] = OrderedDict()
        self._states: OrderedDict[tuple[str, Scenario], NetworkState] = OrderedDict()

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        key = (snapshot.digest, scenario)
        known = self._states.get(key)
        if known is not None:
            self._states.move_to_end(key)
            return known
        self._cache.bgp = self._start(snapshot)
        found = self._states[key] = compute(snapshot, scenario, self._cache)
        if not scenario.down_nodes and not scenario.down_interfaces and self._cache.latest is not None:
            self._solutions[snapshot.digest] = self._cache.latest
            if len(self._solutions) > _BASES:
                self._solutions.popitem(last=False)
        while len(self._states) > self._kept:
            self._states.popitem(last=False)
        return found

    def _start(self, snapshot: Snapshot) -> BgpSolution | None:
        """What BGP starts from: the same network without a failure, or the base that it is compared with.

        Never another candidate: each would keep the one before it alive.
        """
        found = self._solutions.get(snapshot.digest) or self._solutions.get(self.memory.base)
        if found is not None:
            self._solutions.move_to_end(self.memory.base if self.memory.base in self._solutions else snapshot.digest)
        return found
