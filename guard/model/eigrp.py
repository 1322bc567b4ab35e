"""EIGRP configuration, vendor-independent: one process is one autonomous system in one VRF for one address family."""

from __future__ import annotations

from dataclasses import dataclass

from guard.model.address import Prefix
from guard.model.bgp import Redistribution
from guard.model.provenance import Source
from guard.model.vector import Vector

#: K1 to K6 where nothing is configured (RFC 7868 5.6).
WEIGHTS = (1, 0, 1, 0, 0, 0)
#: What `eigrp stub` advertises without words (IOS command reference).
STUB = frozenset({"connected", "summary"})


@dataclass(frozen=True, slots=True)
class EigrpSummary:
    """Sent over an interface in place of the more specific routes, but those that `leak_policy` permits."""

    prefix: Prefix
    source: Source
    distance: int = 5
    leak_policy: str = ""


@dataclass(frozen=True, slots=True)
class EigrpFilter:
    """`distribute-list`: what it does not permit is not sent (`out`) or not taken in.

    `kind`: prefix-list, acl, route-map, or gateway (a prefix list of who may say it). `interface` "": all;
    `origin`: out, redistributed routes of that protocol alone.
    """

    kind: str
    name: str
    out: bool
    source: Source
    interface: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class EigrpInterface:
    """`subnets`: those that are advertised (None: all). `bandwidth` (kbit/s), `delay` (ps): for this process alone."""

    interface: str
    source: Source
    passive: bool = False
    subnets: frozenset[Prefix] | None = None
    bandwidth: int | None = None
    delay: int | None = None
    summaries: tuple[EigrpSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class EigrpProcess:
    """`process`: what a redistribution calls it: the AS number (IOS), the tag (NX-OS). `version`: 4 or 6.

    `wide`: 64-bit metrics, divided by `rib_scale` for the main RIB. `stub`: what alone is advertised, of connected,
    static, redistributed and summary; None: no stub.
    """

    process: str
    asn: int
    source: Source
    vrf: str = "default"
    version: int = 4
    router_id: int | None = None
    wide: bool = False
    rib_scale: int = 128
    weights: tuple[int, ...] = WEIGHTS
    interfaces: tuple[EigrpInterface, ...] = ()
    redistributions: tuple[Redistribution, ...] = ()
    default_metric: Vector | None = None
    distance: int = 90
    distance_external: int = 170
    variance: int = 1
    maximum_paths: int = 4
    stub: frozenset[str] | None = None
    stub_leak: str = ""
    filters: tuple[EigrpFilter, ...] = ()
    auto_summary: bool = False
