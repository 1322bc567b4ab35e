"""A change of ten records in a large zone, from cold and then warm: processor seconds and peak memory.

Run with `pytest tests/bench/bench_zones.py -m slow -s`; what it last printed is in figures.md. The bounds are what is
promised: 60 s from cold, 2 s warm.
"""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime

import pytest

from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for

HEAD = """$ORIGIN example.com.
$TTL 300
@ IN SOA ns1 h 1 3600 600 86400 60
@ NS ns1
@ NS ns2
ns1 A 192.0.2.1
ns2 A 192.0.2.2
"""
COLD, WARM = 60.0, 2.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def zone(records: int) -> str:
    """Hosts with one address each."""
    return HEAD + "".join(f"h{n} A 10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}\n" for n in range(records))


def change(number: int) -> str:
    """Ten other hosts each time."""
    lines = []
    for host in range(number * 10, number * 10 + 10):
        lines += [f"update delete h{host}.example.com. A", f"update add h{host}.example.com. 300 A 10.99.0.{host}"]
    script = "".join(f"    {line}\n" for line in lines)
    head = f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: bench-{number}}}\nsteps:\n"
    return f"{head}- zone: example.com.\n  update: |\n{script}"


@pytest.mark.slow
@pytest.mark.parametrize("records", [100_000, 1_000_000])
def test_ten_records_of_many(records: int) -> None:
    files = {"zones/example.com.zone": zone(records)}
    policies, engines = policy_layers(()), engines_for("embedded")
    spent = []
    for number in range(4):
        started = time.process_time()
        request = CheckRequest(files, change(number), "change.yaml", {}, policies, NOW)
        assert check(request, engines).verdict == "ALLOW"
        spent.append(time.process_time() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {records:,} | {spent[0]:.1f} | {max(spent[1:]):.2f} | {peak:.0f} |")
    assert (spent[0] < COLD, max(spent[1:]) < WARM) == (True, True), spent
