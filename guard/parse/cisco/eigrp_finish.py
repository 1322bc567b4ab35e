"""EIGRP processes once the whole file is read: the interfaces they run on, and what a vendor gives each by itself."""

from __future__ import annotations

from typing import Any

from guard.model.device import InterfaceAddress, Vendor
from guard.model.eigrp import EigrpFilter, EigrpInterface, EigrpProcess
from guard.model.vector import TEN_MICROSECONDS, Vector
from guard.parse.cisco.reading import EigrpPort, EigrpSettings, InterfaceSettings, Reading

#: Equal paths that are installed (IOS: EIGRP command reference, maximum-paths; NX-OS: its configuration guide).
_PATHS = {Vendor.IOS: 4, Vendor.NXOS: 8}
#: NX-OS gives what enters EIGRP this metric where nothing else is said (command reference, default-metric (EIGRP)).
_NXOS_METRIC = Vector(100_000, 100 * TEN_MICROSECONDS, mtu=1492)
#: Settings of the process itself that NX-OS' families share.
_SHARED = ("router_id", "wide", "weights", "rib_scale")


def eigrp_process(eigrp: EigrpSettings, reading: Reading) -> EigrpProcess | None:
    """The process over the interfaces that it runs on; None where it has no AS number."""
    values: dict[str, Any] = dict(eigrp.values)
    asn, process = eigrp.asn, eigrp.process
    if reading.vendor is Vendor.NXOS:
        asn, values = _inherited(eigrp)
        values.setdefault("default_metric", _NXOS_METRIC)
    if asn is None:
        return None
    if reading.vendor is Vendor.IOS:
        process = str(asn)
        values["wide"] = eigrp.named
    values.setdefault("maximum_paths", _PATHS[reading.vendor])
    if "router_id" not in values and eigrp.vrf in reading.router_ids:
        values["router_id"] = reading.router_ids[eigrp.vrf]
    down = _is_shut(eigrp) or not _may_run(eigrp, values, reading)
    return EigrpProcess(
        process=process,
        asn=asn,
        source=eigrp.source,
        vrf=eigrp.vrf,
        version=eigrp.version,
        interfaces=() if down else tuple(_interfaces(eigrp, reading)),
        redistributions=tuple(eigrp.redistributions),
        filters=(*eigrp.filters, *_filters_of_ports(eigrp, reading)),
        **values,
    )


def _inherited(eigrp: EigrpSettings) -> tuple[int | None, dict[str, Any]]:
    """NX-OS: the AS number, from around a VRF or family too; and what a family shares with the others of its VRF."""
    outer, values = eigrp.around, dict(eigrp.values)
    if outer is None:
        return eigrp.asn, values
    asn, more = _inherited(outer)
    if outer.vrf == eigrp.vrf:
        values = {field: more[field] for field in _SHARED if field in more} | values
    return eigrp.asn or asn, values


def _is_shut(eigrp: EigrpSettings) -> bool:
    return eigrp.shutdown or (eigrp.around is not None and _is_shut(eigrp.around))


def _may_run(eigrp: EigrpSettings, values: dict[str, Any], reading: Reading) -> bool:
    """EIGRP for IPv6 needs a router id: configured, or an IPv4 address (IOS IPv6 configuration guide)."""
    if eigrp.version == 4 or "router_id" in values:
        return True
    return any(each.address.version == 4 for interface in reading.interfaces.values() for each in interface.addresses)


def _interfaces(eigrp: EigrpSettings, reading: Reading) -> list[EigrpInterface]:
    found = []
    for settings in reading.settings.values():
        if settings.vrf != eigrp.vrf:
            continue
        own = settings.eigrp.get((eigrp.version, eigrp.process), _SILENT)
        made = _interface(settings, eigrp, reading, own)
        if made is not None:
            found.append(made)
    return found


_SILENT = EigrpPort()


def _interface(
    settings: InterfaceSettings, eigrp: EigrpSettings, reading: Reading, own: EigrpPort
) -> EigrpInterface | None:
    said = (own, eigrp.ports.get(settings.name, _SILENT), eigrp.everywhere)
    if next((each.shutdown for each in said if each.shutdown is not None), False):
        return None
    addresses = [each for each in reading.speaks_from(settings.name) if each.address.version == eigrp.version]
    covered = [each.prefix for each in addresses if _is_covered(each, eigrp)]
    named = own.runs or _runs_by_itself(settings, eigrp, addresses)
    if not covered and not named:
        return None
    partly = not named and len(set(covered)) < len({each.prefix for each in addresses})
    summaries = {prefix: each for port in reversed(said) for prefix, each in port.summaries.items()}
    return EigrpInterface(
        interface=settings.name,
        source=settings.source,
        passive=next((each.passive for each in said if each.passive is not None), False),
        subnets=frozenset(covered) if partly else None,
        bandwidth=own.bandwidth,
        delay=own.delay,
        summaries=tuple(summaries[prefix] for prefix in sorted(summaries)),
    )


def _is_covered(address: InterfaceAddress, eigrp: EigrpSettings) -> bool:
    return any((address.address.value ^ value) & ~mask == 0 for value, mask in eigrp.networks)


def _runs_by_itself(settings: InterfaceSettings, eigrp: EigrpSettings, addresses: list[InterfaceAddress]) -> bool:
    """Named mode runs IPv6 on every interface that has it, unless that is shut."""
    return eigrp.named and eigrp.version == 6 and bool(addresses or settings.values.get("ipv6_enabled"))


def _filters_of_ports(eigrp: EigrpSettings, reading: Reading) -> list[EigrpFilter]:
    here = [settings for settings in reading.settings.values() if settings.vrf == eigrp.vrf]
    said = (settings.eigrp.get((eigrp.version, eigrp.process), _SILENT) for settings in here)
    return [each for port in said for each in port.filters]
