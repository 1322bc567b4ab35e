"""`protocols ospf`, `ospf3`, `isis` and `rip` of an instance; what else stands under `protocols` is marked.

Junos exports into an IGP by a chain of policies that sees the active routes of every other protocol: one redistribution
a protocol, under the chain joined to one policy. Not modelled: import policies, rib-groups, traffic engineering.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from guard.model.address import parse_address
from guard.model.bgp import Redistribution
from guard.model.device import Interface
from guard.model.igp import (
    AreaRange,
    IsisInterface,
    IsisProcess,
    OspfArea,
    OspfInterface,
    OspfProcess,
    RipProcess,
)
from guard.model.policy import MatchProtocol, leaves
from guard.parse.junos.bgp import router_id
from guard.parse.junos.instance import Instance
from guard.parse.junos.interface import MANAGEMENT, speed
from guard.parse.junos.key import digest
from guard.parse.junos.policy_expression import joined
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

#: Junos "Route Preferences Overview".
OSPF_PREFERENCE, OSPF_EXTERNAL_PREFERENCE, RIP_PREFERENCE = 10, 150, 100
ISIS_PREFERENCES = (15, 18, 160, 165)
_EQUAL_PATHS = 16

_NOT_JUDGED = "is not judged"
_NO_LABELS = "labels are not modelled: routes follow the IGP alike"
_HARMLESS_PROTOCOLS = {
    "lldp": _NOT_JUDGED, "lldp-med": _NOT_JUDGED, "rstp": "spanning tree is not modelled", "igmp": "no multicast",
    "mstp": "spanning tree is not modelled", "stp": "spanning tree is not modelled", "igmp-snooping": "no multicast",
    "vstp": "spanning tree is not modelled", "pim": "multicast is not modelled", "msdp": "multicast is not modelled",
    "mld": "multicast is not modelled", "mld-snooping": "multicast is not modelled", "sflow": _NOT_JUDGED,
    "bfd": "liveness is taken as given", "iccp": "multi-chassis links are not modelled", "oam": _NOT_JUDGED,
    "router-advertisement": "concerns hosts", "neighbor-discovery": "concerns hosts", "lacp": _NOT_JUDGED,
    "dot1x": _NOT_JUDGED, "link-management": _NOT_JUDGED, "layer2-control": _NOT_JUDGED, "vrrp": _NOT_JUDGED,
    "dcbx": _NOT_JUDGED, "protection-group": _NOT_JUDGED, "uplink-failure-detection": _NOT_JUDGED, "telemetry": "",
    "mvrp": _NOT_JUDGED, "router-discovery": "concerns hosts", "ppp": _NOT_JUDGED, "dvmrp": "no multicast",
    "l2-learning": _NOT_JUDGED, "clock-synchronization": _NOT_JUDGED, "loop-detect": _NOT_JUDGED,
}  # fmt: skip
_LABELS = dict.fromkeys(
    ("mpls", "ldp", "rsvp", "l2circuit", "vpls", "source-packet-routing", "pcep", "evpn", "mvpn", "connections"),
    _NO_LABELS,
)
_OSPF_IGNORED = {
    "traffic-engineering": _NO_LABELS, "graceful-restart": "restarts are not judged", "spf-options": "timers",
    "no-nssa-abr": _NOT_JUDGED, "backup-spf-options": "backup paths are not modelled", "lsa-refresh-interval": "timers",
    "prefix-export-limit": "limits of exports are not modelled", "forwarding-address-to-broadcast": _NOT_JUDGED,
    "database-protection": _NOT_JUDGED, "source-packet-routing": _NO_LABELS, "spring-traffic-engineering": _NO_LABELS,
    "node-link-protection": "backup paths are not modelled", "sham-link": "", "no-domain-vpn-tag": _NOT_JUDGED,
}  # fmt: skip
_OSPF_UNMODELLED = {
    "import": "import policies of OSPF are not modelled", "rib-group": "rib-groups are not modelled",
    "topology": "topologies are not modelled", "realm": "realms of OSPFv3",
    "domain-id": "domains of VPNs are not modelled", "domain-vpn-tag": "domains of VPNs are not modelled",
    "disable": "", "sham-link": "sham links are not modelled",
}  # fmt: skip
_LINK_IGNORED = {
    "retransmit-interval": "timers are not judged", "transit-delay": "timers are not judged", "te-metric": _NO_LABELS,
    "bfd-liveness-detection": "liveness is taken as given", "link-protection": "backup paths are not modelled",
    "node-link-protection": "backup paths are not modelled", "ldp-synchronization": _NO_LABELS, "flood-reduction": "",
    "no-eligible-backup": "backup paths are not modelled", "dynamic-neighbors": "", "poll-interval": "timers",
    "no-interface-state-traps": _NOT_JUDGED, "post-convergence-lfa": "backup paths", "own-router-lsa": "",
    "strict-bfd": "liveness is taken as given", "no-advertise-adjacency-segment": _NO_LABELS, "lsp-interval": "timers",
    "csnp-interval": "timers are not judged", "hello-padding": _NOT_JUDGED, "max-arp": "", "mesh-group": "",
    "no-unicast-topology": "", "ipv4-adjacency-segment": _NO_LABELS, "ipv6-adjacency-segment": _NO_LABELS,
}  # fmt: skip
_LINK_UNMODELLED = {
    "neighbor": "neighbours of non-broadcast networks are taken as reached", "secondary": "a second area of a link",
    "demand-circuit": "demand circuits are not modelled", "topology": "topologies are not modelled",
    "ipsec-sa": "security associations are not modelled", "bandwidth-based-metrics": "metrics of bundles",
    "full-neighbors-only": "", "no-neighbor-down-notification": "",
}  # fmt: skip
_SOURCES = ("connected", "static", "ospf", "isis", "rip", "bgp", "aggregate")


def read(reading: Reading, instance: Instance) -> None:
    """Fill the draft with the IGPs of one instance."""
    protocols = instance.protocols
    if protocols is None:
        return
    reading.done(protocols)
    for word, version in (("ospf", 2), ("ospf3", 3)):
        if protocols[word] is not None:
            _ospf(reading, instance, protocols[word] or protocols, version)
    if protocols["isis"] is not None:
        _isis(reading, instance, protocols["isis"] or protocols)
    for word in ("rip", "ripng"):
        if protocols[word] is not None:
            _rip(reading, instance, protocols[word] or protocols)
    reading.rest(protocols, ("ospf", "ospf3", "isis", "bgp", "rip", "ripng"), _HARMLESS_PROTOCOLS, _LABELS)


def _redistributions(reading: Reading, node: Node, own: str) -> Iterator[Redistribution]:
    policy = joined(reading, node, "export", f"{own} export")
    if not policy:
        return
    section = node["export"] or node
    for protocol in _SOURCES:
        if protocol != own:
            yield Redistribution(protocol, reading.source(section), policy=policy)


def _units(reading: Reading, vrf: str) -> list[Interface]:
    """Interfaces that `interface all` takes in: units of the instance without those of management."""
    return [
        each
        for each in reading.draft.interfaces.values()
        if each.vrf == vrf and "." in each.name and each.name.split(".")[0] not in MANAGEMENT
    ]


def _named(reading: Reading, vrf: str, word: str, known: set[str]) -> list[str]:
    """The units that one `interface` statement means; `all` leaves those out that are named elsewhere."""
    if word == "all":
        return [each.name for each in _units(reading, vrf) if each.name not in known]
    return [word if "." in word else f"{word}.0"]


# -------------------------------------------------------------------------------------------------------- OSPF


def _ospf(reading: Reading, instance: Instance, node: Node, version: int) -> None:
    reading.done(node)
    own_id = reading.draft.router_ids.get(instance.vrf) or router_id(reading, instance.vrf)
    reference = reading.number(node, "reference-bandwidth")
    interfaces: list[OspfInterface] = []
    areas: list[OspfArea] = []
    for each in node["area"] or ():
        number = _area_number(each.word)
        if number is None:
            reading.wrong(each, f"{each.word} is no area")
            continue
        reading.done(each)
        areas.append(_area(reading, each, number))
        interfaces.extend(_area_interfaces(reading, instance.vrf, each, number))
    reading.done(node["area"])
    external = reading.number(node, "external-preference")
    internal = reading.number(node, "preference")
    rfc1583 = not reading.flag(node, "no-rfc-1583")
    reading.flag(node, "enable")
    disabled = reading.flag(node, "disable")
    reading.draft.ospf.append(
        OspfProcess(
            "",
            reading.source(node),
            vrf=instance.vrf,
            version=version,
            router_id=own_id,
            reference_bandwidth=max(1, reference // 1_000_000) if reference else 100,
            interfaces=() if disabled else tuple(interfaces),
            areas=tuple(areas),
            redistributions=tuple(_redistributions(reading, node, "ospf")),
            default_metric=0,
            distance=OSPF_PREFERENCE if internal is None else internal,
            distance_external=OSPF_EXTERNAL_PREFERENCE if external is None else external,
            maximum_paths=_EQUAL_PATHS,
            rfc1583=rfc1583,
            max_metric=_is_overloaded(reading, node["overload"]),
        )
    )
    known = ("area", "reference-bandwidth", "external-preference", "preference", "no-rfc-1583", "export", "disable",
             "enable", "overload")  # fmt: skip
    reading.rest(node, known, _OSPF_IGNORED, _OSPF_UNMODELLED)


def _is_overloaded(reading: Reading, node: Node | None) -> bool:
    """`overload`: all links at the highest metric (RFC 6987); with `timeout` only for a while after a restart."""
    if node is None:
        return False
    reading.done(node, node["timeout"], *(node["timeout"] or ()))
    reading.rest(node, ("timeout",), {"allow-route-leaking": _NOT_JUDGED}, {
        "as-external": "metrics of external routes of an overloaded router are not modelled",
        "stub-network": "metrics of stubs of an overloaded router are not modelled",
        "intra-area-prefix": "metrics of stubs of an overloaded router are not modelled",
        "inter-area-prefix": "metrics of summaries of an overloaded router are not modelled",
    })  # fmt: skip
    return "timeout" not in node


def _area_number(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if int(text) < 1 << 32 else None
    try:
        return parse_address(text).value
    except ValueError:
        return None


def _area(reading: Reading, node: Node, number: int) -> OspfArea:
    stub, nssa = node["stub"], node["nssa"]
    inner = stub if stub is not None else nssa
    reading.done(stub, nssa)
    lsa = nssa["default-lsa"] if nssa is not None else None
    cost = reading.number(stub, "default-metric") or reading.number(lsa, "default-metric")
    if lsa is not None:
        reading.all_done(lsa)
    ranges = [*_ranges(reading, node["area-range"], nssa=False)]
    if nssa is not None:
        ranges.extend(_ranges(reading, nssa["area-range"], nssa=True))
        reading.rest(nssa, ("default-lsa", "no-summaries", "area-range", "summaries"), {"summaries": ""})
    if stub is not None:
        reading.rest(stub, ("default-metric", "no-summaries"), {"summaries": ""})
    links: list[int] = []
    for each in node["virtual-link"] or ():
        reading.not_modelled(each, "virtual links are not modelled")
        links.extend(value for end in each if (value := _area_number(end.word)) is not None)
    for word in ("network-summary-export", "network-summary-import", "inter-area-prefix-export"):
        if node[word] is not None:
            reading.not_modelled(node[word] or node, "filters between areas are not modelled")
    known = ("stub", "nssa", "area-range", "interface", "virtual-link")
    reading.rest(node, known, {"label-switched-path": _NO_LABELS}, {
        "authentication-type": "authentication of a whole area is not modelled", "sham-link-remote": "sham links",
        "context-identifier": "", "no-context-identifier-advertisement": "", "peer-interface": "",
        "inter-area-prefix-import": "filters between areas are not modelled",
    })  # fmt: skip
    return OspfArea(
        number,
        kind="stub" if stub is not None else "nssa" if nssa is not None else "normal",
        no_summary=inner is not None and reading.flag(inner, "no-summaries"),
        default_cost=cost if cost is not None else 1,
        # A default route goes in where `default-metric` or `default-lsa` stands (Junos, stub and nssa).
        silent=lsa is None if nssa is not None else cost is None,
        nssa_default=lsa is not None,
        ranges=tuple(ranges),
        source=reading.source(node),
    )


def _ranges(reading: Reading, node: Node | None, *, nssa: bool) -> Iterator[AreaRange]:
    for each in node or ():
        prefix = reading.network(each)
        if prefix is None:
            continue
        reading.done(each)
        cost = reading.number(each, "override-metric")
        if each["exact"] is not None:
            reading.partial(each["exact"] or each, "an exact range is read as one that summarises")
        yield AreaRange(prefix, reading.source(each), not reading.flag(each, "restrict"), cost, nssa)
    reading.done(node)


def _area_interfaces(reading: Reading, vrf: str, area: Node, number: int) -> Iterator[OspfInterface]:
    section = area["interface"]
    reading.done(section)
    known = {word if "." in word else f"{word}.0" for word in section.words} if section is not None else set()
    for node in section or ():
        reading.done(node)
        if node.word != "all":
            reading.refer("interface", node.word, node, "ospf")
        plain = _ospf_interface(reading, node, number)
        if plain is None:
            continue
        for name in _named(reading, vrf, node.word, known):
            held = reading.draft.interfaces.get(name)
            cost = 0 if plain.cost is None and held is not None and held.kind == "loopback" else plain.cost
            yield replace(plain, interface=name, cost=cost)


_NETWORK_TYPES = {"p2p": "point-to-point", "nbma": "non-broadcast", "p2mp": "point-to-multipoint"}


def _ospf_interface(reading: Reading, node: Node, number: int) -> OspfInterface | None:
    """What one `interface` statement of an area says; None where it is disabled."""
    hello, dead = reading.number(node, "hello-interval"), reading.number(node, "dead-interval")
    kind = reading.value(node, "interface-type")
    priority = reading.number(node, "priority")
    passive = node["passive"]
    if passive is not None:
        reading.all_done(passive)
    made = OspfInterface(
        "",
        number,
        reading.source(node),
        cost=reading.number(node, "metric"),
        passive=passive is not None,
        network_type=_NETWORK_TYPES.get((kind or "").removesuffix("-over-lan"), "broadcast"),
        hello=hello,
        dead=dead,
        priority=128 if priority is None else priority,
        authentication=_ospf_key(reading, node["authentication"]),
    )
    disabled = reading.flag(node, "disable")
    known = ("hello-interval", "dead-interval", "interface-type", "priority", "passive", "metric", "authentication")
    reading.rest(node, (*known, "disable"), _LINK_IGNORED, _LINK_UNMODELLED)
    return None if disabled else made


def _ospf_key(reading: Reading, node: Node | None) -> str:
    if node is None:
        return ""
    reading.all_done(node)
    simple = reading.value(node, "simple-password")
    if simple:
        return f"simple:{digest(simple) or '?'}"
    keys = []
    for each in node["md5"] or ():
        key = reading.value(each, "key")
        if key:
            keys.append(f"{each.word}/{digest(key) or '?'}")
    return f"md5:{','.join(keys)}" if keys else ""


# ------------------------------------------------------------------------------------------------------- IS-IS


def _isis(reading: Reading, instance: Instance, node: Node) -> None:
    reading.done(node)
    levels = {number: node.at("level", str(number)) for number in (1, 2)}
    active = {number for number, inner in levels.items() if inner is None or "disable" not in inner}
    versions = frozenset({4} if "no-ipv4-routing" not in node else ()) | frozenset(
        {6} if "no-ipv6-routing" not in node else ()
    )
    reading.flag(node, "enable")
    if reading.flag(node, "disable"):
        active = set()
    interfaces = tuple(_isis_interfaces(reading, instance.vrf, node, active, versions))
    preferences = [
        reading.number(inner, "preference") or ISIS_PREFERENCES[number - 1] for number, inner in levels.items()
    ]
    for inner in node["level"] or ():
        reading.done(inner)
        for word in ("disable", "wide-metrics-only"):
            reading.flag(inner, word)
        reading.rest(inner, ("disable", "wide-metrics-only", "preference"), {
            "authentication-type": _NOT_JUDGED,
            "no-hello-authentication": "", "no-csnp-authentication": "", "no-psnp-authentication": "",
        }, {
            "external-preference": "preferences of external routes", "prefix-export-limit": "limits of exports",
            "authentication-key": "authentication of a whole level is not modelled",
        })  # fmt: skip
    reading.done(node["level"])
    overload = node["overload"]
    if overload is not None:
        reading.all_done(overload)
    # What is exported goes into all levels that run, unless a policy says `to level`.
    redistributions = tuple(replace(each, level="level-1-2") for each in _redistributions(reading, node, "isis"))
    reading.draft.isis.append(
        IsisProcess(
            "",
            reading.source(node),
            vrf=instance.vrf,
            net=_net(reading, instance.vrf, node),
            level={frozenset({1}): "level-1", frozenset({2}): "level-2"}.get(frozenset(active), "level-1-2"),
            wide_metrics=True,  # both kinds are sent, and wide ones are used; see _widest
            overload=overload is not None,
            leak_l2_to_l1=_leak(reading, node),
            interfaces=interfaces if active else (),
            redistributions=tuple((version, each) for each in redistributions for version in (4, 6)),
            distance=preferences[0],
            distance_level_2=preferences[1],
            distances_external=(ISIS_PREFERENCES[2], ISIS_PREFERENCES[3]),
            maximum_paths=_EQUAL_PATHS,
        )
    )
    for word in ("no-ipv4-routing", "no-ipv6-routing"):
        reading.flag(node, word)
    known = ("level", "interface", "export", "overload", "net", "reference-bandwidth", "disable", "enable")
    reading.rest(node, known, {
        "traffic-engineering": _NO_LABELS, "lsp-lifetime": "timers are not judged", "spf-options": "timers",
        "graceful-restart": "restarts are not judged", "max-areas": _NOT_JUDGED, "source-packet-routing": _NO_LABELS,
        "backup-spf-options": "backup paths are not modelled", "no-adjacency-holddown": "timers",
        "loose-authentication-check": _NOT_JUDGED, "purge-originator": _NOT_JUDGED, "max-lsp-size": _NOT_JUDGED,
    }, {
        "topologies": "topologies",
        "rib-group": "rib-groups are not modelled", "import": "import policies of IS-IS are not modelled",
        "multicast-topology": "multicast is not modelled", "ignore-attached-bit": "the attached bit is heeded",
        "suppress-attached-bit": "the attached bit is heeded",
        "authentication-key": "authentication of a level", "authentication-type": "authentication of a level",
        "clns-routing": "CLNS is not modelled",
    })  # fmt: skip


def _leak(reading: Reading, node: Node) -> str | None:
    """The export chain, where it speaks of routes of IS-IS: those go from level 2 into level 1 by policy alone."""
    name = joined(reading, node, "export", "isis export")
    policy = reading.draft.policies.get(name)
    terms = policy.terms if policy is not None else ()
    named = (leaf for term in terms for leaf in leaves(term.condition) if isinstance(leaf, MatchProtocol))
    return name if any("isis" in leaf.protocols for leaf in named) else None


def _isis_interfaces(
    reading: Reading, vrf: str, node: Node, active: set[int], versions: frozenset[int]
) -> Iterator[IsisInterface]:
    section = node["interface"]
    reading.done(section)
    reference = reading.number(node, "reference-bandwidth")
    known = {word if "." in word else f"{word}.0" for word in section.words} if section is not None else set()
    for each in section or ():
        reading.done(each)
        if each.word != "all":
            reading.refer("interface", each.word, each, "isis")
        disabled = reading.flag(each, "disable")
        own = set(active)
        metrics: list[int | None] = [None, None]
        passive = reading.flag(each, "passive")
        for inner in each["level"] or ():
            reading.done(inner)
            if inner.word not in {"1", "2"}:
                continue
            number = int(inner.word)
            if reading.flag(inner, "disable"):
                own.discard(number)
            metric = reading.number(inner, "metric")
            metrics[number - 1] = metrics[number - 1] if metric is None else metric
            passive = reading.flag(inner, "passive") or passive
            keys = ("hello-authentication-key", "hello-authentication-type")
            reading.rest(inner, ("disable", "metric", "passive", *keys), {
                "hello-interval": "timers are not judged", "hold-time": "timers are not judged",
                "priority": _NOT_JUDGED, "te-metric": _NO_LABELS, "ipv4-multicast-metric": "no multicast",
            }, {
                "ipv6-unicast-metric": "topologies are not modelled",
                "ipv6-multicast-metric": "topologies are not modelled", "ipv4-multicast-metric": "topologies",
            })  # fmt: skip
        reading.done(each["level"])
        point = reading.flag(each, "point-to-point")
        key = _hello_key(reading, each, own)
        loose = reading.flag(each, "no-ipv4-unicast"), reading.flag(each, "no-ipv6-unicast")
        reading.rest(each, ("disable", "passive", "level", "point-to-point"), _LINK_IGNORED, _LINK_UNMODELLED)
        if disabled or not own:
            continue
        plain = IsisInterface(
            "", reading.source(each),
            versions=versions - frozenset({4} if loose[0] else ()) - frozenset({6} if loose[1] else ()),
            level="level-1-2" if len(own) == 2 else f"level-{min(own)}", passive=passive, point_to_point=point,
            authentication=digest(key) or "?" if key else "",
        )  # fmt: skip
        widest = tuple(None if _is_wide(node, number) else _NARROW for number in (1, 2))
        for name in _named(reading, vrf, each.word, known):
            if _speaks_iso(reading, name):
                made = _on_unit(reading, replace(plain, interface=name), metrics, reference)
                one, two = (min(metric, most or metric) for metric, most in zip(made.metric, widest, strict=True))
                yield replace(made, metric=(one, two))


#: The highest metric of a link where a level is not wide alone (Junos, wide-metrics-only).
_NARROW = 63


def _is_wide(node: Node, level: int) -> bool:
    return node.at("level", str(level), "wide-metrics-only") is not None


def _hello_key(reading: Reading, node: Node, levels: set[int]) -> str | None:
    """The key of an interface's hellos: its own, or that of its levels where they have the same one."""
    key = reading.value(node, "hello-authentication-key")
    reading.value(node, "hello-authentication-type")
    inner = [node.at("level", str(level)) for level in sorted(levels)]
    found = {reading.value(each, "hello-authentication-key") for each in inner}
    for each in inner:
        reading.value(each, "hello-authentication-type")
        if len(found) > 1 and each is not None and "hello-authentication-key" in each:
            reading.not_modelled(each["hello-authentication-key"] or each, "keys that differ by level are not modelled")
    return found.pop() or key if len(found) == 1 else key


