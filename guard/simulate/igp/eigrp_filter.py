"""What EIGRP's routers do not tell, and do not take in: `distribute-list`, and maps that let routes leak."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from guard.model.address import Address, Prefix, prefix_of
from guard.model.bgp import BgpAttributes
from guard.model.eigrp import EigrpFilter
from guard.model.rib import NextHop
from guard.simulate.igp.eigrp_graph import EigrpGraph, Router, Way
from guard.simulate.igp.eigrp_metric import composite
from guard.simulate.policy.evaluator import Evaluator, RouteView

if TYPE_CHECKING:
    from guard.simulate.igp.eigrp import Route

_WIDTH = {4: 32, 6: 128}


class Filters:
    """The filters of all routers of a graph."""

    def __init__(self, graph: EigrpGraph, evaluators: Callable[[str], Evaluator]) -> None:
        self._graph = graph
        self._evaluators = evaluators
        self._of = {
            (router, out): tuple(each for each in process.filters if each.out is out)
            for router, process in graph.processes.items()
            for out in (False, True)
        }

    def sends(self, way: Way, prefix: Prefix, route: Route) -> bool:
        """Whether the speaker's filters let the route out."""
        held = self._of[way.speaker, True]
        return not held or all(
            self._permits(each, way.speaker, prefix, route)
            for each in held
            if _concerns(each, way.out.id.interface) and (not each.origin or each.origin == route.kind)
        )

    def accepts(self, way: Way, prefix: Prefix, route: Route) -> bool:
        """Whether the hearer's filters let the route in."""
        held = self._of[way.hearer, False]
        return not held or all(
            self._permits(each, way.hearer, prefix, route, way.hop)
            for each in held
            if _concerns(each, way.into.id.interface)
        )

    def leaks(self, router: Router, policy: str, prefix: Prefix, route: Route) -> bool:
        """Whether a leak map permits the route; one that is not there lets all through (IOS command reference)."""
        view = self._view(router, prefix, route, NextHop())
        return self._evaluators(router.node).evaluate((policy,), view, undefined=True) is not None

    def _permits(
        self, each: EigrpFilter, router: Router, prefix: Prefix, route: Route, hop: NextHop = NextHop()  # noqa: B008
    ) -> bool:
        evaluator = self._evaluators(router.node)
        version = prefix.version
        match each.kind:
            case "prefix-list":
                return evaluator.prefix_list_permits(version, each.name, prefix)
            case "acl":
                return evaluator.acl_permits(version, each.name, prefix)
            case "gateway":
                return hop.address is None or evaluator.prefix_list_permits(version, each.name, _host(hop.address))
            case _:
                view = self._view(router, prefix, route, hop)
                return evaluator.evaluate((each.name,), view, undefined=True) is not None

    def _view(self, router: Router, prefix: Prefix, route: Route, hop: NextHop) -> RouteView:
        metric = composite(self._graph.processes[router], self._graph.devices[router].vendor, route.vector)
        return RouteView(
            prefix,
            BgpAttributes(med=metric, tag=route.tag, next_hop=hop.address),
            protocol="eigrp",
            route_type="external" if route.external else "internal",
            process=router.process,
            interface=hop.interface or "",
        )


def _concerns(each: EigrpFilter, interface: str) -> bool:
    return not each.interface or each.interface.lower() == interface.lower()


def _host(address: Address) -> Prefix:
    return prefix_of(address, _WIDTH[address.version])
