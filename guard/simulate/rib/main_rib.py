"""The main RIB of one VRF: the best of what connected, static, IGP and BGP offer, by administrative distance.

Law: lazy. A prefix is decided when it is asked for; longest match asks for one candidate of each length in use.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, TypeGuard, runtime_checkable

from guard.model.address import WIDTH, Address, Prefix
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.rib.underlay import Overlay

#: Distance 255: known, never used (Cisco: "unknown, not trusted").
UNUSABLE = 255


class IgpTable(Protocol):
    """What one IGP process offers to one main RIB."""

    process: str

    def entry(self, prefix: Prefix) -> RibEntry | None: ...

    def prefixes(self) -> Iterator[Prefix]: ...

    def lengths(self, version: int) -> Collection[int]:
        """Lengths that some prefix of it may have."""
        ...


@runtime_checkable
class Running(Protocol):
    """An IGP table that knows the subnets of the interfaces that its process runs on; `native`: its routes' kind."""

    native: RouteProtocol
    process: str

    def subnets(self) -> Collection[Prefix]: ...


@runtime_checkable
class Telling(Protocol):
    """An IGP table that can tell cheaply what it may offer: one object where routers share it."""

    def candidates(self) -> Iterable[Collection[Prefix]]: ...


@runtime_checkable
class Counting(Protocol):
    """An IGP table that can tell how much it offers without listing it."""

    def count(self) -> int: ...

    def at_most(self) -> int:
        """No more than this, told without looking at the routes."""
        ...


@runtime_checkable
class Holding(Protocol):
    """An IGP table that can tell without making an entry whether it has one that may be installed."""

    def holds(self, prefix: Prefix) -> bool: ...


@runtime_checkable
class Leading(Protocol):
    """An IGP table that can tell without making an entry what the gateways of one are."""

    def gateways(self, prefix: Prefix) -> tuple[NextHop, ...]:
        """Next hops of the route that `holds`, each with address and interface; none where that is not so."""
        ...


@runtime_checkable
class Differing(Protocol):
    """An IGP table that can tell cheaply what it and that of another state may say differently."""

    def differing(self, other: object) -> Collection[Prefix] | None: ...


@runtime_checkable
class Turning(Protocol):
    """An IGP table that can tell so of ways alone; of others all that differs may have turned."""

    def leading_elsewhere(self, other: object) -> Collection[Prefix] | None:
        """What `differing` tells, of where routes lead alone, whatever they cost."""
        ...