def _speaks_iso(reading: Reading, name: str) -> bool:
    """IS-IS runs where the unit has `family iso` (Junos, Configuring IS-IS); a unit that is not there is told apart."""
    interfaces = reading.tree.root["interfaces"]
    port, _, unit = name.partition(".")
    found = interfaces.at(port, "unit", unit, "family") if interfaces is not None else None
    return found is not None and "iso" in found


def _on_unit(
    reading: Reading, each: IsisInterface, metrics: list[int | None], reference: int | None
) -> IsisInterface:
    """With its metrics: 10, or from the bandwidth. A loopback is announced with cost 0 and never talks."""
    held = reading.draft.interfaces.get(each.interface)
    silent = 10
    if held is not None and held.kind == "loopback":
        each, silent = replace(each, passive=True), 0
    elif held is not None and reference:
        silent = max(1, reference // (speed(held) * 1000))
    one, two = (silent if metric is None else metric for metric in metrics)
    return replace(each, metric=(one, two))


def _net(reading: Reading, vrf: str, node: Node) -> str:
    """The NSAP of `protocols isis net`, or the first `family iso address` of the instance's interfaces."""
    stated = reading.values(node, "net")
    if stated:
        return stated[0]
    interfaces = reading.tree.root["interfaces"]
    ordered = sorted(reading.draft.interfaces.values(), key=lambda each: each.kind != "loopback")
    for each in ordered:
        name, dot, unit = each.name.partition(".")
        if each.vrf != vrf or not dot or interfaces is None:
            continue
        found = interfaces.at(name, "unit", unit, "family", "iso", "address")
        if found is not None and found.children:
            return found.words[0]
    return ""


# --------------------------------------------------------------------------------------------------------- RIP


def _rip(reading: Reading, instance: Instance, node: Node) -> None:
    """RIP is recognised: its groups with their neighbours, which are interfaces."""
    names: list[str] = []
    redistributions: list[Redistribution] = []
    for group in node["group"] or ():
        names.extend(word if "." in word else f"{word}.0" for word in (group["neighbor"] or Node("")).words)
        redistributions.extend(_redistributions(reading, group, "rip"))
    reading.not_modelled(node, "RIP is not computed")
    reading.draft.rip.append(
        RipProcess(
            reading.source(node),
            vrf=instance.vrf,
            interfaces=tuple(names),
            redistributions=tuple(redistributions),
            distance=RIP_PREFERENCE,
        )
    )
