"""Keys of OSPF and IS-IS neighbours, compared by digest."""

from __future__ import annotations

import pytest

from guard.model.igp import keys_agree


@pytest.mark.parametrize(
    ("one", "two", "agree"),
    [
        ("", "", True),
        ("", "md5:1/aa", False),
        ("md5:1/aa", "md5:1/aa", True),
        ("md5:1/aa", "md5:1/bb", False),
        ("md5:1/aa", "md5:2/aa", False),
        ("md5:1/aa,2/bb", "md5:2/bb", True),
        ("md5:1/?", "md5:1/aa", True),
        ("md5:1/?", "md5:2/aa", False),
        ("simple:aa", "md5:1/aa", False),
        ("simple:?", "simple:aa", True),
        ("simple:?", "", False),
        ("md5:", "md5:1/aa", False),
    ],
)
def test_ends_agree_on_a_key_that_both_hold(one: str, two: str, agree: bool) -> None:
    assert keys_agree(one, two) is agree
    assert keys_agree(two, one) is agree
