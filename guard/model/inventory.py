"""What the network is for (CONTRACT 2): sites, services, advertisements, peerings, flows, and their floors.

Names of devices are globs as written; `Inventory.site_of` and friends resolve them against the devices of a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from guard.model.address import Address, Prefix
from guard.model.provenance import Source
from guard.model.state import InterfaceId

DATACENTER, POP, EXTERNAL = "datacenter", "pop", "external"


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    kind: str  # datacenter | pop | external
    source: Source
    devices: tuple[str, ...] = ()  # globs, lower case
    prefixes: tuple[Prefix, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedRisk:
    """What fails together: interfaces and bare nodes."""

    name: str
    source: Source
    interfaces: tuple[InterfaceId, ...] = ()
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advertisement:
    """`to`: an external site, "" for any."""

    name: str
    source: Source
    prefixes: tuple[Prefix, ...]
    to: str = ""
    min_sites: int = 1
    min_origins: int = 0


@dataclass(frozen=True, slots=True)
class SiteNeeded:
    site: str


@dataclass(frozen=True, slots=True)
class ServiceNeeded:
    service: str


@dataclass(frozen=True, slots=True)
class NameNeeded:
    name: str


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Requirement, ...]


Requirement = SiteNeeded | ServiceNeeded | NameNeeded | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Service:
    """`withdraws`: an unhealthy instance's interface goes down (on_unhealthy: withdraw)."""

    name: str
    source: Source
    addresses: tuple[Address, ...] = ()
    instances: tuple[InterfaceId, ...] = ()
    requires: Requirement | None = None
    withdraws: bool = False
    serves_zones: tuple[str, ...] = ()  # absolute, lower case
    recovery: bool = False


@dataclass(frozen=True, slots=True)
class Peering:
    """`role`: the neighbour is our provider, customer, peer, rs (route server) or rs-client (RFC 9234, our view)."""

    device: str
    neighbor: Address
    role: str
    source: Source
    site: str = ""
    cone: tuple[Prefix, ...] | None = None
    max_prefix: int | None = None
    remote_max_prefix: int | None = None


@dataclass(frozen=True, slots=True)
class Surge:
    device: str
    neighbor: Address
    prefixes: int
    source: Source


