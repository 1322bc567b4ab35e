"""Merges into FRR, beside a live FRR: the same lines typed into both, the configurations compared.

A snippet that the device refuses must be refused here too; every other must give the configuration that it then shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from frr_device import Device, missing

from guard.model.errors import InputInvalid
from guard.parse.line import Line
from guard.parse.modes import tree
from guard.snapshot.merge.merge import merge

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

HERE = Path(__file__).parent / "merge_frr"


def snippets() -> dict[str, str]:
    """The table: `# name`, then the lines to type."""
    found: dict[str, str] = {}
    name = ""
    for row in (HERE / "snippets.txt").read_text().splitlines():
        if row.startswith("# "):
            name = row[2:]
            found[name] = ""
        elif row.strip():
            found[name] += row + "\n"
    return found


def refused_or_unknown(before: str, lines: str) -> bool:
    """What FRR calls unknown is either refused here or reported as unknown."""
    try:
        return bool(merge(before, lines, "frr").unknown)
    except InputInvalid:
        return True


def shown(text: str) -> str:
    """A configuration as sorted, indented text: order and separators say nothing once entries are numbered."""
    return "\n".join(_rows(tree(text, "frr"), ""))


def _rows(lines: tuple[Line, ...], indent: str) -> Iterator[str]:
    blocks: dict[str, list[Line]] = {}
    for line in lines:
        if not line.words[0].startswith("exit") and line.words[0] not in {"end", "frr", "hostname"}:
            blocks.setdefault(" ".join(line.words), []).extend(line.children)
    for text in sorted(blocks):
        if text.startswith("address-family") and not [c for c in blocks[text] if not c.words[0].startswith("exit")]:
            continue
        yield indent + text
        yield from _rows(tuple(blocks[text]), indent + " ")


@pytest.mark.parametrize("name", sorted(snippets()))
def test_the_merge_is_what_frr_shows(name: str) -> None:
    lines = snippets()[name]
    device = Device("gm", ("eth0", "eth1"))
    try:
        device.type((HERE / "base.conf").read_text())
        before = device.running()
        complaint = device.type(lines)
        after = device.running()
    finally:
        device.close()
    if complaint and "Unknown command" in complaint:
        assert refused_or_unknown(before, lines)
        return
    if complaint:
        with pytest.raises(InputInvalid):
            merge(before, lines, "frr")
        return
    assert shown(merge(before, lines, "frr").text) == shown(after)
