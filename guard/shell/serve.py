"""`guard serve`: state folder, workers and server put together, and taken apart again at the end."""

import asyncio
import sys

from guard.shell.clock import SystemClock
from guard.shell.preflight import Preflight
from guard.shell.settings import Settings
from guard.shell.store.state import State
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
        await server.start()
        await server.serve(lambda address: print(f"listening on {address}", flush=True))
        await preflight.close()
    finally:
        workers.close()
        state.close()
    return 0
