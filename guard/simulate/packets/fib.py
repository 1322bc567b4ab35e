"""The FIB: main-RIB entries with recursion done. Law: computed for the prefix that is asked for, remembered after."""

from __future__ import annotations

from guard.model.address import Prefix
from guard.model.rib import NextHop, RibEntry
from guard.simulate.igp.underlay_build import Network


class EmbeddedFib:
    """Implements guard.model.state.Fib over the main RIBs of the last round."""

    __slots__ = ("_known", "_network")

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[tuple[str, str, Prefix], tuple[NextHop, ...]] = {}

    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        key = (node, vrf, prefix)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._network.hops(node, vrf, prefix)
        return known

    def resolved(self, node: str, vrf: str, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        """The same for who has the installed entry at hand."""
        return self._network.resolver.hops(node, vrf, prefix, entry)
