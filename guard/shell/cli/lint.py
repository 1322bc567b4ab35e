"""`guard lint`: what is wrong with a snapshot as it stands."""

from __future__ import annotations

import argparse
from pathlib import Path

from guard.judge.lint import ERROR, lint
from guard.shell.binding import masked
from guard.shell.cli.dry_run import moment
from guard.shell.cli.folder import read_snapshot
from guard.shell.cli.table import print_rows
from guard.shell.read_ahead import read_ahead
from guard.snapshot.load import load


def run(arguments: argparse.Namespace) -> int:
    """Print the rows; 1 where one of them is an error."""
    files = read_snapshot(Path(arguments.snapshot))
    read_ahead(files)
    rows = lint(load(files), moment(None))
    print_rows([masked(row._asdict()) for row in rows], arguments.format)
    return 1 if any(row.severity == ERROR for row in rows) else 0
