"""What was worked out of the latest snapshots, for the checks that come after on the same base.

Law: what is remembered stands under all that it was read from. A snapshot is found by the digest of its files and is
then compared itself, so an answer can be old but never another snapshot's; whatever else a value depends on (the base
that it was made against, destinations, the number of failures) is part of its key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol, TypeVar, cast, runtime_checkable

from guard.snapshot.files import belongs, digest
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

T = TypeVar("T")

#: Devices of all snapshots that are kept, together: two snapshots of a thousand routers (what was worked out of one
#: weighs 100 to 200 MB), or a dozen of 156; the latest FEWEST stay whatever they weigh: a check has base and candidate.
MOST_DEVICES, FEWEST, MOST = 2_400, 2, 16


class Held:
    """One snapshot and what was worked out of it, by name and by what else it depends on. `number`: its own."""

    __slots__ = ("_found", "number", "snapshot")

    def __init__(self, snapshot: Snapshot, number: int) -> None:
        self.snapshot = snapshot
        self.number = number
        self._found: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """`make()`, remembered under `key`."""
        if key not in self._found:
            self._found[key] = make()
        return cast(T, self._found[key])

    def found(self, key: Hashable) -> object | None:
        """What is remembered under `key`."""
        return self._found.get(key)


class Memory:
    """The latest snapshots, least recently used first. Bounded by the number of their devices."""

    def __init__(self) -> None:
        self.base = ""  # digest of the snapshot that the latest check was about
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._count = 0
        self._read: OrderedDict[str, Snapshot] = OrderedDict()

    def load(self, files: Mapping[str, str]) -> Snapshot:
        """The snapshot of these files, read again only if it is not one of the latest that were read."""
        name = digest({path: text for path, text in files.items() if belongs(path)})
        if name not in self._read:
            self._read[name] = load(files)
            if len(self._read) > FEWEST:
                self._read.popitem(last=False)
        self._read.move_to_end(name)
        return self._read[name]

    def of(self, snapshots: Sequence[Snapshot]) -> list[Held]:
        """What is known of the snapshots of one check; the first one, its base, is the last to be forgotten."""
        self.base = snapshots[0].digest
        found = [self._find(each) for each in snapshots]
        self._held.move_to_end(snapshots[0].digest)
        self._forget()
        return found

    def _find(self, snapshot: Snapshot) -> Held:
        held = self._held.get(snapshot.digest)
        if held is None or not _same(held.snapshot, snapshot):
            self._count += 1
            held = self._held[snapshot.digest] = Held(snapshot, self._count)
        self._held.move_to_end(snapshot.digest)
        return held

    def _forget(self) -> None:
        weight = sum(len(each.snapshot.devices) for each in self._held.values())
        while len(self._held) > FEWEST and (weight > MOST_DEVICES or len(self._held) > MOST):
            _, oldest = self._held.popitem(last=False)
            weight -= len(oldest.snapshot.devices)


def _same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots of one digest are equal, in what `==` leaves out as well.

    A step's snapshot knows what it was made from: an inventory that goes on naming what a step removed, zones that
    know which records were edited.
    """
    if one is other:
        return True
    edited = any(zone.edit is not None for each in (one, other) for zone in each.zones.values())
    return not edited and one == other and one.inventory.file_names == other.inventory.file_names


@runtime_checkable
class Remembering(Protocol):
    """An engine that keeps a memory for those who work with its states."""

    @property
    def memory(self) -> Memory: ...
