"""`protocols bgp`: neighbours with what they inherit from their group and from the top.

Each option is taken from the innermost level that has it; families as a whole, policies too. Routes of other protocols
enter BGP by export policies alone, so the process originates what some export policy of its lets out.
Not modelled: families beyond inet and inet6 unicast, rib-groups, damping, conditional routes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guard.model.address import Prefix, parse_address, parse_prefix
from guard.model.bgp import (
    EVPN,
    VPNV4,
    VPNV6,
    BgpFamily,
    BgpNeighbor,
    BgpProcess,
    MaximumPrefix,
    NeighborFamily,
    Redistribution,
)
from guard.model.policy import All, Outcome, RoutePolicy, SetMetricFromIgp, Term
from guard.parse.junos import vpn
from guard.parse.junos.instance import Instance
from guard.parse.junos.key import digest
from guard.parse.junos.number import asn
from guard.parse.junos.policy_expression import chain
from guard.parse.junos.reading import Reading
from guard.parse.junos.session_source import with_sources
from guard.parse.junos.tree import Node


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PREFERENCE = 170
#: `multipath` uses up to 16 paths unless `maximum-ecmp` says more (Junos, multipath).
_MULTIPATH = 16
#: `multihop` without a ttl (Junos, multihop).
_MULTIHOP_TTL = 64
#: Protocols whose active routes an export policy may pick up.
EXPORTABLE = ("connected", "static", "ospf", "isis", "rip", "aggregate")

_NOT_JUDGED = "is not judged"
_IGNORED = {
    "hold-time": "timers are not judged", "log-updown": _NOT_JUDGED, "graceful-restart": "restarts are not judged",
    "out-delay": "timers are not judged", "tcp-mss": _NOT_JUDGED, "mtu-discovery": _NOT_JUDGED,
    "idle-after-switch-over": _NOT_JUDGED,
    "precision-timers": _NOT_JUDGED,
    "traffic-statistics-labeled-path": _NOT_JUDGED, "no-aggregator-id": _NOT_JUDGED,
    "minimum-hold-time": "timers are not judged", "authentication-algorithm": "", "hold-down-all": _NOT_JUDGED,
    "statistics": _NOT_JUDGED, "egress-te": "no labels",
    "output-queue-priority": "the order of sending is not judged", "rfc6514-compliant-safi129": "no multicast",
    "local-interface": "",
    "no-advertise-peer-as": "is the default", "keep": _NOT_JUDGED, "disable-4byte-as": "",
    "update-threading": _NOT_JUDGED, "holddown": _NOT_JUDGED, "bmp": _NOT_JUDGED, "message-batching": _NOT_JUDGED,
    "bgp-error-tolerance": _NOT_JUDGED, "defaults": "", "traffic-engineering": "traffic engineering is not modelled",
}  # fmt: skip
_UNMODELLED = {
    "graceful-shutdown": "graceful shutdown is not modelled", "ttl": "TTL security is not modelled",
    "drop-path-attributes": "dropping of attributes is not modelled",
    "damping": "dampening is not modelled", "include-mp-next-hop": "further next hops are not modelled",
    "vpn-apply-export": "VPN routes are not modelled", "accept-remote-nexthop": "taken as next hops usually are",
    "advertise-external": "advertising a best external path is not modelled",
    "peer-as-list": "lists of peer ASes are not modelled",
    "dynamic-neighbor": "dynamic neighbours are not modelled", "unconfigured-peer-graceful-restart": _NOT_JUDGED,
    "advertise-bgp-static": "not modelled", "forwarding-context": "not modelled", "stale-labels-holddown-period": "",
    "optimal-route-reflection": "not modelled", "aigp": "AIGP is not modelled", "snmp-options": "",
    "advertise-from-main-vpn-tables": "tables of VPNs are not modelled",
    "multipath-build-priority": "", "link-bandwidth": "weights of paths are not modelled", "sr-preference-override": "",
    "origin-autonomous-system": "not modelled", "no-install": "routes that are not installed are not modelled",
}  # fmt: skip
_FAMILY_UNMODELLED = {
    "rib-group": "rib-groups are not modelled", "topology": "topologies are not modelled", "damping": "not modelled",
    "aggregate-label": "labels are not modelled", "explicit-null": "labels are not modelled",
    "extended-nexthop-color": "colours are not modelled",
    "extended-nexthop-tunnel": "tunnels are not modelled", "no-install": "not modelled", "route-refresh-priority": "",
    "protection": "backup paths are not modelled", "entropy-label": "labels are not modelled", "withdraw-priority": "",
    "resolve-vpn": "labels are not modelled", "rib": "labels are not modelled", "legacy-redirect-ip-action": "",
    "output-queue-priority": "", "advertise-default": "not modelled", "nexthop-resolution": "not modelled",
    "defer-initial-multipath-build": "", "delay-route-advertisements": "timers", "graceful-restart": "restarts",
}  # fmt: skip
_KNOWN = _words(
    """type peer-as local-as local-address import export family cluster multihop multipath passive authentication-key
    authentication-key-chain remove-private as-override advertise-peer-as advertise-inactive
    no-client-reflect description metric-out local-preference allow enforce-first-as ttl shutdown path-selection
    preference no-nexthop-change disable
    group neighbor bfd-liveness-detection"""
)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Where the options of a neighbour stand: itself, its group, the top; innermost first."""

    nodes: tuple[Node, ...]

    def find(self, *path: str) -> Node | None:
        for node in self.nodes:
            found = node.at(*path)
            if found is not None:
                return found
        return None

    def value(self, reading: Reading, word: str) -> str | None:
        """The innermost value; the others are read and overridden."""
        found = None
        for node in self.nodes:
            value = reading.value(node, word)
            found = value if found is None else found
        return found

    def number(self, reading: Reading, word: str) -> int | None:
        found = None
        for node in self.nodes:
            value = reading.number(node, word)
            found = value if found is None else found
        return found

    def flag(self, reading: Reading, word: str) -> bool:
        found = [reading.flag(node, word) for node in self.nodes]
        return any(found)

    def policies(self, reading: Reading, word: str) -> tuple[str, ...]:
        """The chain of the innermost level that has one."""
        for node in self.nodes:
            found = node[word]
            if found is not None:
                reading.done(found)
                return chain(reading, found, f"bgp {word}")
        return ()


