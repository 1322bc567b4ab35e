"""`neighbor …` lines of BGP in IOS, EOS and FRR → settings of one peer, peer group or template, as they are written.

Inheritance and defaults come later (neighbor_resolve). Settings are keyed by the fields of guard.model.bgp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guard.model.bgp import ConditionalAdvertisement, MaximumPrefix
from guard.model.community import extended
from guard.model.device import Vendor
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.number import asn, asn_list, between
from guard.parse.cisco.overlay import ip_version
from guard.parse.cisco.routing_draft import PeerDraft, Settings
from guard.parse.cisco.secret import TYPE_7, digest
from guard.parse.context import Context
from guard.parse.line import Line


@dataclass(slots=True)
class Command:
    """One setting of one peer: the words after its keyword, where it applies, and whether it is negated."""

    line: Line
    words: tuple[str, ...]
    peer: PeerDraft
    session: Settings
    family: Settings
    version: int
    no: bool
    context: Context

    @property
    def vendor(self) -> Vendor:
        return self.context.vendor

    def put(self, settings: Settings, key: str, value: Any) -> None:
        """Set a value, or with `no` go back to what is inherited."""
        if self.no:
            settings.pop(key, None)
        else:
            settings[key] = value


Handler = Callable[[Command], None]


def apply(command: Command, keyword: str) -> None:
    """Run the handler of a setting and mark its line."""
    line, context = command.line, command.context
    low = keyword.lower()
    reader = HANDLERS.get(low)
    if reader is not None:
        reader(command)
        context.done(line)
    elif low in IGNORED:
        context.ignore(line, IGNORED[low])
    elif low in OPAQUE:
        if command.no:
            context.done(line)
        else:
            context.not_implemented(line, OPAQUE[low])
    else:
        context.unrecognised(line)


# ------------------------------------------------------------------------------------------------ the session


def _remote_as(command: Command) -> None:
    words = command.words
    if command.no:
        command.session.pop("remote_as", None)
        command.session.pop("remote_as_kind", None)
        return
    if words[0] in ("internal", "external"):
        command.session["remote_as"] = None
        command.session["remote_as_kind"] = words[0]
        return
    if words[0] == "auto":  # FRR 10: any
        command.context.partial(command.line, "an AS of whatever number is taken as external")
        command.session.update(remote_as=None, remote_as_kind="external")
        return
    command.session["remote_as"] = asn(words[0])
    command.session["remote_as_kind"] = "number"
    if words[1:2] == ("alternate-as",):
        command.session["remote_as_options"] = tuple(asn(word) for word in words[2:])


def _local_as(command: Command) -> None:
    if command.no:
        for key in ("local_as", "local_as_no_prepend", "local_as_replace", "local_as_dual"):
            command.session.pop(key, None)
        return
    options = command.words[1:]
    command.session["local_as"] = asn(command.words[0])
    command.session["local_as_no_prepend"] = "no-prepend" in options
    command.session["local_as_replace"] = "replace-as" in options
    command.session["local_as_dual"] = "dual-as" in options or "fallback" in options


def _update_source(command: Command) -> None:
    text = command.words[0] if command.words else ""
    if text and not text[0].isdecimal() and ":" not in text:
        text = named(command.vendor, command.words)
        command.context.refer("interface", text, command.line, "bgp update-source")
    command.put(command.session, "update_source", text)


def _multihop(command: Command) -> None:
    # Without a number 255 hops: IOS, EOS and FRR command references, `neighbor ebgp-multihop`.
    hops = between(command.words[0], 1, 255) if command.words else 255
    command.put(command.session, "multihop", hops)


def _ttl_security(command: Command) -> None:
    """IOS and FRR `ttl-security hops N`, EOS `ttl maximum-hops N`."""
    command.put(command.session, "ttl_security", int(command.words[-1]) if command.words[1:] else 1)


def _local_role(command: Command) -> None:
    command.put(command.session, "local_role", command.words[0].lower() if command.words else "")
    command.put(command.session, "strict_role", "strict-mode" in command.words)


def hold_times(words: tuple[str, ...]) -> tuple[int | None, int | None]:
    """The hold time of `timers K H [M]`, EOS `timers K H min-hold-time M`, and the least that is taken from others."""
    numbers = [int(word) for word in words if word.isdecimal()]
    if not words or not words[0].isdecimal() or len(numbers) < 2:
        return None, None
    return numbers[1], numbers[2] if len(numbers) > 2 else None


def _timers(command: Command) -> None:
    """`timers K H [M]`; `timers connect N` and `timers delayopen N` of FRR say nothing that is judged."""
    command.context.ignore(command.line, "timers, but for a hold time that is refused; the converged state is judged")
    hold, least = hold_times(command.words)
    for key, value in (("hold_time", hold), ("minimum_hold_time", least)):
        if value is not None or command.no:
            command.put(command.session, key, value)


def _disable_connected_check(command: Command) -> None:
    command.session["disable_connected_check"] = not command.no


def _shutdown(command: Command) -> None:
    command.session["shutdown"] = not command.no


def _passive(command: Command) -> None:
    command.session["passive"] = not command.no


def _transport(command: Command) -> None:
    """`transport connection-mode active|passive`; the rest is TCP's."""
    if command.words[:1] == ("connection-mode",):
        command.session["passive"] = not command.no and command.words[1:2] == ("passive",)
        return
    if command.words[:1] == ("multi-session",):
        command.context.partial(command.line, "one session a family is not modelled")
        return
    command.context.ignore(command.line, "options of TCP")


