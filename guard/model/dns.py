"""Zones as data: RRsets in presentation format, names absolute and lower case (vocabulary: RFC 9499)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from guard.model.provenance import Source


class RRsetKey(NamedTuple):
    owner: str
    type: str


class RRset(NamedTuple):
    """`rdata`: presentation format, names absolute, sorted. `line`: of the first record in the file, 0 if none."""

    ttl: int
    rdata: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class ZoneFault:
    """Something wrong with a master file that does not stop it from being read, e.g. an out-of-zone owner name."""

    code: str
    message: str
    subject: str
    source: Source


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone. `order`: RRset keys in the order of the file (truncation shows in it)."""

    apex: str
    file: str
    rrsets: Mapping[RRsetKey, RRset]
    order: tuple[RRsetKey, ...] = ()
    faults: tuple[ZoneFault, ...] = field(default=())
    torn: bool = False  # the last line has no end, or stops inside a record

    @property
    def serial(self) -> int | None:
        soa = self.rrsets.get(RRsetKey(self.apex, "SOA"))
        return int(soa.rdata[0].split()[2]) if soa else None
