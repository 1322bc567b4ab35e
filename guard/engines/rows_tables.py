"""RIB and FIB held as plain tables: for engines that are told every row instead of computing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guard.model.address import WIDTH, Address, Prefix, prefix_of
from guard.model.rib import NextHop, RibEntry


@dataclass(frozen=True, slots=True)
class HeldRib:
    """Implements guard.model.rib.Rib."""

    entries: Mapping[Prefix, RibEntry]

    def __len__(self) -> int:
        return len(self.entries)

    def prefixes(self) -> Iterator[Prefix]:
        return iter(sorted(self.entries))

    def get(self, prefix: Prefix) -> RibEntry | None:
        return self.entries.get(prefix)

    def lookup(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        for length in range(WIDTH[address.version], -1, -1):
            prefix = prefix_of(address, length)
            entry = self.entries.get(prefix)
            if entry is not None:
                return prefix, entry
        return None


@dataclass(frozen=True, slots=True)
class HeldFib:
    """Implements guard.model.state.Fib."""

    hops: Mapping[tuple[str, str, Prefix], tuple[NextHop, ...]]

    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        return self.hops.get((node, vrf, prefix), ())
