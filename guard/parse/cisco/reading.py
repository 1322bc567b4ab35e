"""A Cisco-like device while it is being read: settings that only make sense once the whole file has been seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from guard.model.acl import Range, Wildcard
from guard.model.address import Address, Prefix
from guard.model.bgp import Redistribution
from guard.model.device import InterfaceAddress, Vendor
from guard.model.eigrp import EigrpFilter, EigrpSummary
from guard.model.igp import AreaRange, DefaultInformation
from guard.model.provenance import Source
from guard.parse.cisco.copp import Policing
from guard.parse.cisco.interface_name import canonical
from guard.parse.draft import Draft


@dataclass(slots=True)
class IgpSettings:
    """What one interface says about OSPF, OSPFv3 or IS-IS: values of the model's type by field name."""

    source: Source
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class InterfaceSettings:
    """One interface as its commands leave it so far; `values` are fields of guard.model.device.Interface."""

    name: str
    source: Source
    vendor: Vendor
    values: dict[str, Any] = field(default_factory=dict)
    primary: InterfaceAddress | None = None
    others: list[InterfaceAddress] = field(default_factory=list)
    virtual: list[Address] = field(default_factory=list)
    switchport: bool | None = None
    switchport_typed: bool = False  # a bare `switchport`
    kind: str = ""  # where something else than the name says it
    mode: str = ""  # access | trunk | …, as configured
    channel_group: str = ""
    ospf: IgpSettings | None = None
    ospf6: IgpSettings | None = None
    isis: IgpSettings | None = None
    eigrp: dict[tuple[int, str], EigrpPort] = field(default_factory=dict)  # by IP version and process

    @property
    def vrf(self) -> str:
        return str(self.values.get("vrf", "default"))

    def addresses(self) -> tuple[InterfaceAddress, ...]:
        """The primary address first."""
        return (*((self.primary,) if self.primary else ()), *self.others)


@dataclass(slots=True)
class NetworkStatement:
    """`network … area N`: interfaces whose primary address equals `value` in every bit that `mask` does not set."""

    value: int
    mask: int
    area: int
    source: Source
    version: int = 4


@dataclass(slots=True)
class OspfSettings:
    """One OSPF process; `values` are fields of guard.model.igp.OspfProcess, `areas` fields of OspfArea by number."""

    process: str
    version: int
    vrf: str
    source: Source
    values: dict[str, Any] = field(default_factory=dict)
    areas: dict[int, dict[str, Any]] = field(default_factory=dict)
    networks: list[NetworkStatement] = field(default_factory=list)
    passive_default: bool = False
    passive: set[str] = field(default_factory=set)
    active: set[str] = field(default_factory=set)
    interface_areas: dict[str, tuple[int, Source]] = field(default_factory=dict)  # FRR: `interface X area N`
    redistributions: list[Redistribution] = field(default_factory=list)
    summaries: list[AreaRange] = field(default_factory=list)
    default_information: DefaultInformation | None = None
    network_type: str = ""
    prefix_suppression: bool = False
    shutdown: bool = False


@dataclass(slots=True)
class IsisSettings:
    """One IS-IS instance; `values` are fields of guard.model.igp.IsisProcess."""

    process: str
    source: Source
    vrf: str = "default"
    values: dict[str, Any] = field(default_factory=dict)
    passive_default: bool = False
    passive: set[str] = field(default_factory=set)
    active: set[str] = field(default_factory=set)
    redistributions: list[tuple[int, Redistribution]] = field(default_factory=list)
    defaults: set[int] = field(default_factory=set)
    summaries: list[AreaRange] = field(default_factory=list)
    families: set[int] = field(default_factory=set)
    reference: int = 40_000  # NX-OS, Mbit/s


@dataclass(slots=True)
class RipSettings:
    """RIP in one VRF: networks and names of interfaces that it runs on, and what else the process says."""

    vrf: str
    source: Source
    reading: Reading
    auto_summary: bool
    version: int = 1
    networks: list[Prefix] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    passive_default: bool = False
    passive: set[str] = field(default_factory=set)
    active: set[str] = field(default_factory=set)
    redistributions: list[Redistribution] = field(default_factory=list)
    default_information: bool = False
    default_metric: int = 1
    distance: int = 120
    distances: list[tuple[Prefix, int, str]] = field(default_factory=list)
    neighbors: list[Address] = field(default_factory=list)
    max_paths: int | None = None


