"""Known-bad changes built from a snapshot, each with the findings that it must give; and one that must give none.

Law: a change is built only where the base and the inventory permit the finding (what is cut off already cannot be cut
off); what is not built is listed with the reason. The number of changes is bounded, whatever the size of the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from guard.judge.case import View
from guard.judge.checks.outside import LATERAL, Edge, Origin, edges
from guard.judge.checks.policy_names import neighbor_of
from guard.model.change import Commands, DeleteZone, DownUp, Merge, ReplaceZone, StepPart, ZoneUpdate
from guard.model.device import Device, Vendor
from guard.model.dns import RRsetKey, Zone, is_signing
from guard.model.facts import Assessment
from guard.model.inventory import DATACENTER, EXTERNAL
from guard.model.provenance import Source
from guard.model.state import BgpSession, InterfaceId
from guard.simulate.external import is_test_prefix

#: Data centers, zones and leaks that get a change of their own: the first so many by name, the rest are listed.
SITES_AT_MOST = 8
ZONES_AT_MOST = 8
LEAKS_A_CHANGE = 10
LEAKS_AT_MOST = 30
#: `dns-mass-change` denies that a zone of 4 or more RRsets is left with its apex alone.
LARGE_ZONE = 4
SOURCE = Source("proof", 1, 1)
NOOP = "nothing"

_LIKE_IOS = frozenset({Vendor.IOS, Vendor.NXOS, Vendor.IOSXR, Vendor.EOS, Vendor.FRR})
_MAP = "GUARD-PROOF"
#: Routes that bear one of these are sent to no neighbour outside (RFC 1997, RFC 3765).
_STAYS = frozenset({"no-export", "no-advertise", "local-as", "no-peer"})


class Wanted(NamedTuple):
    """A finding that must be there: a policy's name and a subject that it must bear ("" whichever)."""

    policy: str
    subject: str = ""


class Bad(NamedTuple):
    """A change of one step and what must be found; `wanted` () is the change that must give nothing new."""

    name: str
    parts: tuple[StepPart, ...]
    wanted: tuple[Wanted, ...]
    effect: str = "any"


class Left(NamedTuple):
    """A change that was not built."""

    name: str
    why: str


def bad_changes(base: View) -> tuple[tuple[Bad, ...], tuple[Left, ...]]:
    """What can be built for this base, the harmless change first, and what cannot."""
    made: list[Bad] = []
    left: list[Left] = []
    builders = [_nothing, _unknown_command, _names, _zones]
    if base.assessment is not None:
        builders += [_withdrawal, _backbone, _datacenters, _name_service, _leaks]
    for build in builders:
        for each in build(base):
            (made if isinstance(each, Bad) else left).append(each)  # type: ignore[arg-type]
    return tuple(made), tuple(left)


# ------------------------------------------------------------------------------------------------ harmless, unknown


def _nothing(base: View) -> Iterator[Bad | Left]:
    """A description, in the words of the vendor; zones alone: the same zone once more."""
    for device in base.snapshot.devices.values():
        faces = [face.name for face in device.interfaces if not face.name.lower().startswith(("lo", "vlan"))]
        if device.vendor in _LIKE_IOS and faces:
            lines = f"interface {faces[0]}\n description checked\n"
        elif device.vendor is Vendor.JUNOS and faces:
            lines = f"set interfaces {faces[0].partition('.')[0]} description checked\n"
        else:
            continue
        yield Bad(NOOP, (Merge(device.name, lines, SOURCE),), ())
        return
    for zone in base.snapshot.zones.values():
        text = base.snapshot.files.get(zone.file, "")
        yield Bad(NOOP, (ReplaceZone(zone.apex, text, SOURCE),), ())
        return
    yield Left(NOOP, "no device or zone that it could be written for")


