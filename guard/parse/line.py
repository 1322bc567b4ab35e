"""One command of a configuration with the commands of the mode that it enters."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """`number` is 1-based in its file; `text` is stripped; `words` is `text.split()`."""

    number: int
    text: str
    words: tuple[str, ...]
    children: tuple[Line, ...] = ()
