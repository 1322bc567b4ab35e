"""Which destinations packets are followed to: one address for all prefixes that every state treats alike.

Law: two prefixes share a representative only if, in each state that is compared, each router holds the same kind of
route for both and for everything that covers them (same class of routes, chain by chain), and the inventory does not
tell them apart. A state that cannot say which prefixes are of one class gets a representative for each.
Left out: transfer links between two devices, and the addresses of routers' own LAN ports, unless listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from guard.model.address import WIDTH, Address, Prefix
from guard.model.device import Device, Vendor
from guard.model.inventory import EXTERNAL, Inventory, Site
from guard.simulate.layer3.links import Links, PrefixSet
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.rib.plain_routes import Classified

#: Lengths of subnets that only join two routers (RFC 3021, RFC 6164).
TRANSFER = frozenset({(4, 30), (4, 31), (6, 126), (6, 127)})


class Destination(NamedTuple):
    """`prefix` names it in facts, packets go to `address`, and what they meet holds for all of `stands_for`."""

    prefix: Prefix
    address: Address
    stands_for: tuple[Prefix, ...]


@dataclass(frozen=True, slots=True)
class SiteTargets:
    """What stands for each site. `base`: the state that says whether an aggregate was all there was for an address."""

    sites: Mapping[str, tuple[Destination, ...]]
    base: Forwarder

    def aggregate_counts(self, site: Site, address: Address, null_route: Prefix) -> bool:
        """Whether ending in a site's own null route is delivery: no more specific route of the site held it (base)."""
        key = (site.name, address, null_route)
        if key not in self.base.aggregates:
            self.base.aggregates[key] = self._counts(site, address, null_route)
        return self.base.aggregates[key]

    def _counts(self, site: Site, address: Address, null_route: Prefix) -> bool:
        links = self.base.links
        for node, vrf in self.base.sources:
            if links.site_name(node) != site.name:
                continue
            found = self.base.route((node, vrf), address)
            if found is not None and found[0].length > null_route.length:
                hops = self.base.state.fib.next_hops(node, vrf, found[0])
                if any(not hop.discard for hop in hops):
                    return False
        return True


def build(forwarders: Sequence[Forwarder]) -> tuple[Destination, ...]:
    """Representatives for states that will be compared, sorted; the first state is the base."""
    listed = _listed(forwarders)
    routed, left_out = _routed(forwarders, listed)
    prefixes = sorted(routed | listed)
    classes = _classes(forwarders, prefixes)
    marks = _marks(forwarders)
    groups: dict[Hashable, list[Prefix]] = defaultdict(list)
    gaps = dict(_gaps(prefixes, _taken(forwarders)))
    for prefix, chain in _chains(prefixes):
        if prefix in gaps and prefix not in left_out:
            groups[marks(prefix), tuple(classes[each] for each in chain)].append(prefix)
    return tuple(sorted(Destination(group[0], gaps[group[0]], tuple(group)) for group in groups.values()))


def site_targets(forwarder: Forwarder, base: Forwarder) -> SiteTargets:
    """What lies in each site's prefixes, else the standing addresses of its devices; each part of it by itself.

    The base's own, where the state knows no prefix within them that the base does not, and addresses are the same.
    """
    if base.targets is not None and forwarder.before is base and _has_places_of(forwarder, base):
        return base.targets
    found = _site_targets(forwarder, base)
    if forwarder is base:
        base.targets = found
    return found


def _has_places_of(forwarder: Forwarder, base: Forwarder) -> bool:
    if forwarder.links.configured != base.links.configured:
        return False
    inside = PrefixSet(prefix for site in forwarder.inventory.sites for prefix in site.prefixes)
    if any(next(inside.covering(prefix), None) is not None for prefix in forwarder.universe - base.universe):
        return False
    devices, others = forwarder.links.snapshot.devices, base.links.snapshot.devices
    return devices.keys() == others.keys() and all(
        device is others[name] or standing_addresses(device) == standing_addresses(others[name])
        for name, device in devices.items()
    )


def _site_targets(forwarder: Forwarder, base: Forwarder) -> SiteTargets:
    links = forwarder.links
    sites = links.snapshot.inventory.sites
    listed = {prefix for site in sites for prefix in site.prefixes}
    inside = PrefixSet(listed)
    routed = {p for p in forwarder.universe | base.universe if next(inside.covering(p), None) is not None}
    prefixes = sorted(routed | listed)
    taken = _taken((forwarder, base))
    gaps = {prefix: Destination(prefix, gap, (prefix,)) for prefix, gap in _gaps(prefixes, taken)}
    found: dict[str, tuple[Destination, ...]] = {}
    for site in sites:
        if site.prefixes:
            mine = PrefixSet(site.prefixes)
            found[site.name] = tuple(gaps[p] for p in prefixes if p in gaps and next(mine.covering(p), None))
        elif site.kind != EXTERNAL:
            hosts = [(address.host, address) for address in site_addresses(links, site)]
            found[site.name] = tuple(Destination(host, address, (host,)) for host, address in hosts)
    return SiteTargets(found, base)


def _listed(forwarders: Sequence[Forwarder]) -> set[Prefix]:
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
    return found


def standing_addresses(device: Device) -> list[Address]:
    """Addresses that a device is known by: its loopbacks, else all of its interfaces' (CONTRACT 2)."""
    loopbacks = [b.address for face in device.interfaces if face.kind == "loopback" for b in face.addresses]
    if loopbacks and device.vendor is not Vendor.HOST:
        return loopbacks
    return [b.address for face in device.interfaces for b in face.addresses if face.kind != "management"]


def _routed(forwarders: Sequence[Forwarder], listed: set[Prefix]) -> tuple[set[Prefix], set[Prefix]]:
    """All prefixes that are routed somewhere, and those that nobody needs to be asked about."""
    routed: set[Prefix] = set()
    left_out: set[Prefix] = set()
    for forwarder in forwarders:
        routed |= forwarder.universe
        members: dict[Prefix, int] = defaultdict(int)
        for device in forwarder.links.snapshot.devices.values():
            for face in device.interfaces:
                for bound in face.addresses:
                    members[bound.prefix] += 1
                    if face.kind != "loopback":
                        left_out.add(bound.address.host)
        left_out |= {p for p, count in members.items() if count > 1 and (p.version, p.length) in TRANSFER}
    return routed, left_out - listed


def _classes(forwarders: Sequence[Forwarder], prefixes: Sequence[Prefix]) -> dict[Prefix, Hashable]:
    """For each prefix what all states together say of its class."""
    parts: list[dict[Prefix, Hashable]] = []
    for forwarder in forwarders:
        bgp = forwarder.state.bgp
        if isinstance(bgp, Classified):
            parts.append({p: (forwarder.plain.get(p), bgp.class_of(p)) for p in prefixes})
        else:
            parts.append({p: p if p in forwarder.universe else None for p in prefixes})
    return {prefix: tuple(part[prefix] for part in parts) for prefix in prefixes}


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


def _taken(forwarders: Sequence[Forwarder]) -> frozenset[Address]:
    return frozenset().union(*(forwarder.links.configured for forwarder in forwarders))


def _gaps(prefixes: Sequence[Prefix], taken: frozenset[Address]) -> Iterator[tuple[Prefix, Address]]:
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


def site_addresses(links: Links, site: Site) -> list[Address]:
    """Standing addresses of the devices of a site."""
    devices = (each for each in links.snapshot.devices.values() if links.site_name(each.name) == site.name)
    return sorted(address for device in devices for address in standing_addresses(device))