def read(reading: Reading, instance: Instance) -> None:
    """Fill the draft with the process of one instance."""
    protocols = instance.protocols
    node = protocols["bgp"] if protocols is not None else None
    member = vpn.membership(reading, instance)
    if node is None:
        if member is not None and reading.tree.root.at("protocols", "bgp") is not None:
            _without_neighbors(reading, instance, member)
        return
    reading.done(protocols, node)
    own, loops, confederation = autonomous_system(reading, instance)
    neighbors = with_sources(reading, instance.vrf, own, _neighbors(reading, node, own, loops))
    multipath = list(_levels_with(node, "multipath"))
    selection = node["path-selection"]
    if own is None:
        own = next((each.local_as for each in neighbors if each.local_as), 0)
    paths = _MULTIPATH if multipath else 1
    leaving = any(family.export_policies for each in neighbors for family in each.families)
    leaving = leaving or (member is not None and member.exports)
    plain = (
        BgpFamily(
            version,
            redistributions=_exports(reading, node, member) if leaving else (),
            maximum_paths=paths,
            maximum_paths_ibgp=paths,
            distance_external=reading.number(node, "preference") or PREFERENCE,
            distance_internal=reading.number(node, "preference") or PREFERENCE,
            distance_local=reading.number(node, "preference") or PREFERENCE,
            distance_rules=_preferences(reading, node, version),
        )
        for version in (4, 6)
    )
    families = tuple(member.applied(each) if member is not None else each for each in plain)
    clusters = [found for each in _levels_with(node, "cluster") if (found := _cluster(reading, each)) is not None]
    reading.draft.bgp.append(
        BgpProcess(
            own,
            reading.source(node),
            vrf=instance.vrf,
            router_id=router_id(reading, instance.vrf),
            cluster_id=clusters[0] if clusters else None,
            confederation_id=confederation[0] if confederation else None,
            confederation_peers=confederation[1] if confederation else frozenset(),
            always_compare_med=selection is not None and "always-compare-med" in selection,
            deterministic_med=selection is None or "cisco-non-deterministic" not in selection,
            ignore_as_path=selection is not None and "as-path-ignore" in selection,
            multipath_relax=any("multiple-as" in each for each in multipath),
            client_to_client=not _anywhere(reading, node, "no-client-reflect"),
            enforce_first_as=False,
            families=families,
            neighbors=neighbors,
            route_distinguisher=_distinguisher(reading, instance),
        )
    )
    for each in _levels_with(node, "path-selection"):
        reading.all_done(each)
        for word in ("med-plus-igp", "external-router-id", "cisco-non-deterministic", "l2vpn-use-bgp-rules"):
            if word in each:
                reading.partial(each[word] or each, f"{word} is not modelled")


