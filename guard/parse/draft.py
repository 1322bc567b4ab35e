"""A device while it is being read: what the handlers of all grammars fill in, frozen at the end into a Device."""

from __future__ import annotations

from dataclasses import dataclass, field

from guard.model.acl import Acl
from guard.model.bgp import BgpProcess
from guard.model.device import AggregateRoute, Interface, StaticRoute, Vrf
from guard.model.eigrp import EigrpProcess
from guard.model.igp import IsisProcess, OspfProcess, RipProcess
from guard.model.policy import AsPathList, CommunityList, PrefixList, RoutePolicy
from guard.parse.cisco.routing_draft import RoutingDraft


@dataclass(slots=True)
class Draft:
    """Mutable and private to parse/. Values are final objects; a handler that amends one replaces it.

    `router_ids`: VRF -> the router id that every protocol of that VRF takes which has none of its own.
    """

    hostname: str = ""
    interfaces: dict[str, Interface] = field(default_factory=dict)
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    static_routes: list[StaticRoute] = field(default_factory=list)
    ospf: list[OspfProcess] = field(default_factory=list)
    isis: list[IsisProcess] = field(default_factory=list)
    rip: list[RipProcess] = field(default_factory=list)
    eigrp: list[EigrpProcess] = field(default_factory=list)
    bgp: list[BgpProcess] = field(default_factory=list)
    policies: dict[str, RoutePolicy] = field(default_factory=dict)
    prefix_lists: dict[tuple[int, str], PrefixList] = field(default_factory=dict)
    as_path_lists: dict[str, AsPathList] = field(default_factory=dict)
    community_lists: dict[tuple[str, str], CommunityList] = field(default_factory=dict)
    acls: dict[tuple[int, str], Acl] = field(default_factory=dict)
    control_plane_acls: list[tuple[int, str]] = field(default_factory=list)
    ip_forwarding: bool = True
    ipv6_forwarding: bool = True
    aggregates: list[AggregateRoute] = field(default_factory=list)
    resolution_policies: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)
    install_policies: dict[tuple[str, int, str], str] = field(default_factory=dict)  # VRF, version, protocol -> policy
    tunnel_end: str = ""
    router_ids: dict[str, int] = field(default_factory=dict)
    routing: RoutingDraft = field(default_factory=RoutingDraft)  # IOS, EOS, FRR: BGP and policy before defaults
