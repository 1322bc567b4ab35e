"""`guard serve`: state folder, workers and server put together, and taken apart again at the end."""

import asyncio
import sys

from guard.shell.clock import SystemClock
from guard.shell.errors import RequestInvalid
from guard.shell.preflight import Preflight
from guard.shell.settings import Settings, is_loopback, split_address
from guard.shell.store.reader import StateReader
from guard.shell.store.state import State
from guard.shell.web.page import Page
from guard.shell.workers import Workers

PIPELINE = "guard.shell.judging"


def run(settings: Settings, *, pipeline: str = PIPELINE) -> int:
    """Serve until SIGTERM or SIGINT; 0 when everything under way was ended. GuardError if it cannot begin."""
    return asyncio.run(_serve(settings, pipeline))


async def _serve(settings: Settings, pipeline: str) -> int:
    from guard.shell.server.server import Server

    state = State(settings.state, head_folder=settings.head, policies=settings.policies)
    workers = Workers(pipeline, settings.workers)
    try:
        for note in state.log.notes:
            print(f"guard: {note}", file=sys.stderr, flush=True)
        preflight = Preflight(state, workers, settings, SystemClock())
        server = Server(preflight, settings)
        await workers.warm()
        preflight.activated()
        await server.start()
        page = _page(settings, server.port)
        try:
            await server.serve(lambda address: _announce(address, page))
        finally:
            if page is not None:
                page.stop()
        await preflight.close()
    finally:
        workers.close()
        state.close()
    return 0


def _page(settings: Settings, port: int) -> Page | None:
    """The web page on loopback, beside the service's port unless the settings say where; None where it is off."""
    if settings.web == "off":
        return None
    host, wanted = split_address(settings.web) if settings.web else ("127.0.0.1", (port + 1) % 65536)
    if not is_loopback(host):
        raise RequestInvalid("insecure-listen", f"web: {settings.web} is beyond loopback, and the page has no TLS")
    try:
        return Page(lambda: StateReader(settings.state, head_folder=settings.head), host, wanted)
    except OSError as error:
        if settings.web:
            raise RequestInvalid("cannot-listen", f"web: cannot listen on {settings.web}: {error.strerror}") from error
        print(f"guard: no web page: port {wanted} is taken", file=sys.stderr, flush=True)
        return None


def _announce(address: str, page: Page | None) -> None:
    print(f"listening on {address}", flush=True)
    if page is not None:
        print(f"web page at {page.address}", flush=True)
