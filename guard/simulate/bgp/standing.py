"""Classes of which everybody surely uses what he used in the state before: told once for a class, not for each speaker.

Law: where a class is said to stand, its entries are those of the state before, table by table; where nothing of BGP
itself has changed, it is also sent as it was. Where that is not sure nothing is said, and each speaker is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.model.address import Address
from guard.simulate.bgp.flocks import Flock
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.surroundings import Earlier, Needs

if TYPE_CHECKING:
    from guard.simulate.bgp.tables import BgpSolution


class Standing:
    """Two solutions, the later one started from the other; asked about runs of the later one."""

    def __init__(self, old: BgpSolution, new: BgpSolution) -> None:
        self._old = old
        self._new = new
        self._known: dict[int, bool] = {}  # by run (its id)
        self._same_names = old.exchange.graph.by_name == new.exchange.graph.by_name
        self._same_flocks: dict[int, bool] = {}  # by IP version
        self._usable: dict[Address, bool] = {}

    def holds(self, run: ClassRun) -> bool:
        """Whether every main RIB is offered for this class what it was offered."""
        if id(run) not in self._known:
            self._known[id(run)] = False  # who asks back meanwhile is not sure
            self._known[id(run)] = self._find(run)
        return self._known[id(run)]

    def is_sent(self, run: ClassRun, before: ClassRun) -> bool:
        """Whether this class also goes over every session as another run of it went."""
        earlier = run.earlier
        untouched = earlier is not None and not earlier.apart and not earlier.links and earlier.run is before
        return untouched and self.holds(run)

    def _find(self, run: ClassRun) -> bool:
        earlier = run.earlier
        if earlier is None or not self._same_names or self._old.exchange.runs.get(run.prefix) is not earlier.run:
            return False
        if not earlier.apart.isdisjoint(run.selections) or not self._has_same_flocks(run.version):
            return False
        if not all(self._is_told_alike(flock, run, earlier) for flock in self._new.exchange.flocks(run.version)):
            return False
        needs = self._old.needs_alone(earlier.run)
        return needs is not None and self._new.exchange.grants(needs, earlier)

    def _is_told_alike(self, flock: Flock, run: ClassRun, earlier: Earlier) -> bool:
        """Whether a flock hears what it heard: where nothing of BGP has changed, if it can use it as it could."""
        before = self._old.told(flock, earlier.run)
        if earlier.apart or earlier.links:
            return self._new.told(flock, run) == before
        next_hop = before.entry.next_hops[0].address if before is not None and before.entry is not None else None
        return next_hop is None or self._is_usable_alike(next_hop)

    def _is_usable_alike(self, next_hop: Address) -> bool:
        if next_hop not in self._usable:
            ours, theirs = (each.exchange.usable_by(next_hop) for each in (self._new, self._old))
            self._usable[next_hop] = ours == theirs
        return self._usable[next_hop]

    def _has_same_flocks(self, version: int) -> bool:
        if version not in self._same_flocks:
            ours, theirs = (each.exchange.flocks(version) for each in (self._new, self._old))
            self._same_flocks[version] = [f.members for f in ours] == [f.members for f in theirs]
        return self._same_flocks[version]


def together(needs: list[Needs]) -> Needs:
    """All that several answers hang on."""
    return Needs(
        frozenset().union(*(each.speakers for each in needs)),
        frozenset().union(*(each.links for each in needs)),
        frozenset().union(*(each.hops for each in needs)),
        frozenset().union(*(each.reached for each in needs)),
    )
