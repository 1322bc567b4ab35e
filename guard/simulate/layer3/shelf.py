"""The last things that were made of their kind, found by what they were made from; the base's stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

#: How many are kept: a base's, and those of some of its candidates.
_MOST = 3


@dataclass(slots=True)
class Shelf(Generic[T]):
    """What was used last comes last; the first that is not of the base goes."""

    _items: list[T] = field(default_factory=list)
    _base: list[T] = field(default_factory=list)  # one at most

    def find(self, fits: Callable[[T], bool]) -> T | None:
        """The latest that fits."""
        for each in (*reversed(self._items), *self._base):
            if fits(each):
                return each
        return None

    def put(self, item: T, *, base: bool) -> None:
        """Keep what was made or used."""
        if base:
            self._base = [item]
        if any(item is each for each in self._base):
            return
        self._items = [*(each for each in self._items if each is not item), item][1 - _MOST :]
