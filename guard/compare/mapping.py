"""The difference of two mappings as a value with the laws of a delta (DESIGN law 4).

`between(a, a)` is empty; `between(a, b).apply(a) == b`; `between(a, b).then(between(b, c)) == between(a, c)`;
`between(a, b).inverse() == between(b, a)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Absent(Enum):
    """There is no such key on this side (None may be a value)."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Turn(NamedTuple, Generic[V]):
    """What one key was before and is after."""

    before: V | Absent
    after: V | Absent


@dataclass(frozen=True, slots=True)
class MappingDelta(Generic[K, V]):
    """Keys whose value differs, each with both sides; keys that agree do not occur."""

    turns: Mapping[K, Turn[V]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.turns)

    def apply(self, base: Mapping[K, V]) -> dict[K, V]:
        """The mapping after; ValueError where `base` is not what this delta was taken from."""
        result = dict(base)
        for key, (before, after) in self.turns.items():
            if result.get(key, ABSENT) != before:
                raise ValueError(f"delta does not apply: {key!r} is not what it was")
            if after is ABSENT:
                del result[key]
            else:
                result[key] = after
        return result

    def then(self, later: MappingDelta[K, V]) -> MappingDelta[K, V]:
        """This delta followed by `later`, as one; ValueError where they do not meet."""
        result = dict(self.turns)
        for key, turn in later.turns.items():
            first = self.turns.get(key)
            if first is None:
                result[key] = turn
            elif first.after != turn.before:
                raise ValueError(f"deltas do not follow each other at {key!r}")
            elif first.before == turn.after:
                del result[key]
            else:
                result[key] = Turn(first.before, turn.after)
        return MappingDelta(result)

    def inverse(self) -> MappingDelta[K, V]:
        return MappingDelta({key: Turn(after, before) for key, (before, after) in self.turns.items()})

    def added(self) -> Iterator[tuple[K, V]]:
        for key, (before, after) in self.turns.items():
            if before is ABSENT and not isinstance(after, Absent):
                yield key, after

    def removed(self) -> Iterator[tuple[K, V]]:
        for key, (before, after) in self.turns.items():
            if after is ABSENT and not isinstance(before, Absent):
                yield key, before

    def changed(self) -> Iterator[tuple[K, V, V]]:
        """Keys that are on both sides, with both values."""
        for key, (before, after) in self.turns.items():
            if not isinstance(before, Absent) and not isinstance(after, Absent):
                yield key, before, after


def between(before: Mapping[K, V], after: Mapping[K, V]) -> MappingDelta[K, V]:
    """The delta of two mappings. Values that are one object are not compared, so shared parts cost nothing."""
    if before is after:
        return MappingDelta({})
    turns: dict[K, Turn[V]] = {}
    for key, old in before.items():
        new = after.get(key, ABSENT)
        if new is not old and new != old:
            turns[key] = Turn(old, new)
    for key, new in after.items():
        if key not in before:
            turns[key] = Turn(ABSENT, new)
    return MappingDelta(turns)
