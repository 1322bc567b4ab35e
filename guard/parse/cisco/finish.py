"""What can only be said when the whole configuration has been read: interfaces, and the processes that run on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from guard.model.address import DEFAULT_V4, Prefix
from guard.model.device import Interface, StaticRoute, Vendor
from guard.model.igp import IsisInterface, IsisProcess, OspfArea, OspfInterface, OspfProcess
from guard.model.provenance import Source
from guard.parse.cisco.acl import finish_acls, finish_logins, finish_policing
from guard.parse.cisco.eigrp_finish import eigrp_process
from guard.parse.cisco.interface_name import kind_of, parent_of
from guard.parse.cisco.isis import level_default
from guard.parse.cisco.nxos_defaults import SWITCHABLE, is_shut, isis_metric, switches_by_default
from guard.parse.cisco.reading import (
    IgpSettings,
    InterfaceSettings,
    IsisSettings,
    NetworkStatement,
    OspfSettings,
    Reading,
)
from guard.parse.cisco.rip import rip_process
from guard.parse.context import Context

#: Equal-cost paths that a process installs where nothing is configured. IOS: 4 (IP Routing: OSPF command reference);
#: EOS: 128 (EOS manual, `maximum-paths (OSPFv2)`); FRR: as compiled, 256 in the Debian package; IOS XR: 32 (OSPF
#: command reference, maximum paths; unverified);
#: NX-OS: 8 (Nexus 9000 Unicast Routing Configuration Guide, "Default
#: settings for OSPFv2").
_MAXIMUM_PATHS = {Vendor.IOS: 4, Vendor.IOSXR: 32, Vendor.EOS: 128, Vendor.FRR: 256, Vendor.NXOS: 8}
#: Mbit/s that the cost of an interface is made of where it is not IOS's 100. NX-OS: 40 Gbit/s (the same guide); FRR:
#: 100 Gbit/s (lib/libospf.h OSPF_DEFAULT_REF_BANDWIDTH, in Mbit/s whatever its comment says: ospf_if_get_output_cost).
_REFERENCES = {Vendor.NXOS: 40_000, Vendor.FRR: 100_000}


def name_ports(context: Context, reading: Reading) -> None:
    """FRR: a port that BGP speaks on by name is there though no line describes it; Linux gives it a link-local address.

    IPv4 then goes over it as RFC 8950 has it.
    """
    for process in reading.routing.processes.values():
        for peer in process.peers.values():
            if "interface" not in peer.session:
                continue
            fresh = peer.name not in reading.settings
            values = reading.interface(peer.name, context.source(peer.line)).values
            values["ipv6_enabled"] = True
            if fresh and process.vrf != "default":
                values["vrf"] = process.vrf


def finish(reading: Reading) -> None:
    """Complete the draft from what was gathered."""
    _interfaces(reading)
    finish_logins(reading)
    finish_policing(reading)
    finish_acls(reading)
    for ospf in reading.ospf_settings.values():
        reading.ospf.append(_ospf(ospf, reading))
    for isis in reading.isis_settings.values():
        reading.isis.append(_isis(isis, reading))
    reading.rip.extend(rip_process(rip, reading) for rip in reading.rip_settings.values())
    made = (eigrp_process(eigrp, reading) for eigrp in reading.eigrp_settings.values())
    reading.eigrp.extend(process for process in made if process is not None)
    if not reading.ip_forwarding:
        reading.static_routes.extend(
            StaticRoute(DEFAULT_V4, source, next_hop=gateway) for gateway, source in reading.default_gateways
        )
    for at, bgp in enumerate(reading.bgp):
        if bgp.router_id is None and bgp.vrf in reading.router_ids:
            reading.bgp[at] = replace(bgp, router_id=reading.router_ids[bgp.vrf])


# ------------------------------------------------------------------------------------------------ interfaces


def _interfaces(reading: Reading) -> None:
    bundles: dict[str, list[str]] = {}
    if reading.vendor is Vendor.NXOS:
        reading.default_switchport = switches_by_default(reading)
    for settings in reading.settings.values():
        if settings.channel_group:
            bundles.setdefault(_bundle(reading.vendor, settings.channel_group), []).append(settings.name)
    for name, settings in reading.settings.items():
        end = settings.values.pop("tunnel end", "")
        bridged = settings.values.pop("bridged vlans", ())
        reading.interfaces[name] = _interface(settings, reading, tuple(bundles.get(name, ())))
        if end:  # one that is shut ends no tunnels: it has no address itself
            reading.tunnel_end = name if reading.interfaces[name].shutdown else end
        if bridged:
            reading.interfaces[name] = replace(reading.interfaces[name], trunk_vlans=tuple(bridged))


def _bundle(vendor: Vendor, group: str) -> str:
    names = {Vendor.EOS: "Port-Channel", Vendor.NXOS: "port-channel", Vendor.IOSXR: "Bundle-Ether"}
    return names.get(vendor, "Port-channel") + group


def _interface(settings: InterfaceSettings, reading: Reading, members: tuple[str, ...]) -> Interface:
    values: dict[str, Any] = {key: value for key, value in settings.values.items() if key != "native"}
    kind = settings.kind or kind_of(reading.vendor, settings.name)
    switchport = _is_switchport(settings, kind, reading)
    parent = parent_of(settings.name)
    if reading.default_mtu is not None and kind in {"physical", "port-channel", "vlan"}:
        values.setdefault("mtu", reading.default_mtu)
    if kind == "vlan":
        digits = "".join(char for char in settings.name if char.isdecimal())
        values.setdefault("vlan", int(digits) if digits else None)
    if reading.vendor is Vendor.NXOS:
        values["shutdown"] = is_shut(settings, switchport, reading)
    if kind == "vlan" and not _carried(values["vlan"], reading):
        values["shutdown"] = True  # the VLAN is not there, or suspended: its SVI never comes up
    if reading.vendor is Vendor.FRR and kind == "subinterface":
        values.setdefault("vlan", int(settings.name.rsplit(".", 1)[1]))
    _switching(settings, values, switchport)
    # An address on a switch port is kept by the device but has no effect until it routes.
    addresses = () if switchport or settings.channel_group else settings.addresses()
    return Interface(
        name=settings.name,
        source=settings.source,
        kind=kind,
        addresses=addresses,
        parent=parent if kind == "subinterface" else "",
        members=(*members, *values.pop("members", ())),
        switchport=switchport,
        virtual_addresses=tuple(settings.virtual),
        **values,
    )


def _carried(vlan: int | None, reading: Reading) -> bool:
    """Whether a switch that lists its VLANs has this one; VLAN 1 is always there (IOS and EOS)."""
    if vlan in {None, 1} or reading.vlans is None or reading.vendor is Vendor.FRR:
        return True
    return any(low <= vlan <= high for low, high in reading.vlans if vlan is not None)


def _is_switchport(settings: InterfaceSettings, kind: str, reading: Reading) -> bool:
    """EOS, NX-OS: Ethernet and port-channels switch unless told otherwise; IOS: where `switchport` says so."""
    if settings.switchport is not None:
        return settings.switchport
    if reading.vendor is Vendor.NXOS:
        return bool(reading.default_switchport) and kind in SWITCHABLE
    if reading.vendor is not Vendor.EOS or kind not in {"physical", "port-channel"}:
        return False
    if reading.default_switchport is not None:
        return reading.default_switchport
    return not settings.name.startswith(("Switch", "Cpu", "Fabric"))


def _switching(settings: InterfaceSettings, values: dict[str, Any], switchport: bool) -> None:
    trunk = settings.mode not in {"", "access"}
    if not switchport:
        values.pop("access_vlan", None)
        values.pop("trunk_vlans", None)
    elif trunk:
        values.pop("access_vlan", None)
        values.setdefault("trunk_vlans", ())
    else:
        values.pop("trunk_vlans", None)
        values.setdefault("access_vlan", 1)


# ------------------------------------------------------------------------------------------------ OSPF


def _ospf(ospf: OspfSettings, reading: Reading) -> OspfProcess:
    running = [] if ospf.shutdown else _ospf_interfaces(ospf, reading)
    numbers = sorted({*ospf.areas, *(each.area for each in running if each.area is not None)})
    values = dict(ospf.values)
    if "router_id" not in values and ospf.vrf in reading.router_ids:
        values["router_id"] = reading.router_ids[ospf.vrf]
    values.setdefault("maximum_paths", _MAXIMUM_PATHS[reading.vendor])
    if reading.vendor in _REFERENCES:
        values.setdefault("reference_bandwidth", _REFERENCES[reading.vendor])
    areas = tuple(
        OspfArea(number, **{key: value for key, value in ospf.areas.get(number, {}).items() if key != "auth_kind"})
        for number in numbers
    )
    return OspfProcess(
        process=ospf.process,
        source=ospf.source,
        vrf=ospf.vrf,
        version=ospf.version,
        interfaces=tuple(running),
        areas=areas,
        redistributions=tuple(ospf.redistributions),
        default_information=ospf.default_information,
        summary_addresses=tuple(ospf.summaries),
        **values,
    )


def _ospf_interfaces(ospf: OspfSettings, reading: Reading) -> list[OspfInterface]:
    networks = ospf.networks
    if reading.vendor is not Vendor.IOS:
        networks = sorted(networks, key=lambda each: each.mask.bit_count())  # the longest prefix holds the interface
    running = []
    for settings in reading.settings.values():
        if settings.vrf != ospf.vrf:
            continue
        own = settings.ospf if ospf.version == 2 else settings.ospf6
        if own is not None and own.values.get("shutdown"):
            continue
        enabled = _configured(settings, own, ospf) or _covered(settings, networks, reading)
        if enabled is not None:
            running.append(_ospf_interface(settings, own, ospf, enabled))
    return running


class _Enabled(NamedTuple):
    """Where a process runs on an interface, where that is said, and for which subnets (None: all)."""

    area: int
    source: Source
    subnets: frozenset[Prefix] | None = None


def _configured(settings: InterfaceSettings, own: IgpSettings | None, ospf: OspfSettings) -> _Enabled | None:
    """By a command of the interface itself, or FRR's `interface NAME area N`."""
    if own is not None and "area" in own.values:
        process = own.values.get("process", "")
        return _Enabled(own.values["area"], own.source) if process in {"", ospf.process} or not ospf.process else None
    if settings.name in ospf.interface_areas:
        return _Enabled(*ospf.interface_areas[settings.name])
    return None


