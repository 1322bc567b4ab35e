"""What interface mode says about OSPF, OSPFv3 and IS-IS."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.address import parse_address
from guard.model.device import Vendor
from guard.model.igp import UNREADABLE
from guard.parse.cisco.reading import IgpSettings, InterfaceSettings
from guard.parse.cisco.secret import TYPE_7, digest
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, first_number, keys
from guard.parse.context import Context
from guard.parse.line import Line

Settings = InterfaceSettings
#: Reads the words after `ip ospf`, `ospfv3 …`, `isis`; `on` is False for the `no` form.
Option = Callable[[tuple[str, ...], Line, Context, IgpSettings], None]

_TIMERS = "timers"


def area_number(text: str) -> int:
    """`0` or `0.0.0.1` as a number."""
    number = int(text) if text.isdecimal() else parse_address(text).value
    if not 0 <= number < 2**32:
        raise ValueError(f"{text} is no OSPF area")
    return number


# ------------------------------------------------------------------------------------------------ OSPF


def _ospf(line: Line, context: Context, settings: Settings) -> None:
    """`ip ospf …` of all three vendors, with its `no`."""
    negated = line.words[0] == "no"
    words = line.words[3 if negated else 2 :]
    if settings.ospf is None:
        settings.ospf = IgpSettings(context.source(line))
    _ospf_option(words, line, context, settings.ospf)


def _ospf6(line: Line, context: Context, settings: Settings) -> None:
    """`ipv6 ospf …`, `ipv6 ospf6 …`, `ospfv3 [N] [ipv6] …`."""
    words = line.words[1:] if line.words[0] == "no" else line.words
    if words[0] == "ospfv3":
        words = words[1:]
        number = words[0] if words[0].isdecimal() else ""
        words = words[1:] if number else words
        if words[0] == "ipv4":
            context.not_implemented(line, "OSPFv3 for IPv4 is not modelled")
            return
        words = words[1:] if words[0] == "ipv6" else words
        if number and words[0] == "area":
            words = (number, *words)
    else:
        words = words[2:]
    if settings.ospf6 is None:
        settings.ospf6 = IgpSettings(context.source(line))
    if context.vendor is Vendor.FRR:
        settings.values["ipv6_enabled"] = True  # Linux gives every interface a link-local address
    _ospf_option(words, line, context, settings.ospf6)


def _ospf_option(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    option = _OSPF_OPTIONS.get("" if words[0].isdecimal() else words[0].lower())
    if option is None:
        context.unrecognised(line)
        return
    if line.words[0] == "no":
        _ospf_no(words, line, context, igp)
        return
    context.done(line)
    option(words, line, context, igp)


_FIELDS = {
    "cost": "cost",
    "hello-interval": "hello",
    "dead-interval": "dead",
    "priority": "priority",
    "area": "area",
    "network": "network_type",
    "passive": "passive",
    "passive-interface": "passive",
    "mtu-ignore": "mtu_ignore",
    "shutdown": "shutdown",
    "authentication": "auth_kind",
}


def _ospf_no(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    field = _FIELDS.get("area" if words[0].isdecimal() else words[0])
    context.done(line)
    if field == "passive":
        igp.values["passive"] = False  # FRR: against `passive-interface default`
    elif field:
        igp.values.pop(field, None)


def _area(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    if words[0].isdecimal():
        igp.values["process"] = words[0]
        words = words[1:]
    if words[0] != "area":
        raise ValueError(f"{words[0]} where an area is due")
    igp.values["area"] = area_number(words[1])
    igp.source = context.source(line)
    if len(words) > 2:
        context.partial(line, "an instance, an address or `secondaries none` is not modelled")


def _number(field: str) -> Option:
    def option(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
        if not words[1].isdecimal():
            context.partial(line, "a value that is made at run time is not known here")
            return
        igp.values[field] = int(words[1])

    return option


def _flag(field: str) -> Option:
    def option(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
        if words[1:2] == ("disable",):  # IOS prefix-suppression disable
            igp.values[field] = False
            return
        igp.values[field] = True

    return option


def _dead(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    if words[1] == "minimal":
        igp.values["dead"] = 1  # IOS and FRR: the dead interval is 1 s, hellos are sent N times in it
        igp.values["hello"] = 1
    else:
        igp.values["dead"] = int(words[1])


_TYPES = frozenset({"broadcast", "point-to-point", "non-broadcast", "point-to-multipoint"})


def _network(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    kind = words[1].lower()
    if kind not in _TYPES:
        raise ValueError(f"{kind} is no OSPF network type")
    igp.values["network_type"] = kind
    if len(words) > 2:
        context.partial(line, "variants of a network type (delay-reflood, non-broadcast, dmvpn) are not modelled")


_KINDS = {"message-digest": "md5", "null": "null", "simple": "simple"}


def _authentication(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    kind = words[1] if len(words) > 1 else "simple"
    if kind == "ipsec" and words[2:3] == ("spi",) and len(words) > 5:
        key = digest(words[5:], type_7=context.vendor in TYPE_7) or UNREADABLE
        igp.values |= {"auth_kind": "ipsec", "auth_key": f"{words[3]}/{words[4]}-{key}"}
        return
    igp.values["auth_kind"] = _KINDS.get(kind, "other")
    if igp.values["auth_kind"] == "other":
        igp.values["auth_key"] = UNREADABLE
    if igp.values["auth_kind"] == "other":
        context.partial(line, "key chains of OSPF are not compared")


def _key(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    igp.values["auth_key"] = digest(words[1:], type_7=context.vendor in TYPE_7) or UNREADABLE


def _digest_key(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
    key = digest(words[3:], type_7=context.vendor in TYPE_7) or UNREADABLE
    igp.values["md5_keys"] = {**igp.values.get("md5_keys", {}), int(words[1]): key}


def _ignored(reason: str) -> Option:
    def option(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
        context.ignore(line, reason)

    return option


def _unmodelled(reason: str) -> Option:
    def option(words: tuple[str, ...], line: Line, context: Context, igp: IgpSettings) -> None:
        context.not_implemented(line, reason)

    return option


_OSPF_OPTIONS: Mapping[str, Option] = {
    "": _area,
    "area": _area,
    "cost": _number("cost"),
    "priority": _number("priority"),
    "hello-interval": _number("hello"),
    "dead-interval": _dead,
    "network": _network,
    "passive": _flag("passive"),
    "passive-interface": _flag("passive"),
    "mtu-ignore": _flag("mtu_ignore"),
    "shutdown": _flag("shutdown"),
    "prefix-suppression": _flag("prefix_suppression"),
    "authentication": _authentication,
    "authentication-key": _key,
    "message-digest-key": _digest_key,
    **dict.fromkeys(("retransmit-interval", "transmit-delay", "resync-timeout", "lls", "flood-reduction", "bfd",
                     "neighbor", "demand-circuit", "graceful-restart", "gr", "fast-reroute"), _ignored(_TIMERS)),
    "prefix-attributes": _ignored("an attribute of prefixes"),
    "ifmtu": _unmodelled("an MTU of OSPFv3 alone is not modelled"),
    **dict.fromkeys(("database-filter", "multi-area", "ttl-security", "topology", "instance-id", "disable",
                     "encryption", "dynamic", "advertise", "advertise-subnet", "adjacency", "capability",
                     "graceful-shutdown"),
                    _unmodelled("this option of OSPF is not modelled")),
}  # fmt: skip

# ------------------------------------------------------------------------------------------------ IS-IS


def _isis_settings(line: Line, context: Context, settings: Settings) -> IgpSettings:
    if settings.isis is None:
        settings.isis = IgpSettings(context.source(line), {"versions": frozenset()})
    return settings.isis


def _router_isis(line: Line, context: Context, settings: Settings) -> None:
    """`ip|ipv6 router isis [TAG]`."""
    isis = _isis_settings(line, context, settings)
    version = 6 if line.words[0] == "ipv6" else 4
    isis.values["versions"] = isis.values["versions"] | {version}
    if version == 6 and context.vendor is Vendor.FRR:
        settings.values["ipv6_enabled"] = True
    isis.values["process"] = line.words[3] if len(line.words) > 3 else ""
    context.done(line)


def _isis(line: Line, context: Context, settings: Settings) -> None:
    isis = _isis_settings(line, context, settings)
    words = tuple(word.lower() for word in line.words[1:])
    option = _ISIS_OPTIONS.get(words[0])
    if option is None:
        context.unrecognised(line)
        return
    context.done(line)
    option(words, line, context, isis)


def _isis_enable(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    isis.values["process"] = line.words[2]  # EOS: the families are those of the instance
    isis.values["enabled"] = True


def _isis_metric(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    """IOS `metric 20 [level-1]`; FRR `metric [level-1] 20`; EOS the same with ipv4 or ipv6 before it."""
    levels = [word for word in words if word.startswith("level-")]
    number = first_number(words[1:])
    one, two = isis.values.get("metric", (10, 10))
    isis.values["metric"] = (number if levels != ["level-2"] else one, number if levels != ["level-1"] else two)


def _isis_passive(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    isis.values["passive"] = True


def _isis_network(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    isis.values["point_to_point"] = len(words) > 1 and "point-to-point".startswith(words[1])


def _isis_circuit(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    isis.values["level"] = words[1].removesuffix("-only")


def _isis_password(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    kind = words[1] if words[0] == "password" else words[0] + " " + words[1]
    key = digest(line.words[2:], type_7=context.vendor in TYPE_7) or UNREADABLE
    isis.values["authentication"] = f"{kind}:{key}"
    if words[0] == "authentication":
        context.partial(line, "IS-IS authentication is compared by the words that configure it")


def _isis_family(words: tuple[str, ...], line: Line, context: Context, isis: IgpSettings) -> None:
    """IOS and EOS `isis ipv6 metric N`: metrics of one topology, which the model does not tell apart."""
    if words[1] == "metric" and words[0] == "ipv4":
        _isis_metric(words[1:], line, context, isis)
    else:
        context.partial(line, "settings of one address family of IS-IS are not told apart")


_ISIS_OPTIONS: Mapping[str, Option] = {
    "enable": _isis_enable,
    "metric": _isis_metric,
    "passive": _isis_passive,
    "passive-interface": _isis_passive,
    "network": _isis_network,
    "circuit-type": _isis_circuit,
    "password": _isis_password,
    "authentication": _isis_password,
    **dict.fromkeys(("authentication-type", "authentication-check", "shutdown", "suppressed"),
                    _unmodelled("authentication by key chains, and IS-IS that is off here, are not modelled")),
    "ipv4": _isis_family,
    "ipv6": _isis_family,
    **dict.fromkeys(("hello-interval", "hello-multiplier", "csnp-interval", "psnp-interval", "lsp-interval", "priority",
                     "retransmit-interval", "retransmit-throttle-interval", "hello", "bfd", "lsp", "hello-padding",
                     "prefix-attributes",
                     "three-way-handshake"), _ignored(_TIMERS)),
    **dict.fromkeys(("tag", "topology", "fast-reroute", "mesh-group", "advertise", "protocol", "multi-topology"),
                    _unmodelled("this option of IS-IS is not modelled")),
}  # fmt: skip

IGP_COMMANDS: Mapping[str, Handler[Settings]] = {
    **keys(_ospf, "ip ospf", "no ip ospf"),
    **keys(_ospf6, "ipv6 ospf", "ipv6 ospf6", "ospfv3", "no ipv6 ospf", "no ipv6 ospf6", "no ospfv3"),
    "ip router isis": _router_isis,
    "ipv6 router isis": _router_isis,
    "isis": _isis,
    "no isis": Partly("what IS-IS is told not to do here is taken as its default"),
    "no isis hello": Ignored("padding of hellos"),
    "ip router": NotModelled("this protocol is recognised only"),
    "ipv6 router": NotModelled("this protocol is recognised only"),
}
