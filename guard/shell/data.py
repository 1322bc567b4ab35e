"""Where the files that come with guard lie: built-in policies and the outage corpus."""

from __future__ import annotations

from pathlib import Path

import guard
from guard.shell.errors import InvariantBroken


def folder(name: str) -> Path:
    """`policies` or `replays`: inside the installed package, or beside it in a checkout."""
    package = Path(guard.__file__).parent
    for found in (package / name, package.parent / name):
        if found.is_dir():
            return found
    raise InvariantBroken("installation", f"the installation has no folder {name}")
