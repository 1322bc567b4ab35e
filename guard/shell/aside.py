"""What a forked child works out meanwhile; its answer comes back through a pipe.

Law: a child that fails is as if it had never been: there is no answer, and who asked does the work himself. Only where
one thread runs (a command, not a server): others would stand still in the child with what they had locked.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Generic, TypeVar, cast

T = TypeVar("T")


def cores() -> int:
    """How many processes can really run at once; 1 where nothing can be forked."""
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return 1
    return len(os.sched_getaffinity(0))


class Aside(Generic[T]):
    """`work()` in a child that starts at once."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._here, there = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _give(work, there)
        os.close(there)

    def answer(self) -> T | None:
        """What the child found, waiting for it; None where it ended without an answer. To be asked once."""
        with open(self._here, "rb") as pipe:
            said = pipe.read()
        status = os.waitpid(self._child, 0)[1]
        return cast(T, pickle.loads(said)) if status == 0 and said else None


def _give(work: Callable[[], object], there: int) -> None:
    """The child's whole life: it ends here, whatever happens, and says nothing but its answer."""
    status = 1
    try:
        with open(there, "wb") as pipe:
            pipe.write(pickle.dumps(work(), pickle.HIGHEST_PROTOCOL))
        status = 0
    finally:
        os._exit(status)
