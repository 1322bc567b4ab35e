"""What was read from a text, kept while there is room: the texts together are no longer than a limit.

Keyed by content, so it can never be stale. A count would not do: a zone of a million records is no hundred devices.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class TextMemory(Generic[T]):
    """`read(text, file)`, remembered. What was used longest ago goes first; the last text stays, however long."""

    def __init__(self, read: Callable[[str, str], T], *, characters: int) -> None:
        self._read = read
        self._limit = characters
        self._held = 0
        self._known: OrderedDict[tuple[str, str], T] = OrderedDict()

    def __call__(self, text: str, file: str) -> T:
        key = (text, file)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        found = self._read(text, file)
        self.put(text, file, found)
        return found

    def put(self, text: str, file: str, found: T) -> None:
        """Remember what somebody else read from a text that is not known yet."""
        if (text, file) in self._known:
            return
        self._known[text, file] = found
        self._held += len(text)
        while self._held > self._limit and len(self._known) > 1:
            self._held -= len(self._known.popitem(last=False)[0][0])
