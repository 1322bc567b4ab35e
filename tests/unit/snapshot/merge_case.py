"""How merge tests are told: what a typed change does to a configuration, as the rows that go and come."""

from __future__ import annotations

import difflib

import pytest

from guard.model.errors import InputInvalid
from guard.snapshot.merge.merge import MergeResult, merge


def typed(config: str, lines: str, vendor: str) -> MergeResult:
    """Merge lines whose first stands in line 10 of change.yaml."""
    return merge(config, lines, vendor, file="r1.cfg", change_file="change.yaml", first_line=10)


def changes(config: str, lines: str, vendor: str) -> list[str]:
    """The rows taken and given, without separators, in file order."""
    after = typed(config, lines, vendor).text
    rows = difflib.unified_diff(config.split("\n"), after.split("\n"), n=0, lineterm="")
    return [row for row in list(rows)[2:] if not row.startswith("@@") and row[1:].strip() not in {"", "!"}]


def refused(config: str, lines: str, vendor: str) -> tuple[int | None, str]:
    """The line and the reason of a refusal."""
    with pytest.raises(InputInvalid) as caught:
        typed(config, lines, vendor)
    assert caught.value.code == "merge-rejected"
    assert caught.value.file == "change.yaml"
    return caught.value.line, caught.value.message