@dataclass(frozen=True, slots=True)
class ManagementPath:
    """`interfaces`: names or globs on the targets; empty: the lowest loopback address."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    source: Source
    interfaces: tuple[str, ...] = ()
    without_backbone: bool = False


@dataclass(frozen=True, slots=True)
class FlowIntent:
    """What must get through, or must not. Ports are destination ports; empty: any (judged on representatives)."""

    name: str
    source: Source
    origins: tuple[str, ...]  # sites, nodes or node[interface]
    destinations: tuple[str, ...]  # addresses, prefixes, services
    expect: str  # delivered | denied
    protocol: str = ""
    ports: tuple[tuple[int, int], ...] = ()
    source_prefixes: tuple[Prefix, ...] = ()


@dataclass(frozen=True, slots=True)
class CriticalName:
    name: str
    type: str
    min_records: int = 1


@dataclass(frozen=True, slots=True)
class ParentData:
    """What the parent zone holds, where it is not in the snapshot. `ds` in presentation format."""

    ns: tuple[str, ...] = ()
    ds: tuple[str, ...] = ()
    ns_ttl: int = 172800
    ds_ttl: int = 86400


@dataclass(frozen=True, slots=True)
class ZoneIntent:
    name: str  # absolute, lower case
    source: Source
    critical_names: tuple[CriticalName, ...] = ()
    max_change_percent: float | None = None
    max_delete_percent: float | None = None
    signing: str = "server"  # server | offline
    parent: ParentData | None = None


@dataclass(frozen=True, slots=True)
class NameServer:
    name: str
    source: Source
    addresses: tuple[Address, ...] = ()
    serves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkCapacity:
    interface: InterfaceId
    mbps: float
    source: Source


@dataclass(frozen=True, slots=True)
class Demand:
    from_site: str
    to_site: str
    mbps: float
    source: Source


@dataclass(frozen=True, slots=True)
class _Globs:
    """The globs of a list of things: plain names at once, patterns one by one."""

    plain: Mapping[str, int]  # name -> the first thing that has it
    patterns: tuple[tuple[int, str], ...]
    known: dict[str, int | None] = field(default_factory=dict, compare=False, repr=False)

    def first(self, name: str) -> int | None:
        """The first thing one of whose globs matches, without regard to case."""
        if name not in self.known:
            self.known[name] = self._find(name.lower())
        return self.known[name]

    def _find(self, lowered: str) -> int | None:
        least = self.plain.get(lowered)
        for number, glob in self.patterns:
            if least is not None and number >= least:
                break
            if fnmatchcase(lowered, glob):
                return number
        return least


def _globs_of(sites: tuple[Site, ...]) -> _Globs:
    plain: dict[str, int] = {}
    patterns: list[tuple[int, str]] = []
    for number, site in enumerate(sites):
        for glob in site.devices:
            plain.setdefault(glob, number)
            if _is_pattern(glob):
                patterns.append((number, glob.lower()))
    return _Globs(plain, tuple(patterns))


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every list in the order of the file. `origins` None: the sites' prefixes and the advertisements."""

    sites: tuple[Site, ...] = ()
    backbone_devices: tuple[str, ...] = ()
    shared_risks: tuple[SharedRisk, ...] = ()
    advertisements: tuple[Advertisement, ...] = ()
    services: tuple[Service, ...] = ()
    peerings: tuple[Peering, ...] = ()
    origins: tuple[Prefix, ...] | None = None
    no_transit: tuple[str, ...] = ()
    surges: tuple[Surge, ...] = ()
    management: tuple[ManagementPath, ...] = ()
    flows: tuple[FlowIntent, ...] = ()
    zones: tuple[ZoneIntent, ...] = ()
    servers: tuple[NameServer, ...] = ()
    failures: int = 1
    capacities: tuple[LinkCapacity, ...] = ()
    demands: tuple[Demand, ...] = ()
    given: bool = True  # False: the snapshot has no inventory
    file_names: Mapping[str, str] = field(default_factory=dict, compare=False)  # of devices whose hostname is another
    _globs: list[_Globs] = field(default_factory=list, init=False, compare=False, repr=False)  # of sites, made once

    def site_of(self, node: str) -> Site | None:
        """The first site one of whose globs matches the node's hostname, else its file's name."""
        if not self._globs:
            self._globs.append(_globs_of(self.sites))
        found = self._globs[0].first(node)
        if found is None and node in self.file_names:
            found = self._globs[0].first(self.file_names[node])
        return None if found is None else self.sites[found]

    def is_backbone(self, node: str) -> bool:
        return self.names(node, self.backbone_devices)

    def names(self, node: str, globs: tuple[str, ...]) -> bool:
        """Whether one of the globs matches the node, by hostname or by file (CONTRACT 1: both are accepted)."""
        return matches_any(node, globs) or (node in self.file_names and matches_any(self.file_names[node], globs))

    def site(self, name: str) -> Site | None:
        return next((site for site in self.sites if site.name == name), None)

    def service(self, name: str) -> Service | None:
        return next((service for service in self.services if service.name == name), None)


def matches_any(name: str, globs: tuple[str, ...]) -> bool:
    """Whether one of the globs matches, without regard to case."""
    lowered = name.lower()
    return any(_matches(lowered, glob) for glob in globs)


def _matches(lowered: str, glob: str) -> bool:
    """Most globs of a large inventory are plain names."""
    return lowered == glob or (_is_pattern(glob) and fnmatchcase(lowered, glob.lower()))


@lru_cache(maxsize=4096)
def _is_pattern(glob: str) -> bool:
    return glob != glob.lower() or not {"*", "?", "["}.isdisjoint(glob)
