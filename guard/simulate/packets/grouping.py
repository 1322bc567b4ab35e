"""Which prefixes every compared state treats alike, so that one address stands for them.

Law: two prefixes share a representative only if, in each state that is compared, each router holds the same kind of
route for both and for everything that covers them (same class of routes, chain by chain), and the inventory does not
tell them apart. A state that cannot say which prefixes are of one class gets a representative for each. What the base
alone groups is refined by the others: only prefixes of which some state says anything else are grouped again.
Left out: transfer links between two devices, and the addresses of routers' own LAN ports, unless listed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from guard.model.address import WIDTH, Address, Prefix
from guard.model.device import Device, Vendor
from guard.model.identity import are_same
from guard.model.inventory import Inventory
from guard.simulate.layer3.links import PrefixSet
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.rib.plain_routes import Classified, Classing

#: Lengths of subnets that only join two routers (RFC 3021, RFC 6164).
TRANSFER = frozenset({(4, 30), (4, 31), (6, 126), (6, 127)})


class Destination(NamedTuple):
    """`prefix` names it in facts, packets go to `address`, and what they meet holds for all of `stands_for`."""

    prefix: Prefix
    address: Address
    stands_for: tuple[Prefix, ...]


class Grouping:
    """The groups of some states together, the first one the base; mostly of a base alone, for others to refine."""

    def __init__(self, forwarders: Sequence[Forwarder]) -> None:
        self._states = tuple(forwarders)
        self._tell = tuple(map(_telling, forwarders))
        self._listed = _listed(forwarders)
        self._not_asked = _not_asked(forwarders)
        self._prefixes = sorted(self._listed.union(*(each.universe for each in forwarders)))
        self._covers = PrefixSet(self._prefixes)
        self._marks = _marks(forwarders)
        self._gaps = dict(gaps_of(self._prefixes, taken_by(forwarders)))
        self._numbers: dict[Hashable, int] = {}  # of classes: chains of numbers are compared faster
        self._keys: dict[Prefix, Hashable] = {}
        groups: dict[Hashable, list[Prefix]] = defaultdict(list)
        left_out = self._not_asked - self._listed
        numbers = {p: self._numbers.setdefault(self._class(p), len(self._numbers)) for p in self._prefixes}
        for prefix, chain in _chains(self._prefixes):
            if prefix in self._gaps and prefix not in left_out:
                key = self._marks(prefix), tuple([numbers[each] for each in chain])
                groups[key].append(prefix)
                self._keys[prefix] = key
        self._groups = {key: _destination(group, self._gaps) for key, group in groups.items()}
        self.destinations = tuple(sorted(self._groups.values(), key=_BY_PREFIX))

    def _class(self, prefix: Prefix) -> Hashable:
        return tuple([tell(prefix) for tell in self._tell])

    def _class_beside(self, prefix: Prefix, others: Sequence[Callable[[Prefix], Hashable]]) -> Hashable:
        """The number of the class where the others say what the base says, else what each of them says."""
        own = self._class(prefix)
        told = tuple([tell(prefix) for tell in others])
        return self._numbers.get(own, own) if all((each,) == own for each in told) else (own, told)

    def refined(self, others: Sequence[Forwarder]) -> tuple[Destination, ...]:
        """The destinations of the base, the only state here, and of others that start from it (`before`)."""
        base = self._states[0]
        strange = [each for each in others if each.links.configured is not base.links.configured]
        listed = self._listed.union(_listed(strange))
        not_asked = self._not_asked.union(_not_asked(strange))
        known = listed.union(*(each.universe for each in others if each.universe is not base.universe))
        added = known.difference(self._prefixes) if len(known) > len(self._listed) else frozenset[Prefix]()
        apart = added.union(*(_classed_otherwise(base, each) for each in others))
        if not apart and not strange:
            return self.destinations
        every = sorted([*self._prefixes, *added])
        gaps = self._gaps_beside(every, added, taken_by(strange))
        left_out = not_asked - listed
        again = left_out ^ (self._not_asked - self._listed) | (gaps.keys() ^ self._gaps.keys())
        again = again.union(*(_within(each, every) for each in apart))
        groups: dict[Hashable, list[Prefix]] = defaultdict(list)
        fresh, tell = PrefixSet(added), tuple(map(_telling, others))
        for prefix in sorted(again):
            if prefix in gaps and prefix not in left_out:
                chain = sorted({*self._covers.covering(prefix), *fresh.covering(prefix)})
                key = self._marks(prefix), tuple([self._class_beside(each, tell) for each in chain])
                groups[key].append(prefix)
        return self._with(groups, again, gaps)

    def _with(
        self, groups: Mapping[Hashable, Sequence[Prefix]], again: Collection[Prefix], gaps: Mapping[Prefix, Address]
    ) -> tuple[Destination, ...]:
        """The destinations, where the prefixes of `again` are in `groups`; what stays as it is is the same object."""
        touched = groups.keys() | {self._keys[prefix] for prefix in again if prefix in self._keys}
        found = []
        for key in (*self._groups, *(groups.keys() - self._groups.keys())):
            known = self._groups.get(key)
            group: Sequence[Prefix] = known.stands_for if known is not None else ()
            if key in touched:
                group = sorted([*(each for each in group if each not in again), *groups.get(key, ())])
            if group:
                made = _destination(group, gaps)
                found.append(known if known is not None and made == known else made)
        found.sort(key=_BY_PREFIX)
        return self.destinations if are_same(found, self.destinations) else tuple(found)

    def _gaps_beside(
        self, every: Sequence[Prefix], added: Collection[Prefix], taken: frozenset[Address]
    ) -> Mapping[Prefix, Address]:
        """The gaps where some prefixes are there as well, and more addresses are taken."""
        if not added and not taken:
            return self._gaps
        gaps, fresh = dict(self._gaps), PrefixSet(added)
        again = {above for each in added for above in (*self._covers.covering(each), *fresh.covering(each))}
        again.update(prefix for prefix, gap in self._gaps.items() if gap in taken)
        every_taken = taken.union(taken_by(self._states))
        for prefix in again:
            gap = _gap(prefix, [each for each in _within(prefix, every) if each != prefix], every_taken)
            if gap is not None:
                gaps[prefix] = gap
            else:
                gaps.pop(prefix, None)
        return gaps


_BY_PREFIX = attrgetter("prefix")


def _destination(group: Sequence[Prefix], gaps: Mapping[Prefix, Address]) -> Destination:
    return Destination(group[0], gaps[group[0]], tuple(group))


def _within(prefix: Prefix, every: Sequence[Prefix]) -> Sequence[Prefix]:
    """Those of some sorted prefixes that a prefix covers, itself included."""
    return every[bisect_left(every, prefix) : bisect_left(every, (prefix.version, prefix.last.value, 129))]


def standing_addresses(device: Device) -> list[Address]:
    """Addresses that a device is known by: its loopbacks, else all of its interfaces' (CONTRACT 2)."""
    loopbacks = [b.address for face in device.interfaces if face.kind == "loopback" for b in face.addresses]
    if loopbacks and device.vendor is not Vendor.HOST:
        return loopbacks
    return [b.address for face in device.interfaces for b in face.addresses if face.kind != "management"]


