"""Aggregate and generated routes of a routing table: there while a more specific active route contributes (Junos).

Law: a route contributes to the longest aggregate over it only through that aggregate's own presence, so nested ones
settle with the static routes. The primary contributor is the one of the lowest preference, then of the lowest prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from guard.model.address import Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import AggregateRoute
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.policy.evaluator import Evaluator, RouteView
from guard.simulate.rib.main_rib import MainRib

_WORDS = {
    RouteProtocol.CONNECTED: "connected",
    RouteProtocol.STATIC: "static",
    RouteProtocol.AGGREGATE: "aggregate",
    RouteProtocol.BGP: "bgp",
    RouteProtocol.IBGP: "bgp",
    RouteProtocol.RIP: "rip",
}


def active(
    routes: Iterable[AggregateRoute], rib: MainRib, evaluator: Evaluator
) -> Iterator[tuple[Prefix, RibEntry]]:
    """The aggregates that some active route of the table contributes to."""
    for route in routes:
        found = [
            (entry.admin_distance, prefix, entry)
            for prefix, entry in rib.inside(route.prefix)
            if _contributes(route, prefix, entry, evaluator)
        ]
        if found:
            primary = min(found, key=lambda each: each[:2])[2]
            hops = primary.next_hops if route.generate else (NextHop(discard=True),)
            yield route.prefix, RibEntry(RouteProtocol.AGGREGATE, route.distance, route.metric, hops, route.tag)


def _contributes(route: AggregateRoute, prefix: Prefix, entry: RibEntry, evaluator: Evaluator) -> bool:
    if prefix == route.prefix or entry.protocol is RouteProtocol.LOCAL:
        return False
    if route.generate and not any(hop.address is not None for hop in entry.next_hops):
        return False  # a generated route needs a gateway (Junos, generate)
    if not route.policies:
        return True
    hop = entry.next_hops[0] if entry.next_hops else NextHop()
    view = RouteView(
        prefix,
        BgpAttributes(next_hop=hop.address, med=entry.metric, tag=entry.tag),
        protocol=_WORDS.get(entry.protocol, "ospf" if entry.protocol.startswith("ospf") else "isis"),
        interface=hop.interface or "",
        local=True,
    )
    return evaluator.evaluate(route.policies, view, default=True) is not None
