"""Rows as people read them (columns) and as programs do (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence


def print_rows(rows: Sequence[Mapping[str, object]], form: str, columns: Sequence[str] = ()) -> None:
    """Print rows as `table` or `json`; columns default to the keys of the first row."""
    if form == "json":
        print(json.dumps(list(rows), indent=1, default=str, ensure_ascii=False))
        return
    print("\n".join(lines(rows, columns)))


def lines(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> Iterable[str]:
    """A heading and the rows, each column as wide as its widest cell."""
    if not rows:
        return ["(none)"]
    names = list(columns or rows[0])
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in cells)) for i, name in enumerate(names)]
    printed = [names, *cells]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in printed]


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return str(value)