def _without_neighbors(reading: Reading, instance: Instance, member: vpn.Membership) -> None:
    """The process of a VRF that has no BGP of its own and whose routes go into a VPN all the same."""
    own = autonomous_system(reading, instance)[0]
    leaving = _exports(reading, instance.node, member) if member.exports else ()
    families = (
        BgpFamily(
            version,
            redistributions=leaving,
            distance_external=PREFERENCE,
            distance_internal=PREFERENCE,
            distance_local=PREFERENCE,
        )
        for version in (4, 6)
    )
    reading.draft.bgp.append(
        BgpProcess(
            own or 0,
            reading.source(instance.node),
            vrf=instance.vrf,
            router_id=router_id(reading, instance.vrf),
            deterministic_med=True,
            enforce_first_as=False,
            families=tuple(map(member.applied, families)),
            route_distinguisher=_distinguisher(reading, instance),
        )
    )


def _distinguisher(reading: Reading, instance: Instance) -> str:
    vrf = reading.draft.vrfs.get(instance.vrf)
    return vrf.route_distinguisher if vrf is not None else ""


def _exports(reading: Reading, node: Node, member: vpn.Membership | None) -> tuple[Redistribution, ...]:
    """Every protocol whose routes export policies see; the policies of the neighbours decide.

    Subnets go into a VPN by label only where packets are looked up in the VRF (Junos, vrf-table-label).
    """
    kept = member is not None and member.exports and not member.subnets and not node["group"]
    return tuple(
        Redistribution(protocol, reading.source(node))
        for protocol in EXPORTABLE
        if not (kept and protocol == "connected")
    )


def _preferences(reading: Reading, node: Node, version: int) -> tuple[tuple[int, Prefix, str], ...]:
    """The preference of routes by the neighbour that sent them, where a group or a neighbour has its own."""
    found = []
    for place in (node, *(node["group"] or ())):
        general = reading.number(place, "preference") if place is not node else None
        for peer in place["neighbor"] or ():
            own = reading.number(peer, "preference")
            wanted = general if own is None else own
            try:
                source = parse_prefix(peer.word)
            except ValueError:
                continue
            if wanted is not None and source.version == version:
                found.append((wanted, source, ""))
    return tuple(found)


def _anywhere(reading: Reading, node: Node, word: str) -> bool:
    found = list(_levels_with(node, word))
    reading.done(*found)
    return bool(found)


def _levels_with(node: Node, word: str) -> Iterator[Node]:
    """The word at the top, in the groups and at the neighbours."""
    groups = tuple(node["group"] or ())
    peers = tuple(peer for place in (node, *groups) for peer in place["neighbor"] or ())
    for place in (node, *groups, *peers):
        found = place[word]
        if found is not None:
            yield found


def _cluster(reading: Reading, node: Node) -> int | None:
    text = node.words[-1] if node.children else ""
    try:
        return int(text) if text.isdecimal() else parse_address(text).value
    except ValueError:
        reading.wrong(node, f"{text} is no cluster id")
        return None


def autonomous_system(
    reading: Reading, instance: Instance
) -> tuple[int | None, int, tuple[int, frozenset[int]] | None]:
    """(our AS, how often it may be seen in a path, (confederation, its members)): the instance's, else the global."""
    for options in (instance.options, reading.tree.root["routing-options"]):
        node = options["autonomous-system"] if options is not None else None
        if node is None:
            continue
        found = next((each for each in node if asn(each.word) is not None), None)
        if found is None:
            reading.wrong(node, "no AS number")
            continue
        loops = found.at("loops") or node["loops"]
        allowed = int(loops.words[0]) if loops is not None and loops.children and loops.words[0].isdecimal() else 1
        outer = options["confederation"] if options is not None else None
        number = next((asn(each.word) for each in outer or () if asn(each.word) is not None), None)
        members: frozenset[int] = frozenset()
        for each in outer or ():
            holder = each if each.word == "members" else each["members"]
            members |= frozenset(value for word in (holder or ()) if (value := asn(word.word)) is not None)
        confederation = (number, members) if number is not None else None
        return asn(found.word), allowed - 1, confederation
    return None, 0, None


