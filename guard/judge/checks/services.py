"""Services after the health fixed point has settled: those that answer DNS, and what each requires."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both, cascade_lines
from guard.judge.finding import Observation, listed
from guard.model.facts import ServiceFact


def dns_service_survival(case: Case, step: StepView, params: Parameters) -> Observations:
    """No healthy instance is left of a service that serves a zone, what withdraws itself on the way included.

    Breaks: every name below the zone, for everybody, as soon as caches run out.
    Example: name servers that withdraw their anycast prefix when they no longer reach a data center, and all do.
    Source: Facebook, 4 October 2021: facebook.com was gone within minutes.
    """
    before, after = both(case, step)
    olds = {service.name: service for service in before.services}
    for service in after.services:
        if not service.serves_zones:
            continue
        old = olds.get(service.name)
        if service.undecided and not (old is not None and old.undecided):
            yield Observation(f"whether {service.name} is healthy is not known", (service.name,), undecided=True)
        elif not _alive(service):
            yield Observation(
                f"no healthy instance of {service.name} is left, which serves {listed(service.serves_zones)}",
                subjects=(service.name, *service.serves_zones),
                evidence=(*_instances(service), *cascade_lines(after.cascade, service.name)),
                existing=old is not None and not _alive(old),
            )


def service_dependency(case: Case, step: StepView, params: Parameters) -> Observations:
    """A service loses what it requires: no instance of it still reaches, or resolves, what `requires` asks for.

    Breaks: the service, and in turn each service that requires it.
    Example: the authentication service keeps running, but the user database behind it is out of reach.
    Source: the dependency loops of Facebook 2021 and AWS DynamoDB 2025.
    """
    before, after = both(case, step)
    needs = {service.name for service in step.snapshot.inventory.services if service.requires is not None}
    olds = {service.name: service for service in before.services}
    for service in after.services:
        old = olds.get(service.name)
        if service.name not in needs:
            continue
        if service.undecided and not (old is not None and old.undecided):
            yield Observation(
                f"whether {service.name} still has what it requires is not known", (service.name,), undecided=True
            )
        elif service.unmet or not service.healthy:
            what = f": {listed(dict.fromkeys(service.unmet))}" if service.unmet else ""
            yield Observation(
                f"service {service.name} loses what it requires{what}",
                subjects=(service.name,),
                evidence=(*_instances(service), *cascade_lines(after.cascade, service.name)),
                existing=old is not None and _as_bad(old, service),
            )


def _as_bad(old: ServiceFact, new: ServiceFact) -> bool:
    """Whether the base was no better: not healthy, and every requirement unmet now was unmet then."""
    return not old.healthy and set(new.unmet) <= set(old.unmet)


def _alive(service: ServiceFact) -> bool:
    if not service.instances:
        return service.healthy
    return any(each.up and each.healthy for each in service.instances)


def _instances(service: ServiceFact) -> tuple[str, ...]:
    return tuple(
        f"{each.id}: {'up' if each.up else 'down'}, {'healthy' if each.healthy else 'unhealthy'}"
        + (f" ({each.why})" if each.why else "")
        for each in service.instances
    )


CHECKS = (
    Check("dns-service-survival", dns_service_survival, needs=NETWORK),
    Check("service-dependency", service_dependency, needs=NETWORK),
)
