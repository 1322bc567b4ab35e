"""A candidate in the very objects of its base: what says the same as before is the object that it was.

Law: `in_terms_of(snapshot, base)` differs from `snapshot` in places (Source), in descriptions and in what of a device
no state is computed from, and in nothing else; parts stand where they stood. `places` leads back to the places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, TypeVar, cast

from guard.model.device import Device
from guard.model.identity import ById, are_same_by_key
from guard.model.provenance import Source
from guard.snapshot.snapshot import Snapshot

T = TypeVar("T")

#: What is said about a configuration, not by it: how it was understood, and what people wrote for each other.
_ABOUT = frozenset({"coverage", "description", "references", "undefined", "unused", "warnings"})


def in_terms_of(snapshot: Snapshot, base: Snapshot) -> Snapshot:
    """The snapshot in the base's own objects wherever they mean the same; one that means the same keeps its devices."""
    found = {name: as_before(device, base.devices.get(name, device)) for name, device in snapshot.devices.items()}
    if all(found[name] is device for name, device in snapshot.devices.items()):
        return snapshot
    return replace(snapshot, devices=base.devices if are_same_by_key(found, base.devices) else found)


def as_before(device: Device, before: Device) -> Device:
    """A device in the objects of an older form of it: that form itself where they mean the same."""
    return device if device is before else _remembered(ById(device), ById(before))


@lru_cache(maxsize=64)  # as often as several ask about the devices of one change
def _remembered(device: ById[Device], before: ById[Device]) -> Device:
    return _grafted(device.value, before.value)


# ------------------------------------------------------------------------------------------------- comparison


def alike(one: object, other: object) -> bool:
    """Whether two parts say the same, wherever they stand."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if kind is Source:
        return True
    if isinstance(one, tuple):
        others = cast(tuple[object, ...], other)
        return one == others or (len(one) == len(others) and all(map(alike, one, others)))
    tell = _teller(cast(Any, kind))
    if tell is not None:
        first, second = tell(one), tell(other)
        return bool(first == second) or all(map(alike, first, second))
    if isinstance(one, Mapping):
        others_by = cast(Mapping[Any, object], other)
        return list(one) == list(others_by) and all(alike(each, others_by[key]) for key, each in one.items())
    return one == other


@cache
def _teller(kind: Any) -> Callable[[Any], tuple[object, ...]] | None:
    """What a part of this kind says, apart from what is said about it; None: no dataclass."""
    if not is_dataclass(kind):
        return None
    names = [each.name for each in fields(kind) if each.name not in _ABOUT]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda part: tuple(getattr(part, name) for name in names)


# ------------------------------------------------------------------------------------------------- sharing


def _grafted(new: T, old: T) -> T:
    """`new` with all of `old` in it that says the same."""
    if alike(new, old):
        return old
    if type(new) is not type(old):
        return new
    if type(new) is tuple:
        return cast(T, _grafted_row(cast(tuple[object, ...], new), cast(tuple[object, ...], old)))
    if is_dataclass(new) and not isinstance(new, type):
        shared = {
            each.name: _grafted(getattr(new, each.name), getattr(old, each.name))
            for each in fields(new)
            if each.name not in _ABOUT
        }
        return cast(T, replace(new, **{name: part for name, part in shared.items() if part is not getattr(new, name)}))
    if isinstance(new, Mapping):
        before = cast(Mapping[Any, object], old)
        return cast(T, {key: _grafted(part, before[key]) if key in before else part for key, part in new.items()})
    return new


def _grafted_row(new: tuple[object, ...], old: tuple[object, ...]) -> tuple[object, ...]:
    """What stands alike from the front and from the back is the old one's; between, one against one where they fit."""
    most = min(len(new), len(old))
    front = next((at for at in range(most) if not alike(new[at], old[at])), most)
    back = next((at for at in range(most - front) if not alike(new[-1 - at], old[-1 - at])), most - front)
    middle, before = new[front : len(new) - back], old[front : len(old) - back]
    if len(middle) == len(before):
        middle = tuple(map(_grafted, middle, before))
    return (*old[:front], *middle, *old[len(old) - back :])


# ------------------------------------------------------------------------------------------------- places


def places(shared: Device, own: Device) -> dict[Source, Source] | None:
    """Where what stands in a device in shared objects stands in the device itself; None: a place would mean two."""
    found: dict[Source, Source] = {}
    for theirs, ours in _pairs(shared, own):
        if found.setdefault(theirs, ours) != ours:
            return None
    return found


def _pairs(shared: object, own: object) -> Iterator[tuple[Source, Source]]:
    """The places of two parts that are built alike, one beside the other."""
    if isinstance(shared, Source) and isinstance(own, Source):
        yield shared, own
    elif isinstance(shared, tuple) and isinstance(own, tuple):
        for one, other in zip(shared, own, strict=True):
            yield from _pairs(one, other)
    elif isinstance(shared, Mapping) and isinstance(own, Mapping):
        for key, each in own.items():
            yield from _pairs(shared[key], each)
    elif (tell := _teller(cast(Any, type(shared)))) is not None:
        for one, other in zip(tell(shared), tell(own), strict=True):
            yield from _pairs(one, other)
