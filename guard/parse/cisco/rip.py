"""`router rip` of IOS and FRR (RFC 2453). Offset lists, filters and authentication are not modelled."""

from __future__ import annotations

from guard.model.address import class_of, parse_prefix
from guard.model.device import Vendor
from guard.model.igp import RipProcess
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.reading import InterfaceSettings, Reading, RipSettings
from guard.parse.cisco.redistribute import redistribution
from guard.parse.cisco.table import Ignored, Partly, Table, keys
from guard.parse.context import Context
from guard.parse.line import Line


def router_rip(line: Line, context: Context, reading: Reading) -> None:
    """The header of the process and its mode."""
    words = line.words
    vrf = context.refer("vrf", words[3], line, "router rip") if len(words) > 3 and words[2] == "vrf" else "default"
    context.done(line)
    _TABLE.read(line.children, context, _settings(line, context, reading, vrf))


def _settings(line: Line, context: Context, reading: Reading, vrf: str) -> RipSettings:
    fresh = RipSettings(vrf, context.source(line), reading, auto_summary=context.vendor is Vendor.IOS)
    return reading.rip_settings.setdefault(vrf, fresh)


def _family(line: Line, context: Context, rip: RipSettings) -> None:
    """IOS: the process in a VRF, with settings of its own."""
    name = context.refer("vrf", line.words[3], line, "router rip")
    context.done(line)
    _TABLE.read(line.children, context, _settings(line, context, rip.reading, name))


def _network(line: Line, context: Context, rip: RipSettings) -> None:
    """IOS: a classful network; FRR: a prefix, or the name of an interface."""
    word = line.words[1]
    if not word[0].isdigit():
        rip.named.add(named(context.vendor, line.words[1:]))
    elif "/" in word:
        rip.networks.append(parse_prefix(word))
    else:
        rip.networks.append(class_of(parse_prefix(f"{word}/32")))
    context.done(line)


def _passive(line: Line, context: Context, rip: RipSettings) -> None:
    on = line.words[0] != "no"
    words = line.words[2 if not on else 1 :]
    context.done(line)
    if words[0] == "default":
        rip.passive_default = on
    else:
        name = named(context.vendor, words)
        context.refer("interface", name, line, "passive-interface")
        (rip.passive if on else rip.active).add(name)


def _redistribute(line: Line, context: Context, rip: RipSettings) -> None:
    words = tuple(word for word in line.words[1:] if word != "transparent")
    found = redistribution(line, context, words, classful=False)
    if found is not None:
        rip.redistributions.append(found)


def _version(line: Line, context: Context, rip: RipSettings) -> None:
    rip.version = int(line.words[1])
    context.done(line)


def _summary(line: Line, context: Context, rip: RipSettings) -> None:
    rip.auto_summary = line.words[0] != "no"
    context.done(line)


def _default(line: Line, context: Context, rip: RipSettings) -> None:
    rip.default_information = True
    if "route-map" in line.words:
        context.partial(line, "a policy on the default of RIP is not modelled")
    else:
        context.done(line)


def _paths(line: Line, context: Context, rip: RipSettings) -> None:
    """IOS `maximum-paths N`; FRR `allow-ecmp`."""
    rip.max_paths = int(line.words[1]) if len(line.words) > 1 and line.words[1].isdecimal() else 64
    context.done(line)


def _distance(line: Line, context: Context, rip: RipSettings) -> None:
    """`distance N`, or FRR's `distance N SOURCE [ACL]` for what a neighbour says."""
    if len(line.words) == 2:
        rip.distance = int(line.words[1])
        context.done(line)
    elif len(line.words) in (3, 4) and "/" in line.words[2]:
        acl = context.refer("acl", line.words[3], line, "rip distance") if len(line.words) == 4 else ""
        rip.distances.append((parse_prefix(line.words[2]), int(line.words[1]), acl))
        context.done(line)
    else:
        context.not_implemented(line, "a distance for some routes of RIP is not modelled")


def _neighbor(line: Line, context: Context, rip: RipSettings) -> None:
    """Updates go to this router itself, over a passive interface too (RFC 2453 4.3)."""
    rip.neighbors.append(parse_prefix(f"{line.words[1]}/32").first)
    context.done(line)


def _number(field: str, line: Line, context: Context, rip: RipSettings) -> None:
    setattr(rip, field, int(line.words[1]))
    if len(line.words) > 2:
        context.partial(line, f"{line.words[0]} for some routes is not modelled")
    else:
        context.done(line)


_TABLE: Table[RipSettings] = Table(
    {
        "network": _network,
        **keys(_passive, "passive-interface | no passive-interface"),
        "redistribute": _redistribute,
        "version": _version,
        **keys(_summary, "auto-summary | no auto-summary"),
        "default-information originate": _default,
        **keys(_paths, "maximum-paths | allow-ecmp"),
        "default-metric": lambda line, context, rip: _number("default_metric", line, context, rip),
        "distance": _distance,
        "neighbor": _neighbor,
        "address-family ipv4 vrf": _family,
        **keys(Ignored("leaves the mode"), "exit | exit-address-family"),
        **keys(Ignored("timers do not change the converged state"), "timers | output-delay | flash-update-threshold"),
        **keys(Ignored("how updates are checked and queued"), "validate-update-source | input-queue | bfd"),
    },
    keys(
        Partly("RIP is computed without it"),
        "offset-list | distribute-list | traffic-share | route | default-information | key | host-route",
    ),
)


def rip_process(rip: RipSettings, reading: Reading) -> RipProcess:
    """The process over the interfaces that it runs on."""
    running = [each for each in reading.settings.values() if each.vrf == rip.vrf and _runs(each, rip)]
    passive = [each.name for each in running if _is_passive(each, rip)]
    return RipProcess(
        source=rip.source,
        vrf=rip.vrf,
        version=rip.version,
        interfaces=tuple(each.name for each in running),
        passive=tuple(passive),
        redistributions=tuple(rip.redistributions),
        default_information=rip.default_information,
        default_metric=rip.default_metric,
        distance=rip.distance,
        distances=tuple(rip.distances),
        neighbors=tuple(rip.neighbors),
        max_paths=rip.max_paths if rip.max_paths is not None else _PATHS.get(reading.vendor, 1),
        auto_summary=rip.auto_summary,
    )


#: IOS shares over four paths; FRR takes one unless `allow-ecmp` is set.
_PATHS = {Vendor.IOS: 4}


def _runs(settings: InterfaceSettings, rip: RipSettings) -> bool:
    held = [each.address for each in settings.addresses() if each.address.version == 4]
    return settings.name in rip.named or any(network.contains(each) for each in held for network in rip.networks)


def _is_passive(settings: InterfaceSettings, rip: RipSettings) -> bool:
    return settings.name in rip.passive or (rip.passive_default and settings.name not in rip.active)
