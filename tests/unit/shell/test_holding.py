"""What is active is held computed: in two workers, again after one ended; and no answer hangs on it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from guard.engines.embedded import Embedded
from guard.parse.change import parse_change
from guard.pipeline import CheckRequest, check
from guard.shell import judging
from guard.shell.cli.folder import read_change, read_snapshot
from guard.shell.clock import SystemClock
from guard.shell.data import folder
from guard.shell.engines import engines_for
from guard.shell.holding import Holder
from guard.shell.settings import Settings
from guard.shell.worker import Folder
from guard.shell.workers import Work, Workers
from guard.snapshot.load import load

OUTAGE = folder("replays") / "facebook-2021-10-04"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Place:
    """The store of a server, as far as the holder asks it."""

    active: str | None = "a"

    @property
    def snapshots(self) -> "Place":
        return self

    def files(self, digest: str) -> Mapping[str, bytes]:
        return {"name": digest.encode()}


async def no_policies() -> Mapping[str, bytes]:
    return {}


async def held(workers: Workers, active: str, **fields: Any) -> list[str]:
    files = {active: {"name": active.encode()}}
    work = Work("check", {"base_files": Folder(active), **fields}, files, affinity=active)
    outcome = await workers.run(work, timeout=20, progress=lambda stage, share: None)
    found: list[str] = outcome.document["held"]
    return found


async def settled(workers: Workers, active: str, wanted: list[str]) -> None:
    async with asyncio.timeout(20):
        while await held(workers, active) != wanted:
            await asyncio.sleep(0.02)


def test_what_is_active_is_held_and_held_again_by_a_worker_that_takes_the_place_of_one() -> None:
    async def play() -> None:
        place, workers = Place(active=None), Workers("counting_pipeline", 1)
        holder = Holder(place, workers, Settings(), SystemClock(), no_policies)  # type: ignore[arg-type]  # Place: no disk is needed
        try:
            holder.wake()
            assert await held(workers, "a") == []
            place.active = "a"
            holder.wake()
            await settled(workers, "a", ["a 0", "a None"])
            await workers.rest()  # as if it had been killed
            holder.wake()
            await settled(workers, "a", ["a 0", "a None"])
            place.active = "b"
            holder.wake()
            await settled(workers, "b", ["a 0", "a None", "b 0", "b None"])
        finally:
            await holder.close()
            workers.close()

    asyncio.run(play())


def test_a_trial_touches_the_network_and_the_names() -> None:
    base = load(read_snapshot(OUTAGE / "snapshot"))
    change = parse_change(judging.trial(base), "trial", {})
    assert [type(part).__name__ for step in change.steps for part in step.parts] == ["DownUp", "ZoneUpdate"]
    assert judging.trial(load({"inventory.yaml": "apiVersion: guard/v1\nkind: Inventory\n"})) == ""


def test_a_check_of_what_is_held_says_what_one_from_cold_says() -> None:
    files = read_snapshot(OUTAGE / "snapshot")
    judging.hold(files, {}, NOW, "embedded", None, 0)
    text, beside = read_change(OUTAGE / "bad.yaml")
    request = CheckRequest(files, text, "bad.yaml", beside, judging.layers({}), NOW, 0)
    warm, cold = (check(request, engines).document for engines in (engines_for("embedded"), (Embedded(),)))
    assert json.dumps(warm) == json.dumps(cold)
