"""Small network states drawn by hand: interfaces and routes as text, connected routes and FIB filled in.

A state is made from `interfaces` {node: {interface: "10.0.0.0/31"}} and `routes` {node: {prefix: hops}}, where hops are
gateways ("10.0.0.1", several separated by blanks), "null", or an interface name after a dash ("-eth0").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from guard.model.acl import Acl
from guard.model.address import Address, Prefix, parse_address, parse_prefix, prefix_of
from guard.model.bgp import BgpAttributes
from guard.model.coverage import Coverage
from guard.model.device import Device, Interface, InterfaceAddress, Vendor
from guard.model.inventory import Inventory
from guard.model.provenance import Source
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import BgpRow, BgpSession, Edge, InterfaceId, InterfaceState, NetworkState, Scenario
from guard.snapshot.snapshot import Snapshot

HERE = Source("configs/x.cfg", 1, 1)
NO_FAILURE = Scenario()


@dataclass(frozen=True)
class TableRib:
    """A main RIB that is a dictionary."""

    entries: Mapping[Prefix, RibEntry]

    def __len__(self) -> int:
        return len(self.entries)

    def prefixes(self) -> Iterator[Prefix]:
        return iter(sorted(self.entries))

    def get(self, prefix: Prefix) -> RibEntry | None:
        return self.entries.get(prefix)

    def lookup(self, address: Address) -> tuple[Prefix, RibEntry] | None:
        fitting = [prefix for prefix in self.entries if prefix.contains(address)]
        if not fitting:
            return None
        best = max(fitting, key=lambda prefix: prefix.length)
        return best, self.entries[best]


@dataclass(frozen=True)
class TableFib:
    """Next hops of every entry, gateways found on connected subnets."""

    hops: Mapping[tuple[str, str, Prefix], tuple[NextHop, ...]]

    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        return self.hops.get((node, vrf, prefix), ())


@dataclass(frozen=True)
class TableBgp:
    """BGP tables given as dictionaries."""

    sent: Mapping[tuple[str, str, str], Mapping[Prefix, BgpAttributes]]
    born: Mapping[str, frozenset[Prefix]]

    @property
    def unlimited(self) -> TableBgp:
        return self

    def rows(self) -> Iterator[BgpRow]:
        return iter(())

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        return None

    def advertised(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return self.sent.get(session, {})

    offered = advertised

    def received(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return {}

    accepted = received

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        return self.born.get(node, frozenset())


def snapshot(
    interfaces: Mapping[str, Mapping[str, str]],
    inventory: Inventory | None = None,
    acls: Mapping[str, tuple[Acl, ...]] | None = None,
    doors: Mapping[str, tuple[str, str]] | None = None,
) -> Snapshot:
    """`interfaces` as in `state` ("shut 10.0.0.0/31" is shut down); `doors`: "node[if]" -> (in, out) of `acls`."""
    devices = {}
    for node, faces in sorted(interfaces.items()):
        made = []
        for name, text in faces.items():
            entering, leaving = (doors or {}).get(f"{node}[{name}]", ("", ""))
            address, length = text.split()[-1].split("/")
            made.append(
                Interface(
                    name,
                    HERE,
                    kind="loopback" if name.startswith("lo") else "physical",
                    shutdown=text.startswith("shut"),
                    addresses=(InterfaceAddress(parse_address(address), int(length)),),
                    acl_in=entering,
                    acl_out=leaving,
                )
            )
        devices[node] = Device(
            node,
            f"configs/{node}.cfg",
            Vendor.IOS,
            Coverage(f"configs/{node}.cfg"),
            interfaces=tuple(made),
            acls={(4, acl.name): acl for acl in (acls or {}).get(node, ())},
        )
    return Snapshot({}, "sha256:0", devices, inventory or Inventory())


def state(
    net: Snapshot,
    routes: Mapping[str, Mapping[str, str]],
    scenario: Scenario = NO_FAILURE,
    sessions: tuple[BgpSession, ...] = (),
    sent: Mapping[tuple[str, str, str], Mapping[Prefix, BgpAttributes]] | None = None,
    born: Mapping[str, frozenset[Prefix]] | None = None,
) -> NetworkState:
    """The state of a snapshot whose routes are given; a route whose gateways are all gone is gone as well."""
    faces = {}
    for node, device in net.devices.items():
        for face in device.interfaces:
            here = InterfaceId(node, face.name)
            down = face.shutdown or here in scenario.down_interfaces or node in scenario.down_nodes
            bound = tuple((a.address, a.length) for a in face.addresses)
            faces[here] = InterfaceState(here, "default", not down, "shutdown" if down else "", bound)
    faces = {here: _far_end_down(here, face, faces) for here, face in faces.items()}
    up = {here: prefix_of(*face.addresses[0]) for here, face in faces.items() if face.up}
    edges = tuple(
        Edge(tail, head)
        for tail in sorted(up)
        for head in sorted(up)
        if tail.node != head.node and up[tail] == up[head]
    )
    ribs, hops = {}, {}
    for node in net.devices:
        entries = {}
        for prefix, found in _hops_of(node, routes.get(node, {}), up):
            protocol = RouteProtocol.STATIC if found[0].address or found[0].discard else RouteProtocol.CONNECTED
            entries[prefix] = RibEntry(protocol, 0 if protocol == "connected" else 1, 0, found)
            hops[node, "default", prefix] = found
        ribs[node, "default"] = TableRib(entries)
    return NetworkState(
        "handmade", scenario, faces, edges, sessions, (), ribs, TableBgp(sent or {}, born or {}), TableFib(hops)
    )


def _far_end_down(
    here: InterfaceId, face: InterfaceState, faces: Mapping[InterfaceId, InterfaceState]
) -> InterfaceState:
    if face.up and face.addresses[0][1] == 31:
        mine = prefix_of(*face.addresses[0])
        for there, other in faces.items():
            if there != here and prefix_of(*other.addresses[0]) == mine and not other.up:
                return replace(face, up=False, why=f"far end {there} is down")
    return face


def _hops_of(
    node: str, routes: Mapping[str, str], up: Mapping[InterfaceId, Prefix]
) -> Iterator[tuple[Prefix, tuple[NextHop, ...]]]:
    mine = {here.interface: subnet for here, subnet in up.items() if here.node == node}
    for name, subnet in mine.items():
        yield subnet, (NextHop(None, name),)
    for prefix, text in routes.items():
        hops = []
        for word in text.split():
            if word == "null":
                hops.append(NextHop(discard=True))
            elif word.startswith("-"):
                hops.append(NextHop(None, word[1:]))
            else:
                gateway = parse_address(word)
                hops += [NextHop(gateway, name) for name, subnet in mine.items() if subnet.contains(gateway)]
        if hops:
            yield parse_prefix(prefix), tuple(hops)


def states(net: Snapshot, routes: Mapping[str, Mapping[str, str]]) -> Callable[[Scenario], NetworkState]:
    """`state` as a function of the scenario."""
    return lambda scenario: state(net, routes, scenario)
