"""What an OSPF graph takes over from another one over the very same topology.

Law: as if it had been made anew. Processes are the same where they are the same objects at the same places; then so are
their ports, and the adjacencies between nodes of which no process is another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guard.model.device import Device
from guard.model.igp import OspfProcess
from guard.model.state import InterfaceId

if TYPE_CHECKING:
    from guard.simulate.igp.ospf_graph import OspfGraph, Port, Router, Stub

#: Two interfaces that face each other.
Pair = tuple[InterfaceId, InterfaceId]


class Like:
    """The other graph, if there is one, and which of its processes were found to stand here too."""

    def __init__(self, graph: OspfGraph | None) -> None:
        self._graph = graph
        self._unmoved: set[int] = set()

    def ports(self, index: int, device: Device, process: OspfProcess) -> tuple[Port, ...] | None:
        """The ports of the process at a place, where it is the same."""
        if self._graph is None or index >= len(self._graph.routers):
            return None
        router = self._graph.routers[index]
        if router.process is not process or (router.node, router.device.vendor) != (device.name, device.vendor):
            return None
        self._unmoved.add(index)
        return self._graph.ports.get(index, ())

    def adjacent(self, routers: Sequence[Router]) -> frozenset[Pair]:
        """Adjacencies that surely stand."""
        if self._graph is None:
            return frozenset()
        moved = {router.node for router in (*routers, *self._graph.routers) if router.index not in self._unmoved}
        ends = ((each.tail, each.head) for each in self._graph.adjacencies)
        return frozenset(pair for pair in ends if pair[0].node not in moved and pair[1].node not in moved)

    def stubs(self) -> dict[int, list[Stub]]:
        """What routers advertise, but for those whose costs hang on their adjacencies (RFC 6987)."""
        if self._graph is None:
            return {}
        routers = self._graph.routers
        found: dict[int, list[Stub]] = {index: [] for index in self._unmoved if not routers[index].process.max_metric}
        for stub in self._graph.stubs:
            if stub.router in found:
                found[stub.router].append(stub)
        return found
