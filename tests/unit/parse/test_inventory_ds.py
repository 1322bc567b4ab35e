"""The DS records that an inventory says a parent holds."""

from __future__ import annotations

import pytest

from guard.model.errors import InputInvalid
from guard.parse.inventory import parse_inventory

TEXT = """apiVersion: guard/v1
kind: Inventory
zones:
- name: example.com.
  parent:
    ns: [ns1.example.com.]
    ds:
    - %s
"""


@pytest.mark.parametrize(
    "written", ["1 13 2 ABCD", "1 13 2 AB CD", "example.com. 86400 IN DS 1 13 2 abcd", "'1  13 2 abcd'"]
)
def test_data_or_record_with_a_digest_in_any_case_and_pieces(written: str) -> None:
    (zone,) = parse_inventory(TEXT % written, "inventory.yaml", {}).zones
    assert zone.parent is not None
    assert zone.parent.ds == ("1 13 2 abcd",)


@pytest.mark.parametrize("written", ["''", "1 13 2", "1 13 SHA256 abcd", "1 13 2 xyz"])
def test_what_is_no_ds_is_invalid_with_its_line(written: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        parse_inventory(TEXT % written, "inventory.yaml", {})
    assert caught.value.line == 8
