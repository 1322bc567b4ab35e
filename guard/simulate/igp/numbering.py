"""Prefixes by number: what two states that number them each in their own way say of the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from guard.model.address import Prefix
from guard.simulate.igp.spf import Ints

Numbers = Mapping[Prefix, int]


class Aligned(NamedTuple):
    """What two states number alike: prefixes of both with their numbers here and there, and those of one alone."""

    other: Numbers
    prefixes: tuple[Prefix, ...]
    here: Ints
    there: Ints
    alone: tuple[Prefix, ...]


def aligned(mine: Numbers, others: Numbers) -> Aligned:
    """The numbers of another state beside those of this one."""
    both = tuple(prefix for prefix in mine if prefix in others)
    here = np.array([mine[prefix] for prefix in both], dtype=np.int64)
    there = np.array([others[prefix] for prefix in both], dtype=np.int64)
    return Aligned(others, both, here, there, tuple(mine.keys() ^ others.keys()))
