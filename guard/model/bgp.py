"""BGP: path attributes as the protocol carries them, and configuration as every vendor's parser leaves it.

A neighbour stands here with all inheritance (peer groups, templates, groups) already resolved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.provenance import Source
from guard.model.rib import Label
from guard.model.vector import Vector

#: Families whose routes belong to VRFs, by the number that stands where unicast has its IP version.
VPNV4, VPNV6, EVPN = 104, 106, 125
OVERLAYS = (VPNV4, VPNV6, EVPN)

IGP, EGP, INCOMPLETE = 0, 1, 2
ORIGIN_NAMES = ("igp", "egp", "incomplete")

SEQUENCE, SET, CONFED_SEQUENCE, CONFED_SET = "sequence", "set", "confed-sequence", "confed-set"


class Segment(NamedTuple):
    """One AS_PATH segment (RFC 4271 4.3, RFC 5065): sets are sorted tuples."""

    kind: str
    asns: tuple[int, ...]


AsPath = tuple[Segment, ...]


def as_path_text(path: AsPath) -> str:
    """`64501 64502 {64503,64504} (65001)`: the way routers print a path."""
    parts = []
    for kind, asns in path:
        if kind == SEQUENCE:
            parts.append(" ".join(map(str, asns)))
        elif kind == SET:
            parts.append("{" + ",".join(map(str, asns)) + "}")
        elif kind == CONFED_SEQUENCE:
            parts.append("(" + " ".join(map(str, asns)) + ")")
        else:
            parts.append("[" + ",".join(map(str, asns)) + "]")
    return " ".join(part for part in parts if part)


class BgpAttributes(NamedTuple):
    """Path attributes of one route, without its prefix: shared by all prefixes that were treated alike.

    `communities` holds all kinds in canonical text (`64500:1`, `no-export`, `1:2:3`, `rt 1:2`), sorted.
    `med` None: not present. `next_hop` None: locally originated. `local_preference` None on what eBGP carries.
    """

    as_path: AsPath = ()
    origin: int = IGP
    next_hop: Address | None = None
    local_preference: int | None = None
    med: int | None = None
    weight: int = 0
    communities: tuple[str, ...] = ()
    originator_id: int | None = None
    cluster_list: tuple[int, ...] = ()
    atomic_aggregate: bool = False
    aggregator: tuple[int, int] | None = None
    tag: int = 0
    label: Label | None = None  # of a VPN route
    only_to_customer: int | None = None  # the AS that said so (RFC 9234 5)


@dataclass(frozen=True, slots=True)
class MaximumPrefix:
    """`limit` prefixes; `warning_only` never shuts the session; `threshold` percent warns."""

    limit: int
    threshold: int = 75
    warning_only: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A filter on a neighbour that is not a policy. `kind`: prefix-list, distribute-list (an ACL), filter-list."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ConditionalAdvertisement:
    """Advertise what `advertise_policy` accepts only if `condition_policy` finds a route (or none, for non-exist)."""

    advertise_policy: str
    condition_policy: str
    exist: bool


@dataclass(frozen=True, slots=True)
class NeighborFamily:
    """Settings of one neighbour in one address family; `version` is 4 or 6 (unicast), or one of OVERLAYS.

    Policies are names evaluated as a chain (Junos), one element elsewhere. `import_default`/`export_default`:
    True accepts and False rejects where no policy is configured or the chain ends undecided.
    """

    version: int
    activated: bool = True
    import_policies: tuple[str, ...] = ()
    export_policies: tuple[str, ...] = ()
    import_filters: tuple[ListFilter, ...] = ()
    export_filters: tuple[ListFilter, ...] = ()
    next_hop_self: str = ""  # "" | self (eBGP-learned only) | force (reflected too)
    next_hop_unchanged: bool = False
    as_path_unchanged: bool = False  # as it is, without our own AS, unless it is empty
    med_unchanged: bool = False
    route_reflector_client: bool = False
    route_server_client: bool = False
    send_community: bool = False
    send_extended_community: bool = False
    send_large_community: bool = False
    remove_private_as: str = ""  # "" | words of: plain leading all replace nearest peer (private_as.py)
    allowas_in: int = 0  # how many times our own AS may stand in a received path
    as_override: bool = False
    default_originate: bool = False
    default_originate_policy: str = ""
    maximum_prefix: MaximumPrefix | None = None
    maximum_prefix_out: int | None = None
    weight: int | None = None
    local_preference: int | None = None
    unsuppress_policy: str = ""
    conditional: ConditionalAdvertisement | None = None
    add_path_send: str = ""  # "" | all | best-N | per-as: the best of each neighbouring AS
    add_path_receive: bool = False
    advertise_inactive: bool = True
    multipath: bool | None = None
    extended_next_hop: bool = False
    metric_out: int | None = None
    site_of_origin: str = ""  # put on what comes in; nothing that bears it is sent
    advertise_peer_as: bool = False  # send paths that hold the neighbour's AS where the vendor would not (Junos)
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class BgpNeighbor:
    """One configured neighbour. Exactly one of `address`, `interface` (unnumbered) and `listen` (dynamic) is set.

    `remote_as` None with `remote_as_kind` internal/external: any AS that fits. `remote_as_kind` "" : not configured.
    `update_source` is an interface name or an address in text.
    """

    source: Source
    address: Address | None = None
    interface: str | None = None
    listen: Prefix | None = None
    remote_as: int | None = None
    remote_as_kind: str = "number"  # number | internal | external | ""
    remote_as_options: tuple[int, ...] = ()  # further ASNs that a dynamic neighbour may have
    remote_as_ranges: tuple[tuple[int, int], ...] = ()  # ASNs that a peer filter lets a dynamic neighbour have
    local_as: int | None = None
    local_as_no_prepend: bool = False
    local_as_replace: bool = False
    local_as_dual: bool = False
    update_source: str = ""
    multihop: int | None = None  # TTL; None: directly connected (eBGP)
    ttl_security: int | None = None
    hold_time: int | None = None  # offered in the OPEN, in seconds; None: the process's
    minimum_hold_time: int | None = None  # a shorter one is refused; None: the process's
    local_role: str = ""  # RFC 9234: provider, customer, peer, rs-server, rs-client
    strict_role: bool = False  # a neighbour that names no role of its own is refused
    disable_connected_check: bool = False
    shutdown: bool = False
    passive: bool = False
    authentication: str = ""  # a digest of the key, never the key; "unreadable" where the key cannot be known
    enforce_first_as: bool | None = None
    sender_loop_detection: bool = False  # never send a path that holds the neighbour's AS
    group: str = ""
    description: str = ""
    bfd: bool = False
    families: tuple[NeighborFamily, ...] = ()
    overlays: tuple[NeighborFamily, ...] = ()  # VPN and EVPN families; one that is not activated is left out
    other_families: tuple[str, ...] = ()  # activated, but with routes that are not modelled: sorted names

    @property
    def session_name(self) -> str:
        """How it is named in the key of its session (BgpSession.key); "" for one that listens only."""
        return str(self.address or self.interface or "")


@dataclass(frozen=True, slots=True)
class BgpNetwork:
    prefix: Prefix
    source: Source
    policy: str = ""
    backdoor: bool = False


@dataclass(frozen=True, slots=True)
class BgpAggregate:
    prefix: Prefix
    source: Source
    summary_only: bool = False
    as_set: bool = False
    suppress_policy: str = ""
    advertise_policy: str = ""
    attribute_policy: str = ""
    origin: int | None = None
    matching_med_only: bool = False


@dataclass(frozen=True, slots=True)
class Redistribution:
    """Routes of `protocol` (connected, static, ospf, isis, bgp, rip, eigrp, kernel, local) enter another protocol.

    `process` narrows to one instance ("" any); `route_types` to some of its routes (OSPF `match`).
    `vector`: the metric where routes enter EIGRP.
    """

    protocol: str
    source: Source
    process: str = ""
    policy: str = ""
    metric: int | None = None
    metric_type: int | None = None  # OSPF E1/E2
    tag: int | None = None
    route_types: tuple[str, ...] = ()
    subnets: bool = True  # IOS before `subnets`: classful networks only
    always_metric: bool = False
    level: str = ""  # IS-IS
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class BgpFamily:
    """One address family of a process (`version` 4 or 6 unicast)."""

    version: int
    networks: tuple[BgpNetwork, ...] = ()
    aggregates: tuple[BgpAggregate, ...] = ()
    redistributions: tuple[Redistribution, ...] = ()
    maximum_paths: int = 1
    maximum_paths_ibgp: int = 1
    equal_cluster_length: bool = False  # iBGP paths share traffic only if as many reflectors were on their ways
    distance_external: int = 20
    distance_internal: int = 200
    distance_local: int = 200
    default_information: bool = False
    table_policy: str = ""
    network_import_check: bool = True
    import_targets: tuple[str, ...] = ()
    export_targets: tuple[str, ...] = ()
    import_vrfs: tuple[str, ...] = ()
    import_policy: str = ""
    export_policy: str = ""
    between_vrfs: bool = True  # by targets between the VRFs of the device too (Junos: `auto-export`)
    evpn_import_targets: tuple[str, ...] = ()  # of EVPN's IP-prefix routes (RFC 9136)
    evpn_export_targets: tuple[str, ...] = ()
    evpn_import_policy: str = ""
    evpn_export_policy: str = ""
    distance_rules: tuple[tuple[int, Prefix, str], ...] = ()  # distance for routes of a source (and ACL)


@dataclass(frozen=True, slots=True)
class BgpProcess:
    """BGP of one VRF of a device."""

    asn: int
    source: Source
    vrf: str = "default"
    router_id: int | None = None
    cluster_id: int | None = None
    confederation_id: int | None = None
    confederation_peers: frozenset[int] = frozenset()
    default_local_preference: int = 100
    always_compare_med: bool = False
    deterministic_med: bool = False
    med_missing_as_worst: bool = False
    med_confederation: bool = False
    compare_router_id: bool = False
    ignore_as_path: bool = False
    multipath_relax: bool = False
    ebgp_requires_policy: bool = False  # RFC 8212
    client_to_client: bool = True
    enforce_first_as: bool = True
    suppress_fib_pending: bool = False
    reject_as_sets: bool = False
    single_agent: bool = False  # EOS: one agent for all routing protocols (`ribd`), which shows some things otherwise
    graceful_shutdown: bool = False
    hold_time: int = 180
    minimum_hold_time: int = 0
    route_distinguisher: str = ""
    retains: frozenset[int] = frozenset()  # OVERLAYS of which routes are kept that no VRF imports
    families: tuple[BgpFamily, ...] = ()
    neighbors: tuple[BgpNeighbor, ...] = ()
    options: tuple[tuple[str, str], ...] = field(default=())
