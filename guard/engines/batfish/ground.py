"""Interfaces, links and main RIBs as Batfish has them; over them guard resolves and forwards as over its own.

Law: Batfish's word stands for what is up, who is next to whom and which routes there are. Names are turned into those
of the configurations (Batfish writes hostnames in lower case); what only Batfish knows keeps its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from guard.engines.batfish import cells
from guard.engines.batfish.answers import AnswerRow, Answers
from guard.engines.rows_tables import HeldRib
from guard.model.address import Address, Prefix, prefix_of
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import InterfaceId, InterfaceState, StateNote
from guard.simulate.layer3.interfaces import configured, folded_names, link_ends
from guard.simulate.layer3.topology import Owner, Segment, Topology
from guard.simulate.rib.recursion import Resolver
from guard.simulate.rib.underlay import Resolution
from guard.snapshot.snapshot import Snapshot

Vertex = tuple[str, str]

#: Names of Batfish's that guard has no protocol of its own for.
_PROTOCOLS = {"ospfIS": RouteProtocol.OSPF, "hmm": RouteProtocol.CONNECTED}
#: All that a route is read from beside its place.
_COLUMNS = ("next_hop", "next_hop_ip", "next_hop_interface", "protocol", "admin_distance", "metric", "tag")
_OWN = frozenset({RouteProtocol.CONNECTED, RouteProtocol.LOCAL})
_OF_BGP = frozenset({RouteProtocol.BGP, RouteProtocol.IBGP, RouteProtocol.AGGREGATE})


class Stranger(Exception):
    """A row of a node that no device of the snapshot is: Batfish makes some itself (ISPs, the internet, hosts)."""


class Spelling:
    """Batfish's names of nodes and interfaces → those of the snapshot. Remembers the `strangers` that it met."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._names = snapshot.names
        self._known: dict[InterfaceId, InterfaceId] = {}
        self.strangers: set[str] = set()

    def is_ours(self, name: str) -> bool:
        return self._names.known(name)

    def node(self, value: object) -> str:
        """A node's name; one that is none of ours keeps it."""
        return self._names.node(cells.node_name(value))

    def own_node(self, value: object) -> str:
        """The name of a node of ours; Stranger otherwise."""
        name = cells.node_name(value)
        if not self._names.known(name):
            self.strangers.add(name)
            raise Stranger
        return self._names.node(name)

    def own_interface(self, value: object) -> InterfaceId:
        told = cells.interface_id(value)
        self.own_node(told.node)
        return self.place(told)

    def interface(self, value: object) -> InterfaceId:
        return self.place(cells.interface_id(value))

    def place(self, told: InterfaceId) -> InterfaceId:
        found = self._known.get(told)
        if found is None:
            found = self._known[told] = self._names.interface(told)
        return found

    def hop(self, node: str, hop: NextHop) -> NextHop:
        if hop.interface is None:
            return hop
        return hop._replace(interface=self.place(InterfaceId(node, hop.interface)).interface)


@dataclass(slots=True)
class Reading:
    """Rows that could not be read are counted by reason, and told in one note each."""

    unread: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def miss(self, question: str, row: AnswerRow, error: ValueError) -> None:
        node = row.get("node")
        where = str(node.get("name")) if isinstance(node, Mapping) else str(node or "")
        self.unread[question, str(error)].append(where)

    def notes(self) -> Iterator[StateNote]:
        for (question, why), nodes in sorted(self.unread.items()):
            text = f"{len(nodes)} rows of Batfish's answer to {question} are not understood: {why}"
            yield StateNote("batfish-row", text, tuple(sorted(set(filter(None, nodes)))))


# ------------------------------------------------------------------------------------------------- layer 3


