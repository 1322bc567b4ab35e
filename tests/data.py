"""Where the third-party inputs lie that some tests read; nothing of them is copied into the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("GUARD_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
JUDGE = SHARED.parent / "judge"
#: The Batfish service that tests marked `batfish` ask. No other test sees it: a second opinion would be asked for all.
BATFISH = os.environ.pop("GUARD_BATFISH", "")


def needs(path: str) -> Path:
    """The path below SHARED, or a skip that says what is missing."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"third-party data not here: {path} (set GUARD_DATA)")
    return found
