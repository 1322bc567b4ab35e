"""Known-bad changes built from a snapshot, each with the findings that it must give; and one that must give none.

Law: a change is built only where the base and the inventory permit the finding (what is cut off already cannot be cut
off); what is not built is listed with the reason. The number of changes is bounded, whatever the size of the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from guard.judge.case import View
from guard.judge.checks.outside import LATERAL, Edge, Origin, edges
from guard.model.change import Commands, DownUp, Merge, ReplaceZone, StepPart
from guard.model.device import Vendor
from guard.model.facts import Assessment
from guard.model.inventory import DATACENTER, EXTERNAL
from guard.model.state import BgpSession, InterfaceId
from guard.planning.bad import NOOP, SOURCE, Bad, Left, Wanted
from guard.planning.bad_configs import CONFIG_BUILDERS
from guard.planning.bad_zones import ZONE_BUILDERS
from guard.planning.leak_lines import opened
from guard.simulate.bgp.external import is_test_prefix

#: Data centers, zones and leaks that get a change of their own: the first so many by name, the rest are listed.
SITES_AT_MOST = 8
LEAKS_A_CHANGE = 10
LEAKS_AT_MOST = 30

_LIKE_IOS = frozenset({Vendor.IOS, Vendor.NXOS, Vendor.IOSXR, Vendor.EOS, Vendor.FRR})
#: Routes that bear one of these are sent to no neighbour outside (RFC 1997, RFC 3765).
_STAYS = frozenset({"no-export", "no-advertise", "local-as", "no-peer"})


def bad_changes(base: View) -> tuple[tuple[Bad, ...], tuple[Left, ...]]:
    """What can be built for this base, the harmless change first, and what cannot."""
    made: list[Bad] = []
    left: list[Left] = []
    builders = [_nothing, _unknown_command, *ZONE_BUILDERS]
    if base.assessment is not None:
        builders += [_withdrawal, _backbone, _datacenters, _name_service, _leaks, *CONFIG_BUILDERS]
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
        yield Bad(NOOP, (Merge(device.name, lines, SOURCE),), (), effect="none")
        return
    for zone in base.snapshot.zones.values():
        text = base.snapshot.files.get(zone.file, "")
        yield Bad(NOOP, (ReplaceZone(zone.apex, text, SOURCE),), (), effect="none")
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
        part = opened(base, edge)
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
