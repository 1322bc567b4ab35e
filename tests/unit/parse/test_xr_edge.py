"""A whole provider edge of IOS XR: every line known, and typed anew it is what it was."""

from __future__ import annotations

from collections import Counter

from xr_edge import EDGE
from xr_text import said

from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.parse.xr.reader import read
from guard.snapshot.merge.merge import merge


def test_no_line_is_unknown() -> None:
    device = read(EDGE, "configs/pe1.cfg", Vendor.IOSXR)
    states = Counter(LineState(state).name for state in device.coverage.states if state)
    assert states["UNRECOGNISED"] == 0
    assert states["IMPLEMENTED"] > 150
    assert device.warnings == ()
    assert device.undefined == ()


def test_typed_into_itself_it_stays_as_it_is() -> None:
    assert merge(EDGE, EDGE, "iosxr").text == EDGE


def test_typed_into_nothing_it_is_the_same_device() -> None:
    after = merge("!! IOS XR Configuration\n", EDGE, "iosxr").text
    assert said(read(after, "r.cfg", Vendor.IOSXR)) == said(read(EDGE, "r.cfg", Vendor.IOSXR))
