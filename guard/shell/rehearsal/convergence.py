"""When a live network has settled: nothing changes any more, and nobody is in the middle of something."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from guard.engines.frr_shown import NEIGHBORS, ROUTES, peers_in
from guard.model.rib import Rib, RouteProtocol
from guard.model.state import NetworkState
from guard.shell.rehearsal.lab import Lab

#: What must not change any more, and what must not be in the middle of something; by daemon.
_STABLE: Mapping[str, tuple[str, ...]] = {
    "zebra": ROUTES,
    "bgpd": ("show bgp ipv4 unicast json", "show bgp ipv6 unicast json"),
}
_BUSY: Mapping[str, tuple[str, ...]] = {
    "ospfd": ("show ip ospf neighbor", "show ip ospf interface"),
    "ospf6d": ("show ipv6 ospf6 neighbor", "show ipv6 ospf6 interface"),
    "isisd": ("show isis neighbor",),
    "bgpd": (NEIGHBORS,),
}
#: Seconds without a change, and at least since the start, by the slowest daemon that runs.
_PACE = (
    ("bgpd", 4, 6),
    ("ospfd", 7, 15),
    ("ospf6d", 8, 15),
    ("isisd", 10, 20),
    ("ripd", 20, 40),
    ("ripngd", 20, 40),
    ("eigrpd", 20, 40),
)
#: A router that is stuck (a mismatch, a neighbour that does not answer) is a state too, once this long.
_STUCK_QUIET, _STUCK_LEAST = 25, 50
#: Advertise maps are looked at every 60 s by default.
_CONDITIONAL = 75
LIMIT = 180.0

_CHANGING = re.compile(r'"(?:uptime|nexthopGroupId|installedNexthopGroupId|internal\w+|version|tableVersion)":[^,}]*,?')
_UNDERWAY = re.compile(r"\b(State Waiting|Waiting|Init|ExStart|ExChange|Exchange|Loading|Initializing)\b")
#: A neighbour's row of `show ip ospf neighbor` and its kin; system and interface of one of `show isis neighbor`.
_OSPF_UP = re.compile(r"\b(?:Full/|(?:2-Way|Twoway)/DROther)")
_ISIS_UP = re.compile(r"^\s*(\S+)\s+(\S+)\s+[123]\s+Up\b", re.MULTILINE)


class Settled(NamedTuple):
    """`expected`: it came to rest with what the embedded engine believed would come up."""

    converged: bool
    seconds: float
    expected: bool


def settle(lab: Lab, computed: NetworkState, limit: float = LIMIT) -> Settled:
    """Waits until the network has settled, or the limit is over."""
    quiet, least = _pace(lab)
    expected = _expected(computed)
    start = since = time.monotonic()
    last = ""
    while True:
        tables = lab.watch(_STABLE)
        mark = _mark(tables)
        now = time.monotonic()
        if mark != last:
            last, since = mark, now
        still, whole = now - since, now - start
        ripe = still >= quiet and whole >= least and not _lacks(tables, expected)
        if ripe and not _busy(lab.watch(_BUSY), expected):
            return Settled(True, whole, True)
        if still >= max(quiet, _STUCK_QUIET) and whole >= max(least, _STUCK_LEAST):
            return Settled(True, whole, False)
        if whole > limit:
            return Settled(False, whole, False)
        time.sleep(1.0)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the embedded engine believes will come up: worth waiting for, though not for ever."""

    routes: Mapping[str, int]
    sessions: frozenset[tuple[str, str | None]]
    ospf: Mapping[str, int]
    isis: Mapping[str, int]


def _expected(computed: NetworkState) -> Expected:
    routes: Counter[str] = Counter()
    for (node, _), rib in computed.ribs.items():
        routes[node] += _routes(rib)
    pairs = {(each.protocol == "isis", each.tail, each.head, each.protocol) for each in computed.adjacencies}
    return Expected(
        routes,
        frozenset(
            (session.node, name)
            for session in computed.sessions
            if session.up
            for name in (str(session.remote_address), session.local_interface)
        ),
        Counter(tail.node for isis, tail, _, _ in pairs if not isis),
        Counter(tail.node for isis, tail, _, _ in pairs if isis),
    )


def _routes(rib: Rib) -> int:
    entries = (rib.get(prefix) for prefix in rib.prefixes())
    return sum(entry is not None and entry.protocol is not RouteProtocol.LOCAL for entry in entries)


def _pace(lab: Lab) -> tuple[int, int]:
    running = {daemon for router in lab.plan.routers for daemon in router.daemons}
    paces = [(quiet, least) for daemon, quiet, least in _PACE if daemon in running]
    if any("advertise-map" in router.text for router in lab.plan.routers):
        paces.append((20, _CONDITIONAL))
    return max((quiet for quiet, _ in paces), default=3), max((least for _, least in paces), default=4)


def _mark(told: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for node in sorted(told):
        whole.update(_CHANGING.sub("", told[node]).encode())
    return whole.hexdigest()


def _lacks(told: Mapping[str, str], expected: Expected) -> bool:
    """Whether some router has fewer networks than the embedded engine believes: then there is more patience."""
    found = {node: text.count('"destSelected":true') - text.count('"fe80::/64":') for node, text in told.items()}
    return any(found.get(node, count) < count for node, count in expected.routes.items())


def _busy(told: Mapping[str, str], expected: Expected) -> bool:
    """Whether an adjacency is being formed, or one or a session that should be up is not."""
    for node, text in told.items():
        before, _, _ = text.partition("{")
        if _UNDERWAY.search(before):
            return True
        if len(_OSPF_UP.findall(before)) < expected.ospf.get(node, 0):
            return True
        if len(set(_ISIS_UP.findall(before))) < expected.isis.get(node, 0):
            return True
        if any((node, peer.name) in expected.sessions and peer.state != "Established" for peer in peers_in(text)):
            return True
    return False
