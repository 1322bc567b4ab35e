"""Worker processes that run the pipeline, warm, one check at a time each; a check that must stop is killed.

Law: a worker that ends without an answer is an internal error, never a verdict. What the caller sees is only what the
worker sent whole.
"""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from guard.shell import worker
from guard.shell.binding import printable
from guard.shell.errors import EngineUnavailable, InvariantBroken, RequestInvalid, TimedOut, Unsupported

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Work:
    """A call of the pipeline: the function's name, and the fields of its request (for `check`) or its arguments.

    `folders`: the files of each `Folder` among the fields, by digest, for a worker that does not have them.
    """

    function: str
    fields: Mapping[str, Any]
    folders: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    affinity: str = ""  # work of the same affinity goes to the worker that has its base in its caches, if that is idle
    label: str = ""  # of work that is done ahead of checks: a worker does it once


class WorkerDied(Exception):
    """A worker's process ended before it answered."""


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is being done before checks ask for it."""

    affinity: str
    task: asyncio.Task[Any]
    gives_way: bool


class Workers:
    """A fixed number of processes, each started when it is first needed and again after it was killed."""

    def __init__(self, pipeline: str, size: int, *, niceness: int = 0) -> None:
        self.pipeline = pipeline
        self._niceness = niceness
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([pipeline, worker.__name__])
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._free = asyncio.Semaphore(size)
        self._size = size
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="guard-worker")
        self._ahead: _Ahead | None = None

    async def warm(self) -> None:
        """Start the processes, so that the first check does not wait; InvariantBroken if no pipeline can be loaded."""
        loop = asyncio.get_running_loop()
        try:
            self._idle = list(await asyncio.gather(*(loop.run_in_executor(self._threads, self._start)
                                                     for _ in range(self._size))))
        except WorkerDied as error:
            raise InvariantBroken("worker-died", f"no check can be run: {error}") from error

    async def run(self, work: Work, *, timeout: float, progress: Progress) -> Any:
        """Do the work in a process; TimedOut, and the process killed, if it takes longer, waiting for a turn included.

        Cancelling the task kills the process too. RequestInvalid and EngineUnavailable come from the pipeline.
        """
        try:
            async with asyncio.timeout(timeout):
                self._give_way(work.affinity)
                async with self._free:
                    return await self._converse(await self._take(work.affinity), work, progress)
        except TimeoutError as error:
            raise TimedOut("timed-out", f"the check took longer than {timeout:.0f} s and was stopped") from error

    async def ahead(self, work: Work, *, most: int) -> bool:
        """Do in one more worker what `most` of them are to have done before checks ask for it; False where they have.

        A check that finds no other worker free, and has no use for this work, ends it: true then too. It waits where
        the worker has another base in its caches, which would go with it.
        """
        if sum(work.label in each.done for each in self._all) >= most:
            return False
        async with self._free:
            one = await self._other(work)
            if one is None:
                return False
            task = asyncio.ensure_future(self._converse(one, work, lambda stage, share: None))
            self._ahead = _Ahead(work.affinity, task, gives_way=not one.affinity)
            try:
                await asyncio.wait({task})
            finally:
                self._ahead = None
                task.cancel()
                await asyncio.wait({task})
        if not task.cancelled():
            task.result()  # its error is the caller's to know
        return True

    async def rest(self) -> None:
        """End the processes that have nothing to do; what they remember is memory until they are needed again."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(asyncio.to_thread(self._end, each) for each in idle))

    def close(self) -> None:
        """Kill what is left and wait for it."""
        for each in tuple(self._all):
            self._end(each)
        self._threads.shutdown(wait=True)

    async def _converse(self, one: "_Worker", work: Work, progress: Progress) -> Any:
        loop = asyncio.get_running_loop()

        def tell(stage: str, fraction: float) -> None:
            loop.call_soon_threadsafe(progress, stage, fraction)

        conversation = loop.run_in_executor(self._threads, one.converse, work, tell)
        try:
            answer = await asyncio.shield(conversation)
        except asyncio.CancelledError:
            self._end(one)
            with contextlib.suppress(WorkerDied):  # its pipe ends, so the thread does
                await conversation
            raise
        except WorkerDied as error:
            self._end(one)
            raise InvariantBroken("worker-died", str(error)) from error
        one.affinity = work.affinity
        one.done.add(work.label)
        self._idle.append(one)
        return _understood(answer)

    def _give_way(self, affinity: str) -> None:
        """Where no worker is free, what is done ahead ends for a check that has no use for it."""
        ahead = self._ahead
        if ahead is not None and ahead.gives_way and ahead.affinity != affinity and self._free.locked():
            ahead.task.cancel()

    async def _take(self, affinity: str) -> "_Worker":
        """The worker that has the base; else the one that is working it out, waited for; else any."""
        while (one := self._found(lambda each: each.affinity == affinity)) is None:
            if self._ahead is None or self._ahead.affinity != affinity:
                break
            await asyncio.wait({self._ahead.task})
        one = one or self._found(lambda each: not each.affinity) or self._found(lambda _: True)
        return one if one is not None else await self._started()

    async def _other(self, work: Work) -> "_Worker | None":
        """A worker that has not done the work; None where all that there may be are busy or have done it."""
        one = self._found(lambda each: each.affinity == work.affinity and work.label not in each.done)
        one = one or self._found(lambda each: work.label not in each.done)
        if one is None and len(self._all) < self._size:
            return await self._started()
        return one

    def _found(self, wanted: Callable[["_Worker"], bool]) -> "_Worker | None":
        """An idle worker, the one that was idle longest first; those that ended meanwhile are let go."""
        for one in tuple(self._idle):
            if not one.alive:
                self._idle.remove(one)
                self._end(one)
            elif wanted(one):
                self._idle.remove(one)
                return one
        return None

    async def _started(self) -> "_Worker":
        starting = asyncio.get_running_loop().run_in_executor(self._threads, self._start)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._keep)  # for the next check, as this one no longer wants it
            raise
        except WorkerDied as error:
            raise InvariantBroken("worker-died", str(error)) from error

    def _keep(self, starting: "asyncio.Future[_Worker]") -> None:
        if not starting.cancelled() and starting.exception() is None:
            self._idle.append(starting.result())

    def _start(self) -> "_Worker":
        """A process that has loaded the pipeline; WorkerDied if it cannot. Runs in a thread."""
        one = _Worker(self._context, self.pipeline, self._niceness)
        self._all.add(one)
        try:
            one.wait_until_ready()
        except WorkerDied:
            self._end(one)
            raise
        return one

    def _end(self, one: "_Worker") -> None:
        self._all.discard(one)
        one.kill()


