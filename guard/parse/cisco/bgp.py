"""`router bgp` of IOS, EOS and FRR: its modes, and at the end BgpProcess for each VRF with all defaults resolved.

Unicast of both IP versions is modelled; what stands in another address family is noted line by line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from guard.model.bgp import EVPN, BgpFamily, BgpProcess
from guard.model.device import Vendor, Vrf
from guard.model.vendor_defaults import FRR_VERSION, BgpDefaults, bgp_defaults
from guard.parse.cisco.bgp_family import FAMILY, Place
from guard.parse.cisco.bgp_process import BGP, PROCESS
from guard.parse.cisco.interface_name import canonical
from guard.parse.cisco.neighbor import Command, apply
from guard.parse.cisco.neighbor_resolve import Scope, neighbors
from guard.parse.cisco.number import asn, asn_list
from guard.parse.cisco.overlay import PREFIX_ROUTES, overlay
from guard.parse.cisco.routing_draft import ALL_FAMILIES, FamilyDraft, PeerDraft, ProcessDraft, Settings
from guard.parse.context import Context, walk
from guard.parse.draft import Draft
from guard.parse.line import Line

DEFAULT_VRF = "default"


def router_bgp(line: Line, context: Context, draft: Draft) -> None:
    """`router bgp ASN [vrf X]` with its block."""
    number = asn(line.words[2])
    rest = line.words[3:]
    if rest[:1] == ("view",):
        for each in walk(line):
            context.not_implemented(each, "a BGP view has a table of its own, which is not modelled")
        return
    vrf = rest[1] if rest[:1] == ("vrf",) else DEFAULT_VRF
    process = draft.routing.processes.get(vrf)
    if process is None:
        process = draft.routing.processes[vrf] = ProcessDraft(number, vrf, line)
    version = ALL_FAMILIES if context.vendor is Vendor.EOS else 4
    place = Place(process, version, draft.routing, context)
    context.done(line)
    _block(line.children, place, inside=False)


def _block(lines: tuple[Line, ...], place: Place, *, inside: bool) -> None:
    """Read the commands of a mode; `inside`: of an address family."""
    for line in lines:
        try:
            _command(line, place, inside=inside)
        except (ValueError, IndexError, KeyError) as problem:
            place.context.unrecognised(line, f"its arguments cannot be read: {problem}")
            place.context.warn(line, f"cannot be read: {problem}")


def _command(line: Line, place: Place, *, inside: bool) -> None:
    words, context = line.words, place.context
    head = words[0].lower()
    if head.startswith("exit"):
        context.done(line)
        return
    if head == "default" and place.vendor is Vendor.EOS:
        context.done(line)  # what it would be anyway
        return
    place.no = head == "no"
    if place.no:
        words = words[1:]
        head = words[0].lower()
    if head == "neighbor":
        _neighbor(line, words, place, inside=inside)
    elif head == "address-family":
        _address_family(line, words[1:], place)
    elif head == "vrf" and place.vendor is Vendor.EOS:
        _vrf(line, words[1], place)
    elif head in ("vlan", "vlan-aware-bundle", "vpws"):
        for each in walk(line):
            context.not_implemented(each, "EVPN is not modelled")
    elif head == "template":
        _template(line, words, place)
    else:
        key = words[1].lower() if head == "bgp" else head
        reader = BGP.get(key) if head == "bgp" else PROCESS.get(key) or FAMILY.get(key)
        if reader is None:
            for each in walk(line):
                context.unrecognised(each)
            return
        for each in walk(line):
            if each is not line:
                context.not_implemented(each, "not modelled")
        reader(line, words[2:] if head == "bgp" else words[1:], place)
        context.done(line)


# ------------------------------------------------------------------------------------------------ modes


def _address_family(line: Line, words: tuple[str, ...], place: Place) -> None:
    version = {"ipv4": 4, "ipv6": 6}.get(words[0].lower(), 0)
    rest = words[1:]
    if rest and "unicast".startswith(rest[0].lower()):
        rest = rest[1:]
    if overlay(words):
        _overlay_family(line, overlay(words), place)
        return
    if not version or (rest and rest[0] != "vrf"):
        _other_family(line, " ".join(words), place)
        return
    place.context.done(line)
    process, nested = place.process, False
    if rest:
        process, nested = _vrf_process(rest[1], line, place), True
    inner = replace(place, process=process, version=version, no=False)
    process.nested = process.nested or nested
    process.family(version)
    _block(line.children, inner, inside=not nested)


def _overlay_family(line: Line, family: int, place: Place) -> None:
    """A VPN family: who carries it. EVPN does more than the model, which knows its IP-prefix routes alone."""
    inner = replace(place, version=family, no=False)
    place.context.done(line)
    for child in line.children:
        head = child.words[0].lower()
        if "neighbor" in child.words[:2]:
            _block((child,), inner, inside=True)
        elif head in ("no", "default") or head.startswith("exit"):
            place.context.done(child)
        else:
            for each in walk(child):
                place.context.not_implemented(each, "this option of a VPN family is not modelled")
    if family == EVPN and any(child.words[0].lower() == "neighbor" for child in line.children):
        place.context.partial(line, PREFIX_ROUTES)


def _other_family(line: Line, name: str, place: Place) -> None:
    """Any family but IPv4 and IPv6 unicast: a session may be there for it, and what else is set is not modelled."""
    effective = False
    for child in line.children:
        head = child.words[0].lower()
        if head == "neighbor" and child.words[2:] == ("activate",):
            place.process.peer(child.words[1], child).others[name] = True
        if head in ("no", "default") or head.startswith("exit"):
            place.context.done(child)
            continue
        effective = True
        for each in walk(child):
            place.context.not_implemented(each, f"address family {name} is not modelled")
    if effective:
        place.context.not_implemented(line, f"address family {name} is not modelled")
    else:
        place.context.ignore(line, "an address family in which nothing is set")


def _vrf_process(vrf: str, line: Line, place: Place) -> ProcessDraft:
    found = place.routing.processes.get(vrf)
    if found is None:
        found = place.routing.processes[vrf] = ProcessDraft(place.process.asn, vrf, line)
        found.default_ipv4 = place.process.default_ipv4
        found.default_ipv6 = place.process.default_ipv6
    return found


def _vrf(line: Line, vrf: str, place: Place) -> None:
    """EOS: `vrf X` below `router bgp`."""
    place.context.done(line)
    inner = replace(place, process=_vrf_process(vrf, line, place), version=ALL_FAMILIES, no=False)
    _block(line.children, inner, inside=False)


def _template(line: Line, words: tuple[str, ...], place: Place) -> None:
    """IOS: `template peer-session|peer-policy NAME`."""
    kind, name = words[1], words[2]
    routing = place.routing
    templates = routing.session_templates if kind == "peer-session" else routing.policy_templates
    template = templates.setdefault(name, PeerDraft(name, line))
    place.context.define(kind, name, line)
    place.context.done(line)
    for child in line.children:
        try:
            _template_line(child, template, place)
        except (ValueError, IndexError, KeyError) as problem:
            place.context.unrecognised(child, f"its arguments cannot be read: {problem}")


def _template_line(line: Line, template: PeerDraft, place: Place) -> None:
    words = line.words
    place.no = words[0] == "no"
    if place.no:
        words = words[1:]
    if words[0].startswith("exit"):
        place.context.done(line)
    elif words[0] == "inherit":
        _inherit(line, words[1:], template, ALL_FAMILIES, place)
    else:
        _set(line, words, template, ALL_FAMILIES, place)


# ------------------------------------------------------------------------------------------------ neighbours


def _neighbor(line: Line, words: tuple[str, ...], place: Place, *, inside: bool) -> None:
    name = words[1]
    process, context = place.process, place.context
    if name == "interface" and place.vendor is Vendor.EOS and len(words) > 2:
        _eos_interfaces(line, words[2:], place)
        return
    if len(words) == 2:
        if place.no:
            process.peers.pop(name, None)
        context.done(line)
        return
    peer = process.peer(name, line)
    if process.nested:
        peer.family(place.version, line)
    keyword = words[2].lower()
    if keyword == "peer-group" or (keyword == "peer" and words[3:4] == ("group",)):
        _peer_group(line, words[3 if keyword == "peer-group" else 4 :], peer, place, inside=inside)
    elif keyword == "interface" and place.vendor is Vendor.FRR:
        _frr_interface(line, words[3:], peer, place)
    elif keyword == "inherit":
        _inherit(line, words[3:], peer, place.version, place)
    else:
        _set(line, words[2:], peer, place.version, place)


def _set(line: Line, words: tuple[str, ...], peer: PeerDraft, version: int, place: Place) -> None:
    family = peer.families.get(version)
    fresh: Settings = {} if family is None else family
    command = Command(line, words[1:], peer, peer.session, fresh, version, place.no, place.context)
    apply(command, words[0])
    if family is None and fresh:
        peer.families[version] = fresh
        peer.family_lines.setdefault(version, line)


def _peer_group(line: Line, words: tuple[str, ...], peer: PeerDraft, place: Place, *, inside: bool) -> None:
    """`neighbor G peer-group` makes a group, `neighbor X peer-group G` a member of it."""
    place.context.done(line)
    if not words:
        if place.no:
            peer.member_of = ""
        else:
            peer.group = True
            place.context.define("peer-group", peer.name, line)
        return
    if place.no:
        peer.member_of = ""
        peer.family_groups.pop(place.version, None)
        return
    if inside and place.version:
        peer.family_groups[place.version] = words[0]
    else:
        peer.member_of = words[0]
    place.context.refer("peer-group", words[0], line, "bgp neighbor peer-group")


def _inherit(line: Line, words: tuple[str, ...], peer: PeerDraft, version: int, place: Place) -> None:
    kind, name = words[0], words[1]
    if kind == "peer-session":
        peer.session_template = "" if place.no else name
    elif kind == "peer-policy":
        sequence = int(words[2]) if len(words) > 2 else 0
        known = peer.policy_templates.setdefault(version, [])
        known[:] = [each for each in known if each[1] != name and (sequence or each[0])]
        if not place.no:
            known.append((sequence, name))
    else:
        raise ValueError(f"{kind!r} is no template")
    if not place.no:
        place.context.refer(kind, name, line, f"bgp inherit {kind}")
    place.context.done(line)


def _frr_interface(line: Line, words: tuple[str, ...], peer: PeerDraft, place: Place) -> None:
    """`neighbor IFNAME interface [v6only] [remote-as X | peer-group G]`: unnumbered."""
    place.context.done(line)
    if place.no:
        peer.session.pop("interface", None)
        return
    peer.session["interface"] = peer.name
    if words[:1] == ("v6only",):
        words = words[1:]
    if words[:1] == ("peer-group",):
        peer.member_of = words[1]
        place.context.refer("peer-group", words[1], line, "bgp neighbor peer-group")
    elif words:
        _set(line, words, peer, place.version, place)


def _eos_interfaces(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS: `neighbor interface Et1-4,7 peer-group G [remote-as N | peer-filter F]`."""
    place.context.done(line)
    for name in expand_interfaces(words[0]):
        if place.no:
            place.process.peers.pop(name, None)
            continue
        peer = place.process.peer(name, line)
        peer.session["interface"] = name
        options = {word: words[at + 1] for at, word in enumerate(words[:-1])}
        peer.member_of = options.get("peer-group", "")
        if "remote-as" in options:
            _set(line, ("remote-as", options["remote-as"]), peer, place.version, place)
        if "peer-filter" in options:
            place.context.refer("peer-filter", options["peer-filter"], line, "bgp neighbor interface")
            peer.session["peer filter"] = options["peer-filter"]


