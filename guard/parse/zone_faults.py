"""What is wrong with one zone by itself, change or no change; each fault bears the name of the policy that judges it.

Severity is what a name server makes of it: error where BIND refuses to load the zone, warning where it loads what
cannot work, info where many live with it. Law: linear in the records, for zones of millions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from guard.model.dns import RRsetKey, Zone, ZoneFault, labels, lies_in, parent, target_of
from guard.model.provenance import Source

#: What may stand beside a CNAME: RFC 2181 10.1, RFC 4035 2.5.
_BESIDE_CNAME = frozenset({"CNAME", "NSEC"})
_SINGLE = frozenset({"CNAME", "DNAME", "SOA"})
_HOSTS = frozenset({"NS", "MX", "SRV"})
#: RFC 952, RFC 1123 2.1; the underscore is no host's but stands in front of many that work.
_HOST = re.compile(r"(?:\*|[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.", re.ASCII)
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}\..*", re.ASCII)
#: Endings that tell an absolute name from a relative one where somebody forgot the final dot.
_PUBLIC = frozenset(
    {
        *("com", "net", "org", "edu", "gov", "mil", "int", "arpa", "info", "biz", "io", "dev", "app", "cloud"),
        *("de", "uk", "fr", "nl", "eu", "us", "ch", "at", "se", "jp", "cn", "br"),
    }
)


#: Details of faults that lie in how a file is written, not in the records: an edited zone is written anew.
_OF_THE_FILE = ("unreadable", "out-of-zone", "ttl", "long ")


def zone_faults(zone: Zone) -> tuple[ZoneFault, ...]:
    """All faults of a zone that show without any other zone."""
    owners = zone.names.types.items()
    return (*_apex(zone), *_owners(zone, owners), *_pointers(zone, zone.pointers), *_cuts(zone))


def faults_after(zone: Zone, before: Zone, touched: frozenset[str]) -> tuple[ZoneFault, ...]:
    """The faults of a zone that differs from another in these owners alone.

    Law: the same as zone_faults, but only what the edit can concern is looked at again: the owners, who points to them,
    and every NS record. An edit that hides or reveals other names (a cut, a DNAME, a wildcard) has everything read.
    """
    below = touched - {zone.apex}  # at the apex, where the serial stands, NS is no cut, and is looked at in any case
    edited = [type for owner in below for names in (before.names, zone.names) for type in names.types.get(owner, ())]
    dname = zone.apex in before.names.dnames or zone.apex in zone.names.dnames
    if dname or "DNAME" in edited or "NS" in edited or any("*" in owner for owner in touched):
        return zone_faults(zone)
    pointers = [pointer for pointer in zone.pointers if pointer[0].owner in touched or _near(pointer[1], touched)]
    again = touched | {key.owner for key, _ in pointers} | {zone.apex} | zone.names.cuts
    kept = [each for each in before.faults if each.subject not in again and not each.detail.startswith(_OF_THE_FILE)]
    owners = [(owner, zone.names.types[owner]) for owner in again if owner in zone.names.types]
    pointers = [pointer for pointer in zone.pointers if pointer[0].owner in again]
    return (*kept, *_apex(zone), *_owners(zone, owners), *_pointers(zone, pointers), *_cuts(zone))


def _near(target: str, touched: frozenset[str]) -> bool:
    """Whether an edit there may make a target appear or vanish: at it, or below it (RFC 4592 2.2.2)."""
    return target in touched or any(owner.endswith("." + target) for owner in touched)


def _fault(
    zone: Zone, code: str, message: str, key: RRsetKey, *, severity: str = "error", detail: str = ""
) -> ZoneFault:
    rrset = zone.rrsets.get(key)
    line = rrset.line if rrset is not None else 0
    return ZoneFault(code, message, key.owner, Source(zone.file, line or 1, line or 1), severity, detail or key.type)


def _apex(zone: Zone) -> Iterator[ZoneFault]:
    """A zone has one SOA and name servers; a DS belongs to the parent (RFC 1035 5.2, RFC 4034 5)."""
    apex = zone.apex
    for type in ("SOA", "NS"):
        if (apex, type) not in zone.rrsets:
            yield _fault(zone, "dns-apex", f"zone {apex} has no {type} record", RRsetKey(apex, type))
    if (apex, "DS") in zone.rrsets:
        message = f"zone {apex} has a DS record at its own apex, where only its parent's counts"
        yield _fault(zone, "dns-apex", message, RRsetKey(apex, "DS"))


def _owners(zone: Zone, owners: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[ZoneFault]:
    doubled = f".{zone.apex}{zone.apex}" if len(labels(zone.apex)) > 1 else None
    checked = bool(zone.names.cuts or zone.names.dnames)
    for owner, types in owners:
        if len(types) > 1:
            yield from _conflicts(zone, owner, types)
        elif types[0] in _SINGLE or types[0] in ("NS", "DS"):
            yield from _singles(zone, owner, types)
        if doubled is not None and (owner.endswith(doubled) or owner == doubled[1:]):
            message = f"{owner} ends in the zone's name twice: a final dot is missing"
            yield _fault(zone, "dns-name-typo", message, RRsetKey(owner, types[0]), detail="owner")
        if ("A" in types or "AAAA" in types) and not _HOST.fullmatch(owner):
            message = f"{owner} has an address and is no host name (RFC 1123 2.1)"
            yield _fault(zone, "dns-invalid", message, RRsetKey(owner, types[0]), severity="info", detail="host")
        if checked and owner != zone.apex:
            yield from _below_dname(zone, owner, types)


def _conflicts(zone: Zone, owner: str, types: tuple[str, ...]) -> Iterator[ZoneFault]:
    if "CNAME" in types:
        others = [each for each in types if each not in _BESIDE_CNAME and not each.startswith("RRSIG(")]
        if others:
            message = f"{owner} has a CNAME and other data ({', '.join(sorted(others))})"
            yield _fault(zone, "dns-conflict", message, RRsetKey(owner, "CNAME"), detail="other data")
    yield from _singles(zone, owner, types)


def _singles(zone: Zone, owner: str, types: tuple[str, ...]) -> Iterator[ZoneFault]:
    for type in types:
        key = RRsetKey(owner, type)
        if type in _SINGLE and len(zone.rrsets[key].rdata) > 1:
            yield _fault(zone, "dns-conflict", f"{owner} has several {type} records", key, detail=f"several {type}")
        if type == "SOA" and owner != zone.apex:
            yield _fault(zone, "dns-apex", f"{owner} has an SOA record inside zone {zone.apex}", key)
        if type == "NS" and owner.startswith("*."):
            yield _fault(zone, "dns-invalid", f"{owner} delegates by wildcard (RFC 4592 4.2)", key)
        if type == "DNAME" and owner.startswith("*."):
            message = f"{owner} is a DNAME at a wildcard (RFC 6672 3.3)"
            yield _fault(zone, "dns-invalid", message, key, severity="info")
        if type == "DS" and "NS" not in types and owner != zone.apex:
            message = f"{owner} has a DS record and is not delegated"
            yield _fault(zone, "dns-invalid", message, key, severity="warning")


def _below_dname(zone: Zone, owner: str, types: tuple[str, ...]) -> Iterator[ZoneFault]:
    above = zone.dname_above(owner)
    if above is not None:
        message = f"{owner} lies below the DNAME of {above} and is never answered (RFC 6672 2.4)"
        yield _fault(zone, "dns-conflict", message, RRsetKey(owner, types[0]), severity="warning", detail="below DNAME")


def _pointers(zone: Zone, pointers: Iterable[tuple[RRsetKey, str]]) -> Iterator[ZoneFault]:
    """Names in data: typed without their final dot, an address, an alias where none may be (RFC 2181 10.3)."""
    for key, target in pointers:
        if key.type in _HOSTS and _ADDRESS.fullmatch(target):
            message = f"{key.owner} {key.type} names {target}, which is an address and no host"
            yield _fault(zone, "dns-invalid", message, key, severity="warning", detail=f"{key.type} {target}")
        if not lies_in(target, zone.apex) or target == zone.apex:
            continue
        if _is_typo(zone, target):
            message = f"{key.owner} {key.type} points to {target}: a final dot is missing"
            yield _fault(zone, "dns-name-typo", message, key, severity="warning", detail=f"{key.type} {target}")
        elif key.type in _HOSTS and (target, "CNAME") in zone.rrsets and key != (zone.apex, "NS"):
            message = f"{key.owner} {key.type} points to {target}, which is an alias (RFC 2181 10.3)"
            yield _fault(zone, "dns-invalid", message, key, severity="info", detail=f"{key.type} {target}")


def _is_typo(zone: Zone, target: str) -> bool:
    """A target in the zone that is not there, and whose own part ends like a whole name."""
    if zone.exists(target) or _answered(zone, target) or zone.is_occluded(target) or zone.cut_above(target):
        return False
    own = target[: len(target) - len(zone.apex)] if zone.apex != "." else target
    if zone.apex != "." and own.endswith("." + zone.apex):
        return True
    parts = labels(own) if own else ()
    if len(labels(zone.apex)) < 2 or len(parts) < 2 or zone.apex.endswith("arpa."):
        return own.endswith(("arpa.",)) and len(parts) > 1
    return parts[-1] in _PUBLIC or parts[-1] == labels(zone.apex)[-1]


def _answered(zone: Zone, name: str) -> bool:
    """Whether a wildcard of the zone answers for a name that does not exist."""
    above = parent(name)
    while not zone.exists(above) and above not in (zone.apex, "."):
        above = parent(above)
    return (f"*.{above}" if above != "." else "*.") in zone.names.types


def _cuts(zone: Zone) -> Iterator[ZoneFault]:
    """Name servers inside the zone need an address there (RFC 1034 4.2.1, RFC 9471)."""
    for key in (RRsetKey(zone.apex, "NS"), *(RRsetKey(cut, "NS") for cut in sorted(zone.names.cuts))):
        rrset = zone.rrsets.get(key)
        for text in rrset.rdata if rrset is not None else ():
            target = target_of("NS", text)
            if target is not None and lies_in(target, zone.apex):
                yield from _server(zone, key, target)


def _server(zone: Zone, key: RRsetKey, target: str) -> Iterator[ZoneFault]:
    here = key.owner == zone.apex
    detail = f"NS {target}"
    if here and (target, "CNAME") in zone.rrsets:
        yield _fault(zone, "dns-invalid", f"name server {target} of {key.owner} is an alias", key, detail=detail)
        return
    if here and zone.dname_above(target) is not None:
        yield _fault(zone, "dns-invalid", f"name server {target} of {key.owner} lies below a DNAME", key, detail=detail)
        return
    cut = zone.cut_above(target)
    if has_address(zone, target) or (cut is not None and not lies_in(target, key.owner) and not here):
        return  # below another cut: that zone has its address
    severity = "error" if here and cut is None else "warning"
    where = "in the zone" if here else f"beside the delegation in {zone.apex}"
    message = f"name server {target} of {key.owner} has no address {where}"
    yield _fault(zone, "dns-glue", message, key, severity=severity, detail=detail)


def has_address(zone: Zone, name: str) -> bool:
    """Whether the zone holds an address for a name, glue and wildcards included."""
    if (name, "A") in zone.rrsets or (name, "AAAA") in zone.rrsets:
        return True
    if zone.exists(name) or zone.cut_above(name) is not None:
        return False
    above = parent(name)
    while not zone.exists(above) and above not in (zone.apex, "."):
        above = parent(above)
    wild = f"*.{above}" if above != "." else "*."
    return (wild, "A") in zone.rrsets or (wild, "AAAA") in zone.rrsets
