"""Whether people can still undo the change: management paths and the services that recovery needs."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both, cascade_lines
from guard.judge.finding import Observation
from guard.judge.taken import Taken
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
    olds_of = _Before(before.management)
    for path in after.management:
        old_path = olds_of.same(path)
        if path.reachable or old_path is None or _is_taken(path, old_path, step.taken):
            continue
        target = f"{path.target} at {path.address}" if path.address else path.target
        yield Observation(
            f"management path from {path.source_node} to {path.target} is lost",
            subjects=(path.target, path.source_node),
            evidence=(f"{path.source_node} -> {target}: {path.why or 'not reachable'}", str(path.source)),
            existing=not old_path.reachable,
            key=f"path {path.source_node} {target}",
            group=f"paths from {path.source_node}",
        )


class _Before:
    """The paths of the base. One whose target has another address now, or none, is still the path to that target."""

    def __init__(self, paths: tuple[ManagementFact, ...]) -> None:
        self._exact = {(path.source_node, path.target, path.address): path for path in paths}
        self._pairs: dict[tuple[str, str], ManagementFact] = {}
        for path in sorted(paths, key=lambda each: each.reachable):
            self._pairs[path.source_node, path.target] = path

    def same(self, path: ManagementFact) -> ManagementFact | None:
        exact = self._exact.get((path.source_node, path.target, path.address))
        return exact or self._pairs.get((path.source_node, path.target))


def _is_taken(path: ManagementFact, old: ManagementFact, taken: Taken) -> bool:
    """What the change itself takes down is no subject; what others lose by it is."""
    addresses = (each.address for each in (path, old) if each.address is not None)
    return path.target in taken.nodes or any(taken.covers(address.host) for address in addresses)


CHECKS = (Check("recovery-lockout", recovery_lockout, needs=NETWORK),)
