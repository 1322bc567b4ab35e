"""The service's proof of itself: made at the start, for every new snapshot and set of policies, and every N minutes.

Law: the last proof that passed stands while the next one runs; where none stands, checks that could be ALLOW wait for
it, and are HOLD if it does not come or fails. It runs in a process of its own that goes behind those of checks.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from guard.audit.canonical import files_digest
from guard.judge.standing import NONE_YET, Standing
from guard.shell.background import Background
from guard.shell.clock import Clock
from guard.shell.errors import GuardError
from guard.shell.settings import Settings
from guard.shell.store.state import State
from guard.shell.worker import Folder
from guard.shell.workers import Work, Workers

Policies = Callable[[], Awaitable[Mapping[str, bytes]]]
Key = tuple[str, str]


class Prover(Background):
    """Keeps a proof for the active snapshot and the policies in force: woken where one of them may have changed."""

    def __init__(self, state: State, workers: Workers, settings: Settings, now: Clock, policies: Policies) -> None:
        super().__init__()
        self._state, self._workers, self._settings, self._clock = state, workers, settings, now
        self._policies = policies
        self._made: tuple[Key, Standing] | None = None
        self._done = asyncio.Event()  # replaced at the end of each proof

    @property
    def able(self) -> bool:
        """Whether verdicts can bind: a proof stands, or there is nothing yet that it could be made on."""
        return self._state.active is None or (self._made is not None and self._made[1].passed)

    async def standing(self, policies: Mapping[str, bytes], *, seconds: float) -> Standing:
        """The proof that a verdict of now rests on; waits for one up to so long where none stands."""
        key = (self._state.active or "", files_digest(policies))
        stale = self._made is None or self._made[0] != key
        if stale:
            self.wake()
        if self._made is not None and (self._made[1].passed or not stale):
            return self._made[1]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.0)):
                while self._made is None or (not self._made[1].passed and self._made[0] != key):
                    await self._done.wait()
        return self._made[1] if self._made is not None else NONE_YET

    async def close(self) -> None:
        """Stop, whatever runs."""
        await super().close()
        self._workers.close()

    async def _run(self) -> None:
        while True:
            due = False
            try:
                async with asyncio.timeout(self._settings.prove_minutes * 60):
                    await self._wanted.wait()
            except TimeoutError:
                due = True
            self._wanted.clear()
            with contextlib.suppress(GuardError, OSError):  # the log or the disk: checks meet the same, and say so
                await self._prove(due)

    async def _prove(self, due: bool) -> None:
        active = self._state.active
        if active is None:
            return
        policies = await self._policies()
        key = (active, files_digest(policies))
        if due or self._made is None or self._made[0] != key:
            self._made = key, await self._tried(active, policies)
            done, self._done = self._done, asyncio.Event()
            done.set()

    async def _tried(self, active: str, policies: Mapping[str, bytes]) -> Standing:
        """A proof, or why there is none: whatever goes wrong here is no reason to stop serving."""
        files = await asyncio.to_thread(self._state.snapshots.files, active)
        fields: dict[str, Any] = {
            "base_files": Folder(active), "policy_files": policies, "now": self._clock.now(),
            "engine": self._settings.engine, "batfish": self._settings.batfish,
        }  # fmt: skip
        try:
            work, limit = Work("prove", fields, {active: files}, affinity=active), self._settings.limits.check_seconds
            standing, document = await self._workers.run(work, timeout=limit, progress=lambda stage, share: None)
        except GuardError as error:
            return Standing("", False, str(error))
        finally:
            await self._workers.rest()  # until the next proof its process would only take up memory
        await asyncio.to_thread(self._state.blobs.put, document)
        assert isinstance(standing, Standing)
        return standing
