"""What caches still hold when a step is done, and whether it would break: DS, keys, signatures, name servers.

What stood before is known of the steps of the change, of what a server's log says was allowed, and of `since`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameter, Parameters
from guard.judge.checks.dns_lookup import intent_of
from guard.judge.checks.dnssec_chain import Delegated, chain_holds, delegated, parent_apex, signed_offline
from guard.judge.finding import Observation, listed, some
from guard.model.address import Address
from guard.model.dns import RRset, Zone
from guard.model.state import InterfaceId
from guard.simulate.dns.dnssec import chain_fault, fits, key_tag, understood, zone_keys
from guard.simulate.dns.name_servers import ListedServer, listed_names, parent_zone, servers_of
from guard.snapshot.snapshot import Snapshot


class _Moment(NamedTuple):
    """A state, and since when it has stood; None: longer than any TTL."""

    snapshot: Snapshot
    since: datetime | None


class _Cached(NamedTuple):
    """An RRset that caches may still hold: what it was, and how long ago (less the margin) it was changed."""

    rrset: RRset
    elapsed: timedelta

    @property
    def gone(self) -> bool:
        return self.elapsed >= timedelta(seconds=self.rrset.ttl)

    @property
    def wait(self) -> str:
        return _wait(self.rrset.ttl, self.elapsed)


def dns_ttl(case: Case, step: StepView, params: Parameters) -> Observations:
    """What resolvers still have cached when the step is done would break: an old DS, keys, or name servers.

    Cached is what stood before, for its TTL and a margin after it was changed: by an earlier step, or by a change that
    a server's log says was allowed. Steps say when they are done (`not_before`); without it they follow at once. Of
    keys: the new DS, or the new signatures of a zone signed offline, must fit keys that caches have; a key goes only
    when the signatures by it have gone from the caches.
    Breaks: the zone, for everybody whose cache is older than the change, until the TTL runs out.
    Example: the DS is removed at the parent, and ten minutes later the zone is no longer signed.
    Source: RFC 6781 4, RFC 7583; Slack, 30 September 2021; .nz, 29 May 2023.
    """
    margin = timedelta(seconds=params.number("margin_seconds"))
    moments = [_Moment(case.base.snapshot, None), *(_Moment(each.snapshot, each.at) for each in case.steps)]
    now = moments[step.number].snapshot
    for apex in sorted(step.snapshot.zones):
        for number, old in enumerate(moments[: step.number]):
            new = moments[number + 1]
            assert new.since is not None
            elapsed = step.at - new.since - margin
            yield from _old_ds_of(old.snapshot, new.snapshot, apex, elapsed, now)
            yield from _old_servers(old, new, apex, elapsed, now)
            yield from _old_zone(old.snapshot, new.snapshot, apex, elapsed, now)
    yield from _before_the_base(case, step, margin)
    yield from _unknown_past(case, step, margin)


def _before_the_base(case: Case, step: StepView, margin: timedelta) -> Iterator[Observation]:
    """What changes that were allowed have replaced; the base shows what stands now."""
    base, now = case.base.snapshot, step.snapshot
    for change in case.past:
        elapsed = step.at - change.at - margin
        for each in change.records:
            if each.before is None or each.owner not in now.zones:
                continue
            cached = _Cached(each.before, elapsed)
            lost = set(each.before.rdata) - set(each.after.rdata if each.after is not None else ())
            if each.type == "DS" and each.zone != each.owner:
                yield from _old_ds(base, each.owner, cached, now)
            elif each.type == "DNSKEY":
                yield from _old_keys(base, each.owner, cached, now)
            elif each.type == "NS" and lost:
                yield from _old_names(base, each.owner, cached, now)


# ------------------------------------------------------------------------------------------------ DS and keys


def _old_ds_of(old: Snapshot, new: Snapshot, apex: str, elapsed: timedelta, now: Snapshot) -> Iterator[Observation]:
    before, after = delegated(old, apex), delegated(new, apex)
    if set(before.ds) != set(after.ds):
        yield from _old_ds(old, apex, _Cached(RRset(before.ttl, before.ds), elapsed), now)


def _old_ds(old: Snapshot, apex: str, ds: _Cached, now: Snapshot) -> Iterator[Observation]:
    """The DS set that stood in a state and another one in the next, cached for its TTL from then on."""
    if ds.gone or not chain_holds(old, apex, ds.rrset.rdata) or chain_holds(now, apex, ds.rrset.rdata):
        return
    yield Observation(
        f"the old DS of {apex} is still cached, and what the zone serves now does not fit it",
        subjects=(apex,),
        evidence=(f"DS {listed(ds.rrset.rdata)} with TTL {ds.rrset.ttl} s", ds.wait),
        key=f"ds {apex}",
    )


def _old_zone(old: Snapshot, new: Snapshot, apex: str, elapsed: timedelta, now: Snapshot) -> Iterator[Observation]:
    """The keys and signatures of a zone in one state, where the next one has others."""
    before, after = old.zones.get(apex), new.zones.get(apex)
    if before is None or after is None or before is after:
        return
    keys = before.get(apex, "DNSKEY")
    if keys is not None and keys.rdata != zone_keys(after):
        yield from _old_keys(old, apex, _Cached(keys, elapsed), now)
    yield from _old_signatures(old, before, elapsed, now)


def _old_keys(old: Snapshot, apex: str, keys: _Cached, now: Snapshot) -> Iterator[Observation]:
    """Keys that caches trust, where the DS of now, or the signatures of now, are of other keys (RFC 7583 3.2, 3.3)."""
    zone, ds = now.zones[apex], understood(delegated(now, apex).ds)
    trusted = understood(delegated(old, apex).ds)
    if keys.gone or not ds or chain_fault(zone, ds, None) or not _fitting(apex, trusted, keys.rrset.rdata):
        return
    what = ""
    if not _fitting(apex, ds, keys.rrset.rdata):
        what = "the DS of its parent fits none of them"
    elif signed_offline(now, apex) and _signers(zone) and not _signers(zone) & _signing(keys.rrset.rdata):
        what = "its signatures are by none of them"
    if what:
        tags = ", ".join(str(key_tag(each)) for each in keys.rrset.rdata)
        yield Observation(
            f"the old keys of {apex} are still cached, and {what}",
            subjects=(apex,),
            evidence=(f"DNSKEY {tags} with TTL {keys.rrset.ttl} s", keys.wait),
            key=f"keys {apex}",
        )


def _old_signatures(old: Snapshot, before: Zone, elapsed: timedelta, now: Snapshot) -> Iterator[Observation]:
    """Signatures in caches whose keys the zone no longer has (RFC 6781 4.1.1.1); a zone signed offline shows them."""
    apex, zone = before.apex, now.zones[before.apex]
    keys = _signing(zone_keys(zone))
    lost = _signers(before) - keys
    if not lost or _signers(before) & keys or not signed_offline(old, apex) or not understood(delegated(now, apex).ds):
        return
    ttl = max(rrset.ttl for rrset in before.rrsets.values())
    if chain_fault(zone, delegated(now, apex).ds, None) or elapsed >= timedelta(seconds=ttl):
        return
    yield Observation(
        f"signatures of {apex} by keys that are gone are still cached",
        subjects=(apex,),
        evidence=(f"keys {', '.join(sorted(tag for tag, _ in lost))}, TTL up to {ttl} s", _wait(ttl, elapsed)),
        key=f"signatures {apex}",
    )


def _fitting(apex: str, ds: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    return any(fits(apex, each, key) for each in ds for key in keys)


def _signing(keys: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """(tag, algorithm) of keys."""
    return frozenset((str(key_tag(each)), each.split()[2]) for each in keys)


def _signers(zone: Zone) -> frozenset[tuple[str, str]]:
    """(tag, algorithm) of the signatures over a zone's SOA, which every signing key of a zone makes."""
    rrset = zone.get(zone.apex, "RRSIG(SOA)")
    split = [text.split() for text in rrset.rdata] if rrset is not None else []
    return frozenset((words[6], words[1]) for words in split)


