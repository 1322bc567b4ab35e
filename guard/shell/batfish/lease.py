"""Networks that guard makes on a Batfish service: names that never clash, and nothing left behind.

Law: a name says who made it. A network whose process on this machine has ended is removed by the next one that looks;
one of another machine when it is older than any check can be. Networks that guard did not make are never touched.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import time
import uuid
from functools import cache
from pathlib import Path
from typing import NamedTuple

#: A network of another machine is left behind after this many seconds; whoever lives longer makes a new one by half.
LEASE = 6 * 3600
RENEWAL = LEASE // 2
_NAME = re.compile(r"guard-([0-9a-f]{8})-(\d+)-(\d+)-(\d+)-[0-9a-f]{12}")


class Lease(NamedTuple):
    """`machine` and `pid` with `started` name one process; `made`: seconds since 1970."""

    machine: str
    pid: int
    started: int
    made: int


def new_name() -> str:
    """A name for a network of this process."""
    pid = os.getpid()
    return f"guard-{_machine()}-{pid}-{_started(pid)}-{int(time.time())}-{uuid.uuid4().hex[:12]}"


def read_name(network: str) -> Lease | None:
    """Who made a network; None where it was not guard."""
    found = _NAME.fullmatch(network)
    return Lease(found[1], int(found[2]), int(found[3]), int(found[4])) if found else None


def is_left_behind(network: str) -> bool:
    """Whether guard made it and nobody needs it any more."""
    lease = read_name(network)
    if lease is None:
        return False
    if lease.machine == _machine():
        return _started(lease.pid) != lease.started or (lease.started == 0 and not _lives(lease.pid))
    return time.time() - lease.made > LEASE


@cache
def _machine() -> str:
    """Eight digits for this boot of this machine and its space of process ids (each container has its own)."""
    parts = [socket.gethostname(), _text("/proc/sys/kernel/random/boot_id")]
    try:
        parts.append(str(os.stat("/proc/self/ns/pid").st_ino))
    except OSError:
        parts.append("")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def _started(pid: int) -> int:
    """When a process started, in ticks since boot (proc(5), field 22 of stat); 0 where that cannot be told."""
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[19]) if len(fields) > 19 else 0


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