def topology(answers: Answers, snapshot: Snapshot, spelling: Spelling, reading: Reading) -> Topology:
    """Layer 3 by interfaceProperties and layer3Edges. Interfaces that Batfish does not name are not in it."""
    interfaces: dict[InterfaceId, InterfaceState] = {}
    for row in answers.interface_properties:
        try:
            face = _interface(row, spelling)
        except Stranger:
            continue
        except ValueError as error:
            reading.miss("interfaceProperties", row, error)
            continue
        interfaces[face.id] = face
    as_configured = configured(snapshot.devices)
    segments = tuple(sorted(_segments(answers.layer3_edges, interfaces, spelling, reading)))
    members: dict[InterfaceId, list[int]] = defaultdict(list)
    for number, segment in enumerate(segments):
        for each in segment:
            members[each].append(number)
    cables = tuple((edge.tail, edge.head) for edge in snapshot.layer1) if snapshot.layer1 is not None else None
    return Topology(
        interfaces=interfaces,
        configured=as_configured,
        folded=folded_names({**as_configured, **dict.fromkeys(interfaces)}),  # type: ignore[dict-item]
        far_ends=link_ends(as_configured, cables),
        segments=segments,
        segments_of={each: tuple(held) for each, held in members.items()},
        owned=_owned(snapshot, interfaces),
    )


def _interface(row: AnswerRow, spelling: Spelling) -> InterfaceState:
    here = spelling.own_interface(row["interface"])
    up = row.get("active") is True
    why = "" if up else (cells.text(row.get("inactive_reason")) or "inactive").lower()
    bound = row.get("all_prefixes")
    addresses = tuple(cells.bound_address(each) for each in bound) if isinstance(bound, list | tuple) else ()
    return InterfaceState(here, cells.text(row.get("vrf")) or "default", up, why, addresses)


def _segments(
    rows: Iterable[AnswerRow],
    interfaces: Mapping[InterfaceId, InterfaceState],
    spelling: Spelling,
    reading: Reading,
) -> set[Segment]:
    found: set[Segment] = set()
    for row in rows:
        try:
            ends = (spelling.own_interface(row["interface"]), spelling.own_interface(row["remote_interface"]))
        except Stranger:
            continue
        except ValueError as error:
            reading.miss("layer3Edges", row, error)
            continue
        if all(end in interfaces and interfaces[end].up for end in ends):
            found.add(tuple(sorted(ends)))
    return found


def _owned(snapshot: Snapshot, interfaces: Mapping[InterfaceId, InterfaceState]) -> dict[Address, tuple[Owner, ...]]:
    own: dict[Address, list[Owner]] = defaultdict(list)
    for here, face in interfaces.items():
        if face.up:
            for address, _ in face.addresses:
                own[address].append(Owner(here.node, face.vrf, here.interface))
    shared: dict[Address, list[Owner]] = defaultdict(list)
    for device in snapshot.devices.values():
        for interface in device.interfaces:
            known = interfaces.get(InterfaceId(device.name, interface.name))
            if known is not None and known.up:
                for address in interface.virtual_addresses:
                    shared[address].append(Owner(device.name, known.vrf, interface.name))
    return {
        address: tuple(dict.fromkeys((*sorted(own.get(address, ())), *sorted(shared.get(address, ())))))
        for address in own.keys() | shared.keys()
    }


# ------------------------------------------------------------------------------------------------- main RIBs


def main_ribs(answers: Answers, snapshot: Snapshot, spelling: Spelling, reading: Reading) -> dict[Vertex, HeldRib]:
    """Main RIBs by node and VRF; a node that has no route has an empty one."""
    tables: dict[Vertex, dict[Prefix, RibEntry]] = {(name, "default"): {} for name in snapshot.devices}
    more: dict[tuple[Vertex, Prefix], set[NextHop]] = {}
    read: dict[tuple[object, ...], RibEntry] = {}
    for row in answers.routes:
        try:
            vertex = (spelling.own_node(row["node"]), cells.text(row["vrf"]))
            prefix, key = cells.prefix(row["network"]), (vertex[0], cells.alike(row, _COLUMNS))
            entry = read.get(key) or read.setdefault(key, _route(row, vertex[0], spelling))
        except Stranger:
            continue
        except ValueError as error:
            reading.miss("routes", row, error)
            continue
        known = tables.setdefault(vertex, {}).setdefault(prefix, entry)
        if known is not entry:
            more.setdefault((vertex, prefix), set(known.next_hops)).update(entry.next_hops)
            if entry.protocol is RouteProtocol.CONNECTED:
                tables[vertex][prefix] = entry  # NX-OS lists the address of a /32 as local, too
    for (vertex, prefix), found in more.items():
        entry = tables[vertex][prefix]
        ordered = tuple(sorted(found, key=str))
        tables[vertex][prefix] = RibEntry(entry.protocol, entry.admin_distance, entry.metric, ordered, entry.tag)
    return {vertex: HeldRib(entries) for vertex, entries in tables.items()}


