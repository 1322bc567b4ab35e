"""`router isis`: an instance with its address families and interfaces. Segment routing and LDP are not modelled.

Metrics are narrow, and IPv6 has a topology of its own, unless the family says otherwise (IS-IS command reference,
`metric-style`, `single-topology`).
"""

from __future__ import annotations

from typing import Any

from guard.model.address import parse_prefix
from guard.model.igp import UNREADABLE, AreaRange
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.reading import IgpSettings, IsisSettings
from guard.parse.cisco.redistribute import redistribution
from guard.parse.cisco.secret import digest
from guard.parse.cisco.table import Ignored, NotModelled, first_number, malformed, unrecognised
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.reading import IgpPort, XrReading
from guard.parse.xr.words import secret_words, with_policy

#: Equal-cost paths without `maximum-paths` (IS-IS command reference; unverified).
_MAXIMUM_PATHS = 8
_METRIC = 10  # of an interface without a metric (IS-IS command reference, `metric`)
_PASSIVE_METRIC = 0  # what a passive interface's prefix is advertised with; unverified
_HARMLESS = Ignored("timers, logs and restarts")
_UNMODELLED = NotModelled("this option of IS-IS is not modelled")
_IGNORED = frozenset({
    "log", "nsr", "nsf", "lsp-gen-interval", "lsp-refresh-interval", "lsp-check-interval", "lsp-mtu",
    "max-lsp-lifetime", "hostname", "min-lsp-arrivaltime", "trace", "spf-interval", "spf", "ispf", "fast-reroute",
    "microloop", "adjacency-check", "monitor-convergence", "ucmp", "partition-detect", "hello-interval",
    "hello-multiplier", "hello-padding", "csnp-interval", "lsp-interval", "lsp", "mesh-group", "priority",
    "link-down", "retransmit-interval", "retransmit-throttle-interval", "bfd", "remote-psnp-delay", "router-id", "exit",
    "authentication-check", "lsp-fast-flood", "psnp-interval", "maximum-redistributed-prefixes",
})  # fmt: skip
_NOT_MODELLED = frozenset({
    "apply-group",
    "mpls", "segment-routing", "prefix-sid", "adjacency-sid", "distribute", "distribute-list", "flex-algo",
    "affinity-map", "affinity", "instance-id", "protocol", "srlg", "override", "advertise", "topology-id",
    "apply-weight", "route", "link-group", "weight", "auto-metric", "tag", "ignore-attached-bit", "set-attached-bit",
})  # fmt: skip


def router_isis(line: Line, context: Context, reading: XrReading) -> None:
    """The block of one instance."""
    last = line
    while last.children:
        last = last.children[-1]
    name = line.words[2]
    fresh = IsisSettings(name, context.source(line, last))
    isis = reading.isis_settings.setdefault((name, "default"), fresh)
    isis.values.setdefault("wide_metrics", False)
    isis.values.setdefault("maximum_paths", _MAXIMUM_PATHS)
    context.done(line)
    families: dict[int, int] = {}
    ports = [child for child in line.children if child.words[0].lower() == "interface"]
    for child in line.children:
        if child not in ports:
            _guarded(_command, child, context, reading, isis, families)
    for child in ports:
        _guarded(_interface, child, context, reading, isis, families)


def _guarded(reader: Any, line: Line, context: Context, *arguments: Any) -> None:
    try:
        reader(line, context, *arguments)
    except (ValueError, IndexError) as problem:
        malformed(line, context, str(problem))


def _command(line: Line, context: Context, reading: XrReading, isis: IsisSettings, families: dict[int, int]) -> None:
    """One command of the instance; `families` holds the metric of interfaces by IP version, where one is set."""
    words = line.words
    head = words[0].lower()
    if head == "address-family":
        _family(line, context, reading, isis, families)
    elif head == "net":
        isis.values["net"] = words[1]
        context.done(line)
    elif head == "is-type":
        isis.values["level"] = words[1].removesuffix("-only")
        context.done(line)
    elif head == "set-overload-bit":
        if "on-startup" in words:
            context.ignore(line, "only while the router starts; the state judged is the converged one")
        else:
            isis.values["overload"] = True
            context.done(line)
    elif head == "lsp-password":
        context.partial(line, "authentication of IS-IS is not compared in an instance")
    elif head == "vrf":
        NotModelled("IS-IS in a VRF is not modelled")(line, context, None)
    else:
        _rest(line, head, context)


def _rest(line: Line, head: str, context: Context) -> None:
    if head in _IGNORED:
        _HARMLESS(line, context, None)
    elif head in _NOT_MODELLED:
        _UNMODELLED(line, context, None)
    else:
        unrecognised(line, context)


# ------------------------------------------------------------------------------------------------ families


def _family(line: Line, context: Context, reading: XrReading, isis: IsisSettings, families: dict[int, int]) -> None:
    if line.words[2:3] == ("multicast",):
        NotModelled("multicast is not judged")(line, context, None)
        return
    version = 6 if line.words[1] == "ipv6" else 4
    isis.families.add(version)
    if version == 6:
        isis.values.setdefault("multi_topology", True)
    context.done(line)
    for child in line.children:
        _guarded(_family_command, child, context, reading, isis, families, version)


