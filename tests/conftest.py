"""Shared by all tests: makes `tests/data.py` importable as `data`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data  # noqa: F401  # takes what names a Batfish out of the environment, before any test looks
