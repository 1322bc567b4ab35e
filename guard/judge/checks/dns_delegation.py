"""Parent and child: the same name servers on both sides of a cut, their addresses, and that they serve the zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameters
from guard.judge.checks.dns_lookup import faults, intent_of
from guard.judge.finding import Enforcement, Observation, listed
from guard.model.dns import RRsetKey, Zone, ZoneFault, lies_in
from guard.model.provenance import Source
from guard.simulate.dns.answer import zone_of
from guard.simulate.dns.name_servers import listed_names, parent_zone, servers_of
from guard.snapshot.snapshot import Snapshot

#: The faults of one moment; the other one is at hand for what counts only in comparison.
Finder = Callable[[Snapshot, Snapshot], Iterator[ZoneFault]]


def dns_delegation(case: Case, step: StepView, params: Parameters) -> Observations:
    """The name servers that the parent lists for a zone are not those that the zone lists itself.

    Judged when the change is done; what disagrees only between two steps is dns-intermediate-state. A zone whose
    parent nobody knows is held where its own apex NS set changes.
    Breaks: a part of all queries goes to servers that nobody maintains any more.
    Example: name servers are moved in the zone, and the registrar is forgotten.
    Source: RFC 1034 4.2.2, RFC 1912 2.3; Zonemaster DELEGATION07.
    """
    if not step.last:
        return
    yield from _new(case, step, delegation_faults)
    for apex, old, new in _both(case.base.snapshot, step.snapshot):
        before, after = listed_names(old), listed_names(new)
        if set(before) != set(after) and parent_servers(step.snapshot, apex) is None and apex != ".":
            yield Observation(
                f"the name servers of {apex} change, and what its parent lists is not known",
                subjects=(apex,),
                evidence=(f"before: {listed(before)}", f"now: {listed(after)}"),
                at_most=Enforcement.HOLD,
                key=f"unknown parent {apex}",
            )


def dns_glue(case: Case, step: StepView, params: Parameters) -> Observations:
    """A name server inside the zone or below its cut has no address there, or not the one that the child has.

    Servers of two zones that have their names in each other's, without glue, cannot be found either.
    Breaks: nobody can find the servers of the zone, or they are sought where they are not.
    Example: a name server moves to another address, and the glue in the parent stays.
    Source: RFC 1034 4.2.1, RFC 9471.
    """
    if step.last:
        yield from faults(case, step, "dns-glue")
        yield from _new(case, step, glue_faults)


def dns_lame(case: Case, step: StepView, params: Parameters) -> Observations:
    """A name server is listed for a zone that it does not serve, as far as anybody says what it serves.

    Breaks: a share of all queries fails or is slow, and all of them when the others are down.
    Example: a secondary is listed before it has been configured.
    Source: RFC 1912 2.8, RFC 9499 (lame delegation).
    """
    yield from _new(case, step, lame_faults)


def _new(case: Case, step: StepView, find: Finder) -> Iterator[Observation]:
    known = {each.identity for each in find(case.base.snapshot, step.snapshot)}
    for fault in find(step.snapshot, case.base.snapshot):
        yield Observation(
            fault.message,
            subjects=(fault.subject,),
            evidence=(f"{fault.source.file}:{fault.source.first}",),
            existing=fault.identity in known,
            key=f"{fault.subject} {fault.detail}",
            group=f"{fault.code} {fault.subject}",
        )


def _both(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, Zone, Zone]]:
    """Zones that are there before and after and are not the same."""
    for apex, new in after.zones.items():
        old = before.zones.get(apex)
        if old is not None and old is not new:
            yield apex, old, new


# ------------------------------------------------------------------------------------------------ what is wrong


def parent_servers(snapshot: Snapshot, apex: str) -> tuple[str, ...] | None:
    """The name servers that a zone's parent lists, () where it does not delegate it; None: nobody knows the parent."""
    parent = parent_zone(snapshot, apex)
    if parent is not None:
        found = parent.get(apex, "NS")
        return found.rdata if found is not None else ()
    intent = intent_of(snapshot, apex)
    return intent.parent.ns if intent is not None and intent.parent is not None else None


def delegation_faults(snapshot: Snapshot, other: Snapshot) -> Iterator[ZoneFault]:
    """Zones whose parent lists others. `other`: the moment compared with; a zone delegated in neither is nobody's."""
    for apex, zone in snapshot.zones.items():
        listed_above, own = parent_servers(snapshot, apex), listed_names(zone)
        if listed_above is None or (not listed_above and not parent_servers(other, apex)) or not own:
            continue
        if set(listed_above) != set(own):
            missing, extra = sorted(set(own) - set(listed_above)), sorted(set(listed_above) - set(own))
            words = [f"only the zone lists {listed(missing)}"] if missing else []
            words += [f"only the parent lists {listed(extra)}"] if extra else []
            message = f"parent and zone disagree on the name servers of {apex}: {'; '.join(words)}"
            yield _fault("dns-delegation", message, apex, zone, f"{missing} {extra}")


