"""What GRoot reports of its own test zones, guard's lint reports too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from data import SHARED, needs

from guard.judge.lint import lint
from guard.snapshot.load import load

#: GRoot's word -> the policy that says it here.
NAMES = {
    "CNAME AND OTHER TYPES": "dns-conflict",
    "Missing Glue Record": "dns-glue",
    "Rewrites": "dns-alias",
}


def cases() -> list[str]:
    path = SHARED / "groot" / "expect.json"
    return sorted(json.loads(path.read_text())) if path.exists() else []


def rows(folder: Path) -> set[tuple[str, str]]:
    files = {}
    for each in json.loads((folder / "zone_files" / "metadata.json").read_text())["ZoneFiles"]:
        name = each["FileName"].removesuffix(".txt")
        files[f"zones/{name}.zone"] = (folder / "zone_files" / each["FileName"]).read_text()
    return {(row.code, row.subject) for row in lint(load(files))}


@pytest.mark.parametrize("name", cases())
def test_what_it_reports_is_reported(name: str) -> None:
    expected = json.loads(needs("groot/expect.json").read_text())[name]
    folder = needs(f"groot/test/TestFiles/{name}")
    found = rows(folder)
    codes = {code for code, _ in found}
    for word in expected["lint"]:
        assert NAMES[word] in codes, word
    for violation in json.loads((folder / expected["output"]).read_text()):
        owner = violation["Query"].removeprefix("*.").removeprefix("~{ }.")
        assert (NAMES[violation["Property"]], owner) in found, violation