def _password(command: Command) -> None:
    if command.no:
        command.session.pop("authentication", None)
        return
    try:
        known = digest(command.words, type_7=command.vendor in TYPE_7)
    except ValueError:
        known = ""
    command.session["authentication"] = known or "unreadable"


def _authentication(command: Command) -> None:
    """IOS `ao`, EOS `authentication shared-secret profile`: there is a key, and which is not in this line."""
    command.put(command.session, "authentication", "unreadable")


def _enforce_first_as(command: Command) -> None:
    command.session["enforce_first_as"] = not command.no


def _sender_loop(command: Command) -> None:
    command.session["sender_loop_detection"] = not command.no


def _description(command: Command) -> None:
    command.put(command.session, "description", " ".join(command.words))


def _bfd(command: Command) -> None:
    command.session["bfd"] = not command.no


def _fall_over(command: Command) -> None:
    if "route-map" in command.words:
        command.context.not_implemented(command.line, "falling over by a route-map is not modelled")
    elif "bfd" in command.words:
        command.session["bfd"] = not command.no
    else:
        command.context.ignore(command.line, "how fast a lost session is seen; the converged state is judged")


# ------------------------------------------------------------------------------------------------ one family


def _flag(field: str) -> Handler:
    def handler(command: Command) -> None:
        command.family[field] = not command.no

    return handler


def _activate(command: Command) -> None:
    command.family["activated"] = not command.no


def _direction(words: tuple[str, ...]) -> str:
    if words[-1] not in ("in", "out"):
        raise ValueError("neither in nor out")
    return "import" if words[-1] == "in" else "export"


def _route_map(command: Command) -> None:
    way = _direction(command.words)
    name = command.words[0] if len(command.words) > 1 else ""
    command.put(command.family, f"{way}_policies", (name,))
    if not command.no:
        usage = f"bgp neighbor route-map {command.words[-1]}"
        command.context.refer("route-map", name, command.line, usage)


def _filter(kind: str, reference: str) -> Handler:
    """A list on a neighbour. Kept by kind, joined when the peer is resolved."""

    def handler(command: Command) -> None:
        way = _direction(command.words)
        name = command.words[0] if len(command.words) > 1 else ""
        command.put(command.family, f"{way} {kind}", name)
        if not command.no:
            usage = f"bgp neighbor {kind} {command.words[-1]}"
            command.context.refer(reference, name, command.line, usage, ip_version(command.version) or 4)

    return handler


def _next_hop_self(command: Command) -> None:
    forced = command.words[:1] in (("force",), ("all",))
    if command.words and not forced:
        command.context.partial(command.line, "next-hop-self without its option is taken")
    command.family["next_hop_self"] = "" if command.no else ("force" if forced else "self")


def _route_server_client(command: Command) -> None:
    """A route server leaves next hops, AS paths and MEDs as they are (RFC 7947 2.2); FRR shows the first by itself."""
    command.family["route_server_client"] = not command.no
    command.family["next_hop_unchanged"] = not command.no


