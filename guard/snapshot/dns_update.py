"""Dynamic updates applied to a zone exactly as a server does it (RFC 2136 3.2 and 3.4.2).

A server that signs also keeps the signatures right: with an RRset goes its RRSIG. A zone that is signed offline keeps
what stands there, signatures that no longer fit included.
"""

from __future__ import annotations

from collections.abc import Iterable

from guard.model.dns import RRset, RRsetKey, Zone, ZoneFault, lies_in
from guard.model.errors import InputInvalid
from guard.parse.nsupdate import NXDOMAIN, NXRRSET, YXDOMAIN, Addition, Deletion, Prerequisite, UpdateMessage
from guard.parse.zone_faults import faults_after

#: May stand beside a CNAME in an update (RFC 4035 2.5).
_BESIDE_CNAME = frozenset({"RRSIG", "NSEC", "KEY"})
_SERIALS = 2**32
#: Faults that reading the file found, by the first word of their detail: an update finds no new ones of these.
_READ = ("out-of-zone", "unreadable", "long", "ttl")


def updated(zone: Zone, messages: Iterable[UpdateMessage], *, file: str, signs: bool, serial: bool = True) -> Zone:
    """The zone after all messages; the same object where nothing changes. `serial`: the server raises it.

    InputInvalid where a prerequisite does not hold or a name lies outside the zone: nothing is applied then.
    """
    work = _Work(zone, file, signs, serial)
    for message in messages:
        work.apply(message)
    return work.result()


class _Work:
    def __init__(self, zone: Zone, file: str, signs: bool, serial: bool) -> None:
        self.raises_serial = serial
        self.zone = zone
        self.file = file
        self.signs = signs
        self.rrsets = dict(zone.rrsets)
        self.types: dict[str, list[str]] = {}  # of the owners that were looked at
        self.touched: set[str] = set()

    # RFC 2136 3.2

    def apply(self, message: UpdateMessage) -> None:
        wanted: dict[RRsetKey, list[Prerequisite]] = {}
        for each in message.prerequisites:
            self._inside(each.name, each.line)
            if each.data is not None:
                wanted.setdefault(RRsetKey(each.name, each.type), []).append(each)
            elif not self._holds(each):
                self._failed(each)
        for key, records in wanted.items():
            found = self.rrsets.get(key)
            if found is None or set(found.rdata) != {each.data for each in records}:
                self._failed(records[0])
        for edit in message.edits:
            self._inside(edit.name, edit.line)
        serial = self._serial()
        changed = [self._add(each) if isinstance(each, Addition) else self._delete(each) for each in message.edits]
        if any(changed) and self.raises_serial and self._serial() == serial:
            self._raise_serial()

    def _inside(self, name: str, line: int) -> None:
        if not lies_in(name, self.zone.apex):
            raise InputInvalid("not-in-zone", f"{name} lies outside zone {self.zone.apex}", self.file, line)

    def _holds(self, each: Prerequisite) -> bool:
        types = self._types(each.name)
        if each.kind in (NXDOMAIN, YXDOMAIN):
            return bool(types) == (each.kind == YXDOMAIN)
        there = any(type.partition("(")[0] == each.type for type in types)
        return there == (each.kind != NXRRSET)

    def _failed(self, each: Prerequisite) -> None:
        what = f"{each.kind} {each.name} {each.type}".rstrip() + (f" {each.data}" if each.data is not None else "")
        raise InputInvalid("prerequisite-failed", f"prerequisite {what} does not hold", self.file, each.line)

    # RFC 2136 3.4.2

    def _add(self, edit: Addition) -> bool:
        types = [type for type in self._types(edit.name) if type.partition("(")[0] not in _BESIDE_CNAME]
        if edit.type == "CNAME" and any(type != "CNAME" for type in types):
            return False
        if "CNAME" in types and edit.type != "CNAME" and edit.type.partition("(")[0] not in _BESIDE_CNAME:
            return False
        if edit.type == "SOA" and not self._newer(edit):
            return False
        key = RRsetKey(edit.name, edit.type)
        old = self.rrsets.get(key)
        if old is None or edit.type in ("CNAME", "DNAME", "SOA"):
            new = RRset(edit.ttl, (edit.data,))
        else:
            new = RRset(edit.ttl, tuple(sorted({*old.rdata, edit.data})), old.line)
        return self._put(key, new)

    def _newer(self, edit: Addition) -> bool:
        """An SOA is taken at the apex, with a serial that is greater (RFC 1982); anywhere else it is ignored."""
        current = self._serial()
        if edit.name != self.zone.apex or current is None:
            return False
        return 0 < (int(edit.data.split()[2]) - current) % _SERIALS < _SERIALS // 2

    def _delete(self, edit: Deletion) -> bool:
        apex = edit.name == self.zone.apex
        if edit.data is not None:
            return self._delete_record(RRsetKey(edit.name, edit.type), edit.data, apex=apex)
        kept = ("SOA", "NS") if apex else ()
        gone = [
            type for type in self._types(edit.name) if type not in kept and edit.type in ("", type.partition("(")[0])
        ]
        done = [self._put(RRsetKey(edit.name, type), None) for type in gone]
        return any(done)

    def _delete_record(self, key: RRsetKey, data: str, *, apex: bool) -> bool:
        old = self.rrsets.get(key)
        if old is None or data not in old.rdata or key.type == "SOA":
            return False
        left = tuple(each for each in old.rdata if each != data)
        if not left and apex and key.type == "NS":
            return False
        return self._put(key, RRset(old.ttl, left, old.line) if left else None)

    # The zone

    def _types(self, name: str) -> list[str]:
        if name not in self.types:
            self.types[name] = list(self.zone.names.types.get(name, ()))
        return self.types[name]

    def _put(self, key: RRsetKey, new: RRset | None) -> bool:
        """Whether it changed anything."""
        old = self.rrsets.get(key)
        if (old[:2] if old else None) == (new[:2] if new else None):
            return False
        self.touched.add(key.owner)
        types = self._types(key.owner)
        if new is not None:
            self.rrsets[key] = new
            if key.type not in types:
                types.append(key.type)
            return True
        del self.rrsets[key]
        types.remove(key.type)
        if self.signs and f"RRSIG({key.type})" in types:
            self._put(RRsetKey(key.owner, f"RRSIG({key.type})"), None)
        return True

    def _serial(self) -> int | None:
        soa = self.rrsets.get(RRsetKey(self.zone.apex, "SOA"))
        return int(soa.rdata[0].split()[2]) if soa else None

    def _raise_serial(self) -> None:
        """RFC 2136 3.6: a server raises the serial of a zone that an update changed; it is never 0 (RFC 2136 7.12)."""
        key = RRsetKey(self.zone.apex, "SOA")
        soa = self.rrsets.get(key)
        if soa is None:
            return
        words = soa.rdata[0].split()
        words[2] = str((int(words[2]) + 1) % _SERIALS or 1)
        self._put(key, RRset(soa.ttl, (" ".join(words),), soa.line))

    def result(self) -> Zone:
        if not self.touched:
            return self.zone
        zone = self.zone.edited(self.rrsets, {owner: tuple(self.types[owner]) for owner in sorted(self.touched)})
        read = tuple(each for each in self.zone.faults if self._stays(each))
        plain = self.zone.with_faults(tuple(each for each in self.zone.faults if not each.detail.startswith(_READ)))
        return zone.with_faults((*read, *faults_after(zone, plain, frozenset(self.touched))))

    def _stays(self, fault: ZoneFault) -> bool:
        return fault.detail.startswith(_READ) and fault.subject not in self.touched
