"""OSPF, IS-IS and RIP configuration, vendor-independent."""

from __future__ import annotations

from dataclasses import dataclass

from guard.model.address import Address, Prefix
from guard.model.bgp import Redistribution
from guard.model.provenance import Source

#: Stands for a key whose encryption cannot be undone.
UNREADABLE = "?"


def keys_agree(one: str, two: str) -> bool:
    """Whether two ends authenticate alike: the same kind and one key in common, as far as both can be read.

    Texts are `md5:ID/DIGEST,…`, `KIND:DIGEST` or "" for none. With several keys a router sends one packet a key until
    its neighbours have changed over (RFC 2328 D.3), so one that both hold is enough.
    """
    kind, _, keys = one.partition(":")
    other_kind, _, other_keys = two.partition(":")
    if kind != other_kind:
        return False
    held, others = keys.split(","), other_keys.split(",")
    return any(_same_key(left, right) for left in held for right in others)


def _same_key(one: str, two: str) -> bool:
    if UNREADABLE in one + two:
        return one.partition("/")[0] == two.partition("/")[0] or "/" not in one + two
    return one == two


@dataclass(frozen=True, slots=True)
class OspfInterface:
    """OSPF settings of one interface. `area` None: not enabled. `cost` None: from bandwidth.

    `subnets`: those of the interface's IPv4 prefixes that a network statement takes in; None: all of them.
    """

    interface: str
    area: int | None
    source: Source
    process: str = ""
    cost: int | None = None
    passive: bool = False
    network_type: str = "broadcast"  # broadcast | point-to-point | non-broadcast | point-to-multipoint | loopback
    hello: int | None = None
    dead: int | None = None
    priority: int = 1
    authentication: str = ""  # see keys_agree
    mtu_ignore: bool = False
    prefix_suppression: bool = False
    subnets: frozenset[Prefix] | None = None


@dataclass(frozen=True, slots=True)
class AreaRange:
    prefix: Prefix
    source: Source
    advertise: bool = True
    cost: int | None = None
    nssa: bool = False


@dataclass(frozen=True, slots=True)
class OspfArea:
    """`kind`: normal, stub, nssa; `no_summary` makes it totally stubby."""

    number: int
    kind: str = "normal"
    no_summary: bool = False
    default_cost: int = 1
    nssa_default: bool = False
    no_redistribution: bool = False
    translate: str = "candidate"  # candidate | always | never
    suppress_forwarding_address: bool = False
    ranges: tuple[AreaRange, ...] = ()
    import_filter: str = ""
    export_filter: str = ""
    virtual_links: tuple[int, ...] = ()  # router ids at the other end
    silent: bool = False  # a border sends no default route into the stub area or NSSA by itself (Junos)
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class DefaultInformation:
    source: Source
    always: bool = False
    metric: int | None = None
    metric_type: int = 2
    policy: str = ""


@dataclass(frozen=True, slots=True)
class OspfProcess:
    """One OSPF process: `version` 2 (IPv4) or 3 (IPv6). `interfaces`: those it runs on, network statements applied."""

    process: str
    source: Source
    vrf: str = "default"
    version: int = 2
    router_id: int | None = None
    reference_bandwidth: int = 100  # Mbit/s
    interfaces: tuple[OspfInterface, ...] = ()
    areas: tuple[OspfArea, ...] = ()
    redistributions: tuple[Redistribution, ...] = ()
    default_information: DefaultInformation | None = None
    summary_addresses: tuple[AreaRange, ...] = ()
    default_metric: int | None = None
    distance: int = 110
    distance_inter: int | None = None
    distance_external: int | None = None
    maximum_paths: int = 4
    max_metric: bool = False
    max_metric_stub: bool = False
    max_metric_external: int | None = None
    rfc1583: bool = True
    distribute_list_in: str = ""  # "prefix-list NAME" | "acl NAME" | "route-map NAME"
    neighbors: tuple[Address, ...] = ()  # whom hellos are sent to where they cannot be sent to all


@dataclass(frozen=True, slots=True)
class IsisInterface:
    interface: str
    source: Source
    versions: frozenset[int] = frozenset({4})
    level: str = ""  # "" from the process | level-1 | level-2 | level-1-2
    metric: tuple[int, int] = (10, 10)  # level 1, level 2
    passive: bool = False
    point_to_point: bool = False
    authentication: str = ""


@dataclass(frozen=True, slots=True)
class IsisProcess:
    process: str
    source: Source
    vrf: str = "default"
    net: str = ""
    level: str = "level-1-2"
    wide_metrics: bool = True
    overload: bool = False
    multi_topology: bool = False
    attached_bit: bool = True
    interfaces: tuple[IsisInterface, ...] = ()
    redistributions: tuple[tuple[int, Redistribution], ...] = ()  # (IP version, what)
    default_information: tuple[int, ...] = ()  # IP versions
    summaries: tuple[AreaRange, ...] = ()
    leak_l2_to_l1: str | None = None  # policy name, "" for all
    distance: int = 115
    maximum_paths: int = 4
    distance_level_2: int | None = None  # where it is another than level 1's (Junos)
    distances_external: tuple[int, int] | None = None  # of redistributed routes, level 1 and level 2 (Junos)


@dataclass(frozen=True, slots=True)
class RipProcess:
    """RIP in one VRF: `interfaces` it runs on; a `passive` one hears and does not speak.

    `auto_summary`: over a link of another class A, B or C network that network alone is sent (IOS). `distances`: of
    what comes from sources in a prefix, perhaps of what an ACL permits alone. `neighbors` are sent updates one by one,
    over passive interfaces too.
    """

    source: Source
    vrf: str = "default"
    version: int = 2
    interfaces: tuple[str, ...] = ()
    passive: tuple[str, ...] = ()
    redistributions: tuple[Redistribution, ...] = ()
    default_information: bool = False
    default_metric: int = 1
    distance: int = 120
    distances: tuple[tuple[Prefix, int, str], ...] = ()
    neighbors: tuple[Address, ...] = ()
    max_paths: int = 1
    auto_summary: bool = False
