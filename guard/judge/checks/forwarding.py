"""Where traffic ends that was delivered: black holes, loops, and devices without a default route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both, having, members, turned, warn_if
from guard.judge.checks.outside import orphans
from guard.judge.finding import Observation, listed, some
from guard.model.address import WIDTH, Prefix, parse_prefix
from guard.model.facts import Assessment, Disposition, Fate
from guard.model.inventory import Inventory
from guard.model.rib import Rib, RibEntry

DEFAULT_VRF = "default"
DELIVERED = frozenset({Disposition.ACCEPTED, Disposition.DELIVERED_TO_SUBNET, Disposition.EXITS_NETWORK})
DROPPED = frozenset(
    {
        Disposition.NULL_ROUTED,
        Disposition.NO_ROUTE,
        Disposition.NEIGHBOR_UNREACHABLE,
        Disposition.DENIED_IN,
        Disposition.DENIED_OUT,
    }
)
_WORDS = {
    Disposition.NULL_ROUTED: "a null route",
    Disposition.NO_ROUTE: "no route",
    Disposition.NEIGHBOR_UNREACHABLE: "a next hop that cannot be reached",
    Disposition.DENIED_IN: "a filter on the way in",
    Disposition.DENIED_OUT: "a filter on the way out",
}
Fates = frozenset[Fate]


class Hole(NamedTuple):
    """Traffic to a prefix that one device drops in one way."""

    prefix: Prefix
    node: str
    disposition: Disposition

    def __str__(self) -> str:
        return f"{self.prefix} {self.node} {self.disposition}"


def blackhole(case: Case, step: StepView, params: Parameters) -> Observations:
    """Traffic that was delivered is still attracted by a route and dropped on its way.

    By a null route, by a later hop that has no route or no next hop, or by a filter in transit that drops all
    traffic to the address. A warning for what `expect.dropped` names; what a step itself takes down is no subject.
    Breaks: the prefix, from everywhere that still believes the route; failover does not happen.
    Example: `ip route 192.0.2.0 255.255.255.0 Null0` on a router that attracts the prefix.
    Source: OVH, 29 July 2015: routers went on sending to one that no longer forwarded.
    """
    before, after = both(case, step)
    holes: dict[Hole, list[str]] = {}
    with_session = orphans(step, before)
    ends = case.base.once("aggregates", lambda base: Aggregates(base.inventory, before))
    by_chance = Chance(case.base.inventory, before)
    for node, prefix, old, new in turned(before.fates, after.fates):
        if old is None or new is None or node in step.taken.nodes:
            continue
        if not _delivers(old) and not ends.at_home(old, prefix, step.taken.nodes):
            continue
        bad = sorted(fate for fate in new if _attracted_and_dropped(fate, node) and not ends.takes(fate, prefix))
        if bad and _is_new(bad, old, new) and not by_chance.delivered(node, prefix, old, bad):
            for fate in bad:
                holes.setdefault(Hole(prefix, fate.node, fate.disposition), []).append(_told(node, prefix, fate))
    for hole, told in sorted(holes.items()):
        if hole.prefix not in with_session:
            yield from _observed(case, step, hole, told, members(after, hole.prefix))
    yield from _existing(case, before, after)


def _observed(
    case: Case, step: StepView, hole: Hole, told: list[str], prefixes: tuple[Prefix, ...]
) -> Iterator[Observation]:
    """One observation for what `expect.dropped` names, one for the rest."""
    left = [prefix for prefix in prefixes if not step.taken.covers(prefix)]
    dropped = case.change.expect.dropped
    named = [prefix for prefix in left if any(each.covers(prefix) for each in dropped)]
    for group in (named, [prefix for prefix in left if prefix not in named]):
        if group:
            yield Observation(
                f"traffic to {listed(group)} is dropped at {hole.node} by {_WORDS[hole.disposition]}",
                subjects=(hole.node, *some([str(prefix) for prefix in group])),
                evidence=some(told, 10),
                at_most=warn_if(group is named),
                main=tuple(map(str, group)),
                key=f"{hole} {group is named}",
                group=f"{hole.node} {hole.disposition} {group is named}",
            )


class Aggregates:
    """Null routes that deliver: a site's own one for its prefix, for addresses that it has no better route to.

    CONTRACT 2: whether it has one is asked of the base alone, so a subnet that goes does not fall back on it.
    """

    def __init__(self, inventory: Inventory, base: Assessment) -> None:
        self._inventory = inventory
        self._tables = base.state.ribs
        self._ribs: dict[str, list[Rib]] = {}
        for (node, vrf), rib in base.state.ribs.items():
            site = inventory.site_of(node)
            if site is not None and vrf == DEFAULT_VRF:
                self._ribs.setdefault(site.name, []).append(rib)
        self._known: dict[tuple[Fate, Prefix], bool] = {}

    def at_home(self, fates: Fates, prefix: Prefix, taken: frozenset[str]) -> bool:
        """Whether packets ended so somewhere; what a step takes down is no subject."""
        return any(fate.node not in taken and self.takes(fate, prefix) for fate in fates)

    def takes(self, fate: Fate, prefix: Prefix) -> bool:
        """Whether packets to the prefix that end so are delivered."""
        if fate.disposition is not Disposition.NULL_ROUTED or not fate.detail:
            return False
        key = (fate, prefix)
        if key not in self._known:
            self._known[key] = self._own(fate.node, prefix, parse_prefix(fate.detail))
        return self._known[key]

    def _own(self, node: str, prefix: Prefix, null_route: Prefix) -> bool:
        site = self._inventory.site_of(node)
        if site is None or null_route.is_host or not any(listed.covers(prefix) for listed in site.prefixes):
            return False
        own = self._tables.get((node, DEFAULT_VRF))
        was = own.get(null_route) if own is not None else None
        if was is not None and not _discards(was):
            return False
        lengths = range(null_route.length + 1, prefix.length + 1)
        better = [Prefix(prefix.version, _masked(prefix, length), length) for length in lengths]
        entries = (rib.get(each) for rib in self._ribs.get(site.name, ()) for each in better)
        return not any(entry is not None and not _discards(entry) for entry in entries)


class Chance:
    """What met an address on the way to somewhere else, where most of its traffic is dropped: nothing is lost by it.

    A fabric whose cores hold an aggregate and announce no loopbacks: who shares traffic among the cores meets the
    right one now and then. Such an address is one that nobody announces to the source, of no site's prefixes and of no
    service.
    """

    def __init__(self, inventory: Inventory, base: Assessment) -> None:
        self._named = (
            *(prefix for site in inventory.sites for prefix in site.prefixes),
            *(address.host for service in inventory.services for address in service.addresses),
        )
        self._base = base

    def delivered(self, source: str, prefix: Prefix, old: Fates, bad: list[Fate]) -> bool:
        """Whether what the source's packets meet now is what part of them met before, and the rest arrived so."""
        were = {(fate.disposition, fate.node) for fate in old}
        if any((fate.disposition, fate.node) not in were for fate in bad):
            return False
        rib = self._base.state.ribs.get((source, DEFAULT_VRF))
        each_in = members(self._base, prefix)
        return rib is not None and not any(rib.get(each) is not None or self._is_named(each) for each in each_in)

    def _is_named(self, prefix: Prefix) -> bool:
        return any(each.covers(prefix) or prefix.covers(each) for each in self._named)


