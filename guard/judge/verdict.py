"""The one total table from findings to a verdict. Law: zero checks evaluated is never ALLOW; BLOCK before HOLD."""

from __future__ import annotations

from collections.abc import Iterable

from guard.judge.finding import Enforcement, Finding, Status, Verdict

_TABLE: dict[tuple[Status, Enforcement], Verdict] = {
    (Status.NEW, Enforcement.DENY): Verdict.BLOCK,
    (Status.NEW, Enforcement.HOLD): Verdict.HOLD,
    (Status.NEW, Enforcement.WARN): Verdict.ALLOW,
    (Status.EXISTING, Enforcement.DENY): Verdict.ALLOW,
    (Status.EXISTING, Enforcement.HOLD): Verdict.ALLOW,
    (Status.EXISTING, Enforcement.WARN): Verdict.ALLOW,
    (Status.UNDECIDED, Enforcement.DENY): Verdict.HOLD,
    (Status.UNDECIDED, Enforcement.HOLD): Verdict.HOLD,
    (Status.UNDECIDED, Enforcement.WARN): Verdict.ALLOW,
    (Status.WAIVED, Enforcement.DENY): Verdict.ALLOW,
    (Status.WAIVED, Enforcement.HOLD): Verdict.ALLOW,
    (Status.WAIVED, Enforcement.WARN): Verdict.ALLOW,
}
ORDER = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.BLOCK: 2}


def of(finding: Finding) -> Verdict:
    """What one finding asks for."""
    return _TABLE[finding.status, finding.enforcement]


def verdict(findings: Iterable[Finding], evaluated: int) -> Verdict:
    """What all findings together ask for, where `evaluated` checks could really be run."""
    least = Verdict.ALLOW if evaluated > 0 else Verdict.HOLD
    return max((least, *map(of, findings)), key=ORDER.__getitem__)