def _listed(forwarders: Sequence[Forwarder]) -> frozenset[Prefix]:
    """What the inventories name, and the loopbacks of everybody."""
    found: set[Prefix] = set()
    for forwarder in forwarders:
        snapshot = forwarder.links.snapshot
        inventory = snapshot.inventory
        found.update(prefix for site in inventory.sites for prefix in site.prefixes)
        found.update(prefix for wanted in inventory.advertisements for prefix in wanted.prefixes)
        found.update(address.host for service in inventory.services for address in service.addresses)
        for device in snapshot.devices.values():
            found.update(address.host for address in standing_addresses(device))
    return frozenset(found)


def _not_asked(forwarders: Iterable[Forwarder]) -> frozenset[Prefix]:
    """Prefixes that nobody needs to be asked about, unless they are listed."""
    found: set[Prefix] = set()
    for forwarder in forwarders:
        members: dict[Prefix, int] = defaultdict(int)
        for device in forwarder.links.snapshot.devices.values():
            for face in device.interfaces:
                for bound in face.addresses:
                    members[bound.prefix] += 1
                    if face.kind != "loopback":
                        found.add(bound.address.host)
        found |= {p for p, count in members.items() if count > 1 and (p.version, p.length) in TRANSFER}
    return frozenset(found)


def _telling(forwarder: Forwarder) -> Callable[[Prefix], Hashable]:
    """What one state says of the class of a prefix."""
    bgp, plain, universe = forwarder.state.bgp, forwarder.plain, forwarder.universe
    if isinstance(bgp, Classified):
        class_of = bgp.class_of
        return lambda prefix: (plain.get(prefix), class_of(prefix))
    return lambda prefix: prefix if prefix in universe else None


