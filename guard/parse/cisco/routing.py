"""Which commands of IOS, NX-OS, EOS and FRR are BGP's and routing policy's, and who reads each.

Keyed by the command's leading words. `finish_routing` makes final values of them once the whole file has been read:
groups, lists and policies may stand anywhere in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.device import Vendor
from guard.parse.cisco import as_path, bgp, community, nxos_bgp, prefix_list, route_map
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

Handler = Callable[[Line, Context, Draft], None]


def _ignored(reason: str) -> Handler:
    def handler(line: Line, context: Context, _: Draft) -> None:
        context.ignore_block(line, reason)

    return handler


_SHARED: Mapping[str, Handler] = {
    "router bgp": bgp.router_bgp,
    "peer-filter": bgp.peer_filter,
    "frr version": bgp.frr_version,
    "frr defaults": bgp.frr_defaults,
    "route-map": route_map.route_map,
    "bgp route-map": _ignored("how policies are evaluated"),
    "ip prefix-list": prefix_list.prefix_list,
    "ipv6 prefix-list": prefix_list.prefix_list,
    "ip as-path": as_path.as_path_list,
    "bgp as-path": as_path.as_path_list,
    "ip community-list": community.community_list,
    "bgp community-list": community.community_list,
    "ip large-community-list": community.community_list,
    "bgp large-community-list": community.community_list,
    "ip extcommunity-list": community.community_list,
    "bgp extcommunity-list": community.community_list,
    "ip bgp-community": _ignored("how communities are shown"),
    "no ip prefix-list": _ignored("nothing is there to remove"),
    "no ipv6 prefix-list": _ignored("nothing is there to remove"),
    "no route-map": _ignored("nothing is there to remove"),
    "no router bgp": _ignored("nothing is there to remove"),
}


_FRR: Mapping[str, Handler] = {
    "bgp suppress-fib-pending": bgp.frr_of_all("suppress_fib_pending"),
    "no bgp suppress-fib-pending": bgp.frr_of_all("suppress_fib_pending"),
    "bgp graceful-shutdown": bgp.frr_of_all("graceful_shutdown"),
    "no bgp graceful-shutdown": bgp.frr_of_all("graceful_shutdown"),
    "bgp update-delay": _ignored("timers; the converged state is judged"),
}

ROUTING_HANDLERS: Mapping[Vendor, Mapping[str, Handler]] = {
    Vendor.IOS: _SHARED,
    Vendor.EOS: _SHARED,
    Vendor.FRR: {**_SHARED, **_FRR},
    Vendor.NXOS: {**_SHARED, "router bgp": nxos_bgp.router_bgp},
}


def finish_routing(context: Context, draft: Draft) -> None:
    """Turn what the handlers gathered into `draft.bgp`, `draft.policies` and the lists."""
    prefix_list.finish(draft)
    as_path.finish(draft)
    community.finish(draft)
    route_map.finish(context, draft)
    bgp.finish(context, draft)