def glue_faults(snapshot: Snapshot, _: Snapshot) -> Iterator[ZoneFault]:
    """Glue in a parent that is not what the child says of the same name, and servers that only a circle leads to."""
    yield from _circles(snapshot)
    for apex, zone in snapshot.zones.items():
        parent = parent_zone(snapshot, apex)
        delegated = parent.get(apex, "NS") if parent is not None else None
        if parent is None or delegated is None:
            continue
        for name in delegated.rdata:
            if lies_in(name, apex) and not zone.is_occluded(name) and zone.cut_above(name) is None:
                yield from _glue_of(zone, parent, name)


def _circles(snapshot: Snapshot) -> Iterator[ZoneFault]:
    """Zones whose servers have names in zones that can be found by way of themselves alone, and no glue."""
    found = _findable(snapshot)
    for apex, zone in snapshot.zones.items():
        parent = parent_zone(snapshot, apex)
        names = parent_servers(snapshot, apex) or ()
        if apex in found or parent is None or parent.apex not in found or all(lies_in(each, apex) for each in names):
            continue
        message = f"the servers of {apex} cannot be found: {listed(names)} have no glue and lead back to it"
        yield _fault("dns-glue", message, apex, zone, "circle")


def _findable(snapshot: Snapshot) -> set[str]:
    """Zones whose servers a resolver finds from above: the least set, so that a circle finds nothing."""
    above = {apex: parent_zone(snapshot, apex) for apex in snapshot.zones}
    names = {apex: parent_servers(snapshot, apex) for apex in snapshot.zones}
    found = {apex for apex, parent in above.items() if parent is None or not names[apex]}
    waiting = set(snapshot.zones) - found
    while True:
        more = {
            apex
            for apex in waiting
            if (parent := above[apex]) is not None
            and parent.apex in found
            and any(_leads_to(snapshot, parent, apex, name, found) for name in names[apex] or ())
        }
        if not more:
            return found
        found |= more
        waiting -= more


def _leads_to(snapshot: Snapshot, parent: Zone, apex: str, name: str, found: set[str]) -> bool:
    """Whether the address of a name server can be learned before its zone: by glue, or from a zone that is found."""
    if parent.get(name, "A") is not None or parent.get(name, "AAAA") is not None:
        return True
    holder = zone_of(snapshot.zones, name)
    return holder is None or (holder.apex != apex and holder.apex in found)


def _glue_of(zone: Zone, parent: Zone, name: str) -> Iterator[ZoneFault]:
    for type in ("A", "AAAA"):
        glue, own = parent.get(name, type), zone.get(name, type)
        above = glue.rdata if glue is not None else ()
        below = own.rdata if own is not None else ()
        if above and set(above) != set(below):
            message = f"glue of {name} in {parent.apex} is {listed(above)}, the zone says {listed(below) or 'nothing'}"
            yield _fault("dns-glue", message, zone.apex, parent, f"{name} {type} {sorted(above)} {sorted(below)}")


def lame_faults(snapshot: Snapshot, other: Snapshot) -> Iterator[ZoneFault]:
    """Listed servers, by the zone or its parent, that are known not to serve it. `other`: the moment compared with."""
    for apex, zone in snapshot.zones.items():
        names = dict.fromkeys((*listed_names(zone), *(parent_servers(snapshot, apex) or ())))
        for server in servers_of(snapshot, apex, tuple(names)):
            if server.serves is False or _dropped(snapshot, other, server.name, apex):
                message = f"{server.name} is listed for {apex} and does not serve it"
                yield _fault("dns-lame", message, apex, zone, server.name)
    for zone in snapshot.zones.values():
        yield from _lame_cuts(snapshot, zone)


def _lame_cuts(snapshot: Snapshot, zone: Zone) -> Iterator[ZoneFault]:
    """Delegations of zones that are not in the snapshot, to servers of which it is known what they serve."""
    said: dict[str, bool] = {}
    for cut in sorted(zone.names.cuts - snapshot.zones.keys()) if _anything_known(snapshot) else ():
        rrset = zone.rrsets[RRsetKey(cut, "NS")]
        for name in rrset.rdata:
            if name not in said:
                said[name] = servers_of(snapshot, cut, (name,))[0].serves is not None
            if said[name] and servers_of(snapshot, cut, (name,))[0].serves is False:
                source = Source(zone.file, rrset.line or 1, rrset.line or 1)
                yield ZoneFault(
                    "dns-lame", f"{name} is listed for {cut} and does not serve it", cut, source, detail=name
                )


def _anything_known(snapshot: Snapshot) -> bool:
    inventory = snapshot.inventory
    known = [*(each.serves for each in inventory.servers), *(each.serves_zones for each in inventory.services)]
    return bool(snapshot.server_zones) or any(known)


def _dropped(snapshot: Snapshot, other: Snapshot, server: str, apex: str) -> bool:
    """Whether a server is seen to serve the zone at the other moment and not at this one."""
    return apex in other.server_zones.get(server, ()) and apex not in snapshot.server_zones.get(server, ())


def _fault(code: str, message: str, apex: str, zone: Zone, detail: str) -> ZoneFault:
    rrset = zone.get(apex, "NS")
    line = rrset.line if rrset is not None and rrset.line else 1
    return ZoneFault(code, message, apex, Source(zone.file, line, line), "error", detail)


CHECKS = (
    Check("dns-delegation", dns_delegation, needs=ZONES),
    Check("dns-glue", dns_glue, needs=ZONES),
    Check("dns-lame", dns_lame, needs=ZONES),
)
