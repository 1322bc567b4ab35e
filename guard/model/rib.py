"""Routes as a router holds them. A RibEntry has no prefix of its own: prefixes that behave alike share one entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from guard.model.address import Address, Prefix


class RouteProtocol(StrEnum):
    """Batfish's names."""

    CONNECTED = "connected"
    LOCAL = "local"
    STATIC = "static"
    OSPF = "ospf"
    OSPF_IA = "ospfIA"
    OSPF_E1 = "ospfE1"
    OSPF_E2 = "ospfE2"
    ISIS_L1 = "isisL1"
    ISIS_L2 = "isisL2"
    ISIS_EL1 = "isisEL1"
    ISIS_EL2 = "isisEL2"
    BGP = "bgp"
    IBGP = "ibgp"
    AGGREGATE = "aggregate"
    EIGRP = "eigrp"
    EIGRP_EX = "eigrpEX"
    RIP = "rip"
    KERNEL = "kernel"


class Label(NamedTuple):
    """What a label (MPLS) or network identifier (VXLAN) of a VPN route stands for: the table where packets come out."""

    node: str
    vrf: str
    kind: str  # mpls | vxlan


class NextHop(NamedTuple):
    """Where a route sends: an address (recursive until an interface is known), an interface, a VRF, or nowhere.

    `label`: packets go in a tunnel to the address (which another table may hold: `vrf`), and on from the label's table.
    """

    address: Address | None = None
    interface: str | None = None
    vrf: str | None = None
    discard: bool = False
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class RibEntry:
    """The best route(s) for one prefix in one main RIB: all next hops have the same protocol, distance and metric.

    `next_hops` are as the protocol gave them (a BGP next hop is still recursive), sorted. `also_local`: a connected
    host prefix that the vendor's table holds a second time as the interface's own address (NX-OS).
    """

    protocol: RouteProtocol
    admin_distance: int
    metric: int
    next_hops: tuple[NextHop, ...]
    tag: int = 0
    also_local: bool = field(default=False, compare=False)


class Rib(Protocol):
    """The main RIB of one VRF of one node. Implementations may compute entries when they are asked for."""

    def __len__(self) -> int: ...

    def prefixes(self) -> Iterator[Prefix]: ...

    def get(self, prefix: Prefix) -> RibEntry | None: ...

    def lookup(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        """Longest match."""
        ...
