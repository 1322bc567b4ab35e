"""Objects known by what they are, not by what they say: as keys of memories, and compared at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import is_
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class ById(Generic[T]):
    """One object, known by its identity: what a configuration was read into never changes."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and self.value is other.value


def are_same(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether two rows hold the very same objects in the same order."""
    return len(some) == len(others) and all(map(is_, some, others))


def are_same_by_key(one: Mapping[K, object], other: Mapping[K, object]) -> bool:
    """Whether two mappings hold the very same objects under the same keys."""
    return one is other or (one.keys() == other.keys() and all(other[key] is each for key, each in one.items()))
