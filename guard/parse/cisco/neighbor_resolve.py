"""Peers as they were written → BgpNeighbor, with groups, templates and the vendor's defaults resolved.

A peer's own setting stands over its template's, its group's and the default; within one level the family's stands over
what was said for all families. Groups of an EOS or IOS VRF that are not in the VRF are those of the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from guard.model.address import Address, parse_address
from guard.model.bgp import OVERLAYS, BgpNeighbor, ListFilter, MaximumPrefix, NeighborFamily
from guard.model.device import Vendor
from guard.model.vendor_defaults import BgpDefaults
from guard.parse.cisco.number import asn, asn_list
from guard.parse.cisco.routing_draft import (
    ALL_FAMILIES,
    FamilyDraft,
    ListenRange,
    PeerDraft,
    ProcessDraft,
    RoutingDraft,
    Settings,
)
from guard.parse.context import Context

_LISTS = ("prefix-list", "distribute-list", "filter-list")
_SESSION_FIELDS = frozenset(each.name for each in fields(BgpNeighbor))
_FAMILY_FIELDS = frozenset(each.name for each in fields(NeighborFamily))
_WHOLE_AS_SPACE = (1, (1 << 32) - 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a peer is resolved against."""

    process: ProcessDraft
    root: ProcessDraft
    routing: RoutingDraft
    defaults: BgpDefaults
    context: Context

    def group(self, name: str) -> PeerDraft | None:
        found = self.process.peers.get(name) or self.root.peers.get(name)
        return found if found is not None and found.group else None


def neighbors(scope: Scope) -> tuple[BgpNeighbor, ...]:
    """All peers of a process, and its ranges of dynamic ones, in the order of the file."""
    found = [each for each in (_neighbor(peer, scope) for peer in scope.process.peers.values()) if each is not None]
    found += [_listen(each, scope) for each in scope.process.listens]
    return tuple(found)


def _neighbor(peer: PeerDraft, scope: Scope) -> BgpNeighbor | None:
    if peer.group:
        return None
    address = _address(peer.name)
    if address is None and not {"interface", "listen"} & set(peer.session):
        reason = f"{peer.name} is neither a neighbour nor a peer group that is defined"
        scope.context.partial(peer.line, reason)
        scope.context.warn(peer.line, reason)
        return None
    group = _group(peer, scope)
    session = _session(peer, group, scope)
    families = _families(peer, group, scope, address)
    return _build(session, families, peer, scope, address=address, group=peer.member_of)


def _listen(listen: ListenRange, scope: Scope) -> BgpNeighbor:
    group = scope.group(listen.group) or PeerDraft(listen.group, listen.line, group=True)
    peer = PeerDraft(str(listen.prefix), listen.line, member_of=listen.group)
    session = _session(peer, group, scope)
    if listen.remote_as:
        _remote(session, listen.remote_as)
    if listen.peer_filter:
        session["peer filter"] = listen.peer_filter
    session["listen"] = listen.prefix
    families = _families(peer, group, scope, listen.prefix.first)
    return _build(session, families, peer, scope, address=None, group=listen.group)


def _remote(session: Settings, text: str) -> None:
    if text in ("internal", "external"):
        session.update(remote_as=None, remote_as_kind=text)
        return
    session.update(remote_as=asn(text), remote_as_kind="number")


def _build(
    session: Settings,
    families: tuple[NeighborFamily, ...],
    peer: PeerDraft,
    scope: Scope,
    *,
    address: Address | None,
    group: str,
) -> BgpNeighbor:
    if "peer filter" in session:
        session.update(remote_as=None, remote_as_kind="number")
        session["remote_as_ranges"] = _ranges(scope.routing.peer_filters.get(session["peer filter"], []))
    if "remote as map" in session:
        session.update(remote_as=None, remote_as_kind="number")
        session["remote_as_ranges"] = _ranges(_map_rules(session["remote as map"], scope))
    session.setdefault("remote_as_kind", "")
    known = {key: value for key, value in session.items() if key in _SESSION_FIELDS}
    if scope.process.settings.get("shutdown"):
        known["shutdown"] = True
    if not scope.process.connected_check:
        known["disable_connected_check"] = True
    if "interface" not in known and "listen" not in known:
        known["address"] = address
    return BgpNeighbor(
        source=scope.context.source(peer.line),
        group=group,
        families=tuple(each for each in families if each.version not in OVERLAYS),
        overlays=tuple(each for each in families if each.version in OVERLAYS and each.activated),
        other_families=_others(peer, scope.group(group) if group else None),
        **known,
    )