class MainRib:
    """Implements `guard.model.rib.Rib`. `static` holds the active static routes and may be replaced by the solver."""

    __slots__ = ("_lengths", "_overlay_lengths", "_universe", "igps", "node", "overlay", "own", "static", "vrf")

    def __init__(
        self,
        node: str,
        vrf: str,
        *,
        own: Mapping[Prefix, RibEntry],
        static: Mapping[Prefix, RibEntry],
        igps: tuple[IgpTable, ...] = (),
        overlay: Overlay | None = None,
        overlay_lengths: Mapping[int, frozenset[int]] = MappingProxyType({}),
    ) -> None:
        self.node = node
        self.vrf = vrf
        self.own = own
        self.static = static
        self.igps = igps
        self.overlay = overlay
        self._overlay_lengths = overlay_lengths
        self._universe = overlay.universe if overlay is not None else frozenset()
        self._lengths: dict[int, tuple[int, ...]] = {}

    def underlay(self, prefix: Prefix) -> RibEntry | None:
        """The best entry that is not of BGP."""
        best = self.own.get(prefix)
        if best is not None:
            return best
        best = self.static.get(prefix)
        for table in self.igps:
            offered = table.entry(prefix)
            if offered is not None and (best is None or offered.admin_distance < best.admin_distance):
                best = offered
        return best if best is not None and best.admin_distance < UNUSABLE else None

    def is_learned(self, prefix: Prefix) -> bool:
        """Whether the best entry that is not of BGP is surely an IGP's."""
        if prefix in self.own or prefix in self.static:
            return False
        return any(table.holds(prefix) for table in self.igps if _is_holding(table))

    def straight(self, prefix: Prefix) -> tuple[NextHop, ...]:
        """Gateways of an IGP's own route that is surely installed for exactly this prefix; none where not sure."""
        if len(self.igps) != 1 or prefix in self.own or prefix in self.static or prefix in self._universe:
            return ()
        table = self.igps[0]
        return table.gateways(prefix) if _is_leading(table) else ()

    def get(self, prefix: Prefix) -> RibEntry | None:
        """The entry that is installed for exactly this prefix."""
        best = self.underlay(prefix)
        if self.overlay is None or prefix not in self._universe:
            return best
        if best is not None and best.admin_distance <= 1:
            return best  # BGP cannot win; and asking it would ask for its next hop, which may lie in this very prefix
        offered = self.overlay.entry(self.node, self.vrf, prefix)
        if offered is None or offered.admin_distance >= UNUSABLE:
            return best
        return offered if best is None or offered.admin_distance < best.admin_distance else best

    def lookup(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        """Longest match."""
        return self._longest(address, self.lengths(address.version))

    def lookup_beneath(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        """Longest match without what BGP has for exactly this address."""
        exactly = Prefix(address.version, address.value, WIDTH[address.version])
        if exactly not in self._universe:
            return self.lookup(address)
        found = self.underlay(exactly)
        if found is not None:
            return exactly, found
        return self._longest(address, (each for each in self.lengths(address.version) if each != exactly.length))

    def _longest(self, address: Address, lengths: Iterable[int]) -> tuple[Prefix, RibEntry] | None:
        """The first route that holds the address among those of the given lengths."""
        version, value = address
        width = WIDTH[version]
        for length in lengths:
            shift = width - length
            prefix = Prefix(version, value >> shift << shift, length)
            found = self.get(prefix)
            if found is not None:
                return prefix, found
        return None

    def lengths(self, version: int) -> tuple[int, ...]:
        """Prefix lengths in use, longest first."""
        known = self._lengths.get(version)
        if known is None:
            found = {prefix.length for source in (self.own, self.static) for prefix in source if prefix[0] == version}
            for table in self.igps:
                found.update(table.lengths(version))
            found.update(self._overlay_lengths.get(version, ()))
            known = self._lengths[version] = tuple(sorted(found, reverse=True))
        return known

    def run_on(self, protocols: Collection[RouteProtocol], process: str) -> Iterator[tuple[Prefix, RibEntry]]:
        """Connected routes of the interfaces that IGP processes run on whose own routes are of these kinds."""
        for table in self.igps:
            if _is_running(table) and table.native in protocols and process in ("", table.process):
                for prefix in table.subnets():
                    entry = self.own.get(prefix)
                    if entry is not None and entry.protocol is RouteProtocol.CONNECTED:
                        yield prefix, entry

    def underlay_prefixes(self) -> Iterator[Prefix]:
        """Prefixes of everything but BGP, each once, in sorted order."""
        found = {*self.own, *self.static}
        for table in self.igps:
            found.update(table.prefixes())
        return (prefix for prefix in sorted(found) if self.underlay(prefix) is not None)

    def fixed(self) -> tuple[Mapping[Prefix, RibEntry], Mapping[Prefix, RibEntry]]:
        """Connected and local routes, and active static ones."""
        return self.own, self.static

    def learned(self) -> Iterator[Collection[Prefix]]:
        """What IGPs may offer here, undecided and unsorted; routers of a domain share some of the collections."""
        for table in self.igps:
            if _is_telling(table):
                yield from table.candidates()
            else:
                yield tuple(table.prefixes())

    def learned_count(self) -> int:
        """How many prefixes IGPs may offer here; what two of them offer counts twice."""
        return sum(_count(table) for table in self.igps)

    def learned_at_most(self) -> int:
        """No more than so many, told without counting where it can be."""
        return sum(table.at_most() if _is_counting(table) else _count(table) for table in self.igps)

    def learned_otherwise(self, other: MainRib) -> Iterator[Collection[Prefix]]:
        """What IGPs may offer differently here and in the same table of another state, undecided and unsorted."""
        pairs = list(zip(self.igps, other.igps, strict=False))
        alike = type(self) is type(other) and len(self.igps) == len(other.igps)
        if alike and all(_is_differing(mine) for mine, _ in pairs):
            parts = [mine.differing(its) for mine, its in pairs if _is_differing(mine)]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts):
                yield from known
                return
        yield from self.learned()
        yield from other.learned()

    def learned_elsewhere(self, other: MainRib) -> Collection[Prefix] | None:
        """What IGPs may lead another way here than in the same table of another state; None: cannot tell."""
        if type(self) is not MainRib or type(other) is not MainRib or len(self.igps) != len(other.igps):
            return None
        found: list[Prefix] = []
        for mine, its in zip(self.igps, other.igps, strict=True):
            part = None
            if _is_turning(mine):
                part = mine.leading_elsewhere(its)
            elif _is_differing(mine):
                part = mine.differing(its)
            if part is None:
                return None
            found += part
        return found

    def prefixes(self) -> Iterator[Prefix]:
        """All installed prefixes, sorted."""
        found = {*self.own, *self.static}
        for table in self.igps:
            found.update(table.prefixes())
        if self.overlay is not None:
            found.update(self.overlay.prefixes(self.node, self.vrf))
        return (prefix for prefix in sorted(found) if self.get(prefix) is not None)

    def inside(self, prefix: Prefix) -> Iterator[tuple[Prefix, RibEntry]]:
        """Installed routes within the prefix, itself included, sorted."""
        found = {*self.own, *self.static}
        for table in self.igps:
            found.update(table.prefixes())
        if self.overlay is not None:
            found.update(self.overlay.prefixes(self.node, self.vrf))
        for each in sorted(candidate for candidate in found if prefix.covers(candidate)):
            entry = self.get(each)
            if entry is not None:
                yield each, entry

    def __len__(self) -> int:
        return sum(1 for _ in self.prefixes())

    def static_changed(self, static: Mapping[Prefix, RibEntry]) -> None:
        """Take another set of active static routes."""
        self.static = static
        self._lengths.clear()



def _count(table: IgpTable) -> int:
    if _is_counting(table):
        return table.count()
    told = table.candidates() if _is_telling(table) else (tuple(table.prefixes()),)
    return sum(map(len, told))


def _is_counting(table: object) -> TypeGuard[Counting]:
    return offers(type(table), Counting)


def _is_leading(table: object) -> TypeGuard[Leading]:
    return offers(type(table), Leading)


def _is_holding(table: object) -> TypeGuard[Holding]:
    return offers(type(table), Holding)


def _is_running(table: object) -> TypeGuard[Running]:
    return hasattr(table, "native")


def _is_telling(table: object) -> TypeGuard[Telling]:
    return offers(type(table), Telling)


def _is_differing(table: object) -> TypeGuard[Differing]:
    return offers(type(table), Differing)


def _is_turning(table: object) -> TypeGuard[Turning]:
    return offers(type(table), Turning)


def offers(kind: type, protocol: type) -> bool:
    """Whether objects of a class have the methods of a protocol: asked once, as the answer takes long."""
    key = (kind, protocol)
    if key not in _OFFERED:
        _OFFERED[key] = issubclass(kind, protocol)
    return _OFFERED[key]


_OFFERED: dict[tuple[type, type], bool] = {}


def lengths_by_version(prefixes: frozenset[Prefix]) -> dict[int, frozenset[int]]:
    """Lengths of these prefixes for each IP version."""
    return {
        version: frozenset(prefix.length for prefix in prefixes if prefix.version == version) for version in (4, 6)
    }
