"""What a known-bad change is: what is done, and what must be found."""

from __future__ import annotations

from typing import NamedTuple

from guard.model.change import StepPart
from guard.model.provenance import Source

SOURCE = Source("proof", 1, 1)
NOOP = "nothing"
#: What stands for our own in names, policies and addresses of known-bad changes.
NAME = "GUARD-PROOF"


class Wanted(NamedTuple):
    """A finding that must be there: a policy's name and a subject that it must bear ("" whichever)."""

    policy: str
    subject: str = ""


class Bad(NamedTuple):
    """A change and what must be found; `wanted` () is the change that must give nothing new. `later`: further steps."""

    name: str
    parts: tuple[StepPart, ...]
    wanted: tuple[Wanted, ...]
    effect: str = "any"
    later: tuple[tuple[StepPart, ...], ...] = ()


class Left(NamedTuple):
    """A change that was not built."""

    name: str
    why: str
