"""When a live network has settled: nothing changes any more, and nobody is in the middle of something."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping

from guard.engines.frr_shown import NEIGHBORS, ROUTES, shown_peers
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
    ("ospfd", 6, 12),
    ("ospf6d", 7, 14),
    ("isisd", 8, 20),
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


def settle(lab: Lab, computed: NetworkState, limit: float = LIMIT) -> tuple[bool, float]:
    """Waits; whether it settled, and after how many seconds."""
    quiet, least = _pace(lab)
    expected = {
        (session.node, name)
        for session in computed.sessions
        if session.up
        for name in (str(session.remote_address), session.local_interface)
    }
    start = since = time.monotonic()
    last = ""
    while True:
        mark = _mark(lab.watch(_STABLE))
        now = time.monotonic()
        if mark != last:
            last, since = mark, now
        still, whole = now - since, now - start
        if still >= quiet and whole >= least and not _busy(lab.watch(_BUSY), expected):
            return True, whole
        if still >= max(quiet, _STUCK_QUIET) and whole >= max(least, _STUCK_LEAST):
            return True, whole
        if whole > limit:
            return False, whole
        time.sleep(1.0)


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


def _busy(told: Mapping[str, str], expected: set[tuple[str, str | None]]) -> bool:
    """Whether an adjacency is being formed, or a session that should be up is not."""
    for node, text in told.items():
        before, _, _ = text.partition("{")
        if _UNDERWAY.search(before):
            return True
        if any(
            (node, peer.name) in expected and peer.state != "Established" for peer in shown_peers({NEIGHBORS: text})
        ):
            return True
    return False
