"""What small edits of many zones add up to: in one change, and together with what was allowed before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from guard.engines.embedded import Embedded
from guard.model.server_facts import ActiveFacts, EarlierChange
from guard.pipeline import CheckRequest, check
from guard.shell.judging import layers
from guard.snapshot.files import digest

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HEAD = "@ 60 IN SOA ns1.example.net. h.example.net. 1 3600 600 86400 60\n@ 60 IN NS ns1.example.net.\n"


def files(zones: int, hosts: int) -> dict[str, str]:
    body = "".join(f"h{number} 60 IN A 192.0.2.{number}\n" for number in range(hosts))
    return {f"zones/z{number}.test.zone": HEAD + body for number in range(zones)}


BREAK = "\\n"


def deletion(zone: int, host: int) -> str:
    return f"update delete h{host}.z{zone}.test. A"


def change(id: str, *edits: tuple[int, range]) -> str:
    steps = [
        f'  - {{zone: z{zone}.test., update: "{BREAK.join(deletion(zone, host) for host in hosts)}"}}\n'
        for zone, hosts in edits
    ]
    return f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: {id}}}\nsteps:\n- parallel:\n" + "".join(steps)


def judged(base: dict[str, str], text: str, *earlier: str) -> list[tuple[str, str, str]]:
    known = tuple(
        EarlierChange(n, f"E{n}", f"sha256:{n}", "", "", "b", NOW, each, {}) for n, each in enumerate(earlier)
    )
    active = ActiveFacts(digest(base), base.get("inventory.yaml", "").encode(), known)
    request = CheckRequest(base, text, "c.yaml", {}, layers({}), NOW, failures=0, active=active)
    findings: list[dict[str, Any]] = check(request, (Embedded(),)).document["findings"]
    names = ("dns-mass-change", "cumulative-risk")
    return [(f["policy"], f["enforcement"], f["message"]) for f in findings if f["policy"] in names]


@pytest.mark.parametrize(
    ("zones", "hosts", "touched", "each", "message"),
    [
        (10, 10, 5, 4, "20 of 120 RRsets of all zones are deleted, in 5 zones"),
        (10, 10, 4, 4, ""),  # below the floor
        (20, 10, 5, 4, ""),  # 20 of 240 are less than a tenth
        (10, 10, 1, 4, ""),
    ],
)
def test_deletions_below_the_floor_of_each_zone(zones: int, hosts: int, touched: int, each: int, message: str) -> None:
    found = judged(files(zones, hosts), change("x", *((zone, range(each)) for zone in range(touched))))
    assert found == ([("dns-mass-change", "hold", message)] if message else [])


def test_zones_with_percentages_of_their_own_are_not_counted() -> None:
    base = files(10, 10)
    zones = "".join(f"- {{name: z{number}.test., max_delete_percent: 90}}\n" for number in range(5))
    base["inventory.yaml"] = f"apiVersion: guard/v1\nkind: Inventory\nzones:\n{zones}"
    assert judged(base, change("x", *((zone, range(4)) for zone in range(5)))) == []


def test_what_was_allowed_before_and_is_not_yet_done_is_added() -> None:
    base = files(1, 50)
    first, second = change("A", (0, range(4))), change("B", (0, range(4, 8)))
    assert judged(base, first) == judged(base, second) == []
    found = judged(base, second, first)
    assert [each[:2] for each in found] == [("cumulative-risk", "hold")]
    assert "together with A: 8 of 52 RRsets of z0.test. are deleted" in found[0][2]
