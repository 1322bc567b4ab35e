"""What a change does only together with others that are allowed and not yet done."""

from __future__ import annotations

from guard.judge.case import Case
from guard.judge.catalogue import Check, Observations, Parameters
from guard.judge.finding import Observation, Status, listed


def cumulative_risk(case: Case, params: Parameters) -> Observations:
    """Together with changes that were allowed and are not yet done, the change violates what it alone does not.

    A change counts until it is reported done, an active snapshot contains it, or a day has passed. Judged are all
    policies about the network and the zones, over the earlier changes in their order and then each step of this one.
    Breaks: each of several harmless changes takes away what the others rely on.
    Example: one team drains the northern circuit of a data center, another one the southern.
    Source: Cloudflare, 20 February 2026: a job withdrew 1,100 prefixes, one change at a time.
    """
    names = listed([each.id or each.digest for each in case.earlier])
    for finding in case.together:
        yield Observation(
            f"together with {names}: {finding.message}",
            subjects=finding.subjects,
            evidence=(f"{finding.policy} at step {finding.step}", *finding.evidence),
            undecided=finding.status is Status.UNDECIDED,
            key=f"{finding.policy} {finding.step} {sorted(finding.subjects)} {finding.message}",
            main=finding.subjects,
        )


CHECKS = (Check("cumulative-risk", judge_change=cumulative_risk),)
