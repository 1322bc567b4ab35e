"""NetworkState: what an engine says that a snapshot does. Rows of `guard show` are views of it.

Law: a state is a value; two engines that agree give equal facts. Nodes and interfaces bear their names in the case of
the configuration; VRF "default" is the global table. Implementations may be lazy behind the protocols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.provenance import Source
from guard.model.rib import NextHop, Rib


class InterfaceId(NamedTuple):
    """`node[interface]`."""

    node: str
    interface: str

    def __str__(self) -> str:
        return f"{self.node}[{self.interface}]"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is assumed to be down on top of the snapshot; the empty scenario is the network as configured.

    `reason` names it in findings: "conduit-7", "node ash-bb1", "withdrawal of authdns at ams-dns1".
    """

    down_nodes: frozenset[str] = frozenset()
    down_interfaces: frozenset[InterfaceId] = frozenset()
    reason: str = ""

    @property
    def fails(self) -> bool:
        """Whether anything is assumed to be down."""
        return bool(self.down_nodes or self.down_interfaces)


@dataclass(frozen=True, slots=True)
class InterfaceState:
    """`up` is both administratively and by line protocol; `why` says what took it down ("shutdown", "far end …")."""

    id: InterfaceId
    vrf: str
    up: bool
    why: str
    addresses: tuple[tuple[Address, int], ...]


class Edge(NamedTuple):
    """A layer-3 adjacency, one direction; the other direction is an edge of its own."""

    tail: InterfaceId
    head: InterfaceId


@dataclass(frozen=True, slots=True)
class BgpSession:
    """One end of a BGP session (CONTRACT `sessions` columns). A session inside the snapshot has two ends.

    `status`: ESTABLISHED, NOT_ESTABLISHED, NOT_COMPATIBLE, as Batfish says it. `up` is the judgement of CONTRACT 2
    (a neighbour that no device owns counts as up while our end is complete). `external`: the far end is the world
    outside (CONTRACT 2). `why` says why it is not up. `tripped`: a maximum-prefix shut it.
    """

    node: str
    vrf: str
    local_as: int | None
    local_address: Address | None
    local_interface: str | None
    remote_as: int | None
    remote_node: str | None
    remote_address: Address | None
    remote_interface: str | None
    session_type: str  # Batfish: EBGP_SINGLEHOP, EBGP_MULTIHOP, IBGP, EBGP_UNNUMBERED, IBGP_UNNUMBERED, UNSET
    status: str
    up: bool
    external: bool = False
    why: str = ""
    tripped: bool = False
    families: frozenset[int] = frozenset({4})
    source: Source | None = None
    #: Stable name of this end: node, vrf, and the remote address or the unnumbered interface.
    key: tuple[str, str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        key = (self.node, self.vrf, str(self.remote_address or self.local_interface or ""))
        object.__setattr__(self, "key", key)  # asked for too often to be made each time

    def __str__(self) -> str:
        return f"{self.node} -> {self.remote_node or self.remote_address or self.local_interface}"


class BgpRow(NamedTuple):
    """One path in a BGP RIB (CONTRACT `bgp` columns). `shown_med`: where the device shows another MED than it has."""

    node: str
    vrf: str
    prefix: Prefix
    best: bool
    attributes: BgpAttributes
    origin_protocol: str
    received_from: Address | None
    local_preference: int
    shown_med: int | None = None


class BgpTables(Protocol):
    """BGP of the whole network. Sessions are named by BgpSession.key."""

    @property
    def unlimited(self) -> BgpTables:
        """The same tables before any maximum-prefix shut a session (route-leak, foreign-origin, rpki ask these)."""
        ...

    def rows(self) -> Iterator[BgpRow]:
        """Best and backup paths of all Loc-RIBs."""
        ...

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None: ...

    def advertised(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        """Adj-RIB-Out after policy of one end; empty where the session is down."""
        ...

    def offered(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        """The same before any maximum-prefix shut the session (route-leak, foreign-origin, rpki are judged on it)."""
        ...

    def received(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        """Adj-RIB-In before import policy."""
        ...

    def accepted(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        """What import policy let through."""
        ...

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        """Prefixes that are born in BGP at this node (network, redistribute, aggregate, default-originate)."""
        ...


@dataclass(frozen=True, slots=True)
class StateNote:
    """Something the engine could not decide or knows to be inexact. `undecided` makes verdicts HOLD (law 6).

    `code`: oscillation, bound-reached, several-stable-states, unreadable-device, unknown-vendor, …
    """

    code: str
    message: str
    subjects: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    undecided: bool = True


@dataclass(frozen=True, slots=True)
class IgpAdjacency:
    protocol: str  # ospf | ospf3 | isis | eigrp | eigrp6
    tail: InterfaceId
    head: InterfaceId
    area: str


@dataclass(frozen=True, slots=True)
class NetworkState:
    """What one engine computed for one snapshot under one scenario.

    `ribs` are keyed by (node, vrf). `fib(node, vrf, prefix)` gives fully resolved next hops: interface set, address the
    gateway to ARP for (None: the destination itself), discard for null; an empty tuple: unresolvable. `edges` is
    written out at the first reading: who only asks for the neighbours of one interface asks `neighbours` (embedded
    engine: Topology.neighbours).
    """

    engine: str
    scenario: Scenario
    interfaces: Mapping[InterfaceId, InterfaceState]
    edges: Sequence[Edge]
    sessions: tuple[BgpSession, ...]
    adjacencies: tuple[IgpAdjacency, ...]
    ribs: Mapping[tuple[str, str], Rib]
    bgp: BgpTables
    fib: Fib
    notes: tuple[StateNote, ...] = ()
    igp_externals: Mapping[str, frozenset[Prefix]] = field(default_factory=dict)  # node -> eBGP routes in the IGP
    neighbours: Neighbours | None = None  # of one interface, where the engine knows them without writing out `edges`


class Fib(Protocol):
    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        """Resolved forwarding next hops of the main-RIB entry for exactly this prefix."""
        ...


class Neighbours(Protocol):
    def __call__(self, interface: InterfaceId, /) -> tuple[InterfaceId, ...]:
        """Interfaces at the other end of the layer-3 edges of one interface, sorted."""
        ...
