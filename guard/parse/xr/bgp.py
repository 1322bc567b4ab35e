"""`router bgp`: the process, its VRFs and families. Neighbours and groups are in bgp_neighbor.

A neighbour is active in the families that it, or a group that it uses, has a block for ("No Default Address Family").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from guard.parse.cisco.bgp_family import FAMILY, Place
from guard.parse.cisco.bgp_process import BGP
from guard.parse.cisco.number import asn, dotted
from guard.parse.cisco.overlay import overlay
from guard.parse.cisco.routing_draft import ProcessDraft
from guard.parse.cisco.table import Ignored, NotModelled, malformed, unrecognised
from guard.parse.context import Context, walk
from guard.parse.line import Line
from guard.parse.xr.bgp_neighbor import af_group, neighbor, peer_group, resolve
from guard.parse.xr.reading import XrReading
from guard.parse.xr.vrf import VrfFamily
from guard.parse.xr.words import with_policy

_HARMLESS = Ignored("timers, logs and restarts; the converged state is judged")
_PACKING = Ignored("how updates are packed, stored and shown")
_UNMODELLED = NotModelled("this option of BGP is not modelled")
_OTHER_FAMILY = "this address family is not modelled"

#: After `bgp`, what is neither read below nor the same in the common grammar.
_BGP_IGNORED = frozenset({
    "graceful-restart", "graceful-maintenance", "log", "maximum", "scan-time", "fast-external-fallover",
    "import-delay", "label-delay", "bfd", "nexthop", "update-delay", "write-limit", "dampening", "as-path-loopcheck",
    "attribute-download", "lpts-secure-binding", "install", "long-lived-graceful-restart", "debug", "process",
    "multipath", "update", "distance", "slow-peer",
})  # fmt: skip
_IGNORED = frozenset({
    "nsr", "nsf", "timers", "socket", "update", "ibgp", "rpki", "slow-peer", "optimal-route-reflection", "bmp", "snmp",
    "wait", "event", "prefix-ecmp-delay", "soft-reconfiguration", "dynamic-med", "default-martian-check", "exit",
    "label", "permanent-network", "next-hop-unchanged", "accept-own",
})  # fmt: skip
_NOT_MODELLED = frozenset({
    "apply-group",
    "mpls", "mvpn", "segment-routing", "default-metric", "allocate-label", "advertise", "allow", "export", "global",
    "import", "inter-as", "next-hop-self", "nexthop", "retain", "vrf", "weight", "route-target", "additional-paths",
    "epe", "domain-distinguisher", "as-path-loopcheck",
})  # fmt: skip


def router_bgp(line: Line, context: Context, reading: XrReading) -> None:
    """The block of the process; a second instance is not modelled."""
    if "instance" in line.words and line.words[line.words.index("instance") + 1] != "default":
        NotModelled("a second instance of BGP is not modelled")(line, context, None)
        return
    routing = reading.routing
    process = routing.processes.get("default")
    if process is None:
        process = routing.processes["default"] = _process(asn(line.words[2]), "default", line)
    context.done(line)
    place = Place(process, 4, routing, context)
    _block(line.children, place, reading)


def _process(number: int, vrf: str, line: Line) -> ProcessDraft:
    process = ProcessDraft(number, vrf, line)
    process.default_ipv4 = False
    return process


def _block(lines: tuple[Line, ...], place: Place, reading: XrReading) -> None:
    for line in lines:
        try:
            _command(line, place, reading)
        except (ValueError, IndexError, KeyError) as problem:
            malformed(line, place.context, str(problem))


def _command(line: Line, place: Place, reading: XrReading) -> None:
    words, context = line.words, place.context
    head = words[0].lower()
    if head == "bgp":
        _bgp(line, place)
    elif head == "address-family":
        _family(line, place, reading)
    elif head == "neighbor":
        neighbor(line, place.process, context, reading)
    elif head in {"neighbor-group", "session-group"}:
        peer_group(line, context, reading)
    elif head == "af-group":
        af_group(line, context, reading)
    elif head == "vrf" and words[1] != "all":
        _vrf(line, place, reading)
    elif head == "rd":
        place.process.settings["route_distinguisher"] = words[1]
        context.done(line)
    elif head == "default-information":
        for version in (4, 6):
            place.process.family(version).settings["default_information"] = True
        context.done(line)
    elif head in _OWN:  # families of a file that was typed: `redistribute` in the process itself
        _family_command(line, place, reading)
    else:
        _rest(line, head, context)


def _rest(line: Line, head: str, context: Context) -> None:
    if head in _IGNORED:
        _PACKING(line, context, None)
    elif head in _NOT_MODELLED:
        _UNMODELLED(line, context, None)
    else:
        unrecognised(line, context)


def _vrf(line: Line, place: Place, reading: XrReading) -> None:
    """A VRF's own BGP: its settings are those of the process where it has none."""
    vrf = line.words[1]
    place.context.done(line)
    place.context.refer("vrf", vrf, line, "router bgp vrf")
    process = place.routing.processes.get(vrf)
    if process is None:
        process = place.routing.processes[vrf] = _process(place.process.asn, vrf, line)
    _block(line.children, replace(place, process=process), reading)


