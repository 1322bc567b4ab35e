"""Texts that the fuzzer broke a grammar with: each is taken or refused now, at once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from guided import grammar

from guard.model.errors import InputInvalid

FOUND = [
    ("merge-eos", "interface Ethernet1,\n"),  # a range that ends in nothing
    ("merge-nxos", "interface Ethernet1/1-3,E,"),
    ("merge-frr", "route-map X permit 05"),  # a number that is not written as it is printed
    ("merge-iosxr", "int BLUE\n"),
    ("merge-junos", '""'),
    ("junos", '""'),
    ("nsupdate", "()"),
    ("state", "!n0e:float"),
    ("state", "a: !!float ''\nb: !!bool x\nc: !!timestamp x\nd: !!int x"),
    ("zone", f"a\nk: {'1' * 60}x\n"),  # a TTL was looked for in every way to cut the digits
]


@pytest.mark.parametrize(("name", "text"), FOUND)
def test_it_is_taken_or_refused(name: str, text: str) -> None:
    with suppress(InputInvalid):
        grammar(name)(text)
