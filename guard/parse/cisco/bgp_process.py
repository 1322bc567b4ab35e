"""`bgp …` and the other settings of a BGP process as a whole, in IOS, EOS and FRR."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.address import parse_prefix
from guard.model.bgp import OVERLAYS
from guard.model.device import Vendor
from guard.parse.cisco.bgp_family import Handler, Place, opaque
from guard.parse.cisco.neighbor import hold_times
from guard.parse.cisco.number import asn, asn_list, between, dotted
from guard.parse.cisco.overlay import overlay
from guard.parse.cisco.routing_draft import ListenRange
from guard.parse.line import Line

#: Members of a confederation are few; a range beyond this is a typing mistake.
_MAX_PEER_RANGE = 100_000


def router_id(line: Line, words: tuple[str, ...], place: Place) -> None:
    if place.no or not words or words[0] in ("interface", "vrf", "auto-assign"):
        if not place.no:
            place.context.partial(line, "the identifier is taken as if this line were not there")
        place.process.settings.pop("router_id", None)
        return
    place.process.settings["router_id"] = dotted(words[0])


def cluster_id(line: Line, words: tuple[str, ...], place: Place) -> None:
    if place.no:
        place.process.settings.pop("cluster_id", None)
        return
    place.process.settings["cluster_id"] = dotted(words[0])


def confederation(line: Line, words: tuple[str, ...], place: Place) -> None:
    settings = place.process.settings
    if words[0] == "identifier":
        settings["confederation_id"] = None if place.no else asn(words[1])
        return
    if words[0] != "peers":
        raise ValueError(f"{words[0]!r} is not known here")
    found: set[int] = set()
    for low, high in asn_list(words[1:]):
        if high - low > _MAX_PEER_RANGE:
            raise ValueError(f"{low}-{high} is too wide for a confederation")
        found.update(range(low, high + 1))
    known: frozenset[int] = settings.get("confederation_peers", frozenset())
    settings["confederation_peers"] = known - found if place.no else known | found


def default(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`bgp default ipv4-unicast|ipv6-unicast|local-preference N|…`."""
    process = place.process
    if words[0] == "ipv4-unicast":
        if words[1:2] == ("transport",):
            if place.no:
                process.options.pop("default ipv4 over ipv6", None)
            else:
                process.options["default ipv4 over ipv6"] = "yes"
            return
        process.default_ipv4 = not place.no
    elif words[0] == "ipv6-unicast":
        process.default_ipv6 = not place.no
    elif words[0] == "local-preference":
        process.settings["default_local_preference"] = 100 if place.no else int(words[1])
    elif overlay(tuple(words[0].split("-"))):
        change = process.default_overlays.discard if place.no else process.default_overlays.add
        change(overlay(tuple(words[0].split("-"))))
    elif words[:2] == ("route-target", "filter"):
        process.retain(*OVERLAYS, off=not place.no)
    elif words[0] in ("ipv4-labeled-unicast", "ipv6-labeled-unicast"):
        place.context.not_implemented(line, "this address family is not modelled")
    else:
        place.context.ignore(line, "does not change unicast routes")


def bestpath(line: Line, words: tuple[str, ...], place: Place) -> None:
    settings = place.process.settings
    text = " ".join(words)
    value = not place.no
    if words[0] == "as-path":
        _bestpath_as_path(line, words[1:], place)
    elif words[0] == "med":
        if "missing-as-worst" in words:
            settings["med_missing_as_worst"] = value
        if "confed" in words:
            settings["med_confederation"] = value
        if not {"missing-as-worst", "confed"} & set(words):
            raise ValueError(f"{words[-1]!r} is not known here")
    elif words[0] in ("compare-routerid", "tie-break"):
        _tie_break(line, words, place)
    elif words[0] in ("ecmp-fast", "prefix-validate") and (words[0] == "ecmp-fast" or place.no):
        place.context.ignore(line, "what is chosen stays the same in the converged state")
    elif words[0] == "cost-community" and words[1:2] == ("ignore",):
        place.context.ignore(line, "cost communities are not looked at")
    elif not place.no:
        place.context.not_implemented(line, f"`bestpath {text}` is not modelled")


def _bestpath_as_path(line: Line, words: tuple[str, ...], place: Place) -> None:
    settings = place.process.settings
    if words[0] == "multipath-relax":
        settings["multipath_relax"] = not place.no
        if words[1:2] == ("as-set",):
            place.context.partial(line, "the AS_SET of several paths is not modelled")
    elif words[0] == "ignore":
        settings["ignore_as_path"] = not place.no
    elif not place.no:
        place.context.not_implemented(line, f"`bestpath as-path {words[0]}` is not modelled")