class _Worker:
    """One process and our end of its pipe. `done`: the labels of what it did ahead of checks."""

    def __init__(self, context: Any, pipeline: str, niceness: int) -> None:
        self.affinity = ""
        self.done: set[str] = set()
        self._ours, theirs = context.Pipe()
        told = (theirs, pipeline, niceness)
        self._process = context.Process(target=worker.serve, args=told, name="guard-check", daemon=True)
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return bool(self._process.is_alive())

    def wait_until_ready(self) -> None:
        """Until the pipeline is loaded on the other side."""
        self._received()

    def converse(self, work: Work, tell: Progress) -> tuple[Any, ...]:
        """Send the work and read until the answer; runs in a thread."""
        self._send((work.function, work.fields))
        while True:
            kind, *rest = self._received()
            match kind:
                case "progress":
                    tell(*rest)
                case "wants":
                    self._send(work.folders[rest[0]])
                case _:
                    return (kind, *rest)

    def _send(self, message: Any) -> None:
        try:
            self._ours.send(message)
        except OSError as error:
            raise self._died() from error

    def _received(self) -> tuple[Any, ...]:
        try:
            message: tuple[Any, ...] = self._ours.recv()
        except (EOFError, OSError) as error:
            raise self._died() from error
        return message

    def _died(self) -> WorkerDied:
        self._process.join(1)
        return WorkerDied(f"the process of the check ended without a verdict (exit code {self._process.exitcode})")

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def _understood(answer: tuple[Any, ...]) -> Any:
    match answer:
        case ("done", result):
            return result
        case ("invalid", code, message, file, line):
            raise RequestInvalid(code, printable(message), printable(file) if file else None, line)
        case ("no-engine", code, message):
            raise EngineUnavailable(code, message)
        case ("unsupported", message):
            raise Unsupported("unsupported", message)
        case _:
            raise InvariantBroken("worker-answer", f"a worker answered {answer[0]!r}")
