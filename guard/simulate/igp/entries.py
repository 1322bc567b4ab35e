"""The routes of a distance-vector protocol in one table, all made in advance.

Law: implements main_rib.IgpTable, Running and Differing but for the names of protocol and process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from guard.model.address import Prefix
from guard.model.rib import RibEntry


class Entries:
    """`subnets`: the connected ones that the process runs on."""

    process: str

    def __init__(self, entries: Mapping[Prefix, RibEntry], subnets: Collection[Prefix]) -> None:
        self._entries = entries
        self._subnets = subnets

    def entry(self, prefix: Prefix) -> RibEntry | None:
        return self._entries.get(prefix)

    def prefixes(self) -> Iterator[Prefix]:
        return iter(self._entries)

    def lengths(self, version: int) -> Collection[int]:
        return {prefix.length for prefix in self._entries if prefix.version == version}

    def subnets(self) -> Collection[Prefix]:
        return self._subnets

    def differing(self, other: object) -> Collection[Prefix] | None:
        """Prefixes of which this table and that of another state say different things; None: cannot tell."""
        if not isinstance(other, Entries) or type(self) is not type(other) or self.process != other.process:
            return None
        mine, its = self._entries, other._entries
        return () if mine is its else {each for each in mine.keys() | its.keys() if mine.get(each) != its.get(each)}
