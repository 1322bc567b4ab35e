"""Work that is begun before somebody asks for it: piece after piece, in a thread of its own.

Law: what a piece gives or raises is given or raised where it is asked for. A piece that nobody will ask for is not
begun; one that is under way ends by itself, or with the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from typing import Any

#: Seconds that the end of the process gives a piece of work under way to notice that it is stopped.
NOTICED = 2.0


class Beside:
    """One thread and the pieces that it was given, in their order."""

    def __init__(self, pieces: Mapping[Hashable, Callable[[], Any]]) -> None:
        self._pieces = pieces
        self._futures: dict[Hashable, Future[Any]] = {key: Future() for key in pieces}
        self._thread = threading.Thread(target=self._work, name="guard-beside", daemon=True)
        self._thread.start()

    def has(self, key: Hashable) -> bool:
        """Whether the piece is to be had: it was given, and not left before it was begun."""
        return key in self._futures and not self._futures[key].cancelled()

    def result(self, key: Hashable) -> Any:
        """Wait for a piece; raises what it raised."""
        return self._futures[key].result()

    def leave(self) -> None:
        """Begin no further piece."""
        for future in self._futures.values():
            future.cancel()

    def join(self, seconds: float) -> None:
        """Wait for the piece that is under way."""
        if threading.current_thread() is not self._thread:
            self._thread.join(seconds)

    def _work(self) -> None:
        for key, piece in self._pieces.items():
            future = self._futures[key]
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(piece())
            except BaseException as error:  # whatever it is, it belongs to whoever asks
                future.set_exception(error)
