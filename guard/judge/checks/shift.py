"""Where traffic leaves or ends, and whether nodes that must not carry transit do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameter, Parameters
from guard.judge.checks.common import both, having, members, named_within, percent, turned, warn_if
from guard.judge.checks.forwarding import DELIVERED
from guard.judge.checks.load import overloads
from guard.judge.checks.outside import orphans
from guard.judge.finding import Observation, listed, some
from guard.model.address import Prefix, prefix_of
from guard.model.change import DownUp
from guard.model.facts import Assessment, Disposition, ExitKey, Fate
from guard.model.inventory import Inventory


class Shift(NamedTuple):
    """All of the traffic of `origin` to `prefix` moved from one set of places to another."""

    origin: str
    prefix: Prefix
    before: frozenset[str]
    after: frozenset[str]


def path_shift(case: Case, step: StepView, params: Parameters) -> Observations:
    """All of some source's traffic changes the site where it leaves or ends, or a no-transit node is used.

    For any advertised or service prefix, or for a fifth (and at least 10) of the external ones. Another way inside to
    the same exit is no shift. A warning for what `expect.shifts` names and for what leaves a thing that a `down` step
    takes down, where no link load is known to suffer.
    Breaks: one site carries the load of all.
    Example: a route map that loses its only `match` and prefers every route of one pop.
    Source: Cloudflare, 17 July 2020 (all traffic to Atlanta); T-Mobile, 15 June 2020 (a router not meant for transit).
    """
    before, after = both(case, step)
    special = case.base.once("special", lambda _: _special(before))
    counted: list[Shift] = []
    external: dict[str, list[Shift]] = {}
    with_session = orphans(step, before)
    for shift in _shifts(step, before, after):
        if shift.prefix in with_session:
            continue  # it stood for routes of a session that is gone
        if shift.prefix in special or _serves(step.snapshot.inventory, shift.prefix):
            counted.append(shift)
        else:
            external.setdefault(shift.origin, []).append(shift)
    many = {origin: shifts for origin, shifts in external.items() if len(shifts) >= params.integer("external_at_least")}
    totals = _external_totals(before, after, special, step.snapshot.inventory) if many else {}
    for origin, shifts in many.items():
        if percent(len(shifts), totals[origin]) > params.number("external_percent"):
            counted += shifts
    for shift in sorted(counted, key=_order):
        yield _observed(case, step, shift, special)
    yield from _transit(case, step, before, after)


def _order(shift: Shift) -> tuple[str, Prefix]:
    return (shift.origin, shift.prefix)


def _observed(case: Case, step: StepView, shift: Shift, special: frozenset[Prefix]) -> Observation:
    within = [each for each in _supernets(shift.prefix) if each in special]
    accepted = _expected(case, shift) or _leaves_what_is_down(step, shift)
    # With capacities and demands given, a shift is only harmless where no link carries more than it can.
    accepted = accepted and not (step.view.loads and list(overloads(step, step.view.loads.loads)))
    went = f"{listed(shift.before)} to {listed(shift.after)}"
    return Observation(
        f"all traffic of {shift.origin} to {shift.prefix} moves from {went}",
        subjects=(str(shift.prefix), shift.origin, *map(str, within)),
        evidence=(f"{shift.origin} -> {shift.prefix}: {listed(shift.before)} before, {listed(shift.after)} now",),
        at_most=warn_if(accepted),
        key=f"{shift.origin} {shift.prefix} {sorted(shift.after)}",
        group=f"{listed(shift.after)} {accepted}",
    )


def _supernets(prefix: Prefix) -> Iterator[Prefix]:
    """Every shorter prefix that covers this one, the shortest first."""
    return (prefix_of(prefix.first, length) for length in range(prefix.length))


def _shifts(step: StepView, before: Assessment, after: Assessment) -> Iterator[Shift]:
    nodes = _nodes_by_origin(step)
    for origin, prefix, old, new in turned(before.exits, after.exits):
        if old and new and not (old & new) and not _strays(nodes.get(origin, []), before, after, prefix):
            for each in members(after, prefix):
                yield Shift(origin, each, old, new)


def _nodes_by_origin(step: StepView) -> dict[str, list[str]]:
    inventory = step.snapshot.inventory
    found: dict[str, list[str]] = {}
    for node in step.snapshot.devices:
        site = inventory.site_of(node)
        found.setdefault(site.name if site is not None else node, []).append(node)
    return found


def _strays(nodes: list[str], before: Assessment, after: Assessment, prefix: Prefix) -> bool:
    """Traffic that is no longer delivered, or that ended inside and now leaves the network, is lost, not shifted."""
    pairs = [(before.fates.get((node, prefix)), after.fates.get((node, prefix))) for node in nodes]
    known = [(old, new) for old, new in pairs if old and new]
    if not known:
        return False
    moved = [(old, new) for old, new in known if _delivers(old) and _delivers(new)]
    return not any(_leaves_network(old) or not _leaves_network(new) for old, new in moved)


def _delivers(fates: frozenset[Fate]) -> bool:
    return any(fate.disposition in DELIVERED for fate in fates)


def _leaves_network(fates: frozenset[Fate]) -> bool:
    return any(fate.disposition is Disposition.EXITS_NETWORK for fate in fates)


def _special(before: Assessment) -> frozenset[Prefix]:
    """Prefixes of which each one counts: what is advertised, and what the inventory lists."""
    advertised = {prefix for prefix, sites in before.advertised.items() if sites and prefix.length}
    return frozenset(advertised | {each.prefix for each in before.advertisements})


def _serves(inventory: Inventory, prefix: Prefix) -> bool:
    """Whether a service's address is what this destination stands for (a default route stands for nobody's)."""
    addresses = (address for service in inventory.services for address in service.addresses)
    return prefix.length > 0 and any(prefix.contains(address) for address in addresses)


def _external_totals(
    before: Assessment, after: Assessment, special: frozenset[Prefix], inventory: Inventory
) -> dict[str, int]:
    """Per source: how many external prefixes are delivered before and after."""
    counts: dict[Prefix, int] = {}
    totals: dict[str, int] = {}
    for origin, prefix, _ in having(before.exits, bool):
        if prefix not in counts:
            each = members(after, prefix)
            counts[prefix] = sum(1 for one in each if one not in special and not _serves(inventory, one))
        if after.exits.get(ExitKey(origin, prefix)):
            totals[origin] = totals.get(origin, 0) + counts[prefix]
    return totals


def _expected(case: Case, shift: Shift) -> bool:
    for name in case.change.expect.shifts:
        if name == shift.origin or name in shift.before or name in shift.after:
            return True
    return named_within(case.change.expect.shifts, shift.prefix)


def _leaves_what_is_down(step: StepView, shift: Shift) -> bool:
    """The change so far only takes things down, or the places left behind hold something that it took down."""
    if not step.taken.by_down:
        return False
    if _only_down(step):
        return True
    inventory = step.snapshot.inventory
    nodes = {each.partition("[")[0] for each in step.taken.by_down}
    places = nodes | {site.name for node in nodes if (site := inventory.site_of(node)) is not None}
    return bool(places & shift.before)


def _only_down(step: StepView) -> bool:
    return not step.delta.devices and all(isinstance(part, DownUp) for part in step.step.parts)


def _transit(case: Case, step: StepView, before: Assessment, after: Assessment) -> Iterator[Observation]:
    for node, path in sorted(after.transit.items()):
        yield Observation(
            f"{node} must not carry other sites' traffic, and does",
            subjects=(node,),
            evidence=(path,),
            existing=node in before.transit,
            key=f"transit {node}",
        )
    old, new = case.base.failures, step.view.failures
    if old is None or new is None:
        return
    olds = {(node, outcome.scenario.reason) for outcome in old.outcomes for node in outcome.transit}
    failures: dict[str, list[str]] = {}
    for outcome in new.outcomes:
        for node in outcome.transit - frozenset(after.transit):
            failures.setdefault(node, []).append(outcome.scenario.reason)
    for node, reasons in sorted(failures.items()):
        yield Observation(
            f"after one more failure {node}, which must not, would carry other sites' traffic",
            subjects=(node,),
            evidence=some([f"failure of {reason}: traffic goes through {node}" for reason in reasons]),
            existing=all((node, reason) in olds for reason in reasons),
            key=f"transit after failure {node}",
        )


CHECKS = (
    Check(
        "path-shift",
        path_shift,
        needs=NETWORK,
        parameters=(
            Parameter("external_percent", 20, "how much of a source's external prefixes may shift"),
            Parameter("external_at_least", 10, "fewer than this many external prefixes are no shift"),
        ),
    ),
)
