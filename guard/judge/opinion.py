"""A second engine's opinion of the moments of a change: on which facts it differs, and what it alone finds."""

from __future__ import annotations

from dataclasses import dataclass

from guard.engines.agreement import Difference
from guard.judge.finding import Finding


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """`differences`: in the base, then after each step. `findings`: what only this engine's facts violate."""

    engine: str
    first: str = "embedded"
    differences: tuple[tuple[Difference, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
