"""A document does not hang on the order of sets, which is another in each process (PYTHONHASHSEED)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPLAYS = Path(__file__).parents[2] / "replays"


def document(entry: str, variant: str, seed: int) -> dict[str, object]:
    """What a process with this seed prints, the time it took apart."""
    folder = REPLAYS / entry
    asked = ["-s", str(folder / "snapshot"), "-c", str(folder / f"{variant}.yaml"), "--now", "2026-11-21T12:00Z"]
    command = [sys.executable, "-m", "guard", "dry-run", *asked, "--failures", "0", "-f", "json"]
    env = {**os.environ, "PYTHONHASHSEED": str(seed)}
    told = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    found: dict[str, object] = json.loads(told.stdout)
    del found["timings_ms"]
    return found


@pytest.mark.parametrize(("entry", "variant"), [("facebook-2021-10-04", "bad"), ("zalando-2022-11", "bad-plan")])
def test_two_processes_print_the_same(entry: str, variant: str) -> None:
    first, other = document(entry, variant, 1), document(entry, variant, 7)
    assert first["findings"]
    assert json.dumps(first) == json.dumps(other)