def _unknown_command(base: View) -> Iterator[Bad | Left]:
    name = next((d.name for d in base.snapshot.devices.values() if d.vendor in (*_LIKE_IOS, Vendor.JUNOS)), None)
    if name is None:
        yield Left("an unknown command", "no device that takes commands")
        return
    yield Bad("an unknown command", (Commands(name, "frobnicate everything", SOURCE),), (Wanted("unknown-command"),))


# ------------------------------------------------------------------------------------------------ the network


def _withdrawal(base: View) -> Iterator[Bad | Left]:
    """All external sessions at once: every listed prefix, the mass of all others, the services behind them."""
    what = "withdrawal of everything"
    assessment = _assessed(base)
    found = [edge.end for edge in edges(base).values() if edge.end.up]
    faces = {face for end in found if (face := _face(base, end)) is not None}
    listed = {str(each.prefix) for each in assessment.advertisements if each.sites}
    mass = sum(1 for prefix, sites in assessment.advertised.items() if sites and not is_test_prefix(prefix)) >= 5
    if not faces:
        yield Left(what, "no external session that is up")
    elif not listed and not mass:
        yield Left(what, "no advertisement is listed, and fewer than five prefixes are advertised")
    else:
        wanted = [Wanted("advertisement-withdrawal", prefix) for prefix in sorted(listed)]
        parts = (_down(map(str, sorted(faces))),)
        yield Bad(what, parts, tuple(wanted) or (Wanted("advertisement-withdrawal"),))


def _face(base: View, end: BgpSession) -> InterfaceId | None:
    """The interface whose end is the session's end: it bears the local address, or the neighbour's subnet."""
    for id, face in _assessed(base).state.interfaces.items():
        if id.node == end.node and face.up:
            if end.local_interface == id.interface:
                return id
            if end.local_address is not None and any(address == end.local_address for address, _ in face.addresses):
                return id
    return None


def _backbone(base: View) -> Iterator[Bad | Left]:
    """Every backbone link, in a change that says that it has no effect: two findings at once (4 October 2021)."""
    what = "the backbone taken down by an assessment"
    links = [link for link in _assessed(base).backbone.links if link.up]
    if not links:
        yield Left(what, "the inventory names no backbone with links that are up")
        return
    parts = (_down(str(link.ends[0]) for link in links),)
    yield Bad(what, parts, (Wanted("backbone-withdrawal"), Wanted("undeclared-effect")), effect="none")


def _datacenters(base: View) -> Iterator[Bad | Left]:
    """Each data center without any of its links to other places."""
    assessment = _assessed(base)
    inside = {site.name for site in assessment.sites if site.kind != EXTERNAL and site.present}
    centers = [site for site in assessment.sites if site.kind == DATACENTER]
    if not centers:
        yield Left("a data center isolated", "the inventory names none")
    for number, site in enumerate(centers):
        what = f"{site.name} isolated"
        ends = sorted(_ways_out(base, site.name))
        if number >= SITES_AT_MOST:
            yield Left(what, f"only the first {SITES_AT_MOST} data centers are taken")
        elif site.isolated or not site.reaches & inside - {site.name}:
            yield Left(what, "it exchanges traffic with no other site in the base")
        elif not ends:
            yield Left(what, "it has no link to another place")
        else:
            yield Bad(what, (_down(ends),), (Wanted("datacenter-isolation", site.name),))


def _ways_out(base: View, site: str) -> Iterator[str]:
    """Interfaces of a site's devices that lead to devices of other places."""

    def at(node: str) -> str:
        found = base.inventory.site_of(node)
        return found.name if found is not None else ""

    here: dict[str, bool] = {}
    for edge in _assessed(base).state.edges:
        for node in (edge.tail.node, edge.head.node):
            here.setdefault(node, at(node) == site)
        if here[edge.tail.node] and not here[edge.head.node]:
            yield str(edge.tail)


