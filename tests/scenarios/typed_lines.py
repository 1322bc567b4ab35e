"""Lines typed into one device of a small network, judged as a change by the policies that guard brings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from textwrap import indent
from typing import Any

from guard.engines.embedded import Embedded
from guard.pipeline import CheckRequest, check
from guard.shell.judging import layers

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def judge_lines(files: Mapping[str, str], device: str, lines: str) -> dict[str, Any]:
    """The document of the answer."""
    head = "apiVersion: guard/v1\nkind: Change\nmetadata: {id: C, title: t, author: a}\nsteps:\n"
    text = f"{head}  - device: {device}\n    merge: |\n{indent(lines, '      ')}"
    return check(CheckRequest(files, text, "c.yaml", {}, layers({}), NOW), [Embedded()]).document


def stopping(document: Mapping[str, Any], told: str) -> dict[str, list[str]]:
    """By policy, what is told (`subjects` or `evidence`) of what is new and stops."""
    found: dict[str, list[str]] = {}
    for each in document["findings"]:
        if each["status"] in {"new", "undecided"} and each["enforcement"] != "warn":
            found.setdefault(each["policy"], []).extend(each[told])
    return found
