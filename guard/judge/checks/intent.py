"""Whether a change weakens what the inventory asks for: the bar must not be lowered by the one who jumps."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameters
from guard.judge.finding import Observation, listed
from guard.model.inventory import (
    Advertisement,
    AllOf,
    Inventory,
    Peering,
    Requirement,
    Service,
    Site,
    ZoneIntent,
)
from guard.snapshot.snapshot import Snapshot

Said = tuple[str, str]  # subject, what became weaker
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


def intent_weakened(case: Case, step: StepView, params: Parameters) -> Observations:
    """The change removes or loosens a site, floor, flow, service, origin, critical name or limit of the inventory.

    Breaks: the other checks, from then on: they judge by the inventory.
    Example: `min_sites: 3` becomes 1 in the same change that withdraws the prefix at two sites.
    Source: Rogers, 8 July 2022: the risk class of a change was lowered after its first phases went well.
    """
    required = case.required_inventory or case.base.inventory
    if case.required_inventory is not None and case.required_inventory != case.base.inventory:
        yield Observation(
            "the snapshot's inventory is not the server's own", subjects=("inventory.yaml",), key="other inventory"
        )
    if required is step.snapshot.inventory or required == step.snapshot.inventory:
        return
    for subject, text in _weaker(required, step.snapshot.inventory, step.snapshot):
        yield Observation(text, subjects=(subject,), evidence=("inventory.yaml",), key=text, group="inventory")


def _weaker(old: Inventory, new: Inventory, after: Snapshot) -> Iterator[Said]:
    if old.given and not new.given:
        yield "inventory.yaml", "the inventory is removed"
        return
    yield from _sites(old, new, after)
    for one, other in _pairs(old.advertisements, new.advertisements, "advertisement"):
        yield from [other] if isinstance(other, tuple) else _advertisement(one, other)
    for service, later in _pairs(old.services, new.services, "service"):
        yield from [later] if isinstance(later, tuple) else _service(service, later)
    for flow, now in _pairs(old.flows, new.flows, "flow"):
        if isinstance(now, tuple):
            yield now
        elif _unplaced(flow) != _unplaced(now):
            yield flow.name, f"flow {flow.name} asks for something else"
    for zone, then in _pairs(old.zones, new.zones, "zone"):
        yield from [then] if isinstance(then, tuple) else _zone(zone, then)
    yield from _peerings(old, new, after)
    yield from _limits(old, new)
    yield from _origins(old, new)


def _pairs(old: Iterable[T], new: Iterable[T], what: str) -> Iterator[tuple[T, T | Said]]:
    """Each named thing of the old inventory with its later self, or with the words that it is gone."""
    later: Mapping[str, T] = {each.name: each for each in new}  # type: ignore[attr-defined]
    for each in old:
        name = each.name  # type: ignore[attr-defined]
        yield each, later.get(name, (name, f"{what} {name} is removed"))


def _unplaced(thing: object) -> tuple[object, ...]:
    """The fields of an inventory item without the place where it stands."""
    names = (name for name in type(thing).__dataclass_fields__ if name != "source")  # type: ignore[attr-defined]
    return tuple(getattr(thing, name) for name in names)


# ------------------------------------------------------------------------------------------------ item by item


def _sites(old: Inventory, new: Inventory, after: Snapshot) -> Iterator[Said]:
    for site, now in _pairs(old.sites, new.sites, "site"):
        if isinstance(now, tuple):
            yield now
            continue
        yield from _site(site, now)
        left = [
            name for name in after.devices if old.names(name, site.devices) and not new.names(name, now.devices)
        ]
        if left:
            yield site.name, f"{listed(left)} no longer belongs to site {site.name}"
    gone = [name for name in after.devices if old.is_backbone(name) and not new.is_backbone(name)]
    if gone:
        yield "backbone", f"{listed(gone)} no longer belongs to the backbone"


def _site(old: Site, new: Site) -> Iterator[Said]:
    if old.kind != new.kind:
        yield old.name, f"site {old.name} is a {new.kind} instead of a {old.kind}"
    gone = set(old.prefixes) - set(new.prefixes)
    if gone:
        yield old.name, f"site {old.name} no longer holds {listed(gone)}"


def _advertisement(old: Advertisement, new: Advertisement) -> Iterator[Said]:
    gone = set(old.prefixes) - set(new.prefixes)
    if gone:
        yield old.name, f"advertisement {old.name} no longer lists {listed(gone)}"
    for floor, was, now in (
        ("min_sites", old.min_sites, new.min_sites),
        ("min_origins", old.min_origins, new.min_origins),
    ):
        if now < was:
            yield old.name, f"{floor} of advertisement {old.name} falls from {was} to {now}"
    if old.to and old.to != new.to:
        yield old.name, f"advertisement {old.name} no longer asks for {old.to}"


def _service(old: Service, new: Service) -> Iterator[Said]:
    for what, was, now in (
        ("addresses", set(map(str, old.addresses)), set(map(str, new.addresses))),
        ("instances", set(map(str, old.instances)), set(map(str, new.instances))),
        ("serves_zones", set(old.serves_zones), set(new.serves_zones)),
    ):
        if was - now:
            yield old.name, f"{what} of service {old.name} lose {listed(was - now)}"
    if old.requires is not None and not _still_requires(old.requires, new.requires):
        yield old.name, f"service {old.name} requires something else"
    if old.recovery and not new.recovery:
        yield old.name, f"service {old.name} no longer counts for recovery"
    if old.withdraws != new.withdraws:
        yield old.name, f"on_unhealthy of service {old.name} changes"


def _still_requires(old: Requirement, new: Requirement | None) -> bool:
    """Whether the new requirement asks for all that the old one did (adding to an all_of only asks for more)."""
    if new is None or old == new:
        return old == new
    olds = old.parts if isinstance(old, AllOf) else (old,)
    news = new.parts if isinstance(new, AllOf) else (new,)
    return all(part in news for part in olds)


def _zone(old: ZoneIntent, new: ZoneIntent) -> Iterator[Said]:
    later = {(each.name, each.type): each.min_records for each in new.critical_names}
    for each in old.critical_names:
        now = later.get((each.name, each.type))
        if now is None:
            yield f"{each.name} {each.type}", f"critical name {each.name} {each.type} is removed"
        elif now < each.min_records:
            text = f"min_records of {each.name} {each.type} falls from {each.min_records} to {now}"
            yield f"{each.name} {each.type}", text
    for limit in ("max_change_percent", "max_delete_percent"):
        was, then = getattr(old, limit), getattr(new, limit)
        if was != then and (then is None or was is None or then > was):
            yield old.name, f"{limit} of {old.name} changes from {was} to {then}"
    if old.signing != new.signing:
        yield old.name, f"signing of {old.name} changes from {old.signing} to {new.signing}"


def _peerings(old: Inventory, new: Inventory, after: Snapshot) -> Iterator[Said]:
    later = {(each.device, each.neighbor): each for each in new.peerings}
    for each in old.peerings:
        name = f"{each.device} -> {each.neighbor}"
        now = later.get((each.device, each.neighbor))
        if now is not None:
            yield from _peering(name, each, now)
        elif _configured(each, after):
            yield name, f"the peering of {name} is removed, and its session is still there"


def _configured(peering: Peering, after: Snapshot) -> bool:
    device = after.device(peering.device)
    processes = device.bgp if device is not None else ()
    return any(neighbor.address == peering.neighbor for process in processes for neighbor in process.neighbors)


def _peering(name: str, old: Peering, new: Peering) -> Iterator[Said]:
    if old.role != new.role:
        yield name, f"{name} becomes a {new.role} instead of a {old.role}"
    if old.cone is not None and (new.cone is None or not all(_within(prefix, old.cone) for prefix in new.cone)):
        yield name, f"the cone of {name} grows"
    for limit in ("max_prefix", "remote_max_prefix"):
        was, now = getattr(old, limit), getattr(new, limit)
        if was is not None and (now is None or now > was):
            yield name, f"{limit} of {name} changes from {was} to {now}"


def _within(prefix: object, cone: Iterable[object]) -> bool:
    return any(each.covers(prefix) for each in cone)  # type: ignore[attr-defined]


def _limits(old: Inventory, new: Inventory) -> Iterator[Said]:
    if new.failures < old.failures:
        yield "failures", f"failures falls from {old.failures} to {new.failures}"
    for node in old.no_transit:
        if node not in new.no_transit:
            yield node, f"{node} may carry other sites' traffic"
    risks = {each.name: set(map(str, each.interfaces)) | set(each.nodes) for each in new.shared_risks}
    for risk in old.shared_risks:
        gone = (set(map(str, risk.interfaces)) | set(risk.nodes)) - risks.get(risk.name, set())
        if gone:
            yield risk.name, f"shared risk {risk.name} loses {listed(gone)}"
    surges = {(each.device, each.neighbor): each.prefixes for each in new.surges}
    for surge in old.surges:
        if surges.get((surge.device, surge.neighbor), 0) < surge.prefixes:
            yield f"{surge.device} -> {surge.neighbor}", f"the surge of {surge.device} -> {surge.neighbor} shrinks"
    kept = [_unplaced(path) for path in new.management]
    for path in old.management:
        if _unplaced(path) not in kept:
            yield listed(path.targets), f"the management path to {listed(path.targets)} is removed or changed"
    links = {each.interface: each.mbps for each in new.capacities}
    for link in old.capacities:
        if links.get(link.interface, float("inf")) > link.mbps:
            yield str(link.interface), f"the capacity of {link.interface} is removed or grows"


def _origins(old: Inventory, new: Inventory) -> Iterator[Said]:
    if old.origins == new.origins:
        return
    if old.origins is None or new.origins is None:
        yield "origins", f"origins {'appears' if old.origins is None else 'is removed'}"
        return
    gone, come = set(old.origins) - set(new.origins), set(new.origins) - set(old.origins)
    for prefix in sorted(gone):
        yield str(prefix), f"origin {prefix} is removed"
    for prefix in sorted(come):
        if not _within(prefix, old.origins):
            yield str(prefix), f"origin {prefix} is added"


CHECKS = (Check("intent-weakened", intent_weakened),)
