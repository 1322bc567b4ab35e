"""The routes of a distance-vector protocol in one table, all made in advance.

Law: implements main_rib.IgpTable and Running but for the names of protocol and process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from guard.model.address import Prefix
from guard.model.rib import RibEntry


class Entries:
    """`subnets`: the connected ones that the process runs on."""

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
