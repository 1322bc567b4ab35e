"""Where names lead: aliases that loop or lead nowhere, and wildcards that answer for what was deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from guard.compare.delta import RecordKey
from guard.compare.dns import dependents
from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameter, Parameters
from guard.judge.checks.dns_lookup import touched
from guard.judge.finding import Enforcement, Observation, some
from guard.model.dns import RRsetKey, Zone, ZoneFault
from guard.model.provenance import Source
from guard.simulate.dns.answer import Answer, Status, resolve
from guard.simulate.dns.name_servers import all_zones

#: Aliases that one name leads through; some resolvers give up soon after (GRoot's "rewrites").
CHAIN_AT_MOST = 4
#: A label that stands for all that a DNAME or a wildcard is asked for.
_ANY_LABEL = "any-name"


def dns_alias(case: Case, step: StepView, params: Parameters) -> Observations:
    """An alias loops (denied), leads to a name that does not exist, stands at an apex, or is one of too many in a row.

    Breaks: whoever follows it gets SERVFAIL or NXDOMAIN.
    Example: www is an alias of web, and web becomes an alias of www.
    Source: RFC 1034 3.6.2, RFC 1912 2.4, RFC 6672; GRoot's rewrite loops.
    """
    before, after = all_zones(case.base.snapshot), all_zones(step.snapshot)
    names = touched(step)
    affected = dependents(after, names) | dependents(before, names)
    longest = params.integer("chain_at_most")
    known = {each.identity for each in alias_faults(before, affected, longest)}
    for fault in alias_faults(after, affected, longest):
        yield Observation(
            fault.message,
            subjects=(fault.subject,),
            evidence=(f"{fault.source.file}:{fault.source.first}",),
            existing=fault.identity in known,
            instead=Enforcement.DENY if fault.detail.endswith(" loop") else None,
            key=f"{fault.subject} {fault.detail}",
        )


def alias_faults(
    zones: Mapping[str, Zone], owners: Iterable[str] | None = None, longest: int = CHAIN_AT_MOST
) -> Iterator[ZoneFault]:
    """What is wrong with the aliases and pointers of these owners, of all where none are named."""
    wanted = None if owners is None else frozenset(owners)
    for zone in zones.values():
        for key, target in zone.pointers:
            if wanted is not None and key.owner not in wanted:
                continue
            if key.type in ("CNAME", "DNAME"):
                yield from _alias(zones, zone, key, longest)
            elif key.type in ("MX", "SRV") and _is_missing(zones, target):
                message = f"{key.owner} {key.type} points to {target}, which does not exist"
                yield _fault(zone, key, message, f"dangling {key.type} {target}")


def _alias(zones: Mapping[str, Zone], zone: Zone, key: RRsetKey, longest: int) -> Iterator[ZoneFault]:
    asked = key.owner if key.type == "CNAME" else f"{_ANY_LABEL}.{key.owner}"
    if key.owner.startswith("*."):
        asked = _ANY_LABEL + asked[1:]
    if zone.is_occluded(key.owner):
        return
    answer = resolve(zones, asked, "A")
    path = " -> ".join(answer.chain[:8])
    if answer.status is Status.LOOP:
        yield _fault(zone, key, f"{key.owner} {key.type} leads in a circle: {path}", "loop")
    elif key.type == "CNAME" and answer.status is Status.NXDOMAIN:
        yield _fault(zone, key, f"{key.owner} is an alias of {answer.chain[-1]}, which does not exist", "dangling")
    elif len(answer.chain) - 1 > longest:
        message = f"{key.owner} {key.type} leads through {len(answer.chain) - 1} aliases: {path}"
        yield _fault(zone, key, message, "long")
    if key.type == "CNAME" and key.owner == zone.apex:
        yield _fault(zone, key, f"the apex of {zone.apex} is an alias", "apex")


def _is_missing(zones: Mapping[str, Zone], host: str) -> bool:
    return resolve(zones, host, "A").status is Status.NXDOMAIN


def _fault(zone: Zone, key: RRsetKey, message: str, detail: str) -> ZoneFault:
    line = zone.rrsets[key].line or 1
    return ZoneFault("dns-alias", message, key.owner, Source(zone.file, line, line), "warning", f"{key.type} {detail}")


def dns_wildcard_exposure(case: Case, step: StepView, params: Parameters) -> Observations:
    """A name loses its records, and a wildcard answers for it from then on, with something else.

    Breaks: nothing says NXDOMAIN; clients are sent to whatever stands behind the wildcard.
    Example: the record of an internal host is deleted, and `*.example.com` sends its users to the public web server.
    Source: RFC 4592 2.2.1.
    """
    before, after = all_zones(case.base.snapshot), all_zones(step.snapshot)
    exposed = {key.owner: key for key, _ in step.delta.records.removed() if not key.server}
    wild = {apex: any(name.startswith("*.") for name in after[apex].names.types) for apex in _zones_of(exposed, after)}
    for owner, key in sorted(exposed.items()):
        zone = after.get(key.zone)
        if (
            zone is None
            or not wild[key.zone]
            or owner.startswith("*.")
            or zone.exists(owner)
            or zone.is_occluded(owner)
        ):
            continue
        types = before[key.zone].names.types.get(owner, ()) if key.zone in before else ()
        asked = tuple(dict.fromkeys(("A", "AAAA", *(type for type in types if "(" not in type))))
        told = [text for type in asked if (text := _answered(before, after, owner, type))]
        if told:
            yield Observation(
                f"{owner} is deleted, and a wildcard answers for it", subjects=(owner,), evidence=some(told, 6)
            )


def _zones_of(exposed: Mapping[str, RecordKey], zones: Mapping[str, Zone]) -> frozenset[str]:
    return frozenset(key.zone for key in exposed.values() if key.zone in zones)


def _answered(before: Mapping[str, Zone], after: Mapping[str, Zone], owner: str, type: str) -> str:
    """What a wildcard says now, in words; empty where nothing, or the same as before."""
    old, new = resolve(before, owner, type), resolve(after, owner, type)
    if not new.answer or old.content == new.content:
        return ""
    return f"{owner} {type}: {_data(old) or old.status.value} before, {_data(new)} now"


def _data(answer: Answer) -> str:
    return ", ".join(f"{each.type} {each.data}" for each in answer.answer)


CHECKS = (
    Check(
        "dns-alias",
        dns_alias,
        needs=ZONES,
        parameters=(Parameter("chain_at_most", CHAIN_AT_MOST, "more aliases in a row than this are too many"),),
    ),
    Check("dns-wildcard-exposure", dns_wildcard_exposure, needs=ZONES),
)
