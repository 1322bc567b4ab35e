"""Whether this machine can run live FRR, and its commands."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

DAEMONS = Path(os.environ.get("GUARD_FRR", "/usr/lib/frr"))
USER = "frr"


class MachineFault(Exception):
    """A command of the machine failed; the text is what it said."""


def missing() -> str | None:
    """Why a live FRR cannot run here; None where it can."""
    if os.geteuid() != 0:
        return "live FRR in network namespaces needs root"
    absent = [name for name in ("zebra", "staticd", "bgpd", "ospfd") if not (DAEMONS / name).exists()]
    if absent or shutil.which("vtysh") is None:
        return f"FRR is not installed here (no {absent[0] if absent else 'vtysh'}; Debian's package is frr)"
    if shutil.which("ip") is None:
        return "iproute2 is not installed here"
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    return None if probe.returncode == 0 else "network namespaces cannot be made here"


def run(*words: str, text: str | None = None) -> str:
    """Output of a command; MachineFault where it fails."""
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MachineFault(f"{' '.join(words[:6])}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def tell(*words: str) -> str:
    """Output and complaints of a command, whether it fails or not."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
