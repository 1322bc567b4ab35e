"""`router eigrp` of IOS (classic and named mode) and NX-OS, `ipv6 router eigrp` of IOS (RFC 7868).

Not modelled: authentication, offset lists, unicast neighbours, summary metrics, routes that come and go by
`default-information`; a lower limit of hops. Timers are ignored on purpose.
Sources: IOS IP Routing: EIGRP Command Reference; Nexus 9000 NX-OS Unicast Routing Configuration Guide, "EIGRP".
"""

from __future__ import annotations

from dataclasses import dataclass

from guard.model.address import class_of, parse_address, parse_prefix
from guard.model.device import Vendor
from guard.model.eigrp import STUB, WEIGHTS, EigrpFilter
from guard.model.vector import typed
from guard.parse.cisco.interface_eigrp import PORT, prefix_and_rest, summary
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.number import between
from guard.parse.cisco.reading import EigrpPort, EigrpSettings, Reading
from guard.parse.cisco.redistribute import redistribution
from guard.parse.cisco.table import Ignored, NotModelled, Partly, Table, accepted, keys
from guard.parse.context import Context
from guard.parse.line import Line


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command of the process stands; `name`: as its header calls it."""

    reading: Reading
    settings: EigrpSettings
    name: str


def router_eigrp(line: Line, context: Context, reading: Reading) -> None:
    """`router eigrp N|NAME`, `ipv6 router eigrp N`, and the mode below."""
    version = 6 if line.words[0] == "ipv6" else 4
    name = line.words[-1]
    number = between(name, 1, 65535) if name.isdecimal() else None
    context.done(line)
    settings = _settings(line, context, reading, (version, name, "default"))
    settings.asn = number
    settings.named = number is None and context.vendor is Vendor.IOS
    _TABLE.read(line.children, context, Place(reading, settings, name))


def _settings(line: Line, context: Context, reading: Reading, key: tuple[int, str, str]) -> EigrpSettings:
    version, process, vrf = key
    return reading.eigrp_settings.setdefault(key, EigrpSettings(process, version, vrf, context.source(line)))


# ------------------------------------------------------------------------------------------------ families and VRFs


def _family(line: Line, context: Context, place: Place) -> None:
    """IOS `address-family ipv4|ipv6 [unicast] [vrf X] [autonomous-system N]`; NX-OS `address-family ipv4|ipv6 unicast`.

    In named mode a family is a process of its own; in classic mode that of a VRF is.
    """
    words = line.words
    if "multicast" in words:
        NotModelled("multicast is not judged")(line, context, place)
        return
    version = 6 if words[1] == "ipv6" else 4
    vrf = context.refer("vrf", words[words.index("vrf") + 1], line, "router eigrp") if "vrf" in words else "default"
    context.done(line)
    if context.vendor is Vendor.NXOS:
        settings = _settings(line, context, place.reading, (version, place.name, place.settings.vrf))
        settings.around = place.settings if settings is not place.settings else settings.around
    else:
        number = _number_of(line)
        settings = _settings(line, context, place.reading, (version, number or place.name, vrf))
        settings.named = not place.name.isdecimal()
        settings.around = place.settings if settings.named else None
        settings.asn = int(number) if number else None
    _TABLE.read(line.children, context, Place(place.reading, settings, place.name))


def _number_of(line: Line) -> str:
    """The AS of a family: in its header, or in a line below."""
    if "autonomous-system" in line.words:
        return line.words[line.words.index("autonomous-system") + 1]
    below = [child.words[1] for child in line.children if child.words[0] == "autonomous-system"]
    return below[-1] if below else ""


def _vrf(line: Line, context: Context, place: Place) -> None:
    """NX-OS: the process in a VRF, with settings of its own."""
    name = context.refer("vrf", line.words[1], line, "router eigrp")
    settings = _settings(line, context, place.reading, (4, place.name, name))
    settings.around = place.settings
    context.done(line)
    _TABLE.read(line.children, context, Place(place.reading, settings, place.name))


def _as_number(line: Line, context: Context, place: Place) -> None:
    place.settings.asn = between(line.words[1], 1, 65535)
    context.done(line)


def _topology(line: Line, context: Context, place: Place) -> None:
    """`topology base` of named mode: what elsewhere stands in the family itself."""
    if line.words[1:] != ("base",):
        NotModelled("topologies beside the base are not modelled")(line, context, place)
        return
    context.done(line)
    _TABLE.read(line.children, context, place)


def _af_interface(line: Line, context: Context, place: Place) -> None:
    """`af-interface NAME|default` of named mode."""
    context.done(line)
    if line.words[1] == "default":
        port = place.settings.everywhere
    else:
        name = named(context.vendor, line.words[1:])
        context.refer("interface", name, line, "af-interface")
        port = place.settings.port(name)
    _PORT.read(line.children, context, port)


# ------------------------------------------------------------------------------------------------ where it runs


def _network(line: Line, context: Context, place: Place) -> None:
    """IOS `network A [WILDCARD]`, classful without one; NX-OS `network P/len`."""
    words = line.words[1:]
    if "/" in words[0]:
        prefix = parse_prefix(words[0])
        value, mask = prefix.value, (1 << 32 - prefix.length) - 1
    elif len(words) == 1:
        prefix = class_of(parse_prefix(f"{words[0]}/32"))
        value, mask = (0, _ALL) if words[0] == "0.0.0.0" else (prefix.value, (1 << 32 - prefix.length) - 1)
    else:
        value, mask = parse_address(words[0]).value, parse_address(words[1]).value
        inverted = mask ^ _ALL
        if mask and inverted and not inverted & (inverted + 1):
            mask = inverted  # a netmask is turned around, as in OSPF
    place.settings.networks.append((value & ~mask, mask))
    context.done(line)


_ALL = 0xFFFFFFFF


def _passive(line: Line, context: Context, place: Place) -> None:
    """`[no] passive-interface default | NAME`."""
    on = line.words[0] != "no"
    words = line.words[1 if on else 2 :]
    context.done(line)
    if words[0] == "default":
        place.settings.everywhere.passive = on
        return
    name = named(context.vendor, words)
    context.refer("interface", name, line, "passive-interface")
    place.settings.port(name).passive = on


def _shutdown(line: Line, context: Context, place: Place) -> None:
    place.settings.shutdown = line.words[0] != "no"
    context.done(line)


# ------------------------------------------------------------------------------------------------ routes in and out


def _redistribute(line: Line, context: Context, place: Place) -> None:
    if line.words[1] == "maximum-prefix":
        context.partial(line, "a limit of redistributed routes is not modelled")
        return
    found = redistribution(line, context, line.words[1:], classful=False)
    if found is not None:
        place.settings.redistributions.append(found)


def _default_metric(line: Line, context: Context, place: Place) -> None:
    place.settings.values["default_metric"] = typed(line.words[1:6])
    context.done(line)


_KINDS = {"prefix": "prefix-list", "prefix-list": "prefix-list", "route-map": "route-map", "gateway": "gateway"}


def _distribute_list(line: Line, context: Context, place: Place) -> None:
    """`distribute-list ACL | prefix NAME | route-map NAME | gateway NAME  in|out [INTERFACE | PROTOCOL [N]]`."""
    words = line.words[1:]
    at = next(i for i, word in enumerate(words) if word in ("in", "out") and i > 0)
    chosen, where = words[:at], words[at + 1 :]
    version = place.settings.version
    out = words[at] == "out"
    origin = where[0] if out and where and where[0] in _ORIGINS else ""
    interface = named(context.vendor, where) if where and not origin else ""
    context.done(line)
    while chosen:
        kind = _KINDS.get(chosen[0], "acl")
        name, chosen = (chosen[0], chosen[1:]) if kind == "acl" else (chosen[1], chosen[2:])
        context.refer("prefix-list" if kind == "gateway" else kind, name, line, "distribute-list", version)
        place.settings.filters.append(
            EigrpFilter(kind, name, out, context.source(line), interface, _NAMES.get(origin, origin))
        )


_ORIGINS = frozenset({"connected", "static", "bgp", "eigrp", "isis", "ospf", "ospfv3", "rip", "odr"})
_NAMES = {"ospfv3": "ospf"}


def _stub(line: Line, context: Context, place: Place) -> None:
    """`eigrp stub [connected] [static] [summary] [redistributed] [receive-only] [leak-map NAME]`; NX-OS `stub …`."""
    words = line.words[line.words.index("stub") + 1 :]
    if "leak-map" in words:
        at = words.index("leak-map")
        name = context.refer("route-map", words[at + 1], line, "eigrp stub")
        place.settings.values["stub_leak"] = name
        words = words[:at] + words[at + 2 :]
    kinds = {"direct": "connected"}
    said = frozenset(kinds.get(word, word) for word in words)
    place.settings.values["stub"] = said - {"receive-only"} if said else STUB
    context.done(line)


# ------------------------------------------------------------------------------------------------ numbers


def _router_id(line: Line, context: Context, place: Place) -> None:
    if line.words[0] == "no":
        place.settings.values.pop("router_id", None)
    else:
        place.settings.values["router_id"] = parse_address(line.words[-1]).value
    context.done(line)


def _distance(line: Line, context: Context, place: Place) -> None:
    """IOS `distance eigrp INTERNAL EXTERNAL`, NX-OS `distance INTERNAL EXTERNAL`."""
    words = [word for word in line.words[1:] if word != "eigrp"]
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        context.partial(line, "a distance for some sources is not modelled")
        return
    place.settings.values["distance"], place.settings.values["distance_external"] = (int(word) for word in words)
    context.done(line)


def _weights(line: Line, context: Context, place: Place) -> None:
    """`metric weights TOS K1 K2 K3 K4 K5 [K6]`."""
    values = tuple(between(word, 0, 255) for word in line.words[3:])
    place.settings.values["weights"] = (*values, *WEIGHTS[len(values) :])
    context.done(line)


def _number(field: str, line: Line, context: Context, place: Place) -> None:
    place.settings.values[field] = between(line.words[-1], 1, 255)
    context.done(line)


def _wide(line: Line, context: Context, place: Place) -> None:
    """NX-OS `metric version 64bit`."""
    place.settings.values["wide"] = line.words[-1] == "64bit"
    context.done(line)


def _auto_summary(line: Line, context: Context, place: Place) -> None:
    place.settings.values["auto_summary"] = line.words[0] != "no"
    context.done(line)


_TABLE: Table[Place] = Table(
    {
        "address-family": _family,
        "vrf": _vrf,
        "autonomous-system": _as_number,
        "topology": _topology,
        "af-interface": _af_interface,
        "network": _network,
        **keys(_passive, "passive-interface | no passive-interface"),
        **keys(_shutdown, "shutdown | no shutdown"),
        "redistribute": _redistribute,
        "default-metric": _default_metric,
        "distribute-list": _distribute_list,
        **keys(_stub, "eigrp stub | stub"),
        **keys(_router_id, "eigrp router-id | router-id | no eigrp router-id | no router-id"),
        "distance": _distance,
        "metric weights": _weights,
        "metric rib-scale": lambda line, context, place: _number("rib_scale", line, context, place),
        "metric version": _wide,
        "variance": lambda line, context, place: _number("variance", line, context, place),
        "maximum-paths": lambda line, context, place: _number("maximum_paths", line, context, place),
        **keys(_auto_summary, "auto-summary | no auto-summary"),
        **keys(Ignored("leaves the mode"), "exit | exit-address-family | exit-af-topology"),
        **keys(
            Ignored("timers and logs do not change the converged state"),
            """timers | nsf | graceful-restart | bfd | log-adjacency-changes | log-neighbor-changes
            | log-neighbor-warnings | eigrp log-neighbor-changes | eigrp log-neighbor-warnings | eigrp event-log-size
            | eigrp event-logging | eigrp default-route-tag | snmp | flush-routes | soft-sia""",
        ),
        "traffic-share": Ignored("how packets are shared over paths that are there"),
        "default-information in": accepted,
        "default-information out": accepted,
        "service-family": Ignored("carries services, no routes"),
        "no isolate": Ignored("turns off what is off in the model"),
        "metric maximum-hops": Partly("EIGRP is computed without a limit of hops"),
    },
    keys(
        Partly("EIGRP is computed without it"),
        """neighbor | offset-list | summary-metric | summary-address | default-information | remote-neighbors | isolate
        | authentication | no default-information | redistribute maximum-prefix | metric | eigrp | fast-reroute
        | table-map""",
    ),
)


# ------------------------------------------------------------------------------------------------ af-interface


def _port_shutdown(line: Line, context: Context, port: EigrpPort) -> None:
    port.shutdown = line.words[0] != "no"
    context.done(line)


def _port_passive(line: Line, context: Context, port: EigrpPort) -> None:
    port.passive = line.words[0] != "no"
    context.done(line)


def _port_summary(line: Line, context: Context, port: EigrpPort) -> None:
    prefix, options = prefix_and_rest(line.words[1:])
    summary(line, context, port, prefix, options)


_PORT: Table[EigrpPort] = Table(
    PORT,
    {
        **keys(_port_shutdown, "shutdown | no shutdown"),
        **keys(_port_passive, "passive-interface | no passive-interface"),
        "summary-address": _port_summary,
        **keys(Ignored("leaves the mode"), "exit | exit-af-interface"),
    },
)
