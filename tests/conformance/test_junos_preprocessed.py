"""Junos texts of Batfish's own tests beside what they come to: replaced, deleted, inactive, inherited statements.

A pair is `NAME` or `NAME-before` with `NAME_flattened`, `NAME-flattened`, `NAME-preprocessed` or `NAME-after`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from data import needs

from guard.parse.junos.reader import tree_of
from guard.parse.junos.tree import Node

FOLDER = "batfish/projects/batfish/src/test/resources/org/batfish/main/testconfigs"
NAMES = (
    "active_only", "junos-order-sensitive-replace", "multiple_tags", "preprocess-apply-groups-except-and-priority",
    "preprocess-apply-groups-list-vs-non-list", "preprocess-apply-groups-static-route", "preprocess-flat",
    "preprocess-flat-juniper-activation", "preprocess-flat-juniper-apply-groups-order", "preprocess-hierarchical",
    "preprocess-juniper-generated", "replace_filter", "replace_flat_mix", "replace_only",
)  # fmt: skip
AFTER = ("_flattened", "-flattened", "-preprocessed", "-after")


def rows(node: Node, above: tuple[str, ...] = ()) -> list[str]:
    if not node.children:
        return [" ".join(above)]
    return [row for child in node for row in rows(child, (*above, child.word))]


def read(file: Path) -> list[str]:
    """What is configured, apart from the groups that it was inherited from."""
    return [row for row in rows(tree_of(file.read_text()).root) if "groups" not in row]


def terms(configuration: list[str]) -> list[str]:
    """Statements whose order means something."""
    return [row for row in configuration if row.startswith(("policy-options policy-statement", "firewall"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_text_comes_to_what_it_is_said_to(name: str) -> None:
    folder = needs(FOLDER)
    source = next(each for each in (folder / name, folder / f"{name}-before") if each.is_file())
    wanted = [folder / f"{name}{each}" for each in AFTER if (folder / f"{name}{each}").is_file()]
    assert wanted
    for each in wanted:
        assert sorted(read(source)) == sorted(read(each))
        assert terms(read(source)) == terms(read(each))
