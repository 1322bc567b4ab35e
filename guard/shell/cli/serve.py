"""`guard serve`: the gRPC service."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from guard.shell import serve
    from guard.shell.settings import load_settings

    config, state = (Path(each) if each else None for each in (arguments.config, arguments.state))
    gc.enable()  # unlike a command, a server stays
    return serve.run(load_settings(config, listen=arguments.listen, state=state))
