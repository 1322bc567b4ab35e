"""The backbone as a whole: how many of its links and of the sessions over them are left."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameter, Parameters
from guard.judge.checks.common import both, percent
from guard.judge.finding import Observation, some
from guard.model.facts import BackboneLink


def backbone_withdrawal(case: Case, step: StepView, params: Parameters) -> Observations:
    """More than half of the backbone is gone: links between sites that were up in the base, or sessions over them.

    Breaks: data centers lose each other, and what depends on them withdraws itself.
    Example: one command shuts every link of both core routers of a two-router backbone.
    Source: the Facebook outage of 4 October 2021, a command meant to assess backbone capacity.
    """
    before, after = both(case, step)
    limit = params.number("share_percent")
    now_up = {link.ends for link in after.backbone.links if link.up}
    had = [link for link in before.backbone.links if link.up]
    gone = [link for link in had if link.ends not in now_up]
    if percent(len(gone), len(had)) > limit:
        yield Observation(
            f"{len(gone)} of {len(had)} backbone links that were up are gone",
            subjects=some([_link(link) for link in gone]),
            evidence=some([f"{_link(link)}: {_why(step, link)}" for link in gone]),
            main=tuple(map(_link, gone)),
            key="links",
        )
    sessions = [ends for ends, up in sorted(before.backbone.sessions.items()) if up]
    lost = [ends for ends in sessions if not after.backbone.sessions.get(ends, False)]
    if percent(len(lost), len(sessions)) > limit:
        names = [f"{one} -> {other}" for one, other in lost]
        yield Observation(
            f"{len(lost)} of {len(sessions)} BGP sessions over the backbone are gone",
            subjects=some(names),
            main=tuple(names),
            key="sessions",
        )


def _link(link: BackboneLink) -> str:
    return f"{link.ends[0]} -- {link.ends[1]}"


def _why(step: StepView, link: BackboneLink) -> str:
    """What the engine says of the ends of a link that is gone."""
    assert step.assessment is not None
    interfaces = step.assessment.state.interfaces
    whys = [f"{end} {state.why}" for end in link.ends if (state := interfaces.get(end)) is not None and not state.up]
    return "; ".join(whys) or "no longer a link"


CHECKS = (
    Check(
        "backbone-withdrawal",
        backbone_withdrawal,
        needs=NETWORK,
        parameters=(Parameter("share_percent", 50, "how much of the links, or of the sessions, may be gone"),),
    ),
)
