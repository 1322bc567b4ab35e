"""Routing instances and `routing-options`: VRFs, router ids, static routes, aggregates.

Not modelled: rib-groups, instance imports, forwarding instances, multicast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from guard.model.address import DEFAULT_V4, Prefix, parse_address
from guard.model.device import AggregateRoute, StaticRoute, Vrf
from guard.parse.junos import regex
from guard.parse.junos.interface import MANAGEMENT
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

#: Junos "Route Preferences Overview".
STATIC_PREFERENCE, AGGREGATE_PREFERENCE = 5, 130

_NOT_JUDGED = "is not judged"
_OPTIONS_IGNORED = {
    "nonstop-routing": _NOT_JUDGED, "graceful-restart": "restarts are not judged", "ppm": _NOT_JUDGED,
    "multicast": "multicast is not judged", "srlg": "shared risks are in the inventory",
    "warm-standby": _NOT_JUDGED, "options": _NOT_JUDGED,
    "max-interface-supported": _NOT_JUDGED, "auto-bandwidth": _NOT_JUDGED, "flow": "flow routes are not routes",
    "dynamic-tunnels": "tunnels are not modelled", "bmp": _NOT_JUDGED, "source-routing": _NOT_JUDGED,
    "transport-class": "labels are not modelled", "route-record": _NOT_JUDGED, "med-igp-update-interval": _NOT_JUDGED,
    "validation": "origin validation takes its ROAs from the snapshot", "route-distinguisher-id": "",
}  # fmt: skip
_OPTIONS_UNMODELLED = {
    "rib-groups": "rib-groups are not modelled",
    "interface-routes": "copies of interface routes are not modelled",
    "instance-import": "imports between instances are not modelled",
    "instance-export": "exports between instances are not modelled",
    "auto-export": "leaking by route targets between local instances is computed for BGP routes alone",
    "maximum-prefixes": "limits of a routing table are not modelled",
    "maximum-paths": "limits of a routing table are not modelled",
    "multipath": "equal paths across route distinguishers are not modelled",
    "martians": "martian addresses are not modelled",
    "fate-sharing": "shared risks are in the inventory",
}
_ROUTE_IGNORED = {
    "retain": "concerns restarts of the daemon", "no-retain": "concerns restarts of the daemon",
    "active": _NOT_JUDGED, "install": _NOT_JUDGED, "color": _NOT_JUDGED,
    "apply-groups": "", "no-resolve": "",
}  # fmt: skip
_ROUTE_UNMODELLED = {
    "tag2": "tag2 is not modelled", "metric2": "metric2 is not modelled",
    "as-path": "attributes of static routes are not modelled", "no-install": "a route that is not installed",
    "passive": "passive routes are not modelled",
    "lsp-next-hop": "labels are not modelled", "static-lsp-next-hop": "labels are not modelled",
    "p2mp-lsp-next-hop": "labels are not modelled", "bfd-liveness-detection": "liveness is taken as given",
    "color": "colours are not modelled", "origin": "attributes of static routes are not modelled",
    "receive": "routes to the device itself are not modelled",
}  # fmt: skip
_PLAIN = ("preference", "metric", "tag", "resolve", "community", "no-readvertise", "readvertise")
_SKIPPED_TYPES = {"forwarding", "vpls", "l2vpn", "virtual-switch", "evpn", "layer2-control", "mac-vrf", "evpn-vpws"}


@dataclass(frozen=True, slots=True)
class Instance:
    """The global instance or a routing instance: where its `routing-options` and `protocols` are."""

    vrf: str
    node: Node

    @property
    def options(self) -> Node | None:
        return self.node["routing-options"]

    @property
    def protocols(self) -> Node | None:
        return self.node["protocols"]


def instances(reading: Reading) -> Iterator[Instance]:
    """The global instance, then every routing instance that routes."""
    root = reading.tree.root
    _assign_management(reading)
    yield Instance("default", root)
    section = root["routing-instances"]
    if section is None:
        return
    reading.done(section)
    for node in section:
        if node.word in {"apply-groups", "apply-groups-except"}:
            reading.all_done(node)
            continue
        found = node["instance-type"]
        if found is not None and _SKIPPED_TYPES & found.children.keys():
            reading.not_modelled(node, f"routing instances of type {found.words[-1]} are not modelled")
            continue
        _vrf(reading, node)
        yield Instance(node.word, node)


def _assign_management(reading: Reading) -> None:
    """`system management-instance` puts the management ports into mgmt_junos."""
    if reading.tree.root.at("system", "management-instance") is None:
        return
    for name, held in list(reading.draft.interfaces.items()):
        if name.split(".")[0] in MANAGEMENT:
            reading.draft.interfaces[name] = replace(held, vrf="mgmt_junos")
    reading.draft.vrfs.setdefault("mgmt_junos", Vrf("mgmt_junos"))


def _vrf(reading: Reading, node: Node) -> None:
    reading.done(node)
    for each in node["interface"] or ():
        reading.all_done(each)
        name = each.word if "." in each.word else f"{each.word}.0"
        held = reading.draft.interfaces.get(name)
        if held is not None:
            reading.draft.interfaces[name] = replace(held, vrf=node.word)
        reading.refer("interface", name, each, "routing instance")
    imports, exports = _targets(reading, node)
    reading.value(node, "instance-type")
    reading.draft.vrfs[node.word] = Vrf(
        node.word,
        reading.source(node),
        route_distinguisher=reading.value(node, "route-distinguisher") or "",
        import_targets=imports,
        export_targets=exports,
    )
    reading.flag(node, "vrf-table-label")
    reading.rest(
        node,
        ("interface", "instance-type", "route-distinguisher", "vrf-target", "vrf-import", "vrf-export",
         "routing-options", "protocols"),
        {"description": _NOT_JUDGED, "no-vrf-propagate-ttl": _NOT_JUDGED, "vrf-propagate-ttl": _NOT_JUDGED},
        {"bridge-domains": "bridging is not modelled", "switch-options": "switching is not modelled",
         "forwarding-options": "forwarding options are not modelled", "system": "", "vlan-id": "no routing",
         "provider-tunnel": "multicast is not modelled", "access": _NOT_JUDGED},
    )  # fmt: skip


def _targets(reading: Reading, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    section = node["vrf-target"]
    if section is None:
        return (), ()
    reading.all_done(section)
    both = tuple(each.word.removeprefix("target:") for each in section if each.word.startswith("target:"))
    wanted = [tuple(each.word.removeprefix("target:") for each in section[way] or ()) for way in ("import", "export")]
    return both + wanted[0], both + wanted[1]


# ---------------------------------------------------------------------------------------------- routing-options


def read(reading: Reading, instance: Instance) -> None:
    """Routes that stand in the configuration, and the router id."""
    options = instance.options
    if options is None:
        return
    reading.done(options)
    router_id = reading.value(options, "router-id")
    if router_id:
        try:
            reading.draft.router_ids[instance.vrf] = parse_address(router_id).value
        except ValueError:
            reading.wrong(options["router-id"] or options, f"{router_id} is no router id")
    _table(reading, instance, options)
    _autonomous_system(reading, options)
    for rib in options["rib"] or ():
        reading.done(rib)
        _table(reading, instance, rib)
        reading.rest(rib, ("static", "aggregate", "generate"), {"martians": _NOT_JUDGED}, _OPTIONS_UNMODELLED)
    _forwarding_table(reading, options["forwarding-table"])
    _resolution(reading, instance, options["resolution"])
    reading.rest(
        options,
        ("router-id", "static", "aggregate", "generate", "rib", "autonomous-system", "confederation"),
        _OPTIONS_IGNORED,
        _OPTIONS_UNMODELLED,
    )


def _autonomous_system(reading: Reading, options: Node) -> None:
    for word in ("autonomous-system", "confederation"):
        if options[word] is not None:
            reading.all_done(options[word] or options)


def _forwarding_table(reading: Reading, node: Node | None) -> None:
    """Its export policy balances load: which of equal paths a flow takes is not judged."""
    if node is None:
        return
    for name in node["export"] or ():
        reading.refer("route-map", name.word, name, "forwarding-table export")
    reading.ignore(node, "which of equal paths a flow takes is not judged")


def _resolution(reading: Reading, instance: Instance, node: Node | None) -> None:
    """`resolution rib NAME import POLICY`: routes that next hops may be resolved over."""
    if node is None:
        return
    reading.done(node)
    for rib in node["rib"] or ():
        reading.done(rib)
        names = reading.values(rib, "import")
        for name in rib["import"] or ():
            reading.refer("route-map", name.word, name, "resolution import")
        version = 6 if "inet6" in rib.word else 4
        if names:
            reading.draft.resolution_policies.append((instance.vrf, version, names))
        reading.rest(rib, ("import",), {}, {"resolution-ribs": "other tables to resolve over are not modelled"})
    reading.rest(node, ("rib",), {}, {"tracing": "", "preserve-nexthop-hierarchy": ""})


def _table(reading: Reading, instance: Instance, node: Node) -> None:
    static = node["static"]
    if static is not None:
        reading.done(static)
        defaults = static["defaults"]
        if defaults is not None:
            reading.done(defaults)
        for route in static["route"] or ():
            _static(reading, instance, route, defaults)
        reading.done(static["route"])
        reading.rest(static, ("route", "defaults"), {}, {"rib-group": "rib-groups are not modelled"})
        if defaults is not None:
            reading.rest(
                defaults, _PLAIN, _ROUTE_IGNORED, _ROUTE_UNMODELLED
            )
    for word in ("aggregate", "generate"):
        section = node[word]
        if section is not None:
            reading.done(section)
            if section["defaults"] is not None:
                reading.all_done(section["defaults"] or section)
            for route in section["route"] or ():
                _aggregate(reading, instance, route, section["defaults"], generate=word == "generate")
            reading.done(section["route"])
            reading.rest(section, ("route", "defaults"), {}, {"rib-group": "rib-groups are not modelled"})


def _prefix(reading: Reading, node: Node) -> Prefix | None:
    return DEFAULT_V4 if node.word == "default" else reading.network(node)


def _static(reading: Reading, instance: Instance, node: Node, defaults: Node | None) -> None:
    prefix = _prefix(reading, node)
    if prefix is None:
        return
    reading.done(node)
    source = reading.source(node)

    def number(word: str, silent: int) -> int:
        own, general = reading.number(node, word), reading.number(defaults, word)
        return own if own is not None else general if general is not None else silent

    recursive = reading.flag(node, "resolve") or (defaults is not None and reading.flag(defaults, "resolve"))
    if reading.flag(node, "no-resolve"):
        recursive = False
    plain = StaticRoute(
        prefix, source, vrf=instance.vrf, distance=number("preference", STATIC_PREFERENCE), recursive=recursive,
        metric=number("metric", 0), tag=number("tag", 0), communities=_communities(reading, node, defaults),
        readvertised=not _either(reading, node, defaults, ("no-readvertise", "readvertise")),
    )  # fmt: skip
    made = [
        each
        for hop in node["next-hop"] or ()
        if (each := _towards(reading, hop, plain)) is not None
    ]
    made.extend(_qualified(reading, node, plain))
    if reading.flag(node, "discard") or reading.flag(node, "reject"):
        made.append(replace(plain, discard=True))
    table = reading.value(node, "next-table")
    if table:
        made.append(replace(plain, next_vrf=table.rsplit(".inet", 1)[0] if ".inet" in table else "default"))
    reading.done(node["next-hop"])
    reading.draft.static_routes.extend(made)
    reading.rest(
        node,
        ("next-hop", "qualified-next-hop", "discard", "reject", "next-table", *_PLAIN),
        _ROUTE_IGNORED,
        _ROUTE_UNMODELLED,
    )


def _either(reading: Reading, node: Node, defaults: Node | None, words: tuple[str, str]) -> bool:
    """Whether the first of two opposite words holds: what the route says goes before what the defaults say."""
    for place in (node, defaults):
        found = [word for word in words if reading.flag(place, word)]
        if found:
            return found[-1] == words[0]
    return False


def _communities(reading: Reading, node: Node, defaults: Node | None) -> tuple[str, ...]:
    """Communities that a route bears; those of the route itself replace the defaults (`none`: it bears none)."""
    general, own = reading.values(defaults, "community"), reading.values(node, "community")
    found: set[str] = set()
    for member in own or general:
        try:
            made = regex.community(member)
        except ValueError:
            continue
        found.update(each.text for each in made if each.pattern is None)
    return tuple(sorted(found))


def _towards(reading: Reading, node: Node, plain: StaticRoute) -> StaticRoute | None:
    """The route by one next hop, which is an address or an interface."""
    reading.done(node)
    if node.word in {"0.0.0.0", "::"}:  # no gateway: packets are dropped (Batfish, static-routes)
        return replace(plain, discard=True)
    try:
        return replace(plain, next_hop=parse_address(node.word))
    except ValueError:
        name = node.word if "." in node.word else f"{node.word}.0"
        reading.refer("interface", name, node, "next hop")
        return replace(plain, interface=name)


def _qualified(reading: Reading, node: Node, plain: StaticRoute) -> Iterator[StaticRoute]:
    """Next hops with a preference of their own: a floating route each."""
    for each in node["qualified-next-hop"] or ():
        made = _towards(reading, each, plain)
        preference, metric = reading.number(each, "preference"), reading.number(each, "metric")
        interface = reading.value(each, "interface") or ""
        tag = reading.number(each, "tag")
        reading.rest(each, ("preference", "metric", "interface", "tag"), _ROUTE_IGNORED, _ROUTE_UNMODELLED)
        if made is not None:
            yield replace(
                made,
                distance=plain.distance if preference is None else preference,
                metric=plain.metric if metric is None else metric,
                tag=plain.tag if tag is None else tag,
                interface=interface or made.interface,
            )
    reading.done(node["qualified-next-hop"])


def _aggregate(reading: Reading, instance: Instance, node: Node, defaults: Node | None, *, generate: bool) -> None:
    prefix = _prefix(reading, node)
    if prefix is None:
        return
    reading.done(node, defaults)

    def number(word: str, silent: int) -> int:
        own, general = reading.number(node, word), reading.number(defaults, word)
        return own if own is not None else general if general is not None else silent

    for word in ("discard", "reject", "brief", "full", "active", "passive"):
        reading.flag(node, word)
    policies = reading.values(node, "policy")
    for each in node["policy"] or ():
        reading.refer("route-map", each.word, each, "aggregate policy")
    reading.draft.aggregates.append(
        AggregateRoute(
            prefix,
            reading.source(node),
            vrf=instance.vrf,
            distance=number("preference", AGGREGATE_PREFERENCE),
            metric=number("metric", 0),
            tag=number("tag", 0),
            policies=policies,
            generate=generate,
            communities=_communities(reading, node, defaults),
        )
    )
    known = ("discard", "reject", "brief", "full", "active", "passive", "policy", "preference", "metric", "tag",
             "community")  # fmt: skip
    reading.rest(
        node, known, _ROUTE_IGNORED,
        {"as-path": "AS paths of aggregates",
         "next-table": "routes to other tables are not modelled"},
    )  # fmt: skip
