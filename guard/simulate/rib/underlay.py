"""The seam between the IGPs and BGP: what lies under BGP, what it gives back, and how a next hop resolves.

Law: everything here is asked for lazily and answered from memory; nothing enumerates a network to answer for one node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol, Self, runtime_checkable

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.simulate.layer3.topology import Topology


class Resolution(NamedTuple):
    """How an address is reached: the main-RIB route that holds it, recursion done.

    `prefix`, `protocol`, `metric` and `admin_distance` are those of the route that matched the address itself; `metric`
    is 0 for connected routes. `hops` hold an interface each, and the gateway to send to (None: the address itself is
    on the link). `discard`: it ends in a null route, `hops` is then empty.
    """

    prefix: Prefix
    protocol: RouteProtocol
    metric: int
    admin_distance: int
    hops: tuple[NextHop, ...]
    discard: bool = False


class BgpRoute(NamedTuple):
    """A best BGP route that a redistribution may take: `entry` as in the main RIB, `external`: learned by eBGP."""

    prefix: Prefix
    entry: RibEntry
    attributes: BgpAttributes
    external: bool


class Overlay(Protocol):
    """What BGP gives back to what lies under it, from the round before."""

    @property
    def universe(self) -> frozenset[Prefix]:
        """Every prefix that some node of the network holds in BGP: tells cheaply what BGP cannot touch."""
        ...

    def entry(self, node: str, vrf: str, prefix: Prefix) -> RibEntry | None:
        """What BGP offers to the main RIB for exactly this prefix (bgp, ibgp or aggregate)."""
        ...

    def prefixes(self, node: str, vrf: str) -> Iterator[Prefix]:
        """All prefixes for which `entry` has an answer."""
        ...

    def redistributable(self, node: str, vrf: str) -> Iterator[BgpRoute]: ...


class Underlay(Protocol):
    """Connected, local, static and IGPs of one snapshot and scenario (and BGP of the round before, in `resolve`)."""

    @property
    def topology(self) -> Topology: ...

    def vrfs(self, node: str) -> tuple[str, ...]:
        """VRFs of a node, "default" always among them."""
        ...

    def entry(self, node: str, vrf: str, prefix: Prefix) -> RibEntry | None:
        """The best non-BGP entry for exactly this prefix."""
        ...

    def entries(self, node: str, vrf: str) -> Iterator[tuple[Prefix, RibEntry]]:
        """All best non-BGP entries, sorted by prefix. Costly on a large IGP: prefer `of_protocol` or `entry`."""
        ...

    def of_protocol(
        self, node: str, vrf: str, protocols: frozenset[RouteProtocol], process: str = ""
    ) -> Iterator[tuple[Prefix, RibEntry]]:
        """The entries of some protocols that are best (in the main RIB) there, sorted; `process` "" means any."""
        ...

    def fixed(self, node: str, vrf: str) -> tuple[Mapping[Prefix, RibEntry], Mapping[Prefix, RibEntry]]:
        """Connected and local routes, and active static ones; the same objects where nothing changed."""
        ...

    def resolve(self, node: str, vrf: str, address: Address) -> Resolution | None:
        """Longest match with recursion done (BGP routes of the round before count); None: unreachable. Memoised."""
        ...

    def beneath(self, node: str, vrf: str, address: Address) -> Resolution | None:
        """The same without what BGP has for exactly this address, so that its own route can ask."""
        ...

    def connected(self, node: str, vrf: str, address: Address) -> str | None:
        """The up interface whose subnet holds `address`, or None."""
        ...


class Still(Protocol):
    def is_still(self, node: str, vrf: str, address: Address) -> bool:
        """Whether the address surely resolves from a table as it did in another state."""
        ...


@runtime_checkable
class Carrying(Protocol):
    """An underlay that can tell of all nodes at once who reaches an address by its IGP."""

    def since(self, other: Self) -> Still:
        """This state beside another one."""
        ...

    def carried(self, address: Address) -> frozenset[str]:
        """Nodes whose global table surely resolves `address` by an IGP's own route, whatever BGP says. Memoised."""
        ...

    def vouches(self, node: str, vrf: str, address: Address) -> bool:
        """Whether a table surely resolves `address` by a host route of OSPF or IS-IS, which takes a path."""
        ...


def beside(old: Underlay, new: Underlay) -> Still | None:
    """One underlay beside another one; None where they cannot be compared at once."""
    if isinstance(new, Carrying) and type(new) is type(old):
        return new.since(old)
    return None
