"""What a device says of its static and aggregate routes beyond where they lead: communities, and who may take them up.

Law: a function of the device's configuration. Junos alone has such words ("static", "aggregate" of routing-options).
"""

from __future__ import annotations

from typing import NamedTuple

from guard.model.address import Prefix
from guard.model.device import Device
from guard.model.rib import RouteProtocol


class OwnRoutes(NamedTuple):
    """`communities` by table, prefix and protocol; `silent`: routes that no protocol takes up."""

    communities: dict[tuple[str, Prefix, RouteProtocol], tuple[str, ...]]
    silent: frozenset[tuple[str, Prefix, RouteProtocol]]

    def communities_of(self, vrf: str, prefix: Prefix, protocol: RouteProtocol) -> tuple[str, ...]:
        return self.communities.get((vrf, prefix, protocol), ())

    def is_silent(self, vrf: str, prefix: Prefix, protocol: RouteProtocol) -> bool:
        return (vrf, prefix, protocol) in self.silent


def own_routes(device: Device) -> OwnRoutes:
    """What the configuration says of its own routes."""
    static, aggregate = RouteProtocol.STATIC, RouteProtocol.AGGREGATE
    carried = {(each.vrf, each.prefix, static): each.communities for each in device.static_routes if each.communities}
    carried |= {(each.vrf, each.prefix, aggregate): each.communities for each in device.aggregates if each.communities}
    silent = ((each.vrf, each.prefix, static) for each in device.static_routes if not each.readvertised)
    return OwnRoutes(carried, frozenset(silent))
