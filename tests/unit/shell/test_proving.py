"""When the service proves itself: at the start, on a new snapshot, on new policies, and every so many minutes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guard.judge.standing import Standing
from guard.shell.clock import SystemClock
from guard.shell.proving import Prover
from guard.shell.settings import Settings


@dataclass
class Place:
    """The store of a server, as far as the prover asks it."""

    active: str | None = "sha256:1"
    kept: list[bytes] = field(default_factory=list)

    @property
    def snapshots(self) -> "Place":
        return self

    @property
    def blobs(self) -> "Place":
        return self

    def files(self, digest: str) -> Mapping[str, bytes]:
        return {"configs/r1.cfg": digest.encode()}

    def put(self, document: bytes) -> None:
        self.kept.append(document)


@dataclass
class Provers:
    """Workers that note what they were asked to prove, and say what they were told to say."""

    passes: bool = True
    asked: list[str] = field(default_factory=list)

    async def run(self, work: Any, **_: Any) -> tuple[Standing, bytes]:
        files, policies = work.folders[work.fields["base_files"].digest], work.fields["policy_files"]
        self.asked.append(f"{files['configs/r1.cfg'].decode()} {sorted(policies)}")
        await asyncio.sleep(0)
        return Standing(f"proof {len(self.asked)}", self.passes, "blind"), b"{}"

    async def rest(self) -> None:
        return None

    def close(self) -> None:
        return None


class Service:
    """A prover over a place, its policies and its workers."""

    def __init__(self, **settings: Any) -> None:
        self.place, self.workers = Place(), Provers()
        self.policies: dict[str, bytes] = {"a.yaml": b""}

        async def held() -> Mapping[str, bytes]:
            return dict(self.policies)

        chosen = replace(Settings(), **settings)
        self.prover = Prover(self.place, self.workers, chosen, SystemClock(), held)  # type: ignore[arg-type]

    async def standing(self) -> Standing:
        return await self.prover.standing(self.policies, seconds=5)


def test_it_proves_at_the_start_and_keeps_the_document() -> None:
    async def play() -> None:
        service = Service()
        assert not service.prover.able
        assert (await service.standing()).digest == "proof 1"
        assert service.prover.able
        assert service.place.kept == [b"{}"]
        assert (await service.standing()).digest == "proof 1"
        await service.prover.close()
        assert service.workers.asked == ["sha256:1 ['a.yaml']"]

    asyncio.run(play())


def test_a_new_snapshot_and_new_policies_are_proved_again() -> None:
    async def play() -> None:
        service = Service()
        await service.standing()
        service.place.active = "sha256:2"
        assert (await service.standing()).digest == "proof 1"  # it stands while the next one runs
        await _until(lambda: len(service.workers.asked) == 2)
        service.policies["b.yaml"] = b""
        await service.standing()
        await _until(lambda: len(service.workers.asked) == 3)
        await service.prover.close()
        assert service.workers.asked[1:] == ["sha256:2 ['a.yaml']", "sha256:2 ['a.yaml', 'b.yaml']"]

    asyncio.run(play())


def test_it_proves_again_every_so_many_minutes() -> None:
    async def play() -> None:
        service = Service(prove_minutes=0.05 / 60)
        await service.standing()
        await _until(lambda: len(service.workers.asked) >= 3)
        await service.prover.close()
        assert set(service.workers.asked) == {"sha256:1 ['a.yaml']"}

    asyncio.run(play())


def test_one_that_fails_does_not_stand_until_one_passes() -> None:
    async def play() -> None:
        service = Service(prove_minutes=0.05 / 60)
        service.workers.passes = False
        assert not (await service.standing()).passed
        assert not service.prover.able
        service.workers.passes = True
        await _until(lambda: service.prover.able)
        await service.prover.close()

    asyncio.run(play())


def test_without_a_snapshot_there_is_nothing_to_prove() -> None:
    async def play() -> None:
        service = Service()
        service.place.active = None
        assert service.prover.able
        assert not (await service.prover.standing(service.policies, seconds=0.05)).passed
        await service.prover.close()
        assert service.workers.asked == []

    asyncio.run(play())


async def _until(holds: Any) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)
