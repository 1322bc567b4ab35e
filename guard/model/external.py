"""What the snapshot says of the world outside: announcements heard, ISPs modelled, ROAs, what is down right now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.provenance import Source
from guard.model.state import InterfaceId


@dataclass(frozen=True, slots=True)
class Announcement:
    """One route heard from outside (Batfish's external_bgp_announcements.json): `node` receives it from `from_address`.

    `to_address` None: whichever session has that neighbour. Attributes are as received, before our import policy.
    """

    node: str
    from_address: Address
    to_address: Address | None
    prefix: Prefix
    attributes: BgpAttributes
    source: Source


@dataclass(frozen=True, slots=True)
class Roa:
    prefix: Prefix
    max_length: int
    asn: int


@dataclass(frozen=True, slots=True)
class Maintenance:
    """An accepted maintenance window: what is down while it lasts."""

    id: str
    interfaces: frozenset[InterfaceId]
    nodes: frozenset[str]


@dataclass(frozen=True, slots=True)
class LiveState:
    """state.yaml. `since`: zone -> how long it has stood as it is."""

    captured_at: datetime | None = None
    down_interfaces: frozenset[InterfaceId] = frozenset()
    down_nodes: frozenset[str] = frozenset()
    maintenance: tuple[Maintenance, ...] = ()
    since: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class RuntimeData:
    """batfish/runtime_data.json: interfaces without carrier, and the bandwidths (kbit/s) that devices showed."""

    down: tuple[InterfaceId, ...] = ()
    bandwidths: tuple[tuple[InterfaceId, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the snapshot that could not be read: an `existing` finding; what depends on it is undecided."""

    message: str
    source: Source
    subjects: tuple[str, ...] = ()
