"""The processes that judge: which one a check goes to, what crosses their pipes, what they do before anybody asks."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from guard.shell.errors import InvariantBroken
from guard.shell.worker import Folder
from guard.shell.workers import Work, Workers

A, B = {"name": b"a"}, {"name": b"b"}
SLOW = {"name": b"slow", "seconds": b"600"}


def played(play: Callable[[Workers], Awaitable[None]], size: int = 1, niceness: int = 0) -> None:
    async def whole() -> None:
        workers = Workers("counting_pipeline", size, niceness=niceness)
        try:
            await workers.warm()
            await play(workers)
        finally:
            workers.close()

    asyncio.run(whole())


async def checked(
    workers: Workers, files: Mapping[str, bytes], *, brought: bool = True, **fields: Any
) -> dict[str, Any]:
    name = files["name"].decode()
    folders = {name: files} if brought else {}
    work = Work("check", {"base_files": Folder(name), **fields}, folders, affinity=name)
    outcome = await workers.run(work, timeout=20, progress=lambda stage, share: None)
    document: dict[str, Any] = outcome.document
    return document


def held(files: Mapping[str, bytes]) -> Work:
    name = files["name"].decode()
    return Work("hold", {"base_files": Folder(name), "failures": 0}, {name: files}, affinity=name, label=f"{name} 0")


def test_the_texts_of_a_snapshot_cross_the_pipe_once() -> None:
    async def play(workers: Workers) -> None:
        assert (await checked(workers, A, known={"b": Folder("a")}))["known"] == {"b": {"name": "a"}}
        assert (await checked(workers, A, brought=False))["files"] == {"name": "a"}

    played(play)


def test_bytes_that_are_no_utf_8_stay_what_they_are() -> None:
    async def play(workers: Workers) -> None:
        files = (await checked(workers, {**A, "configs/r1.cfg": b"\xff"}))["files"]
        assert files["configs/r1.cfg"].encode("utf-8", "surrogateescape") == b"\xff"

    played(play)


def test_work_ahead_is_done_once_in_as_many_workers_as_wanted() -> None:
    async def play(workers: Workers) -> None:
        assert [await workers.ahead(held(A), most=1) for _ in range(2)] == [True, False]
        assert [await workers.ahead(held(A), most=2) for _ in range(2)] == [True, False]
        assert not await workers.ahead(held(A), most=3)  # there are no more
        documents = await asyncio.gather(checked(workers, A), checked(workers, A))
        assert [each["held"] for each in documents] == [["a 0"], ["a 0"]]
        assert len({each["worker"] for each in documents}) == 2

    played(play, size=2)


def test_a_check_waits_for_the_worker_that_works_out_its_base() -> None:
    async def play(workers: Workers) -> None:
        ahead = asyncio.create_task(workers.ahead(held({**A, "seconds": b"0.3"}), most=1))
        await asyncio.sleep(0.1)
        assert (await checked(workers, A))["held"] == ["a 0"]
        assert await ahead

    played(play, size=2)


def test_what_is_done_ahead_ends_for_a_check_of_another_base() -> None:
    async def play(workers: Workers) -> None:
        ahead = asyncio.create_task(workers.ahead(held(SLOW), most=1))
        await asyncio.sleep(0.1)
        assert (await checked(workers, B))["held"] == []
        assert await ahead
        assert not (await checked(workers, B))["held"]

    played(play)


def test_what_a_worker_remembers_of_checks_is_not_given_up_with_what_it_does_ahead() -> None:
    async def play(workers: Workers) -> None:
        before = (await checked(workers, B))["worker"]
        ahead = asyncio.create_task(workers.ahead(held({**A, "seconds": b"0.3"}), most=1))
        await asyncio.sleep(0.1)
        after = await checked(workers, B, brought=False)
        assert (after["worker"], after["held"]) == (before, ["a 0"])
        assert await ahead

    played(play)


def test_a_worker_that_died_has_done_nothing() -> None:
    async def play(workers: Workers) -> None:
        assert await workers.ahead(held(A), most=1)
        with pytest.raises(InvariantBroken):
            await checked(workers, A, wanted="die")
        assert await workers.ahead(held(A), most=1)
        assert (await checked(workers, A))["held"] == ["a 0"]

    played(play)


def test_workers_at_rest_are_gone_until_they_are_needed() -> None:
    async def play(workers: Workers) -> None:
        before = (await checked(workers, A))["worker"]
        await workers.rest()
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)
        assert (await checked(workers, A))["worker"] != before

    played(play)


def test_the_proof_goes_behind_checks() -> None:
    async def play(workers: Workers) -> None:
        assert (await checked(workers, A))["nice"] == os.nice(0) + 5

    played(play, niceness=5)
