"""What sessions carry in one pass of BGP, class by class; after a change only the classes that it moved.

Law: what a session carries equals what the classes offer it one by one. What surely goes over it as it went in the
state before is not asked again, and equal answers are one object: whoever compares two states sees it at a glance.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Prefix
from guard.model.bgp import BgpAttributes
from guard.simulate.bgp.beside import Beside
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


class Spread(Mapping[Prefix, BgpAttributes]):
    """Parts by prefix: written out only when somebody reads them all."""

    __slots__ = ("_parts", "_runs")

    def __init__(self, runs: Mapping[Prefix, ClassRun], parts: Parts) -> None:
        self._runs = runs
        self._parts = parts

    def __getitem__(self, prefix: Prefix) -> BgpAttributes:
        run = self._runs[prefix]
        part = self._parts[run.prefix]
        if part.prefixes is not run.members.prefixes and prefix not in part.prefixes:
            raise KeyError(prefix)
        return part.attributes

    def __iter__(self) -> Iterator[Prefix]:
        return chain.from_iterable(self.classes())

    def __len__(self) -> int:
        return sum(len(part.prefixes) for part in self._parts.values())

    def classes(self) -> Iterator[tuple[Prefix, ...]]:
        """The prefixes, those of a class together."""
        return (part.prefixes for part in self._parts.values())

    def items(self) -> ItemsView[Prefix, BgpAttributes]:
        return spread(self._parts.values()).items()


class Carried:
    """What sessions carry after one pass of a solution; remembered by session."""

    def __init__(self, solution: BgpSolution, exchange: Exchange) -> None:
        self._solution = solution
        self._exchange = exchange
        self._final = exchange is solution.exchange
        self._parts: dict[SessionKey, Parts] = {}
        self._sent: dict[SessionKey, Mapping[Prefix, BgpAttributes]] = {}
        self._beside: Beside | None = None

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
            theirs = earlier._parts.get(session) if earlier is not None else None
            if earlier is not None and theirs is not None and _says_alike(parts, theirs, earlier.sent(session)):
                known = earlier.sent(session)
            else:
                known = Spread(self._exchange.runs, parts)
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
        beside = self._beside = self._beside or Beside(earlier._exchange, self._exchange, self._is_sent)
        fresh: dict[Prefix, Part | None] = {}
        for link in links:
            for run in beside.over(link):
                known, found = theirs.get(run.prefix), _part(self._exchange, link, run)
                fresh[run.prefix] = known if found == known else found
        if beside.gone.isdisjoint(theirs) and all(theirs.get(first) is part for first, part in fresh.items()):
            return theirs
        first_of = (run.prefix for link in links for run in self._exchange.classes if run.version == link.version)
        told = ((first, fresh[first] if first in fresh else theirs.get(first)) for first in first_of)
        return {first: part for first, part in told if part is not None}

    def _is_sent(self, run: ClassRun, before: ClassRun) -> bool:
        return self._final and self._solution.is_sent(run, before)


def _says_alike(parts: Parts, theirs: Parts, sent: Mapping[Prefix, BgpAttributes]) -> bool:
    """Whether parts say by prefix what others do, which are `sent`: classes may be divided otherwise."""
    if parts is theirs:
        return True
    apart = [part for first, part in parts.items() if theirs.get(first) is not part]
    if any(sent.get(part.prefixes[0]) != part.attributes for part in apart):
        return False
    same = all(sent.get(prefix) == part.attributes for part in apart for prefix in part.prefixes)
    return same and sum(len(part.prefixes) for part in parts.values()) == len(sent)


def _part(exchange: Exchange, link: Link, run: ClassRun) -> Part | None:
    attributes = run.offer(link)
    if attributes is None:
        return None
    every = run.members.prefixes
    if not exchange.is_selective((link.sender,)):
        return Part(every, attributes)
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
