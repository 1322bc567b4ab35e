"""The real changes of the root zone, one after the other: wipes are blocked, restores and ordinary changes are not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from data import needs

from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for

NOW = datetime(2020, 1, 2, tzinfo=UTC)
SOA = ". 86400 IN SOA a.root-servers.net. nstld.verisign-grs.com. 2019110200 1800 900 604800 86400"
CHANGE = 'apiVersion: guard/v1\nkind: Change\nmetadata: {id: root}\nsteps:\n- {zone: ".", replace_file: new.zone}\n'
#: A restore, or a change of more than this many lines, may be held; it must not be blocked.
LARGE = 1000


def history() -> Iterator[tuple[dict[str, object], list[str], list[str]]]:
    """(change, lines before, lines after) of each recorded change."""
    folder = needs("root-zone-history")
    base = next(folder.glob("base_*.zone"))
    lines = [line for line in base.read_text().split("\n") if line.strip()]
    whole = lines
    for text in (folder / "changes.jsonl").read_text().splitlines():
        change = json.loads(text)
        if change.get("bulk") == "emptied":
            new: list[str] = []
        elif change.get("bulk") == "restored":
            new = whole
        else:
            gone = set(change["removed"])
            new = [line for line in lines if line not in gone] + change["added"]
        yield change, lines, new
        lines = new
        whole = new or whole


@pytest.mark.slow
def test_wipes_are_blocked_and_nothing_else() -> None:
    policies, engines = policy_layers(()), engines_for("embedded")
    wrong, spent = [], []
    for change, before, after in history():
        request = CheckRequest(
            base_files={"zones/root.zone": "\n".join([SOA, *before, ""])},
            change_text=CHANGE,
            change_name="change.yaml",
            change_files={"new.zone": "\n".join([SOA, *after, ""])},
            policies=policies,
            now=NOW,
        )
        started = time.process_time()
        verdict = check(request, engines).verdict
        spent.append(time.process_time() - started)
        print(f"change {change['seq']}: {verdict}, {spent[-1]:.2f} s")
        wiped = len(after) < len(before) / 2
        large = abs(len(after) - len(before)) > LARGE
        if wiped != (verdict == "BLOCK") or (verdict == "HOLD" and not large):
            wrong.append((change["seq"], verdict))
    warm = sorted(spent[1:])
    print(f"a change, warm: {warm[len(warm) // 2]:.2f} s, the slowest {warm[-1]:.2f} s of processor time")
    assert wrong == []
