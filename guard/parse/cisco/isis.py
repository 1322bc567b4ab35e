"""`router isis`: one IS-IS instance of IOS, EOS or FRR. Multi-topology metrics and segment routing are not modelled."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.address import parse_prefix
from guard.model.device import Vendor
from guard.model.igp import AreaRange
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.reading import IsisSettings, Reading
from guard.parse.cisco.redistribute import redistribution
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, Table, accepted, keys
from guard.parse.context import Context
from guard.parse.line import Line


def router_isis(line: Line, context: Context, reading: Reading) -> None:
    """The header of an instance and its mode."""
    words = line.words
    process = words[2] if len(words) > 2 and words[2] != "vrf" else ""
    vrf = words[words.index("vrf") + 1] if "vrf" in words else "default"
    last = line
    while last.children:
        last = last.children[-1]
    fresh = IsisSettings(process, context.source(line, last), vrf)
    settings = reading.isis_settings.setdefault((process, vrf), fresh)
    context.done(line)
    for child in line.children:
        if child.words[0] == "vrf" and context.vendor is Vendor.NXOS:
            _vrf(child, context, reading, settings)
        else:
            _TABLE.read((child,), context, settings)


def _vrf(line: Line, context: Context, reading: Reading, outer: IsisSettings) -> None:
    """NX-OS: the instance in a VRF, with settings of its own."""
    name = context.refer("vrf", line.words[1], line, "router isis")
    fresh = IsisSettings(outer.process, context.source(line), name)
    settings = reading.isis_settings.setdefault((outer.process, name), fresh)
    context.done(line)
    _TABLE.read(line.children, context, settings)


def _distribute(line: Line, context: Context, isis: IsisSettings) -> None:
    """NX-OS `distribute level-2 into level-1 {all | route-map X}`; from level 1 into 2 all go by default."""
    words = line.words
    if words[1] == "level-2" and line.words[0] != "no":
        policy = words[words.index("route-map") + 1] if "route-map" in words else ""
        isis.values["leak_l2_to_l1"] = context.refer("route-map", policy, line, "leak") if policy else ""
        context.done(line)
    elif "route-map" in words:
        context.refer("route-map", words[-1], line, "leak")
        context.partial(line, "filters of leaking from level 1 into level 2 are not modelled")
    else:
        context.done(line)


def _reference(line: Line, context: Context, isis: IsisSettings) -> None:
    """NX-OS `reference-bandwidth N [Gbps | Mbps]`: metrics that no interface sets are made of it."""
    isis.reference = int(line.words[1]) * (1000 if line.words[-1].lower() == "gbps" else 1)
    context.done(line)


def _net(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.values["net"] = line.words[1]
    context.done(line)


def _is_type(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.values["level"] = line.words[1].removesuffix("-only")
    context.done(line)


def _metric_style(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.values["wide_metrics"] = line.words[1] != "narrow"
    if "transition" in line.words:
        context.partial(line, "both styles of metric at once are taken as wide")
    else:
        context.done(line)


def _passive(line: Line, context: Context, isis: IsisSettings) -> None:
    """IOS and EOS: `passive-interface` also puts the interface into the instance."""
    on = line.words[0] != "no"
    words = line.words[1 if on else 2 :]
    context.done(line)
    if words[0] == "default":
        isis.passive_default = on
        return
    name = named(context.vendor, words)
    context.refer("interface", name, line, "passive-interface")
    (isis.passive if on else isis.active).add(name)


def _overload(line: Line, context: Context, isis: IsisSettings) -> None:
    if "on-startup" in line.words:
        context.ignore(line, "only while the router starts; the state judged is the converged one")
        return
    isis.values["overload"] = line.words[0] != "no"
    context.done(line)


def _redistribute(line: Line, context: Context, isis: IsisSettings) -> None:
    """IOS `redistribute P … [level-N]`; FRR `redistribute ipv4
    | ipv6 P level-N …`; IOS and EOS leak `isis … into`."""
    words = line.words[1:]
    version = 6 if words[0] == "ipv6" else 4
    words = words[1:] if words[0] in {"ipv4", "ipv6"} else words
    if words[0] == "isis":
        if ("level-2" in words and words[-1] == "level-1") or "into" in words:
            policy = words[words.index("route-map") + 1] if "route-map" in words else ""
            isis.values["leak_l2_to_l1"] = context.refer("route-map", policy, line, "leak") if policy else ""
        context.partial(line, "filters of leaking between levels are not modelled whole")
        return
    found = redistribution(line, context, words, classful=False)
    if found is not None:
        isis.redistributions.append((version, found))


def _redistribute6(line: Line, context: Context, isis: IsisSettings) -> None:
    found = redistribution(line, context, line.words[1:], classful=False)
    if found is not None:
        isis.redistributions.append((6, found))


def _default(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.defaults.add(6 if "ipv6" in line.words else 4)
    if "route-map" in line.words:
        context.refer("route-map", line.words[line.words.index("route-map") + 1], line, "default-information")
        context.partial(line, "a policy on the default of IS-IS is not modelled")
    else:
        context.done(line)


def _default6(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.defaults.add(6)
    context.done(line)


def _summary(line: Line, context: Context, isis: IsisSettings) -> None:
    words = line.words[1:]
    text = words[0] if "/" in words[0] else f"{words[0]}/{words[1]}"
    isis.summaries.append(AreaRange(parse_prefix(text), context.source(line)))
    if set(words) & {"tag", "metric", "level-1", "level-2", "level-1-2"}:
        context.partial(line, "level, tag and metric of a summary are not modelled")
    else:
        context.done(line)


def _family(line: Line, context: Context, isis: IsisSettings) -> None:
    version = 6 if line.words[1] == "ipv6" else 4
    isis.families.add(version)
    context.done(line)
    (_TABLE6 if version == 6 else _TABLE).read(line.children, context, isis)


def _topology(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.values["multi_topology"] = True
    context.partial(line, "topologies of IS-IS share one set of metrics here")


def _number(field: str) -> Handler[IsisSettings]:
    def handler(line: Line, context: Context, isis: IsisSettings) -> None:
        isis.values[field] = int(line.words[1])
        context.done(line)
        if len(line.words) > 2:
            context.partial(line, "a distance for some routes is not modelled")

    return handler


def _attached(line: Line, context: Context, isis: IsisSettings) -> None:
    isis.values["attached_bit"] = False
    context.done(line)


_COMMANDS: Mapping[str, Handler[IsisSettings]] = {
    "net": _net,
    "is-type": _is_type,
    "metric-style": _metric_style,
    **keys(_passive, "passive-interface | no passive-interface | passive"),
    **keys(_overload, "set-overload-bit | no set-overload-bit"),
    "default-information originate": _default,
    "summary-address": _summary,
    "summary-prefix": _summary,
    "distribute": _distribute,
    "reference-bandwidth": _reference,
    "address-family": _family,
    **keys(_topology, "topology | multi-topology"),
    "no topology ipv4-unicast": Partly("topologies of IS-IS share one set of metrics here"),
    "distance": _number("distance"),
    "maximum-paths": _number("maximum_paths"),
    "set-attached-bit": accepted,
    **keys(_attached, "set-attached-bit route-map | no attached-bit send | attached-bit"),
    **keys(
        Ignored("timers, logs and restarts"),
        """log-adjacency-changes | lsp-gen-interval | lsp-refresh-interval | lsp-timers | spf-delay-ietf
        | max-lsp-lifetime | spf-interval | prc-interval | timers | hello | nsf | bfd | fast-flood
        | lsp-mtu | hostname | exit-address-family | exit | dynamic-hostname | ispf | partition | log
        | purge-originator | advertise-high-metrics | spf prefix-priority | adjacency-check
        | no adjacency-check | lsp-interval | area-tag | graceful-restart | nsr | skip-spf""",
    ),
    **keys(
        Partly("authentication of IS-IS is not compared in an instance"),
        "authentication | area-password | domain-password",
    ),
    **keys(
        NotModelled("this option of IS-IS is not modelled"),
        """mpls | segment-routing | distribute-list | metric | traffic-share | fast-reroute | router-id
        | advertise | protocol | mpls-te | flex-algo | shutdown | advertise passive-only
        | default-metric | interface | instance-id | authentication-type | authentication-check | flush-routes
        | summary | table-map | isolate""",
    ),
}
_TABLE: Table[IsisSettings] = Table(_COMMANDS, {"redistribute": _redistribute})
_TABLE6: Table[IsisSettings] = Table(
    _COMMANDS, {"redistribute": _redistribute6, "default-information originate": _default6}
)


def level_default(vendor: Vendor) -> str:
    """The routing level of an instance that does not say (EOS: level 2 alone)."""
    return "level-2" if vendor is Vendor.EOS else "level-1-2"
