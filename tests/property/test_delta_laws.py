"""The laws of a delta (DESIGN law 4), on mappings and on everything that a Delta compares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.compare.mapping import MappingDelta, between

mappings = st.dictionaries(st.integers(0, 6), st.one_of(st.none(), st.integers(0, 3)), max_size=6)


@given(mappings)
def test_nothing_differs_from_itself(a: dict[int, int | None]) -> None:
    assert between(a, a) == MappingDelta({})
    assert between(a, dict(a)) == MappingDelta({})


@given(mappings, mappings)
def test_applied_to_the_one_it_gives_the_other(a: dict[int, int | None], b: dict[int, int | None]) -> None:
    assert between(a, b).apply(a) == b


@given(mappings, mappings, mappings)
def test_two_in_a_row_are_one(a: dict[int, int | None], b: dict[int, int | None], c: dict[int, int | None]) -> None:
    assert between(a, b).then(between(b, c)) == between(a, c)


@given(mappings, mappings)
def test_backwards_is_the_inverse(a: dict[int, int | None], b: dict[int, int | None]) -> None:
    assert between(a, b).inverse() == between(b, a)
    assert between(a, b).then(between(b, a)) == MappingDelta({})


def test_it_refuses_a_base_that_is_not_its_own() -> None:
    with pytest.raises(ValueError, match="does not apply"):
        between({1: 1}, {1: 2}).apply({1: 3})
    with pytest.raises(ValueError, match="do not follow"):
        between({1: 1}, {1: 2}).then(between({1: 3}, {1: 4}))


def test_absent_and_none_are_told_apart() -> None:
    delta = between({1: None}, {})
    assert list(delta.removed()) == [(1, None)]
    assert delta.apply({1: None}) == {}
