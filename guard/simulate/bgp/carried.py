"""What sessions carry in one pass of BGP, class by class; after a change only the classes that it moved.

Law: what a session carries equals what the classes offer it one by one. What surely goes over it as it went in the
state before is not asked again, and equal answers are one object: whoever compares two states sees it at a glance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Prefix
from guard.model.bgp import BgpAttributes
from guard.simulate.bgp.graph import OUTSIDE, Link, SessionKey
from guard.simulate.bgp.run import ClassRun

if TYPE_CHECKING:
    from guard.simulate.bgp.exchange import Exchange
    from guard.simulate.bgp.tables import BgpSolution


class Part(NamedTuple):
    """What one class sends: those of its prefixes that the sender does not keep back."""

    prefixes: tuple[Prefix, ...]
    attributes: BgpAttributes


Parts = Mapping[Prefix, Part]  # by the class's first prefix; IPv4 first, in the order of the classes


class Carried:
    """What sessions carry after one pass of a solution; remembered by session."""

    def __init__(self, solution: BgpSolution, exchange: Exchange) -> None:
        self._solution = solution
        self._exchange = exchange
        self._final = exchange is solution.exchange
        self._parts: dict[SessionKey, Parts] = {}
        self._sent: dict[SessionKey, Mapping[Prefix, BgpAttributes]] = {}
        self._moved: tuple[list[ClassRun], frozenset[Prefix]] | None = None

    def parts(self, session: SessionKey) -> Parts:
        """What one end sends, by class: the object of the state before where it is the same."""
        known = self._parts.get(session)
        if known is None:
            again = self._again(session)
            known = self._parts[session] = again if again is not None else parts_of(self._exchange, session)
        return known

    def sent(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        """The same by prefix: Adj-RIB-Out of one end."""
        known = self._sent.get(session)
        if known is None:
            parts, earlier = self.parts(session), self._earlier
            same = earlier is not None and earlier._parts.get(session) is parts
            known = earlier.sent(session) if same and earlier is not None else spread(parts.values())
            self._sent[session] = known
        return known

    @property
    def _earlier(self) -> Carried | None:
        before = self._solution.before
        if before is None:
            return None
        return before.carried(before.exchange if self._final else before.offered)

    def _again(self, session: SessionKey) -> Parts | None:
        """What the end sent in the state before with what changed since; None: nobody asked then, or cannot tell."""
        earlier = self._earlier
        theirs = earlier._parts.get(session) if earlier is not None else None
        if earlier is None or theirs is None:
            return None
        links = list(outbound(self._exchange, session))
        if [each.index for each in links] != [each.index for each in outbound(earlier._exchange, session)]:
            return None
        senders = [each.sender for each in links]
        if self._exchange.is_selective(senders) or earlier._exchange.is_selective(senders):
            return None  # what they keep back hangs on the main RIB
        moved, gone = self._apart(earlier)
        fresh = {
            run.prefix: _part_again(self._exchange, link, run, earlier._exchange.runs.get(run.prefix), theirs)
            for link in links
            for run in moved
            if run.version == link.version
        }
        if gone.isdisjoint(theirs) and all(theirs.get(first) is part for first, part in fresh.items()):
            return theirs
        first_of = (run.prefix for link in links for run in self._exchange.classes if run.version == link.version)
        told = ((first, fresh[first] if first in fresh else theirs.get(first)) for first in first_of)
        return {first: part for first, part in told if part is not None}

    def _apart(self, earlier: Carried) -> tuple[list[ClassRun], frozenset[Prefix]]:
        """Classes that may be sent otherwise than in the state before, and first prefixes of those that are gone."""
        if self._moved is None:
            was, now = earlier._exchange.runs, self._exchange.classes
            self._moved = (
                [run for run in now if not self._stands(run, was.get(run.prefix))],
                frozenset(run.prefix for run in earlier._exchange.classes) - {run.prefix for run in now},
            )
        return self._moved

    def _stands(self, run: ClassRun, before: ClassRun | None) -> bool:
        same = before is not None and _has_members_of(run, before)
        return self._final and same and before is not None and self._solution.is_sent(run, before)


def _has_members_of(run: ClassRun, other: ClassRun) -> bool:
    return run.members is other.members or run.members.prefixes == other.members.prefixes


def _part_again(exchange: Exchange, link: Link, run: ClassRun, before: ClassRun | None, theirs: Parts) -> Part | None:
    """What a class sends, told beside what it sent: the same object where it is equal."""
    known = theirs.get(run.prefix)
    if before is not None and _has_members_of(run, before) and run.surely_sends_as(before, link):
        return known
    found = _part(exchange, link, run)
    return known if found == known else found


def _part(exchange: Exchange, link: Link, run: ClassRun) -> Part | None:
    attributes = run.offer(link)
    if attributes is None:
        return None
    every = run.members.prefixes
    kept = [prefix for prefix in every if exchange.keeps(link, run, prefix)]
    prefixes = tuple(prefix for prefix in every if prefix not in kept) if kept else every
    return Part(prefixes, attributes) if prefixes else None


def parts_of(exchange: Exchange, session: SessionKey) -> Parts:
    """What one end sends by class, asked of every class."""
    links = outbound(exchange, session)
    asked = ((link, run) for link in links for run in exchange.classes if run.version == link.version)
    told = ((run.prefix, _part(exchange, link, run)) for link, run in asked)
    return {first: part for first, part in told if part is not None}


def spread(classes: Iterable[tuple[tuple[Prefix, ...], BgpAttributes]]) -> dict[Prefix, BgpAttributes]:
    """By prefix what is known by class."""
    return {prefix: attributes for prefixes, attributes in classes for prefix in prefixes}


def outbound(exchange: Exchange, session: SessionKey) -> Iterator[Link]:
    """The links that start at one end of a session, by family."""
    for version in (4, 6):
        link = exchange.graph.by_outbound.get((session, version))
        if link is not None and link.sender != OUTSIDE:
            yield link
