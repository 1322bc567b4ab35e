"""Time and memory of embedded, batfish and both over the same change, each in a process of its own; a table.

    python tests/bench/engines.py SNAPSHOT CHANGE [SNAPSHOT CHANGE …]

GUARD_BATFISH names the service; GUARD_BATFISH_PID, where it runs on this machine, its process, so that what it used is
told too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ENGINES = ("embedded", "batfish", "both")
TICKS = os.sysconf("SC_CLK_TCK")


def service() -> tuple[float, float]:
    """CPU seconds that the service has used, and its memory now in MB; zeros where it is not on this machine."""
    pid = os.environ.get("GUARD_BATFISH_PID")
    if not pid:
        return 0.0, 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return (int(fields[11]) + int(fields[12])) / TICKS, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measured(snapshot: str, change: str) -> Iterator[tuple[str, ...]]:
    """A row for each engine."""
    for engine in ENGINES:
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            command = [sys.executable, "-m", "guard", "dry-run", "-s", snapshot, "-c", change, "--engine", engine]
            command += ["--failures", "0", "-f", "json", "-o", report.name]
            used, began = service()[0], time.perf_counter()
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, _, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            jvm, memory = service()
            told = json.loads(Path(report.name).read_text() or "{}")
            verdict = told.get("verdict") or told.get("error", {}).get("code", "none")
        numbers = (seconds, cpu, usage.ru_maxrss / 1024, jvm - used, memory)
        yield (engine, verdict, *(f"{each:.1f}" for each in numbers))


def main() -> None:
    """Print the table."""
    print("| snapshot | change | engine | verdict | wall s | guard CPU s | guard MB | Batfish CPU s | Batfish MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for snapshot, change in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        for row in measured(snapshot, change):
            where = (Path(snapshot).resolve().parent.name, Path(change).stem)
            print("| " + " | ".join((*where, *row)) + " |", flush=True)


if __name__ == "__main__":
    main()
