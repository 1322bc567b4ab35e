"""The ends of BGP sessions as they are configured, and whether two of them are of one mind.

Law: read from the configuration alone, whatever is up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guard.model.address import Address
from guard.model.bgp import BgpNeighbor, BgpProcess, NeighborFamily
from guard.model.device import Device
from guard.model.state import BgpSession

EBGP, IBGP, CONFED = "ebgp", "ibgp", "confed"

#: The kind of a link between two VRFs of one device: no session, routes are copied.
LEAK = "leak"

#: What an unnumbered session's next hop is called where the link-local address is not known (Batfish's convention).
LINK_LOCAL = {4: Address(4, 0xA9FE0001), 6: Address(6, 0xFE80 << 112 | 0xA9FE0001)}


@dataclass(frozen=True, slots=True)
class End:
    """One end as configured. `source`: the address it opens from; `interface`: where it is directly connected."""

    node: str
    device: Device
    process: BgpProcess
    neighbor: BgpNeighbor
    source: Address | None
    interface: str | None
    source_why: str = ""

    @property
    def vrf(self) -> str:
        return self.process.vrf

    def presented_as(self, remote_as: int | None) -> int:
        """The AS that this end names in its OPEN (local-as, or the confederation's towards the outside)."""
        process = self.process
        if self.neighbor.local_as is not None:
            return self.neighbor.local_as
        if process.confederation_id is None or remote_as is None:
            return process.asn
        inside = remote_as == process.asn or remote_as in process.confederation_peers
        return process.asn if inside else process.confederation_id

    def accepts(self, asn: int) -> bool:
        """Whether the neighbour may be of AS `asn`."""
        neighbor = self.neighbor
        if neighbor.remote_as_kind == "internal":
            return asn == (neighbor.local_as or self.process.asn)
        if neighbor.remote_as_kind == "external":
            return asn != (neighbor.local_as or self.process.asn)
        if any(low <= asn <= high for low, high in neighbor.remote_as_ranges):
            return True
        return asn == neighbor.remote_as or asn in neighbor.remote_as_options

    def expected_as(self) -> int | None:
        """The neighbour's AS where the configuration names exactly one."""
        if self.neighbor.remote_as_kind == "internal":
            return self.neighbor.local_as or self.process.asn
        return self.neighbor.remote_as


@dataclass(frozen=True, slots=True)
class Pairing:
    """An end with what it found: its public row, its kind, and the end it talks to (None: outside the snapshot)."""

    end: End
    session: BgpSession
    kind: str
    peer: End | None
    peer_key: tuple[str, str, str] | None
    key: tuple[str, str, str] = field(init=False)  # of the session, told once

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.session.key)

    def family(self, version: int) -> NeighborFamily | None:
        return activated(self.end.neighbor, version)


def activated(neighbor: BgpNeighbor, version: int) -> NeighborFamily | None:
    """The neighbour's settings in an address family, if that family is activated."""
    return next((f for f in neighbor.families if f.version == version and f.activated), None)


def unicast(neighbor: BgpNeighbor) -> frozenset[int]:
    return frozenset(family.version for family in neighbor.families if family.activated)


def exchanged(neighbor: BgpNeighbor) -> frozenset[int | str]:
    """All that the neighbour is asked for: a session stands if one family is active at both ends (RFC 4760 8)."""
    if not neighbor.overlays and not neighbor.other_families:
        return unicast(neighbor)
    return unicast(neighbor).union((each.version for each in neighbor.overlays), neighbor.other_families)


def far_allowed(neighbor: BgpNeighbor) -> bool:
    """Whether an eBGP neighbour need not be directly connected."""
    return neighbor.disable_connected_check or (neighbor.multihop or 1) > 1 or neighbor.ttl_security is not None


def kind_of(end: End, remote_as: int) -> str:
    process = end.process
    own = end.neighbor.local_as or process.asn
    if remote_as in (own, process.asn):
        return IBGP
    return CONFED if process.confederation_id is not None and remote_as in process.confederation_peers else EBGP


#: RFC 9234 4.2: our role and the neighbour's.
_ROLES = {
    "provider": "customer",
    "customer": "provider",
    "peer": "peer",
    "rs-server": "rs-client",
    "rs-client": "rs-server",
}


def _roles_fit(one: BgpNeighbor, other: BgpNeighbor) -> bool:
    if one.local_role and other.local_role:
        return _ROLES.get(one.local_role) == other.local_role
    return not (one.strict_role or other.strict_role)


def mismatch(end: End, peer: End, local_as: int, remote_as: int) -> str:
    """Why two ends that name each other never agree, whatever the links do."""
    if not end.accepts(remote_as) and not (peer.neighbor.local_as_dual and end.accepts(peer.process.asn)):
        return f"{end.node} expects another AS than {remote_as}"
    if not peer.accepts(local_as) and not (end.neighbor.local_as_dual and peer.accepts(end.process.asn)):
        return f"{peer.node} expects another AS than {local_as}"
    keys = {end.neighbor.authentication, peer.neighbor.authentication}
    if len(keys) > 1 and "unreadable" not in keys:
        return "the ends authenticate differently"
    if (end.neighbor.ttl_security is None) != (peer.neighbor.ttl_security is None) and kind_of(end, remote_as) != IBGP:
        guarded, other = (end, peer) if end.neighbor.ttl_security is not None else (peer, end)
        if (other.neighbor.multihop or 1) < 255 - (guarded.neighbor.ttl_security or 1) + 1:
            return f"TTL security at {guarded.node} alone"
    if not _roles_fit(end.neighbor, peer.neighbor):
        return "the ends have roles that do not fit (RFC 9234)"
    ours, theirs = exchanged(end.neighbor), exchanged(peer.neighbor)
    if (ours or theirs) and not ours & theirs:
        return "no address family is activated at both ends"
    return ""


def refused_hold_time(one: End, other: End) -> str:
    """A hold time that is shorter than the other end takes (RFC 4271 6.2; FRR 8.4.4, seen live)."""
    offered = one.process.hold_time if one.neighbor.hold_time is None else one.neighbor.hold_time
    least = other.neighbor.minimum_hold_time
    if offered >= (other.process.minimum_hold_time if least is None else least):
        return ""
    return f"{other.node} refuses a hold time of {offered} s"
