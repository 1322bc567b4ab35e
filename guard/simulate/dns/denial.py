"""Chains of NSEC (RFC 4034 4) and NSEC3 (RFC 5155): what a signed zone proves not to be there, against what is there.

Law: each name that validators may ask for has its record, which promises the types that are there and no others, and
each record leads to the next, the last to the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from guard.model.dns import RRsetKey, Zone, ancestors, lies_in

Fault = tuple[str, str]  # what tells it from others, and the message
_OPT_OUT = 1
#: Names whose order is compared; beyond that only what a change touches is looked at.
_ORDERED_AT_MOST = 20_000
#: Iterations that are computed: RFC 9276 3.2 lets validators give up from 1 on, all do from 500 on.
_ITERATIONS_AT_MOST = 500
_HASHED_ONLY = frozenset({"NSEC3", "RRSIG(NSEC3)"})


def denial_faults(zone: Zone, owners: Iterable[str]) -> Iterator[Fault]:
    """What validators would refuse about these owners, and about the chain as a whole. The zone is a signed one."""
    touched = {name for owner in owners if lies_in(owner, zone.apex) for name in _with_empty(zone, owner)}
    parameters = zone.get(zone.apex, "NSEC3PARAM")
    if parameters is not None:
        yield from _hashed(zone, _Hash.of(parameters.rdata[0]), touched)
    elif RRsetKey(zone.apex, "NSEC") in zone.rrsets:
        yield from _plain(zone, touched)
    else:
        yield "denial", "the zone is signed and has neither an NSEC nor an NSEC3 chain"


def _with_empty(zone: Zone, owner: str) -> Iterator[str]:
    """The owner and the empty non-terminals above it."""
    yield owner
    yield from (each for each in ancestors(owner, zone.apex) if each in zone.names.empty)


def _there(zone: Zone, owner: str) -> set[str]:
    """The types that a bitmap tells of at a name: at a cut the delegation alone (RFC 4035 2.3)."""
    there = {type.partition("(")[0] for type in zone.names.types.get(owner, ())}
    return there & {"NS", "DS", "NSEC", "RRSIG"} if owner in zone.names.cuts else there


def _bitmap(owner: str, there: set[str], told: set[str], record: str) -> Iterator[Fault]:
    denied, extra = sorted(there - told), sorted(told - there - {"RRSIG"})
    if denied:
        yield f"bitmap {owner}", f"the {record} at {owner} denies {', '.join(denied)}, which is there"
    elif extra:
        yield f"bitmap {owner}", f"the {record} at {owner} promises {', '.join(extra)}, which is not there"


def _asked_for(zone: Zone, owner: str) -> bool:
    """Whether a name has authoritative data, or is a cut: it must be in the chain."""
    types = zone.names.types.get(owner)
    return types is not None and not zone.is_occluded(owner) and not _HASHED_ONLY.issuperset(types)


# ------------------------------------------------------------------------------------------------ NSEC


def _plain(zone: Zone, touched: set[str]) -> Iterator[Fault]:
    for owner in sorted(touched):
        nsec = zone.get(owner, "NSEC")
        if nsec is not None:
            yield from _bitmap(owner, _there(zone, owner), set(nsec.rdata[0].split()[1:]), "NSEC")
        elif _asked_for(zone, owner):
            yield f"chain {owner}", f"{owner} has no NSEC"
    links = {key.owner: rrset.rdata[0].split()[0] for key, rrset in zone.rrsets.items() if key.type == "NSEC"}
    if touched and len(links) <= _ORDERED_AT_MOST:
        yield from _closed(sorted(links, key=_canonical), links, "NSEC")


def _canonical(name: str) -> tuple[bytes, ...]:
    """The order of RFC 4034 6.1."""
    import dns.name

    return tuple(reversed(dns.name.from_text(name).canonicalize().labels))


def _closed(order: list[str], links: Mapping[str, str], record: str) -> Iterator[Fault]:
    for owner, following in zip(order, [*order[1:], *order[:1]], strict=True):
        if links[owner] != following:
            yield f"link {owner}", f"the {record} at {owner} leads to {links[owner]}, and {following} is next"


# ----------------------------------------------------------------------------------------------- NSEC3


class _Hash(NamedTuple):
    """The parameters of a chain, as they stand in its records; `salt` in hex, `-` for none."""

    algorithm: str
    iterations: int
    salt: str

    @classmethod
    def of(cls, text: str) -> _Hash:
        algorithm, _, iterations, salt = text.split()[:4]
        return cls(algorithm, int(iterations), salt.lower())

    def name(self, owner: str, apex: str) -> str:
        hashed = _hash_of(owner, self.salt, self.iterations)
        return f"{hashed}.{apex}" if apex != "." else f"{hashed}."


@lru_cache(maxsize=65536)
def _hash_of(owner: str, salt: str, iterations: int) -> str:
    import dns.dnssec

    return dns.dnssec.nsec3_hash(owner, "" if salt == "-" else salt, iterations, 1).lower()


def _hashed(zone: Zone, parameters: _Hash, touched: set[str]) -> Iterator[Fault]:
    if parameters.algorithm != "1" or parameters.iterations > _ITERATIONS_AT_MOST:
        return  # validators take such a zone as unsigned (RFC 5155 8.1, RFC 9276 3.2)
    records = dict(_records(zone, parameters))
    if not records:
        yield "denial", "the zone has an NSEC3PARAM and no NSEC3 of that kind"
        return
    opt_out = any(int(words[1]) & _OPT_OUT for words in records.values())
    for owner in sorted(touched):
        yield from _at(zone, owner, records.get(parameters.name(owner, zone.apex)), opt_out=opt_out)
    if touched:
        links = {owner: f"{words[4].lower()}.{zone.apex.lstrip('.')}" for owner, words in records.items()}
        yield from _closed(sorted(links), links, "NSEC3")


def _records(zone: Zone, parameters: _Hash) -> Iterator[tuple[str, list[str]]]:
    """(owner, words of its data) of the records of one chain."""
    for key, rrset in zone.rrsets.items():
        if key.type == "NSEC3":
            for text in rrset.rdata:
                if _Hash.of(text) == parameters:
                    yield key.owner, text.split()


def _at(zone: Zone, owner: str, words: list[str] | None, *, opt_out: bool) -> Iterator[Fault]:
    there = _there(zone, owner)
    wanted = _asked_for(zone, owner) or owner in zone.names.empty
    if words is not None:
        if wanted:
            yield from _bitmap(owner, there, set(words[5:]), "NSEC3")
        elif not zone.exists(owner):
            yield f"bitmap {owner}", f"there is an NSEC3 for {owner}, which is not there"
    elif wanted and not (opt_out and (owner in zone.names.empty or (owner in zone.names.cuts and "DS" not in there))):
        yield f"chain {owner}", f"{owner} has no NSEC3"
