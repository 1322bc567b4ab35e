"""Which addresses a table surely reaches as it did in another state, without resolving them again.

Law: what is said to be unmoved resolves alike in both: by the same route of the same table, and no other can have come
before it. Where that is not sure nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.model.address import Address, Prefix

if TYPE_CHECKING:
    from guard.simulate.igp.underlay_build import Network


class Moved:
    """Two states, the later one asked about."""

    def __init__(self, old: Network, new: Network) -> None:
        self.old = old
        self._new = new
        self._chains: dict[Address, tuple[tuple[Prefix, ...], Prefix | None] | None] = {}
        self._turned: dict[str, frozenset[Prefix] | None] = {}

    def is_still(self, node: str, vrf: str, address: Address) -> bool:
        """Whether the address surely resolves from this table as it did: the same way at the same cost."""
        chain = self._chain(address)
        new, old = self._new.ribs.get((node, vrf)), self.old.ribs.get((node, vrf))
        if chain is None or new is None or old is None or new.own is not old.own:
            return False
        private, shared = chain
        for prefix in (*private, shared):
            if prefix in new.own:
                return True
            if prefix in new.static or prefix in old.static:
                return False
        if shared is None or vrf != "default":
            return False
        if node not in self._new.carried(address) or node not in self.old.carried(address):
            return False
        turned = self._of(node)
        return turned is not None and shared not in turned

    def _chain(self, address: Address) -> tuple[tuple[Prefix, ...], Prefix | None] | None:
        """The prefixes that decide (see Network.chain), if they are the same in both states."""
        if address not in self._chains:
            chain = self._new.chain(address)
            self._chains[address] = chain if chain == self.old.chain(address) else None
        return self._chains[address]

    def _of(self, node: str) -> frozenset[Prefix] | None:
        """What the IGPs of a node may say differently of; None where its static routes differ as well."""
        if node not in self._turned:
            new, old = self._new.ribs[node, "default"], self.old.ribs[node, "default"]
            parts = new.learned_otherwise(old) if new.static == old.static else None
            self._turned[node] = frozenset().union(*parts) if parts is not None else None
        return self._turned[node]
