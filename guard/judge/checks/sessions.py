"""BGP sessions, each counted once."""

from __future__ import annotations

from guard.compare.sessions import sessions
from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameter, Parameters
from guard.judge.checks.common import both, percent
from guard.judge.finding import Observation, some


def session_loss(case: Case, step: StepView, params: Parameters) -> Observations:
    """More than a quarter of the BGP sessions, and at least 4, are gone; those that `expect` names count apart.

    Breaks: redundancy first; what the sessions carried, where nothing else does.
    Example: a new filter on the control plane that forgets TCP port 179.
    Source: Enta, 25 September 2019: a "non-service-affecting" standardisation of access lists.
    """
    before, _ = both(case, step)
    expected = {name.lower() for name in case.change.expect.sessions_lost}
    lost = [session for session in step.delta.sessions_lost if not session.names & expected]
    had = sum(1 for session in sessions(before.state.sessions) if session.up) if lost else 0
    if len(lost) >= params.integer("at_least") and percent(len(lost), had) > params.number("share_percent"):
        yield Observation(
            f"{len(lost)} of {had} BGP sessions are gone",
            subjects=some([str(session) for session in lost]),
            main=tuple(map(str, lost)),
            key="sessions",
        )


CHECKS = (
    Check(
        "session-loss",
        session_loss,
        needs=NETWORK,
        parameters=(
            Parameter("share_percent", 25, "how much of the sessions may go"),
            Parameter("at_least", 4, "fewer than this many are no loss worth a stop"),
        ),
    ),
)
