"""Every entry of the corpus of public outages: bad changes are stopped for the right reason, safe ones go through.

The entries are folders of replays/; what is right for each variant stands in its expect.yaml.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from guard.judge.catalogue import not_built
from guard.model.device import Vendor
from guard.parse.vendor import detect
from guard.parse.yaml_text import load_documents
from guard.shell.cli.replay import play

ROOT = Path(__file__).parents[2] / "replays"
ENTRIES = sorted(each.parent for each in ROOT.glob("*/expect.yaml"))
HOW = argparse.Namespace(show=False, engine="embedded", batfish=None)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_variant_comes_out_right(entry: Path) -> None:
    wrong = {f"{each.variant} {each.verdict}": each.faults for each in play(entry, HOW) if each.faults}
    waiting = _asked(entry) & set(not_built())
    if waiting and wrong:
        pytest.xfail(f"not built yet: {', '.join(sorted(waiting))}")
    assert wrong == {}


def _asked(entry: Path) -> set[str]:
    """The checks that some variant of the entry must be stopped by."""
    (document,) = load_documents((entry / "expect.yaml").read_text(), entry.name)
    variants = [node.entries() for node in document.entries().values()]
    return {name for each in variants if "must" in each for name in each["must"].texts()}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_change_has_its_expectation_and_the_entry_is_whole(entry: Path) -> None:
    (document,) = load_documents((entry / "expect.yaml").read_text(), entry.name)
    variants = set(document.entries())
    assert {each.stem for each in entry.glob("*.yaml")} - {"expect"} == variants
    assert {name.partition("-")[0] for name in variants} == {"bad", "safe", "noop"}
    bad = [node.entries() for name, node in document.entries().items() if name.startswith("bad")]
    for expected in bad:
        assert "ALLOW" not in expected["verdict"].texts()
        assert {"must", "any_of", "must_not", "invalid_ok"} & set(expected), (
            "stopped for any reason is not stopped for the right one"
        )


def test_the_set_stands_on_four_vendors() -> None:
    found = {detect(each.read_text()) for each in ROOT.glob("*/snapshot/configs/*")}
    assert {Vendor.IOS, Vendor.EOS, Vendor.FRR, Vendor.JUNOS} <= found


@pytest.mark.parametrize(
    "entry", [each for each in ENTRIES if (each / "snapshot/configs").is_dir()], ids=lambda e: e.name
)
def test_a_network_change_is_told_in_several_ways(entry: Path) -> None:
    """As one change, and as something else that does the same: in steps, in another order, typed in, taken down."""
    assert len(list(entry.glob("bad*.yaml"))) >= 3
    texts = [each.read_text() for each in entry.glob("bad*.yaml")]
    assert any(text.count("\n- ") > 1 for text in texts), "no variant in steps"