def _covered(settings: InterfaceSettings, networks: list[NetworkStatement], reading: Reading) -> _Enabled | None:
    """By the first network statement that takes its primary address in (FRR: any of its addresses).

    Further subnets are advertised only where a statement of the same area takes them in too.
    """
    found: _Enabled | None = None
    if settings.ospf is not None and "area" in settings.ospf.values:
        return None
    addresses = [each for each in reading.speaks_from(settings.name) if each.address.version == 4]
    for at, each in enumerate(addresses):
        network = next((n for n in networks if (each.address.value ^ n.value) & ~n.mask == 0), None)
        if network is not None and found is None:
            found = _Enabled(network.area, network.source, frozenset({each.prefix}))
        elif network is not None and found is not None and found.area == network.area:
            found = found._replace(subnets=(found.subnets or frozenset()) | {each.prefix})
        elif at == 0 and reading.vendor is not Vendor.FRR:
            return None
    if found is not None and found.subnets is not None and len(found.subnets) == len({a.prefix for a in addresses}):
        return found._replace(subnets=None)
    return found


_OWN = ("cost", "hello", "dead", "priority", "mtu_ignore")


def _ospf_interface(
    settings: InterfaceSettings, own: IgpSettings | None, ospf: OspfSettings, enabled: _Enabled
) -> OspfInterface:
    said = own.values if own else {}
    passive = settings.name in ospf.passive or (ospf.passive_default and settings.name not in ospf.active)
    return OspfInterface(
        interface=settings.name,
        area=enabled.area,
        source=enabled.source,
        process=ospf.process,
        passive=said.get("passive", passive),
        network_type=said.get("network_type") or ospf.network_type or _network_type(settings),
        prefix_suppression=said.get("prefix_suppression", ospf.prefix_suppression),
        authentication=_authentication(said, ospf.areas.get(enabled.area, {})),
        subnets=enabled.subnets,
        **{key: said[key] for key in _OWN if key in said},
    )


