"""Worker processes that run the pipeline, warm, one check at a time each; a check that must stop is killed.

Law: a worker that ends without an answer is an internal error, never a verdict. What the caller sees is only what the
worker sent whole.
"""

import asyncio
import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from guard.model.errors import InputInvalid
from guard.shell.binding import printable
from guard.shell.errors import EngineUnavailable, InvariantBroken, RequestInvalid, TimedOut, Unsupported

Progress = Callable[[str, float], None]

#: A worker that has had nothing to do for so long (in s) collects its garbage; a busy one after so many checks.
_IDLE, _UNCOLLECTED = 0.2, 4
#: Memory grows by what candidates leave behind; beyond this share of what was in use all of it is looked through.
_GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Work:
    """A call of the pipeline: the function's name, and the fields of its request (for `check`) or its arguments."""

    function: str
    fields: Mapping[str, Any]
    affinity: str = ""  # work of the same affinity goes to the worker that has its base in its caches, if that is idle


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline's `check` gave, as plain values."""

    verdict: str
    document: dict[str, Any]
    digests: Mapping[str, str]
    author: str


class WorkerDied(Exception):
    """A worker's process ended before it answered."""


class Workers:
    """A fixed number of processes, each started when it is first needed and again after it was killed."""

    def __init__(self, pipeline: str, size: int) -> None:
        self.pipeline = pipeline
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([pipeline, __name__])
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._free = asyncio.Semaphore(size)
        self._size = size
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="guard-worker")

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
                async with self._free:
                    return await self._converse(work, progress)
        except TimeoutError as error:
            raise TimedOut("timed-out", f"the check took longer than {timeout:.0f} s and was stopped") from error

    def close(self) -> None:
        """Kill what is left and wait for it."""
        for worker in tuple(self._all):
            self._end(worker)
        self._threads.shutdown(wait=True)

    async def _converse(self, work: Work, progress: Progress) -> Any:
        loop = asyncio.get_running_loop()
        try:
            worker = await self._take(work.affinity)
        except WorkerDied as error:
            raise InvariantBroken("worker-died", str(error)) from error

        def tell(stage: str, fraction: float) -> None:
            loop.call_soon_threadsafe(progress, stage, fraction)

        conversation = loop.run_in_executor(self._threads, worker.converse, work, tell)
        try:
            answer = await asyncio.shield(conversation)
        except asyncio.CancelledError:
            self._end(worker)
            with contextlib.suppress(WorkerDied):  # its pipe ends, so the thread does
                await conversation
            raise
        except WorkerDied as error:
            self._end(worker)
            raise InvariantBroken("worker-died", str(error)) from error
        worker.affinity = work.affinity
        self._idle.append(worker)
        return _understood(answer)

    async def _take(self, affinity: str) -> "_Worker":
        for worker in self._idle:
            if worker.affinity == affinity and worker.alive:
                self._idle.remove(worker)
                return worker
        while self._idle:
            worker = self._idle.pop(0)
            if worker.alive:
                return worker
            self._end(worker)
        starting = asyncio.get_running_loop().run_in_executor(self._threads, self._start)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._keep)  # for the next check, as this one no longer wants it
            raise

    def _keep(self, starting: "asyncio.Future[_Worker]") -> None:
        if not starting.cancelled() and starting.exception() is None:
            self._idle.append(starting.result())

    def _start(self) -> "_Worker":
        """A process that has loaded the pipeline; WorkerDied if it cannot. Runs in a thread."""
        worker = _Worker(self._context, self.pipeline)
        self._all.add(worker)
        try:
            worker.wait_until_ready()
        except WorkerDied:
            self._end(worker)
            raise
        return worker

    def _end(self, worker: "_Worker") -> None:
        self._all.discard(worker)
        worker.kill()


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, context: Any, pipeline: str) -> None:
        self.affinity = ""
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, pipeline), name="guard-check", daemon=True)
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
        try:
            self._ours.send(work)
        except OSError as error:
            raise self._died() from error
        while True:
            kind, *rest = self._received()
            if kind != "progress":
                return (kind, *rest)
            tell(*rest)

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


# ---- the other side of the pipe: this runs in the worker


def _serve(pipe: Connection, pipeline: str) -> None:
    """Answer one piece of work after the other until the pipe ends. A bug ends the process, and the pipe with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the server drains, then ends us
    _die_with_parent()
    module = importlib.import_module(pipeline)
    gc.disable()  # a check makes millions of objects that live as long as it does
    pipe.send(("ready",))
    garbage = _Garbage()
    while True:
        try:
            if garbage.waits and (garbage.waits >= _UNCOLLECTED or not pipe.poll(_IDLE)):
                garbage.collect()
            work: Work = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_answer(module, work, lambda stage, fraction: pipe.send(("progress", stage, fraction))))
        garbage.waits += 1


class _Garbage:
    """What a check leaves behind. What is remembered of snapshots is looked at again only once memory has grown.

    `waits`: checks since the last collection.
    """

    def __init__(self) -> None:
        self.waits = 0
        self._resident = 0

    def collect(self) -> None:
        if not self._resident or _resident() > self._resident * _GROWTH:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._resident = _resident()
        else:
            gc.collect()
        self.waits = 0


def _resident() -> int:
    """Pages of memory in use; 0 where that is not to be had, so that everything is looked at each time."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1])
    return 0


def _answer(module: Any, work: Work, progress: Progress) -> tuple[Any, ...]:
    function = getattr(module, work.function, None)
    if function is None:
        return ("unsupported", f"this server cannot {work.function.replace('_', ' ')}")
    try:
        if work.function != "check":
            return ("done", function(**work.fields))
        result = function(module.CheckRequest(**work.fields), progress)
    except (InputInvalid, RequestInvalid) as error:
        return ("invalid", error.code, error.message, error.file, error.line)
    except EngineUnavailable as error:
        return ("no-engine", error.code, error.message)
    digests = {name: getattr(result.digests, name) for name in ("base", "candidate", "policies", "change")}
    return ("done", Outcome(result.verdict, result.document, digests, result.author))


def _die_with_parent() -> None:
    """End at once when the server does, in the middle of a check too: nobody waits for its answer."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        sys.stderr.flush()
        os._exit(1)

    threading.Thread(target=watch, name="guard-parent", daemon=True).start()
