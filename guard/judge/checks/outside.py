"""External sessions and the roles of their neighbours (RFC 9234 words), and where a route that leaves came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol, runtime_checkable

from guard.compare.sessions import Session
from guard.judge.case import Case, StepView, View
from guard.model.address import Prefix
from guard.model.bgp import BgpAttributes
from guard.model.facts import Assessment
from guard.model.identity import are_same, are_same_by_key
from guard.model.inventory import EXTERNAL, Peering
from guard.model.state import BgpSession
from guard.simulate.bgp.external import is_test_prefix

#: Roles whose routes may go to customers only, and that may hear only ours and our customers' (RFC 7908, RFC 9234).
LATERAL = frozenset({"provider", "peer", "rs"})
Key = tuple[str, str, str]
#: By the first prefix of a class: those that a session would carry, and how.
Parts = Mapping[Prefix, tuple[tuple[Prefix, ...], BgpAttributes]]


class Edge(NamedTuple):
    """Our end of an external session; `role` "" where the inventory says nothing about it."""

    end: BgpSession
    peering: Peering | None

    @property
    def key(self) -> Key:
        return self.end.key

    @property
    def role(self) -> str:
        return self.peering.role if self.peering is not None else ""

    def __str__(self) -> str:
        return str(self.end)


def edges(view: View) -> dict[Key, Edge]:
    """Our ends of the external sessions that are up, or that a limit has shut."""
    assessment, inventory = view.assessment, view.inventory
    if assessment is None:
        return {}
    peerings = {(each.device.lower(), each.neighbor): each for each in inventory.peerings}
    found: dict[Key, Edge] = {}
    for end in assessment.state.sessions:
        if not end.external or not (end.up or end.tripped):
            continue
        site = inventory.site_of(end.node)
        if site is not None and site.kind == EXTERNAL:
            continue
        peering = peerings.get((end.node.lower(), end.remote_address)) if end.remote_address is not None else None
        found[end.key] = Edge(end, peering)
    return found


def external(view: View) -> dict[Key, Edge]:
    """`edges`, computed once for a view."""
    return view.once("edges", edges)


class Origin:
    """Where the best routes of one state came in: the external session, or None for what is born inside.

    Asked before any limit shut a session: what came in over one that is shut now was not born here.
    Prefixes that the engine treats as one (its classes) are traced once. `before`: of a state whose answers hold for
    what is surely chosen as it was.
    """

    def __init__(self, assessment: Assessment, before: Origin | None = None) -> None:
        self._bgp = assessment.state.bgp.unlimited
        self._ends = {(end.node, end.vrf, end.remote_address): end for end in assessment.state.sessions}
        self._classes = self._bgp if isinstance(self._bgp, Classed) else None
        self._before = before if before is not None and self._meets_like(before) else None
        self._known: dict[tuple[str, str, Prefix], Key | None] = {}
        self._first: dict[Prefix, Prefix] = {}
        #: Classes that every router surely uses as it did.
        self.alike: frozenset[Prefix] = frozenset()
        if self._before is not None and self._classes is not None:
            self.alike = self._classes.chosen_alike(self._before._bgp)

    def first(self, prefix: Prefix) -> Prefix:
        """The prefix that stands for this one."""
        found = self._first.get(prefix)
        if found is None:
            known = self._classes.class_of(prefix) if self._classes is not None else None
            found = self._first[prefix] = prefix if known is None else known
        return found

    def offered(self, session: Key) -> Parts:
        """What a session would carry before any limit shuts it, prefixes of one class together."""
        if self._classes is not None:
            return self._classes.offered_by_class(session)
        return {prefix: ((prefix,), attributes) for prefix, attributes in self._bgp.offered(session).items()}

    def carries_alike(self, session: Key) -> bool:
        """Whether a session surely would carry what it would have before, in by the same ways."""
        offered = self.offered(session) if self._before is not None and self._classes is not None else None
        same = offered is not None and self._before is not None and offered is self._before.offered(session)
        return same and offered is not None and self.alike.issuperset(offered)

    def entry(self, node: str, vrf: str, prefix: Prefix) -> Key | None:
        """The key of the external session that the node's best route came in by."""
        first = self.first(prefix)
        if self._before is not None and first in self.alike:
            return self._before.entry(node, vrf, first)
        passed: list[tuple[str, str, Prefix]] = []
        found: Key | None = None
        asked = (node, vrf, first)
        while asked not in self._known:
            self._known[asked] = None  # who comes by here again goes round: it came in nowhere
            passed.append(asked)
            best = self._bgp.best(asked[0], vrf, first)
            sender = best.received_from if best is not None else None
            end = self._ends.get((asked[0], vrf, sender)) if sender is not None else None
            if end is None:
                break
            if end.external or end.remote_node is None:
                found = end.key
                break
            asked = (end.remote_node, vrf, first)
        else:
            found = self._known[asked]
        for each in passed:
            self._known[each] = found
        return found

    def _meets_like(self, other: Origin) -> bool:
        """Whether the sessions are those of another state."""
        ours, theirs = (
            {asked: (end.key, end.external, end.remote_node) for asked, end in each._ends.items()}
            for each in (self, other)
        )
        return ours == theirs


