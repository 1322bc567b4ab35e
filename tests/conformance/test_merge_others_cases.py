"""Merges that others wrote down: hier_config's remediations, napalm's merge files, and every printed configuration."""

from __future__ import annotations

import pytest
from data import SHARED, needs

from guard.model.errors import InputInvalid
from guard.parse.line import Line
from guard.parse.modes import tree
from guard.parse.vendor import detect
from guard.snapshot.merge.merge import merge

Outline = frozenset[tuple[str, "Outline"]]

HIER = "hier_config/tests"


def outline(lines: tuple[Line, ...]) -> Outline:
    """A configuration without the order that says nothing; `no shutdown` is the default."""
    return frozenset(
        (" ".join(line.words), outline(line.children))
        for line in lines
        if not line.words[0].startswith("exit") and line.words != ("no", "shutdown")
    )


@pytest.mark.parametrize(
    ("running", "remediation", "generated"),
    [
        ("circular/fixtures/ios_running", "circular/fixtures/ios_remediation", "circular/fixtures/ios_generated"),
        ("circular/fixtures/ios_generated", "circular/fixtures/ios_rollback", "circular/fixtures/ios_running"),
        ("fixtures/running_config", "fixtures/remediation_config_without_tags", "fixtures/generated_config"),
    ],
)
def test_the_remediation_gives_the_generated_configuration(running: str, remediation: str, generated: str) -> None:
    before, lines, wanted = (needs(f"{HIER}/{name}.conf").read_text() for name in (running, remediation, generated))
    result = merge(before, lines, "ios")
    assert result.unknown == ()
    assert outline(tree(result.text, "ios")) == outline(tree(wanted, "ios"))


@pytest.mark.parametrize(("vendor", "added"), [("ios", 1), ("eos", 2)])
def test_napalms_merges(vendor: str, added: int) -> None:
    folder = f"napalm/test/{vendor}/{vendor}"
    before = needs(f"{folder}/initial.conf").read_text()
    lines = needs(f"{folder}/merge_good.conf").read_text()
    result = merge(before, lines, vendor)
    assert result.unknown == ()
    assert len(set(result.text.split("\n")) - set(before.split("\n"))) == added
    typo = merge(before, needs(f"{folder}/merge_typo.conf").read_text(), vendor)
    assert len(typo.unknown) == 1


@pytest.mark.slow
def test_a_printed_configuration_typed_again_changes_nothing() -> None:
    """What a device prints is what it would take: the fixed point, on every configuration of the data.

    The rest repeat themselves, hold lines of other platforms, or were written by hand to be wrong.
    """
    same = total = 0
    for path in sorted(SHARED.glob("*/**/configs/*")):
        text = path.read_text(errors="replace") if path.is_file() else ""
        vendor = detect(text).value if text else ""
        if vendor not in {"ios", "eos", "frr"}:
            continue
        total += 1
        try:
            same += merge(text, text, vendor).text == text
        except InputInvalid:
            continue
    if not total:
        pytest.skip("third-party data not here (set GUARD_DATA)")
    assert same / total > 0.9