def router_id(reading: Reading, vrf: str) -> int | None:
    """What is configured, else the first address of the instance's loopback (Junos, router-id)."""
    known = reading.draft.router_ids.get(vrf)
    if known is not None:
        return known
    for each in reading.draft.interfaces.values():
        if each.kind == "loopback" and each.vrf == vrf:
            for bound in each.addresses:
                if bound.address.version == 4 and bound.address.value >> 24 != 127:
                    return bound.address.value
    return None


# -------------------------------------------------------------------------------------------------- neighbours


def _neighbors(reading: Reading, node: Node, own: int | None, loops: int) -> Iterator[BgpNeighbor]:
    reading.rest(node, _KNOWN, _IGNORED, _UNMODELLED)
    _overridden(reading, node)
    for peer in node["neighbor"] or ():
        yield from _neighbor(reading, _Levels((peer, node)), peer, "", own, loops)
    for group in node["group"] or ():
        reading.done(group)
        reading.rest(group, _KNOWN, _IGNORED, _UNMODELLED)
        _overridden(reading, group)
        for peer in group["neighbor"] or ():
            yield from _neighbor(reading, _Levels((peer, group, node)), peer, group.word, own, loops)
        for each in group["allow"] or ():
            yield from _dynamic(reading, _Levels((group, node)), each, group.word, own, loops)
        reading.done(group["neighbor"], group["allow"])
        if group["neighbor"] is None and group["allow"] is None:  # nobody reads its options, which are understood
            _options(reading, _Levels((group, node)), BgpNeighbor(reading.source(group)), own, loops)
    reading.done(node["group"], node["neighbor"])
    if node["group"] is None and node["neighbor"] is None:
        _options(reading, _Levels((node,)), BgpNeighbor(reading.source(node)), own, loops)


def _overridden(reading: Reading, node: Node) -> None:
    """Options that no neighbour may be left to read are understood all the same."""
    for word in ("import", "export"):
        found = node[word]
        if found is not None:
            chain(reading, found, f"bgp {word}")
            reading.done(found)
    for word in ("type", "peer-as", "local-address", "description", "cluster", "local-preference", "metric-out"):
        reading.value(node, word)
    _families(reading, _Levels((node,)), 4, NeighborFamily(4))


def _neighbor(
    reading: Reading, levels: _Levels, node: Node, group: str, own: int | None, loops: int
) -> Iterator[BgpNeighbor]:
    try:
        address = parse_address(node.word.partition("%")[0])
    except ValueError:
        reading.wrong(node, f"{node.word} is no address")
        return
    reading.done(node)
    reading.rest(node, _KNOWN, _IGNORED, _UNMODELLED)
    _overridden(reading, node)
    yield _options(reading, levels, BgpNeighbor(reading.source(node), address=address, group=group), own, loops)


def _dynamic(
    reading: Reading, levels: _Levels, node: Node, group: str, own: int | None, loops: int
) -> Iterator[BgpNeighbor]:
    reading.done(node)
    try:
        listen = Prefix(4, 0, 0) if node.word == "all" else parse_prefix(node.word)
    except ValueError:
        reading.wrong(node, f"{node.word} is no prefix")
        return
    yield _options(reading, levels, BgpNeighbor(reading.source(node), listen=listen, group=group), own, loops)


def _options(reading: Reading, levels: _Levels, plain: BgpNeighbor, own: int | None, loops: int) -> BgpNeighbor:
    local_as, replaced, quiet, own_loops = _local_as(reading, levels)
    kind = levels.value(reading, "type")
    remote = asn(levels.value(reading, "peer-as") or "")
    if remote is None and kind == "internal":
        remote = local_as if local_as is not None else own
    multihop = levels.find("multihop")
    ttl = None
    for node in levels.nodes:
        inner = node["multihop"]
        if inner is not None:
            ttl = ttl or reading.number(inner, "ttl")
            reading.flag(inner, "no-nexthop-change")
            reading.done(inner)
    for each in levels.nodes:
        if each["bfd-liveness-detection"] is not None:
            reading.ignore(each["bfd-liveness-detection"] or each, "liveness is taken as given")
        if each["multipath"] is not None:
            reading.all_done(each["multipath"] or each)
    described = plain.listen if plain.address is None else plain.address
    version = described.version if described is not None else 4
    return replace(
        plain,
        remote_as=remote,
        remote_as_kind="number" if remote is not None else "",
        local_as=local_as,
        local_as_replace=replaced,
        local_as_no_prepend=quiet,
        update_source=levels.value(reading, "local-address") or "",
        multihop=(ttl or _MULTIHOP_TTL) if multihop is not None else None,
        passive=levels.flag(reading, "passive"),
        shutdown=levels.flag(reading, "shutdown") or levels.flag(reading, "disable"),
        authentication=_authentication(reading, levels),
        enforce_first_as=True if levels.flag(reading, "enforce-first-as") else None,
        description=levels.value(reading, "description") or "",
        bfd=levels.find("bfd-liveness-detection") is not None,
        families=tuple(_neighbor_families(reading, levels, version, loops if own_loops is None else own_loops)),
        overlays=tuple(_overlays(reading, levels, loops if own_loops is None else own_loops)),
        other_families=_other_families(levels),
    )


