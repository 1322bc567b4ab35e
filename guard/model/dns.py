"""Zones as data: RRsets in presentation format, names absolute and lower case (vocabulary: RFC 9499)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from guard.model.provenance import Source
from guard.model.zone_text import SOUGHT_AT_MOST, edited, whole


class RRsetKey(NamedTuple):
    """`type`: its mnemonic; signatures name what they cover, as in `RRSIG(A)`: they are sets of their own."""

    owner: str
    type: str


class RRset(NamedTuple):
    """`rdata`: presentation format, names absolute, sorted. `line`: of the first record in the file, 0 if none."""

    ttl: int
    rdata: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class ZoneFault:
    """Something wrong with a zone, by itself, that does not stop it from being read.

    `code` is the name of the policy that judges it (CONTRACT 4), `severity` error where a name server would refuse the
    zone or the name cannot work, else warning. `detail` tells faults with the same code and subject apart.
    """

    code: str
    message: str
    subject: str
    source: Source
    severity: str = "error"
    detail: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        return (self.code, self.subject, self.detail)


class Names(NamedTuple):
    """What exists in a zone. `types`: owner -> types there; `empty`: empty non-terminals (RFC 4592 2.2.2).

    `cuts`: owners below the apex with NS records, where authority ends; `dnames`: owners of DNAME records.
    """

    types: Mapping[str, tuple[str, ...]]
    empty: frozenset[str]
    cuts: frozenset[str]
    dnames: frozenset[str]


@dataclass(frozen=True)  # no slots: `names`, `pointers` and `text` are made when they are first asked for
class Zone:
    """One zone. `order`: RRset keys in the order of the file (truncation shows in it). `edit`: what it was made of."""

    apex: str
    file: str
    rrsets: Mapping[RRsetKey, RRset]
    order: tuple[RRsetKey, ...] = ()
    faults: tuple[ZoneFault, ...] = field(default=())
    torn: bool = False  # the last line has no end
    edit: Edit | None = field(default=None, compare=False, repr=False)

    @property
    def serial(self) -> int | None:
        soa = self.rrsets.get(RRsetKey(self.apex, "SOA"))
        return int(soa.rdata[0].split()[2]) if soa else None

    def get(self, owner: str, type: str) -> RRset | None:
        return self.rrsets.get(RRsetKey(owner, type))

    @cached_property
    def names(self) -> Names:
        return _names(self.apex, self.rrsets)

    def with_faults(self, faults: tuple[ZoneFault, ...]) -> Zone:
        """The same zone with its faults; what was made of its records stays made."""
        new = replace(self, faults=faults)
        new.__dict__.update({name: self.__dict__[name] for name in _MADE if name in self.__dict__})
        return new

    def edited(self, rrsets: Mapping[RRsetKey, RRset], types: Mapping[str, tuple[str, ...]]) -> Zone:
        """The zone with other records, and without faults. `types`: of every owner that was touched, () where it goes.

        Law: `names` and `pointers` are what would be made from the records alone; only what was touched is made again.
        """
        edit = Edit(self, frozenset(types))
        new = replace(self, rrsets=rrsets, order=tuple(rrsets), faults=(), torn=False, edit=edit)
        new.__dict__["names"] = _edited_names(self, types)
        kept = [pointer for pointer in self.pointers if pointer[0].owner not in types]
        keys = (RRsetKey(owner, type) for owner, here in types.items() for type in here)
        new.__dict__["pointers"] = (*kept, *_pointers((key, rrsets[key]) for key in keys))
        return new

    def touched_since(self, other: Zone) -> frozenset[str] | None:
        """The owners whose records may differ from those of a zone that this one was edited from; None: it was not."""
        owners: frozenset[str] = frozenset()
        zone = self
        while zone.rrsets is not other.rrsets:
            if zone.edit is None:
                return None
            owners |= zone.edit.owners
            zone = zone.edit.before
        return owners

    @cached_property
    def text(self) -> str:
        """A master file of the zone: a record a line, names absolute, the SOA first."""
        if self.edit is None:
            return whole(self.apex, self.rrsets)
        before = self.edit.before
        keys = [
            *before.keys_at(self.edit.owners),
            *(k for k in self.keys_at(self.edit.owners) if k not in before.rrsets),
        ]
        if len(keys) > SOUGHT_AT_MOST:
            return whole(self.apex, self.rrsets)
        return edited(before.text, self.apex, before.rrsets, self.rrsets, keys)

    def keys_at(self, owners: Iterable[str]) -> tuple[RRsetKey, ...]:
        """The keys of all RRsets at these owners, sorted by owner."""
        types = self.names.types
        return tuple(RRsetKey(owner, type) for owner in sorted(owners) for type in types.get(owner, ()))

    @cached_property
    def size(self) -> int:
        """Number of RRsets that people put there: without those that signing makes."""
        return sum(not is_signing(key[1]) for key in self.rrsets)

    @cached_property
    def pointers(self) -> tuple[tuple[RRsetKey, str], ...]:
        """(RRset, host that it points to) of every record whose data names a host."""
        return tuple(_pointers(self.rrsets.items()))

    def exists(self, name: str) -> bool:
        """Whether the name exists: some record stands at it or below it."""
        return name in self.names.types or name in self.names.empty

    def cut_above(self, name: str) -> str | None:
        """The topmost delegation that the name lies at or below; None where this zone is authoritative for it."""
        return _topmost(self.names.cuts, self.apex, name) if self.names.cuts else None

    def dname_above(self, name: str) -> str | None:
        """The topmost DNAME that the name lies below (not at)."""
        return _topmost(self.names.dnames, self.apex, parent(name)) if self.names.dnames and name != "." else None

    def is_occluded(self, name: str) -> bool:
        """Whether records at the name are hidden by a delegation or a DNAME above it (RFC 9499)."""
        cut = self.cut_above(name)
        return (cut is not None and cut != name) or self.dname_above(name) is not None


class Edit(NamedTuple):
    """The zone that an edited zone was made of, and the owners whose records may differ."""

    before: Zone
    owners: frozenset[str]


#: Types whose rdata names another host, and which word of it does.
TARGETS = {"CNAME": 0, "DNAME": 0, "NS": 0, "MX": 1, "SRV": 3, "PTR": 0, "SVCB": 1, "HTTPS": 1, "AFSDB": 1, "KX": 1}

#: Made by signing; they change with every signature (CONTRACT 4, dns-mass-change).
SIGNING = frozenset({"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY"})


def is_signing(type: str) -> bool:
    """Whether a type, as an RRsetKey has it, is made by signing."""
    return type in SIGNING or type.startswith("RRSIG(")


def target_of(type: str, rdata: str) -> str | None:
    """The host that one record points to; None for none, and for `.`, which says that there is no such service."""
    at = TARGETS.get(type)
    words = rdata.split()
    if at is None or at >= len(words) or words[at] == ".":
        return None
    return words[at]


def parent(name: str) -> str:
    """The name without its first label; of the root and of its children the root."""
    if "\\" in name:
        at = _END_OF_LABEL.match(name)
        return (name[at.end() :] if at else "") or "."
    return name.partition(".")[2] or "."


_END_OF_LABEL = re.compile(r"(?:[^.\\]|\\[0-9]{3}|\\.)*\.", re.DOTALL)


def ancestors(name: str, apex: str = ".") -> Iterator[str]:
    """The name, its parent, and so on up to and with `apex`, in which it lies."""
    while True:
        yield name
        if name in (apex, "."):
            return
        name = parent(name)


def lies_in(name: str, apex: str) -> bool:
    """Whether a name is `apex` or below it."""
    return name == apex or apex == "." or (name.endswith("." + apex) and not _escaped(name, len(name) - len(apex) - 1))


def _escaped(name: str, dot: int) -> bool:
    """Whether the dot at a place of a name is part of a label."""
    return "\\" in name and (len(name[:dot]) - len(name[:dot].rstrip("\\"))) % 2 == 1


def labels(name: str) -> tuple[str, ...]:
    return () if name == "." else tuple(_dropped_dot(name, rest) for name, rest in _cuts(name))


def _cuts(name: str) -> Iterator[tuple[str, str]]:
    while name != ".":
        yield name, parent(name)
        name = parent(name)


def _dropped_dot(name: str, rest: str) -> str:
    return name[:-1] if rest == "." else name[: len(name) - len(rest) - 1]


def _topmost(owners: frozenset[str], apex: str, name: str) -> str | None:
    found = None
    for each in ancestors(name, apex):
        if each in owners:
            found = each
    return found


#: What a Zone makes of its records when it is first asked for.
_MADE = ("names", "pointers", "size", "text")


def _pointers(rrsets: Iterable[tuple[RRsetKey, RRset]]) -> Iterator[tuple[RRsetKey, str]]:
    for key, rrset in rrsets:
        if key[1] in TARGETS:
            for text in rrset[1]:
                target = target_of(key[1], text)
                if target is not None:
                    yield key, target


def _edited_names(zone: Zone, edited: Mapping[str, tuple[str, ...]]) -> Names:
    """Names after an edit: empty non-terminals come with what is added below them, and go with the last below them."""
    old = zone.names
    types = dict(old.types)
    for owner, here in edited.items():
        if here:
            types[owner] = here
        else:
            types.pop(owner, None)
    added = [owner for owner, here in edited.items() if here and owner not in old.types]
    removed = [owner for owner, here in edited.items() if not here and owner in old.types]
    empty = set(old.empty) - set(added)
    if removed:
        above = {each for owner in removed for each in ancestors(owner, zone.apex)}
        endings = tuple("." + each for each in above if each not in types)
        alive = {each for name in types if endings and name.endswith(endings) for each in ancestors(name, zone.apex)}
        empty = (empty - above) | {each for each in above if each in alive and each not in types}
    for owner in added:
        empty |= _empty_above(zone.apex, owner, types, empty)
    cuts = {each for each in old.cuts if each not in edited} | {o for o in edited if "NS" in edited[o]} - {zone.apex}
    dnames = {each for each in old.dnames if each not in edited} | {o for o in edited if "DNAME" in edited[o]}
    return Names(types, frozenset(empty), frozenset(cuts), frozenset(dnames))


def _empty_above(apex: str, owner: str, types: Mapping[str, tuple[str, ...]], known: set[str]) -> set[str]:
    found: set[str] = set()
    above = parent(owner)
    while above not in types and above not in known and owner != apex and lies_in(above, apex):
        found.add(above)
        above = parent(above)
    return found


def _names(apex: str, rrsets: Mapping[RRsetKey, RRset]) -> Names:
    """Law: linear in the records, and one look a name in a flat zone."""
    types: dict[str, tuple[str, ...]] = {}
    single: dict[str, tuple[str, ...]] = {}
    for owner, type in rrsets:
        known = types.get(owner)
        if known is None:
            one = single.get(type)
            types[owner] = one if one is not None else single.setdefault(type, (type,))
        else:
            types[owner] = (*known, type)
    empty: set[str] = set()
    for owner in types:
        above = parent(owner)
        if above not in types and above not in empty:
            empty |= _empty_above(apex, owner, types, empty)
    cuts = frozenset(owner for owner, type in rrsets if type == "NS" and owner != apex)
    return Names(types, frozenset(empty), cuts, frozenset(owner for owner, type in rrsets if type == "DNAME"))
