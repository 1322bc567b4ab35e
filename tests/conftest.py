"""Shared by all tests: makes `tests/data.py` importable as `data`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

#: The Batfish service that tests marked `batfish` ask. No other test sees it: a second opinion would be asked for all.
BATFISH = os.environ.pop("GUARD_BATFISH", "")
