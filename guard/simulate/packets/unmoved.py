"""Which columns of forwarding another state shares with the one before it, told without following a packet.

Law: a column is said to be shared only if all that it was read from is the same: sites, filters, who bears the address,
what everybody holds for each prefix that holds it (and for what these routes are resolved over), and where IGPs lead
there. Of a circle, whose packets reach one exit of it over the IGP whatever way that takes (OneExit), the way is not
asked; its exit must do what it did. Where that is not sure nothing is said, and the packets are followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from guard.model.acl import Acl
from guard.model.address import Address, Prefix
from guard.model.facts import Fate
from guard.model.rib import NextHop, Rib, RibEntry, RouteProtocol
from guard.model.state import InterfaceId
from guard.simulate.layer3.acl import drops_traffic_to
from guard.simulate.layer3.links import DEFAULT_VRF, PrefixSet
from guard.simulate.packets.column import Column, Ends
from guard.simulate.packets.hanging import Beneath, Hangs, held_of
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.plain_routes import Held, Vertex

if TYPE_CHECKING:
    from guard.simulate.packets.forwarding import Forwarder

#: Tables that are asked one by one for one prefix at most, where they cannot tell at once what they lead elsewhere.
_ASKED = 64
_NOTHING: frozenset[Prefix] = frozenset()
_NONE: tuple[frozenset[Vertex], RibEntry | None] = (frozenset(), None)


class _Told(NamedTuple):
    """What packets to an address hang on, and the tables that hold another route for some of it than before."""

    hangs: Hangs
    moved: frozenset[Vertex]


class Unmoved:
    """Two states of forwarding with one inventory; asked for one destination after another."""

    def __init__(self, old: Forwarder, new: Forwarder) -> None:
        self._old = old
        self._new = new
        self._moved: dict[Prefix, frozenset[Vertex] | None] = {}
        self._known: dict[Address, _Told | None] = {}
        self._beneath: dict[Beneath, frozenset[Vertex] | None] = {}
        self._apart: dict[tuple[int, int], tuple[Held, Held, frozenset[Vertex]]] = {}  # by both (their ids)
        self._frame: _Frame | None = None

    def column(self, destination: Address) -> Column | None:
        """The column of the state before, if it surely is this one's as well; or with what few tables do otherwise."""
        known, told = self._old.column(destination), self._told(destination)
        if told is None or any(_is_of(table, known.circle) for table in told.moved):
            return None
        hangs, led = told.hangs, told.moved
        if self._ways.is_led_elsewhere(hangs, known.circle):
            turned = self._ways.turned(hangs, known.circle)
            if turned is None:
                return None
            led = led.union(table for table in turned if self._goes_another_way(table, hangs))
        if known.circle and not self._is_led_alike(known, hangs):
            return None
        return self._followed(known, sorted(table for table in led if table in known)) if led else known

    def is_way_kept(self, destination: Address, passed: Iterable[Vertex]) -> bool:
        """Whether packets to an address that passed these tables surely pass the very same ones, by the same ways.

        Filters do with them what they did; their lines may stand elsewhere in a file (`has_same_filters`).
        """
        told = self._told(destination)
        if told is None or not self._what_all_hang_on.has_like_filters or not told.moved.isdisjoint(passed):
            return False
        return not self._ways.is_any_led_elsewhere(told.hangs, passed)

    @property
    def has_same_filters(self) -> bool:
        return self._what_all_hang_on.has_same_filters

    # What everybody holds

    def _told(self, destination: Address) -> _Told | None:
        """None where too many hold something else, or anything but routes is not what it was."""
        if destination not in self._known:
            self._known[destination] = self._find(destination)
        return self._known[destination]

    def _find(self, destination: Address) -> _Told | None:
        frame = self._what_all_hang_on
        hangs = self._old.hanging.of(destination) if frame.is_same and self._is_open_alike(destination) else None
        if hangs is None or frame.is_borne_otherwise(destination):
            return None
        beneath = hangs.beneath
        if beneath not in self._beneath:
            still = not any(map(frame.is_borne_otherwise, beneath.addresses))
            self._beneath[beneath] = self._moved_for(beneath.prefixes) if still else None
        parts = self._beneath[beneath], self._moved_for(hangs.chain)
        if parts[0] is None or parts[1] is None or len(moved := parts[0] | parts[1]) > _ASKED:
            return None
        return _Told(hangs, moved)

    def _moved_for(self, prefixes: Iterable[Prefix]) -> frozenset[Vertex] | None:
        """The tables that hold something else for some of these prefixes."""
        found: frozenset[Vertex] = frozenset()
        for prefix in prefixes:
            if prefix not in self._moved:
                self._moved[prefix] = self._find_moved(prefix)
            moved = self._moved[prefix]
            if moved is None:
                return None
            found = found | moved if moved else found
        return found

    def _find_moved(self, prefix: Prefix) -> frozenset[Vertex] | None:
        if prefix in self._what_all_hang_on.apart:
            return None
        one, other = held_of(self._old, prefix), held_of(self._new, prefix)
        if one is other:
            return frozenset()
        if one is None or other is None:
            return None
        key = (id(one), id(other))
        known = self._apart.get(key)
        if known is None:
            known = self._apart[key] = one, other, frozenset(_held_otherwise(one, other))
        return known[2]

    def _is_open_alike(self, destination: Address) -> bool:
        """Whether filters are the very same, or none had a say and none that is edited has one now."""
        frame = self._what_all_hang_on
        if frame.has_same_filters:
            return True
        edited = (acl for acl in frame.edited_filters if acl.version in (0, destination.version))
        return self._old.is_open(destination) and all(drops_traffic_to(acl, destination) is None for acl in edited)

    # Tables that go another way

    def _followed(self, known: Column, led: Sequence[Vertex]) -> Column | None:
        """The column, where only these tables have other ways; the very same if their packets end where they did.

        Then those of others do so, too: each of them goes where it went, until it comes to one of these or ends.
        """
        destination = known.destination
        ends: dict[Vertex, Ends] = {}
        self._new.settle(led, destination, ends)
        changed = {table for table, end in ends.items() if table in known and known.known[table] != end}
        above = self._above(changed, known)
        if above is None:
            return None
        if not above:
            return known
        ends = {table: end for table, end in known.items() if table not in above}
        self._new.settle(sorted(above), destination, ends)
        return self._new.column_of(destination, ends, known.circle)

    def _above(self, changed: set[Vertex], known: Column) -> set[Vertex] | None:
        """Some tables, and all from which packets come to them; None where that concerns a circle, or too many."""
        found = set(changed)
        heads: dict[Vertex, set[Vertex]] = {}
        frontier = sorted(changed)
        for table in frontier:
            for before in self._next_to(table[0]):
                if before in found or before not in known:
                    continue
                if before not in heads:
                    steps = self._new.filtered(before, known.destination)
                    heads[before] = {step.head for step in steps if not isinstance(step, Fate)}
                if table in heads[before]:
                    found.add(before)
                    frontier.append(before)
            if len(heads) > _ASKED:
                return None
        return None if any(_is_of(table, known.circle) for table in found) else found

    def _next_to(self, node: str) -> Iterator[Vertex]:
        links = self._new.links
        for face in links.snapshot.devices[node].interfaces:
            for there in links.near(InterfaceId(node, face.name)):
                yield there.node, links.vrf(there)

    def _goes_another_way(self, table: Vertex, hangs: Hangs) -> bool:
        """Whether a table may lead another way by the very route that it has for the packets.

        Surely not where that is BGP's and the way to its next hops is what it was.
        """
        beside_bgp = self._new.plain
        for prefix in hangs.chain:
            held = held_of(self._new, prefix) if prefix not in beside_bgp else None
            if held is None:
                return True
            entry = held.get(table)
            if entry is not None:
                gateways = [self._old.hanging.of(hop.address) for hop in entry.next_hops if hop.address is not None]
                return any(each is None or self._ways.is_any_led_elsewhere(each, (table,)) for each in gateways)
        return False

    def _is_led_alike(self, known: Column, hangs: Hangs) -> bool:
        """Whether the circle is what it was, and its exit too."""
        leaving_by = self._old.leaving_by(known.destination)
        if leaving_by is not None and self._what_all_hang_on.has_same_areas:
            nodes, tables = self._old.hanging.asked(known.destination, leaving_by)
            alike = nodes.isdisjoint(self._what_all_hang_on.rewired)
            if alike and not self._ways.is_any_led_elsewhere(hangs, tables):
                return True
        circle, end = self._new.circle_of(known.destination)
        return circle == known.circle and (end is None or known.known.get(end[0]) == end[1])

    @property
    def _what_all_hang_on(self) -> _Frame:
        if self._frame is None:
            self._frame = _Frame(self._old, self._new)
        return self._frame

    @property
    def _ways(self) -> _Ways:
        return self._what_all_hang_on.ways


