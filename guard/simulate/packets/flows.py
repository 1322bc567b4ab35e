"""Flows of the inventory: what must get through from everywhere it comes from, and what must not from anywhere.

Law: delivered means by every path that ECMP may take, from each source, for every representative packet; denied means
that no representative arrives from any source. Ports and sources that the inventory leaves open are represented by the
boundaries of the filters in the network, and by values that no filter names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from guard.model.acl import Acl, Flow, Range, Wildcard
from guard.model.address import WIDTH, Address, Prefix, parse_prefix
from guard.model.facts import Disposition, Fate, FlowFact
from guard.model.inventory import EXTERNAL, FlowIntent, Site
from guard.model.state import InterfaceId
from guard.simulate.bgp.advertising import far_sites
from guard.simulate.layer3.acl import ICMP, ICMPV6, TCP, UDP
from guard.simulate.layer3.links import DEFAULT_VRF, PrefixSet
from guard.simulate.packets.column import ARRIVED
from guard.simulate.packets.destinations import Destination, standing_addresses
from guard.simulate.packets.following import DOUBT, FlowGraph, follow
from guard.simulate.packets.reachability import Reach

PROTOCOLS = {"icmp": ICMP, "tcp": TCP, "udp": UDP, "gre": 47, "esp": 50, "ah": 51, "ospf": 89, "sctp": 132, "icmp6": 58}
#: Addresses somewhere in the world, for packets from outside whose source the inventory leaves open.
SOMEWHERE = {
    4: (0x05050505, 0x17171717, 0x50505050, 0xC1000101, 0x8D010101),
    6: (0x2A00 << 112 | 5, 0x2600 << 112 | 5, 0x2400 << 112 | 5),
}
#: A destination port that nothing well-known uses (RFC 6335 dynamic range), for flows of any port.
ANY_PORT = 50123
#: Bounds on representatives of one flow from one source to one address; beyond them values at boundaries are left out.
MOST_PORTS, MOST_SOURCES = 24, 24
#: Evidence lines kept of one flow.
MOST_EVIDENCE = 12


class Entrance(NamedTuple):
    """Where packets of a flow come in: a table, and the interface they enter by ("" where the node makes them)."""

    node: str
    vrf: str
    into: str
    outside: bool  # they come from somewhere in the world, not from the interface's subnet

    def __str__(self) -> str:
        return f"{self.node}[{self.into}]" if self.into else self.node


class _Met(NamedTuple):
    """What became of a flow's packets from one entrance to one address: some arrived, some missed it, some in doubt."""

    arrived: bool
    missed: bool
    doubted: bool
    evidence: tuple[str, ...]


def flow_facts(reach: Reach, destinations: Sequence[Destination]) -> tuple[FlowFact, ...]:
    """One fact for each flow of the inventory. `destinations` tell which addresses stand for a prefix."""
    flows = reach.forwarder.links.snapshot.inventory.flows
    return tuple(follow_intent(reach, destinations, intent) for intent in flows)


def follow_intent(reach: Reach, destinations: Sequence[Destination], intent: FlowIntent) -> FlowFact:
    """The fact of one flow, of the inventory or not."""
    return _Follower(reach, destinations, intent).fact()


