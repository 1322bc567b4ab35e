"""Which ASes `remove-private-as` takes out of a path, vendor by vendor."""

from __future__ import annotations

import pytest

from guard.model.bgp import SEQUENCE, SET, Segment, as_path_text
from guard.model.device import Vendor
from guard.simulate.bgp.private_as import is_private, remove_private


def removed(path: str, how: str, vendor: Vendor, receiver: int) -> str:
    asns = tuple(int(word) for word in path.split())
    return as_path_text(remove_private((Segment(SEQUENCE, asns),), how, vendor, own=100, receiver=receiver))


# The rows of NX-OS and EOS are what real devices sent (lab-validation, cisco_private_asn and eos_private_asn).
@pytest.mark.parametrize(
    ("vendor", "how", "receiver", "path", "left"),
    [
        (Vendor.NXOS, "plain", 300, "65100 65101", ""),
        (Vendor.NXOS, "plain", 300, "65100 25", "65100 25"),
        (Vendor.NXOS, "plain", 65100, "65100 65101", "65100 65101"),
        (Vendor.NXOS, "all", 400, "111 65101", "111"),
        (Vendor.NXOS, "all replace", 500, "65100 25", "100 25"),
        (Vendor.NXOS, "all replace", 500, "65100 65101", "100 100"),
        (Vendor.EOS, "plain", 65100, "65100 65101", "65100"),
        (Vendor.EOS, "plain", 65100, "111 65101", "111 65101"),
        (Vendor.IOS, "plain", 65101, "65100 65101", "65100 65101"),
        (Vendor.FRR, "plain", 65100, "65100 65101", "65100"),
        (Vendor.FRR, "all", 65100, "65100 25 65101", "65100 25"),
        (Vendor.IOSXR, "leading", 300, "65100 25 65101", "25 65101"),
        (Vendor.IOSXR, "leading", 65100, "65100 25", "65100 25"),
        (Vendor.IOSXR, "plain", 300, "65100 25", "65100 25"),
        (Vendor.IOS, "all", 300, "4200000000 25 4294967294", "25"),
    ],
)
def test_what_is_left_of_a_path(vendor: Vendor, how: str, receiver: int, path: str, left: str) -> None:
    assert removed(path, how, vendor, receiver) == left


def test_sets_lose_their_private_members_and_empty_ones_go() -> None:
    path = (Segment(SEQUENCE, (65100, 25)), Segment(SET, (64512, 64513)))
    assert remove_private(path, "all", Vendor.FRR, own=100, receiver=300) == (Segment(SEQUENCE, (25,)),)


@pytest.mark.parametrize("asn", [64511, 65535, 4199999999, 4294967295])
def test_the_neighbours_of_the_private_ranges_are_public(asn: int) -> None:
    assert not is_private(asn)
