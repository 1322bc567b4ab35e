"""Mutations of what judges: would anybody notice if guard were blind in one eye?

A policy is mutated where it speaks (its findings are lost, told the wrong way round, no longer wanted) and in its
figures. Law: a mutant is caught if some known answer comes out wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from guard.judge.case import Case
from guard.judge.catalogue import Parameters, Value
from guard.judge.finding import Enforcement, Finding, Status
from guard.judge.judge import judge
from guard.judge.policy import Policy, PolicySet

Findings = Sequence[Finding]

#: Published: below this share of mutants that are caught, `guard self-test` fails.
FLOOR_PERCENT = 95.0

SWALLOWED = "what it cannot decide swallowed"

#: Mutants that no answer can catch, as they are the same program: why.
SAME: dict[str, str] = {}
#: Mutants that survive, and why they may: said beside them, and counted all the same.
WHY: dict[str, str] = {
    "dnssec-chain: signatures_at_most is 4001": "a bound on work: no known answer has 2,000 signatures to verify",
    "dnssec-chain: signatures_at_most is 1000": "a bound on work: no known answer has 2,000 signatures to verify",
    "engine: notes of what was not decided are lost": "every network of the corpus settles: nothing is undecided there",
    "engine: limits that tripped are forgotten": "a session that a limit shut is found by its count of prefixes",
    "engine: forwarding tables are those before": "in the corpus a next hop moves only where its route does",
    "engine: links are those before": "a link that is new in the corpus is declared at both of its ends",
    "dns: signatures are not verified": "no zone of the corpus is signed offline; the tests of dnssec-chain have some",
    "failures: half of them are skipped": "what isolates a site in the corpus does so by more than one failure",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy that speaks wrongly: `change` is what becomes of the findings of a run, `variant` the policy itself."""

    policy: str
    what: str
    change: Callable[[Findings, str], Findings] | None = None
    variant: Policy | None = None

    @property
    def name(self) -> str:
        return f"{self.policy}: {self.what}"

    def apply(self, case: Case, findings: Findings) -> Findings:
        """What a run would have found with it."""
        if self.change is not None:
            return self.change(findings, self.policy)
        assert self.variant is not None, "a mutant changes something"
        again = judge(case, PolicySet((self.variant,)))
        own = again.findings if again.evaluated else ()
        return (*(each for each in findings if each.policy != self.policy), *own)


def policy_mutants(policies: Iterable[Policy]) -> Iterator[Mutant]:
    """Those of each policy, in the order of the policies."""
    for policy in policies:
        for what, change in _CHANGES.items():
            yield Mutant(policy.name, what, change)
        if policy.enforcement is not Enforcement.WARN:
            yield Mutant(policy.name, "it only warns", _enforced(Enforcement.WARN))
        if policy.enforcement is Enforcement.DENY:
            yield Mutant(policy.name, "it only holds", _enforced(Enforcement.HOLD))
        yield from _shifted(policy)


def _silenced(findings: Findings, policy: str) -> Findings:
    return [each for each in findings if each.policy != policy]


def _one_lost(findings: Findings, policy: str) -> Findings:
    first = next((each for each in findings if each.policy == policy and each.status is not Status.EXISTING), None)
    return [each for each in findings if each is not first]


def _swallowed(findings: Findings, policy: str) -> Findings:
    return [each for each in findings if each.policy != policy or each.status is not Status.UNDECIDED]


def _exchanged(findings: Findings, policy: str) -> Findings:
    other = {Status.NEW: Status.EXISTING, Status.EXISTING: Status.NEW}
    return [
        replace(each, status=other.get(each.status, each.status)) if each.policy == policy else each
        for each in findings
    ]


def _enforced(at_most: Enforcement) -> Callable[[Findings, str], Findings]:
    def soften(findings: Findings, policy: str) -> Findings:
        stricter = {Enforcement.DENY, Enforcement.HOLD} if at_most is Enforcement.WARN else {Enforcement.DENY}
        return [
            replace(each, enforcement=at_most) if each.policy == policy and each.enforcement in stricter else each
            for each in findings
        ]

    return soften


_CHANGES: dict[str, Callable[[Findings, str], Findings]] = {
    "silenced": _silenced,
    "one of its findings is lost": _one_lost,
    "before and after exchanged": _exchanged,
    SWALLOWED: _swallowed,
}


# ------------------------------------------------------------------------------------------------ figures


def _shifted(policy: Policy) -> Iterator[Mutant]:
    """Each figure larger and smaller than it is, each switch the other way, each enforcement milder."""
    for name, value in policy.parameters.values.items():
        for what, other in _others(value):
            values = Parameters({**policy.parameters.values, name: other})
            yield Mutant(policy.name, f"{name} {what}", variant=replace(policy, parameters=values))


def _others(value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, bool):
        yield f"is {not value}".lower(), not value
    elif isinstance(value, int):
        yield f"is {value * 2 + 1}", value * 2 + 1
        if value:
            yield f"is {value // 2}", value // 2
    elif isinstance(value, float):
        yield f"is {value * 2}", value * 2
        yield f"is {value / 2}", value / 2
    elif isinstance(value, str) and value in (Enforcement.DENY, Enforcement.HOLD):
        yield "is warn", Enforcement.WARN.value