def _others(peer: PeerDraft, group: PeerDraft | None) -> tuple[str, ...]:
    """Families that are active and not modelled: a session may be there for them alone."""
    active = {**(group.others if group is not None else {}), **peer.others}
    return tuple(sorted(name for name, on in active.items() if on))


def _address(text: str) -> Address | None:
    if not (text[0].isdecimal() or ":" in text):
        return None
    try:
        return parse_address(text.partition("%")[0])
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------------ inheritance


def _group(peer: PeerDraft, scope: Scope) -> PeerDraft | None:
    name = peer.member_of or next(iter(peer.family_groups.values()), "")
    if not name:
        return None
    found = scope.group(name)
    if found is None:
        scope.context.warn(peer.line, f"peer group {name} is not defined")
    return found


def _session(peer: PeerDraft, group: PeerDraft | None, scope: Scope) -> Settings:
    session: Settings = {}
    for layer in (group, peer):
        if layer is None:
            continue
        for template in _templates(layer.session_template, scope):
            session.update(template.session)
        session.update(layer.session)
    return session


def _templates(name: str, scope: Scope) -> Iterator[PeerDraft]:
    """A session template and those it inherits, the farthest first; a cycle ends where it closes."""
    chain: list[PeerDraft] = []
    while name and all(each.name != name for each in chain):
        template = scope.routing.session_templates.get(name)
        if template is None:
            break
        chain.append(template)
        name = template.session_template
    return reversed(chain)


def _policies(layer: PeerDraft, version: int, scope: Scope, seen: frozenset[str] = frozenset()) -> Iterator[Settings]:
    """Policy templates of a layer, what they inherit first; among those, a higher number stands over a lower one."""
    for key in (ALL_FAMILIES, version):
        for _, name in sorted(layer.policy_templates.get(key, ())):
            template = scope.routing.policy_templates.get(name)
            if template is None or name in seen:
                continue
            yield from _policies(template, ALL_FAMILIES, scope, seen | {name})
            yield template.families.get(ALL_FAMILIES, {})


def _families(
    peer: PeerDraft, group: PeerDraft | None, scope: Scope, address: Address | None
) -> tuple[NeighborFamily, ...]:
    found = (_family(version, peer, group, scope, address) for version in (4, 6, *OVERLAYS))
    return tuple(each for each in found if each is not None)


def _family(
    version: int, peer: PeerDraft, group: PeerDraft | None, scope: Scope, address: Address | None
) -> NeighborFamily | None:
    own_group = peer.family_groups.get(version)
    if own_group:
        group = scope.group(own_group) or group
    written: Settings = {}
    for layer in (group, peer):
        if layer is None:
            continue
        for policy in _policies(layer, version, scope):
            written.update(policy)
        written.update(layer.families.get(ALL_FAMILIES, {}))
        written.update(layer.families.get(version, {}))
    activated = written.pop("activated", None)
    if activated is None:
        activated = _active_by_default(version, peer, scope, address) or bool(own_group)
    if not activated and not any(layer and version in layer.families for layer in (group, peer)):
        return None
    extended = any(layer is not None and layer.session.get("extended_next_hop") for layer in (group, peer))
    line = peer.family_lines.get(version, peer.line)
    settings = {**_defaults(version, scope), **written}
    values = {key: value for key, value in settings.items() if key in _FAMILY_FIELDS}
    _add_path(values, settings, version, scope)
    values["extended_next_hop"] = values.get("extended_next_hop", False) or extended or "interface" in peer.session
    for way in ("import", "export"):
        lists = tuple(ListFilter(kind, written[f"{way} {kind}"]) for kind in _LISTS if f"{way} {kind}" in written)
        values[f"{way}_filters"] = lists
    return NeighborFamily(version=version, activated=activated, source=scope.context.source(line), **values)


