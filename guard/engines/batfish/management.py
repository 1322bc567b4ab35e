"""Management interfaces beside Batfish's answers: Batfish leaves them out unless told not to, and then not always.

Law: what Batfish ignores it does not know; that part of the state is the embedded engine's, and a note says so. It is
taken whole: interfaces, links, and the routes that leave by nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from guard.engines.rows_tables import HeldRib
from guard.model.address import WIDTH, Prefix, prefix_of
from guard.model.rib import NextHop, Rib, RibEntry
from guard.model.state import Fib, InterfaceId, NetworkState, StateNote

#: Batfish's word for it (interfaceProperties, Inactive_Reason), in lower case as states have it.
IGNORED = "ignored management interface"


def ignored(found: NetworkState) -> frozenset[InterfaceId]:
    """The interfaces that Batfish left out."""
    return frozenset(here for here, face in found.interfaces.items() if face.why == IGNORED)


class _Fib:
    """Implements guard.model.state.Fib: some routes are of another engine."""

    def __init__(self, told: Fib, own: Fib, taken: frozenset[tuple[str, str, Prefix]]) -> None:
        self._told, self._own, self._taken = told, own, taken

    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        fib = self._own if (node, vrf, prefix) in self._taken else self._told
        return fib.next_hops(node, vrf, prefix)


def with_management(found: NetworkState, own: NetworkState) -> NetworkState:
    """Batfish's state with the management half of the embedded engine's, of the same snapshot and scenario."""
    left_out = ignored(found)
    interfaces = {**found.interfaces, **{here: own.interfaces[here] for here in left_out if here in own.interfaces}}
    taken = _routes(found, own, left_out)
    ribs: dict[tuple[str, str], Rib] = dict(found.ribs)
    for vertex in taken.keys() | {each for each in ribs if any(here.node == each[0] for here in left_out)}:
        ribs[vertex] = HeldRib({**_others(found, vertex, left_out), **taken.get(vertex, {})})

    def neighbours(here: InterfaceId, /) -> tuple[InterfaceId, ...]:
        near = set(found.neighbours(here)) if found.neighbours is not None else set()
        over = own.neighbours(here) if own.neighbours is not None else ()
        near.update(each for each in over if (here in left_out or each in left_out) and interfaces[each].up)
        return tuple(sorted(near))

    names = tuple(sorted({here.node for here in left_out}))
    text = f"Batfish leaves the management interfaces of {len(names)} devices out: the embedded engine's answer stands"
    return replace(
        found,
        interfaces=interfaces,
        ribs=ribs,
        fib=_Fib(found.fib, own.fib, frozenset((*vertex, p) for vertex, held in taken.items() for p in held)),
        neighbours=neighbours,
        notes=(*found.notes, StateNote("batfish-management", text, names, undecided=False)),
    )


def _others(found: NetworkState, vertex: tuple[str, str], left_out: frozenset[InterfaceId]) -> dict[Prefix, RibEntry]:
    """Batfish's own routes but the null routes that it makes of the addresses of interfaces that it left out."""
    faces = [found.interfaces[here] for here in left_out if here.node == vertex[0]]
    stubs = {prefix_of(address, WIDTH[address.version]) for face in faces for address, _ in face.addresses}
    rib = found.ribs.get(vertex)
    entries = {prefix: entry for prefix in rib.prefixes() if (entry := rib.get(prefix)) is not None} if rib else {}
    return {
        prefix: entry
        for prefix, entry in entries.items()
        if prefix not in stubs or not all(hop.discard for hop in entry.next_hops)
    }


def _routes(
    found: NetworkState, own: NetworkState, left_out: frozenset[InterfaceId]
) -> Mapping[tuple[str, str], Mapping[Prefix, RibEntry]]:
    """Routes that leave by interfaces which Batfish left out, and by no others."""
    by_table: dict[tuple[str, str], set[str]] = defaultdict(set)
    for here in left_out:
        if here in own.interfaces and own.interfaces[here].up:
            by_table[here.node, own.interfaces[here].vrf].add(here.interface)
    taken: dict[tuple[str, str], dict[Prefix, RibEntry]] = defaultdict(dict)
    for vertex, names in by_table.items():
        rib = own.ribs.get(vertex)
        for prefix in rib.prefixes() if rib is not None else ():
            hops = {hop.interface for hop in own.fib.next_hops(*vertex, prefix)}
            entry = rib.get(prefix) if rib is not None else None
            if prefix.version == 4 and hops and hops <= names and entry is not None:
                taken[vertex][prefix] = entry
    return taken