# ------------------------------------------------------------------------------------------------ bgp …


def _bgp(line: Line, place: Place) -> None:
    words, context = line.words[1:], place.context
    key = words[0].lower()
    settings = place.process.settings
    if key == "bestpath":
        _bestpath(line, words[1:], place)
    elif key == "confederation" and words[1] == "peers":
        found = frozenset(asn(word) for word in (*words[2:], *(each.words[0] for each in line.children)))
        settings["confederation_peers"] = settings.get("confederation_peers", frozenset()) | found
        for each in walk(line):
            context.done(each)
    elif key == "unsafe-ebgp-policy":
        settings["ebgp_requires_policy"] = False
        context.done(line)
    elif key == "enforce-first-as":
        settings["enforce_first_as"] = words[-1] != "disable"
        context.done(line)
    elif key == "client-to-client":
        settings["client_to_client"] = words[-1] != "disable"
        context.done(line)
        if "cluster-id" in words:
            context.partial(line, "reflection within one cluster is not told apart")
    elif key == "redistribute-internal":
        context.not_implemented(line, "iBGP routes in an IGP are not modelled")
    elif key == "cluster-id":
        settings["cluster_id"] = dotted(words[1])
        context.done(line)
    elif key in {"router-id", "confederation", "default"}:
        BGP[key](line, words[1:], replace(place, no=False))
        context.done(line)
    elif key in _BGP_IGNORED:
        _HARMLESS(line, context, None)
    elif key in {"maxas-limit", "auto-policy-soft-reset", "rpki", "origin-as"}:
        _UNMODELLED(line, context, None)
    else:
        unrecognised(line, context)


_BESTPATH: Mapping[tuple[str, ...], str] = {
    ("med", "always"): "always_compare_med",
    ("med", "confed"): "med_confederation",
    ("med", "missing-as-worst"): "med_missing_as_worst",
    ("as-path", "ignore"): "ignore_as_path",
    ("as-path", "multipath-relax"): "multipath_relax",
    ("compare-routerid",): "compare_router_id",
}


def _bestpath(line: Line, words: tuple[str, ...], place: Place) -> None:
    field = _BESTPATH.get(words)
    if field is not None:
        place.process.settings[field] = True
        place.context.done(line)
    elif words[:1] == ("cost-community",):
        place.context.ignore(line, "cost communities are not looked at")
    else:
        place.context.not_implemented(line, "this step of the decision is not modelled")


# ------------------------------------------------------------------------------------------------ families

_OWN = frozenset({"network", "aggregate-address", "redistribute", "maximum-paths", "distance", "table-policy"})


