"""What follows from a network state for the things the inventory names: the facts that checks compare.

An Assessment is one snapshot under one scenario, after the health fixed point has settled (CONTRACT 2). Law: it holds
no opinion; whether a fact is bad, and worse than before, is for judge/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from guard.model.address import Address, Prefix
from guard.model.inventory import FlowIntent
from guard.model.provenance import Source
from guard.model.state import InterfaceId, NetworkState, Scenario, StateNote


class Disposition(StrEnum):
    """Fate of a flow; Batfish's names."""

    ACCEPTED = "ACCEPTED"
    DELIVERED_TO_SUBNET = "DELIVERED_TO_SUBNET"
    EXITS_NETWORK = "EXITS_NETWORK"
    NEIGHBOR_UNREACHABLE = "NEIGHBOR_UNREACHABLE"
    INSUFFICIENT_INFO = "INSUFFICIENT_INFO"
    NO_ROUTE = "NO_ROUTE"
    NULL_ROUTED = "NULL_ROUTED"
    DENIED_IN = "DENIED_IN"
    DENIED_OUT = "DENIED_OUT"
    LOOP = "LOOP"


class Fate(NamedTuple):
    """One way that a flow may end: `node`/`interface` where it ended, `detail` e.g. the ACL line or the null route."""

    disposition: Disposition
    node: str
    interface: str = ""
    detail: str = ""


class Hop(NamedTuple):
    """One step of a trace: at `node`, in by `interface_in`, out by `interface_out`, because of `reason`."""

    node: str
    interface_in: str
    interface_out: str
    reason: str
    prefix: Prefix | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One path that a packet takes (ECMP gives several)."""

    hops: tuple[Hop, ...]
    fate: Fate


@dataclass(frozen=True, slots=True)
class SiteFact:
    """`reaches`: sites with which traffic flows both ways; `sends_to`: those that its traffic is delivered to."""

    name: str
    kind: str
    reaches: frozenset[str]
    sends_to: frozenset[str]
    isolated: bool
    present: bool = True  # some device of it is in the snapshot


@dataclass(frozen=True, slots=True)
class BackboneLink:
    """A link between backbone devices of different sites; ends sorted."""

    ends: tuple[InterfaceId, InterfaceId]
    up: bool


@dataclass(frozen=True, slots=True)
class BackboneFact:
    """`sessions`: BGP sessions over the backbone, each once, named by its sorted ends."""

    links: tuple[BackboneLink, ...]
    sessions: Mapping[tuple[str, str], bool]


@dataclass(frozen=True, slots=True)
class AdvertisementFact:
    """A listed prefix: the sites one of whose external sessions sends it, and the sites where it originates."""

    name: str
    prefix: Prefix
    to: str
    sites: frozenset[str]
    origins: frozenset[str]
    min_sites: int
    min_origins: int
    source: Source


@dataclass(frozen=True, slots=True)
class InstanceFact:
    id: InterfaceId
    up: bool
    healthy: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFact:
    name: str
    healthy: bool
    instances: tuple[InstanceFact, ...]
    recovery: bool
    serves_zones: tuple[str, ...]
    unmet: tuple[str, ...] = ()  # requirements that no instance meets, in words
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class CascadeRound:
    """One round of the health fixed point: who became unhealthy and why, what was withdrawn for it, what that lost."""

    number: int
    unhealthy: tuple[tuple[str, InterfaceId | None, str], ...]  # service, instance, why
    withdrawn: tuple[InterfaceId, ...]
    advertisements_lost: tuple[Prefix, ...]


@dataclass(frozen=True, slots=True)
class FlowFact:
    """A flow of the inventory: delivered from each source by every path, denied from each, or neither."""

    intent: FlowIntent
    delivered: bool
    denied: bool
    evidence: tuple[str, ...] = ()
    undecided: bool = False  # a filter line that is not modelled stands in the way
    sources: tuple[str, ...] = ()  # the nodes and interfaces that it was followed from; what is down is none


@dataclass(frozen=True, slots=True)
class ManagementFact:
    """One source-to-target management path. `nodes`: every node on some path (what it hangs on is judged from them)."""

    source_node: str
    target: str
    address: Address | None
    reachable: bool
    source: Source
    nodes: frozenset[str] = frozenset()
    why: str = ""


@dataclass(frozen=True, slots=True)
class NameServerFact:
    """Whether queries from outside reach an address that a zone's name server has; None: it stands elsewhere."""

    address: Address
    reachable: bool | None
    why: str = ""


