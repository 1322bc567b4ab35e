"""Whether people can still undo the change: management paths and the services that recovery needs."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both, cascade_lines
from guard.judge.finding import Observation
from guard.judge.taken import Taken
from guard.model.address import Address
from guard.model.facts import ManagementFact


def recovery_lockout(case: Case, step: StepView, params: Parameters) -> Observations:
    """A recovery service or a management path is lost, or hangs on what the change takes down.

    Breaks: the way back. What could have been undone in a minute takes a drive to the site.
    Example: the jump host reaches the routers over the very link that the change shuts.
    Source: Facebook 2021, Rogers 2022, Optus 2023, T-Mobile 2020: staff had to be sent.
    """
    before, after = both(case, step)
    olds = {service.name: service for service in before.services}
    for service in after.services:
        old = olds.get(service.name)
        if service.recovery and not service.healthy:
            yield Observation(
                f"recovery service {service.name} is lost",
                subjects=(service.name,),
                evidence=(*service.unmet, *cascade_lines(after.cascade, service.name)),
                existing=old is not None and not old.healthy,
                key=f"service {service.name}",
            )
    reached = {_key(path): path.reachable for path in before.management}
    for path in after.management:
        if path.reachable or _key(path) not in reached or _is_taken(path, step.taken):
            continue
        target = f"{path.target} at {path.address}" if path.address else path.target
        yield Observation(
            f"management path from {path.source_node} to {path.target} is lost",
            subjects=(path.target, path.source_node),
            evidence=(f"{path.source_node} -> {target}: {path.why or 'not reachable'}", str(path.source)),
            existing=not reached[_key(path)],
            key=f"path {path.source_node} {target}",
            group=f"paths from {path.source_node}",
        )


def _key(path: ManagementFact) -> tuple[str, str, Address | None]:
    return (path.source_node, path.target, path.address)


def _is_taken(path: ManagementFact, taken: Taken) -> bool:
    """What the change itself takes down is no subject; what others lose by it is."""
    return path.target in taken.nodes or (path.address is not None and taken.covers(path.address.host))


CHECKS = (Check("recovery-lockout", recovery_lockout, needs=NETWORK),)