def _tie_break(line: Line, words: tuple[str, ...], place: Place) -> None:
    """IOS and FRR `compare-routerid`; EOS `tie-break router-id|age|cluster-list-length|originator-id`."""
    if words[0] == "compare-routerid" or words[1:2] == ("router-id",):
        place.process.settings["compare_router_id"] = not place.no
    elif words[1:2] == ("age",):
        place.process.settings["compare_router_id"] = place.no
        if not place.no:
            place.context.partial(line, "the age of a path is not known")
    elif not place.no:
        place.context.not_implemented(line, "this tie-break is not modelled")


def _flag(field: str, *, turned: bool = False) -> Handler:
    def handler(line: Line, words: tuple[str, ...], place: Place) -> None:
        place.process.settings[field] = place.no if turned else not place.no

    return handler


def client_to_client(line: Line, words: tuple[str, ...], place: Place) -> None:
    if "intra-cluster" in words:
        if place.no:
            place.context.not_implemented(line, "reflection by cluster is not modelled")
        return
    place.process.settings["client_to_client"] = not place.no


def network_import_check(line: Line, words: tuple[str, ...], place: Place) -> None:
    if words[0] != "import-check":
        raise ValueError(f"{words[0]!r} is not known here")
    if words[1:2] == ("exact",):
        place.context.ignore(line, "the check is always for the exact prefix")
    place.process.settings["network_import_check"] = not place.no


