"""What a part of a configuration says, without the places that it was read from.

Law: parts with equal meanings do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from guard.model.identity import ById
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


def remembered(value: object, tell: Callable[[Any], Hashable] = meaning) -> Hashable:
    """`tell(value)` of a part that is asked about again and again, once for every failure."""
    return _told(ById(value), tell)


@lru_cache(maxsize=1024)
def _told(held: ById[object], tell: Callable[[Any], Hashable]) -> Hashable:
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
