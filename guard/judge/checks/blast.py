"""How much of the network one step touches at once."""

from __future__ import annotations

from collections.abc import Iterator

from guard.compare.delta import Delta, compare
from guard.compare.mapping import Absent
from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameter, Parameters
from guard.judge.checks.common import percent
from guard.judge.finding import Observation, some
from guard.judge.scope import devices_of_step


def blast_radius(case: Case, step: StepView, params: Parameters) -> Observations:
    """One step touches, with effect, more than half of the sites of a kind, or more than half of the devices.

    Counted are the devices that the step itself configures, commands or takes down, where that changes sessions,
    routes, forwarding or health there; not those that only see other routes.
    Breaks: there is no healthy half left to fall back to.
    Example: one step replaces the configuration of every edge router.
    Source: Cloudflare, 14 July 2025, and Google, 11 April 2016: roll-outs that went everywhere at once.
    """
    before = case.before(step)
    touched = devices_of_step(step.step, before.snapshot)
    if not list(_too_many(case, touched, params)):
        return
    hit = touched
    if step.assessment is not None:
        delta = compare(before.moment, step.view.moment)
        hit = touched & (_with_effect(case, step, delta) | _announcing(case, delta, touched))
    for what, names, total in _too_many(case, hit, params):
        yield Observation(
            f"one step touches {len(names)} of {total} {what}",
            subjects=some(sorted(names)),
            key=f"{step.number} {what}",
            main=tuple(sorted(names)),
        )


def _too_many(case: Case, touched: frozenset[str], params: Parameters) -> Iterator[tuple[str, frozenset[str], int]]:
    inventory = case.base.inventory
    all_devices = frozenset(case.base.snapshot.devices)
    known = touched & all_devices
    limit = params.number("share_percent")
    if len(all_devices) >= params.integer("devices_at_least") and percent(len(known), len(all_devices)) > limit:
        yield "devices", known, len(all_devices)
    sites = {name: site for name in known if (site := inventory.site_of(name)) is not None}
    for kind in sorted({site.kind for site in inventory.sites}):
        total = sum(1 for site in inventory.sites if site.kind == kind)
        names = frozenset(site.name for site in sites.values() if site.kind == kind)
        if total >= params.integer("sites_at_least") and percent(len(names), total) > limit:
            yield f"sites of kind {kind}", names, total


def _with_effect(case: Case, step: StepView, delta: Delta) -> frozenset[str]:
    """Devices whose own interfaces, sessions, routes or instances differ from the step before."""
    found = {id.node for id in delta.interfaces.turns}
    found |= {node for node, _, _ in delta.sessions.turns}
    found |= delta.routes.nodes()
    for _, (old, new) in delta.services.turns.items():
        for side in (old, new):
            found |= {each.id.node for each in getattr(side, "instances", ())}
    removed = frozenset(case.before(step).snapshot.devices) - frozenset(step.snapshot.devices)
    return frozenset(found) | removed


def _announcing(case: Case, delta: Delta, touched: frozenset[str]) -> frozenset[str]:
    """Those of the touched devices whose site advertises something else than in the step before."""
    sites = set[str]()
    for was, now in delta.advertised.turns.values():
        old = frozenset() if isinstance(was, Absent) else was
        new = frozenset() if isinstance(now, Absent) else now
        sites |= old ^ new
    found = {name: case.base.inventory.site_of(name) for name in touched}
    return frozenset(name for name, site in found.items() if site is not None and site.name in sites)


CHECKS = (
    Check(
        "blast-radius",
        blast_radius,
        parameters=(
            Parameter("share_percent", 50, "how much one step may touch"),
            Parameter("sites_at_least", 4, "kinds with fewer sites are not counted"),
            Parameter("devices_at_least", 8, "networks with fewer devices are not counted"),
        ),
    ),
)