@dataclass(slots=True)
class EigrpPort:
    """What is said of one interface and one EIGRP process, in either's mode; None: nothing."""

    runs: bool = False  # by its own command
    shutdown: bool | None = None
    passive: bool | None = None
    bandwidth: int | None = None
    delay: int | None = None
    summaries: dict[Prefix, EigrpSummary] = field(default_factory=dict)
    filters: list[EigrpFilter] = field(default_factory=list)


@dataclass(slots=True)
class EigrpSettings:
    """EIGRP of one AS in one VRF for one IP version; `values` are fields of guard.model.eigrp.EigrpProcess.

    `everywhere`: what holds for interfaces that say nothing else; `named`: of IOS's named mode; `networks`: an address
    and the bits of it that do not count; `around`: the process that a family or a VRF stands in.
    """

    process: str
    version: int
    vrf: str
    source: Source
    named: bool = False
    asn: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    networks: list[tuple[int, int]] = field(default_factory=list)
    everywhere: EigrpPort = field(default_factory=EigrpPort)
    ports: dict[str, EigrpPort] = field(default_factory=dict)
    redistributions: list[Redistribution] = field(default_factory=list)
    filters: list[EigrpFilter] = field(default_factory=list)
    shutdown: bool = False
    around: EigrpSettings | None = None

    def port(self, name: str) -> EigrpPort:
        """What the process says of an interface, begun where it is first named."""
        return self.ports.setdefault(name, EigrpPort())


@dataclass(frozen=True, slots=True)
class LoginFilter:
    """An ACL on who may log in: it sees TCP packets to `ports` of the device itself."""

    version: int
    acl: str
    ports: tuple[int, ...]
    source: Source


@dataclass(slots=True)
class Reading(Draft):
    """Draft plus what the Cisco-like grammars gather before they can finish it."""

    vendor: Vendor = Vendor.IOS
    settings: dict[str, InterfaceSettings] = field(default_factory=dict)
    ospf_settings: dict[tuple[int, str, str], OspfSettings] = field(default_factory=dict)  # version, process, VRF
    isis_settings: dict[tuple[str, str], IsisSettings] = field(default_factory=dict)
    rip_settings: dict[str, RipSettings] = field(default_factory=dict)  # by VRF
    eigrp_settings: dict[tuple[int, str, str], EigrpSettings] = field(default_factory=dict)  # version, process, VRF
    logins: list[LoginFilter] = field(default_factory=list)
    default_switchport: bool | None = None
    default_mtu: int | None = None  # of Ethernet interfaces: IOS `system mtu`, EOS `interface defaults`
    default_shutdown: bool = False  # NX-OS: of ports that switch
    images: list[str] = field(default_factory=list)  # NX-OS: the words of its boot commands
    shut_vrfs: set[str] = field(default_factory=set)
    vlans: tuple[tuple[int, int], ...] | None = None  # None: the configuration holds no VLANs (they are in vlan.dat)
    object_groups: dict[str, tuple[Wildcard, ...]] = field(default_factory=dict)
    port_groups: dict[str, tuple[Range, ...]] = field(default_factory=dict)
    policing: Policing = field(default_factory=Policing)
    default_gateways: list[tuple[Address, Source]] = field(default_factory=list)

    def interface(self, name: str, source: Source) -> InterfaceSettings:
        """The settings of an interface, begun where it is first named."""
        name = canonical(self.vendor, name)
        found = self.settings.get(name)
        if found is None:
            found = self.settings[name] = InterfaceSettings(name, source, self.vendor)
        return found

    def speaks_from(self, name: str) -> tuple[InterfaceAddress, ...]:
        """The addresses of a finished interface, or those that it borrows."""
        interface = self.interfaces[name]
        lender = self.interfaces.get(interface.unnumbered) if interface.unnumbered else interface
        return lender.addresses if lender else ()