class ExitKey(NamedTuple):
    """Traffic of one source (a site or a node) to one destination prefix."""

    origin: str
    prefix: Prefix


V = TypeVar("V")


class PrefixTable(Mapping[tuple[str, Prefix], V], Generic[V]):
    """Facts per (source, destination prefix), held as one column a prefix: a source that is missing has no fact.

    Backbones have millions of pairs: read columns, or only what differs from another table, where it can be done.
    """

    __slots__ = ("columns",)

    def __init__(self, columns: Mapping[Prefix, Mapping[str, V]]) -> None:
        self.columns = columns

    def __getitem__(self, key: tuple[str, Prefix]) -> V:
        return self.columns[key[1]][key[0]]

    def __iter__(self) -> Iterator[tuple[str, Prefix]]:
        return (ExitKey(source, prefix) for prefix, column in self.columns.items() for source in column)

    def __len__(self) -> int:
        return sum(map(len, self.columns.values()))

    def differing(self, before: PrefixTable[V]) -> Iterator[tuple[ExitKey, V | None, V | None]]:
        """(key, fact before, fact here) of pairs that have another fact, by name; equal columns cost one comparison."""
        for prefix in {**before.columns, **self.columns}:
            old, new = before.columns.get(prefix, {}), self.columns.get(prefix, {})
            if old is not new and old != new:
                for source in sorted(old.keys() | new.keys()):
                    if old.get(source) != new.get(source):
                        yield ExitKey(source, prefix), old.get(source), new.get(source)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything known of one snapshot under one scenario.

    `fates` and `exits` are PrefixTables. Their prefixes are representatives: `stands_for` names for each all prefixes
    whose packets take the same ways (itself first), so that a check can count prefixes.

    `advertised`: prefix -> sites that send it outside, for all prefixes. `fates`: per (source node, destination prefix)
    how its traffic ends, over the destinations both states of a comparison were asked about. `exits`: per source site
    and prefix the sites (or external sessions) where its traffic leaves or ends. `default_routes`: (node, vrf, IP
    version). `transit`: no_transit nodes that carry other sites' traffic -> an example path.
    """

    state: NetworkState
    scenario: Scenario
    sites: tuple[SiteFact, ...] = ()
    backbone: BackboneFact = field(default_factory=lambda: BackboneFact((), {}))
    advertisements: tuple[AdvertisementFact, ...] = ()
    advertised: Mapping[Prefix, frozenset[str]] = field(default_factory=dict)
    services: tuple[ServiceFact, ...] = ()
    cascade: tuple[CascadeRound, ...] = ()
    service_reach: frozenset[tuple[str, str]] = frozenset()  # (site, service) delivered both ways
    flows: tuple[FlowFact, ...] = ()
    management: tuple[ManagementFact, ...] = ()
    fates: Mapping[tuple[str, Prefix], frozenset[Fate]] = field(default_factory=dict)
    exits: Mapping[ExitKey, frozenset[str]] = field(default_factory=dict)
    default_routes: frozenset[tuple[str, str, int]] = frozenset()
    transit: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[StateNote, ...] = ()
    stands_for: Mapping[Prefix, tuple[Prefix, ...]] = field(default_factory=dict)
    name_servers: tuple[NameServerFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FailureOutcome:
    """What one more failure would do: sites it isolates, listed advertisements it withdraws everywhere.

    `transit`: no_transit nodes that carry other sites' traffic then.
    """

    scenario: Scenario
    sites_isolated: frozenset[str]
    advertisements_lost: frozenset[tuple[str, Prefix]]
    undecided: str = ""
    transit: frozenset[str] = frozenset()  # no_transit nodes that would carry other sites' traffic


@dataclass(frozen=True, slots=True)
class FailureSweep:
    """All failures that were asked about, of one snapshot. `complete` False: a bound cut it, the rest is undecided."""

    outcomes: tuple[FailureOutcome, ...]
    complete: bool = True
    examined: int = 0
    simulated: int = 0


@dataclass(frozen=True, slots=True)
class LinkLoads:
    """Traffic of the inventory's demands on the interfaces whose capacity it gives, the busier direction, in Mb/s.

    `after_failures`: the same after each single failure that touches a way of some demand. `lost`: demands (`from ->
    to`) that find no source or no destination. `complete` False: not all failures were looked at.
    """

    loads: Mapping[InterfaceId, float]
    after_failures: tuple[tuple[Scenario, Mapping[InterfaceId, float]], ...] = ()
    lost: tuple[str, ...] = ()
    complete: bool = True