def _family_command(
    line: Line, context: Context, reading: XrReading, isis: IsisSettings, families: dict[int, int], version: int
) -> None:
    words = line.words
    head = words[0].lower()
    if head == "metric-style":
        isis.values["wide_metrics"] = isis.values["wide_metrics"] or words[1] != "narrow"
        context.done(line)
        if "transition" in words:
            context.partial(line, "both styles of metric at once are taken as wide")
    elif head == "metric":
        families[version] = first_number(words[1:])
        context.done(line)
        if "level" in words:
            context.partial(line, "a metric of interfaces for one level is taken for both")
    elif head == "single-topology":
        isis.values["multi_topology"] = False
        context.done(line)
    elif head == "redistribute":
        usage = "router isis redistribute"
        found = redistribution(line, context, with_policy(line, words[1:], reading, context, usage), classful=False)
        if found is not None:
            isis.redistributions.append((version, found))
    elif head == "default-information":
        isis.defaults.add(version)
        context.done(line)
        if "route-policy" in words:
            with_policy(line, words, reading, context, "router isis default-information")
            context.partial(line, "a policy on the default of IS-IS is not modelled")
    else:
        _family_number(line, head, context, reading, isis)


def _family_number(line: Line, head: str, context: Context, reading: XrReading, isis: IsisSettings) -> None:
    words = line.words
    if head == "summary-prefix":
        isis.summaries.append(AreaRange(parse_prefix(words[1]), context.source(line)))
        context.done(line)
        if words[2:]:
            context.partial(line, "level, tag and metric of a summary are not modelled")
    elif head in {"distance", "maximum-paths"}:
        isis.values[head.replace("-", "_")] = int(words[1])
        context.done(line)
        if words[2:]:
            context.partial(line, "a distance for some routes is not modelled")
    elif head == "propagate" and words[2] == "2":
        made = with_policy(line, words, reading, context, "router isis propagate")
        isis.values["leak_l2_to_l1"] = made[made.index("route-map") + 1] if "route-map" in made else ""
        context.done(line)
    elif head == "propagate":
        context.partial(line, "what level 1 gives to level 2 is not filtered")
    elif head == "attached-bit":
        isis.values["attached_bit"] = "never-set" not in words
        context.done(line)
    else:
        _rest(line, head, context)


# ------------------------------------------------------------------------------------------------ interfaces


def _interface(line: Line, context: Context, reading: XrReading, isis: IsisSettings, families: dict[int, int]) -> None:
    name = named(context.vendor, line.words[1:])
    context.refer("interface", name, line, "router isis interface")
    context.done(line)
    values: dict[str, Any] = {"process": isis.process, "versions": frozenset()}
    metrics: dict[int, tuple[int, int]] = {}
    for child in line.children:
        _guarded(_port_command, child, context, values, metrics)
    for version in values["versions"]:
        default = families.get(version, _PASSIVE_METRIC if values.get("passive") else _METRIC)
        metrics.setdefault(version, (default, default))
    if metrics:
        values["metric"] = metrics.get(4) or metrics[6]
    if len(set(metrics.values())) > 1:
        context.partial(line, "of two metrics by family only that of IPv4 is modelled")
    if values.pop("shutdown", False) or not values["versions"]:
        return
    reading.igp_ports.append(IgpPort(name, "isis", IgpSettings(context.source(line), values)))


def _port_command(line: Line, context: Context, values: dict[str, Any], metrics: dict[int, tuple[int, int]]) -> None:
    words = line.words
    head = words[0].lower()
    if head == "address-family":
        _port_family(line, context, values, metrics)
    elif head == "circuit-type":
        values["level"] = words[1].removesuffix("-only")
        context.done(line)
    elif head == "passive":
        values["passive"] = True
        context.done(line)
    elif head == "point-to-point":
        values["point_to_point"] = True
        context.done(line)
    elif head == "shutdown":
        values["shutdown"] = True
        context.done(line)
    elif head == "suppressed":
        context.not_implemented(line, "the prefix of the interface is advertised by the model all the same")
    elif head == "hello-password":
        kind = next((word for word in words[1:] if word in {"hmac-md5", "text", "keychain", "accepts"}), "hmac-md5")
        body = secret_words(tuple(word for word in words[1:] if word != kind))
        values["authentication"] = f"{kind}:{digest(body, type_7=True) or UNREADABLE}"
        context.partial(line, "IS-IS authentication is compared by the words that configure it")
    else:
        _rest(line, head, context)


def _port_family(line: Line, context: Context, values: dict[str, Any], metrics: dict[int, tuple[int, int]]) -> None:
    if line.words[2:3] == ("multicast",):
        NotModelled("multicast is not judged")(line, context, None)
        return
    version = 6 if line.words[1] == "ipv6" else 4
    context.done(line)
    values["versions"] |= {version}
    for child in line.children:
        words = child.words
        if words[0] == "metric" and words[1].isdecimal():
            number, level = int(words[1]), words[3] if words[2:3] == ("level",) else ""
            one, two = metrics.get(version, (_METRIC, _METRIC))
            metrics[version] = (number if level != "2" else one, number if level != "1" else two)
            context.done(child)
        elif words[0] == "metric":
            context.partial(child, "the highest metric of all is not modelled")
        elif words[0] == "disable":
            values["versions"] -= {version}
            context.done(child)
        else:
            _rest(child, words[0].lower(), context)
