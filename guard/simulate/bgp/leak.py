"""What one table of a device lets another have: VRF to VRF, VRF to a VPN's table, and back (RFC 4364 4.3, RFC 9136).

Law: a copy is never copied again; route targets are read off the path, as policies may have set them. A path in a VPN's
table bears a label, which stands for the table that it leads to; what leaves a VRF by unicast bears none.
Not modelled: site of origin, labels by prefix that pass by a longer route of the far table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from guard.model.address import Prefix
from guard.model.bgp import EVPN, BgpAttributes, BgpFamily
from guard.model.community import extended
from guard.model.device import Vendor
from guard.model.rib import Label, NextHop, RibEntry, RouteProtocol
from guard.simulate.bgp.ends import LEAK
from guard.simulate.bgp.graph import ANY_TARGET, Link, Speaker
from guard.simulate.bgp.path import LOCAL, Path
from guard.simulate.policy.evaluator import RouteView
from guard.simulate.rib.underlay import Underlay

if TYPE_CHECKING:
    from guard.simulate.bgp.exchange import Exchange
    from guard.simulate.bgp.run import ClassRun

_RT = "rt "


def exports(family: BgpFamily, overlay: int) -> tuple[tuple[str, ...], str]:
    """(targets, policy) of what a VRF gives to a VPN of that kind; 0: to other VRFs of the device."""
    if overlay == EVPN:
        return family.evpn_export_targets, family.evpn_export_policy
    return family.export_targets, family.export_policy


def imports(family: BgpFamily, overlay: int) -> tuple[tuple[str, ...], str]:
    """(targets, policy) of what a VRF takes."""
    if overlay == EVPN:
        return family.evpn_import_targets, family.evpn_import_policy
    return family.import_targets, family.import_policy


def gives(source: Speaker, best: Path, prefix: Prefix, overlay: int) -> BgpAttributes | None:
    """The attributes with which a VRF's best path leaves it, with its targets; None: it stays."""
    if best.leaked:
        return None
    targets, policy = exports(source.families[prefix.version], overlay)
    own = tuple(each for each in best.attributes.communities if not each.startswith(_RT))
    plain = best.attributes._replace(communities=own)
    held = _bearing(plain, targets)
    if not policy:
        return held
    # bgpd asks its policy first and adds the VRF's targets to what that sets (seen live, 8.4); elsewhere a policy that
    # sets targets puts them in place of those.
    first = source.device.vendor is Vendor.FRR
    allowed = source.evaluator.evaluate((policy,), _view(source, best, prefix, plain if first else held))
    if allowed is not None:
        return _bearing(allowed.attributes, targets) if first else allowed.attributes
    # IOS: an export map says which targets a route gets; what it does not permit has those of the VRF (recorded:
    # lab-validation, iosxe_vrf_route_leaking_export_map).
    return held if source.device.vendor is Vendor.IOS and targets else None


def _bearing(held: BgpAttributes, targets: tuple[str, ...]) -> BgpAttributes:
    """The attributes with further targets."""
    return held._replace(communities=tuple(sorted(canonical(targets).union(held.communities))))


def given(source: Speaker, target: Speaker, link: Link, best: Path, prefix: Prefix) -> BgpAttributes | None:
    """What a VRF's best path becomes in another VRF, or in a VPN's table."""
    sent = gives(source, best, prefix, link.overlay)
    if sent is None:
        return None
    if target.table:
        return labelled(source, link, sent)
    family = target.families[prefix.version]
    if source.vrf in family.import_vrfs:  # FRR `import vrf`
        return _admitted(target, best, sent, prefix, family.import_policy)
    return takes(target, best, sent, prefix, 0)


def takes(target: Speaker, best: Path, offered: BgpAttributes, prefix: Prefix, overlay: int) -> BgpAttributes | None:
    """What a VRF makes of a path that another table has for it; None: it is not for it."""
    targets, policy = imports(target.families[prefix.version], overlay)
    borne = {each for each in offered.communities if each.startswith(_RT)}
    if ANY_TARGET not in targets and borne.isdisjoint(canonical(targets)):
        return None
    return _admitted(target, best, offered, prefix, policy)


def _admitted(target: Speaker, best: Path, offered: BgpAttributes, prefix: Prefix, policy: str) -> BgpAttributes | None:
    if not policy:
        return offered
    allowed = target.evaluator.evaluate((policy,), _view(target, best, prefix, offered))
    return allowed.attributes if allowed is not None else None


