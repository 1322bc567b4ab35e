"""Packet filters applied to packets: what one header meets, and whether a filter drops everything to an address.

Law: a line that is not modelled in full may match or not; where that matters the answer is undecided, never a guess.
Sets of packets are not represented: questions about all packets are answered on representatives taken at the
boundaries of the lines, which decide exactly for filters whose lines are intervals and prefixes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import NamedTuple

from guard.model.acl import Acl, AclLine, Flow, Range, Wildcard
from guard.model.address import WIDTH, Address

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
#: A protocol that no line names (RFC 3692 experimental 253): what is left when every named one is dropped.
OTHER_PROTOCOL = 253
#: Protocols of routers among themselves: IGMP, EIGRP, OSPF, PIM, VRRP, RSVP (IANA protocol numbers).
_ROUTING = frozenset({2, 46, 88, 89, 103, 112})
#: Their ports: BGP, LDP, MSDP; RIP, RIPng, LDP, BFD (RFC 5881, RFC 5883), GLBP and HSRP.
_ROUTING_PORTS = {
    TCP: frozenset({179, 639, 646}),
    UDP: frozenset({520, 521, 646, 1985, 2029, 3222, 3784, 3785, 4784}),
}
#: Representatives tried for one permit line before the question counts as undecided (4 fields of some ten values).
REPRESENTATIVES = 20000


class Decision(NamedTuple):
    """What a filter does with a packet. `permitted` None: it hangs on an opaque line. `line` None: the default."""

    permitted: bool | None
    line: AclLine | None

    def describe(self, acl: Acl) -> str:
        """`OUTSIDE line "deny ip any any" (configs/a.cfg:12)`."""
        if self.line is None:
            return f"{acl.name} (no line matches, {acl.source})"
        return f'{acl.name} "{self.line.text}" ({self.line.source})'


def evaluate(acl: Acl, flow: Flow) -> Decision:
    """First match decides; lines of which a part is not modelled leave it open where the outcome hangs on them."""
    doubted: AclLine | None = None
    for line in acl.lines:
        if not line_matches(line, flow):
            continue
        if not line.opaque:
            return _settled(line.permit, line, doubted)
        doubted = doubted or line
        if doubted.permit != line.permit:
            return Decision(None, doubted)
    return _settled(acl.default_permit, None, doubted)


def _settled(permit: bool, line: AclLine | None, doubted: AclLine | None) -> Decision:
    if doubted is not None and doubted.permit != permit:
        return Decision(None, doubted)
    return Decision(permit, line or doubted)


def line_matches(line: AclLine, flow: Flow) -> bool:
    """Whether the modelled part of a line matches; whole packets never match a `fragments` line."""
    if line.fragments or (line.protocols and flow.protocol not in line.protocols):
        return False
    if line.established and not (flow.protocol == TCP and flow.established):
        return False
    return (
        _any_wildcard(line.sources, flow.version, flow.source)
        and _any_wildcard(line.destinations, flow.version, flow.destination)
        and _any_port(line.source_ports, flow, flow.source_port)
        and _any_port(line.destination_ports, flow, flow.destination_port)
        and _icmp_fits(line.icmp_types, flow)
    )


def _any_wildcard(wildcards: tuple[Wildcard, ...], version: int, value: int) -> bool:
    return not wildcards or any(
        w.version == version and (w.value ^ value) & ~w.mask & (1 << WIDTH[version]) - 1 == 0 for w in wildcards
    )


def _any_port(ranges: tuple[Range, ...], flow: Flow, port: int) -> bool:
    """A line with ports matches only protocols that have ports."""
    if not ranges:
        return True
    return flow.protocol in (TCP, UDP, 132) and any(first <= port <= last for first, last in ranges)


def _icmp_fits(ranges: tuple[Range, ...], flow: Flow) -> bool:
    if not ranges:
        return True
    return flow.protocol in (ICMP, ICMPV6) and any(first <= flow.icmp_type <= last for first, last in ranges)


def is_routing(flow: Flow) -> bool:
    """Whether a packet is a routing protocol's own: routers talk by it, and it carries nobody's traffic."""
    if flow.protocol in _ROUTING:
        return True
    ports = {flow.source_port, flow.destination_port}
    return flow.protocol in (TCP, UDP) and not ports.isdisjoint(_ROUTING_PORTS[flow.protocol])


def drops_traffic_to(acl: Acl, destination: Address) -> Decision | None:
    """Like `drops_all_to`, for filters in transit: one that lets routing protocols through alone drops all traffic."""
    return _drops(acl, destination, lambda flow: not is_routing(flow))


def drops_all_to(acl: Acl, destination: Address) -> Decision | None:
    """The decision that drops, if every packet to `destination` is dropped; else None (some pass, or may pass)."""
    return _drops(acl, destination, lambda _: True)


def _drops(acl: Acl, destination: Address, counts: Callable[[Flow], bool]) -> Decision | None:
    """The decision that drops every packet that counts.

    Only a packet that certainly passes or may pass (an opaque permit) is a counter-example, so a doubtful filter is
    not called a black hole here; `evaluate` says undecided where a flow of the inventory meets it.
    """
    last: AclLine | None = None
    for line in acl.lines:
        if line.fragments or not _any_wildcard(line.destinations, destination.version, destination.value):
            continue
        if not line.permit:
            last = last or line
            if _matches_everything(line, destination):
                return Decision(False, last)
        elif _passes(acl, line, destination, counts):
            return None
    return None if acl.default_permit else Decision(False, last)


def _matches_everything(line: AclLine, destination: Address) -> bool:
    """Whether a deny line, as far as it concerns `destination`, leaves out no packet."""
    narrowed = line.protocols or line.source_ports or line.destination_ports or line.icmp_types
    return not (narrowed or line.established or line.opaque) and _covers_all(line.sources, destination.version)


def _covers_all(wildcards: tuple[Wildcard, ...], version: int) -> bool:
    full = (1 << WIDTH[version]) - 1
    return not wildcards or any(w.version == version and w.mask & full == full for w in wildcards)


def _passes(acl: Acl, line: AclLine, destination: Address, counts: Callable[[Flow], bool]) -> bool:
    """Whether some packet that counts, and that `line` matches, is not dropped before it."""
    if line.opaque:
        return True
    candidates = islice(representatives(acl, line, destination), REPRESENTATIVES)
    return any(counts(flow) and evaluate(acl, flow).permitted is not False for flow in candidates)


def representatives(acl: Acl, line: AclLine, destination: Address) -> Iterator[Flow]:
    """Packets to `destination` that `line` matches, one per region that the boundaries of all lines cut out."""
    version = destination.version
    sources = _source_values(acl, line, version)
    protocols = line.protocols or tuple(sorted({p for other in acl.lines for p in other.protocols} | {OTHER_PROTOCOL}))
    source_ports = _boundaries(line.source_ports, [other.source_ports for other in acl.lines], 65535)
    ports = _boundaries(line.destination_ports, [other.destination_ports for other in acl.lines], 65535)
    types = _boundaries(line.icmp_types, [other.icmp_types for other in acl.lines], 255)
    for protocol, source in product(protocols, sources):
        if protocol in (TCP, UDP, 132):
            shapes: Iterator[tuple[int, int, int]] = ((s, d, 8) for s, d in product(source_ports, ports))
        elif protocol in (ICMP, ICMPV6):
            shapes = ((0, 0, t) for t in types)
        else:
            shapes = iter(((0, 0, 8),))
        for source_port, port, icmp_type in shapes:
            for established in (False, True) if protocol == TCP else (False,):
                if established or not line.established:
                    yield Flow(source, destination.value, version, protocol, source_port, port, established, icmp_type)


def _source_values(acl: Acl, line: AclLine, version: int) -> list[int]:
    """Source addresses inside the line's sources: the corners of every wildcard, and what lies just beside them."""
    full = (1 << WIDTH[version]) - 1
    wanted = [w for w in line.sources if w.version == version] or [Wildcard(version, 0, full)]
    values: set[int] = set()
    for other in (w for entry in acl.lines for w in entry.sources if w.version == version):
        low, high = other.value & ~other.mask & full, (other.value | other.mask) & full
        values |= {low, high, (low - 1) & full, (high + 1) & full}
    for own in wanted:
        values |= {own.value & full, (own.value | own.mask) & full, ((own.value & ~own.mask) | (own.mask >> 1)) & full}
    return sorted(value for value in values if _any_wildcard(tuple(wanted), version, value))


def _boundaries(own: tuple[Range, ...], others: list[tuple[Range, ...]], top: int) -> list[int]:
    """One value per interval that all ranges together cut, inside `own` (empty: everything)."""
    edges = {0, top}
    for first, last in (pair for ranges in [own, *others] for pair in ranges):
        edges |= {first, last, max(first - 1, 0), min(last + 1, top)}
    inside = own or ((0, top),)
    return sorted(value for value in edges if any(first <= value <= last for first, last in inside))
