"""One network, in this process: a line of JSON with processor seconds by stage. Run by tests.bench.

`total`: the first check, from cold. `again`: further checks, each shutting, weighing or describing another interface;
`cold`: the same from cold, each in a process of its own; medians of both.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from guard import pipeline
from guard.engines import memory
from guard.engines.embedded import Embedded
from guard.judge import views
from guard.shell.cli.dry_run import policy_layers
from guard.shell.cli.folder import read_change, read_snapshot
from tests.bench.changes import small_changes

#: Further checks: two of each kind of small change. Of three the figure from cold is taken too.
_FURTHER, _COLD = 6, 3
#: Stage -> the functions that it is made of; what remains of the total is imports.
STAGES = {
    "parse": ((memory, "load"), (pipeline, "steps_of")),
    "assess": ((views, "settle"), (views, "build"), (views, "assess")),
    "sweep": ((views, "sweep"),),
    "judge": ((pipeline, "judge"),),
    "document": ((pipeline, "document"),),
}


class Clock:
    """Processor seconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def around(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, its time counted."""

        def timed(*given: Any, **named: Any) -> Any:
            started = time.process_time()
            try:
                return work(*given, **named)
            finally:
                self.spent[stage] += time.process_time() - started

        return timed


class Timed(Embedded):
    """The engine, its first answers (before any failure) counted as `simulate`."""

    clock: Clock

    def state(self, snapshot: Any, scenario: Any) -> Any:
        work = super().state
        return work(snapshot, scenario) if scenario.reason else self.clock.around("simulate", work)(snapshot, scenario)


def request(folder: Path, change: str, failures: int) -> pipeline.CheckRequest:
    """The check of one of the folder's changes."""
    text, files = read_change(folder / "changes" / f"{change}.yaml")
    base = read_snapshot(folder / "snapshot")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return pipeline.CheckRequest(base, text, change, files, policy_layers([]), now, failures)


def aside(check: Callable[[], Any]) -> float:
    """Processor seconds of a check in a process of its own that knows what this one knows."""
    child = os.fork()
    if not child:
        check()
        os._exit(0)
    used = os.wait4(child, 0)[2]
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Cold, then further changes in the same process."""
    imports = time.process_time()
    folder, failures = Path(sys.argv[1]), int(sys.argv[2])
    gc.disable()
    asked = request(folder, "link-shut", failures)
    further = [replace(asked, change_text=each.text) for each in small_changes(folder / "snapshot", _FURTHER)]
    cold = [imports + aside(partial(pipeline.check, each, [Embedded()])) for each in further[:_COLD]]
    clock, engine = Clock(), Timed()
    engine.clock = clock
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, clock.around(stage, getattr(module, name)))
    outcome, total = timed(asked, engine)
    spent = dict(clock.spent)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again = [timed(each, engine)[1] for each in further]
    row = {stage: spent.get(stage, 0.0) for stage in (*STAGES, "simulate")}
    row["assess"] -= row["simulate"]
    about = {
        "network": folder.name,
        "devices": len(list((folder / "snapshot" / "configs").iterdir())),
        "failures": failures,
        "verdict": outcome.verdict,
    }
    figures = {"total": imports + total, "cold": median(cold), "again": median(again), "memory": round(peak)}
    print(json.dumps({**about, **row, **figures}))


def timed(asked: pipeline.CheckRequest, engine: Embedded) -> tuple[pipeline.CheckOutcome, float]:
    """A check, and its processor seconds."""
    started = time.process_time()
    return pipeline.check(asked, [engine]), time.process_time() - started


if __name__ == "__main__":
    main()
