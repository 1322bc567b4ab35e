"""The insides of link-state protocols that similar snapshots share whole, and their tables.

Law: what is shared was read from the very same topology and processes; what else was read is part of `Read`. A graph
keeps the devices that it was made of: who asks for more of a device than its vendor asks the snapshot's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from guard.model.device import Device
from guard.model.identity import are_same
from guard.simulate.layer3.shelf import Shelf
from guard.simulate.layer3.topology import Topology

Inside = TypeVar("Inside")
External = TypeVar("External", bound=Hashable)
Tables = TypeVar("Tables")

#: What was read of each device beside its interfaces, as objects.
Read = Mapping[str, tuple[object, ...]]

#: Sets of externals whose tables are kept with an inside: none yet, and those that stayed.
_MOST_TABLES = 2


def read_by_ospf(devices: Mapping[str, Device]) -> Read:
    """What OSPF reads of configurations beside interfaces."""
    return {name: (device.ospf, device.vendor) for name, device in devices.items() if device.ospf}


def read_by_isis(devices: Mapping[str, Device]) -> Read:
    """What IS-IS reads of configurations beside interfaces: all of one that leaks by policy."""
    return {
        name: (device.isis, device.vendor, device if any(each.leak_l2_to_l1 for each in device.isis) else None)
        for name, device in devices.items()
        if device.isis
    }


@dataclass(slots=True)
class _Made(Generic[Inside, External, Tables]):
    topology: Topology
    read: Read
    inside: Inside
    tables: list[tuple[tuple[External, ...], Tables]] = field(default_factory=list)


@dataclass(slots=True)
class KeptInsides(Generic[Inside, External, Tables]):
    """The last insides of one protocol and family."""

    _shelf: Shelf[_Made[Inside, External, Tables]] = field(default_factory=Shelf)

    def inside(self, topology: Topology, read: Read, make: Callable[[Inside | None], Inside], *, base: bool) -> Inside:
        """The inside over this topology, one that is kept where nothing that it was read from differs.

        `make` is given another one over the same topology, if there is one.
        """
        found = self._shelf.find(lambda each: each.topology is topology and _same(each.read, read))
        if found is None:
            like = self._shelf.find(lambda each: each.topology is topology)
            found = _Made(topology, read, make(like.inside if like is not None else None))
        self._shelf.put(found, base=base)
        return found.inside

    def tables(
        self, inside: Inside, externals: tuple[External, ...], make: Callable[[Inside, tuple[External, ...]], Tables]
    ) -> Tables:
        """The tables of an inside with these externals; kept with an inside that is kept itself."""
        made = self._shelf.find(lambda each: each.inside is inside)
        if made is None:
            return make(inside, externals)
        found = next((tables for known, tables in made.tables if known == externals), None)
        if found is None:
            found = make(inside, externals)
            made.tables.append((externals, found))
            del made.tables[:-_MOST_TABLES]
        return found


def _same(one: Read, other: Read) -> bool:
    return list(one) == list(other) and all(are_same(parts, other[name]) for name, parts in one.items())
