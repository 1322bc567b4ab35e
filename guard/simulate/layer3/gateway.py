"""The address that a link-state protocol sends to over an adjacency."""

from __future__ import annotations

from guard.model.address import Address
from guard.model.state import InterfaceId
from guard.simulate.layer3.topology import Topology


def gateway(own: InterfaceId, peer: InterfaceId, topology: Topology, family: int) -> Address | None:
    """The neighbour's address on the shared subnet, borrowed where it is unnumbered, link-local for IPv6.

    None where the neighbour has no address that the configuration tells (an IPv6 link-local one made by itself).
    """
    theirs = [each for each in topology.configured[peer].addresses if each.address.version == family]
    if family == 6:
        for each in theirs:
            if each.address.is_link_local:
                return each.address
    subnets = {each.prefix for each in topology.configured[own].addresses}
    for each in theirs:
        if each.prefix in subnets:
            return each.address
    if theirs:
        return theirs[0].address
    lender = topology.configured[peer].unnumbered
    found = topology.find(peer.node, lender) if lender else None
    for each in topology.configured[found].addresses if found is not None else ():
        if each.address.version == family:
            return each.address
    return None
