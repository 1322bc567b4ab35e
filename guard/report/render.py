"""One document, many renderers."""

from __future__ import annotations

import json
from importlib import import_module

from guard.report.text import Document

FORMATS = ("text", "json", "markdown", "sarif", "html")


def render(document: Document, form: str, colour: bool = False) -> str:
    """The document in one of FORMATS, ending in a newline."""
    if form == "json":
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if form == "text":
        from guard.report.text import render as as_text

        return as_text(document, colour)
    return str(import_module(f"guard.report.{form}").render(document))
