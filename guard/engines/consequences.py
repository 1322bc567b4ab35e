"""What follows from a difference that is explained: the route over a session that only one engine has, and so on.

Law: a difference follows from another one only along a way that the fact itself took: the session or the neighbour
that a path was heard from, the interface that a route or session leaves by. It is told with the entry of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from guard.engines.known_context import About, Context
from guard.engines.known_differences import Known
from guard.model.address import Address, Prefix, parse_prefix, prefix_of
from guard.model.state import BgpSession, InterfaceId


@dataclass(slots=True)
class Causes:
    """Facts whose difference is explained by an entry that spreads: what it changes, others hear of."""

    context: Context
    interfaces: dict[InterfaceId, Known] = field(default_factory=dict)
    sessions: dict[tuple[str, str, str], Known] = field(default_factory=dict)
    routes: dict[tuple[str, str, Prefix], Known] = field(default_factory=dict)
    passed_on: dict[tuple[str, Prefix], Known] = field(default_factory=dict)  # in whatever VRF

    def note(self, about: About, why: Known) -> None:
        """Take up an explained difference."""
        match about.fact:
            case "interface":
                self.interfaces |= {each: why for each in self._interfaces() if str(each) == about.subject}
            case "session":
                told = (each for each in self._sessions() if f"{each} ({each.vrf})" == about.subject)
                self.sessions |= {each.key: why for each in told}
            case "route" | "BGP path" if not about.is_rest:
                self.routes[about.key] = self.passed_on[about.nodes[0], about.key[2]] = why

    def of(self, about: About) -> Known | None:
        """The entry that a difference follows from."""
        return next(self._of(about), None)

    def _of(self, about: About) -> Iterator[Known]:
        match about.fact:
            case "route" | "BGP path" if not about.is_rest:
                yield from self._of_route(*about.key)
            case "advertisement":
                yield from self._found(about.nodes[0], parse_prefix(about.subject.split(" ", 1)[0]))
            case "session":
                ends = (each for each in self._sessions() if f"{each} ({each.vrf})" == about.subject)
                for end in ends:
                    yield from self._of_session(end)

    def _of_route(self, node: str, vrf: str, prefix: Prefix) -> Iterator[Known]:
        if why := self.routes.get((node, vrf, prefix)):
            yield why
        for rows in self.context.paths.get((node, vrf, prefix), ()):
            for heard_from in (row.received_from for row in rows if row.received_from is not None):
                if why := self.sessions.get((node, vrf, str(heard_from))):
                    yield why
                for sender in sorted(self.context.owned.get(heard_from, ())):
                    yield from self._found(sender, prefix)
        for state in (self.context.one, self.context.other):
            entry = state.ribs[node, vrf].get(prefix) if (node, vrf) in state.ribs else None
            for hop in entry.next_hops if entry is not None else ():
                if hop.interface and (why := self.interfaces.get(InterfaceId(node, hop.interface))):
                    yield why
        yield from (why for here, why in self.interfaces.items() if prefix in self._subnets(here))

    def _of_session(self, end: BgpSession) -> Iterator[Known]:
        ends = [each for each in (end.local_address, end.remote_address) if each is not None]
        for here, why in self.interfaces.items():
            if any(address in self._addresses(here) for address in ends):
                yield why
        far = end.remote_address
        for (node, vrf, prefix), why in self.routes.items():
            if (node, vrf) == (end.node, end.vrf) and far is not None and prefix.contains(far):
                yield why

    def _found(self, node: str, prefix: Prefix) -> Iterator[Known]:
        if why := self.passed_on.get((node, prefix)):
            yield why

    def _interfaces(self) -> set[InterfaceId]:
        return {*self.context.one.interfaces, *self.context.other.interfaces}

    def _sessions(self) -> Iterator[BgpSession]:
        yield from self.context.one.sessions
        yield from self.context.other.sessions

    def _bound(self, here: InterfaceId) -> Iterator[tuple[Address, int]]:
        for state in (self.context.one, self.context.other):
            face = state.interfaces.get(here)
            yield from face.addresses if face is not None else ()

    def _addresses(self, here: InterfaceId) -> set[Address]:
        return {address for address, _ in self._bound(here)}

    def _subnets(self, here: InterfaceId) -> set[Prefix]:
        return {prefix_of(address, length) for address, length in self._bound(here)}


def followed(told: Sequence[tuple[About, Known | None]], context: Context) -> list[Known | None]:
    """For each difference the entry that explains it, or that it follows from."""
    causes = Causes(context)
    found = [why for _, why in told]
    for about, why in told:
        if why is not None and why.spreads:
            causes.note(about, why)
    open_ones = [number for number, why in enumerate(found) if why is None]
    while open_ones:
        left = []
        for number in open_ones:
            about = told[number][0]
            why = causes.of(about)
            if why is None:
                left.append(number)
                continue
            found[number] = replace(why, reason=f"follows from: {why.reason.removeprefix('follows from: ')}")
            causes.note(about, why)
        if len(left) == len(open_ones):
            break
        open_ones = left
    return found
