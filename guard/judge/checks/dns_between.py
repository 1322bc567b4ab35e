"""What is wrong only on the way: states between two steps, and what caches still hold when a step is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameter, Parameters
from guard.judge.checks.dns_delegation import delegation_faults, glue_faults
from guard.judge.checks.dns_lookup import intent_of
from guard.judge.checks.dnssec_chain import Delegated, chain_holds, delegated, parent_apex
from guard.judge.finding import Observation, listed, some
from guard.model.address import Address
from guard.model.dns import ZoneFault
from guard.model.state import InterfaceId
from guard.simulate.dns_answer import Status, resolve
from guard.simulate.name_servers import ListedServer, all_zones, listed_names, parent_zone, servers_of
from guard.snapshot.snapshot import Snapshot

_BAD = frozenset({Status.NXDOMAIN, Status.NODATA, Status.SERVFAIL, Status.LOOP})


def dns_intermediate_state(case: Case, step: StepView, params: Parameters) -> Observations:
    """A step in between empties or breaks a name that is whole before the change and after it.

    Breaks: the name for a moment, and for as long as negative answers are cached for everybody who asked then.
    Example: a record is deleted in one step and added again in the next.
    Source: RFC 2308 5: the absence of a record is cached as well.
    """
    if step.last:
        return
    final = case.steps[-1].snapshot
    before, now, after = all_zones(case.base.snapshot), all_zones(step.snapshot), all_zones(final)
    for key in sorted({key[2:] for key in step.delta.records.turns if not key.server and "(" not in key.type}):
        owner, type = key
        if resolve(before, owner, type).status is not Status.NOERROR:
            continue
        found = resolve(now, owner, type)
        if found.status in _BAD and resolve(after, owner, type).status is Status.NOERROR:
            yield Observation(
                f"{owner} {type} is {found.status.value} after step {step.number}, and there again at the end",
                subjects=(f"{owner} {type}",),
                evidence=(f"step {step.number}",),
            )
    yield from _disagreements(case, step, final)


def _disagreements(case: Case, step: StepView, final: Snapshot) -> Iterator[Observation]:
    base = case.base.snapshot
    settled = {each.identity for each in (*_cut_faults(base, step.snapshot), *_cut_faults(final, base))}
    for fault in _cut_faults(step.snapshot, base):
        if fault.identity not in settled:
            yield Observation(
                f"after step {step.number} {fault.message}",
                subjects=(fault.subject,),
                evidence=(f"{fault.source.file}:{fault.source.first}",),
                key=f"{fault.code} {fault.subject} {fault.detail}",
            )


def _cut_faults(snapshot: Snapshot, other: Snapshot) -> Iterator[ZoneFault]:
    yield from delegation_faults(snapshot, other)
    yield from glue_faults(snapshot, other)
    for zone in snapshot.zones.values():
        yield from (each for each in zone.faults if each.code == "dns-glue")


# ------------------------------------------------------------------------------------------------ caches


class _Moment(NamedTuple):
    """A state, and since when it has stood; None: longer than any TTL."""

    snapshot: Snapshot
    since: datetime | None


def dns_ttl(case: Case, step: StepView, params: Parameters) -> Observations:
    """What resolvers still have cached when the step is done would break: an old DS, or name servers that are no more.

    Cached is what stood before, for its TTL and a margin after it was changed. Steps say when they are done
    (`not_before`); without it they follow at once.
    Breaks: the zone, for everybody whose cache is older than the change, until the TTL runs out.
    Example: the DS is removed at the parent, and ten minutes later the zone is no longer signed.
    Source: RFC 6781 4.3.3, RFC 7583; Slack, 30 September 2021; .nz, 29 May 2023.
    """
    margin = timedelta(seconds=params.number("margin_seconds"))
    moments = [_Moment(case.base.snapshot, None), *(_Moment(each.snapshot, each.at) for each in case.steps)]
    now = moments[step.number]
    for apex in sorted(step.snapshot.zones):
        for number, moment in enumerate(moments[: step.number]):
            changed = moments[number + 1].since
            assert changed is not None
            yield from _old_ds(moments, number, apex, step.at - changed - margin, now)
            yield from _old_servers(moment, moments[number + 1], apex, step.at - changed - margin, now)
    yield from _unknown_past(case, step, margin)


def _old_ds(moments: list[_Moment], number: int, apex: str, elapsed: timedelta, now: _Moment) -> Iterator[Observation]:
    """A DS that stood in state `number` and no longer in the next one, cached for its TTL from then on."""
    old, new = delegated(moments[number].snapshot, apex), delegated(moments[number + 1].snapshot, apex)
    gone = set(old.ds) - set(new.ds)
    if not gone or elapsed >= timedelta(seconds=old.ttl):
        return
    if chain_holds(moments[number].snapshot, apex, old.ds) and not chain_holds(now.snapshot, apex, old.ds):
        yield Observation(
            f"the old DS of {apex} is still cached, and what the zone serves now does not fit it",
            subjects=(apex,),
            evidence=(f"DS {listed(sorted(gone))} with TTL {old.ttl} s", _wait(old.ttl, elapsed)),
            key=f"ds {apex}",
        )


def _wait(ttl: int, elapsed: timedelta) -> str:
    left = timedelta(seconds=ttl) - elapsed
    return f"wait {max(0, round(left.total_seconds()))} s longer (margin included)"


def _old_servers(old: _Moment, new: _Moment, apex: str, elapsed: timedelta, now: _Moment) -> Iterator[Observation]:
    """The NS set or the addresses of its servers as they stood, if nobody serves there now."""
    before, ttl = _servers(old.snapshot, apex)
    after, _ = _servers(new.snapshot, apex)
    if not before or {each[:2] for each in before} == {each[:2] for each in after}:
        return
    if elapsed >= timedelta(seconds=ttl):
        return
    dead = [each for each in before if _stopped(old.snapshot, now.snapshot, apex, each)]
    if len(dead) == len(before):
        yield Observation(
            f"the old name servers of {apex} are still cached, and none of them serves it any more",
            subjects=(apex, *(each.name for each in dead)),
            evidence=(f"NS and addresses with TTL up to {ttl} s", _wait(ttl, elapsed)),
            key=f"ns {apex}",
        )


def _servers(snapshot: Snapshot, apex: str) -> tuple[tuple[ListedServer, ...], int]:
    """The servers of a zone, and how long a cache may keep them: the longest of the TTLs on the way."""
    zone = snapshot.zones.get(apex)
    if zone is None:
        return (), 0
    servers = servers_of(snapshot, apex, listed_names(zone))
    rrset = zone.get(apex, "NS")
    ttls = [rrset.ttl] if rrset is not None else []
    parent = parent_zone(snapshot, apex)
    above = parent.get(apex, "NS") if parent is not None else None
    intent = intent_of(snapshot, apex)
    if above is not None:
        ttls.append(above.ttl)
    elif parent is None and intent is not None and intent.parent is not None:
        ttls.append(intent.parent.ns_ttl)
    for each in servers:
        ttls += [found.ttl for type in ("A", "AAAA") if (found := zone.get(each.name, type)) is not None]
    return servers, max(ttls, default=0)


def _stopped(old: Snapshot, now: Snapshot, apex: str, server: ListedServer) -> bool:
    """Whether the snapshot shows that the server, where caches know it, no longer serves the zone."""
    if server.serves is not False and _serves_now(now, apex, server) is False:
        return True
    known = [address for address in server.addresses if _claimed(old, address)]
    return bool(known) and len(known) == len(server.addresses) and not any(_claimed(now, each) for each in known)


def _serves_now(now: Snapshot, apex: str, server: ListedServer) -> bool | None:
    return servers_of(now, apex, (server.name,))[0].serves


def _claimed(snapshot: Snapshot, address: Address) -> bool:
    """Whether a server, a service or an interface that is not down has the address."""
    inventory = snapshot.inventory
    claims = (*(each.addresses for each in inventory.servers), *(each.addresses for each in inventory.services))
    if any(address in each for each in claims):
        return True
    return any(
        bound.address == address
        for device in snapshot.devices.values()
        for face in device.interfaces
        for bound in face.addresses
        if not face.shutdown and InterfaceId(device.name, face.name) not in snapshot.down_interfaces
    )


def _unknown_past(case: Case, step: StepView, margin: timedelta) -> Iterator[Observation]:
    """A parent that has not stood for long: caches may hold a DS of a key that the step takes away."""
    base, now = case.base.snapshot, step.snapshot
    since = dict(base.live.since)
    for apex in sorted(now.zones):
        above = parent_apex(base, apex)
        stood = since.get(above) if above else None
        found: Delegated = delegated(base, apex)
        if stood is None or step.at - stood >= timedelta(seconds=found.ttl) + margin:
            continue
        lost = sorted(set(_keys(base, apex)) - set(_keys(now, apex)))
        if lost:
            yield Observation(
                f"{apex} loses keys, and caches may hold a DS of before its parent {above} was changed",
                subjects=(apex,),
                evidence=(*some(lost, 4), f"{above} stands since {stood:%Y-%m-%d %H:%M}Z, DS TTL {found.ttl} s"),
                key=f"since {apex}",
            )


def _keys(snapshot: Snapshot, apex: str) -> tuple[str, ...]:
    """The keys of a zone that a DS may point to (RFC 4034 2.1.1: the secure entry point)."""
    zone = snapshot.zones.get(apex)
    rrset = zone.get(apex, "DNSKEY") if zone is not None else None
    return tuple(each for each in (rrset.rdata if rrset else ()) if int(each.split()[0]) & 1)


CHECKS = (
    Check("dns-intermediate-state", dns_intermediate_state, needs=ZONES),
    Check(
        "dns-ttl",
        dns_ttl,
        needs=ZONES,
        parameters=(Parameter("margin_seconds", 3600, "added to every TTL: publication at the parent, slow caches"),),
    ),
)