@runtime_checkable
class Classed(Protocol):
    """Tables that know which prefixes they treat as one."""

    def class_of(self, prefix: Prefix) -> Prefix | None: ...

    def received_by_class(self, session: Key) -> Iterable[tuple[Prefix, ...]]: ...

    def accepted_by_class(self, session: Key) -> Iterable[tuple[Prefix, ...]]: ...

    def offered_by_class(self, session: Key) -> Parts:
        """One object in two states in which it is surely equal."""
        ...

    def chosen_alike(self, other: object) -> frozenset[Prefix]:
        """First prefixes of classes of which everybody surely uses what he used in other tables."""
        ...


class Outgoing(NamedTuple):
    """Prefixes that an external session would carry and that the engine treats as one, and where they came in."""

    key: Key
    entry: Key | None
    prefixes: tuple[Prefix, ...]


#: By session and first prefix of the class.
Sent = Mapping[Key, Mapping[Prefix, Outgoing]]


def outgoing(case: Case, view: View) -> Sent:
    """What our external sessions would carry, before any limit shuts them. Computed once for a view.

    What is equal in the base is the base's object, session by session, and as a whole.
    """
    return view.once("outgoing", lambda each: _outgoing(case, each))


def _origin(view: View, base: View) -> Origin | None:
    """Where routes came in; read beside the base."""
    if view.assessment is None:
        return None
    return Origin(view.assessment, base.once("origin", lambda each: _origin(each, base)) if view is not base else None)


def _outgoing(case: Case, view: View) -> Sent:
    origin = view.once("origin", lambda each: _origin(each, case.base))
    if origin is None:
        return {}
    before: Sent = outgoing(case, case.base) if view is not case.base else {}
    found = {key: _carried(origin, edge, before.get(key, _NOTHING)) for key, edge in external(view).items()}
    return before if are_same_by_key(found, before) else found


_NOTHING: Mapping[Prefix, Outgoing] = {}


def _carried(origin: Origin, edge: Edge, before: Mapping[Prefix, Outgoing]) -> Mapping[Prefix, Outgoing]:
    """What one session would carry; the objects of the base where they are equal."""
    if origin.carries_alike(edge.key):
        return before
    found: dict[Prefix, Outgoing] = {}
    for first, (prefixes, _) in origin.offered(edge.key).items():
        then = before.get(first)
        if then is None or then.prefixes is not prefixes or first not in origin.alike:
            now = Outgoing(edge.key, origin.entry(edge.end.node, edge.end.vrf, first), prefixes)
            found[first] = then if then == now and then is not None else now
        else:
            found[first] = then
    return before if are_same(tuple(found.values()), tuple(before.values())) else found


def orphans(step: StepView, before: Assessment) -> frozenset[Prefix]:
    """Test prefixes whose own session is gone: they stood for its routes, and went with it."""
    return frozenset(_tests(step.delta.sessions_lost, before))


def newcomers(step: StepView, after: Assessment) -> frozenset[Prefix]:
    """Test prefixes of sessions that the step brought up."""
    return frozenset(_tests(step.delta.sessions_gained, after))


def _tests(sessions: tuple[Session, ...], assessment: Assessment) -> Iterator[Prefix]:
    for session in sessions:
        if session.external:
            for end in session.ends:
                yield from (prefix for prefix in assessment.state.bgp.received(end.key) if is_test_prefix(prefix))


def named(prefix: Prefix, senders: Mapping[Prefix, str]) -> str:
    """A prefix as people know it: a test prefix is told as what it stands for."""
    if is_test_prefix(prefix):
        return f"other routes of {senders[prefix]}" if prefix in senders else f"{prefix} (test prefix)"
    return str(prefix)


def senders(assessment: Assessment, found: Mapping[Key, Edge]) -> dict[Prefix, str]:
    """Test prefix -> the external session that it stands for."""
    return {
        prefix: str(edge)
        for edge in found.values()
        for prefix in assessment.state.bgp.received(edge.key)
        if is_test_prefix(prefix)
    }