class _Frame:
    """What all columns of two states look at, and what of it is not the same. `apart`: prefixes held otherwise."""

    def __init__(self, old: Forwarder, new: Forwarder) -> None:
        self._old = old
        self._new = new
        self.is_same = _frame(old) == _frame(new) and all(map(_tells, (old, new)))
        self.has_same_filters = new.links.has_filters_of(old.links)
        self.has_like_filters = new.links.doors is old.links.doors  # what merely stands elsewhere in a file
        self.edited_filters = () if self.has_like_filters else tuple(_other_filters(old, new))
        if not self.is_same:
            return
        before, after = old.links.owners, new.links.owners
        both = before.keys() | after.keys() if before is not after else frozenset[Address]()
        self._bearers = frozenset(a for a in both if before.get(a) != after.get(a))
        strange = {*(new.universe - old.universe if new.universe is not old.universe else ()), *new.links.renumbered}
        self._strange = PrefixSet(strange) if strange else None
        plain = new.plain_routes.apart
        assert plain is not None  # tables of both can tell
        self.apart = plain.union(*(old.hanging.over(face) for face in self._touched()))
        self.has_same_areas = old.core.shape == new.core.shape and old.core.excepted == new.core.excepted
        self.rewired = new.core.rewired(old.core)
        replaced = (before[a] + after[a] for a in self._bearers if a in before and a in after)
        restless = {InterfaceId(each.node, each.interface) for bearers in replaced for each in bearers}
        nodes = {face.node for face in (*restless, *self._near(restless))}
        self.ways = _Ways(old.state.ribs, new.state.ribs, nodes)

    def is_borne_otherwise(self, address: Address) -> bool:
        """Whether another one bears an address, or a prefix holds it that nobody knew, or that has other members."""
        return address in self._bearers or (self._strange is not None and self._strange.holds(address))

    def _touched(self) -> Iterator[InterfaceId]:
        """Interfaces that are not what they were, or that bear another address, and those next to them."""
        moved = self._new.links.moved
        if moved is None:
            before, after = self._old.state.interfaces, self._new.state.interfaces
            moved = frozenset(face for face in before.keys() | after.keys() if before.get(face) != after.get(face))
        bearers = (
            each for a in self._bearers for side in (self._old, self._new) for each in side.links.owners.get(a, ())
        )
        found = {*moved, *(InterfaceId(bearer.node, bearer.interface) for bearer in bearers)}
        yield from found.union(self._near(found))

    def _near(self, faces: Iterable[InterfaceId]) -> Iterator[InterfaceId]:
        for side in (self._old, self._new):
            for face in faces:
                yield from side.links.neighbours(face)


