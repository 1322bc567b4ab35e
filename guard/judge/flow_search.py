"""All flows at once: examples of those that fare otherwise after the last step, from an engine that can search them."""

from __future__ import annotations

from collections.abc import Sequence

from guard.engines.engine import Engine, FlowSearcher
from guard.judge.case import Case
from guard.judge.finding import Verdict
from guard.model.changed_flow import FlowSearch
from guard.model.errors import EngineLost


def searched(case: Case, verdict: Verdict, engines: Sequence[Engine]) -> FlowSearch | None:
    """What the first engine that searches found; None where none does, or nothing is there to be searched.

    A BLOCK of the deciding engine does not wait for another one.
    """
    before, after = case.views[0].snapshot, case.views[-1].snapshot
    if not case.has_network or (before.devices == after.devices and before.overlay == after.overlay):
        return None
    for number, engine in enumerate(engines):
        if isinstance(engine, FlowSearcher) and (number == 0 or verdict is not Verdict.BLOCK):
            try:
                return engine.changed_flows(before, after)
            except EngineLost as error:
                return FlowSearch(engine.name, unknown=str(error))
    return None
