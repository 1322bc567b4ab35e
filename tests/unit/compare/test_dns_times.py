"""How long caches hold what a step of a zone changes, as the report of a check says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from guard.engines.embedded import Embedded
from guard.pipeline import CheckRequest, check
from guard.report.render import render

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ZONE = """@ 3600 IN SOA ns1.example.net. h.example.net. 1 3600 600 86400 900
@ 86400 IN NS ns1.example.net.
@ 86400 IN NS ns2.example.net.
www 300 IN CNAME web
web 7200 IN A 192.0.2.1
*.w 60 IN A 192.0.2.2
"""


def document(*steps: str, **more: str) -> dict[str, Any]:
    change = "apiVersion: guard/v1\nkind: Change\nmetadata: {id: x}\nsteps:\n" + "".join(steps)
    files = {"zones/example.com.zone": ZONE, **more}
    request = CheckRequest(files, change, "c.yaml", {}, ({},), NOW, failures=0)
    return check(request, (Embedded(),)).document


def update(lines: str, more: str = "") -> str:
    return f'- {{zone: example.com., update: "{lines}"{more}}}\n'


def times(*steps: str, **more: str) -> list[tuple[int, int | None, int, int, str]]:
    return [
        (row["step"], row["dark_minutes"], row["seen_minutes"], row["recovered_minutes"], row["next_safe_at"])
        for row in document(*steps, **more)["diff"]["dns"]["times"]
    ]


def test_a_record_that_goes_is_dark_after_its_ttl_and_back_after_the_negative_one() -> None:
    assert times(update("update delete web.example.com. A")) == [(1, 120, 120, 15, "2026-11-21T15:00:00Z")]


def test_an_alias_that_moves_costs_its_own_ttl_alone() -> None:
    lines = "update delete www.example.com. CNAME\\nupdate add www.example.com. 60 CNAME web.example.com."
    assert times(update(lines)) == [(1, None, 5, 1, "2026-11-21T13:05:00Z")]


def test_a_new_name_is_seen_when_negative_answers_have_gone() -> None:
    assert times(update("update add new.example.com. 60 A 192.0.2.9")) == [(1, None, 15, 1, "2026-11-21T13:15:00Z")]


def test_a_name_that_hides_a_wildcard_darkens_what_the_wildcard_gave_below_it() -> None:
    found = times(update("update add x.w.example.com. 120 A 192.0.2.9"))
    assert found == [(1, 1, 1, 15, "2026-11-21T13:01:00Z")]


def test_steps_are_counted_against_the_step_before_and_at_their_own_time() -> None:
    gone = update("update delete web.example.com. A")
    back = update("update add web.example.com. 60 A 192.0.2.1", ", not_before: 2026-11-21T20:00Z")
    assert times(gone, back) == [
        (1, 120, 120, 15, "2026-11-21T15:00:00Z"),
        (2, None, 15, 1, "2026-11-21T21:15:00Z"),
    ]


def test_text_says_it_and_a_change_without_zones_says_nothing() -> None:
    text = render(document(update("update delete web.example.com. A")), "text")
    assert (
        "  caches step 1: all see it after 2 h (web.example.com. A), what is lost is gone everywhere after 2 h, "
        in text
    )
    assert "a rollback reaches everybody after 15 min, next step safe from 2026-11-21T15:00:00Z" in text
    assert times(update("update delete nowhere.example.com. A")) == []


def test_a_parent_elsewhere_has_ttls_of_its_own() -> None:
    zone = "{name: example.com., parent: {ns: [ns1.example.net.], ns_ttl: 172800, ds: [%s], ds_ttl: 7200}}"
    text = f"apiVersion: guard/v1\nkind: Inventory\nzones: [{zone}]\n"
    files = {"inventory.yaml": text % f"'1 13 2 {'ab' * 32}'"}
    gone = "- file: inventory.yaml\n  replace: |\n" + "".join(f"    {line}\n" for line in (text % "").splitlines())
    servers = update("update delete example.com. NS ns2.example.net.")
    assert times(servers, **files) == [(1, None, 2880, 2880, "2026-11-23T13:00:00Z")]
    assert times(gone, **files) == [(1, None, 120, 120, "2026-11-21T15:00:00Z")]
