"""What the ends of sessions were paired to in another state, and whether that still holds in this one.

Law: a pairing is taken over only if all that it was judged by is as it was: both devices as BGP sees them, their
connected routes and addresses, who bears the address, the link between them, how what is not connected is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from guard.model.address import Address
from guard.model.device import Device
from guard.model.state import InterfaceId
from guard.simulate.bgp.ends import Pairing
from guard.simulate.layer3.topology import Owner
from guard.simulate.rib.underlay import Carrying, Underlay, beside

#: A table and an address that it was asked about.
Question = tuple[str, str, Address]


@dataclass(slots=True)
class Reading:
    """What the pairing of one end reads beyond what stands in the configurations of its devices.

    `near`: two interfaces, and whether they were neighbours. `asked`: what the underlay resolved. `vouched`: where an
    IGP's host route said that the other end is reached. `fleeting`: by something else, so that it is judged anew.
    """

    nodes: set[str] = field(default_factory=set)
    near: list[tuple[InterfaceId, InterfaceId, bool]] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    vouched: list[Question] = field(default_factory=list)
    fleeting: bool = False


class Paired(NamedTuple):
    """The pairings that one end led to, with what they were read from (see Reading)."""

    pairings: tuple[Pairing, ...]
    target: Address | None
    nodes: frozenset[str]
    near: tuple[tuple[InterfaceId, InterfaceId, bool], ...]
    asked: tuple[Question, ...]
    vouched: tuple[Question, ...]
    fleeting: bool

    def questions(self) -> Iterator[tuple[str, str, Address, bool]]:
        """All that the underlay told, and whether it surely is reached."""
        yield from ((*question, False) for question in self.asked)
        yield from ((*question, True) for question in self.vouched)


class Ground(NamedTuple):
    """What all pairings of one state stand on. `owners`: who bears an address in the configuration, up or not."""

    devices: Mapping[str, Device]
    underlay: Underlay
    owners: Mapping[Address, tuple[Owner, ...]]


class Since:
    """Two states. `moved`: nodes of which BGP sees something else, or whose connected routes or addresses changed."""

    def __init__(self, old: Ground, new: Ground) -> None:
        self._new = new
        self.moved = frozenset(_moved(old, new))
        self._readdressed = _readdressed(old.owners, new.owners)
        self._still = beside(old.underlay, new.underlay)
        self._carrying = new.underlay if isinstance(new.underlay, Carrying) else None
        self._same_links = new.underlay.topology.segments == old.underlay.topology.segments

    def holds(self, paired: Paired) -> bool:
        """Whether an end of a node that has not moved surely leads to the same pairings."""
        if paired.fleeting or paired.target in self._readdressed or not paired.nodes.isdisjoint(self.moved):
            return False
        topology, carrying = self._new.underlay.topology, self._carrying
        for here, there, together in paired.near if not self._same_links else ():
            if (there in topology.neighbours(here)) != together:
                return False
        if paired.vouched and (carrying is None or not all(carrying.vouches(*each) for each in paired.vouched)):
            return False
        still = self._still
        return not paired.asked or (still is not None and all(still.is_still(*question) for question in paired.asked))


def _moved(old: Ground, new: Ground) -> Iterator[str]:
    for name, device in new.devices.items():
        if old.devices.get(name) is not device:
            yield name
            continue
        for vrf in {"default", *(process.vrf for process in device.bgp)}:
            own, before = new.underlay.fixed(name, vrf)[0], old.underlay.fixed(name, vrf)[0]
            if own is not before and own != before:
                yield name
    yield from old.devices.keys() - new.devices.keys()
    ours, theirs = new.underlay.topology.owned, old.underlay.topology.owned
    for address, owners in ours.items():
        bore = theirs.get(address, ())
        if owners != bore:
            yield from (owner.node for owner in (*owners, *bore))
    for address in theirs.keys() - ours.keys():
        yield from (owner.node for owner in theirs[address])


def _readdressed(old: Mapping[Address, tuple[Owner, ...]], new: Mapping[Address, tuple[Owner, ...]]) -> set[Address]:
    """Addresses that others bear than did."""
    if old is new:
        return set()
    return {address for address in old.keys() | new.keys() if old.get(address) != new.get(address)}