class _Follower:
    def __init__(self, reach: Reach, destinations: Sequence[Destination], intent: FlowIntent) -> None:
        self.reach = reach
        self.forwarder = reach.forwarder
        self.links = reach.forwarder.links
        self.destinations = destinations
        self.intent = intent
        self.acls: tuple[Acl, ...] = tuple(
            dict.fromkeys([*self.links.filters_in.values(), *self.links.filters_out.values()])
        )

    def fact(self) -> FlowFact:
        entrances = tuple(dict.fromkeys(e for origin in self.intent.origins for e in self.entrances(origin)))
        targets = self.targets()
        met = [self._met(entrance, address) for entrance in entrances for address in targets]
        arrived, doubted = any(each.arrived for each in met), any(each.doubted for each in met)
        delivered = not any(each.missed for each in met) and (arrived or self._nothing_up())
        evidence = sorted({line for each in met for line in each.evidence})
        seen = tuple(evidence[:MOST_EVIDENCE]) or (() if entrances else ("no source is up",))
        return FlowFact(self.intent, delivered, not (arrived or doubted), seen, doubted, tuple(map(str, entrances)))

    def _met(self, entrance: Entrance, address: Address) -> _Met:
        """As in the state before, where packets that come in there look as they did, and go the same ways."""
        given = self.intent, self.links.doors, self.links.numbers, self.reach.targets.base
        name = ("flow", self.intent.name, entrance, address)
        return self.forwarder.answers.once(name, given, lambda: self._find(entrance, address))

    def _find(self, entrance: Entrance, address: Address) -> _Met:
        arrived = missed = doubted = False
        evidence: list[str] = []
        for flow, plain in self.packets(entrance, address):
            graph = follow(self.forwarder, (entrance.node, entrance.vrf), entrance.into, flow)
            good, bad, doubt = self.judge(graph, address)
            arrived, doubted = arrived or good, doubted or doubt
            missed = missed or (plain and bad)
            if bad if self.intent.expect == "delivered" else good:
                evidence.append(_tell(entrance, flow, graph))
        return _Met(arrived, missed, doubted, tuple(evidence))

    def _nothing_up(self) -> bool:
        """Named nodes and interfaces that are down are no sources: nothing of theirs is missed. A site is heard."""
        inventory = self.links.snapshot.inventory
        return all(inventory.site(origin) is None for origin in self.intent.origins)

    def judge(self, graph: FlowGraph, to: Address) -> tuple[bool, bool, bool]:
        """(some way arrives, some way does not, some way hangs on a line that is not modelled)."""
        arrives = [self.arrives(fate, to) for fate in graph.fates]
        doubt = any(
            fate.disposition is Disposition.INSUFFICIENT_INFO and fate.detail.startswith(DOUBT) for fate in graph.fates
        )
        return any(arrives), not all(arrives) or not arrives, doubt

    def arrives(self, fate: Fate, to: Address) -> bool:
        """CONTRACT 2's "delivered" where a site lists the address; else arrived anywhere, or left for outside."""
        sites = [s for s in self.links.snapshot.inventory.sites if any(p.contains(to) for p in s.prefixes)]
        if sites:
            return any(self.reach.delivers(site, Destination(to.host, to, (to.host,)), fate) for site in sites)
        if fate.disposition in ARRIVED:
            return True
        if fate.disposition is Disposition.NULL_ROUTED:
            return self.links.is_outside(fate.node)
        return fate.disposition is Disposition.EXITS_NETWORK

    # Where it comes from

    def entrances(self, origin: str) -> Iterator[Entrance]:
        """Sources of one `from`: a site, a node or an interface; what is down is none."""
        site = self.links.snapshot.inventory.site(origin)
        if site is not None:
            yield from self._of_site(site)
            return
        name, _, face = origin.rstrip("]").partition("[")
        device = self.links.snapshot.device(name)
        if device is None or not self.links.is_alive(device.name):
            return
        if not face:
            yield Entrance(device.name, DEFAULT_VRF, "", False)
            return
        for interface in device.interfaces:
            here = InterfaceId(device.name, interface.name)
            if fnmatchcase(interface.name.lower(), face.lower()) and self._is_up(here):
                yield Entrance(device.name, self.links.vrf(here), interface.name, self._faces_outside(here))

    def _of_site(self, site: Site) -> Iterator[Entrance]:
        """Where a site's packets come to us: the far ends of its links, its sessions, its own subnets with hosts."""
        found = set(self._crossings(site))
        if site.kind == EXTERNAL:
            found |= set(self._session_doors(site))
        else:
            found = set(self._host_doors(site)) or found
        if not found and site.kind != EXTERNAL:
            found = {Entrance(node, DEFAULT_VRF, "", False) for node in self.links.nodes_of(site)}
        yield from sorted(found)

    def _crossings(self, site: Site) -> Iterator[Entrance]:
        outside = site.kind == EXTERNAL
        for node in self.links.nodes_of(site):
            for face in self.links.snapshot.devices[node].interfaces:
                here = InterfaceId(node, face.name)
                if self._is_up(here):
                    for there in self.links.neighbours(here):
                        if self.links.site_name(there.node) != site.name and not self.links.is_outside(there.node):
                            yield Entrance(there.node, self.links.vrf(there), there.interface, outside)

    def _session_doors(self, site: Site) -> Iterator[Entrance]:
        """Interfaces towards neighbours of ours that no device of the snapshot is."""
        for session in self.forwarder.state.sessions:
            if not session.external or not session.up or session.remote_node is not None:
                continue
            if self.links.is_outside(session.node) or site.name not in far_sites(self.links.snapshot, session):
                continue
            if session.local_interface:
                yield Entrance(session.node, session.vrf, session.local_interface, True)
            elif session.remote_address is not None:
                for step in self.forwarder.steps((session.node, session.vrf), session.remote_address):
                    out = step.interface if isinstance(step, Fate) else step.out
                    if out:
                        yield Entrance(session.node, session.vrf, out, True)

    def _host_doors(self, site: Site) -> Iterator[Entrance]:
        """Up interfaces of a site's devices whose subnets lie in its prefixes (or hold the flow's own sources)."""
        wanted = self.intent.source_prefixes or site.prefixes
        for node in self.links.nodes_of(site):
            for face in self.links.snapshot.devices[node].interfaces:
                here = InterfaceId(node, face.name)
                if face.kind == "loopback" or not self._is_up(here):
                    continue
                if any(subnet.overlaps(prefix) for subnet in self.links.subnets(here) for prefix in wanted):
                    yield Entrance(node, self.links.vrf(here), face.name, False)

    def _is_up(self, here: InterfaceId) -> bool:
        face = self.forwarder.state.interfaces.get(here)
        return face is not None and face.up

    def _faces_outside(self, here: InterfaceId) -> bool:
        """Whether what enters by an interface comes from the world: an external neighbour, in the snapshot or not."""
        if any(self.links.is_outside(there.node) for there in self.links.neighbours(here)):
            return True
        sessions = (s for s in self.forwarder.state.sessions if s.node == here.node and s.external)
        return any(
            s.local_interface == here.interface
            or (s.remote_address is not None and self.links.subnet_of(here, s.remote_address) is not None)
            for s in sessions
        )

    # Where it goes

    def targets(self) -> list[Address]:
        """Addresses to follow packets to: as listed, a service's, or one for each part of a prefix."""
        found: list[Address] = []
        for text in self.intent.destinations:
            service = self.links.snapshot.inventory.service(text)
            if service is not None:
                found += service.addresses
                continue
            try:
                prefix = parse_prefix(text)
            except ValueError:  # a service that the inventory does not list, which is a problem of the snapshot's
                continue
            found += [prefix.first] if prefix.is_host else self._inside(prefix)
        return list(dict.fromkeys(found))

    def _inside(self, prefix: Prefix) -> list[Address]:
        parts = [d.address for d in self.destinations if prefix.contains(d.address)]
        return parts or [Address(prefix.version, prefix.value + 1)]

    # What it looks like

    def packets(self, entrance: Entrance, to: Address) -> Iterator[tuple[Flow, bool]]:
        """Representative packets; those that must arrive for "delivered" are marked: their source is nobody special."""
        sources = [(value, True) for value in self._plain_sources(entrance, to.version)]
        plain = {value for value, _ in sources}
        sources += [(value, False) for value in self._named_sources(entrance, to.version) if value not in plain]
        for value, is_plain in sources:
            for protocol, port in self._shapes(to.version):
                yield Flow(value, to.value, to.version, protocol, 49152, port), is_plain

    def _shapes(self, version: int) -> list[tuple[int, int]]:
        """(protocol, destination port) of the representatives."""
        if self.intent.protocol:
            number = PROTOCOLS.get(self.intent.protocol.lower())
            protocols = [number if number is not None else int(self.intent.protocol)]
        else:
            protocols = [ICMP if version == 4 else ICMPV6, TCP, UDP] if not self.intent.ports else [TCP, UDP]
        shapes: list[tuple[int, int]] = []
        for protocol in protocols:
            ported = protocol in (TCP, UDP, 132)
            shapes += [(protocol, port) for port in (self._ports(protocol) if ported else [0])]
        return shapes

    def _ports(self, protocol: int) -> list[int]:
        """The ends of the flow's ranges and what filters cut out of them."""
        wanted: tuple[Range, ...] = self.intent.ports or ((ANY_PORT, ANY_PORT),)
        ports = {edge for pair in wanted for edge in pair}
        for line in (line for acl in self.acls for line in acl.lines):
            if not line.protocols or protocol in line.protocols:
                for first, last in line.destination_ports:
                    ports |= {p for p in (first, last, first - 1, last + 1) if any(a <= p <= b for a, b in wanted)}
        return sorted(ports)[:MOST_PORTS]

    def _plain_sources(self, entrance: Entrance, version: int) -> list[int]:
        """A source that nobody treats specially: of the listed prefixes, the interface's subnet, or the world."""
        listed = [p for p in self.intent.source_prefixes if p.version == version]
        if self.intent.source_prefixes:
            return [_inner(prefix) for prefix in listed]
        if not entrance.into:
            own = standing_addresses(self.links.snapshot.devices[entrance.node])
            return [address.value for address in own if address.version == version][:1]
        if entrance.outside:
            return [self._somewhere(version)]
        here = InterfaceId(entrance.node, entrance.into)
        subnets = [subnet for subnet in self.links.subnets(here) if subnet.version == version]
        return [self._guest(subnet) for subnet in subnets] or [self._somewhere(version)]

    def _guest(self, subnet: Prefix) -> int:
        """An address of a subnet that is nobody's interface, if there is one."""
        last = subnet.last.value
        for value in range(subnet.value + (1 if subnet.length < WIDTH[subnet.version] - 1 else 0), last + 1):
            if Address(subnet.version, value) not in self.links.configured:
                return value
            if value > subnet.value + 512:
                break
        return subnet.value

    def _somewhere(self, version: int) -> int:
        named = PrefixSet(
            prefix for acl in self.acls for line in acl.lines for prefix in _prefixes(line.sources, version)
        )
        for value in SOMEWHERE[version]:
            if not named.holds(Address(version, value)):
                return value
        return SOMEWHERE[version][0]

    def _named_sources(self, entrance: Entrance, version: int) -> list[int]:
        """Sources that some permit line names and that may come in here: for denied flows none of them may pass."""
        if not entrance.into:
            return []
        ours = PrefixSet(p for s in self.links.snapshot.inventory.sites if s.kind != EXTERNAL for p in s.prefixes)
        allowed = list(self.intent.source_prefixes)
        if not allowed and not entrance.outside:
            allowed = list(self.links.subnets(InterfaceId(entrance.node, entrance.into)))
        values: set[int] = set()
        for line in (line for acl in self.acls for line in acl.lines if line.permit):
            for prefix in _prefixes(line.sources, version):
                address = Address(version, _inner(prefix))
                inside = any(p.contains(address) for p in allowed) if allowed else not self._is_ours(ours, address)
                if inside:
                    values.add(address.value)
        return sorted(values)[:MOST_SOURCES]

    def _is_ours(self, ours: PrefixSet, address: Address) -> bool:
        return ours.holds(address) or self.links.internal.holds(address)


