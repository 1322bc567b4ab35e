"""Which addresses a table surely reaches as it did in another state, without resolving them again.

Law: what is said to be unmoved resolves alike in both: by the same route of the same table, and no other can have come
before it. Where that is not sure nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, NamedTuple

from guard.model.address import Address, Prefix
from guard.model.rib import RibEntry

if TYPE_CHECKING:
    from guard.simulate.igp.underlay_build import Network


class _Told(NamedTuple):
    """Prefixes that decide about an address (see Network.chain), and nodes that an IGP tells of it in both states."""

    chain: tuple[Prefix, ...]
    shared: Prefix | None
    carried: frozenset[str]


class _Near(NamedTuple):
    """Connected routes of a table, and prefixes that it has static ones for in either state."""

    own: Mapping[Prefix, RibEntry]
    static: Set[Prefix]


class Moved:
    """Two states, the later one asked about."""

    def __init__(self, old: Network, new: Network) -> None:
        self.old = old
        self._new = new
        self._addresses: dict[Address, _Told | None] = {}
        self._tables: dict[tuple[str, str], _Near | None] = {}
        self._turned: dict[str, frozenset[Prefix] | None] = {}

    def is_still(self, node: str, vrf: str, address: Address) -> bool:
        """Whether the address surely resolves from this table as it did: the same way at the same cost."""
        told, near = self._address(address), self._table(node, vrf)
        if told is None or near is None:
            return False
        for prefix in told.chain:
            if prefix in near.own:
                return True
            if prefix in near.static:
                return False
        if told.shared is None or vrf != "default" or node not in told.carried:
            return False
        turned = self._of(node)
        return turned is not None and told.shared not in turned

    def _address(self, address: Address) -> _Told | None:
        """What decides about an address, if it is the same in both states."""
        if address not in self._addresses:
            private, shared = chain = self._new.chain(address)
            told = None
            if chain == self.old.chain(address):
                carried = self._new.carried(address) & self.old.carried(address)
                told = _Told((*private, shared) if shared is not None else private, shared, carried)
            self._addresses[address] = told
        return self._addresses[address]

    def _table(self, node: str, vrf: str) -> _Near | None:
        """A table's nearest routes, if connected ones are what they were."""
        key = (node, vrf)
        if key not in self._tables:
            new, old = self._new.ribs.get(key), self.old.ribs.get(key)
            found = None
            if new is not None and old is not None and (new.own is old.own or new.own == old.own):
                found = _Near(new.own, new.static.keys() | old.static.keys())
            self._tables[key] = found
        return self._tables[key]

    def _of(self, node: str) -> frozenset[Prefix] | None:
        """What the IGPs of a node may say differently of; None where its static routes differ as well."""
        if node not in self._turned:
            new, old = self._new.ribs[node, "default"], self.old.ribs[node, "default"]
            parts = new.learned_otherwise(old) if new.static == old.static else None
            self._turned[node] = frozenset().union(*parts) if parts is not None else None
        return self._turned[node]
