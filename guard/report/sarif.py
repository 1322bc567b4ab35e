"""The report as SARIF 2.1.0 (OASIS), for code-review tools."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from guard.report.text import Document

_LEVELS = {"deny": "error", "hold": "warning", "warn": "note"}
_PLACE = re.compile(
    r"((?:configs|zones|hosts|batfish)/[^\s:]+|inventory\.yaml|state\.yaml|roas\.json):(\d+)(?:-(\d+))?"
)


def render(document: Document) -> str:
    """One run, a rule for each policy that found something, a result for each finding."""
    findings = document["findings"]
    rules = sorted({each["policy"] for each in findings})
    driver = {
        "name": "guard",
        "version": document["guard_version"],
        "rules": [{"id": rule, "name": rule} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "results": [_result(each, rules) for each in findings],
        "properties": {"verdict": document["verdict"], "change": document["change"]},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _result(finding: Mapping[str, Any], rules: list[str]) -> dict[str, Any]:
    text = "\n".join((finding["message"], *finding["evidence"]))
    result: dict[str, Any] = {
        "ruleId": finding["policy"],
        "ruleIndex": rules.index(finding["policy"]),
        "level": _LEVELS[finding["enforcement"]] if finding["status"] != "existing" else "none",
        "kind": "fail" if finding["status"] != "undecided" else "open",
        "message": {"text": text},
        "locations": [_location(match) for match in _PLACE.finditer(text)][:10],
        "properties": {"status": finding["status"], "step": finding["step"], "subjects": finding["subjects"]},
    }
    if result["kind"] == "open":
        result["level"] = "none"  # SARIF 3.27.10: a level other than none goes with kind fail alone
    if finding["status"] == "waived":
        result["suppressions"] = [{"kind": "external", "justification": finding.get("waiver", "")}]
    return result


def _location(match: re.Match[str]) -> dict[str, Any]:
    region = {"startLine": int(match.group(2)), "endLine": int(match.group(3) or match.group(2))}
    return {"physicalLocation": {"artifactLocation": {"uri": match.group(1)}, "region": region}}
