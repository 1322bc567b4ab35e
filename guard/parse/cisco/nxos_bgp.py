"""`router bgp` of NX-OS: neighbors, templates and VRFs are modes with address families below them.

Law: nothing is active in a family that is not opened for it (Nexus 9000 NX-OS Unicast Routing Configuration Guide,
"Configuring Basic BGP"). `template peer` is kept as a peer group, `peer-session` and `peer-policy` as IOS's templates.
Settings are read by the handlers that IOS, EOS and FRR share. Families other than unicast are noted, not modelled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from guard.model.address import parse_prefix
from guard.model.bgp import EVPN
from guard.parse.cisco import bgp_family, bgp_process
from guard.parse.cisco.bgp_family import Place
from guard.parse.cisco.interface_name import canonical
from guard.parse.cisco.neighbor import Command, apply
from guard.parse.cisco.number import asn
from guard.parse.cisco.overlay import PREFIX_ROUTES, overlay
from guard.parse.cisco.routing_draft import ALL_FAMILIES, PeerDraft, ProcessDraft, Settings
from guard.parse.context import Context, walk
from guard.parse.draft import Draft
from guard.parse.line import Line

DEFAULT_VRF = "default"
#: Reads the words of a command, its `no` taken off, in a place.
Handler = Callable[[Line, tuple[str, ...], Place], None]


def router_bgp(line: Line, context: Context, draft: Draft) -> None:
    """`router bgp ASN` with its block."""
    number = asn(line.words[2])
    process = draft.routing.processes.get(DEFAULT_VRF)
    if process is None:
        process = draft.routing.processes[DEFAULT_VRF] = _process(number, DEFAULT_VRF, line)
    context.done(line)
    _each(line.children, Place(process, 4, draft.routing, context), _process_command)


def _process(number: int, vrf: str, line: Line) -> ProcessDraft:
    return ProcessDraft(number, vrf, line, default_ipv4=False)


def _each(lines: tuple[Line, ...], place: Place, read: Handler) -> None:
    """Read the commands of a mode, each without its `no`; one that cannot be read is said to be so."""
    for line in lines:
        words, context = line.words, place.context
        if words[0].startswith("exit"):
            context.done(line)
            continue
        place.no = words[0].lower() == "no" and len(words) > 1
        try:
            read(line, words[1:] if place.no else words, place)
        except (ValueError, IndexError, KeyError) as problem:
            for each in walk(line):
                context.unrecognised(each, f"its arguments cannot be read: {problem}")
            context.warn(line, f"cannot be read: {problem}")


# ------------------------------------------------------------------------------------------------ the process


def _process_command(line: Line, words: tuple[str, ...], place: Place) -> None:
    """Directly below `router bgp`, or a VRF of it."""
    head = words[0].lower()
    if head in _MODES:
        _MODES[head](line, words[1:], place)
        return
    reader = _PROCESS.get(head)
    if reader is None:
        _unknown(line, place)
        return
    for each in line.children:
        for inner in walk(each):
            place.context.not_implemented(inner, "not modelled")
    reader(line, words[1:], place)
    place.context.done(line)


def _unknown(line: Line, place: Place) -> None:
    for each in walk(line):
        place.context.unrecognised(each)


def _vrf(line: Line, words: tuple[str, ...], place: Place) -> None:
    name = words[0]
    found = place.routing.processes.get(name)
    if found is None:
        found = place.routing.processes[name] = _process(place.process.asn, name, line)
    place.context.refer("vrf", name, line, "router bgp vrf")
    place.context.done(line)
    _each(line.children, replace(place, process=found, no=False), _process_command)


def _version(words: tuple[str, ...]) -> int:
    """4 or 6 for unicast, 0 for any other address family."""
    if words[1:] not in ((), ("unicast",)):
        return 0
    return {"ipv4": 4, "ipv6": 6}.get(words[0].lower(), 0)


def _family(line: Line, words: tuple[str, ...], place: Place) -> None:
    version = _version(words)
    if overlay(words):
        _overlay(line, overlay(words), place)
        return
    if not version:
        _other_family(line, " ".join(words), place)
        return
    place.context.done(line)
    place.process.family(version)
    _each(line.children, replace(place, version=version, no=False), _family_command)


def _other_family(line: Line, name: str, place: Place) -> None:
    """Any family but unicast: what is set there is not modelled."""
    for each in walk(line):
        place.context.not_implemented(each, f"address family {name} is not modelled")


def _overlay(line: Line, family: int, place: Place) -> None:
    """A VPN family of the process: what it keeps that no VRF imports; other options are not there."""
    place.context.done(line)
    for child in line.children:
        words = child.words[1:] if child.words[0] == "no" else child.words
        if words == ("retain", "route-target", "all"):
            place.process.retain(family, off=child.words[0] == "no")
            place.context.done(child)
        else:
            for each in walk(child):
                place.context.not_implemented(each, "this option of a VPN family is not modelled")


def _family_command(line: Line, words: tuple[str, ...], place: Place) -> None:
    reader = _FAMILY.get(words[0].lower()) or bgp_family.FAMILY.get(words[0].lower())
    if reader is None:
        _unknown(line, place)
        return
    reader(line, words[1:], place)
    place.context.done(line)


def _redistribute(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`redistribute direct|static|PROTOCOL TAG route-map X`: without a route-map NX-OS does not take the line."""
    if words[0] not in {"lisp", "hmm", "amt", "srv6"} and "route-map" not in words and not place.no:
        raise ValueError("a route-map is missing")
    if words[0] in {"hmm", "amt", "srv6"}:
        if not place.no:
            place.context.not_implemented(line, f"routes of {words[0]} are not modelled")
        return
    bgp_family.redistribute(line, ("connected", *words[1:]) if words[0] == "direct" else words, place)