def _local_as(reading: Reading, levels: _Levels) -> tuple[int | None, bool, bool, int | None]:
    """`local-as N [loops L] [private] [no-prepend-global-as] [alias]`: (AS, replaces ours, is not prepended, loops)."""
    for level in levels.nodes:
        held = level["local-as"]
        if held is not None:
            reading.all_done(held)
    node = levels.find("local-as")
    if node is None:
        return None, False, False, None
    number = next((each for each in node if asn(each.word) is not None), None)
    if number is None:
        return None, False, False, None
    words = {each.word for each in (*node, *number)}
    loops = number["loops"] or node["loops"]
    allowed = int(loops.words[0]) - 1 if loops is not None and loops.children and loops.words[0].isdecimal() else None
    return asn(number.word), "no-prepend-global-as" in words, "private" in words, allowed


def _authentication(reading: Reading, levels: _Levels) -> str:
    key = levels.value(reading, "authentication-key")
    if key is not None:
        return digest(key) or "unreadable"
    return "unreadable" if levels.value(reading, "authentication-key-chain") is not None else ""


# ---------------------------------------------------------------------------------------------------- families


def _neighbor_families(reading: Reading, levels: _Levels, version: int, loops: int) -> Iterator[NeighborFamily]:
    """What is exchanged: the families of the innermost level that names any, else that of the session's addresses."""
    holder = levels.find("family")
    exchanged = [4] if version == 4 else [6]
    if holder is not None:
        exchanged = [
            number
            for word, number in (("inet", 4), ("inet6", 6))
            if (inner := holder[word]) is not None
            and (not inner.children or inner.children.keys() & {"unicast", "any"})
        ]
    plain = _policies(reading, levels, loops)
    for each in exchanged:
        yield _families(reading, levels, each, replace(plain, version=each))


def _overlays(reading: Reading, levels: _Levels, loops: int) -> Iterator[NeighborFamily]:
    """VPN and EVPN families of the innermost level that names any family."""
    holder = levels.find("family")
    for word, kind, number in _OVERLAYS if holder is not None else ():
        inner = holder[word] if holder is not None else None
        if inner is not None and (not inner.children or inner.children.keys() & {kind, "any"}):
            yield replace(_policies(reading, levels, loops), version=number)


_OVERLAYS = (("inet-vpn", "unicast", VPNV4), ("inet6-vpn", "unicast", VPNV6), ("evpn", "signaling", EVPN))
_UNICAST = {"inet", "inet6"}


def _other_families(levels: _Levels) -> tuple[str, ...]:
    """`inet labeled-unicast` and the like, by their names."""
    holder = levels.find("family")
    known = {(word, kind) for word, kind, _ in _OVERLAYS} | {(word, "unicast") for word in _UNICAST}
    pairs = ((family.word, kind.word) for family in holder or () for kind in family)
    return tuple(sorted(" ".join(pair) for pair in pairs if pair not in known and pair[1] != "any"))


def _policies(reading: Reading, levels: _Levels, loops: int) -> NeighborFamily:
    removed = levels.find("remove-private")
    for node in levels.nodes:
        if node["remove-private"] is not None:
            reading.all_done(node["remove-private"] or node)
    metric = levels.find("metric-out")
    text = metric.words[-1] if metric is not None and metric.children else ""
    following = _following_igp(reading, metric) if metric is not None and not text.isdecimal() else ()
    if metric is not None:
        reading.all_done(metric)
    for node in levels.nodes:
        held = node["advertise-inactive"]
        reading.done(held)
    unchanged = any(node.at("multihop", "no-nexthop-change") is not None for node in levels.nodes)
    return NeighborFamily(
        4,
        import_policies=levels.policies(reading, "import"),
        export_policies=(*following, *levels.policies(reading, "export")),
        next_hop_unchanged=unchanged or levels.flag(reading, "no-nexthop-change"),
        route_reflector_client=levels.value(reading, "cluster") is not None,
        send_community=True,
        send_extended_community=True,
        send_large_community=True,
        remove_private_as=_removed(removed) if removed is not None else "",
        allowas_in=loops,
        as_override=levels.flag(reading, "as-override"),
        advertise_peer_as=levels.flag(reading, "advertise-peer-as"),
        advertise_inactive=levels.flag(reading, "advertise-inactive"),
        local_preference=_local_preference(reading, levels),
        metric_out=int(text) if text.isdecimal() else None,
        multipath=levels.find("multipath") is not None,
        source=reading.source(levels.nodes[0]),
    )


