"""IPv6 beside Batfish's answers: Batfish routes IPv4 alone, so that half of the state is the embedded engine's.

Law: what is up is Batfish's word for both; a note says whose IPv6 it is. Nothing of IPv4 is taken from the other side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import Device
from guard.model.rib import NextHop, Rib, RibEntry
from guard.model.state import (
    BgpRow,
    BgpTables,
    Fib,
    InterfaceId,
    InterfaceState,
    NetworkState,
    StateNote,
)
from guard.snapshot.snapshot import Snapshot

SessionKey = tuple[str, str, str]

NOTE = StateNote(
    "batfish-ipv6", "Batfish does not route IPv6: the embedded engine's answer stands for it", undecided=False
)


def speaks_ipv6(snapshot: Snapshot) -> bool:
    """Whether some device has an IPv6 address of its own, or carries IPv6 in BGP."""
    return any(_speaks(device) for device in snapshot.devices.values())


def _speaks(device: Device) -> bool:
    bound = (each.address for face in device.interfaces for each in face.addresses)
    families = (family for process in device.bgp for neighbor in process.neighbors for family in neighbor.families)
    return any(address.version == 6 and not address.is_link_local for address in bound) or any(
        family.version == 6 and family.activated for family in families
    )


@dataclass(frozen=True, slots=True)
class TwoRibs:
    """Implements guard.model.rib.Rib: each version in a table of its own."""

    four: Rib | None
    six: Rib | None

    def _of(self, version: int) -> Rib | None:
        return self.four if version == 4 else self.six

    def __len__(self) -> int:
        return sum(1 for _ in self.prefixes())

    def prefixes(self) -> Iterator[Prefix]:
        for version in (4, 6):
            rib = self._of(version)
            yield from (prefix for prefix in rib.prefixes() if prefix.version == version) if rib is not None else ()

    def get(self, prefix: Prefix) -> RibEntry | None:
        rib = self._of(prefix.version)
        return rib.get(prefix) if rib is not None else None

    def lookup(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        rib = self._of(address.version)
        return rib.lookup(address) if rib is not None else None


@dataclass(frozen=True, slots=True)
class TwoFibs:
    """Implements guard.model.state.Fib."""

    four: Fib
    six: Fib

    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        return (self.four if prefix.version == 4 else self.six).next_hops(node, vrf, prefix)


@dataclass(frozen=True, slots=True)
class TwoTables:
    """Implements guard.model.state.BgpTables. A session may carry both versions."""

    four: BgpTables
    six: BgpTables

    @property
    def unlimited(self) -> TwoTables:
        return TwoTables(self.four.unlimited, self.six.unlimited)

    def rows(self) -> Iterator[BgpRow]:
        yield from (row for row in self.four.rows() if row.prefix.version == 4)
        yield from (row for row in self.six.rows() if row.prefix.version == 6)

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        return (self.four if prefix.version == 4 else self.six).best(node, vrf, prefix)

    def advertised(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return _merged(self.four.advertised(session), self.six.advertised(session))

    def offered(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return _merged(self.four.offered(session), self.six.offered(session))

    def received(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return _merged(self.four.received(session), self.six.received(session))

    def accepted(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        return _merged(self.four.accepted(session), self.six.accepted(session))

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        four, six = self.four.originated(node, vrf), self.six.originated(node, vrf)
        return frozenset(p for p in four if p.version == 4) | frozenset(p for p in six if p.version == 6)


def _merged(
    four: Mapping[Prefix, BgpAttributes], six: Mapping[Prefix, BgpAttributes]
) -> Mapping[Prefix, BgpAttributes]:
    found = {prefix: held for prefix, held in four.items() if prefix.version == 4}
    return {**found, **{prefix: held for prefix, held in six.items() if prefix.version == 6}}


def with_ipv6(found: NetworkState, own: NetworkState) -> NetworkState:
    """Batfish's state with the IPv6 half of the embedded engine's, of the same snapshot and scenario."""
    interfaces = {**found.interfaces, **_interfaces(found, own)}
    over_six = {session.key for session in own.sessions if _over_six(session.remote_address)}
    sessions = [session for session in found.sessions if session.key not in over_six]
    sessions += [session for session in own.sessions if session.key in over_six]

    def neighbours(here: InterfaceId, /) -> tuple[InterfaceId, ...]:
        """Those by IPv4, and those by IPv6 whose both ends are up."""
        near = set(found.neighbours(here)) if found.neighbours is not None else set()
        face = interfaces.get(here)
        if (
            own.neighbours is not None
            and face is not None
            and face.up
            and any(a.version == 6 for a, _ in face.addresses)
        ):
            near.update(each for each in own.neighbours(here) if each in interfaces and interfaces[each].up)
        return tuple(sorted(near))

    return replace(
        found,
        interfaces=interfaces,
        sessions=tuple(sorted(sessions, key=lambda each: each.key)),
        adjacencies=(*found.adjacencies, *(each for each in own.adjacencies if each.protocol == "ospf3")),
        ribs={
            vertex: TwoRibs(found.ribs.get(vertex), own.ribs.get(vertex))
            for vertex in sorted(found.ribs.keys() | own.ribs.keys())
        },
        bgp=TwoTables(found.bgp, own.bgp),
        fib=TwoFibs(found.fib, own.fib),
        notes=(*found.notes, NOTE),
        neighbours=neighbours,
    )


def _over_six(remote: Address | None) -> bool:
    return remote is not None and remote.version == 6


def _interfaces(found: NetworkState, own: NetworkState) -> dict[InterfaceId, InterfaceState]:
    """Interfaces with their IPv6 addresses, which Batfish does not tell; one without IPv4 it may not list at all."""
    made = {}
    for here, face in own.interfaces.items():
        six = tuple(each for each in face.addresses if each[0].version == 6)
        told = found.interfaces.get(here)
        if six and told is not None:
            made[here] = replace(told, addresses=(*(each for each in told.addresses if each[0].version == 4), *six))
        elif told is None and not any(each[0].version == 4 for each in face.addresses):
            made[here] = face
    return made
