"""When a process that judges one change after the other looks for garbage: once its memory has grown, and not before.

What is remembered of snapshots lives through many checks and is no garbage; looking at all of it takes as long as a
check. Without the automatic collector a check's own garbage waits until it is worth the look.
"""

from __future__ import annotations

import contextlib
import gc
from pathlib import Path

#: Of the memory in use after the last look: how much it may be before the next one, idle or between two checks.
_WHEN_IDLE, _WHEN_BUSY = 1.5, 2.0
#: Pages (256 MB): growth that is worth a look however much is in use.
_WORTH_IT = 65_536


class Garbage:
    """Looks at what grew since it was made, or since it looked last."""

    def __init__(self) -> None:
        self._before = _resident()

    def look(self) -> None:
        """Collect where memory has grown enough for an idle process."""
        self._look(_WHEN_IDLE, _WORTH_IT)

    def look_when_busy(self) -> None:
        """Collect where it has grown so much that somebody may wait for it."""
        self._look(_WHEN_BUSY, 2 * _WORTH_IT)

    def _look(self, share: float, pages: int) -> None:
        now = _resident()
        if not now or now > min(self._before * share, self._before + pages):
            gc.collect()
            self._before = _resident()


def _resident() -> int:
    """Pages of memory in use; 0 where that is not to be had, so that it is looked each time."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1])
    return 0