def labelled(source: Speaker, link: Link, sent: BgpAttributes) -> BgpAttributes:
    """The route as its VRF's router originates it into the VPN: its next hop is that router, or its tunnel end."""
    kind = "vxlan" if link.overlay == EVPN else "mpls"
    return sent._replace(next_hop=link.sender_address, label=Label(source.node, source.vrf, kind), tag=0)


def originated(source: Speaker, link: Link, best: Path, sent: BgpAttributes) -> Path:
    """The path in the VPN's table of the router that the VRF is on."""
    return Path(sent, LOCAL, link.index, peer_id=source.router_id, origin_protocol=best.origin_protocol)


def copied(path: Path, link: Link, sent: BgpAttributes, vrf: str) -> Path:
    """The path in a VRF that takes it; `vrf`: where its next hop is looked up."""
    return path._replace(attributes=sent, link=link.index, vrf=vrf, leaked=True, distance=None, from_client=False)


def imports_all(target: Speaker) -> bool:
    """Whether a VRF takes every path that the router has, and not the best of each route distinguisher alone.

    EOS: recorded (lab-validation, eos_evpn_l3_design_guide: a path from each spine); Junos: secondary routes;
    FRR: bgp_mplsvpn.c, vpn_leak_to_vrf_update.
    """
    return target.device.vendor in _IMPORTS_ALL


def shared_hosts(exchange: Exchange) -> dict[tuple[str, str], dict[Prefix, RibEntry]]:
    """By table: the router's own addresses in connected subnets that a VRF has from another VRF by BGP.

    IOS and Junos put them in beside the subnet (recorded: lab-validation, iosxe_vrf_route_leaking_export_map and
    junos_evpn_type5).
    """
    found: dict[tuple[str, str], dict[Prefix, RibEntry]] = {}
    for speaker in exchange.graph.speakers.values():
        if speaker.device.vendor not in (Vendor.IOS, Vendor.JUNOS) or speaker.vrf == "default":
            continue
        for version, links in speaker.links_in.items():
            if any(link.kind == LEAK and not link.overlay for link in links):
                runs = (run for run in exchange.classes if run.version == version)
                for prefix, best in _shared(runs, speaker):
                    if exchange.underlay.entry(speaker.node, speaker.vrf, prefix) is None:
                        hosts = found.setdefault((speaker.node, speaker.vrf), {})
                        hosts.update(_own_hosts(exchange.underlay, speaker.node, prefix, best))
    return found


def _shared(runs: Iterable[ClassRun], speaker: Speaker) -> Iterator[tuple[Prefix, Path]]:
    for run in runs:
        selection = run.selection(speaker.index)
        best = selection.best if selection is not None else None
        if best is None or not best.leaked or best.kind != LOCAL or not best.interface:
            continue
        # IOS's path bears an interface where its route is connected, whatever brought that in (an IGP's subnets do).
        if speaker.device.vendor is Vendor.IOS or best.origin_protocol == "connected":
            yield from ((prefix, best) for prefix in run.members.prefixes if not prefix.is_host)


def _own_hosts(underlay: Underlay, node: str, prefix: Prefix, best: Path) -> Iterator[tuple[Prefix, RibEntry]]:
    state = underlay.topology.interface(node, best.interface)
    for address, _ in state.addresses if state is not None else ():
        if prefix.contains(address):
            hop = NextHop(None, best.interface, best.vrf)
            yield address.host, RibEntry(RouteProtocol.LOCAL, 0, 0, (hop,))


_IMPORTS_ALL = frozenset({Vendor.EOS, Vendor.JUNOS, Vendor.FRR})


def canonical(targets: Iterable[str]) -> frozenset[str]:
    """Route targets as the communities that paths bear; what is none is left out."""
    return frozenset(filter(None, map(_canonical, targets)))


def _canonical(target: str) -> str:
    try:
        return extended("rt", target)
    except ValueError:
        return ""


def _view(speaker: Speaker, best: Path, prefix: Prefix, attributes: BgpAttributes) -> RouteView:
    return RouteView(
        prefix,
        attributes,
        protocol=best.origin_protocol,
        own_as=speaker.process.asn,
        interface=best.interface,
        local=best.kind == LOCAL,
    )