def _discards(entry: RibEntry) -> bool:
    return all(hop.discard for hop in entry.next_hops)


def _masked(prefix: Prefix, length: int) -> int:
    spare = WIDTH[prefix.version] - length
    return prefix.value >> spare << spare


def _existing(case: Case, before: Assessment, after: Assessment) -> Iterator[Observation]:
    """Traffic that was partly dropped in the base already, and is still."""
    if not case.base.once("partly dropped", lambda _: any(True for _ in having(before.fates, _partly))):
        return
    for node, prefix, fates in having(after.fates, _partly):
        bad = min((fate for fate in fates if _attracted_and_dropped(fate, node)), default=None)
        if bad is not None and before.fates.get((node, prefix)) == fates:
            yield Observation(
                f"some traffic to {prefix} is dropped at {bad.node} by {_WORDS[bad.disposition]}, as before",
                subjects=(bad.node, str(prefix)),
                evidence=(_told(node, prefix, bad),),
                existing=True,
                key=f"existing {Hole(prefix, bad.node, bad.disposition)}",
                group="existing",
            )


def _partly(fates: Fates) -> bool:
    return _delivers(fates) and any(fate.disposition in DROPPED for fate in fates)


def _told(source: str, prefix: Prefix, fate: Fate) -> str:
    place = f"{fate.node}[{fate.interface}]" if fate.interface else fate.node
    return f"{source} -> {prefix}: {fate.disposition.value} at {place}" + _detail(fate)


