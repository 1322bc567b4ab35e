"""A service and what it costs: processor seconds of client, server and workers, and how long one waits.

    python -m tests.bench.service SNAPSHOT_AND_CHANGES [FAILURES] [CHANGES]

The snapshot goes up once, is computed and proved (known-bad changes on it); then come small changes, each of another
interface: half of them by `guard check`, half by a caller with a stub. Beside them the same changes by `guard dry-run`,
each a process of its own. Linux only: it reads /proc.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.changes import Small, small_changes

#: A process that has not run for so long (in s) has nothing left to do.
_QUIET = 1.5
_TICK = os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """Processor seconds of the server's own process, and of all that it started."""

    server: float
    workers: float


class Cost(NamedTuple):
    """What one check cost, in s."""

    client: float
    server: float
    workers: float
    waited: float


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


def ran(process: int) -> float:
    """Processor seconds of a process, by the threads that it still has, and of its children that ended."""
    total = 0.0
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[13]) + int(fields[14])) / _TICK
    except OSError:
        return 0.0
    for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[0]) / 1e9
        except OSError:
            continue
    return total


def settled(root: int) -> Spent:
    """What was spent once nothing goes on any more."""
    before, now = -1.0, 0.0
    while now - before > 0.02:
        before = now
        time.sleep(_QUIET)
        own, *others = (ran(each) for each in family(root))
        now = own + sum(others)
    return Spent(own, sum(others))


def run(*arguments: str) -> tuple[float, float]:
    """Processor seconds and seconds of one command of guard, whatever its verdict."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "guard", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, time.perf_counter() - started


class Service:
    """A server with a state folder of its own, and what it has spent so far."""

    def __init__(self, state: str) -> None:
        command = [sys.executable, "-m", "guard", "serve", "--listen", "127.0.0.1:0", "--state", state]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().removeprefix("listening on ").strip()
        self._spent = settled(self._process.pid)

    def cost(self, work: Callable[[], tuple[float, float]]) -> Cost:
        """What some work of a client cost everybody."""
        client, waited = work()
        before, self._spent = self._spent, settled(self._process.pid)
        return Cost(client, self._spent.server - before.server, self._spent.workers - before.workers, waited)

    def end(self) -> None:
        """SIGTERM, and wait."""
        self._process.terminate()
        self._process.wait()


def stubbed(address: str, change: Small, failures: int) -> tuple[float, float]:
    """A check by a caller with a stub, connected before: its processor seconds, and how long it waits."""
    from guard.shell.server.client import Change, Client

    with Client(address) as client:
        client.list_snapshots()
        spent, started = time.process_time(), time.perf_counter()
        client.check(Change("change.yaml", change.text, {}), failures=failures)
        return time.process_time() - spent, time.perf_counter() - started


def told(name: str, cost: Cost) -> None:
    """One line."""
    columns = (cost.client, cost.server, cost.workers, sum(cost[:3]), cost.waited)
    print(f"{name:44}" + "".join(f"{each:9.2f}" for each in columns), flush=True)


def middle(costs: list[Cost]) -> Cost:
    """The median of each column."""
    return Cost(*(median(column) for column in zip(*costs, strict=True)))


def main() -> None:
    folder, failures = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    changes = small_changes(folder / "snapshot", int(sys.argv[3]) if len(sys.argv) > 3 else 6)
    titles = ("client", "server", "workers", "all", "waited")
    print(f"{'processor seconds':44}" + "".join(f"{each:>9}" for each in titles))
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place) / f"{number}.yaml" for number in range(len(changes))]
        for file, change in zip(files, changes, strict=True):
            file.write_text(change.text)
        told("dry-run, a process each", middle([dry_run(folder, file, failures) for file in files[:3]]))
        service = Service(f"{place}/state")
        try:
            asked = ("--server", service.address)
            put = ("snapshot", "put", str(folder / "snapshot"), *asked)
            told("put, until all is quiet", service.cost(lambda: run(*put)))
            costs: dict[str, list[Cost]] = {}
            for number, (file, change) in enumerate(zip(files, changes, strict=True)):
                if number % 2:
                    by, work = "stub", partial(stubbed, service.address, change, failures)
                else:
                    command = ("check", "-c", str(file), "--failures", str(failures), *asked)
                    by, work = "guard check", partial(run, *command)
                costs.setdefault(by, []).append(service.cost(work))
                told(f"  {change.name}, {by}", costs[by][-1])
            for by, each in costs.items():
                told(f"further checks, {by}", middle(each))
        finally:
            service.end()


def dry_run(folder: Path, file: Path, failures: int) -> Cost:
    """The check in a process of its own, from cold."""
    spent, waited = run("dry-run", "-s", str(folder / "snapshot"), "-c", str(file), "--failures", str(failures))
    return Cost(spent, 0.0, 0.0, waited)


if __name__ == "__main__":
    main()
