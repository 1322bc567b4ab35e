"""`guard snapshot`: a server's snapshots (put, list, activate), and zones pulled from a live name server."""

from __future__ import annotations

import argparse

from guard.model.errors import InputInvalid
from guard.shell.cli import pull_zones


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says, with the options that it needs."""
    if arguments.action == "pull-zones":
        return pull_zones.run(arguments)
    if not arguments.server:
        raise InputInvalid("usage", f"snapshot {arguments.action} wants --server HOST:PORT")
    from guard.shell.cli import remote

    return remote.run(arguments)