def _attribute_unchanged(command: Command) -> None:
    """FRR: the attributes named, or all three."""
    for word, field in (("next-hop", "next_hop_unchanged"), ("as-path", "as_path_unchanged"), ("med", "med_unchanged")):
        if word in command.words or not command.words:
            command.family[field] = not command.no


_KINDS = {
    "standard": ("send_community",),
    "extended": ("send_extended_community",),
    "large": ("send_large_community",),
    "both": ("send_community", "send_extended_community"),
    "all": ("send_community", "send_extended_community", "send_large_community"),
}


def _send_community(command: Command) -> None:
    """Without a kind: all of them on EOS, standard on IOS and FRR (their command references)."""
    words = tuple(word for word in command.words if word not in ("add", "remove"))
    off = command.no or "remove" in command.words
    if words[:1] == ("link-bandwidth",):
        command.context.not_implemented(command.line, "link bandwidth is not modelled")
        return
    plain = "all" if command.vendor is Vendor.EOS else "standard"
    fresh = not command.no and command.vendor is Vendor.EOS and not {"add", "remove"} & set(command.words)
    if fresh:  # EOS: the line says all that is sent
        command.family.update(dict.fromkeys(_KINDS["all"], False))
    for word in words or (plain,):
        for key in _KINDS[word]:
            command.family[key] = not off


def _remove_private(command: Command) -> None:
    """`all`, `replace-as`; NX-OS knows one of them at a time and replaces in any path (lab-validation)."""
    words = " ".join(command.words).lower().split()
    replaced = "replace-as" in words
    every = "all" in words or (replaced and command.vendor is Vendor.NXOS)
    value = ("all" if every else "plain") + (" replace" if replaced else "")
    command.family["remove_private_as"] = "" if command.no else value


def _allowas_in(command: Command) -> None:
    if command.words[:1] == ("origin",):
        command.context.partial(command.line, "our AS is let in anywhere in the path, not as origin alone")
    count = int(command.words[0]) if command.words[:1] and command.words[0].isdecimal() else 3
    command.family["allowas_in"] = 0 if command.no else count


def _default_originate(command: Command) -> None:
    command.family["default_originate"] = not command.no
    name = command.words[command.words.index("route-map") + 1] if "route-map" in command.words else ""
    command.family["default_originate_policy"] = "" if command.no else name
    if name and not command.no:
        command.context.refer("route-map", name, command.line, "bgp neighbor default-originate")


def _maximum_prefix(command: Command) -> None:
    """IOS and FRR: `N [percent] [warning-only | restart M | force]`; EOS: `N [warning-limit …] [warning-only]`."""
    if command.no:
        command.family.pop("maximum_prefix", None)
        return
    words = command.words
    limit = between(words[0], 0, (1 << 32) - 1)
    percent = words[1] if len(words) > 1 and words[1].isdecimal() else ""
    if "warning-limit" in words:
        at = words.index("warning-limit")
        shown = int(words[at + 1])
        share = shown if words[at + 2 : at + 3] == ("percent",) else shown * 100 // max(limit, 1)
        percent = str(share)
    source = command.context.source(command.line)
    threshold = int(percent) if percent else 80 if command.vendor is Vendor.EOS else 75
    value = MaximumPrefix(limit, threshold, "warning-only" in words, source)
    # EOS: 0 stands for no limit at all.
    command.family["maximum_prefix"] = None if command.vendor is Vendor.EOS and not limit else value


def _accepted_routes(command: Command) -> None:
    """EOS: a limit on what is left after the policy."""
    if command.no or command.words[:1] == ("0",):
        return
    command.context.not_implemented(command.line, "a limit on routes after policy is not modelled")


def _value(field: str, high: int = (1 << 32) - 1) -> Handler:
    def handler(command: Command) -> None:
        if command.no:
            command.family.pop(field, None)
        else:
            command.family[field] = between(command.words[0], 0, high)

    return handler


def _export_localpref(command: Command) -> None:
    if not command.no:
        command.context.not_implemented(command.line, "a local preference for what is sent is not modelled")


def _advertise_map(command: Command) -> None:
    """`advertise-map A exist-map|non-exist-map C`."""
    if command.no:
        command.family.pop("conditional", None)
        return
    policy, kind, condition = command.words[:3]
    for name in (policy, condition):
        command.context.refer("route-map", name, command.line, "bgp neighbor advertise-map")
    command.family["conditional"] = ConditionalAdvertisement(policy, condition, kind == "exist-map")


