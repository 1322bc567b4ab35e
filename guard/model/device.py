"""One device as its configuration describes it, independent of the vendor whose syntax it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from guard.model.acl import Acl
from guard.model.address import Address, Prefix, prefix_of
from guard.model.bgp import BgpProcess
from guard.model.coverage import Coverage
from guard.model.eigrp import EigrpProcess
from guard.model.igp import IsisProcess, OspfProcess, RipProcess
from guard.model.policy import AsPathList, CommunityList, PrefixList, RoutePolicy
from guard.model.provenance import Source


class Vendor(StrEnum):
    IOS = "ios"  # IOS and IOS-XE
    EOS = "eos"
    FRR = "frr"
    JUNOS = "junos"
    NXOS = "nxos"
    IOSXR = "iosxr"
    HOST = "host"  # a Batfish host file
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    address: Address
    length: int
    secondary: bool = False
    source: Source | None = None

    @property
    def prefix(self) -> Prefix:
        return prefix_of(self.address, self.length)


@dataclass(frozen=True, slots=True)
class Interface:
    """`name` is canonical (IOS abbreviations expanded). `bandwidth` in kbit/s, None: the vendor's default for its kind.

    `kind`: physical, loopback, vlan (SVI), subinterface, port-channel, tunnel, null, bridge, management.
    `parent`: of a subinterface; `members`: of a port-channel. `vlan`: 802.1Q tag (subinterface, access port).
    `acl_in`/`acl_out`/`acl6_in`/`acl6_out` filter packets entering/leaving; "" for none.
    `mtu`: for IP, of both families where `mtu4` or `mtu6` says nothing else; None: not configured.
    `unnumbered`: borrows the address of that interface. `zone_opaque` names a forwarding feature that is not modelled.
    """

    name: str
    source: Source
    kind: str = "physical"
    shutdown: bool = False
    vrf: str = "default"
    addresses: tuple[InterfaceAddress, ...] = ()
    description: str = ""
    mtu: int | None = None
    mtu4: int | None = None
    mtu6: int | None = None
    bandwidth: int | None = None
    speed: int | None = None  # Mbit/s, where configured
    delay: int | None = None  # picoseconds, where configured
    acl_in: str = ""
    acl_out: str = ""
    acl6_in: str = ""
    acl6_out: str = ""
    unnumbered: str = ""
    parent: str = ""
    members: tuple[str, ...] = ()
    vlan: int | None = None
    access_vlan: int | None = None
    trunk_vlans: tuple[tuple[int, int], ...] | None = None  # None: not a trunk; () all
    switchport: bool = False
    virtual_addresses: tuple[Address, ...] = ()  # VRRP, HSRP, GLBP, varp
    tunnel_source: str = ""
    tunnel_destination: Address | None = None
    ipv6_enabled: bool = False  # link-local only
    autostate: bool = True
    policy_route: str = ""  # policy-based routing: recognised, not modelled
    labels: bool = False  # labels are switched here, as LDP distributes them
    control_plane: bool = False  # a filter here sees only traffic to the device itself (lo0)


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """`next_hop` and/or `interface`; `discard` for null routes; `next_vrf` where it resolves in another VRF."""

    prefix: Prefix
    source: Source
    vrf: str = "default"
    next_hop: Address | None = None
    interface: str = ""
    discard: bool = False
    distance: int = 1
    tag: int = 0
    metric: int = 0
    next_vrf: str = ""
    track: str = ""
    recursive: bool = True  # False: the next hop must be directly connected
    name: str = ""
    communities: tuple[str, ...] = ()  # that policies see, and that BGP sends with it (Junos)
    readvertised: bool = True  # False: no protocol takes it up (Junos `no-readvertise`)


@dataclass(frozen=True, slots=True)
class AggregateRoute:
    """A route that is there while a more specific one is (Junos `aggregate`, `generate`).

    `policies`: which routes contribute (none: all). An aggregate discards; a generated route takes over the next hop
    of its first contributor (`generate`).
    """

    prefix: Prefix
    source: Source
    vrf: str = "default"
    distance: int = 130
    metric: int = 0
    tag: int = 0
    policies: tuple[str, ...] = ()
    generate: bool = False
    communities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vrf:
    name: str
    source: Source | None = None
    route_distinguisher: str = ""
    import_targets: tuple[str, ...] = ()
    export_targets: tuple[str, ...] = ()
    evpn_import_targets: tuple[str, ...] = ()  # `auto`: our AS with the VNI
    evpn_export_targets: tuple[str, ...] = ()
    vni: int | None = None
    ip_routing: bool = True


@dataclass(frozen=True, slots=True)
class InstallPolicy:
    """A policy between the protocols and the main RIB of one VRF: what it rejects is not installed (FRR `ip protocol`).

    `protocol` is a word of guard.simulate.policy.evaluator.RouteView, or "any" for those without a policy of their own.
    """

    vrf: str
    version: int
    protocol: str
    policy: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A use of a named structure. `kind`: route-map, prefix-list, acl, community-list, as-path-list, …"""

    kind: str
    name: str
    usage: str
    source: Source
    version: int = 4


@dataclass(frozen=True, slots=True)
class Device:
    """Everything that was extracted from one device's configuration. Names of lists are case-sensitive.

    `acls` and `prefix_lists` are keyed by (IP version, name): both families have name spaces of their own.
    `undefined`: references whose structure is not defined; what follows from that is the vendor's default.
    """

    name: str
    file: str
    vendor: Vendor
    coverage: Coverage
    interfaces: tuple[Interface, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    static_routes: tuple[StaticRoute, ...] = ()
    ospf: tuple[OspfProcess, ...] = ()
    isis: tuple[IsisProcess, ...] = ()
    rip: tuple[RipProcess, ...] = ()
    eigrp: tuple[EigrpProcess, ...] = ()
    bgp: tuple[BgpProcess, ...] = ()
    policies: Mapping[str, RoutePolicy] = field(default_factory=dict)
    prefix_lists: Mapping[tuple[int, str], PrefixList] = field(default_factory=dict)
    as_path_lists: Mapping[str, AsPathList] = field(default_factory=dict)
    community_lists: Mapping[tuple[str, str], CommunityList] = field(default_factory=dict)  # (kind, name)
    acls: Mapping[tuple[int, str], Acl] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    undefined: tuple[Reference, ...] = ()
    unused: tuple[Reference, ...] = ()
    control_plane_acls: tuple[tuple[int, str], ...] = ()  # (IP version, ACL) applied to traffic for the device itself
    ip_forwarding: bool = True
    ipv6_forwarding: bool = True
    warnings: tuple[tuple[int, str], ...] = ()  # (line, what is wrong with it)
    aggregates: tuple[AggregateRoute, ...] = ()
    #: (VRF, IP version, policies): the routes that next hops may be resolved over, where a policy chooses (Junos).
    resolution_policies: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    install_policies: tuple[InstallPolicy, ...] = ()
    tunnel_end: str = ""  # the interface, or address, that the device's VXLAN tunnels end at
