"""The chain of trust: from the parent's DS to the zone's keys to every signature, as validators would follow it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameter, Parameters
from guard.judge.checks.dns_lookup import intent_of
from guard.judge.finding import Enforcement, Observation
from guard.model.dns import RRsetKey, Zone, ZoneFault
from guard.model.provenance import Source
from guard.simulate.dns.denial import denial_faults
from guard.simulate.dns.dnssec import (
    chain_fault,
    colliding_keys,
    missing_algorithms,
    must_be_signed,
    signature_fault,
    zone_keys,
)
from guard.simulate.dns.name_servers import parent_zone
from guard.snapshot.snapshot import Snapshot

#: The TTL of a DS at most registries that publish none (CONTRACT 2, `parent`).
_DS_TTL = 86400
#: Signatures of one zone that are verified: each takes a fraction of a millisecond, a zone may have millions.
_VERIFIED = 2000


class Delegated(NamedTuple):
    """What the parent says of a zone's keys; `known` False: nobody knows the parent."""

    ds: tuple[str, ...]
    ttl: int
    known: bool


def dnssec_chain(case: Case, step: StepView, params: Parameters) -> Observations:
    """Validators would call the zone, or a record that the change touches, bogus: DS, keys or signatures do not fit.

    A zone that its server signs has its signatures made anew with each change; one that is signed offline must bring
    them along, with a whole chain of NSEC or NSEC3. Where the parent is unknown, a change of the zone's own keys is
    held, and so are keys of one algorithm that have the same tag.
    Breaks: the whole zone for everybody who validates: SERVFAIL.
    Example: signing is switched off while the parent still has a DS.
    Source: RFC 4035 5, RFC 6781 4; Slack, 30 September 2021; .nz, 29 May 2023.
    """
    most = params.integer("signatures_at_most")
    for apex, zone in step.snapshot.zones.items():
        old = case.base.snapshot.zones.get(apex)
        found = dict(_faults(step.snapshot, zone, old, step.at, most))
        known = dict(_faults(case.base.snapshot, old, None, case.now, most)) if found and old is not None else {}
        for identity, message in found.items():
            yield Observation(
                f"{apex}: {message}",
                subjects=(apex,),
                evidence=(f"{zone.file}: {message}", f"at {step.at:%Y-%m-%d %H:%M}Z"),
                existing=identity in known or _was_so(case.base.snapshot, old, identity, case.now),
                key=f"{apex} {identity}",
                group=f"chain {apex} {identity.partition(' ')[0]}",
            )
        yield from _colliding(apex, zone, old)
        yield from _unknown_parent(case, step, apex, zone, old)


def _colliding(apex: str, zone: Zone, old: Zone | None) -> Iterator[Observation]:
    """Keys with one tag: a validator has to try them all, and many try only a few (CVE-2023-50387)."""
    known = colliding_keys(old) if old is not None else ()
    for tag, algorithm in colliding_keys(zone):
        yield Observation(
            f"{apex} has several keys of algorithm {algorithm} with tag {tag}: some validators try only one of them",
            subjects=(apex,),
            existing=(tag, algorithm) in known,
            at_most=Enforcement.HOLD,
            key=f"tag {apex} {tag} {algorithm}",
        )


def _unknown_parent(case: Case, step: StepView, apex: str, zone: Zone, old: Zone | None) -> Iterator[Observation]:
    if old is None or apex == "." or delegated(step.snapshot, apex).known:
        return
    if zone_keys(old) != zone_keys(zone):
        yield Observation(
            f"the keys of {apex} change, and whether its parent has a DS is not known",
            subjects=(apex,),
            at_most=Enforcement.HOLD,
            key=f"unknown parent {apex}",
        )


def _faults(snapshot: Snapshot, zone: Zone, old: Zone | None, at: datetime, most: int) -> Iterator[tuple[str, str]]:
    """(identity, message) of what is broken in a zone. `old`: what it is compared with, which tells what to verify."""
    offline = signed_offline(snapshot, zone.apex)
    ds = delegated(snapshot, zone.apex).ds
    broken = chain_fault(zone, ds, at if offline or _resigned(zone, old) else None)
    if broken:
        yield "chain", broken
        return
    if not zone_keys(zone) or (zone.apex, "RRSIG(SOA)") not in zone.rrsets:
        return
    for algorithm in missing_algorithms(zone):
        yield f"algorithm {algorithm}", f"algorithm {algorithm} has a key and signs nothing"
    for key in _to_verify(zone, old, offline=offline, most=most):
        reason = signature_fault(zone, key, zone_keys(zone), at)
        if reason:
            yield f"signature {key.owner} {key.type}", reason
    if offline:
        yield from denial_faults(zone, sorted({key.owner for key in _changed(zone, old)})[:most])


