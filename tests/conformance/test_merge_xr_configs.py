"""Whole configurations of real IOS XR devices, typed: into themselves nothing changes, into nothing all is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from data import SHARED
from xr_text import said

from guard.model.device import Vendor
from guard.parse.xr.reader import read
from guard.snapshot.merge.malformed import malformed
from guard.snapshot.merge.merge import merge

LABS = sorted(SHARED.glob("lab-validation/snapshots/iosxr_*/configs/*/*.txt")) if SHARED.is_dir() else []


@pytest.fixture(params=LABS or [None], ids=lambda path: path.parent.name if path else "none")
def text(request: pytest.FixtureRequest) -> str:
    if request.param is None:
        pytest.skip("the recorded labs are not here")
    path: Path = request.param
    return path.read_text()


def test_a_configuration_typed_into_itself(text: str) -> None:
    result = merge(text, text, "iosxr")
    assert (result.text, result.unknown) == (text, ())
    assert malformed("", text, "iosxr") is None


def test_a_configuration_typed_into_an_empty_device(text: str) -> None:
    after = merge("!! IOS XR Configuration\n", text, "iosxr").text
    one, two = (read(each, "r.cfg", Vendor.IOSXR) for each in (text, after))
    assert said(one) == said(two)
    assert one.name == two.name


def test_a_configuration_without_its_columns(text: str) -> None:
    """Indentation means nothing to the device: a block ends where a command does not belong to it."""
    flat = "\n".join(row.strip() for row in text.split("\n"))
    after = merge("!! IOS XR Configuration\n", flat, "iosxr").text
    one, two = (read(each, "r.cfg", Vendor.IOSXR) for each in (text, after))
    assert said(one) == said(two)