def _family(line: Line, place: Place, reading: XrReading) -> None:
    words = tuple(word.lower() for word in line.words[1:])
    version = {"ipv4": 4, "ipv6": 6}.get(words[0], 0) if words[1:] in {("unicast",), ()} else 0
    if not version:
        family = overlay(words)
        if family:
            _overlay(line, family, place)
        else:
            other_family(line, place.context)
        return
    place.context.done(line)
    inner = replace(place, version=version)
    place.process.family(version)
    for child in line.children:
        try:
            _family_command(child, inner, reading)
        except (ValueError, IndexError, KeyError) as problem:
            malformed(child, place.context, str(problem))


def _overlay(line: Line, family: int, place: Place) -> None:
    """A VPN family of the process: what it keeps that no VRF imports; several paths and other options are not there."""
    place.context.done(line)
    for child in line.children:
        words = tuple(word.lower() for word in child.words)
        if words[:2] == ("retain", "route-target"):
            place.process.retain(family)
            place.context.done(child)
            if words[2:] != ("all",):
                place.context.partial(child, "routes are kept whatever their targets")
        elif words[0] in _IGNORED or words[:2] == ("nexthop", "trigger-delay"):
            _PACKING(child, place.context, None)
        elif words[0] == "additional-paths":
            place.context.partial(child, "of each route distinguisher the best path alone is passed on")
        else:
            _UNMODELLED(child, place.context, None)


def other_family(line: Line, context: Context) -> None:
    """Any family but IPv4 and IPv6 unicast; one in which nothing is set does nothing by itself."""
    if not line.children:
        context.ignore(line, "an address family in which nothing is set")
        return
    for each in walk(line):
        context.not_implemented(each, _OTHER_FAMILY)


def _family_command(line: Line, place: Place, reading: XrReading) -> None:
    words, context = line.words, place.context
    head = words[0].lower()
    if head == "no":
        context.done(line)  # a file has each command once: nothing is there to remove
    elif head == "table-policy":
        name = reading.attach(context, words[1], line, "bgp table-policy")
        place.family.settings["table_policy"] = name
        context.done(line)
    elif head == "nexthop" and words[1:2] == ("trigger-delay",):
        _HARMLESS(line, context, None)
    elif head in _OWN:
        made = with_policy(line, words[1:], reading, context, f"bgp {head}")
        made = tuple(word for word in made if word not in {"as-confed-set", "ebgp"})
        FAMILY[head](line, made, replace(place, no=False))
        context.done(line)
        if "as-confed-set" in words:
            context.partial(line, "sets of confederation ASes are not modelled")
    elif head == "bgp":
        _bgp_of_family(line, words[1:], place)
    else:
        _rest(line, head, context)


def _bgp_of_family(line: Line, words: tuple[str, ...], place: Place) -> None:
    key = words[0].lower()
    if key == "bestpath":
        _bestpath(line, words[1:], place)
    elif key in _BGP_IGNORED:
        _HARMLESS(line, place.context, None)
    else:
        place.context.not_implemented(line, "this option of a family is not modelled")


# ------------------------------------------------------------------------------------------------ the end


def finish(context: Context, reading: XrReading) -> None:
    """What can only be said when all groups and VRFs are known: who is active where, and what VRFs exchange."""
    for process in reading.routing.processes.values():
        resolve(process, context, reading)
        for version in tuple(process.families):
            family = reading.vrf_families.get((process.vrf, version))
            if family is not None:
                _leaks(process, version, family)


def _leaks(process: ProcessDraft, version: int, vrf: VrfFamily) -> None:
    """Route targets of a VRF that BGP serves; `import from default-vrf` stands for a copy of that table."""
    family = process.family(version)
    settings = family.settings
    if vrf.import_targets:
        settings["import_targets"] = vrf.import_targets
        family.import_vpn = True
    if vrf.export_targets:
        settings["export_targets"] = vrf.export_targets
        family.export_vpn = True
    for way in ("import", "export"):
        if way in vrf.policies:
            settings[f"{way}_policy"] = vrf.policies[way]
    if "import default" in vrf.policies:
        settings["import_vrfs"] = ("default",)
        settings.setdefault("import_policy", vrf.policies["import default"])