def _unsuppress(command: Command) -> None:
    name = command.words[0] if command.words else ""
    command.put(command.family, "unsuppress_policy", name)
    if not command.no:
        command.context.refer("route-map", name, command.line, "bgp neighbor unsuppress-map")


def _advertise(command: Command) -> None:
    """IOS: `advertise additional-paths all|best N|group-best`, `advertise best-external`, `advertise diverse-path`."""
    if command.words[:1] != ("additional-paths",) or "group-best" in command.words:
        command.context.not_implemented(command.line, "this kind of path is not modelled")
        return
    best = f"best-{command.words[command.words.index('best') + 1]}" if "best" in command.words else "all"
    command.put(command.family, "add_path_send", best)


def _additional_paths(command: Command) -> None:
    """IOS `additional-paths send|receive|disable`, EOS `additional-paths send any|ecmp|limit N`, `… receive`."""
    words = command.words
    if words[:1] == ("disable",):
        command.family.update(add_path_send="", add_path_receive=False)
        return
    if "receive" in words:
        command.family["add_path_receive"] = not command.no
    if words[:1] != ("send",):
        return
    if command.vendor is Vendor.IOS:
        command.family["add path capability"] = not command.no
    elif words[1:2] == ("limit",):
        command.family["add_path_send"] = "" if command.no else f"best-{words[2]}"
    else:
        command.family["add_path_send"] = "" if command.no else "all"
        if words[1:2] not in (("any",), ()) and not command.no:
            command.context.partial(command.line, "all paths are sent, not some")


def _addpath_tx(best: str) -> Handler:
    def handler(command: Command) -> None:
        command.family["add_path_send"] = "" if command.no else best

    return handler


def _addpath_rx_off(command: Command) -> None:
    command.family["add_path_receive"] = command.no


def _addpath_best(command: Command) -> None:
    command.family["add_path_send"] = "" if command.no else f"best-{between(command.words[0], 1, 255)}"


def _next_hop(command: Command) -> None:
    """EOS: `next-hop address-family ipv6`: IPv4 routes with IPv6 next hops (RFC 8950)."""
    if command.words[:1] == ("address-family",):
        command.family["extended_next_hop"] = not command.no
    elif not command.no:
        command.context.not_implemented(command.line, "this treatment of next hops is not modelled")


def _capability(command: Command) -> None:
    if command.words[:1] == ("extended-nexthop",):
        command.session["extended_next_hop"] = not command.no
    elif command.words[:1] == ("orf",):
        command.context.ignore(command.line, "what is held back by it, the receiver's prefix-list refuses anyway")
    else:
        command.context.ignore(command.line, "a capability that changes no route")


def _slow_peer(command: Command) -> None:
    command.context.ignore(command.line, "how updates are packed")


def _site_of_origin(command: Command) -> None:
    command.put(command.family, "site_of_origin", "" if command.no else extended("soo", command.words[0]))


def _as_path_eos(command: Command) -> None:
    """EOS: `as-path remote-as replace out` is as-override, `as-path prepend-own disabled` drops our own AS."""
    if command.words[:2] == ("remote-as", "replace"):
        command.family["as_override"] = not command.no
    elif not command.no:
        command.context.not_implemented(command.line, "this treatment of the AS path is not modelled")


def _alternate_as(command: Command) -> None:
    ranges = asn_list(command.words)
    command.session["remote_as_options"] = tuple(low for low, high in ranges if low == high)


