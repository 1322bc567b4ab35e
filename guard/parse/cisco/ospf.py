"""`router ospf`, `ipv6 router ospf`, `router ospfv3`, `router ospf6`: one process in any of the three syntaxes.

Not modelled: sham links, multi-topology, segment routing, MPLS; timers are ignored on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from guard.model.address import Prefix, mask_length, parse_address, parse_prefix, prefix_of
from guard.model.device import Vendor
from guard.model.igp import AreaRange, DefaultInformation
from guard.parse.cisco.interface_igp import area_number
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.reading import NetworkStatement, OspfSettings, Reading
from guard.parse.cisco.redistribute import needs_subnets, redistribution
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, Table, accepted, first_number, keys
from guard.parse.context import Context
from guard.parse.line import Line


def router_ospf(line: Line, context: Context, reading: Reading) -> None:
    """The header of a process and its mode."""
    words = tuple(word.lower() for word in line.words)
    version = 3 if words[0] == "ipv6" or words[1] in {"ospfv3", "ospf6"} else 2
    at = words.index("ospf") if "ospf" in words else 1
    process = words[at + 1] if len(words) > at + 1 and words[at + 1].isdecimal() else ""
    if context.vendor is Vendor.NXOS:
        process = line.words[2]
    vrf = line.words[words.index("vrf") + 1] if "vrf" in words else "default"
    if vrf != "default":
        context.refer("vrf", vrf, line, "router ospf")
    settings = _settings(reading, context, line, version=version, process=process, vrf=vrf)
    context.done(line)
    _block(line, context, reading, settings)


def _block(line: Line, context: Context, reading: Reading, settings: OspfSettings) -> None:
    for child in line.children:
        if child.words[0] == "address-family":
            _family(child, context, reading, settings)
        elif child.words[0] == "vrf" and context.vendor is Vendor.NXOS:
            _vrf(child, context, reading, settings)
        else:
            _TABLE.read((child,), context, settings)


def _vrf(line: Line, context: Context, reading: Reading, outer: OspfSettings) -> None:
    """NX-OS: the process in a VRF, with settings of its own."""
    vrf = context.refer("vrf", line.words[1], line, "router ospf")
    settings = _settings(reading, context, line, version=outer.version, process=outer.process, vrf=vrf)
    context.done(line)
    _block(line, context, reading, settings)


def _settings(reading: Reading, context: Context, line: Line, *, version: int, process: str, vrf: str) -> OspfSettings:
    last = line
    while last.children:
        last = last.children[-1]
    source = context.source(line, last)
    return reading.ospf_settings.setdefault((version, process, vrf), OspfSettings(process, version, vrf, source))


def _family(line: Line, context: Context, reading: Reading, settings: OspfSettings) -> None:
    """`address-family ipv6 [unicast] [vrf X]` of OSPFv3 (IOS, EOS)."""
    if line.words[1] != "ipv6":
        NotModelled("OSPFv3 for IPv4 is not modelled")(line, context, settings)
        return
    context.done(line)
    if "vrf" in line.words:
        vrf = line.words[line.words.index("vrf") + 1]
        settings = _settings(reading, context, line, version=3, process=settings.process, vrf=vrf)
    _TABLE.read(line.children, context, settings)


def _prefix(words: tuple[str, ...]) -> tuple[Prefix, tuple[str, ...]]:
    """`P/len` or `A MASK`, and what follows."""
    if "/" in words[0]:
        return parse_prefix(words[0]), words[1:]
    return prefix_of(parse_address(words[0]), mask_length(words[1])), words[2:]


def _router_id(line: Line, context: Context, ospf: OspfSettings) -> None:
    ospf.values["router_id"] = parse_address(line.words[-1]).value
    context.done(line)


def _network(line: Line, context: Context, ospf: OspfSettings) -> None:
    """IOS `network A WILDCARD area N`; EOS and FRR `network P/len area N`."""
    words = line.words[1:]
    if "/" in words[0]:
        prefix = parse_prefix(words[0])
        value, mask, words = prefix.value, (1 << (32 - prefix.length)) - 1, words[1:]
    else:
        value, mask, words = parse_address(words[0]).value, parse_address(words[1]).value, words[2:]
        if (
            context.vendor is Vendor.IOS
            and mask
            and mask ^ 0xFFFFFFFF
            and not (mask ^ 0xFFFFFFFF) & ((mask ^ 0xFFFFFFFF) + 1)
        ):
            # IOS takes a netmask for what it looks like and turns it around (`network 10.0.0.0 255.0.0.0` is stored
            # as 0.255.255.255)
            mask ^= 0xFFFFFFFF
    if words[0] != "area":
        raise ValueError("no area")
    ospf.networks.append(NetworkStatement(value & ~mask, mask, area_number(words[1]), context.source(line)))
    context.done(line)


def _passive(line: Line, context: Context, ospf: OspfSettings) -> None:
    """`[no] passive-interface default | NAME`; `default` sets all interfaces anew, those named before too."""
    on = line.words[0] != "no"
    words = line.words[1 if on else 2 :]
    context.done(line)
    if words[0] == "default":
        ospf.passive_default = on
        ospf.passive.clear()
        ospf.active.clear()
        return
    name = named(context.vendor, words)
    context.refer("interface", name, line, "passive-interface")
    (ospf.passive if on else ospf.active).add(name)
    (ospf.active if on else ospf.passive).discard(name)
    if len(words) > 1 and words[1].count(".") == 3:
        context.partial(line, "an address of an interface alone is not told apart")


# ------------------------------------------------------------------------------------------------ areas

AreaOption = Callable[[tuple[str, ...], Line, Context, dict[str, Any]], None]


def _area(line: Line, context: Context, ospf: OspfSettings) -> None:
    words = tuple(word.lower() for word in line.words)
    number = area_number(words[1])
    values = ospf.areas.setdefault(number, {"source": context.source(line)})
    option = _AREA_OPTIONS.get(words[2])
    if option is None:
        context.unrecognised(line)
        return
    context.done(line)
    option(line.words[2:], line, context, values)
    for child in line.children:
        context.not_implemented(child, "what stands below an area is not modelled")


def _stub(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    values["kind"] = "stub"
    values["no_summary"] = values.get("no_summary", False) or "no-summary" in words
    if "no-ext-capability" in words:
        context.partial(line, "no-ext-capability is not modelled")


_NSSA = {"no-summary": "no_summary", "no-redistribution": "no_redistribution",
         "default-information-originate": "nssa_default"}  # fmt: skip


def _nssa(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    values["kind"] = "nssa"
    text = " ".join(words)
    for word in words[1:]:
        if word in _NSSA:
            values[_NSSA[word]] = True
    if "always" in words or "translate-always" in words:
        values["translate"] = "always"
    if "never" in words or "translate-never" in words:
        values["translate"] = "never"
    if "suppress-fa" in words:
        values["suppress_forwarding_address"] = True
    if set(words) & {"metric", "metric-type", "nssa-only"}:
        context.partial(line, f"`{text}`: metric and type of the NSSA default are not modelled")


def _range(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    prefix, options = _prefix(words[1:])
    at = options.index("cost") + 1 if "cost" in options else 0
    span = AreaRange(
        prefix,
        context.source(line),
        advertise="not-advertise" not in options,
        cost=int(options[at]) if at else None,
    )
    values["ranges"] = (*values.get("ranges", ()), span)
    if "substitute" in options:
        context.partial(line, "a substituted prefix is not modelled")


def _default_cost(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    values["default_cost"] = int(words[1])


def _virtual_link(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    remote = parse_address(words[1]).value
    links = values.get("virtual_links", ())
    values["virtual_links"] = links if remote in links else (*links, remote)


def _area_authentication(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    values["auth_kind"] = "md5" if "message-digest" in words else "simple"
    if "ipsec" in words:
        context.partial(line, "IPsec of OSPFv3 is not compared")


def _filter_list(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    """`filter-list prefix NAME in | out`; FRR also `import-list`/`export-list NAME` with an access list."""
    if words[0] == "filter-list":
        kind, name, direction = words[1].replace("prefix", "prefix-list"), words[2], words[3]
    else:
        kind, name, direction = "acl", words[1], "in" if words[0] == "import-list" else "out"
    if kind not in {"prefix-list", "acl"}:
        context.partial(line, "this filter between areas is not modelled")
        return
    context.refer(kind, name, line, "area filter")
    values["import_filter" if direction == "in" else "export_filter"] = name if kind == "prefix-list" else f"acl {name}"


def _area_unmodelled(words: tuple[str, ...], line: Line, context: Context, values: dict[str, Any]) -> None:
    context.not_implemented(line, "this option of an area is not modelled")


_AREA_OPTIONS: Mapping[str, AreaOption] = {
    "stub": _stub,
    "nssa": _nssa,
    "range": _range,
    "default-cost": _default_cost,
    "virtual-link": _virtual_link,
    "authentication": _area_authentication,
    "filter-list": _filter_list,
    "import-list": _filter_list,
    "export-list": _filter_list,
    **dict.fromkeys(
        ("shortcut", "sham-link", "filter", "encryption", "capability", "flood-reduction"), _area_unmodelled
    ),
}

# ------------------------------------------------------------------------------------------------ routes in and out


def _redistribute(line: Line, context: Context, ospf: OspfSettings) -> None:
    classful = needs_subnets(context, ospf.version)
    found = redistribution(line, context, line.words[1:], classful=classful)
    if found is None:
        return
    ospf.redistributions.append(found)
    if not found.subnets and found.protocol != "ospf":
        context.warn(line, "only classful networks are redistributed without `subnets`")


def _no_redistribute(line: Line, context: Context, ospf: OspfSettings) -> None:
    """`no redistribute PROTOCOL [PROCESS] …`: what stood above it."""
    found = redistribution(line, context, line.words[2:], classful=False)
    if found is not None:
        same = (found.protocol, found.process)
        ospf.redistributions = [each for each in ospf.redistributions if (each.protocol, each.process) != same]


def _default_information(line: Line, context: Context, ospf: OspfSettings) -> None:
    words = tuple(word.lower() for word in line.words)
    values: dict[str, Any] = {"always": "always" in words}
    if "metric" in words:
        values["metric"] = int(words[words.index("metric") + 1])
    if "metric-type" in words:
        values["metric_type"] = int(words[words.index("metric-type") + 1])
    if "route-map" in words:
        name = line.words[words.index("route-map") + 1]
        values["policy"] = context.refer("route-map", name, line, "default-information originate")
    ospf.default_information = DefaultInformation(context.source(line), **values)
    context.done(line)


def _summary(line: Line, context: Context, ospf: OspfSettings) -> None:
    at = 2 if line.words[0] == "ipv6" else 1
    if line.words[0] == "summary-prefix":
        at = 1
    prefix, options = _prefix(line.words[at:])
    hidden = bool(set(options) & {"not-advertise", "no-advertise"})
    ospf.summaries.append(AreaRange(prefix, context.source(line), advertise=not hidden))
    if set(options) - {"not-advertise", "no-advertise"}:
        context.partial(line, "the tag of a summary is not modelled")
    else:
        context.done(line)


def _max_metric(line: Line, context: Context, ospf: OspfSettings) -> None:
    words = line.words
    if "on-startup" in words or "on-shutdown" in words or "startup" in words:
        context.ignore(line, "only while the router starts or stops; the state judged is the converged one")
        return
    ospf.values["max_metric"] = True
    context.done(line)
    if "include-stub" in words:
        ospf.values["max_metric_stub"] = True
    if "external-lsa" in words:
        following = words[words.index("external-lsa") + 1 :]
        ospf.values["max_metric_external"] = int(following[0]) if following and following[0].isdecimal() else 16711680
    if "summary-lsa" in words:
        context.partial(line, "metrics of summaries of a router with max-metric are not modelled")


_DISTANCES = {"intra-area": "distance", "inter-area": "distance_inter", "external": "distance_external"}


def _distance(line: Line, context: Context, ospf: OspfSettings) -> None:
    """`distance N`; `distance ospf {intra-area | inter-area | external N}…` (FRR writes ospf6 for IPv6)."""
    words = line.words[1:]
    if words[0].isdecimal():
        ospf.values["distance"] = int(words[0])
        context.done(line)
        if len(words) > 1:
            context.partial(line, "a distance for some sources is not modelled")
        return
    for kind, number in zip(words[1::2], words[2::2], strict=False):
        ospf.values[_DISTANCES.get(kind, "distance")] = int(number)
    context.done(line)


def _distribute_list(line: Line, context: Context, ospf: OspfSettings) -> None:
    """`distribute-list {prefix NAME | route-map NAME | ACL} in`."""
    words = line.words[1:]
    kinds = {"prefix": "prefix-list", "prefix-list": "prefix-list", "route-map": "route-map"}
    kind = kinds.get(words[0].lower(), "acl")
    name = words[0] if kind == "acl" else words[1]
    context.refer(kind, name, line, "distribute-list", 6 if ospf.version == 3 else 4)
    if words[-1].lower() != "in":
        context.not_implemented(line, "filters on what is redistributed, or on one interface, are not modelled here")
        return
    ospf.values["distribute_list_in"] = f"{kind} {name}"
    context.done(line)


def _integer(field: str) -> Handler[OspfSettings]:
    def handler(line: Line, context: Context, ospf: OspfSettings) -> None:
        ospf.values[field] = first_number(line.words[1:])
        context.done(line)

    return handler


def _reference(line: Line, context: Context, ospf: OspfSettings) -> None:
    """`auto-cost reference-bandwidth N`, in Mbit/s; NX-OS also `N Gbps`."""
    unit = 1000 if line.words[-1].lower() == "gbps" else 1
    ospf.values["reference_bandwidth"] = first_number(line.words[1:]) * unit
    context.done(line)


def _neighbor(line: Line, context: Context, ospf: OspfSettings) -> None:
    """`neighbor A [priority N] [poll-interval N] [cost N] [database-filter all]` of networks without multicast."""
    negated = line.words[0] == "no"
    words = tuple(word.lower() for word in line.words[2 if negated else 1 :])
    address = parse_address(words[0])
    others = tuple(each for each in ospf.values.get("neighbors", ()) if each != address)
    ospf.values["neighbors"] = others if negated else (*others, address)
    if ospf.version == 3 or {"cost", "database-filter"}.intersection(words):
        context.partial(line, "costs and filters of one neighbour, and neighbours of OSPFv3, are not modelled")
    else:
        context.done(line)


def _shutdown(line: Line, context: Context, ospf: OspfSettings) -> None:
    ospf.shutdown = line.words[0] != "no"
    context.done(line)


def _prefix_suppression(line: Line, context: Context, ospf: OspfSettings) -> None:
    ospf.prefix_suppression = line.words[0] != "no"
    context.done(line)


def _rfc1583(line: Line, context: Context, ospf: OspfSettings) -> None:
    ospf.values["rfc1583"] = line.words[0] != "no"
    context.done(line)


def _interface_area(line: Line, context: Context, ospf: OspfSettings) -> None:
    """FRR's older OSPFv3 form: `interface NAME area N`."""
    name = named(context.vendor, line.words[1:2])
    ospf.interface_areas[name] = (area_number(line.words[3]), context.source(line))
    context.refer("interface", name, line, "ospf6 interface")
    context.done(line)


