"""What a set of zones answers to a question: the algorithm of RFC 1034 4.3.2 with RFC 4592, 6672 and 2308.

Aliases are followed through all zones of the set, as a server does that holds them all. Law: the answer hangs on the
zones alone, and each question ends (a name that comes back, or grows without end, is a loop).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from guard.model.dns import RRset, RRsetKey, Zone, ancestors, parent


class Status(StrEnum):
    """How a question ends, aliases followed. REFERRAL: somebody outside the set answers; REFUSED: no zone has it."""

    NOERROR = "NOERROR"
    NXDOMAIN = "NXDOMAIN"
    NODATA = "NODATA"
    SERVFAIL = "SERVFAIL"
    REFERRAL = "REFERRAL"
    REFUSED = "REFUSED"
    LOOP = "LOOP"


class Record(NamedTuple):
    owner: str
    ttl: int
    type: str
    data: str

    def __str__(self) -> str:
        return f"{self.owner} {self.ttl} IN {self.type} {self.data}"


@dataclass(frozen=True, slots=True)
class Answer:
    """`chain`: the names that were followed, the one asked for first; `zones`: apexes of the zones that answered."""

    status: Status
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    chain: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()  # names of the name servers that would be asked for the last name

    @property
    def content(self) -> tuple[object, ...]:
        """What a client gets to see: two answers with equal content are the same answer."""
        return (self.status, tuple(sorted(self.answer)))


#: Names followed at most: a chain that long fails everywhere (BIND follows 11, Unbound 11, PowerDNS 10).
CHAIN_AT_MOST = 32
_WIRE_AT_MOST = 255


def zone_of(zones: Mapping[str, Zone], name: str, type: str = "") -> Zone | None:
    """The zone with the longest apex that the name lies in; the DS of an apex is the parent's (RFC 4035 3.1.4.1)."""
    if type == "DS" and name in zones and name != ".":
        above = zone_of(zones, parent(name))
        if above is not None:
            return above
    for each in ancestors(name):
        found = zones.get(each)
        if found is not None:
            return found
    return None


def resolve(zones: Mapping[str, Zone], name: str, type: str) -> Answer:
    """Answer one question; `name` absolute and lower case, `type` a mnemonic, ANY included."""
    return _Question(zones, type).ask(name)


class _Question:
    def __init__(self, zones: Mapping[str, Zone], type: str) -> None:
        self.zones = zones
        self.type = type
        self.answer: list[Record] = []
        self.chain: list[str] = []
        self.visited: dict[str, None] = {}
        self.dnames: set[str] = set()

    def ask(self, name: str) -> Answer:
        while True:
            if name in self.chain:
                return self._end(Status.LOOP)
            self.chain.append(name)
            zone = zone_of(self.zones, name, self.type)
            if zone is None:
                return self._end(Status.NOERROR if self.answer else Status.REFUSED)
            if len(self.chain) > CHAIN_AT_MOST or zone.get(zone.apex, "SOA") is None:
                return self._end(Status.SERVFAIL, zone)
            self.visited[zone.apex] = None
            following = self._in_zone(zone, name)
            if isinstance(following, Answer):
                return following
            name = following

    def _in_zone(self, zone: Zone, name: str) -> Answer | str:
        """The answer, or the name to go on with."""
        cut, dname = zone.cut_above(name), zone.dname_above(name)
        if cut == name and self.type == "DS":
            cut = None
        if dname is not None and (cut is None or len(dname) < len(cut)):
            return self._renamed(zone, name, dname)
        if cut is not None:
            return self._end(Status.REFERRAL, zone, cut)
        if zone.exists(name):
            return self._at(zone, name, name)
        encloser = next(each for each in ancestors(name, zone.apex) if zone.exists(each) or each == zone.apex)
        wild = f"*.{encloser}" if encloser != "." else "*."
        if zone.exists(wild):  # as an empty non-terminal too (RFC 4592 2.2.3)
            return self._at(zone, wild, name)
        return self._end(Status.NXDOMAIN, zone)

    def _at(self, zone: Zone, owner: str, name: str) -> Answer | str:
        """What stands at a name, as an answer for `name`, which a wildcard may stand for."""
        types = zone.names.types.get(owner, ())
        wanted = tuple(type for type in types if self.type in ("ANY", type, type.partition("(")[0]))
        if owner != name and "CNAME" in types and self.type != "ANY":
            wanted = tuple(type for type in wanted if type.startswith(("CNAME", "RRSIG", "NSEC")))  # whatever is beside
        for type in wanted:
            self._take(name, type, zone.rrsets[RRsetKey(owner, type)])
        if wanted:
            return self._end(Status.NOERROR, zone)
        alias = zone.get(owner, "CNAME")
        if alias is None:
            return self._end(Status.NODATA, zone)
        if len(alias.rdata) > 1:
            return self._end(Status.SERVFAIL, zone)
        self._take(name, "CNAME", alias)
        return alias.rdata[0]

    def _renamed(self, zone: Zone, name: str, owner: str) -> Answer | str:
        """A DNAME above the name, and the CNAME that is made from it (RFC 6672 3.1)."""
        dname = zone.rrsets[RRsetKey(owner, "DNAME")]
        prefix = name[: len(name) - len(owner)] if owner != "." else name
        target = dname.rdata[0]
        renamed = f"{prefix}{target}" if target != "." else prefix
        self._take(owner, "DNAME", dname)
        if owner in self.dnames and len(renamed) > len(name):
            return self._end(Status.LOOP, zone)  # it comes back to itself, and longer each time
        if len(dname.rdata) > 1 or wire_length(renamed) > _WIRE_AT_MOST:
            return self._end(Status.SERVFAIL, zone)
        self.dnames.add(owner)
        self.answer.append(Record(name, dname.ttl, "CNAME", renamed))
        return self._end(Status.NOERROR, zone) if self.type == "CNAME" else renamed

    def _take(self, name: str, type: str, rrset: RRset) -> None:
        found = [Record(name, rrset.ttl, type.partition("(")[0], data) for data in rrset.rdata]
        self.answer += [each for each in found if each not in self.answer]

    def _end(self, status: Status, zone: Zone | None = None, cut: str = "") -> Answer:
        authority: tuple[Record, ...] = ()
        servers: tuple[str, ...] = ()
        if zone is not None:
            names = zone.get(cut or zone.apex, "NS")
            servers = names.rdata if names is not None else ()
            if cut and names is not None:
                authority = tuple(Record(cut, names.ttl, "NS", data) for data in names.rdata)
            elif status in (Status.NXDOMAIN, Status.NODATA):
                authority = (_negative(zone),)
        answer = () if status in (Status.LOOP, Status.SERVFAIL) else tuple(self.answer)
        return Answer(status, answer, authority, tuple(self.chain), tuple(self.visited), servers)


def _negative(zone: Zone) -> Record:
    """The SOA of a negative answer, with the time that it may be cached (RFC 2308 5)."""
    soa = zone.rrsets[RRsetKey(zone.apex, "SOA")]
    return Record(zone.apex, min(soa.ttl, int(soa.rdata[0].split()[6])), "SOA", soa.rdata[0])


def wire_length(name: str) -> int:
    """Octets of a name on the wire."""
    if "\\" not in name:
        return len(name) + 1 if name != "." else 1
    escapes = 0
    at = 0
    while at < len(name):
        if name[at] == "\\":
            step = 3 if name[at + 1].isdecimal() else 1
            escapes += step
            at += step
        at += 1
    return len(name) + 1 - escapes