def _name_service(base: View) -> Iterator[Bad | Left]:
    """Every instance of a service that serves zones."""
    for fact in _assessed(base).services:
        what = f"{fact.name} without instances"
        if not fact.serves_zones:
            continue
        healthy = [str(each.id) for each in fact.instances if each.healthy]
        if not fact.healthy or not healthy:
            yield Left(what, "none of its instances is healthy in the base")
            continue
        yield Bad(what, (_down(healthy),), (Wanted("dns-service-survival", fact.name),))


def _down(names: Iterable[str]) -> DownUp:
    return DownUp(tuple(names), (), SOURCE)


def _assessed(base: View) -> Assessment:
    assert base.assessment is not None, "asked for a network that was not computed"
    return base.assessment


# ------------------------------------------------------------------------------------------------ leaks


def _leaks(base: View) -> Iterator[Bad | Left]:
    """On each session with a provider or peer, an export policy that lets everything through."""
    found = edges(base)
    origin = Origin(_assessed(base))
    ready: list[tuple[Edge, StepPart]] = []
    for number, edge in enumerate(sorted(found.values(), key=str)):
        what = f"a leak on {edge}"
        if edge.role not in LATERAL:
            continue
        if number >= LEAKS_AT_MOST:
            yield Left(what, f"only the first {LEAKS_AT_MOST} sessions are taken")
            continue
        part = _opened(base, edge)
        if isinstance(part, str):
            yield Left(what, part)
        elif not _has_others(base, origin, edge, found.values()):
            yield Left(what, "its router holds no route of another provider or peer")
        else:
            ready.append((edge, part))
    if not any(edge.role in LATERAL for edge in found.values()):
        yield Left("a leak", "the inventory names no session with a provider or peer")
    for at in range(0, len(ready), LEAKS_A_CHANGE):
        chosen = ready[at : at + LEAKS_A_CHANGE]
        wanted = tuple(Wanted("route-leak", str(edge)) for edge, _ in chosen)
        name = f"a leak on {', '.join(str(edge) for edge, _ in chosen)}"
        yield Bad(name, tuple(part for _, part in chosen), wanted)


def _has_others(base: View, origin: Origin, edge: Edge, others: Iterable[Edge]) -> bool:
    """Whether the router would send, without a policy, what came in over another session with a provider or peer."""
    bgp = _assessed(base).state.bgp
    end = edge.end
    for other in others:
        if other.role in LATERAL and other.key != edge.key:
            for prefix in sorted(bgp.accepted(other.key)):
                best = bgp.best(end.node, end.vrf, prefix)
                if best is None or origin.entry(end.node, end.vrf, prefix) != other.key:
                    continue
                path = {asn for segment in best.attributes.as_path for asn in segment.asns}
                stays = _STAYS.intersection(best.attributes.communities)
                if end.remote_as not in path and not stays and prefix.length and prefix.version in end.families:
                    return True
    return False


def _opened(base: View, edge: Edge) -> StepPart | str:
    """Lines that open the export policy of a session; a text says why there are none."""
    device = base.snapshot.devices[edge.end.node]
    neighbor = neighbor_of(device, edge.end)
    if edge.end.vrf != "default" or edge.end.remote_address is None:
        return "sessions in VRFs and unnumbered ones are not opened"
    if neighbor is None or edge.end.local_as is None:
        return "its neighbour is not in the configuration by itself"
    if device.vendor is Vendor.NXOS:
        return Merge(device.name, _opened_nxos(device, edge.end), SOURCE)
    if device.vendor is Vendor.IOSXR:
        return Merge(device.name, _opened_xr(device, edge.end), SOURCE)
    if device.vendor in _LIKE_IOS:
        return Merge(device.name, _opened_like_ios(device, edge.end), SOURCE)
    return f"no lines for {device.vendor}"


