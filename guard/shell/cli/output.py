"""A report on its way out: to the screen or a file, in the form asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guard.model.errors import InputInvalid
from guard.report.render import render
from guard.shell.binding import printable

#: CONTRACT 5: a pipeline may go on at 0 alone.
EXIT_CODES = {"ALLOW": 0, "BLOCK": 1, "HOLD": 3}


def deliver(document: Mapping[str, Any], form: str, output: str | None) -> None:
    """Write the report; colours only on a terminal that wants them (NO_COLOR is obeyed)."""
    colour = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    text = printable(render(document, form, colour))
    if output is None:
        sys.stdout.write(text)
        return
    try:
        Path(output).write_text(text)
    except OSError as error:
        raise InputInvalid("unwritable-file", error.strerror or str(error), output) from None
