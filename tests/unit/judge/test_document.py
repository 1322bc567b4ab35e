"""The pages that are made from the code are those in docs/."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard.judge.document import PAGES

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_up_to_date(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text() == PAGES[name](), f"python -m guard.judge.document {name} > docs/{name}.md"


def test_every_check_says_what_breaks_and_where_it_comes_from() -> None:
    page = PAGES["checks"]()
    sections = page.split("\n## ")[1:]
    built = [section for section in sections if not section.startswith("Not built")]
    for section in built:
        for word in ("**Breaks:**", "**Example:**", "**Source:**"):
            assert word in section, section.splitlines()[0]