def listen(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`bgp listen range PREFIX peer-group G [remote-as N] [peer-filter F] [peer-id …]`, `bgp listen limit N`."""
    if words[0] == "limit":
        place.context.ignore(line, "how many dynamic neighbours there may be")
        return
    if words[0] != "range":
        raise ValueError(f"{words[0]!r} is not known here")
    prefix = parse_prefix(words[1])
    place.process.listens = [each for each in place.process.listens if each.prefix != prefix]
    if place.no:
        return
    options = {word: words[at + 1] for at, word in enumerate(words[:-1]) if word in _LISTEN}
    group = options.get("peer-group", "")
    if not group:
        raise ValueError("the peer group is missing")
    peer_filter = options.get("peer-filter", "")
    if peer_filter:
        place.context.refer("peer-filter", peer_filter, line, "bgp listen range")
    remote_as = options.get("remote-as", "")
    if remote_as not in ("", "internal", "external"):
        asn(remote_as)
    found = ListenRange(prefix, group, line, remote_as, peer_filter)
    place.process.listens.append(found)


_LISTEN = frozenset({"peer-group", "remote-as", "peer-filter"})


def additional_paths(line: Line, words: tuple[str, ...], place: Place) -> None:
    """IOS `bgp additional-paths send receive`, `… select all`; EOS `… send any|limit N`, `… receive`, `… install`."""
    family = place.family
    if words[0] == "select":
        if "best-external" in words or "backup" in words:
            place.context.not_implemented(line, "backup paths are not modelled")
        return
    if "receive" in words:
        family.add_path_receive = not place.no
    if words[0] == "send":
        limit = words[2] if words[1:2] == ("limit",) else ""
        family.add_path = "" if place.no else (f"best-{limit}" if limit else "all")
    if words[0] == "install":
        place.context.ignore(line, "backup paths carry no traffic in the converged state")


def allowas_in(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS: `bgp allowas-in [N]` for all neighbours."""
    place.process.allowas_in = None if place.no else int(words[0]) if words else 3


def next_hop_unchanged(line: Line, words: tuple[str, ...], place: Place) -> None:
    place.process.next_hop_unchanged = not place.no


def connected_check(line: Line, words: tuple[str, ...], place: Place) -> None:
    place.process.connected_check = place.no


def shutdown(line: Line, words: tuple[str, ...], place: Place) -> None:
    place.process.settings["shutdown"] = not place.no


def asn_of_vrf(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS, in a VRF: the AS of all its sessions."""
    if not place.no:
        place.process.asn = asn(words[0])


def advertise_inactive(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS `bgp advertise-inactive`."""
    place.process.settings["advertise_inactive"] = not place.no


def suppress_inactive(line: Line, words: tuple[str, ...], place: Place) -> None:
    """IOS `bgp suppress-inactive`: the opposite of EOS's command."""
    place.process.settings["advertise_inactive"] = place.no


def missing_policy(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS: `bgp missing-policy direction in|out action permit|deny|deny-in-out`."""
    if not place.no and words[-1] != "permit":
        place.context.not_implemented(line, "a rule for missing policies is not modelled")


def redistribute_internal(line: Line, words: tuple[str, ...], place: Place) -> None:
    """Whether iBGP routes may go into an IGP: EOS does by default, IOS and FRR do not."""
    usual = place.vendor is Vendor.EOS
    if place.no == usual:
        place.context.not_implemented(line, "iBGP routes in an IGP are not modelled")


def route_reflector(line: Line, words: tuple[str, ...], place: Place) -> None:
    """FRR `allow-outbound-policy`, EOS `preserve-attributes`: what an outbound policy may set on reflected routes."""
    if not place.no:
        place.context.not_implemented(line, "this treatment of reflected routes is not modelled")


def dampening(line: Line, words: tuple[str, ...], place: Place) -> None:
    place.context.ignore(line, "damping of flaps; the converged state is judged")


def max_med(line: Line, words: tuple[str, ...], place: Place) -> None:
    if not place.no and "on-startup" not in words:
        place.context.not_implemented(line, "a raised MED on everything is not modelled")
        return
    place.context.ignore(line, "at start-up only; the converged state is judged")


def ucmp(line: Line, words: tuple[str, ...], place: Place) -> None:
    """EOS: shares of load by bandwidth; the paths are the same."""
    if words[0] == "mode" and not place.no:
        place.context.not_implemented(line, "unequal sharing of load is not modelled")
        return
    place.context.ignore(line, "shares of load, without effect unless a mode is set")


def _ignore(reason: str) -> Handler:
    def handler(line: Line, words: tuple[str, ...], place: Place) -> None:
        place.context.ignore_block(line, reason)

    return handler


_TIMER = "timers; the converged state is judged"
_SHOW = "does not change routes"
_GRACE = "behaviour while a session restarts; the converged state is judged"


def minimum_hold_time(line: Line, words: tuple[str, ...], place: Place) -> None:
    """FRR: a neighbour that offers less is refused (bgp_packet.c, bgp_open_receive)."""
    place.process.settings["minimum_hold_time"] = 0 if place.no else between(words[0], 1, 65535)


def timers(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`timers bgp K H [M]`."""
    place.context.ignore(line, "timers, but for a hold time that is refused; the converged state is judged")
    hold, least = hold_times(words[1:])
    for key, value in (("hold_time", hold), ("minimum_hold_time", least)):
        if place.no:
            place.process.settings.pop(key, None)
        elif value is not None:
            place.process.settings[key] = value


def _nexthop(line: Line, words: tuple[str, ...], place: Place) -> None:
    """`bgp nexthop trigger …` is a timer, `bgp nexthop route-map X` a filter on what resolves next hops."""
    if words[0] == "trigger":
        place.context.ignore(line, _TIMER)
    elif not place.no:
        place.context.not_implemented(line, "a policy for next hops is not modelled")


#: After `bgp`.
BGP: Mapping[str, Handler] = {
    "router-id": router_id,
    "cluster-id": cluster_id,
    "confederation": confederation,
    "default": default,
    "bestpath": bestpath,
    "always-compare-med": _flag("always_compare_med"),
    "deterministic-med": _flag("deterministic_med"),
    "client-to-client": client_to_client,
    "ebgp-requires-policy": _flag("ebgp_requires_policy"),
    "enforce-first-as": _flag("enforce_first_as"),
    "suppress-fib-pending": _flag("suppress_fib_pending"),
    "reject-as-sets": _flag("reject_as_sets"),
    "graceful-shutdown": _flag("graceful_shutdown"),
    "suppress-inactive": suppress_inactive,
    "advertise-inactive": advertise_inactive,
    "network": network_import_check,
    "listen": listen,
    "additional-paths": additional_paths,
    "allowas-in": allowas_in,
    "next-hop-unchanged": next_hop_unchanged,
    "disable-ebgp-connected-route-check": connected_check,
    "shutdown": shutdown,
    "missing-policy": missing_policy,
    "redistribute-internal": redistribute_internal,
    "route-reflector": route_reflector,
    "dampening": dampening,
    "max-med": max_med,
    "log-neighbor-changes": _ignore(_SHOW),
    "asnotation": _ignore(_SHOW),
    "asn": _ignore(_SHOW),
    "trace": _ignore(_SHOW),
    "monitoring": _ignore(_SHOW),
    "bmp": _ignore(_SHOW),
    "consistency-checker": _ignore(_SHOW),
    "regexp": _ignore(_SHOW),
    "snmp": _ignore(_SHOW),
    "session-dscp": _ignore(_SHOW),
    "fast-external-fallover": _ignore("how fast a lost session is seen; the converged state is judged"),
    "fast-external-failover": _ignore("how fast a lost session is seen; the converged state is judged"),
    "fast-convergence": _ignore(_TIMER),
    "graceful-restart": _ignore(_GRACE),
    "graceful-restart-disable": _ignore(_GRACE),
    "long-lived-graceful-restart": _ignore(_GRACE),
    "hard-administrative-reset": _ignore(_GRACE),
    "refresh": _ignore(_GRACE),
    "update-delay": _ignore(_TIMER),
    "scan-time": _ignore(_TIMER),
    "aggregate-timer": _ignore(_TIMER),
    "dynamic-med-interval": _ignore(_TIMER),
    "convergence": _ignore(_TIMER),
    "minimum-holdtime": minimum_hold_time,
    "conditional-advertisement": _ignore(_TIMER),
    "peer-mac-resolution-timeout": _ignore(_TIMER),
    "nopeerup-delay": _ignore(_TIMER),
    "tcp-keepalive": _ignore(_TIMER),
    "nexthop": _nexthop,
    "update-group": _ignore("how updates are packed"),
    "slow-peer": _ignore("how updates are packed"),
    "suppress-duplicates": _ignore("how updates are packed"),
    "route-map-cache": _ignore("how policies are evaluated"),
    "route-map": _ignore("how policies are evaluated"),
    "transport": _ignore("options of TCP"),
    "input-queue-limit": _ignore(_SHOW),
    "output-queue-limit": _ignore(_SHOW),
    "soft-reconfig-backup": _ignore("how received routes are stored; the state is judged as after a refresh"),
    "control-plane-filter": _ignore("does not change routes of sessions that are configured"),
    "auto-local-addr": _ignore(_SHOW),
    "labeled-unicast": _ignore("labelled routes"),
    "ipv6-auto-ra": _ignore(_SHOW),
    "upgrade-cli": _ignore(_SHOW),
    "maxas-limit": opaque("a limit on the length of a path is not modelled"),
    "next-hop": opaque("this treatment of next hops is not modelled"),
    "route": opaque("what the routing table takes from BGP is filtered, which is not modelled"),
    "advertise-best-external": opaque("backup paths are not modelled"),
    "inject-map": opaque("injected routes are not modelled"),
    "dmzlink-bw": opaque("link bandwidth is not modelled"),
    "recursion": opaque("not modelled"),
    "rpki": opaque("validation of origins is not read from here"),
    "rr-group": opaque("VPN routes are not modelled"),
    "as-path": opaque("not modelled"),
    "import": opaque("not modelled"),
    "mpls-local-label": _ignore("labelled routes"),
    "aspath-cmp-include-nexthop": opaque("not modelled"),
    "aggregate-route": opaque("communities of an aggregate by inheritance are not modelled"),
    "fec": _ignore("how the table is programmed"),
    "host-routes": _ignore("how the table is programmed"),
    "bfd": _ignore("how fast a lost session is seen; the converged state is judged"),
}


#: Directly below `router bgp`, or a VRF of it.
PROCESS: Mapping[str, Handler] = {
    "router-id": router_id,
    "cluster-id": cluster_id,
    "timers": timers,
    "graceful-restart": _ignore(_GRACE),
    "graceful-restart-helper": _ignore(_GRACE),
    "coalesce-time": _ignore(_TIMER),
    "read-quanta": _ignore("how updates are packed"),
    "write-quanta": _ignore("how updates are packed"),
    "update": _ignore("waits while the device starts; the converged state is judged"),
    "dynamic": _ignore("how many dynamic neighbours there may be"),
    "monitoring": _ignore(_SHOW),
    "bmp": _ignore(_SHOW),
    "shutdown": shutdown,
    "local-as": asn_of_vrf,
    "ucmp": ucmp,
    "next-hop": opaque("this treatment of next hops is not modelled"),
    "mpls": opaque("labelled routes are not modelled"),
    "ip": _ignore("who may open a session; configured neighbours are taken as let in"),
    "ipv6": _ignore("who may open a session; configured neighbours are taken as let in"),
    "segment-routing": opaque("segment routing is not modelled"),
    "vnc": opaque("VNC is not modelled"),
    "sid": opaque("segment routing is not modelled"),
    "redistribute-internal": redistribute_internal,
}
