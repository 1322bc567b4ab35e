"""Batfish's recorded answers, by name: the snapshot that they are about, and what the client would have handed over."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from data import needs
from judges import judge
from small_network import folder

from guard.engines.batfish.answers import QUESTIONS, Answers, answers_of
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot


class Recorded(NamedTuple):
    """`raw`: the rows as recorded, by field."""

    snapshot: Snapshot
    answers: Answers
    raw: dict[str, list[dict[str, Any]]]


def names() -> list[str]:
    """All recorded snapshots; none where the data is not here."""
    try:
        root = needs("batfish-answers")
    except pytest.skip.Exception:
        return []
    return sorted(path.name[: -len(".json.gz")] for path in root.glob("*__*.json.gz"))


@lru_cache(maxsize=2)
def recorded(name: str) -> Recorded:
    document = json.loads(gzip.decompress(needs(f"batfish-answers/{name}.json.gz").read_bytes()))
    raw = {field: rows for field, rows in document.items() if field in QUESTIONS and isinstance(rows, list)}
    failed = {field: told["error"] for field, told in document.items() if field in QUESTIONS and field not in raw}
    return Recorded(_snapshot(document["snapshot"]), answers_of(str(document["server"]), raw, failed), raw)


def _snapshot(told: str) -> Snapshot:
    """A folder of the data, or a lab that the judge lays out (`labs.py stage LAB`)."""
    if not told.startswith("labs.py "):
        found = folder(needs(told))
        old = needs(told) / "interface_blacklist"  # Batfish reads it there as well; CONTRACT 1 has it in batfish/
        return load({**found.files, "batfish/interface_blacklist": old.read_text()}) if old.exists() else found
    lab = told.rsplit(" ", 1)[-1]
    labs = judge("labs")
    with TemporaryDirectory() as place:
        labs.stage(lab, Path(place), True, labs.truth(lab))
        return folder(Path(place))
