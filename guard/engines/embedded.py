"""The embedded engine: guard's own control plane, with a memory of what it computed."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from guard.engines.memory import Memory
from guard.engines.own_places import in_own_places
from guard.model.identity import are_same_by_key
from guard.model.state import NetworkState, Scenario
from guard.simulate.control_plane import ENGINE, Cache, compute
from guard.snapshot.likeness import in_terms_of
from guard.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from guard.simulate.bgp.tables import BgpSolution

T = TypeVar("T")

#: States kept: a check holds base and candidate of a few steps, each with some scenarios; a state of a thousand
#: routers weighs some tens of megabytes.
_KEPT = 8
#: BGP solutions kept to start others from: of a base, and of what steps make of it.
_BASES = 4


def is_same_network(one: Snapshot, other: Snapshot) -> bool:
    """Whether all that a state is computed from is the same."""
    return are_same_by_key(one.devices, other.devices) and (
        one.inventory, one.layer1, one.announcements, one.down_interfaces, one.down_nodes
    ) == (other.inventory, other.layer1, other.announcements, other.down_interfaces, other.down_nodes)  # fmt: skip


class Embedded:
    """Remembers the latest states by snapshot digest and scenario; `cache` is shared by all that it computes.

    What is computed is computed of a snapshot in the objects of its base (guard.snapshot.likeness): who works on it
    tells what the change touched by identity. `memory` is for those who go on from the states.
    """

    name = ENGINE

    def __init__(self, cache: Cache | None = None, kept: int = _KEPT) -> None:
        self._cache = cache if cache is not None else Cache()
        self._kept = kept
        self.memory = Memory()
        self._solutions: OrderedDict[str, BgpSolution] = OrderedDict()
        self._states: OrderedDict[tuple[str, Scenario], tuple[Snapshot, NetworkState]] = OrderedDict()
        self._networks: OrderedDict[str, tuple[Snapshot, NetworkState]] = OrderedDict()  # without a failure
        self._shared: OrderedDict[str, tuple[Snapshot, Snapshot]] = OrderedDict()  # and in the objects of its base

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        key = (snapshot.digest, scenario)
        known = self._states.get(key)
        if known is not None:
            self._states.move_to_end(key)
            return known[1]
        shared = self._in_shared_objects(snapshot)
        found = in_own_places(self._computed(shared, scenario), shared, snapshot)
        if found is None:
            self._shared[snapshot.digest] = snapshot, snapshot
            found = self._computed(snapshot, scenario)
        self._states[key] = snapshot, found
        while len(self._states) > self._kept:
            self._states.popitem(last=False)
        return found

    def _in_shared_objects(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot in the objects of the base that it is compared with, made once."""
        known = self._shared.get(snapshot.digest)
        if known is None or not are_same_by_key(known[0].devices, snapshot.devices):
            base = self._shared.get(self.memory.base)
            known = snapshot, in_terms_of(snapshot, base[1]) if base is not None else snapshot
            self._shared[snapshot.digest] = known
            self._forget(self._shared)
        return known[1]

    def _computed(self, snapshot: Snapshot, scenario: Scenario) -> NetworkState:
        found = self._of_same_network(snapshot, scenario)
        if found is None:
            self._cache.bgp = self._start(snapshot)
            self._cache.ground.base = snapshot.digest == self.memory.base
            found = compute(snapshot, scenario, self._cache)
            if scenario == Scenario():
                self._keep(snapshot, found)
        return found

    def _of_same_network(self, snapshot: Snapshot, scenario: Scenario) -> NetworkState | None:
        """The state of another snapshot with the same network: zones and what else no route hangs on may differ."""
        kept = list(self._networks.values()) if scenario == Scenario() else []
        kept += [each for (_, assumed), each in self._states.items() if assumed == scenario]
        return next((state for other, state in kept if is_same_network(other, snapshot)), None)

    def _keep(self, snapshot: Snapshot, found: NetworkState) -> None:
        self._networks[snapshot.digest] = snapshot, found
        if self._cache.latest is not None:
            self._solutions[snapshot.digest] = self._cache.latest
        self._forget(self._networks)
        self._forget(self._solutions)

    def _forget(self, kept: OrderedDict[str, T]) -> None:
        """What is too many, the base that checks are about last."""
        if self.memory.base in kept:
            kept.move_to_end(self.memory.base)
        if len(kept) > _BASES:
            kept.popitem(last=False)

    def _start(self, snapshot: Snapshot) -> BgpSolution | None:
        """What BGP starts from: the same network without a failure, or the base that it is compared with.

        Never another candidate: each would keep the one before it alive.
        """
        found = self._solutions.get(snapshot.digest) or self._solutions.get(self.memory.base)
        if found is not None:
            self._solutions.move_to_end(self.memory.base if self.memory.base in self._solutions else snapshot.digest)
        return found