def _detail(fate: Fate) -> str:
    return f" ({fate.detail})" if fate.detail else ""


def _attracted_and_dropped(fate: Fate, source: str) -> bool:
    """A source without any route attracts nothing; from the second hop on, a route led there."""
    if fate.disposition is Disposition.NO_ROUTE:
        return fate.node != source
    return fate.disposition in DROPPED


def _is_new(bad: list[Fate], old: Fates, new: Fates) -> bool:
    """A drop that was not there, or one that now takes all of what was partly delivered."""
    were = {(fate.disposition, fate.node) for fate in old}
    return any((fate.disposition, fate.node) not in were for fate in bad) or not _delivers(new)


def _delivers(fates: Fates) -> bool:
    return any(fate.disposition in DELIVERED for fate in fates)


def forwarding_loop(case: Case, step: StepView, params: Parameters) -> Observations:
    """Packets circle between routers until their TTL runs out.

    Breaks: the destination, and the links of the loop, which fill up.
    Example: a static route at one end points back over the link that the packet came by.
    Source: RFC 3439 2.1; OVH 2015 saw it while reflectors kept stale routes.
    """
    before, after = both(case, step)
    loops: dict[tuple[bool, str, Prefix], list[str]] = {}
    for node, prefix, fates in _looping(case, before, after):
        existing = _loops(before.fates.get((node, prefix), frozenset()))
        for fate in fates:
            if fate.disposition is Disposition.LOOP:
                loops.setdefault((existing, fate.node, prefix), []).append(_told(node, prefix, fate))
    for (existing, place, prefix), told in sorted(loops.items()):
        prefixes = members(after, prefix)
        yield Observation(
            f"traffic to {listed(prefixes)} loops at {place}",
            subjects=(place, *some([str(each) for each in prefixes])),
            evidence=some(sorted(told), 10),
            existing=existing,
            main=tuple(map(str, prefixes)),
            key=f"{prefix} {place} {existing}",
            group=f"{place} {existing}",
        )


def _looping(case: Case, before: Assessment, after: Assessment) -> Iterator[tuple[str, Prefix, Fates]]:
    """Traffic that goes round; where none did, only what changed is looked at."""
    if case.base.once("loops", lambda _: any(True for _ in having(before.fates, _loops))):
        yield from having(after.fates, _loops)
        return
    for node, prefix, _, new in turned(before.fates, after.fates):
        if new is not None and _loops(new):
            yield node, prefix, new


def _loops(fates: Fates) -> bool:
    return any(fate.disposition is Disposition.LOOP for fate in fates)


def default_route_loss(case: Case, step: StepView, params: Parameters) -> Observations:
    """A device that had a default route has none.

    Breaks: everything it cannot name: the Internet, for most devices.
    Example: the only provider session of an edge that originates the default is shut.
    Source: practice; a table without 0.0.0.0/0 looks complete to a route count.
    """
    before, after = both(case, step)
    for node, vrf, version in sorted(before.default_routes - after.default_routes):
        if node in step.taken.nodes or node not in step.snapshot.devices or node in step.snapshot.down_nodes:
            continue
        where = node if vrf == "default" else f"{node} (VRF {vrf})"
        yield Observation(
            f"{where} has no IPv{version} default route any more",
            subjects=(node,),
            evidence=(f"{where}: IPv{version} default route before, none now",),
            key=f"{node} {vrf} {version}",
            group=f"IPv{version}",
        )


CHECKS = (
    Check("blackhole", blackhole, needs=NETWORK),
    Check("forwarding-loop", forwarding_loop, needs=NETWORK),
    Check("default-route-loss", default_route_loss, needs=NETWORK),
)