def _active_by_default(version: int, peer: PeerDraft, scope: Scope, address: Address | None) -> bool:
    process = scope.process
    if version in OVERLAYS:
        return version in process.default_overlays
    if process.nested:
        return version in peer.families
    if version == 6:
        return process.default_ipv6
    if scope.context.vendor is Vendor.EOS and address is not None and address.version == 6:
        # EOS manual, `bgp default`: IPv4 over an IPv6 session only with `transport ipv6`.
        return process.default_ipv4 and "default ipv4 over ipv6" in process.options
    return process.default_ipv4


def _defaults(version: int, scope: Scope) -> Settings:
    defaults, process = scope.defaults, scope.process
    settings: Settings = {
        "send_community": defaults.send_community,
        "send_extended_community": defaults.send_community,
        "send_large_community": defaults.send_community,
        "advertise_inactive": process.settings.get("advertise_inactive", defaults.advertise_inactive),
    }
    if defaults.maximum_prefix is not None and version not in OVERLAYS:
        limit = MaximumPrefix(defaults.maximum_prefix, 80, source=scope.context.source(process.line))
        settings["maximum_prefix"] = limit
    if process.allowas_in is not None:
        settings["allowas_in"] = process.allowas_in
    if process.next_hop_unchanged:
        settings["next_hop_unchanged"] = True
    return settings


def _add_path(values: Settings, settings: Settings, version: int, scope: Scope) -> None:
    """Several paths: on IOS a capability (of the family or the peer) and a choice, on EOS a default of the process.

    bgpd takes them from whoever sends them, unless told not to (bgp_open.c; seen live, 8.4.4).
    """
    family = scope.process.families.get(version, FamilyDraft())
    shared = scope.process.families.get(ALL_FAMILIES, FamilyDraft())
    ready = family.add_path_receive or shared.add_path_receive or scope.context.vendor is Vendor.FRR
    values["add_path_receive"] = bool(values.get("add_path_receive", ready))
    if scope.context.vendor is Vendor.IOS:
        if not settings.get("add path capability", bool(family.add_path)):
            values["add_path_send"] = ""
    elif "add_path_send" not in values:
        values["add_path_send"] = family.add_path or shared.add_path


def _map_rules(name: str, scope: Scope) -> list[tuple[int, int, int, bool]]:
    """What a route-map says of AS numbers (NX-OS `match as-number 64500, 64510-64519`), as rules of a peer filter."""
    return [
        (term.sequence, low, high, term.permit)
        for term in scope.routing.route_maps.get(name, {}).values()
        for line in term.lines
        if line.words[1:2] == ("as-number",)
        for low, high in _as_numbers(line.words[2:])
    ]


def _as_numbers(words: tuple[str, ...]) -> list[tuple[int, int]]:
    """None where the line cannot be read, which its state says."""
    try:
        return asn_list(words)
    except ValueError:
        return []


def _ranges(rules: list[tuple[int, int, int, bool]]) -> tuple[tuple[int, int], ...]:
    """The AS numbers that a peer filter accepts: first match decides, what none names is refused."""
    accepted: list[tuple[int, int]] = []
    undecided = [_WHOLE_AS_SPACE]
    for _, low, high, accept in sorted(rules):
        rest: list[tuple[int, int]] = []
        for first, last in undecided:
            inner = (max(first, low), min(last, high))
            if inner[0] > inner[1]:
                rest.append((first, last))
                continue
            if accept:
                accepted.append(inner)
            rest += [part for part in ((first, inner[0] - 1), (inner[1] + 1, last)) if part[0] <= part[1]]
        undecided = rest
    return tuple(sorted(accepted))
