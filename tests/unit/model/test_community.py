"""Extended communities: canonical text, whether they leave the AS, and as Batfish prints them."""

from __future__ import annotations

import pytest

from guard.model.community import extended, is_transitive, shown


@pytest.mark.parametrize(
    ("kind", "text", "canonical", "printed"),
    [
        ("rt", "64500:1", "rt 64500:1", "2:64500:1"),
        ("RT", "672277:3", "rt 672277:3", "514:672277L:3"),
        ("rt", "100L:3", "rt 100L:3", "514:100L:3"),
        ("soo", "192.0.2.1:7", "soo 192.0.2.1:7", "259:3221225985L:7"),
        ("259", "3221225985L:7", "soo 192.0.2.1:7", "259:3221225985L:7"),
        ("2", "65000:1", "rt 65000:1", "2:65000:1"),
        ("514", "672277L:3", "rt 672277:3", "514:672277L:3"),
        ("0x4004", "65000:1", "bandwidth-non-transitive 65000:1", "16388:65000:1"),
        ("65000", "672277L:36867", "65000 672277:36867", "65000:672277L:36867"),
    ],
)
def test_one_text_for_one_value(kind: str, text: str, canonical: str, printed: str) -> None:
    assert extended(kind, text) == canonical
    assert shown(canonical) == printed
    number, _, rest = printed.partition(":")
    assert extended(number, rest) == canonical


def test_other_kinds_are_shown_as_they_are() -> None:
    assert [shown(each) for each in ("64500:1", "no-export", "1:2:3")] == ["64500:1", "no-export", "1:2:3"]


def test_the_second_bit_of_the_type_keeps_a_community_in_its_as() -> None:
    """RFC 4360 2: 65000 is 0xFDE8."""
    stays = ("65000 672277:36867", "bandwidth-non-transitive 65000:1")
    leaves = ("rt 64500:1", "bandwidth 65000:1", "64500:1", "no-export")
    assert [is_transitive(each) for each in (*stays, *leaves)] == [False] * 2 + [True] * 4