def _network_type(settings: InterfaceSettings) -> str:
    kind = settings.kind or kind_of(settings.vendor, settings.name)
    if kind == "loopback":
        return "loopback"
    serial = settings.name.lower().startswith(("serial", "pos", "multilink", "dialer", "virtual-ppp"))
    return "point-to-point" if serial or kind == "tunnel" or "unnumbered" in settings.values else "broadcast"


def _authentication(said: dict[str, Any], area: dict[str, Any]) -> str:
    """`md5:ID/DIGEST…` or `simple:DIGEST` as the interface says, else as its area does; "" for none."""
    kind = said.get("auth_kind") or area.get("auth_kind") or "null"
    if kind == "null":
        return ""
    if kind == "md5":
        return "md5:" + ",".join(f"{number}/{key}" for number, key in sorted(said.get("md5_keys", {}).items()))
    return f"{kind}:{said.get('auth_key', '')}"


# ------------------------------------------------------------------------------------------------ IS-IS


def _isis(isis: IsisSettings, reading: Reading) -> IsisProcess:
    running = []
    for settings in reading.settings.values():
        own = settings.isis
        joined = own is not None and own.values.get("process") == isis.process
        if settings.vrf == isis.vrf and (joined or settings.name in isis.passive):
            running.append(_isis_interface(settings, own, isis))
    values = dict(isis.values)
    values.setdefault("level", level_default(reading.vendor))
    values.setdefault("wide_metrics", reading.vendor is not Vendor.IOS)
    return IsisProcess(
        process=isis.process,
        source=isis.source,
        vrf=isis.vrf,
        interfaces=tuple(running),
        redistributions=tuple(isis.redistributions),
        default_information=tuple(sorted(isis.defaults)),
        summaries=tuple(isis.summaries),
        **values,
    )


def _isis_metric(settings: InterfaceSettings, isis: IsisSettings) -> tuple[int, int]:
    """10 (ISO 10589); NX-OS makes it of the bandwidth."""
    if settings.vendor is not Vendor.NXOS:
        return 10, 10
    kind = settings.kind or kind_of(settings.vendor, settings.name)
    return (isis_metric(settings, kind, isis.reference),) * 2


def _isis_interface(settings: InterfaceSettings, own: IgpSettings | None, isis: IsisSettings) -> IsisInterface:
    said = own.values if own else {}
    versions = said.get("versions") or frozenset(isis.families or {4})
    passive = settings.name in isis.passive or (isis.passive_default and settings.name not in isis.active)
    return IsisInterface(
        interface=settings.name,
        source=own.source if own else settings.source,
        versions=versions,
        level=said.get("level", ""),
        metric=said.get("metric") or _isis_metric(settings, isis),
        passive=said.get("passive", False) or passive,
        point_to_point=said.get("point_to_point", False),
        authentication=said.get("authentication", ""),
    )
