"""What a check saw, what is wanted, and what is done: three words that stay apart (DESIGN law 1).

A check yields Observations; a policy turns them into Findings; one total table turns findings into a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Enforcement(StrEnum):
    """What is wanted where a policy is violated. Ordered by strictness: deny, hold, warn."""

    DENY = "deny"
    HOLD = "hold"
    WARN = "warn"


class Status(StrEnum):
    """`existing`: already so in the base; `undecided`: guard could not see; `waived`: accepted by a waiver."""

    NEW = "new"
    EXISTING = "existing"
    UNDECIDED = "undecided"
    WAIVED = "waived"


class Verdict(StrEnum):
    ALLOW = "ALLOW"
    HOLD = "HOLD"
    BLOCK = "BLOCK"


_STRICTNESS = {Enforcement.DENY: 2, Enforcement.HOLD: 1, Enforcement.WARN: 0}


def milder(one: Enforcement, other: Enforcement) -> Enforcement:
    return min(one, other, key=_STRICTNESS.__getitem__)


def strictness(enforcement: Enforcement) -> int:
    return _STRICTNESS[enforcement]


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that a check found to be violated, or could not decide.

    `existing`: the base has it as well. `at_most` is a downgrade: never stricter than this, whatever the policy says.
    `instead` replaces the policy's own enforcement (the contract's "warn, but deny where …"). `key` tells the same
    thing seen after several steps apart from another one; empty: the subjects. Observations of one step that share a
    `group` are told as one finding. `main`: the subjects that it is about, where these are not just the first one.
    """

    message: str
    subjects: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    existing: bool = False
    undecided: bool = False
    at_most: Enforcement | None = None
    instead: Enforcement | None = None
    key: str = ""
    group: str = ""
    main: tuple[str, ...] = ()

    @property
    def waived_by(self) -> tuple[str, ...]:
        """The subjects that a waiver must cover."""
        return self.main or self.subjects[:1]

    @property
    def identity(self) -> str:
        return self.key or "\n".join(sorted(self.subjects)) or self.message

    def enforced(self, own: Enforcement) -> Enforcement:
        """What this observation asks for under a policy whose own enforcement is `own`."""
        wanted = self.instead or own
        return wanted if self.at_most is None else milder(wanted, self.at_most)


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of `findings` (CONTRACT 5). `step` 0: the change as a whole, or the base."""

    policy: str
    enforcement: Enforcement
    status: Status
    step: int
    message: str
    subjects: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    waiver: str = ""  # who accepted it, why, until when

    def document(self) -> dict[str, Any]:
        found = {
            "policy": self.policy,
            "enforcement": self.enforcement.value,
            "status": self.status.value,
            "step": self.step,
            "message": self.message,
            "subjects": list(self.subjects),
            "evidence": list(self.evidence),
        }
        return {**found, "waiver": self.waiver} if self.waiver else found


#: Evidence and subjects of one finding beyond this are counted, not listed: a reader has seconds.
LISTED_AT_MOST = 40


def some(items: tuple[str, ...] | list[str], at_most: int = LISTED_AT_MOST) -> tuple[str, ...]:
    """The first items; what was left out is said."""
    if len(items) <= at_most:
        return tuple(items)
    return (*items[:at_most], f"… and {len(items) - at_most} more")


def listed(names: Iterable[object], at_most: int = 6) -> str:
    """`a, b, c and 4 more`, for messages."""
    texts = [str(name) for name in (sorted(names, key=str) if isinstance(names, set | frozenset) else names)]
    if len(texts) <= at_most:
        return ", ".join(texts)
    return f"{', '.join(texts[:at_most])} and {len(texts) - at_most} more"
