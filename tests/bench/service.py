"""Checks through the service: what each costs, in processor seconds of all its processes, and how long it takes.

    python -m tests.bench.service SNAPSHOT_AND_CHANGES [FAILURES]

The snapshot goes up once and is proved (known-bad changes on it); then one check after another over the same base.
Linux only: it reads /proc.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: The first is cold for the worker that takes it, the last one comes twice.
CHANGES = ("link-shut", "cost-change", "noop", "link-shut-tight", "link-shut-tight")
_TICK = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(entry.read_text().rpartition(")")[2].split()[1]), []).append(int(entry.parent.name))
        except OSError:
            continue
    found = [root]
    for each in found:
        found += parents.get(each, [])
    return found


def spent(root: int) -> float:
    """Processor seconds of a process and all that it started."""
    total = 0
    for each in family(root):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICK


def guard(*arguments: str) -> str:
    """What a command of guard prints, whatever its verdict."""
    command = [sys.executable, "-m", "guard", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def settled(root: int) -> float:
    """Processor seconds once nothing goes on any more."""
    before, now = -1.0, spent(root)
    while now - before > 0.02:
        before = now
        time.sleep(1.5)
        now = spent(root)
    return now


def main() -> None:
    folder, failures = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1"
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "guard", "serve", "--listen", "127.0.0.1:0", "--state", state]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        address = server.stdout.readline().removeprefix("listening on ").strip()
        try:
            before = settled(server.pid)
            guard("snapshot", "put", str(folder / "snapshot"), "--server", address)
            now = settled(server.pid)
            print(f"{'put, and the proof':24} {now - before:7.2f} s")
            for name in CHANGES:
                before, started = now, time.perf_counter()
                asked = ["-s", str(folder / "snapshot"), "-c", str(folder / "changes" / f"{name}.yaml")]
                text = guard("check", "--server", address, *asked, "--failures", failures, "-f", "json")
                took = time.perf_counter() - started
                now = settled(server.pid)
                print(f"{name:24} {now - before:7.2f} s, {took:6.2f} s waited: {json.loads(text)['verdict']}")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