def _following_igp(reading: Reading, node: Node) -> tuple[str, ...]:
    """`metric-out igp|minimum-igp [OFFSET]`: a policy before those of export, which may set another metric."""
    offset = next((int(each.word) for each in node.walk() if each.word.removeprefix("-").isdecimal()), 0)
    name = f"metric-out igp {offset}"
    term = Term("", All(), (SetMetricFromIgp(offset),), Outcome.NEXT_TERM, reading.source(node))
    reading.draft.policies[name] = RoutePolicy(name, (term,), reading.source(node), Outcome.NEXT_POLICY)
    reading.refer("route-map", name, node, "metric-out")
    return (name,)


def _removed(node: Node) -> str:
    """`remove-private [all [replace [nearest]]] [no-peer-loop-check]` in the words of the model."""
    said = {each.word for each in node.walk()}
    words = [word for word in ("all", "replace", "nearest") if word in said] if "all" in said else ["leading"]
    return " ".join((*words, *(["peer"] if "no-peer-loop-check" in said else [])))


def _local_preference(reading: Reading, levels: _Levels) -> int | None:
    """What routes of external neighbours get; to internal ones it would be sent, which is not modelled."""
    found = levels.number(reading, "local-preference")
    kind = levels.find("type")
    for node in levels.nodes:
        held = node["local-preference"]
        if held is not None and kind is not None and "internal" in kind:
            reading.partial(held, "a preference sent to internal neighbours is not modelled")
    return found


def _families(reading: Reading, levels: _Levels, version: int, plain: NeighborFamily) -> NeighborFamily:
    """The options of `family inet unicast` (or inet6) on top of those of the neighbour."""
    made = plain
    holders = [held for node in levels.nodes if (held := node["family"]) is not None]
    for holder in reversed(holders):
        reading.done(holder)
        for family in holder:
            if family.word not in _UNICAST:
                reading.not_modelled(family, f"family {family.word} is not modelled")
                continue
            reading.done(family)
            for kind in family:
                if kind.word not in {"unicast", "any"}:
                    reading.not_modelled(kind, f"{family.word} {kind.word} is not modelled")
                    continue
                reading.done(kind)
                options = _unicast(reading, kind, made)
                made = options if (family.word == "inet") == (version == 4) else made
    return made


def _unicast(reading: Reading, node: Node, plain: NeighborFamily) -> NeighborFamily:
    limit = _limit(reading, node) or plain.maximum_prefix
    loops = reading.number(node, "loops")
    paths = node["add-path"]
    made = replace(
        plain, maximum_prefix=limit, allowas_in=plain.allowas_in if loops is None else max(0, loops - 1)
    )
    if paths is not None:
        reading.all_done(paths)
        count = paths.at("send", "path-count")
        send = f"best-{count.words[-1]}" if count is not None and count.children else plain.add_path_send
        made = replace(made, add_path_send=send, add_path_receive="receive" in paths or plain.add_path_receive)
    if reading.flag(node, "extended-nexthop"):
        made = replace(made, extended_next_hop=True)
    reading.rest(
        node, ("loops", "add-path", "prefix-limit", "accepted-prefix-limit", "extended-nexthop"), {}, _FAMILY_UNMODELLED
    )
    return made


def _limit(reading: Reading, node: Node) -> MaximumPrefix | None:
    """`prefix-limit maximum N [teardown [PERCENT]]`: without teardown it only warns."""
    for word in ("prefix-limit", "accepted-prefix-limit"):
        found = node[word]
        if found is None:
            continue
        reading.all_done(found)
        maximum = reading.number(found, "maximum")
        teardown = found["teardown"]
        if maximum is None:
            continue
        percent = next((int(each) for each in teardown.words if each.isdecimal()), 75) if teardown is not None else 75
        return MaximumPrefix(maximum, percent, teardown is None, reading.source(found))
    return None
