"""The report as Markdown, for a merge request's comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guard.report import text
from guard.report.flows import flow_lines

_FLOWS = 20  # examples that are shown
_BADGES = {"ALLOW": "✅ ALLOW", "HOLD": "✋ HOLD", "BLOCK": "⛔ BLOCK"}


def render(document: text.Document) -> str:
    """A heading with the verdict, a table of findings, their evidence folded, and what changes as a code block."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: text.Document) -> Iterator[str]:
    change = document["change"]
    title = " ".join(part for part in (change.get("id"), change.get("title")) if part)
    yield f"## {_BADGES[document['verdict']]} {_cell(title)}"
    yield ""
    findings = document["findings"]
    if findings:
        yield "| policy | enforcement | status | step | what |"
        yield "|---|---|---|---|---|"
        for each in sorted(findings, key=lambda row: (row["status"] == "existing", row["enforcement"])):
            cells = (each["policy"], each["enforcement"], each["status"], each["step"] or "", each["message"])
            yield "| " + " | ".join(_cell(str(cell)) for cell in cells) + " |"
        yield ""
    yield from _evidence(findings)
    for lines in (list(text.changes(document["diff"])), list(flow_lines(document, _FLOWS))):
        if lines:
            yield "```text"
            yield from (line.replace("```", "'''") for line in lines)
            yield "```"
            yield ""
    yield from text.foot(document)


def _evidence(findings: list[Mapping[str, Any]]) -> Iterator[str]:
    for each in findings:
        if each["evidence"] and each["status"] != "existing":
            yield f"<details><summary>{_cell(each['policy'])}: evidence</summary>"
            yield ""
            yield from (f"- `{line.replace('`', chr(39))}`" for line in each["evidence"])
            yield ""
            yield "</details>"
            yield ""


def _cell(value: str) -> str:
    for old, new in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("\n", " ")):
        value = value.replace(old, new)
    return value
