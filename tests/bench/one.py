"""One network, one change, in this process: a line of JSON with processor seconds by stage. Run by tests.bench."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guard import pipeline
from guard.engines import memory
from guard.engines.embedded import Embedded
from guard.judge import views
from guard.shell.cli.dry_run import policy_layers
from guard.shell.cli.folder import read_change, read_snapshot

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


def main() -> None:
    """Cold, then a further change in the same process."""
    folder, failures = Path(sys.argv[1]), int(sys.argv[2])
    gc.disable()
    clock, engine = Clock(), Timed()
    engine.clock = clock
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, clock.around(stage, getattr(module, name)))
    outcome = pipeline.check(request(folder, "link-shut", failures), [engine])
    cold = time.process_time()
    spent = dict(clock.spent)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipeline.check(request(folder, "cost-change", failures), [engine])
    again = time.process_time() - cold
    row = {stage: spent.get(stage, 0.0) for stage in (*STAGES, "simulate")}
    row["assess"] -= row["simulate"]
    about = {
        "network": folder.name,
        "devices": len(list((folder / "snapshot" / "configs").iterdir())),
        "failures": failures,
        "verdict": outcome.verdict,
    }
    print(json.dumps({**about, **row, "total": cold, "again": again, "memory": round(peak)}))


if __name__ == "__main__":
    main()