def _prefixes(wildcards: Iterable[Wildcard], version: int) -> Iterator[Prefix]:
    """Source wildcards of one family as prefixes that hold them, "any" left out."""
    for wildcard in wildcards:
        if wildcard.version == version:
            width = WIDTH[version]
            length = width - wildcard.mask.bit_length()
            if length > 0:
                shift = width - length
                yield Prefix(version, wildcard.value >> shift << shift, length)


def _inner(prefix: Prefix) -> int:
    """An address of a prefix that is not its network address, where it has others."""
    return prefix.value + (1 if WIDTH[prefix.version] - prefix.length > 1 else 0)


def _tell(entrance: Entrance, flow: Flow, graph: FlowGraph) -> str:
    """`ams-edge1[eth0]: tcp 5.5.5.5 -> 10.10.9.10:22 ends DENIED_IN at ams-edge1[eth0] (EDGE-IN "deny …")`."""
    names = {number: name for name, number in PROTOCOLS.items()}
    port = f":{flow.destination_port}" if flow.destination_port else ""
    ends = []
    for fate in sorted(graph.fates):
        place = f"{fate.node}[{fate.interface}]" if fate.interface else fate.node
        ends.append(f"{fate.disposition} at {place}" + (f" ({fate.detail})" if fate.detail else ""))
    source, to = Address(flow.version, flow.source), Address(flow.version, flow.destination)
    protocol = names.get(flow.protocol, flow.protocol)
    return f"{entrance}: {protocol} {source} -> {to}{port} ends {' or '.join(ends)}"