class _Beside(NamedTuple):
    """Of all tables that are not of one circle: prefixes that some lead another way, and tables that cannot tell."""

    led: frozenset[Prefix]
    untold: tuple[Vertex, ...]
    is_restless: bool


class _Ways:
    """Where the IGPs of two states lead, table by table. `restless`: nodes of which nothing is said."""

    def __init__(self, old: Mapping[Vertex, Rib], new: Mapping[Vertex, Rib], restless: Iterable[str]) -> None:
        self._old = old
        self._new = new
        self._turned: dict[Vertex, frozenset[Prefix]] = {}
        self._untold: set[Vertex] = set()  # tables that have to be asked prefix by prefix
        self._restless = frozenset(restless)
        self._beside: dict[frozenset[str], _Beside] = {}
        self._led: dict[tuple[Beneath, frozenset[str]], bool] = {}
        self._told: dict[tuple[Vertex, Prefix], bool] = {}
        for vertex, rib in new.items():
            other = old[vertex]
            if rib is other:
                continue
            turned = rib.learned_elsewhere(other) if isinstance(rib, MainRib) and isinstance(other, MainRib) else None
            if turned is None:
                self._untold.add(vertex)
            elif turned:
                self._turned[vertex] = frozenset(turned)

    def is_led_elsewhere(self, hangs: Hangs, circle: frozenset[str]) -> bool:
        """Whether the IGPs of some table that is not of the circle may lead another way."""
        beside = self._beside.get(circle)
        if beside is None:
            beside = self._beside[circle] = self._find_beside(circle)
        if beside.is_restless or not beside.led.isdisjoint(hangs.chain):
            return True
        key = (hangs.beneath, circle)
        if key not in self._led:
            self._led[key] = not beside.led.isdisjoint(hangs.beneath.prefixes) or self._is_one_led(
                beside.untold, hangs.beneath.prefixes
            )
        return self._led[key] or self._is_one_led(beside.untold, hangs.chain)

    def turned(self, hangs: Hangs, circle: frozenset[str]) -> list[Vertex] | None:
        """The tables that are not of the circle and may lead another way; None where too many cannot tell."""
        beside = self._beside[circle]
        if beside.is_restless or len(beside.untold) > _ASKED:
            return None
        chain, prefixes = hangs.chain, hangs.beneath.prefixes
        told = (*chain, *prefixes)
        untold = [table for table in beside.untold if self._is_one_led((table,), told)]
        return untold + [
            table
            for table, turned in self._turned.items()
            if not _is_of(table, circle) and not (turned.isdisjoint(chain) and turned.isdisjoint(prefixes))
        ]

    def is_any_led_elsewhere(self, hangs: Hangs, tables: Iterable[Vertex]) -> bool:
        """The same of some tables."""
        for table in tables:
            if table[0] in self._restless:
                return True
            turned = self._turned.get(table)
            if turned is not None and not (
                turned.isdisjoint(hangs.chain) and turned.isdisjoint(hangs.beneath.prefixes)
            ):
                return True
            if table in self._untold and self._is_one_led((table,), (*hangs.chain, *hangs.beneath.prefixes)):
                return True
        return False

    def _find_beside(self, circle: frozenset[str]) -> _Beside:
        turned = (prefixes for vertex, prefixes in self._turned.items() if not _is_of(vertex, circle))
        untold = tuple(vertex for vertex in self._untold if not _is_of(vertex, circle))
        return _Beside(frozenset().union(*turned), untold, not self._restless <= circle)

    def _is_one_led(self, tables: tuple[Vertex, ...], prefixes: Iterable[Prefix]) -> bool:
        """Whether one of some tables that cannot tell at once leads another way for one of some prefixes."""
        if not tables:
            return False
        return len(tables) > _ASKED or any(self._is_led(table, prefix) for prefix in prefixes for table in tables)

    def _is_led(self, table: Vertex, prefix: Prefix) -> bool:
        key = (table, prefix)
        if key not in self._told:
            self._told[key] = _way(self._old[table], prefix) != _way(self._new[table], prefix)
        return self._told[key]