def expand_interfaces(text: str) -> tuple[str, ...]:
    """`Et1-3,5/1` → its interfaces under their full names."""
    names: list[str] = []
    kind = ""
    for part in text.split(","):
        start = next((at for at, char in enumerate(part) if char.isdecimal()), len(part))
        kind = part[:start] or kind
        head, slash, last = part[start:].rpartition("/")
        low, _, high = last.partition("-")
        if not low.isdecimal() or (high and not high.isdecimal()) or int(high or low) - int(low) > 4096:
            raise ValueError(f"{text!r} is no range of interfaces")
        for number in range(int(low), int(high or low) + 1):
            names.append(canonical(Vendor.EOS, f"{kind}{head}{slash}{number}"))
    return tuple(names)


# ------------------------------------------------------------------------------------------------ other commands


def peer_filter(line: Line, context: Context, draft: Draft) -> None:
    """EOS: `peer-filter NAME` with `[N] match as-range A-B result accept|reject`."""
    rules = draft.routing.peer_filters.setdefault(line.words[1], [])
    context.define("peer-filter", line.words[1], line)
    context.done(line)
    for child in line.children:
        words = child.words
        if words[0].startswith("exit"):
            context.done(child)
            continue
        sequence = (max((rule[0] for rule in rules), default=0) // 10 + 1) * 10
        if words[0].isdecimal():
            sequence, words = int(words[0]), words[1:]
        if words[:2] != ("match", "as-range") or words[-1] not in ("accept", "reject"):
            context.unrecognised(child)
            continue
        rules += [(sequence, low, high, words[-1] == "accept") for low, high in asn_list(words[2:-2])]
        context.done(child)


_VERSION = re.compile(r"(\d+)(?:\.(\d+))?")  # 8.4.4, 7.5+cl4.4, 10.0-dev


def frr_version(line: Line, context: Context, draft: Draft) -> None:
    """`frr version X`: which defaults the file was written under (lib/defaults.c)."""
    if len(line.words) == 2:
        context.ignore(line, "Batfish's mark of where frr.conf begins, without a version")
        return
    found = _VERSION.match(line.words[2])
    if found is None:
        raise ValueError(f"{line.words[2]!r} is no version")
    draft.routing.frr_version = (int(found[1]), int(found[2] or 0))
    context.done(line)


#: `frr defaults datacenter` (bgpd.h, BGP_DEFAULT_HOLDTIME; bgp_vty.c).
_DATACENTER_HOLD = 9


def frr_defaults(line: Line, context: Context, draft: Draft) -> None:
    """`frr defaults traditional|datacenter`."""
    draft.routing.frr_profile = line.words[2]
    context.done(line)


def frr_of_all(field: str) -> Callable[[Line, Context, Draft], None]:
    """A flag outside `router bgp`: on in all instances (`bm->` beside `bgp->` in bgpd.h)."""

    def handler(line: Line, context: Context, draft: Draft) -> None:
        draft.routing.frr_of_all[field] = line.words[0] != "no"
        context.done(line)

    return handler


# ------------------------------------------------------------------------------------------------ the end


def finish(context: Context, draft: Draft) -> None:
    """Freeze all processes."""
    routing = draft.routing
    if not routing.processes:
        return
    defaults = bgp_defaults(context.vendor, routing.frr_profile, routing.frr_version or FRR_VERSION)
    root = routing.processes.get(DEFAULT_VRF) or next(iter(routing.processes.values()))
    if context.vendor is Vendor.IOS:
        _add_vrfs(root, draft)
    for process in routing.processes.values():
        _leaks(process, draft)
        _inherit_process(process, root, context.vendor)
        process.settings.update((field, True) for field, on in routing.frr_of_all.items() if on)
        if routing.frr_profile == "datacenter":
            process.settings.setdefault("hold_time", _DATACENTER_HOLD)
        draft.bgp.append(_process(Scope(process, root, routing, defaults, context)))


def _add_vrfs(root: ProcessDraft, draft: Draft) -> None:
    """IOS: BGP has a table for each VRF with a route distinguisher, whether or not it says a word of it.

    Recorded: lab-validation, iosxe_vrf_route_leaking_bgp_peering (vrf4 of d2_v34 imports without an address family).
    """
    for name, vrf in draft.vrfs.items():
        if vrf.route_distinguisher and (vrf.import_targets or vrf.export_targets):
            process = draft.routing.processes.setdefault(name, ProcessDraft(root.asn, name, root.line, nested=True))
            process.family(4)


def _leaks(process: ProcessDraft, draft: Draft) -> None:
    """What a VRF's own block says of leaking holds for each family of its process (RFC 4364 4.3.1)."""
    vrf, routing = draft.vrfs.get(process.vrf), draft.routing
    for family in process.families.values():
        if vrf is not None and (vrf.import_targets or vrf.export_targets):
            family.settings.setdefault("import_targets", vrf.import_targets)
            family.settings.setdefault("export_targets", vrf.export_targets)
            family.import_vpn = family.export_vpn = True
        if vrf is not None and (vrf.evpn_import_targets or vrf.evpn_export_targets):
            _evpn(process, family, vrf)
        if process.vrf in routing.vrf_imports:
            family.settings["import_vrfs"] = routing.vrf_imports[process.vrf]
        for way in ("import", "export"):
            policy = routing.vrf_policies.get((process.vrf, way))
            if policy:
                family.settings.setdefault(f"{way}_policy", policy)


def _without_distances(settings: Settings) -> Settings:
    """A VRF of EOS has the default distances unless it names its own (lab-validation, eos_evpn_l3_design_guide)."""
    return {key: value for key, value in settings.items() if not key.startswith("distance_")}


def _evpn(process: ProcessDraft, family: FamilyDraft, vrf: Vrf) -> None:
    """EVPN targets of a VRF; `auto` is our AS with the VRF's network identifier (RFC 8365 5.1.2.1)."""
    auto = f"{process.asn if process.asn < 1 << 16 else AS_TRANS}:{vrf.vni}" if vrf.vni else ""
    for way, targets in (("import", vrf.evpn_import_targets), ("export", vrf.evpn_export_targets)):
        known = tuple(auto if each == "auto" else each for each in targets)
        family.settings.setdefault(f"evpn_{way}_targets", tuple(filter(None, known)))


#: RFC 6793: what stands for an AS number of four octets where two are expected.
AS_TRANS = 23456


def _inherit_process(process: ProcessDraft, root: ProcessDraft, vendor: Vendor) -> None:
    """IOS and EOS keep one process for all VRFs, whose settings hold in each; FRR's instances are apart.

    NX-OS takes identifiers and `bestpath` a VRF; what it takes for the process alone holds in all of them.
    """
    if process is root or vendor is Vendor.FRR:
        return
    if vendor is Vendor.NXOS:
        of_all = {key: root.settings[key] for key in _NXOS_SHARED & set(root.settings)}
        process.settings = {**of_all, **process.settings}
        return
    settings = {**root.settings, **process.settings}
    if vendor is Vendor.EOS and "router_id" not in process.settings:
        settings.pop("router_id", None)
    process.settings = settings
    process.connected_check = root.connected_check
    if process.allowas_in is None:
        process.allowas_in = root.allowas_in
    process.next_hop_unchanged = process.next_hop_unchanged or root.next_hop_unchanged
    shared = root.families.get(ALL_FAMILIES)
    if vendor is Vendor.EOS and shared is not None:
        own = process.family(ALL_FAMILIES)
        own.settings = {**_without_distances(shared.settings), **own.settings}


#: What NX-OS configures once for all VRFs (Unicast Routing Configuration Guide, "Configuring Advanced BGP").
_NXOS_SHARED = frozenset(
    {"enforce_first_as", "confederation_id", "confederation_peers", "shutdown", "suppress_fib_pending"}
)
_NOT_OF_THE_PROCESS = frozenset({"network_import_check", "advertise_inactive", "shutdown"})


def _process(scope: Scope) -> BgpProcess:
    process, defaults = scope.process, scope.defaults
    settings: Settings = {
        "multipath_relax": defaults.multipath_relax,
        "compare_router_id": defaults.compare_router_id,
        "enforce_first_as": defaults.enforce_first_as,
        "deterministic_med": defaults.deterministic_med,
        "ebgp_requires_policy": defaults.ebgp_requires_policy,
        **{key: value for key, value in process.settings.items() if key not in _NOT_OF_THE_PROCESS},
    }
    peers = neighbors(scope)
    wanted: set[int] = {version for version in (4, 6) if version in process.families}
    wanted |= {family.version for peer in peers for family in peer.families if family.activated} | {4}
    return BgpProcess(
        asn=process.asn,
        source=scope.context.source(process.line),
        vrf=process.vrf,
        families=tuple(_family(version, process, defaults) for version in sorted(wanted)),
        neighbors=peers,
        options=tuple(sorted(process.options.items())),
        single_agent=scope.context.vendor is Vendor.EOS and not scope.routing.multi_agent,
        **settings,
    )


def _family(version: int, process: ProcessDraft, defaults: BgpDefaults) -> BgpFamily:
    shared = process.families.get(ALL_FAMILIES, FamilyDraft())
    own = process.families.get(version, FamilyDraft())
    settings: Settings = {
        "distance_external": defaults.distance_external,
        "distance_internal": defaults.distance_internal,
        "distance_local": defaults.distance_local,
        "maximum_paths": defaults.maximum_paths,
        "maximum_paths_ibgp": defaults.maximum_paths_ibgp,
        "network_import_check": process.settings.get("network_import_check", defaults.network_import_check),
        **shared.settings,
        **own.settings,
    }
    if not own.import_vpn:
        settings.pop("import_targets", None)
    if not own.export_vpn:
        settings.pop("export_targets", None)
    redistributions = {**shared.redistributions, **own.redistributions}
    return BgpFamily(
        version=version,
        networks=tuple(own.networks.values()),
        aggregates=tuple(own.aggregates.values()),
        redistributions=tuple(redistributions.values()),
        **settings,
    )
