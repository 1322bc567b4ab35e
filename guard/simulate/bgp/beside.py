"""Two passes of BGP, one started from the other: which classes may go otherwise over a session, told for all at once.

Law: a class that is not named goes over a link as it went; where that is not sure it is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from guard.simulate.bgp.flocks import Flock
from guard.simulate.bgp.graph import OUTSIDE, Link
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.surroundings import Earlier

if TYPE_CHECKING:
    from guard.simulate.bgp.exchange import Exchange


class Beside:
    """Asked about links that are the same ones in both passes.

    `moved`: classes that were chosen anew, or have other members than they had; `gone`: classes (by their first
    prefixes) that there are no more. `is_sent` tells of a class whether it surely goes over every session as it went:
    about such a class no speaker is asked.
    """

    def __init__(self, old: Exchange, new: Exchange, is_sent: Callable[[ClassRun, ClassRun], bool]) -> None:
        self._old = old
        self._new = new
        self.moved: list[ClassRun] = []
        self._stand: list[ClassRun] = []
        for run in new.classes:
            before = old.runs.get(run.prefix)
            earlier = run.earlier
            if earlier is None or earlier.run is not before or before.members != run.members:
                self.moved.append(run)
            elif not is_sent(run, before):
                self._stand.append(run)
        self.gone = frozenset(run.prefix for run in old.classes) - {run.prefix for run in new.classes}
        self._unsure: dict[tuple[int, int], tuple[ClassRun, ...]] = {}  # by sender and IP version
        self._alike: dict[tuple[int, int], list[tuple[ClassRun, frozenset[int]]]] = {}  # by IP version and flock
        apart = {id(run.earlier.apart): run.earlier.apart for run in self._stand if run.earlier is not None}
        self._apart = frozenset().union(*apart.values())  # to some class

    def over(self, link: Link) -> Iterator[ClassRun]:
        """Classes of which something else may go over a link: all others go as they went."""
        yield from (run for run in self.moved if run.version == link.version)
        unsure = self._unsure_at(link.sender, link.version) if link.sender != OUTSIDE else ()
        yield from unsure
        yield from (run for run in self._apart_at(link.receiver, link.version) if run not in unsure)

    def _unsure_at(self, sender: int, version: int) -> tuple[ClassRun, ...]:
        """Classes that a speaker may send otherwise."""
        key = (sender, version)
        if key not in self._unsure:
            alone = self._new.graph.speakers[sender].evaluator.tells_igp_metric
            flock = self._new.flock(version, sender) if not alone else None
            sure = self._told_alike(version, flock)
            here = (run for run, alike in sure if sender not in run.selections and sender not in alike)
            self._unsure[key] = (*(run for run in here if not run.is_quiet(sender)), *self._apart_at(sender, version))
        return self._unsure[key]

    def _told_alike(self, version: int, flock: Flock | None) -> list[tuple[ClassRun, frozenset[int]]]:
        """For each class the members of a flock (see flocks) that hear what they heard and can use it as they could."""
        key = (version, flock.number if flock is not None else -1)
        if key not in self._alike:
            stand = [(run, run.earlier) for run in self._stand if run.version == version]
            self._alike[key] = [
                (run, self._members_alike(run, earlier, flock) if flock is not None else frozenset())
                for run, earlier in stand
                if earlier is not None
            ]
        return self._alike[key]

    def _members_alike(self, run: ClassRun, earlier: Earlier, flock: Flock) -> frozenset[int]:
        theirs = self._new.earlier_flock(earlier, flock)
        now = self._new.heard_by(run, flock)
        then = self._old.heard_by(earlier.run, theirs) if theirs is not None else None
        if now is None or then is None:
            return frozenset()
        return now.members if now.members == then.members else now.members & then.members

    def _apart_at(self, index: int, version: int) -> Iterator[ClassRun]:
        """Classes to which a speaker is not what it was; the outside is nobody."""
        if index == OUTSIDE or index not in self._apart:
            return
        for run in self._stand:
            if run.version == version and run.earlier is not None and index in run.earlier.apart:
                yield run