def _classed_otherwise(base: Forwarder, other: Forwarder) -> Collection[Prefix]:
    """Prefixes whose class another state may name otherwise than the base."""
    mine, its = other.state.bgp, base.state.bgp
    if mine is its or (not isinstance(mine, Classified) and not isinstance(its, Classified)):
        bgp: Collection[Prefix] = ()
    elif isinstance(mine, Classing) and isinstance(its, Classing):
        bgp = mine.classed_otherwise(its)
    else:
        bgp = base.universe | other.universe
    apart = other.plain_routes.apart
    return {*bgp, *(apart if apart is not None else other.plain.keys() | base.plain.keys())}


class _Marks:
    """What the inventories say of a prefix: sites and services that it lies in or holds, and whether it is sent out."""

    def __init__(self, inventories: Iterable[Inventory], sent: frozenset[Prefix]) -> None:
        self._sent = sent
        self._names: dict[Prefix, set[str]] = defaultdict(set)
        for inventory in inventories:
            for site in inventory.sites:
                for prefix in site.prefixes:
                    self._names[prefix].add(site.name)
            for service in inventory.services:
                for address in service.addresses:
                    self._names[address.host].add(f"service {service.name}")
        self._above = PrefixSet(self._names)

    def __call__(self, prefix: Prefix) -> Hashable:
        names = {name for above in self._above.covering(prefix) for name in self._names[above]}
        # A prefix that holds a listed one covers it in the chain of classes already; its own gap is not listed.
        return prefix in self._sent, tuple(sorted(names))


def _marks(forwarders: Sequence[Forwarder]) -> _Marks:
    inventories = {id(f.links.snapshot.inventory): f.links.snapshot.inventory for f in forwarders}
    state = forwarders[0].state
    sent = frozenset(prefix for s in state.sessions if s.external and s.up for prefix in state.bgp.advertised(s.key))
    return _Marks(inventories.values(), sent)


def _chains(prefixes: Sequence[Prefix]) -> Iterator[tuple[Prefix, tuple[Prefix, ...]]]:
    """Each prefix with itself and all given prefixes that cover it. `prefixes` are sorted, so covers come first."""
    stack: list[Prefix] = []
    for prefix in prefixes:
        while stack and not stack[-1].covers(prefix):
            stack.pop()
        stack.append(prefix)
        yield prefix, tuple(stack)


def taken_by(forwarders: Sequence[Forwarder]) -> frozenset[Address]:
    return frozenset().union(*(forwarder.links.configured for forwarder in forwarders))


def gaps_of(prefixes: Sequence[Prefix], taken: frozenset[Address]) -> Iterator[tuple[Prefix, Address]]:
    """For each prefix an address of it that no more specific prefix holds, and no interface if that can be had."""
    children: dict[Prefix, list[Prefix]] = defaultdict(list)
    for prefix, chain in _chains(prefixes):
        if len(chain) > 1:
            children[chain[-2]].append(prefix)
    for prefix in prefixes:
        address = _gap(prefix, children.get(prefix, ()), taken)
        if address is not None:
            yield prefix, address


def _gap(prefix: Prefix, children: Sequence[Prefix], taken: frozenset[Address]) -> Address | None:
    """Below a short prefix the first address after its network address (that one is nobody's in a subnet)."""
    spare = None
    value = prefix.value + (1 if WIDTH[prefix.version] - prefix.length > 1 else 0)
    last, index = prefix.last.value, 0
    while value <= last:
        while index < len(children) and children[index].last.value < value:
            index += 1
        if index < len(children) and children[index].value <= value:
            value = children[index].last.value + 1
            continue
        address = Address(prefix.version, value)
        if address not in taken:
            return address
        spare = spare or address
        value += 1
    return spare
