"""A snapshot that several processes read is what one alone would read; children that fail are not missed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from unittest.mock import patch

import pytest
import random_igp

from guard.model.device import Device
from guard.parse.device import parse_device
from guard.shell import read_ahead as ahead
from guard.shell.aside import Aside
from guard.snapshot import load as loading
from guard.snapshot.load import load
from guard.snapshot.memory import TextMemory
from guard.snapshot.snapshot import Snapshot

VENDORS = random_igp.VENDORS


def configs(count: int) -> dict[str, str]:
    """Routers of all vendors, all alike but for their names; and a file that no grammar reads."""
    found = {"configs/stranger.cfg": "config system global\n"}
    for number in range(count):
        plan = random_igp.Plan("ospf", (VENDORS[number % len(VENDORS)],) * 4, (0,) * 4, ((1, 1),) * 5, frozenset())
        text = "\n".join(random_igp.blocks(plan, 0))
        found[f"configs/r{number}.cfg"] = text.replace("r0", f"r{number}").replace("n0", f"n{number}")
    return found


class Reading:
    """A memory of its own, and whether anything is still to be read."""

    def __init__(self) -> None:
        self.over = False
        self.memory = TextMemory(self.read, characters=10_000_000)

    def read(self, text: str, file: str) -> Device:
        assert not self.over, f"{file} is read again"
        return parse_device(text, file)


def loaded(files: Mapping[str, str], *, cores: int, aside: Callable[..., object] = Aside) -> Snapshot:
    """The snapshot with nothing remembered of another reading; on several cores it is read ahead."""
    reading = Reading()
    with (
        patch.object(loading, "read_device", reading.memory),
        patch.object(ahead, "read_device", reading.memory),
        patch.object(ahead, "cores", lambda: cores),
        patch.object(ahead, "FEWEST", 10),
        patch.object(ahead, "Aside", aside),
    ):
        ahead.read_ahead(files)
        reading.over = cores > 1 and aside is Aside
        return load(files)


def _never(*_: object) -> None:
    raise AssertionError("nothing is to be forked")


@pytest.mark.parametrize("cores", [2, 4])
def test_many_read_what_one_reads(cores: int) -> None:
    files = configs(25)
    assert loaded(files, cores=cores) == loaded(files, cores=1)


def test_nothing_is_forked_on_one_core_or_for_few_devices() -> None:
    with patch.object(os, "fork", _never), patch.object(ahead, "cores", lambda: 1):
        ahead.read_ahead(configs(ahead.FEWEST + 1))
    with patch.object(os, "fork", _never), patch.object(ahead, "cores", lambda: 8):
        ahead.read_ahead(configs(3))


def test_a_child_that_fails_gives_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    def fails() -> str:
        raise RuntimeError("not to be seen")

    assert Aside(fails).answer() is None
    assert Aside(lambda: lambda: "cannot be handed over").answer() is None
    assert Aside(lambda: "an answer").answer() == "an answer"
    assert capfd.readouterr() == ("", "")


def test_what_failing_children_left_is_read_here() -> None:
    files = configs(25)
    failing = loaded(files, cores=3, aside=lambda _: Aside(lambda: os._exit(3)))
    assert failing == loaded(files, cores=1)
