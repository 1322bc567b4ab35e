"""Which destinations packets are followed to: one address for all prefixes that every state treats alike.

`build` tells those of all prefixes (see grouping), `site_targets` what stands for each site of the inventory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guard.model.address import Address, Prefix
from guard.model.inventory import EXTERNAL, Site
from guard.simulate.layer3.links import Links, PrefixSet, addresses_of
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.grouping import Destination as Destination
from guard.simulate.packets.grouping import Grouping, gaps_of, taken_by
from guard.simulate.packets.grouping import standing_addresses as standing_addresses


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
    """Representatives for states that will be compared, sorted; the first state is the base.

    Where no other state tells apart what the base does not they are the base's own: the very same tuple.
    """
    base, others = forwarders[0], forwarders[1:]
    if any(each.before is not base for each in others):
        return Grouping(forwarders).destinations
    if base.grouping is None:
        base.grouping = Grouping((base,))
    return base.grouping.refined(others)


def site_targets(forwarder: Forwarder, base: Forwarder) -> SiteTargets:
    """What lies in each site's prefixes, else the standing addresses of its devices; each part of it by itself.

    The base's own, where the state knows no prefix within them that the base does not, and addresses are the same.
    """
    if forwarder is base:
        return _own_targets(base)
    if base.targets is not None and forwarder.before is base and _has_places_of(forwarder, base):
        return base.targets
    return _site_targets(forwarder, base)


def _own_targets(base: Forwarder) -> SiteTargets:
    """Those of a state that others are compared with: what another one found, if it knows the same prefixes."""
    if base.targets is None:
        before, targets = base.before, base.before.targets if base.before is not None else None
        if before is not None and targets is not None and _has_places_of(base, before) and _knows_all(base, before):
            base.targets = SiteTargets(targets.sites, base)
        else:
            base.targets = _site_targets(base, base)
    return base.targets


def _has_places_of(forwarder: Forwarder, base: Forwarder) -> bool:
    if not forwarder.links.says_alike(addresses_of):
        return False
    return _knows_all(base, forwarder)


def _knows_all(forwarder: Forwarder, other: Forwarder) -> bool:
    """Whether a state knows every prefix within the sites' that another one knows."""
    if forwarder.universe is other.universe:
        return True
    inside = PrefixSet(prefix for site in forwarder.inventory.sites for prefix in site.prefixes)
    return all(next(inside.covering(each), None) is None for each in other.universe - forwarder.universe)


def _site_targets(forwarder: Forwarder, base: Forwarder) -> SiteTargets:
    links = forwarder.links
    sites = links.snapshot.inventory.sites
    listed = {prefix for site in sites for prefix in site.prefixes}
    inside = PrefixSet(listed)
    routed = {p for p in forwarder.universe | base.universe if next(inside.covering(p), None) is not None}
    prefixes = sorted(routed | listed)
    taken = taken_by((forwarder, base))
    gaps = {prefix: Destination(prefix, gap, (prefix,)) for prefix, gap in gaps_of(prefixes, taken)}
    found: dict[str, tuple[Destination, ...]] = {}
    for site in sites:
        if site.prefixes:
            mine = PrefixSet(site.prefixes)
            found[site.name] = tuple(gaps[p] for p in prefixes if p in gaps and next(mine.covering(p), None))
        elif site.kind != EXTERNAL:
            hosts = [(address.host, address) for address in site_addresses(links, site)]
            found[site.name] = tuple(Destination(host, address, (host,)) for host, address in hosts)
    return SiteTargets(found, base)


def site_addresses(links: Links, site: Site) -> list[Address]:
    """Standing addresses of the devices of a site."""
    devices = (each for each in links.snapshot.devices.values() if links.site_name(each.name) == site.name)
    return sorted(address for device in devices for address in standing_addresses(device))