def _held_otherwise(one: Held, other: Held) -> Iterator[Vertex]:
    """Tables to which BGP offers something else."""
    found = {table for table in one.own.keys() | other.own.keys() if one.own.get(table) is not other.own.get(table)}
    for (were, offered), (are, now) in zip_longest(one.alike, other.alike, fillvalue=_NONE):
        if were is not are or offered is not now:
            found |= were ^ are if offered == now else were | are
    return (table for table in found if one.get(table) != other.get(table))


def _is_of(vertex: Vertex, circle: frozenset[str]) -> bool:
    return vertex[1] == DEFAULT_VRF and vertex[0] in circle


def _way(rib: Rib, prefix: Prefix) -> tuple[RouteProtocol, int, tuple[NextHop, ...]] | None:
    """Where a table leads beside BGP; of one of another make, by whatever it holds."""
    entry = rib.underlay(prefix) if isinstance(rib, MainRib) else rib.get(prefix)
    return None if entry is None else (entry.protocol, entry.admin_distance, entry.next_hops)


def _frame(forwarder: Forwarder) -> tuple[object, ...]:
    """What every column looks at; routes, interfaces and filters apart."""
    links = forwarder.links
    return (
        forwarder.state.ribs.keys(), forwarder.sources, forwarder.inner, forwarder.outside,
        links.no_transit_forwarding, links.down,
    )  # fmt: skip


def _other_filters(old: Forwarder, new: Forwarder) -> Iterator[Acl]:
    """Filters where none stood, or others."""
    before, after = old.links, new.links
    for one, other in ((before.filters_in, after.filters_in), (before.filters_out, after.filters_out)):
        if one is not other:
            yield from (acl for place, acl in other.items() if one.get(place) != acl)
    if before.filters_own is not after.filters_own:
        for door, own in after.filters_own.items():
            yield from (acl for acl in own if acl not in before.filters_own.get(door, ()))


def _tells(forwarder: Forwarder) -> bool:
    """Whether tables can say what they hold without deciding each prefix at each router."""
    is_plain = forwarder.plain_routes.places is not None
    return is_plain and (forwarder.bgp is not None or not forwarder.state.sessions)