def _resigned(zone: Zone, old: Zone | None) -> bool:
    """Whether the zone brings signatures over its keys that are not those it had: a server makes its own."""
    new = zone.get(zone.apex, "RRSIG(DNSKEY)")
    before = old.get(zone.apex, "RRSIG(DNSKEY)") if old is not None else None
    return new is not None and (before is None or before.rdata != new.rdata)


def _to_verify(zone: Zone, old: Zone | None, *, offline: bool, most: int) -> list[RRsetKey]:
    """RRsets whose signatures the change may have broken: those it touches, and the apex.

    Of a zone that its server signs only signatures that the change brings along itself.
    """
    changed = _changed(zone, old)
    if offline:
        keys = {key for key in changed if must_be_signed(zone, key)}
        keys |= {_covered(key) for key in changed if key.type.startswith("RRSIG(")}
        keys |= {RRsetKey(zone.apex, type) for type in ("SOA", "NS")}
    else:
        keys = {_covered(key) for key in changed if key.type.startswith("RRSIG(")}
    return sorted(key for key in keys if key in zone.rrsets and must_be_signed(zone, key))[:most]


def _covered(key: RRsetKey) -> RRsetKey:
    return RRsetKey(key.owner, key.type.removeprefix("RRSIG(").removesuffix(")"))


def _changed(zone: Zone, old: Zone | None) -> list[RRsetKey]:
    """Keys that differ; whose signatures are gone counts as well. Without another zone: all."""
    if old is None:
        return list(zone.rrsets)
    if old is zone:
        return []
    found = []
    for key, rrset in zone.rrsets.items():
        before = old.rrsets.get(key)
        if before is not rrset and (before is None or before[:2] != rrset[:2]):
            found.append(key)
    found += [_covered(key) for key in sorted(old.rrsets.keys() - zone.rrsets.keys()) if key.type.startswith("RRSIG(")]
    return found


def _was_so(base: Snapshot, old: Zone | None, identity: str, now: datetime) -> bool:
    """Whether the base has the same fault in an RRset that was not looked at there."""
    words = identity.split(" ", 2)
    if old is None or words[0] != "signature":
        return False
    key = RRsetKey(words[1], words[2])
    return key in old.rrsets and bool(signature_fault(old, key, zone_keys(old), now))


def standing_faults(snapshot: Snapshot, at: datetime | None) -> Iterator[ZoneFault]:
    """What breaks the chain as it stands. `at` None: keys alone, as signatures live and die with the time."""
    for apex, zone in snapshot.zones.items():
        rrset = zone.get(apex, "DNSKEY") or zone.get(apex, "SOA")
        line = (rrset.line if rrset is not None else 0) or 1
        found = dict(_faults(snapshot, zone, None, at, _VERIFIED)) if at is not None else {}
        broken = chain_fault(zone, delegated(snapshot, apex).ds, None)
        if broken:
            found = {"chain": broken, **found}
        for identity, message in found.items():
            source = Source(zone.file, line, line)
            severity = "error" if identity == "chain" and broken else "warning"
            yield ZoneFault("dnssec-chain", f"{apex}: {message}", apex, source, severity, identity)


# ------------------------------------------------------------------------------------------------ the parent


def parent_apex(snapshot: Snapshot, apex: str) -> str:
    """The parent in the snapshot, else the name above."""
    found = parent_zone(snapshot, apex)
    return found.apex if found is not None else ""


def delegated(snapshot: Snapshot, apex: str) -> Delegated:
    """The DS records that the parent has for a zone, as the snapshot or the inventory says."""
    parent = parent_zone(snapshot, apex)
    if parent is not None:
        found = parent.get(apex, "DS")
        return Delegated(found.rdata, found.ttl, True) if found is not None else Delegated((), _DS_TTL, True)
    intent = intent_of(snapshot, apex)
    if intent is not None and intent.parent is not None:
        return Delegated(tuple(map(_plain, intent.parent.ds)), intent.parent.ds_ttl, True)
    return Delegated((), _DS_TTL, False)


def _plain(ds: str) -> str:
    """A DS as people write it: digest in any case, cut into pieces."""
    words = ds.split()
    return " ".join((*words[:3], "".join(words[3:]).lower()))


def chain_holds(snapshot: Snapshot, apex: str, ds: tuple[str, ...]) -> bool:
    """Whether validators that have these DS records find keys that fit."""
    zone = snapshot.zones.get(apex)
    return zone is not None and not chain_fault(zone, ds, None)


def signed_offline(snapshot: Snapshot, apex: str) -> bool:
    intent = intent_of(snapshot, apex)
    return intent is not None and intent.signing == "offline"


CHECKS = (
    Check(
        "dnssec-chain",
        dnssec_chain,
        needs=ZONES,
        parameters=(Parameter("signatures_at_most", _VERIFIED, "signatures of one zone that are verified"),),
    ),
)
