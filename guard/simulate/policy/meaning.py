"""What a part of a configuration says, without the places that it was read from.

Law: parts with equal meanings do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from guard.model.policy import MatchPolicy
from guard.model.provenance import Source


def meaning(value: object) -> Hashable:
    """A value without the places it was read from, so that an edit elsewhere in the file changes nothing."""
    if isinstance(value, Source):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(meaning(getattr(value, each.name)) for each in fields(value)))
    if isinstance(value, tuple):
        return tuple(meaning(each) for each in value)
    if isinstance(value, dict):
        return tuple((key, meaning(each)) for key, each in sorted(value.items()))
    assert isinstance(value, Hashable)
    return value


def same_meaning(one: object, other: object) -> bool:
    """Whether two values have one meaning; cheap where they are equal, or parts of them the same objects."""
    if one is other or one == other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Source):
        return True
    if is_dataclass(one) and not isinstance(one, type):
        return all(same_meaning(getattr(one, name), getattr(other, name)) for name in _field_names(type(one)))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same_meaning, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_meaning(each, other[key]) for key, each in one.items())
    return False


@lru_cache(maxsize=256)
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


class _Held:
    """One object, known by its identity: what a configuration was read into never changes."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.value is other.value


def remembered(value: object, tell: Callable[[Any], Hashable] = meaning) -> Hashable:
    """`tell(value)` of a part that is asked about again and again, once for every failure."""
    return _told(_Held(value), tell)


@lru_cache(maxsize=1024)
def _told(held: _Held, tell: Callable[[Any], Hashable]) -> Hashable:
    return tell(held.value)


def called_names(policy: object) -> set[str]:
    """The names of the policies that a policy asks."""
    found: set[str] = set()
    stack: list[object] = [policy]
    while stack:
        value = stack.pop()
        if isinstance(value, MatchPolicy):
            found.add(value.name)
        if is_dataclass(value) and not isinstance(value, type):
            stack.extend(getattr(value, each.name) for each in fields(value))
        elif isinstance(value, tuple) and not isinstance(value, Source):
            stack.extend(value)
    return found
