"""Facts of one snapshot as rows of `guard show`."""

from __future__ import annotations

from collections.abc import Iterator

from guard.model.facts import Assessment, ServiceFact

Row = dict[str, object]


def reachability_rows(assessment: Assessment) -> Iterator[Row]:
    """A row for each pair of sites between which some traffic is delivered, and for each site and service."""
    for site in assessment.sites:
        for other in sorted(site.sends_to - {site.name}):
            yield {"from": site.name, "to": other, "kind": "site", "both_ways": other in site.reaches}
    for name, service in sorted(assessment.service_reach):
        yield {"from": name, "to": service, "kind": "service", "both_ways": True}


def service_rows(assessment: Assessment) -> Iterator[Row]:
    """A row for each service and each of its instances."""
    for service in assessment.services:
        yield _service(service)
        for instance in service.instances:
            yield {
                "service": service.name,
                "instance": str(instance.id),
                "up": instance.up,
                "healthy": instance.healthy,
                "why": instance.why,
            }


def _service(service: ServiceFact) -> Row:
    why = "; ".join(service.unmet) or ("undecided" if service.undecided else "")
    up = any(each.up for each in service.instances)
    return {"service": service.name, "instance": None, "up": up, "healthy": service.healthy, "why": why}
