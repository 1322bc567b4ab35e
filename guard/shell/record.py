"""The service's way to its log: entries made, written in one thread, answered again for a retry, followed as they come.

Law: a write that has begun runs to its end, whoever goes away; what the caller did wrong is on the record before the
error leaves.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from guard import __version__
from guard.audit.canonical import PREFIX, canonical
from guard.audit.entry import Entry, Kind
from guard.model.masking import mask
from guard.shell import clock
from guard.shell.binding import masked
from guard.shell.callers import Caller
from guard.shell.clock import Clock
from guard.shell.errors import (
    AlreadyDone,
    NotAuthenticated,
    NotFound,
    NotInThisState,
    NotPermitted,
    RequestInvalid,
    TooLarge,
)
from guard.shell.store.log import Acknowledged
from guard.shell.store.state import State

CALLERS_FAULT = (RequestInvalid, NotFound, AlreadyDone, NotInThisState, NotPermitted, NotAuthenticated, TooLarge)


@dataclass(slots=True)
class _Turn:
    """Who is at work on a request id, and how many want to be."""

    lock: asyncio.Lock
    wanted: int = 0


class Record:
    """The log of a state folder, for one event loop."""

    def __init__(self, state: State, now: Clock) -> None:
        self.state, self._clock = state, now
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="guard-log")
        self._turns: dict[str, _Turn] = {}
        self._news = asyncio.Event()

    def entry(self, kind: Kind, caller: Caller, **fields: Any) -> Entry:
        """An entry of now; its number and its place in the chain come when it is written."""
        details = {**fields.pop("details", {}), "caller_known_by": caller.how}
        return Entry(id=0, kind=kind, time=clock.written(self._clock.now()), caller=caller.name,
                     guard_version=__version__, details=details, **fields)

    async def append(self, entry: Entry) -> Acknowledged:
        """Write an entry; it is durable when this returns."""
        return await self.written(lambda: self.state.log.append(entry))

    async def written(self, write: Callable[[], Acknowledged]) -> Acknowledged:
        """Do a write in the writing thread, to its end even if the caller is cancelled meanwhile."""
        loop = asyncio.get_running_loop()

        def run() -> Acknowledged:
            done = write()
            loop.call_soon_threadsafe(self._announce)
            return done

        writing = loop.run_in_executor(self._writer, run)
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait({writing})  # so that whoever decides next sees what was decided
            raise

    def _announce(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def acknowledged(self, id: int) -> Acknowledged:
        """An entry and its head; NotFound if there is none."""
        try:
            return await asyncio.to_thread(self.state.log.acknowledged, id)
        except IndexError as error:
            raise NotFound("unknown-entry", f"the audit log has no entry {id}") from error

    async def follow(self, start: int) -> AsyncGenerator[Entry, None]:
        """The entries from one on, and each that comes, until the caller has enough."""
        id = max(0, start)
        while True:
            news = self._news
            while id < self.state.log.size:
                yield await asyncio.to_thread(self.state.log.entry, id)
                id += 1
            await news.wait()

    async def document(self, entry: Entry) -> dict[str, Any]:
        """The document that an entry answered with; empty if it has none."""
        digest = str(entry.details.get("document", ""))
        if not digest.startswith(PREFIX):
            return {}
        document: dict[str, Any] = json.loads(await asyncio.to_thread(self.state.blobs.get, digest))
        return document

    @contextlib.asynccontextmanager
    async def faults(
        self, caller: Caller, details: Mapping[str, Any], *, text: str = "", request_id: str = ""
    ) -> AsyncIterator[None]:
        """Whatever the caller did wrong inside becomes an entry before the error leaves."""
        try:
            yield
        except CALLERS_FAULT as error:
            done = await self.append(self.entry(
                "invalid-request", caller, change=mask(text),
                details={**masked(details), "request_id": request_id, "code": error.code, "message": mask(str(error))},
            ))
            error.entry = done.entry.id
            raise

    @contextlib.asynccontextmanager
    async def one_at_a_time(self, request_id: str) -> AsyncIterator[None]:
        """A retry waits for the request that it repeats."""
        if not request_id:
            yield
            return
        turn = self._turns.setdefault(request_id, _Turn(asyncio.Lock()))
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[request_id]

    def earlier(self, request_id: str, digest: str) -> Acknowledged | None:
        """What a request id led to before; AlreadyDone if it was another request."""
        earlier = self.state.by_request(request_id)
        if earlier is not None and earlier.entry.request_digest != digest:
            raise AlreadyDone("request-id-reused", f"request id {request_id!r} was used for another request, which is "
                              f"entry {earlier.entry.id}")
        return earlier

    # ---- changes as they were sent, secrets included, for the simulation of later ones

    def bundle(self, text: str, files: Mapping[str, bytes]) -> str:
        """Keep a change as it was sent; the digest to find it by. Blocks on the disk."""
        (kept, *contents) = self.state.blobs.put_all((text.encode("utf-8", "surrogateescape"), *files.values()))
        return self.state.blobs.put(canonical({"text": kept, "files": dict(zip(files, contents, strict=True))}))

    def unbundled(self, digest: str) -> tuple[str, Mapping[str, bytes]]:
        """The text and files of a change that was kept. Blocks on the disk."""
        if not digest:
            return "", {}
        manifest = json.loads(self.state.blobs.get(digest))
        files = {path: self.state.blobs.get(blob) for path, blob in manifest["files"].items()}
        return self.state.blobs.get(manifest["text"]).decode("utf-8", "surrogateescape"), files

    async def close(self) -> None:
        """Finish what is being written."""
        await asyncio.to_thread(self._writer.shutdown)
