"""Signatures and keys of a zone, checked cryptographically (RFC 4034, RFC 4035 5.3, RFC 6840).

Values in, a reason out: the time is given, nothing is fetched. Law: what guard cannot verify (an algorithm that it does
not have) it does not call broken; validators that do not know an algorithm treat the zone as unsigned (RFC 4035 5.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from guard.model.dns import RRsetKey, Zone, lies_in

if TYPE_CHECKING:
    from dns.rdtypes.ANY.DNSKEY import DNSKEY
    from dns.rdtypes.ANY.RRSIG import RRSIG

#: Digests that a DS may have (RFC 8624 3.3); others are unknown to validators.
_DIGESTS = {"1": "SHA1", "2": "SHA256", "4": "SHA384"}
#: Algorithms that validators have (RFC 8624 3.1).
_ALGORITHMS = frozenset({"5", "7", "8", "10", "13", "14", "15", "16"})
_REVOKED, _ZONE_KEY = 0x80, 0x100


def understood(ds: Iterable[str]) -> tuple[str, ...]:
    """The DS records that a validator can use; with none of them the zone counts as unsigned (RFC 6840 5.2)."""
    split = ((text, text.split()) for text in ds)
    return tuple(text for text, words in split if words[1] in _ALGORITHMS and words[2] in _DIGESTS)


@lru_cache(maxsize=8192)
def fits(apex: str, ds: str, key: str) -> bool:
    """Whether a DS is the digest of a DNSKEY (RFC 4034 5.1.4)."""
    import dns.dnssec
    import dns.name
    import dns.rdata

    words = ds.split()
    flags, _, algorithm, _ = key.split(maxsplit=3)
    if algorithm != words[1] or not int(flags) & _ZONE_KEY or int(flags) & _REVOKED or words[2] not in _DIGESTS:
        return False
    rdata = cast("DNSKEY", dns.rdata.from_text("IN", "DNSKEY", key))
    if dns.dnssec.key_id(rdata) != int(words[0]):
        return False
    made = dns.dnssec.make_ds(dns.name.from_text(apex), rdata, _DIGESTS[words[2]], validating=True)
    return made.digest.hex() == "".join(words[3:]).lower()


def chain_fault(zone: Zone, ds: Iterable[str], at: datetime | None) -> str:
    """Why validators with these DS records would call the zone bogus; "" where they would not.

    `at` None: signatures are made by the server when it is asked, so only the keys are looked at.
    """
    usable = understood(ds)
    if not usable:
        return ""
    keys = zone.get(zone.apex, "DNSKEY")
    if keys is None:
        return "the parent has a DS, and the zone has no DNSKEY"
    trusted = tuple(key for key in keys.rdata if any(fits(zone.apex, each, key) for each in usable))
    if not trusted:
        return "no DNSKEY of the zone fits a DS of the parent"
    signatures = zone.get(zone.apex, "RRSIG(DNSKEY)")
    if at is None or (signatures is None and _no_signatures(zone)):
        return "" if at is None else "the zone has keys and no signatures"
    return signature_fault(zone, RRsetKey(zone.apex, "DNSKEY"), trusted, at)


def _no_signatures(zone: Zone) -> bool:
    return (zone.apex, "RRSIG(SOA)") not in zone.rrsets


def signature_fault(zone: Zone, key: RRsetKey, keys: tuple[str, ...], at: datetime) -> str:
    """Why no signature over an RRset is valid at a time with any of these keys; "" where one is."""
    rrset = zone.rrsets[key]
    signatures = zone.get(key.owner, f"RRSIG({key.type})")
    if signatures is None:
        return f"{key.owner} {key.type} is not signed"
    reasons = [_signature(zone.apex, key, rrset.rdata, text, keys, int(at.timestamp())) for text in signatures.rdata]
    return "" if "" in reasons else reasons[0]


@lru_cache(maxsize=65536)
def _signature(apex: str, key: RRsetKey, rdata: tuple[str, ...], signature: str, keys: tuple[str, ...], at: int) -> str:
    import dns.dnssec
    import dns.exception
    import dns.name
    import dns.node
    import dns.rdata
    import dns.rdataset
    import dns.rrset

    owner = dns.name.from_text(key.owner)
    signed = cast("RRSIG", dns.rdata.from_text("IN", "RRSIG", signature))
    what = f"the signature over {key.owner} {key.type} by key {signed.key_tag}"
    if str(signed.algorithm) not in _ALGORITHMS and str(int(signed.algorithm)) not in _ALGORITHMS:
        return ""
    if at > signed.expiration:
        return f"{what} has expired"
    if at < signed.inception:
        return f"{what} is not valid yet"
    if signed.signer.to_text().lower() != apex:
        return f"{what} is by {signed.signer.to_text()}, not by the zone"
    key_rdata = [cast("DNSKEY", dns.rdata.from_text("IN", "DNSKEY", each)) for each in keys]
    usable: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {}
    if key_rdata:
        usable[dns.name.from_text(apex)] = dns.rdataset.from_rdata_list(0, key_rdata)
    rrset = dns.rrset.from_text_list(owner, signed.original_ttl, "IN", key.type, list(rdata))
    try:
        dns.dnssec.validate_rrsig(rrset, signed, usable, now=at)
    except dns.exception.UnsupportedAlgorithm:
        return ""
    except (dns.exception.DNSException, ValueError) as error:
        known = any(dns.dnssec.key_id(each) == signed.key_tag for each in key_rdata)
        return f"{what} does not verify ({error})" if known else f"{what} is by no key of the zone"
    return ""


def zone_keys(zone: Zone) -> tuple[str, ...]:
    found = zone.get(zone.apex, "DNSKEY")
    return found.rdata if found is not None else ()


def must_be_signed(zone: Zone, key: RRsetKey) -> bool:
    """Whether a signed zone signs this RRset: it is authoritative data (RFC 4035 2.2)."""
    if key.type.startswith("RRSIG("):
        return False
    cut = zone.cut_above(key.owner)
    return (cut is None or (cut == key.owner and key.type in ("DS", "NSEC"))) and lies_in(key.owner, zone.apex)


def colliding_keys(zone: Zone) -> tuple[tuple[int, str], ...]:
    """(tag, algorithm) of keys of the zone that a signature does not tell apart (RFC 4034 B)."""
    found: dict[tuple[int, str], int] = {}
    for text in zone_keys(zone):
        kind = (key_tag(text), text.split()[2])
        found[kind] = found.get(kind, 0) + 1
    return tuple(sorted(kind for kind, count in found.items() if count > 1))


@lru_cache(maxsize=8192)
def key_tag(key: str) -> int:
    """The tag of a DNSKEY in presentation format (RFC 4034 B)."""
    import dns.dnssec
    import dns.rdata

    return int(dns.dnssec.key_id(cast("DNSKEY", dns.rdata.from_text("IN", "DNSKEY", key))))


def missing_algorithms(zone: Zone) -> tuple[str, ...]:
    """Algorithms that have a key in the zone and no signature over its SOA (RFC 4035 2.2: each must sign all)."""
    signatures = zone.get(zone.apex, "RRSIG(SOA)")
    if signatures is None:
        return ()
    used = {text.split()[1] for text in signatures.rdata}
    keys = (text.split() for text in zone_keys(zone))
    wanted = {words[2] for words in keys if int(words[0]) & _ZONE_KEY and not int(words[0]) & _REVOKED}
    return tuple(sorted(wanted - used))
