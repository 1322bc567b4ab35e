"""What zebra installs of what protocols offer (FRR `ip protocol PROTOCOL route-map NAME`).

Law (zebra 8.4.4): asked once for each next hop, and a route that keeps none is not there for anybody, so that the next
protocol's comes up; connected routes are never asked for; a name that no route-map has rejects everything. The
protocols themselves know nothing of it. Not modelled: a source address that the policy sets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypedDict, Unpack

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import InstallPolicy
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.policy.evaluator import Evaluator, RouteView
from guard.simulate.rib.main_rib import UNUSABLE, IgpTable, MainRib
from guard.simulate.rib.underlay import Overlay

#: What policies call the protocols of a main RIB; an aggregate in it is of BGP.
_WORDS = {
    RouteProtocol.STATIC: "static",
    RouteProtocol.BGP: "bgp",
    RouteProtocol.IBGP: "bgp",
    RouteProtocol.AGGREGATE: "bgp",
    RouteProtocol.RIP: "rip",
    **{each: "ospf" for each in RouteProtocol if each.value.startswith("ospf")},
    **{each: "isis" for each in RouteProtocol if each.value.startswith("isis")},
}
_ANY = "any"
#: The interface of a connected route that holds an address.
Near = Callable[[Address], str | None]


def policies_of(evaluator: Evaluator, vrf: str) -> tuple[InstallPolicy, ...]:
    """The policies that stand before one main RIB."""
    return tuple(each for each in evaluator.device.install_policies if each.vrf == vrf)


def admitted(
    evaluator: Evaluator, vrf: str, prefix: Prefix, entry: RibEntry, *, near: Near
) -> RibEntry | None:
    """The entry with the next hops that may be installed; None where none may."""
    protocol = _WORDS.get(entry.protocol)
    asked = {each.protocol: each.policy for each in policies_of(evaluator, vrf) if each.version == prefix.version}
    name = asked.get(protocol or "", asked.get(_ANY))
    if protocol is None or name is None:
        return entry
    views = ((hop, _view(prefix, entry, hop, protocol, near=near)) for hop in entry.next_hops)
    kept = tuple(hop for hop, view in views if evaluator.evaluate((name,), view, undefined=False) is not None)
    if len(kept) == len(entry.next_hops):
        return entry
    return replace(entry, next_hops=kept) if kept else None


def may_install(
    evaluator: Evaluator, vrf: str, prefix: Prefix, attributes: BgpAttributes, *, near: Near
) -> bool:
    """Whether a route of BGP with these attributes passes."""
    entry = RibEntry(RouteProtocol.BGP, 0, attributes.med or 0, (NextHop(attributes.next_hop),), attributes.tag)
    return admitted(evaluator, vrf, prefix, entry, near=near) is not None


def _view(prefix: Prefix, entry: RibEntry, hop: NextHop, protocol: str, *, near: Near) -> RouteView:
    """A route with one next hop; its interface is known where it is a neighbour's address."""
    interface = hop.interface or (near(hop.address) if hop.address is not None else None)
    attributes = BgpAttributes(next_hop=hop.address, med=entry.metric, tag=entry.tag)
    return RouteView(prefix, attributes, protocol=protocol, interface=interface or "")


class Parts(TypedDict):
    """What a main RIB is made of."""

    own: Mapping[Prefix, RibEntry]
    static: Mapping[Prefix, RibEntry]
    igps: tuple[IgpTable, ...]
    overlay: Overlay | None
    overlay_lengths: Mapping[int, frozenset[int]]


class FilteredRib(MainRib):
    """A main RIB behind such policies; static routes and what BGP offers have passed them already."""

    __slots__ = ("_evaluator",)

    def __init__(self, evaluator: Evaluator, node: str, vrf: str, **parts: Unpack[Parts]) -> None:
        super().__init__(node, vrf, **parts)
        self._evaluator = evaluator

    def underlay(self, prefix: Prefix) -> RibEntry | None:
        """The best admitted entry that is not of BGP."""
        best = self.own.get(prefix)
        if best is not None:
            return best
        best = self.static.get(prefix)
        for each in (table.entry(prefix) for table in self.igps):
            kept = admitted(self._evaluator, self.vrf, prefix, each, near=self._near) if each is not None else None
            if kept is not None and (best is None or kept.admin_distance < best.admin_distance):
                best = kept
        return best if best is not None and best.admin_distance < UNUSABLE else None

    def _near(self, address: Address) -> str | None:
        return next((found for prefix, entry in self.own.items() if (found := _link(prefix, entry, address))), None)

    def is_learned(self, prefix: Prefix) -> bool:
        return False  # not surely: it may be rejected

    def learned_otherwise(self, other: MainRib) -> Iterator[Collection[Prefix]]:
        yield from self.learned()
        yield from other.learned()


def _link(prefix: Prefix, entry: RibEntry, address: Address) -> str | None:
    """The interface of a connected route, if it holds the address."""
    is_link = entry.protocol is RouteProtocol.CONNECTED and prefix.contains(address)
    return entry.next_hops[0].interface if is_link else None
