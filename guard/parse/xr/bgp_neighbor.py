"""Neighbours of `router bgp`, and the groups that they use.

What a neighbour says stands over its session-group and af-group, these over its neighbor-group; groups use groups
(BGP configuration guide, "Configuration inheritance").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from guard.model.address import parse_prefix
from guard.model.bgp import EVPN, OVERLAYS, MaximumPrefix
from guard.parse.cisco.neighbor import Command, apply
from guard.parse.cisco.number import between
from guard.parse.cisco.overlay import PREFIX_ROUTES, overlay
from guard.parse.cisco.routing_draft import ListenRange, PeerDraft, ProcessDraft, Settings
from guard.parse.cisco.table import malformed, unrecognised
from guard.parse.context import Context, walk
from guard.parse.line import Line
from guard.parse.xr.reading import XrReading
from guard.parse.xr.words import secret_words, with_policy

#: BGP configuration guide, "BGP Default Limits": prefixes by IP version; beyond, the session ends.
_MAXIMUM_PREFIX = {4: 1_048_576, 6: 524_288}
_THRESHOLD = 75
_DEEPEST = 16
_GROUPS = {"neighbor-group": "neighbor", "session-group": "session", "af-group": "af"}


def neighbor(line: Line, process: ProcessDraft, context: Context, reading: XrReading) -> None:
    """`neighbor A|PREFIX` with its block; a prefix stands for whoever connects from it."""
    peer = process.peer(line.words[1], line)
    context.done(line)
    if "/" in peer.name:
        prefix = parse_prefix(peer.name)
        peer.group = True
        if all(each.prefix != prefix for each in process.listens):
            process.listens.append(ListenRange(prefix, peer.name, line))
    _block(line.children, peer, context, reading)


def peer_group(line: Line, context: Context, reading: XrReading) -> None:
    """`neighbor-group NAME`, `session-group NAME`."""
    kind = _GROUPS[line.words[0].lower()]
    group = reading.groups.setdefault((kind, line.words[1]), PeerDraft(line.words[1], line, group=True))
    context.define(_REFERENCE[kind], line.words[1], line)
    context.done(line)
    _block(line.children, group, context, reading)


def af_group(line: Line, context: Context, reading: XrReading) -> None:
    """`af-group NAME address-family …`."""
    words = line.words
    context.define(_REFERENCE["af"], words[1], line)
    version = _version(words[3:]) or overlay(words[3:])
    if not version:
        for each in walk(line):
            context.not_implemented(each, "this address family is not modelled")
        return
    group = reading.groups.setdefault(("af", words[1]), PeerDraft(words[1], line, group=True))
    context.done(line)
    _family(line, version, group, context, reading)


#: References by the kind of group; `peer-group` is among those that every configuration must hold itself.
_REFERENCE = {"neighbor": "peer-group", "session": "peer-group", "af": "peer-group"}


def _version(words: tuple[str, ...]) -> int:
    return {"ipv4": 4, "ipv6": 6}.get(words[0].lower(), 0) if words[1:] in {("unicast",), ()} else 0


def _block(lines: tuple[Line, ...], peer: PeerDraft, context: Context, reading: XrReading) -> None:
    for line in lines:
        try:
            _command(line, peer, context, reading)
        except (ValueError, IndexError, KeyError) as problem:
            malformed(line, context, str(problem))


def _command(line: Line, peer: PeerDraft, context: Context, reading: XrReading) -> None:
    words = line.words
    head = words[0].lower()
    if head == "address-family":
        version = _version(words[1:]) or overlay(words[1:])
        if version:
            context.done(line)
            _family(line, version, peer, context, reading)
            if version == EVPN:
                context.partial(line, PREFIX_ROUTES)
        else:
            peer.others[" ".join(words[1:])] = True
            for each in walk(line):
                context.not_implemented(each, "this address family is not modelled")
    elif head == "use":
        _use(line, words[1:], peer, context)
    elif head == "route-policy":  # as typed in older releases, for all families of the neighbour
        for version in (4, 6):
            if version in peer.families:
                _policy(line, peer.families[version], context, reading)
        if not peer.families:
            _policy(line, peer.family(4, line), context, reading)
            peer.families[4]["activated"] = True
    else:
        own = _SESSION.get(head)
        if own is not None:
            own(line, peer.session, context)
        elif head in _IGNORED:
            context.ignore_block(line, _IGNORED[head])
        elif head in _NOT_MODELLED:
            for each in walk(line):
                context.not_implemented(each, _NOT_MODELLED[head])
        elif head in _SHARED:
            _common(line, peer, {}, 0, context)
        else:
            unrecognised(line, context)


#: What the common grammar writes alike, of the session and of a family.
_SHARED = frozenset({"remote-as", "description", "update-source", "local-as", "shutdown", "ttl-security"})
_SHARED_FAMILY = frozenset(
    {"next-hop-self", "route-reflector-client", "allowas-in", "as-override", "weight", "activate", "site-of-origin"}
)


def _use(line: Line, words: tuple[str, ...], peer: PeerDraft, context: Context) -> None:
    kind = _GROUPS[words[0].lower()]
    context.refer(_REFERENCE[kind], words[1], line, f"bgp use {words[0]}")
    context.done(line)
    if kind == "neighbor":
        peer.member_of = words[1]
    elif kind == "session":
        peer.session_template = words[1]


def _common(line: Line, peer: PeerDraft, family: Settings, version: int, context: Context) -> None:
    """A setting that the common grammar writes alike; `disable` and `inheritance-disable` turn it off."""
    words = line.words
    off = words[-1] in {"disable", "inheritance-disable"}
    rest = words[1:-1] if off else words[1:]
    apply(Command(line, rest, peer, peer.session, family, version, no=off, context=context), words[0])


# ------------------------------------------------------------------------------------------------ the session


def _password(line: Line, session: Settings, context: Context) -> None:
    words = secret_words(line.words[1:])
    peer = PeerDraft("", line)
    apply(Command(line, words, peer, session, {}, 0, no=words[-1].endswith("disable"), context=context), "password")


def _keychain(line: Line, session: Settings, context: Context) -> None:
    session["authentication"] = "unreadable"
    context.done(line)


def _connected_check(line: Line, session: Settings, context: Context) -> None:
    session["disable_connected_check"] = not line.words[-1].endswith("disable")
    context.done(line)


def _open_mode(line: Line, session: Settings, context: Context) -> None:
    session["passive"] = line.words[1] == "passive-only"
    context.done(line)


def _bfd(line: Line, session: Settings, context: Context) -> None:
    if line.words[1:2] == ("fast-detect",):
        session["bfd"] = not line.words[-1].endswith("disable")
        context.done(line)
    else:
        context.ignore(line, "timers; the converged state is judged")


def _enforce_first_as(line: Line, session: Settings, context: Context) -> None:
    session["enforce_first_as"] = not line.words[-1].endswith("disable")
    context.done(line)


def _ebgp_multihop(line: Line, session: Settings, context: Context) -> None:
    numbers = [word for word in line.words[1:] if word.isdecimal()]
    session["multihop"] = between(numbers[0], 1, 255) if numbers else 255
    context.done(line)


_SESSION: Mapping[str, Callable[[Line, Settings, Context], None]] = {
    "password": _password,
    "keychain": _keychain,
    "ignore-connected-check": _connected_check,
    "session-open-mode": _open_mode,
    "bfd": _bfd,
    "enforce-first-as": _enforce_first_as,
    "enforce-first-as-disable": _enforce_first_as,
    "ebgp-multihop": _ebgp_multihop,
}
_TIMERS = "timers; the converged state is judged"
_TCP = "options of TCP"
_IGNORED: Mapping[str, str] = {
    "timers": _TIMERS, "advertisement-interval": _TIMERS, "idle-watch-time": _TIMERS, "graceful-restart": _TIMERS,
    "long-lived-graceful-restart": _TIMERS, "precedence": _TCP, "dscp": _TCP, "tcp": _TCP, "receive-buffer-size": _TCP,
    "send-buffer-size": _TCP, "log": "logs", "message": "logs", "update": "how updates are packed",
    "capability": "a capability that changes no route", "maximum-peers": "how many dynamic neighbours there may be",
    "keychain-disable": "turns off what is off", "bmp-activate": "monitoring", "exit": "the end of a block",
    "soft-reconfiguration": "how received routes are stored; the state is judged as after a refresh",
    "slow-peer": "how updates are packed", "multipath": "all paths may be used together", "signalling": "layer 2",
    "validation": "how long validation takes", "dampening": _TIMERS, "rpki": "validation by peers",
}  # fmt: skip
_NOT_MODELLED: Mapping[str, str] = {
    "apply-group": "configuration that is inherited from groups is not modelled",
    "local": "a local address of one session is taken from its interface",
    "dmz-link-bandwidth": "link bandwidth is not modelled",
    "ebgp-recv-extcommunity-dmz": "link bandwidth is not modelled",
    "ebgp-send-extcommunity-dmz": "link bandwidth is not modelled",
    "cluster-id": "a cluster of one neighbour is not modelled",
    "internal-vpn-client": "VPN routes are not modelled",
    "egress-engineering": "segment routing is not modelled",
    "remote-as-list": "lists of remote ASes are not modelled",
    "graceful-maintenance": "a neighbour in maintenance is not modelled",
}


# ------------------------------------------------------------------------------------------------ one family


def _family(line: Line, version: int, peer: PeerDraft, context: Context, reading: XrReading) -> None:
    settings = peer.family(version, line)
    settings["activated"] = True
    for child in line.children:
        try:
            _family_command(child, version, peer, context, reading)
        except (ValueError, IndexError, KeyError) as problem:
            malformed(child, context, str(problem))


def _family_command(line: Line, version: int, peer: PeerDraft, context: Context, reading: XrReading) -> None:
    words, settings = line.words, peer.families[version]
    head = words[0].lower()
    off = words[-1] in {"disable", "inheritance-disable"}
    if head == "use":
        peer.family_groups[version] = words[2]
        context.refer(_REFERENCE["af"], words[2], line, "bgp use af-group")
        context.done(line)
    elif head == "route-policy":
        _policy(line, settings, context, reading)
    elif head == "default-originate":
        made = with_policy(line, words, reading, context, "bgp neighbor default-originate")
        settings["default_originate"] = not off
        settings["default_originate_policy"] = made[2] if len(made) > 2 else ""
        context.done(line)
    elif head in {"send-community-ebgp", "send-extended-community-ebgp"}:
        settings[head] = not off
        context.done(line)
    elif head == "remove-private-as":
        # BGP command reference: private ASes go up to the first public one, with `entire-aspath` only where the path
        # has no other.
        settings["remove_private_as"] = "" if off else "plain" if "entire-aspath" in words else "leading"
        context.done(line)
        if "inbound" in words:
            context.partial(line, "private ASes are removed on the way out alone")
    elif head == "maximum-prefix":
        _maximum_prefix(line, settings, context)
    elif head == "next-hop-unchanged":
        settings["next_hop_unchanged"] = not off
        context.done(line)
    elif head == "weight" and words[1] == "reset-on-import":
        context.not_implemented(line, "weights of VPN routes are not modelled")
    elif head in _IGNORED:
        context.ignore_block(line, _IGNORED[head])
    elif head in _FAMILY_NOT_MODELLED:
        for each in walk(line):
            context.not_implemented(each, _FAMILY_NOT_MODELLED[head])
    elif head in _SHARED_FAMILY:
        _common(line, peer, settings, version, context)
    else:
        unrecognised(line, context)


_FAMILY_NOT_MODELLED: Mapping[str, str] = {
    "additional-paths": "which paths are sent beside the best hangs on a policy that is not modelled",
    "advertise": "this way of advertising is not modelled",
    "advertise-local-v4-orf": "this way of advertising is not modelled",
    "aigp": "AIGP is not modelled",
    "default-policy-action": "what is done without a policy is not modelled for one neighbour",
    "encapsulation-type": "VPN routes are not modelled",
    "import": "VPN routes are not modelled",
    "nexthop": "this next hop is not modelled",
    "optimal-route-reflection": "reflection from another place in the IGP is not modelled",
    "orf": "filters that the neighbour applies are not modelled",
    "send-multicast-attributes": "multicast is not judged",
    "send-community-gshut-ebgp": "communities of graceful shutdown are sent with the others",
    "accept-own": "VPN routes are not modelled",
}


def _policy(line: Line, settings: Settings, context: Context, reading: XrReading) -> None:
    """`route-policy P in|out`: one policy each way."""
    words = line.words
    if len(words) != 3 or words[2] not in {"in", "out"}:
        raise ValueError("neither in nor out")
    name = reading.attach(context, words[1], line, f"bgp neighbor route-policy {words[2]}")
    settings["import_policies" if words[2] == "in" else "export_policies"] = (name,)
    context.done(line)


def _maximum_prefix(line: Line, settings: Settings, context: Context) -> None:
    """`maximum-prefix N [PERCENT] [warning-only | restart M | discard-extra-paths]`."""
    words = line.words
    limit = between(words[1], 1, (1 << 32) - 1)
    percent = int(words[2]) if len(words) > 2 and words[2].isdecimal() else _THRESHOLD
    settings["maximum_prefix"] = MaximumPrefix(limit, percent, "warning-only" in words, context.source(line))
    context.done(line)
    if "discard-extra-paths" in words:
        context.partial(line, "what is beyond the limit is taken to end the session, not to be dropped")


# ------------------------------------------------------------------------------------------------ inheritance


def resolve(process: ProcessDraft, context: Context, reading: XrReading) -> None:
    """Give each neighbour of a process what its groups say, and what follows from being internal or external."""
    for peer in process.peers.values():
        session, families = _merged(peer, reading, 0)
        peer.session, peer.families = session, families
        peer.family_groups.clear()
        for version, settings in families.items():
            peer.family_lines.setdefault(version, peer.line)
            _defaults(settings, version, _internal(session, process), context, peer)
        if not peer.group:
            peer.member_of = ""


def _merged(layer: PeerDraft, reading: XrReading, depth: int) -> tuple[Settings, dict[int, Settings]]:
    """The layer's settings over those of its groups."""
    if depth > _DEEPEST:
        return {}, {}
    session: Settings = {}
    families: dict[int, Settings] = {}
    for kind, name in (("neighbor", layer.member_of), ("session", layer.session_template)):
        group = reading.groups.get((kind, name)) if name else None
        if group is None:
            continue
        layer.others = {**group.others, **layer.others}
        more, theirs = _merged(group, reading, depth + 1)
        session.update(more)
        for version, settings in theirs.items():
            families[version] = {**families.get(version, {}), **settings}
    session.update(layer.session)
    for version, settings in layer.families.items():
        inherited = families.get(version, {})
        af = reading.groups.get(("af", layer.family_groups.get(version, "")))
        if af is not None:
            inherited = {**inherited, **_merged(af, reading, depth + 1)[1].get(version, {})}
        families[version] = {**inherited, **settings}
    return session, families


def _internal(session: Settings, process: ProcessDraft) -> bool:
    """Whether the session is iBGP, or within the confederation."""
    remote: Any = session.get("remote_as")
    if remote is None:
        return session.get("remote_as_kind") == "internal"
    return remote == process.asn or remote in process.settings.get("confederation_peers", frozenset())


def _defaults(settings: Settings, version: int, internal: bool, context: Context, peer: PeerDraft) -> None:
    """Communities go to iBGP neighbours always, to others where a line says so (BGP command reference)."""
    standard = bool(settings.pop("send-community-ebgp", False)) or internal
    extended = bool(settings.pop("send-extended-community-ebgp", False)) or internal
    settings["send_community"] = settings["send_large_community"] = standard
    settings["send_extended_community"] = extended
    if version in OVERLAYS:  # what a VPN is made of goes to every neighbour of the family
        settings["send_extended_community"] = True
        return
    limit = MaximumPrefix(_MAXIMUM_PREFIX[version], _THRESHOLD, source=context.source(peer.line))
    settings.setdefault("maximum_prefix", limit)