def _distance(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`distance EXTERNAL INTERNAL LOCAL`."""
    bgp_family.distance(line, ("bgp", *words), place)


def _maximum_paths(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`maximum-paths [ibgp|eibgp|mixed] N`: `mixed` shares between eBGP and iBGP paths."""
    if words[0] == "mixed":
        place.context.partial(line, "paths of eBGP and iBGP at once are not shared between")
        words = ("eibgp", *words[1:])
    bgp_family.maximum_paths(line, words, place)


def _additional_paths(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`additional-paths send|receive|install backup|selection route-map X` of a family."""
    family = place.family
    if words[0] == "receive":
        family.add_path_receive = not place.no
    elif words[0] == "send":
        family.add_path = "" if place.no else "all"
    elif words[0] == "selection":
        place.context.refer("route-map", words[-1], line, "bgp additional-paths selection")
        place.context.partial(line, "which paths are sent besides the best is not told by this map: all are")
    else:
        place.context.ignore(line, "backup paths carry no traffic in the converged state")


def _suppress_inactive(line: Line, words: tuple[str, ...], place: Place) -> None:
    place.process.settings["advertise_inactive"] = place.no


def _nexthop(line: Line, words: tuple[str, ...], place: Place) -> None:
    if words[0] == "trigger-delay":
        place.context.ignore(line, "timers; the converged state is judged")
    elif not place.no:
        place.context.refer("route-map", words[-1], line, "bgp nexthop route-map")
        place.context.not_implemented(line, "a policy for next hops is not modelled")


def _bestpath(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`bestpath …` stands where IOS has `bgp bestpath …`, `bgp always-compare-med`, `bgp deterministic-med`."""
    if words == ("always-compare-med",):
        place.process.settings["always_compare_med"] = not place.no
    elif words == ("med", "non-deterministic"):
        place.process.settings["deterministic_med"] = place.no
    elif words[:1] == ("igp-metric",) or words[:2] == ("cost-community", "ignore"):
        if not place.no:
            place.context.not_implemented(line, f"`bestpath {' '.join(words)}` is not modelled")
    else:
        bgp_process.bestpath(line, words, place)


def _ignored(reason: str) -> Handler:
    def handler(line: Line, words: tuple[str, ...], place: Place) -> None:
        place.context.ignore_block(line, reason)

    return handler


def _process_setting(name: str) -> Handler:
    return bgp_process.BGP[name]


_TIMER = "timers; the converged state is judged"
_SHOW = "does not change routes"
_GRACE = "behaviour while a session restarts; the converged state is judged"

_PROCESS: Mapping[str, Handler] = {
    "router-id": bgp_process.router_id,
    "cluster-id": bgp_process.cluster_id,
    "confederation": bgp_process.confederation,
    "bestpath": _bestpath,
    "enforce-first-as": _process_setting("enforce-first-as"),
    "suppress-fib-pending": _process_setting("suppress-fib-pending"),
    "shutdown": bgp_process.shutdown,
    "local-as": bgp_process.asn_of_vrf,
    "maxas-limit": bgp_family.opaque("a limit on the length of a path is not modelled"),
    "graceful-shutdown": bgp_family.opaque("what graceful shutdown does to neighbours is not modelled"),
    "isolate": bgp_family.opaque("a process that is isolated is not modelled"),
    "nexthop": _nexthop,
    "log-neighbor-changes": _ignored(_SHOW),
    "event-history": _ignored(_SHOW),
    "bmp-server": _ignored(_SHOW),
    "rd": _ignored("route distinguishers of EVPN"),
    "allocate-index": _ignored(_SHOW),
    "fast-external-fallover": _ignored("how fast a lost session is seen; the converged state is judged"),
    "neighbor-down": _ignored("how fast a lost session is seen; the converged state is judged"),
    "disable-policy-batching": _ignored("how updates are packed"),
    "flush-routes": _ignored(_GRACE),
    "graceful-restart": _ignored(_GRACE),
    "graceful-restart-helper": _ignored(_GRACE),
    "timers": _ignored(_TIMER),
    "reconnect-interval": _ignored(_TIMER),
    "dynamic-med-interval": _ignored(_TIMER),
    "prefix-peer-timeout": _ignored(_TIMER),
    "prefix-peer-wait": _ignored(_TIMER),
}

_FAMILY: Mapping[str, Handler] = {
    "redistribute": _redistribute,
    "distance": _distance,
    "maximum-paths": _maximum_paths,
    "additional-paths": _additional_paths,
    "client-to-client": bgp_process.client_to_client,
    "suppress-inactive": _suppress_inactive,
    "nexthop": _nexthop,
    "inject-map": bgp_family.opaque("injected routes are not modelled"),
    "advertise": bgp_family.opaque("EVPN is not modelled"),
    "retain": bgp_family.opaque("VPN routes are not modelled"),
    "allocate-label": bgp_family.opaque("labelled routes are not modelled"),
    "import": bgp_family.opaque("leaking of routes between VRFs is not modelled"),
    "export": bgp_family.opaque("leaking of routes between VRFs is not modelled"),
    "dampen-igp-metric": _ignored(_TIMER),
    "timers": _ignored(_TIMER),
    "wait-igp-convergence": _ignored("waits while the device starts; the converged state is judged"),
    "label-allocation-mode": _ignored("MPLS labels do not change where unicast routes lead"),
    "export-gateway-ip": _ignored("an attribute of EVPN routes"),
}


# ------------------------------------------------------------------------------------------------ neighbours


def _neighbor(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`neighbor A | PREFIX | INTERFACE [remote-as …]` with its block; a prefix lets any address of it connect."""
    name, rest = words[0], words[1:]
    prefix = parse_prefix(name) if "/" in name and not _named(name) else None
    if _named(name):
        name, rest = _interface(words, place)
    if place.no:
        if not rest:
            place.process.peers.pop(name, None)
        place.context.done(line)
        return
    peer = place.process.peer(name, line)
    if prefix is not None:
        peer.session["listen"] = prefix
    elif _named(name):
        peer.session["interface"] = name
    place.context.done(line)
    if rest:
        _setting(line, rest, peer, ALL_FAMILIES, place)
    _each(line.children, place, lambda each, inner, where: _neighbor_command(each, inner, where, peer))


def _named(name: str) -> bool:
    """Whether this is an interface, not an address: `Ethernet1/1`."""
    return name[0].isalpha() and ":" not in name


def _interface(words: tuple[str, ...], place: Place) -> tuple[str, tuple[str, ...]]:
    split = len(words) > 1 and words[1][0].isdecimal() and words[0].isalpha()
    name = canonical(place.vendor, words[0] + words[1] if split else words[0])
    return name, words[2 if split else 1 :]


def _neighbor_command(line: Line, words: tuple[str, ...], place: Place, peer: PeerDraft) -> None:
    """In a neighbor or a `template peer`: the session's settings and its families."""
    head = words[0].lower()
    if head == "address-family":
        _neighbor_family(line, words[1:], place, peer)
        return
    if line.children:
        raise ValueError("it opens no mode")
    if head == "inherit":
        _inherit(line, words[1:], place, peer)
    else:
        _setting(line, words, peer, ALL_FAMILIES, place)


def _neighbor_family(line: Line, words: tuple[str, ...], place: Place, peer: PeerDraft) -> None:
    version = _version(words)
    family = version or overlay(words)
    if not family:
        peer.others[" ".join(words)] = not place.no
        _other_family(line, " ".join(words), place)
        return
    place.context.done(line)
    if place.no:
        peer.families.pop(family, None)
        return
    peer.family(family, line)["activated"] = True
    inside = replace(place, version=family)
    _each(line.children, inside, lambda each, inner, where: _policy_command(each, inner, where, peer))
    if family == EVPN:
        place.context.partial(line, PREFIX_ROUTES)


def _policy_command(line: Line, words: tuple[str, ...], place: Place, peer: PeerDraft) -> None:
    """In a family of a neighbor, or in a `template peer-policy`."""
    if line.children:
        raise ValueError("it opens no mode")
    if words[0].lower() == "inherit":
        _inherit(line, words[1:], place, peer)
    else:
        _setting(line, words, peer, place.version, place)


def _setting(line: Line, words: tuple[str, ...], peer: PeerDraft, version: int, place: Place) -> None:
    """One setting, by NX-OS's own reader where it differs, else by the one that all share."""
    family: Settings = peer.families.get(version, {})
    command = Command(line, words[1:], peer, peer.session, family, version, place.no, place.context)
    own = SETTINGS.get(words[0].lower())
    if own is not None:
        own(command)
        place.context.done(line)
    else:
        apply(command, words[0])
    if family:
        peer.families[version] = family


def _remote_as(command: Command) -> None:
    """`remote-as N`, or `remote-as route-map X`: the ASes that X lets dynamic neighbours have."""
    if command.words[:1] != ("route-map",):
        apply(command, "remote-as")
        return
    command.context.refer("route-map", command.words[1], command.line, "bgp neighbor remote-as")
    command.session["remote as map"] = command.words[1]


def _peer_as_check(command: Command) -> None:
    """`disable-peer-as-check`: routes that hold the neighbour's AS are sent to it all the same."""
    command.family["advertise_peer_as"] = not command.no


def _inactive(command: Command) -> None:
    """`suppress-inactive`: only routes that are in the routing table are sent."""
    command.family["advertise_inactive"] = command.no


def _capability(command: Command) -> None:
    """`capability additional-paths send|receive [disable]`; the rest concerns no route."""
    words = command.words
    if words[:1] != ("additional-paths",):
        command.context.ignore(command.line, "a capability that changes no route")
        return
    on = not command.no and "disable" not in words
    if words[1:2] == ("send",):
        command.family["add_path_send"] = "all" if on else ""
    else:
        command.family["add_path_receive"] = on


def _skip(reason: str) -> Callable[[Command], None]:
    return lambda command: command.context.ignore(command.line, reason)


def _not_modelled(reason: str) -> Callable[[Command], None]:
    def setting(command: Command) -> None:
        if not command.no:
            command.context.not_implemented(command.line, reason)

    return setting


def _third_party(command: Command) -> None:
    """On by default: the next hop of another router of the subnet is kept, which is what the model does."""
    if command.no:
        reason = "a next hop of our own in place of a third party's is not modelled"
        command.context.not_implemented(command.line, reason)


#: What a neighbor's line means where NX-OS reads it by itself.
SETTINGS: Mapping[str, Callable[[Command], None]] = {
    "remote-as": _remote_as,
    "disable-peer-as-check": _peer_as_check,
    "suppress-inactive": _inactive,
    "capability": _capability,
    "next-hop-third-party": _third_party,
    "dynamic-capability": _skip("a capability that changes no route"),
    "low-memory": _skip("what happens when memory runs out"),
    "maximum-peers": _skip("how many dynamic neighbours there may be"),
    "affinity-group": _skip("a name for groups of neighbours"),
    "peer-type": _not_modelled("the kind of a fabric's neighbour is not modelled"),
    "rewrite-evpn-rt-asn": _not_modelled("EVPN is not modelled"),
    "rewrite-rt-asn": _not_modelled("VPN routes are not modelled"),
    "internal-vpn-client": _not_modelled("VPN routes are not modelled"),
    "import": _not_modelled("leaking of routes between families is not modelled"),
    "egress-engineering": _not_modelled("segment routing is not modelled"),
    "ebgp-peering": _not_modelled("not modelled"),
}


# ------------------------------------------------------------------------------------------------ templates


def _template(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`template peer|peer-session|peer-policy NAME`: of the process, for the neighbors of all its VRFs."""
    kind, name = words[0], words[1]
    context, routing = place.context, place.routing
    context.define("peer-group" if kind == "peer" else kind, name, line)
    context.done(line)
    if kind == "peer":
        peer = place.process.peer(name, line)
        peer.group = True
        _each(line.children, place, lambda each, inner, where: _neighbor_command(each, inner, where, peer))
    elif kind == "peer-session":
        session = routing.session_templates.setdefault(name, PeerDraft(name, line))
        _each(line.children, place, lambda each, inner, where: _neighbor_command(each, inner, where, session))
    elif kind == "peer-policy":
        policy = routing.policy_templates.setdefault(name, PeerDraft(name, line))
        inside = replace(place, version=ALL_FAMILIES)
        _each(line.children, inside, lambda each, inner, where: _policy_command(each, inner, where, policy))
    else:
        raise ValueError(f"{kind!r} is no template")


def _inherit(line: Line, words: tuple[str, ...], place: Place, peer: PeerDraft) -> None:
    """`inherit peer|peer-session NAME`, `inherit peer-policy NAME SEQUENCE`."""
    kind, name = words[0], words[1]
    if kind == "peer":
        peer.member_of = "" if place.no else name
    elif kind == "peer-session":
        peer.session_template = "" if place.no else name
    elif kind == "peer-policy":
        known = peer.policy_templates.setdefault(place.version, [])
        known[:] = [each for each in known if each[1] != name]
        if not place.no:
            # The guide: templates are tried in order of their preference, and the first that sets a value holds.
            known.append((-int(words[2]) if len(words) > 2 else 0, name))
    else:
        raise ValueError(f"{kind!r} is no template")
    if not place.no:
        usage = "peer-group" if kind == "peer" else kind
        place.context.refer(usage, name, line, f"bgp inherit {kind}")
    place.context.done(line)


_MODES: Mapping[str, Handler] = {
    "neighbor": _neighbor,
    "address-family": _family,
    "template": _template,
    "vrf": _vrf,
}
