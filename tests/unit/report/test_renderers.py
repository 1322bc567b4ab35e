"""Every renderer on documents that the pipeline really made: a change that breaks everything, and one of a zone."""

from __future__ import annotations

import html.parser
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from guard.engines.embedded import Embedded
from guard.pipeline import CheckRequest, check
from guard.report.render import FORMATS, render
from guard.report.text import changes

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "replays" / "facebook-2021-10-04"
ZONE = """apiVersion: guard/v1
kind: Change
metadata: {id: Z-1, title: "Remove <b>www</b> | all", author: a}
steps:
- {zone: example.com., update: "update delete www.example.com. A"}
"""


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    files = {
        path.relative_to(CORPUS / "snapshot").as_posix(): path.read_text()
        for path in (CORPUS / "snapshot").rglob("*")
        if path.is_file()
    }
    policies = {path.name: path.read_text() for path in (ROOT / "policies").glob("*.yaml")}
    engine = Embedded()

    def made(text: str) -> dict[str, Any]:
        now = datetime(2026, 11, 21, tzinfo=UTC)
        return check(CheckRequest(files, text, "change.yaml", {}, (policies,), now, failures=0), (engine,)).document

    return {"outage": made((CORPUS / "bad.yaml").read_text()), "zone": made(ZONE)}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["outage", "zone"])
def test_every_form_says_the_verdict_and_names_every_new_finding(
    documents: dict[str, dict[str, Any]], name: str, form: str
) -> None:
    document = documents[name]
    text = render(document, form)
    assert text.endswith("\n")
    assert document["verdict"] in text
    for finding in document["findings"]:
        if finding["status"] == "new":
            assert finding["policy"] in text


def test_text_is_verdict_then_why_then_what(documents: dict[str, dict[str, Any]]) -> None:
    lines = render(documents["outage"], "text").splitlines()
    assert lines[0].startswith("BLOCK  CHG-1042 Assess backbone capacity, by neteng")
    assert lines.index("Why") < lines.index("What changes")
    assert any(line.startswith("  interfaces down (") for line in lines)
    assert any(line.startswith("  cascade round 1: unhealthy authdns at ams-dns1[lo53]") for line in lines)
    assert "  advertised 192.0.2.0/24: ams, sin -> nobody" in lines


def test_text_says_what_records_change(documents: dict[str, dict[str, Any]]) -> None:
    assert "  dns www.example.com. A: 300 192.0.2.80 | 192.0.2.81 -> (none)" in render(documents["zone"], "text")


def test_colours_are_only_where_they_are_wanted(documents: dict[str, dict[str, Any]]) -> None:
    plain, painted = (render(documents["outage"], "text", colour) for colour in (False, True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_html_is_well_formed_and_escapes(documents: dict[str, dict[str, Any]]) -> None:
    page = render(documents["zone"], "html")
    assert "&lt;b&gt;www&lt;/b&gt;" in page
    assert "<b>www</b>" not in page
    open_tags: list[str] = []

    class Checker(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "br"):
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Checker().feed(page)
    assert open_tags == []


def test_markdown_cells_cannot_break_the_table(documents: dict[str, dict[str, Any]]) -> None:
    heading, *_ = render(documents["zone"], "markdown").splitlines()
    assert heading == "## ⛔ BLOCK Z-1 Remove &lt;b>www&lt;/b> \\| all"


def test_sarif_names_rules_levels_and_places(documents: dict[str, dict[str, Any]]) -> None:
    (run,) = json.loads(render(documents["outage"], "sarif"))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert "datacenter-isolation" in rules
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note", "none")
    assert any(result["locations"] for result in run["results"])


def test_many_reasons_fit_on_a_screen() -> None:
    """One block a policy, catastrophes first; of a long list only its beginning."""
    isolated = [
        {**_FINDING, "policy": "site-isolation", "message": f"pop p{number} reaches no data center any more"}
        for number in range(9)
    ]
    others = [{**_FINDING, "policy": f"check-{letter}", "message": f"{letter} is gone"} for letter in "abcdef"]
    text = render({**_DOCUMENT, "findings": [*others, *isolated]}, "text")
    why = text[text.index("Why") : text.index("\n\n", text.index("Why"))].split("\n")
    assert why[1:6] == [
        "  deny   site-isolation  step 1",
        "         pop p0 reaches no data center any more",
        "           the first proof",
        "         pop p1 reaches no data center any more",
        "           the first proof",
    ]
    assert why[6] == "         … and 7 more findings"
    assert len(why) == 7 + 3 * len(others)


_FINDING: dict[str, Any] = {
    "enforcement": "deny",
    "status": "new",
    "step": 1,
    "subjects": [],
    "evidence": ["the first proof", "the second proof"],
}
_DOCUMENT: dict[str, Any] = {
    "verdict": "BLOCK",
    "change": {"id": "C-1"},
    "snapshot": {"base": "sha256:0", "candidate": "sha256:1"},
    "engines": ["embedded"],
    "policies": "sha256:2",
    "guard_version": "0",
    "timings_ms": {"total": 0},
    "diff": {
        "config": [],
        "interfaces": {},
        "sessions": {"lost": [], "gained": []},
        "routes": {"withdrawn": [], "added": [], "changed": []},
        "advertisements": [],
        "reachability": {"lost": [], "gained": []},
        "services": [],
        "cascade": [],
        "dns": {"records": [], "answers": []},
    },
}


def test_what_changes_is_told_in_the_order_of_the_file_with_the_reason_of_a_lost_session() -> None:
    rows = [
        {"line": 9, "path": ["router bgp 1"], "text": "no synchronization"},
        {"line": 4, "path": ["interface Ethernet0"], "text": "shutdown"},
        {"line": 3, "path": [], "text": "interface Ethernet0"},
    ]
    session = {"node": "a", "remote_node": "b", "remote_ip": "192.0.2.1", "why": "the ends authenticate differently"}
    sessions = {"lost": [session], "gained": []}
    diff = {**_DOCUMENT["diff"], "config": [{"device": "a", "added": rows}], "sessions": sessions}
    assert list(changes(diff)) == [
        "  config a (changed)",
        "    + interface Ethernet0",
        "    + interface Ethernet0 / shutdown",
        "    + router bgp 1 / no synchronization",
        "  sessions lost (1): a -> b (the ends authenticate differently)",
    ]
