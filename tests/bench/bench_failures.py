"""How long facts and the sweep of single failures take on a generated backbone.

    python tests/bench/bench_failures.py SNAPSHOT_FOLDER

Measured on two cores shared with others (IOS, make_backbone), so the figures swing by a factor of two or more:
Aconet, 34 devices: facts 0.6 s; 77 failures 0.1 s, none simulated (all of them simulated: 13 s). Interoute, 156
devices, 268 representatives of 4,007 prefixes: facts 1.8 s over the state's 1.0; 366 failures argued in 1.1 s, and
one simulated. 1,031 devices: state and facts 22 processor seconds; the arguments 6 to prepare, and 38 for all 2,949
failures, none of them simulated; 1.2 GB at most.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from guard.engines.embedded import Embedded
from guard.simulate.assessment import assess_all
from guard.simulate.failures.scenario import sweep
from guard.snapshot.load import load


def main() -> None:
    root = Path(sys.argv[1])
    net = load({str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()})
    engine = Embedded()
    began = time.perf_counter()
    (assessment,) = assess_all((net,), engine.state)
    print(f"state and facts: {time.perf_counter() - began:.2f} s, {len(assessment.stands_for)} representatives")
    began = time.perf_counter()
    found = sweep(net, engine.state, assessment)
    took = time.perf_counter() - began
    print(f"sweep: {took:.2f} s, {found.examined} failures, {found.simulated} simulated, complete: {found.complete}")


if __name__ == "__main__":
    main()
