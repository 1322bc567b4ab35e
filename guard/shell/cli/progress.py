"""How far a command is, told on the terminal while it works."""

from __future__ import annotations

import sys


class Progress:
    """A line on the terminal that says what is being done; nothing in a pipe."""

    def __init__(self, form: str) -> None:
        self._on = form == "text" and sys.stderr.isatty()

    def __call__(self, what: str, share: float) -> None:
        """`share` of the whole is done; 1.0 clears the line."""
        if not self._on:
            return
        line = "" if share >= 1 else f"[{int(share * 100):3}%] {what}"
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