def _wait(ttl: int, elapsed: timedelta) -> str:
    left = timedelta(seconds=ttl) - elapsed
    return f"wait {max(0, round(left.total_seconds()))} s longer (margin included)"


# ------------------------------------------------------------------------------------------------ name servers


def _old_servers(old: _Moment, new: _Moment, apex: str, elapsed: timedelta, now: Snapshot) -> Iterator[Observation]:
    """The NS set or the addresses of its servers as they stood, if nobody serves there now."""
    before, ttl = _servers(old.snapshot, apex)
    after, _ = _servers(new.snapshot, apex)
    if not before or {each[:2] for each in before} == {each[:2] for each in after}:
        return
    if elapsed >= timedelta(seconds=ttl):
        return
    yield from _dead(old.snapshot, apex, before, ttl, elapsed, now)


def _old_names(old: Snapshot, apex: str, names: _Cached, now: Snapshot) -> Iterator[Observation]:
    if not names.gone:
        servers = servers_of(old, apex, names.rrset.rdata)
        yield from _dead(old, apex, servers, names.rrset.ttl, names.elapsed, now)


def _dead(
    old: Snapshot, apex: str, servers: tuple[ListedServer, ...], ttl: int, elapsed: timedelta, now: Snapshot
) -> Iterator[Observation]:
    """Servers that caches know and of which none serves the zone any more."""
    if servers and all(_stopped(old, now, apex, each) for each in servers):
        yield Observation(
            f"the old name servers of {apex} are still cached, and none of them serves it any more",
            subjects=(apex, *(each.name for each in servers)),
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
    Check(
        "dns-ttl",
        dns_ttl,
        needs=ZONES,
        parameters=(Parameter("margin_seconds", 3600, "added to every TTL: publication at the parent, slow caches"),),
    ),
)
