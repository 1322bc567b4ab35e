"""The active snapshot is held computed: workers judge a small change of it before anybody asks, and forget the verdict.

Law: nothing that a check answers hangs on it; it saves the first check, and the first one after a worker was killed,
the time from cold. A check that waits for a worker and has another base ends it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from guard.shell.background import Background
from guard.shell.clock import Clock
from guard.shell.errors import GuardError
from guard.shell.settings import Settings
from guard.shell.store.state import State
from guard.shell.worker import Folder
from guard.shell.workers import Work, Workers

#: Workers that hold the snapshot: the one that checks go to, and the one that takes its place.
HELD = 2
Policies = Callable[[], Awaitable[Mapping[str, bytes]]]


class Holder(Background):
    """Has the workers hold what is active: woken where something was activated or a worker may have ended."""

    def __init__(self, state: State, workers: Workers, settings: Settings, now: Clock, policies: Policies) -> None:
        super().__init__()
        self._state, self._workers, self._settings, self._clock = state, workers, settings, now
        self._policies = policies

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            with contextlib.suppress(GuardError, OSError):  # checks meet the same, and say so
                await self._hold()

    async def _hold(self) -> None:
        active = self._state.active
        if active is None:
            return
        if await self._held(active, 0):  # a check may come between this and what failures do, which takes half as long
            await self._held(active, None)

    async def _held(self, active: str, failures: int | None) -> bool:
        """Whether the workers hold the snapshot; False where another one is active meanwhile."""
        work = await self._work(active, failures)
        for most in range(1, HELD + 1):
            while await self._workers.ahead(work, most=most):
                if self._state.active != active:
                    self._wanted.set()
                    return False
        return True

    async def _work(self, active: str, failures: int | None) -> Work:
        fields = {
            "base_files": Folder(active), "policy_files": await self._policies(), "now": self._clock.now(),
            "engine": self._settings.engine, "batfish": self._settings.batfish, "failures": failures,
        }  # fmt: skip
        files = await asyncio.to_thread(self._state.snapshots.files, active)
        return Work("hold", fields, {active: files}, affinity=active, label=f"{active} {failures}")
