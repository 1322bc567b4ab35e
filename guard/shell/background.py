"""What the server does beside its answers: a task that sleeps until something wakes it, and ends when told."""

import asyncio
import contextlib
from abc import ABC, abstractmethod


class Background(ABC):
    """One task on the event loop, begun by the first `wake`. What it does never ends it: see `_run`."""

    def __init__(self) -> None:
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look now whether there is something to do."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        self._wanted.set()

    async def close(self) -> None:
        """Stop, whatever runs."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @abstractmethod
    async def _run(self) -> None:
        """Wait for `_wanted`, clear it and work, for ever."""