def _route(row: AnswerRow, node: str, spelling: Spelling) -> RibEntry:
    hop = spelling.hop(node, cells.next_hop(row))
    tag = row.get("tag")
    return RibEntry(
        _protocol(cells.text(row["protocol"])),
        cells.number(row["admin_distance"]),
        cells.number(row["metric"]),
        (hop,),
        cells.number(tag) if tag is not None else 0,
    )


def _protocol(name: str) -> RouteProtocol:
    return _PROTOCOLS.get(name) or RouteProtocol(name)


# ---------------------------------------------------------------------------------------- what BGP asks of it


class AnsweredUnderlay:
    """Implements guard.simulate.rib.underlay.Underlay over Batfish's tables."""

    def __init__(self, held: Topology, ribs: Mapping[Vertex, HeldRib]) -> None:
        self.topology = held
        self.ribs = ribs
        self.resolver = Resolver(ribs)
        self._subnets: dict[Vertex, list[tuple[Prefix, str]]] = defaultdict(list)
        for here, face in sorted(held.interfaces.items()):
            if face.up:
                for address, length in face.addresses:
                    self._subnets[here.node, face.vrf].append((prefix_of(address, length), here.interface))

    def vrfs(self, node: str) -> tuple[str, ...]:
        return tuple(sorted(vrf for name, vrf in self.ribs if name == node))

    def entry(self, node: str, vrf: str, prefix: Prefix) -> RibEntry | None:
        """The main RIB's entry where it is not of BGP: what a BGP route has displaced, Batfish does not tell."""
        rib = self.ribs.get((node, vrf))
        entry = rib.get(prefix) if rib is not None else None
        return entry if entry is not None and entry.protocol not in _OF_BGP else None

    def entries(self, node: str, vrf: str) -> Iterator[tuple[Prefix, RibEntry]]:
        rib = self.ribs.get((node, vrf))
        for prefix in rib.prefixes() if rib is not None else ():
            entry = self.entry(node, vrf, prefix)
            if entry is not None:
                yield prefix, entry

    def of_protocol(
        self, node: str, vrf: str, protocols: frozenset[RouteProtocol], process: str = ""
    ) -> Iterator[tuple[Prefix, RibEntry]]:
        """As its protocol says; of which process a route is, Batfish does not tell: any has all."""
        return (each for each in self.entries(node, vrf) if each[1].protocol in protocols)

    def fixed(self, node: str, vrf: str) -> tuple[Mapping[Prefix, RibEntry], Mapping[Prefix, RibEntry]]:
        own = {prefix: entry for prefix, entry in self.entries(node, vrf) if entry.protocol in _OWN}
        static = {p: entry for p, entry in self.entries(node, vrf) if entry.protocol is RouteProtocol.STATIC}
        return own, static

    def resolve(self, node: str, vrf: str, address: Address) -> Resolution | None:
        return self.resolver.resolve(node, vrf, address)

    def beneath(self, node: str, vrf: str, address: Address) -> Resolution | None:
        """Batfish's tables stand as they are: nothing of theirs is left out."""
        return self.resolver.resolve(node, vrf, address)

    def connected(self, node: str, vrf: str, address: Address) -> str | None:
        near = [each for each in self._subnets.get((node, vrf), ()) if each[0].contains(address)]
        return max(near, key=lambda each: each[0].length)[1] if near else None


class AnsweredFib:
    """Implements guard.model.state.Fib: Batfish's main RIB, recursion done by guard's own resolver."""

    def __init__(self, ground: AnsweredUnderlay) -> None:
        self._ground = ground

    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        rib = self._ground.ribs.get((node, vrf))
        entry = rib.get(prefix) if rib is not None else None
        return self._ground.resolver.hops(node, vrf, prefix, entry) if entry is not None else ()

    def resolved(self, node: str, vrf: str, prefix: Prefix, entry: RibEntry) -> tuple[NextHop, ...]:
        """The same for who has the installed entry at hand."""
        return self._ground.resolver.hops(node, vrf, prefix, entry)