_TABLE: Table[OspfSettings] = Table(
    keys(_router_id, "router-id | ospf router-id | ospf6 router-id"),
    {"network": _network, "area": _area, "interface": _interface_area},
    keys(_passive, "passive-interface | no passive-interface"),
    {"redistribute": _redistribute, "no redistribute": _no_redistribute},
    {"default-information originate": _default_information},
    keys(_summary, "summary-address | summary-prefix | ipv6 summary-address"),
    keys(_max_metric, "max-metric router-lsa | stub-router administrative | stub-router"),
    {"distance": _distance, "distribute-list": _distribute_list},
    keys(_prefix_suppression, "prefix-suppression | no prefix-suppression"),
    keys(_shutdown, "shutdown | no shutdown"),
    keys(_neighbor, "neighbor | no neighbor"),
    {"maximum-paths": _integer("maximum_paths"), "default-metric": _integer("default_metric")},
    {"auto-cost reference-bandwidth": _reference},
    keys(
        _rfc1583,
        "compatible rfc1583 | no compatible rfc1583 | ospf rfc1583compatibility | no ospf rfc1583compatibility"
        " | rfc1583compatibility | no rfc1583compatibility",
    ),
    keys(
        Ignored("timers, logs and restarts"),
        """log-adjacency-changes | log-adjacency | timers | bfd | nsf | nsr | graceful-restart
        | graceful-restart-helper | max-lsa | ispf | incremental-spf | refresh timer | aggregation timer
        | detail | write-multiplier | snmp | queue-depth | capability opaque | capability lls
        | ospf opaque-lsa | opaque-lsa | ospf write-multiplier | event-log | limit | process-min-time
        | nssa-area-event | redistribute maximum-prefix | lsa-group | exit | exit-address-family
        | adjacency | dn-bit-ignore | ospf name-lookup | discard-route | interface-id | no auto-cost
        | no capability | logging | proactive-arp | name-lookup | flush-routes
        | bfd all-interfaces | no discard-route | area-event | prefix-priority""",
    ),
    keys(
        NotModelled("this option of OSPF is not modelled"),
        """mpls | segment-routing | mpls-te | router-info | pce | domain-id | domain-tag
        | capability | traffic-share | topology | fast-reroute | microloop | local-rib-criteria
        | auto-cost | tunnel | point-to-point | traffic-engineering | distribute link-state | router-lsa
        | node-segment | ospf | ospf6 | default-information | flood-reduction | max-metric | no ospf
        | ttl-security | instance | address-family | bandwidth | table-map | isolate | down-bit-ignore""",
    ),
    {"ospf abr-type cisco": accepted, "ospf abr-type": Partly("only Cisco's kind of area border router is modelled")},
    {"default-information": NotModelled("this form of the default is not modelled")},
)


def ospf_command(line: Line, context: Context, ospf: OspfSettings) -> None:
    """One command of a process's mode, for grammars that write the same in another place."""
    _TABLE.read((line,), context, ospf)
