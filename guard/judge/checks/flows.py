"""Flows of the inventory: what must get through, and what must not."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both
from guard.judge.finding import Observation, listed
from guard.model.facts import FlowFact


def flow_intent(case: Case, step: StepView, params: Parameters) -> Observations:
    """A flow that must be delivered is not, from each source by every path; or one that must be denied is not.

    Breaks: the application that the flow stands for, or the wall that it stands for.
    Example: an access group applied in the wrong direction drops web traffic that was to pass.
    Source: Batfish's `example` network, whose candidate does exactly that.
    """
    before, after = both(case, step)
    olds = {fact.intent.name: fact for fact in before.flows}
    for fact in after.flows:
        intent = fact.intent
        old = olds.get(intent.name)
        if _met(fact) or _from_taken(fact, step):
            continue
        if fact.undecided:
            yield Observation(
                f"whether flow {intent.name} is {intent.expect} is not known",
                subjects=(intent.name,),
                evidence=fact.evidence,
                existing=old is not None and old.undecided,
                undecided=True,
                key=f"undecided {intent.name}",
            )
            continue
        verb = "is not delivered" if intent.expect == "delivered" else "is not denied"
        yield Observation(
            f"flow {intent.name} ({listed(intent.origins)} to {listed(intent.destinations)}) {verb}",
            subjects=(intent.name,),
            evidence=(*fact.evidence, str(intent.source)),
            existing=old is not None and not _met(old) and old.intent.expect == intent.expect,
        )


def _met(fact: FlowFact) -> bool:
    return fact.delivered if fact.intent.expect == "delivered" else fact.denied


def _from_taken(fact: FlowFact, step: StepView) -> bool:
    """Every source of the flow is a node, or stands on one, that the change itself takes down."""
    nodes = {node.lower() for node in step.taken.nodes}
    interfaces = {str(each).lower() for each in step.taken.interfaces}
    origins = [origin.lower() for origin in fact.intent.origins]
    return bool(origins) and all(
        origin in nodes or origin in interfaces or origin.partition("[")[0] in nodes for origin in origins
    )


CHECKS = (Check("flow-intent", flow_intent, needs=NETWORK),)
