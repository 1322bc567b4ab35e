"""From a next-hop address to the interfaces and gateways that packets really leave by.

Law: a resolution that needs itself does not exist (RFC 4271 9.1.2.1 asks BGP for the same), and depth is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from guard.model.address import Address, Prefix
from guard.model.rib import NextHop, Rib, RibEntry, RouteProtocol
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.underlay import Resolution

#: Recursion deeper than this is taken for a loop; real networks need three or four.
_DEEPEST = 12
_LOCAL = frozenset({RouteProtocol.CONNECTED, RouteProtocol.LOCAL})
#: Routes that one VRF has from another, by an interface of that.
_COPIED = _LOCAL | {RouteProtocol.BGP, RouteProtocol.IBGP}
#: Routes whose next hops name an interface each: recursion ends with them.
_LAST = _LOCAL | {
    RouteProtocol.OSPF,
    RouteProtocol.OSPF_IA,
    RouteProtocol.OSPF_E1,
    RouteProtocol.OSPF_E2,
    RouteProtocol.ISIS_L1,
    RouteProtocol.ISIS_L2,
    RouteProtocol.ISIS_EL1,
    RouteProtocol.ISIS_EL2,
}


@runtime_checkable
class Layered(Protocol):
    """A main RIB that can leave out what BGP has for a single address."""

    def lookup_beneath(self, address: Address) -> tuple[Prefix, RibEntry] | None: ...


class Resolver:
    """Resolves addresses against the main RIBs of one round; remembers every answer."""

    def __init__(self, ribs: Mapping[tuple[str, str], Rib]) -> None:
        self._ribs = ribs
        self._known: dict[str, dict[tuple[str, Address], Resolution | None]] = {}
        self._beneath: dict[str, dict[tuple[str, Address], Resolution | None]] = {}
        self._sets: dict[tuple[NextHop, ...], tuple[NextHop, ...]] = {}
        self._over_one: dict[str, dict[tuple[str, Address], tuple[Prefix, tuple[NextHop, ...]]]] = {}

    def resolve(self, node: str, vrf: str, address: Address) -> Resolution | None:
        """How `address` is reached from this VRF; None where no route holds it or recursion does not end."""
        known = self._known.setdefault(node, {})
        key = (vrf, address)
        if key not in known:
            known[key] = None  # BGP may ask the same again while it answers: what needs itself does not exist
            known[key] = self._resolve(node, vrf, address, frozenset())
        return known[key]

    def beneath(self, node: str, vrf: str, address: Address) -> Resolution | None:
        """How `address` is reached whatever BGP has for exactly this address."""
        known = self._beneath.setdefault(node, {})
        key = (vrf, address)
        if key not in known:
            known[key] = None  # as in `resolve`
            rib = self._ribs.get((node, vrf))
            found = rib.lookup_beneath(address) if isinstance(rib, Layered) else None
            known[key] = self._along(node, vrf, address, found, frozenset()) if found is not None else None
        return known[key]

    def asked(self) -> frozenset[Address]:
        """All addresses that somebody asked about so far."""
        return frozenset(address for _, _, address in self.questions())

    def questions(self) -> Iterator[tuple[str, str, Address]]:
        """Every (node, VRF, address) that was asked about, in the order of asking."""
        tables = (*self._known.items(), *self._beneath.items())
        return ((node, vrf, address) for node, known in tables for vrf, address in tuple(known))

    def forget(self, node: str) -> None:
        """Drop what was remembered for a node, whose routes changed."""
        self._known.pop(node, None)
        self._beneath.pop(node, None)
        self._over_one.pop(node, None)

    def hops(self, node: str, vrf: str, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        """Forwarding next hops of an entry: interface and gateway each, or one discard; empty where unresolvable."""
        if len(entry.next_hops) == 1:
            hop = entry.next_hops[0]
            if hop.address is not None and hop.interface is None and hop.vrf is None and not hop.discard:
                return self._over(node, vrf, hop.address, prefix, entry)
        hops = self._hops(node, vrf, entry, frozenset({(vrf, prefix)}))[0]
        return hops if hops is entry.next_hops else self._sets.setdefault(hops, hops)

    def _over(self, node: str, vrf: str, address: Address, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        """Hops of an entry with one recursive next hop; one object for all prefixes that go there over a last route.

        Where the address lies in a last route, only that very prefix could resolve through itself.
        """
        known = self._over_one.setdefault(node, {})
        key = (vrf, address)
        held = known.get(key)
        if held is not None and held[0] != prefix:
            return held[1]
        straight = self._straight(node, vrf, address)
        if straight is not None and straight[0] != prefix:
            known[key] = straight
            return straight[1]
        found = self.resolve(node, vrf, address)
        if found is None or found.protocol not in _LAST or found.prefix == prefix:
            hops = self._hops(node, vrf, entry, frozenset({(vrf, prefix)}))[0]
            return self._sets.setdefault(hops, hops)
        hops = found.hops
        if not hops or len(hops) > 1 or hops[0].address is None:
            hops = self._hops(node, vrf, entry, frozenset({(vrf, prefix)}))[0]
        hops = self._sets.setdefault(hops, hops)
        known[key] = (found.prefix, hops)
        return hops

    def _straight(self, node: str, vrf: str, address: Address) -> tuple[Prefix, tuple[NextHop, ...]] | None:
        """What an IGP's own route for exactly this address says at once; None: resolve it."""
        rib = self._ribs.get((node, vrf))
        hops = rib.straight(address.host) if type(rib) is MainRib else None
        if not hops:
            return None
        if len(hops) > 1:
            hops = tuple(sorted(hops, key=_order))
        return address.host, self._sets.setdefault(hops, hops)

    def _resolve(
        self, node: str, vrf: str, address: Address, seen: frozenset[tuple[str, Prefix]]
    ) -> Resolution | None:
        rib = self._ribs.get((node, vrf))
        found = rib.lookup(address) if rib is not None else None
        return self._along(node, vrf, address, found, seen) if found is not None else None

    def _along(
        self, node: str, vrf: str, address: Address, found: tuple[Prefix, RibEntry], seen: frozenset[tuple[str, Prefix]]
    ) -> Resolution | None:
        """What becomes of an address that a route holds."""
        prefix, entry = found
        if (vrf, prefix) in seen or len(seen) > _DEEPEST:
            return None
        if entry.protocol is RouteProtocol.LOCAL or (entry.protocol in _LOCAL and prefix.is_host):
            return Resolution(prefix, entry.protocol, 0, 0, entry.next_hops)
        hops, discard = entry.next_hops, False
        if len(hops) != 1 or hops[0].interface is None:
            hops, discard = self._hops(node, vrf, entry, seen | {(vrf, prefix)})
        if not hops:
            return None
        if entry.protocol is RouteProtocol.CONNECTED:
            hops = tuple(NextHop(address, hop.interface) for hop in hops)
        resolved = () if discard else hops
        return Resolution(prefix, entry.protocol, entry.metric, entry.admin_distance, resolved, discard)

    def _hops(
        self, node: str, vrf: str, entry: RibEntry, seen: frozenset[tuple[str, Prefix]]
    ) -> tuple[tuple[NextHop, ...], bool]:
        """Resolved hops, and whether all that is left of them is a null route."""
        first = entry.next_hops[0] if entry.next_hops else None
        if first is not None and first.vrf is not None and first.address is None and entry.protocol in _COPIED:
            return (NextHop(vrf=first.vrf),), False  # on from the table that has the interface
        if first is not None and len(entry.next_hops) == 1 and first.interface is not None:
            return entry.next_hops, False
        found: set[NextHop] = set()
        for hop in entry.next_hops:
            found.update(self._one(node, vrf, hop, seen))
        forwarding = sorted((hop for hop in found if not hop.discard), key=_order)
        if forwarding:
            return tuple(forwarding), False
        return ((NextHop(discard=True),), True) if found else ((), False)

    def _one(
        self, node: str, vrf: str, hop: NextHop, seen: frozenset[tuple[str, Prefix]]
    ) -> tuple[NextHop, ...]:
        if hop.discard:
            return (NextHop(discard=True),)
        if hop.interface is not None:
            return (hop,)
        target = hop.vrf or vrf
        if hop.address is None:
            return (hop,) if hop.vrf else ()
        found = self._resolve(node, target, hop.address, seen)
        if found is None:
            return ()
        if found.discard:
            return (NextHop(discard=True),)
        if hop.label is not None:
            return (hop,)  # the way to the tunnel's other end is the business of whoever follows the packet
        gateway = hop.address
        other = target if target != vrf else None
        return tuple(
            each if each.label else NextHop(each.address or gateway, each.interface, each.vrf or other)
            for each in found.hops
        )


def _order(hop: NextHop) -> tuple[str, tuple[int, int], str]:
    return (hop.interface or "", hop.address or (0, 0), hop.vrf or "")
