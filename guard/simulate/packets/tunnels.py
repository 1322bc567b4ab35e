"""Packets of a VPN between its routers: in a VXLAN tunnel or along a label-switched path, out at the far VRF.

Law: never a packet that arrives by a way that is not known to be there. A tunnel's own packets must reach the far
router by every way that ECMP may take; a label-switched path must have labels on each interface of these ways. What
stands in the way of a tunnel is the packet's fate; where it is not known, the fate is that.
Not modelled: filters that look at the tunnel's ports, labels swapped between ASes, traffic engineering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.model.address import Address
from guard.model.facts import Disposition, Fate
from guard.model.rib import Label
from guard.model.state import InterfaceId
from guard.simulate.layer3.links import DEFAULT_VRF

if TYPE_CHECKING:
    from guard.simulate.packets.column import Step
    from guard.simulate.packets.forwarding import Forwarder


def tunnelled(forwarder: Forwarder, node: str, far: Address, label: Label) -> tuple[Step, ...]:
    """One step for each way that packets to the tunnel's other end may take."""
    start = (node, DEFAULT_VRF)
    if start not in forwarder.state.ribs:
        return (Fate(Disposition.NO_ROUTE, node, "", f"no table to reach {far} by"),)
    if label.kind == "mpls":
        missing = _unlabelled(forwarder, node, far)
        if missing is not None:
            return (missing,)
    fates = forwarder.ends(start, far).fates
    return tuple(_out(forwarder, node, far, label, fate) for fate in sorted(fates))


def _out(forwarder: Forwarder, node: str, far: Address, label: Label, fate: Fate) -> Step:
    """Where a packet comes out of the tunnel whose own packets have this fate."""
    from guard.simulate.packets.column import Move

    if fate.disposition is not Disposition.ACCEPTED:
        return fate._replace(detail=f"tunnel to {far}: {fate.detail or fate.disposition.value}")
    # Two routers may share one tunnel address (a pair of VXLAN leaves) and have the VPN in a VRF of the same name.
    head = (fate.node, label.vrf)
    shared = label.kind == "vxlan" and head in forwarder.state.ribs
    if fate.node == label.node or shared:
        return Move("", None, head, "")
    return Fate(Disposition.INSUFFICIENT_INFO, node, "", f"{fate.node} passes labels on to {label.node}")


def _unlabelled(forwarder: Forwarder, node: str, far: Address) -> Fate | None:
    """The place where no labels are known to be switched on some way from a router to the end of a tunnel."""
    devices = forwarder.links.snapshot.devices.values()
    labelled = {InterfaceId(each.name, face.name) for each in devices for face in each.interfaces if face.labels}
    for (here, _), steps in sorted(forwarder.graph(((node, DEFAULT_VRF),), far).items()):
        for step in steps:
            if isinstance(step, Fate):
                continue
            for face in (InterfaceId(here, step.out), InterfaceId(step.head[0], step.into)):
                if face not in labelled:
                    return Fate(Disposition.INSUFFICIENT_INFO, node, "", f"no labels are known on {face}")
    return None
