"""Where a parsed thing stands: file and lines (law 7: everything parsed knows them)."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A run of lines of one file of the snapshot, 1-based and inclusive."""

    file: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.file}:{self.first}" if self.first == self.last else f"{self.file}:{self.first}-{self.last}"