HANDLERS: Mapping[str, Handler] = {
    "remote-as": _remote_as,
    "alternate-as": _alternate_as,
    "local-as": _local_as,
    "update-source": _update_source,
    "ebgp-multihop": _multihop,
    "ttl-security": _ttl_security,
    "ttl": _ttl_security,
    "local-role": _local_role,
    "timers": _timers,
    "disable-connected-check": _disable_connected_check,
    "shutdown": _shutdown,
    "passive": _passive,
    "transport": _transport,
    "password": _password,
    "ao": _authentication,
    "authentication": _authentication,
    "authentication-key": _password,
    "enforce-first-as": _enforce_first_as,
    "sender-as-path-loop-detection": _sender_loop,
    "description": _description,
    "bfd": _bfd,
    "fall-over": _fall_over,
    "activate": _activate,
    "route-map": _route_map,
    "prefix-list": _filter("prefix-list", "prefix-list"),
    "distribute-list": _filter("distribute-list", "acl"),
    "filter-list": _filter("filter-list", "as-path-list"),
    "next-hop-self": _next_hop_self,
    "next-hop-unchanged": _flag("next_hop_unchanged"),
    "attribute-unchanged": _attribute_unchanged,
    "route-reflector-client": _flag("route_reflector_client"),
    "route-server-client": _route_server_client,
    "send-community": _send_community,
    "remove-private-as": _remove_private,
    "allowas-in": _allowas_in,
    "as-override": _flag("as_override"),
    "soo": _site_of_origin,
    "site-of-origin": _site_of_origin,
    "as-path": _as_path_eos,
    "default-originate": _default_originate,
    "maximum-prefix": _maximum_prefix,
    "maximum-routes": _maximum_prefix,
    "maximum-accepted-routes": _accepted_routes,
    "maximum-prefix-out": _value("maximum_prefix_out"),
    "weight": _value("weight", 65535),
    "import-localpref": _value("local_preference"),
    "export-localpref": _export_localpref,
    "metric-out": _value("metric_out"),
    "advertise-map": _advertise_map,
    "unsuppress-map": _unsuppress,
    "advertise": _advertise,
    "additional-paths": _additional_paths,
    "addpath-tx-all-paths": _addpath_tx("all"),
    "addpath-tx-bestpath-per-as": _addpath_tx("per-as"),
    "disable-addpath-rx": _addpath_rx_off,
    "addpath-tx-best-selected": _addpath_best,
    "next-hop": _next_hop,
    "capability": _capability,
    "slow-peer": _slow_peer,
}

_TIMER = "timers; the converged state is judged"
_GRACE = "behaviour while a session restarts; the converged state is judged"
_SHOW = "does not change routes"
IGNORED: Mapping[str, str] = {
    "advertisement-interval": _TIMER,
    "idle-restart-timer": _TIMER,
    "out-delay": _TIMER,
    "idle-hold-time": _TIMER,
    "graceful-restart": _GRACE,
    "graceful-restart-helper": _GRACE,
    "graceful-restart-disable": _GRACE,
    "ha-mode": _GRACE,
    "soft-reconfiguration": "how received routes are stored; the state is judged as after a refresh",
    "rib-in": "how received routes are stored; the state is judged as after a refresh",
    "version": "only BGP version 4 is spoken",
    "log-neighbor-changes": _SHOW,
    "monitoring": _SHOW,
    "bmp-activate": _SHOW,
    "solo": "how updates are packed",
    "update-group": "how updates are packed",
    "tcp-mss": "options of TCP",
    "dont-capability-negotiate": "capabilities are taken as agreed",
    "dont-capability-negotiation": "capabilities are taken as agreed",
    "override-capability": "capabilities are taken as agreed",
    "strict-capability-match": "capabilities are taken as agreed",
    "extended-optional-parameters": _SHOW,
    "auto-local-addr": _SHOW,
    "dampening": "damping of flaps; the converged state is judged",
    "cluster-list": _SHOW,
    "peer-tag": _SHOW,
    "translate-update": "multicast",
}
_VPN = "VPN routes are not modelled"
OPAQUE: Mapping[str, str] = {
    "graceful-shutdown": "a neighbour in graceful shutdown is not modelled",
    "link-bandwidth": "link bandwidth is not modelled",
    "dmzlink-bw": "link bandwidth is not modelled",
    "aigp": "AIGP is not modelled",
    "rcf": "routing control functions are not modelled",
    "next-hop-peer": "the peer as next hop is not modelled",
    "next-hop-v6-addr": "this next hop is not modelled",
    "local-v4-addr": "this next hop is not modelled",
    "local-v6-addr": "this next hop is not modelled",
    "route-to-peer": "not modelled",
    "route-target": _VPN,
    "send-label": "labelled routes are not modelled",
    "encapsulation": _VPN,
    "domain": _VPN,
    "layer-2": _VPN,
    "session": "not modelled",
    "port": "the port of the session is not modelled",
    "inter-as-hybrid": _VPN,
    "default-route": _VPN,
    "missing-policy": "a rule for missing policies on one neighbour is not modelled",
    "cluster-id": "a cluster of one neighbour is not modelled",
    "accept-own": "not modelled",
    "path-attribute": "filters on attributes are not modelled",
}