def _opened_like_ios(device: Device, end: BgpSession) -> str:
    address = end.remote_address
    process = next(each for each in device.bgp if each.vrf == end.vrf)
    neighbor = neighbor_of(device, end)
    assert neighbor is not None, "asked before"
    families = {each.version: each for each in neighbor.families if each.activated}
    lines = [f"route-map {_MAP} permit 10"]
    if device.vendor is Vendor.FRR:
        lines.append("exit")
    lines.append(f"router bgp {process.asn}")
    for version, family in sorted(families.items()):
        lines.append(f" address-family ipv{version}" + (" unicast" if device.vendor is Vendor.FRR else ""))
        lines += [f"  no neighbor {address} {each.kind} {each.name} out" for each in family.export_filters]
        lines.append(f"  neighbor {address} route-map {_MAP} out")
        lines.append(" exit" if device.vendor is Vendor.EOS else " exit-address-family")
    return "\n".join([*lines, ""])


def _opened_nxos(device: Device, end: BgpSession) -> str:
    process = next(each for each in device.bgp if each.vrf == end.vrf)
    neighbor = neighbor_of(device, end)
    assert neighbor is not None, "asked before"
    lines = [f"route-map {_MAP} permit 10", f"router bgp {process.asn}", f" neighbor {end.remote_address}"]
    for family in sorted((each for each in neighbor.families if each.activated), key=lambda each: each.version):
        lines.append(f"  address-family ipv{family.version} unicast")
        lines += [f"   no {each.kind} {each.name} out" for each in family.export_filters]
        lines.append(f"   route-map {_MAP} out")
    return "\n".join([*lines, ""])


def _opened_xr(device: Device, end: BgpSession) -> str:
    process = next(each for each in device.bgp if each.vrf == end.vrf)
    neighbor = neighbor_of(device, end)
    assert neighbor is not None, "asked before"
    lines = [f"route-policy {_MAP}", "  pass", "end-policy", f"router bgp {process.asn}"]
    lines.append(f" neighbor {end.remote_address}")
    for version in sorted(each.version for each in neighbor.families if each.activated):
        lines += [f"  address-family ipv{version} unicast", f"   route-policy {_MAP} out"]
    return "\n".join([*lines, ""])


# ------------------------------------------------------------------------------------------------ names


def _names(base: View) -> Iterator[Bad | Left]:
    """Every critical name that has its records, all in one step."""
    parts: list[StepPart] = []
    wanted: list[Wanted] = []
    for zone in base.inventory.zones:
        held = base.snapshot.zones.get(zone.name)
        for name in zone.critical_names:
            what = f"{name.name} {name.type} emptied"
            found = held.get(name.name, name.type) if held is not None else None
            if held is None or found is None or len(found.rdata) < name.min_records:
                yield Left(what, "the zone does not hold its records by itself")
            elif zone.signing == "offline":
                yield Left(what, "the zone is signed offline")
            else:
                parts.append(ZoneUpdate(zone.name, f"update delete {name.name} {name.type}\n", SOURCE))
                wanted.append(Wanted("dns-empty-critical-name", f"{name.name} {name.type}"))
    if parts:
        yield Bad("critical names emptied", tuple(parts), tuple(wanted))


def _zones(base: View) -> Iterator[Bad | Left]:
    """Each zone of some size with its apex alone, smaller ones deleted."""
    for number, zone in enumerate(base.snapshot.zones.values()):
        large = len(_plain(zone)) >= LARGE_ZONE
        what = f"{zone.apex} {'emptied' if large else 'deleted'}"
        if number >= ZONES_AT_MOST:
            yield Left(what, f"only the first {ZONES_AT_MOST} zones are taken")
            continue
        part = ReplaceZone(zone.apex, _apex_alone(zone), SOURCE) if large else DeleteZone(zone.apex, SOURCE)
        yield Bad(what, (part,), (Wanted("dns-mass-change", zone.apex),))


def _plain(zone: Zone) -> Sequence[RRsetKey]:
    return [key for key in zone.rrsets if key.owner != zone.apex and not is_signing(key.type)]


def _apex_alone(zone: Zone) -> str:
    kept = {key: rrset for key, rrset in zone.rrsets.items() if key.owner == zone.apex}
    return Zone(zone.apex, zone.file, kept, tuple(key for key in zone.order if key in kept)).text
