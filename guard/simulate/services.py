"""Service health as a fixed point: routes, then health, then withdrawals, then routes again (CONTRACT 2).

Law: an instance that was withdrawn stays withdrawn, so the rounds end: each takes down at least one more interface.
Services that need each other are healthy together unless something else is missing. What cannot be told (a name whose
zone is not in the snapshot) makes a service undecided, not unhealthy, and withdraws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.facts import CascadeRound, InstanceFact, ServiceFact
from guard.model.inventory import (
    DATACENTER,
    AllOf,
    AnyOf,
    Inventory,
    NameNeeded,
    Requirement,
    Service,
    ServiceNeeded,
    SiteNeeded,
)
from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.simulate.bgp.advertising import Outlets
from guard.simulate.layer3.links import DEFAULT_VRF, Links
from guard.simulate.packets.column import ARRIVED
from guard.simulate.packets.destinations import site_targets
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.reachability import HANDED_OVER, Reach
from guard.simulate.rib.plain_routes import Vertex
from guard.snapshot.snapshot import Snapshot


class ZoneServers(NamedTuple):
    """One zone on the way to a name, with the addresses of its listed name servers; without any nobody can be asked."""

    zone: str
    addresses: tuple[Address, ...]


class NameAnswer(NamedTuple):
    """What the zones of the snapshot say of a name: whether it has an address, and which zones must be asked for it.

    A resolver follows `zones` (referrals and aliases included) and needs one server of each.
    """

    exists: bool
    zones: tuple[ZoneServers, ...]


#: Resolves an absolute lower-case name from the zones alone; None: its zone is not in the snapshot (undecided).
Resolve = Callable[[str], NameAnswer | None]


def no_zones(_: str) -> NameAnswer | None:
    """The resolver of a snapshot without zones: nothing can be told."""
    return None


@dataclass(frozen=True, slots=True)
class Settled:
    """A network whose services have come to rest; all but `cascade` is of the last round, withdrawals included."""

    snapshot: Snapshot
    state: NetworkState
    forwarder: Forwarder
    reach: Reach
    services: tuple[ServiceFact, ...]
    cascade: tuple[CascadeRound, ...]


def settle(
    snapshot: Snapshot,
    state_of: Callable[[Scenario], NetworkState],
    *,
    scenario: Scenario,
    base: Forwarder | None = None,
    resolve: Resolve = no_zones,
) -> Settled:
    """Run rounds until nobody else has to be withdrawn; each calls `state_of` once, with more interfaces down.

    `base`: the state that the result will be compared with (None: this one is the base).
    """
    rounds: list[CascadeRound] = []
    reasons: dict[tuple[str, InterfaceId | None], str] = {}
    before: frozenset[Prefix] = frozenset()
    while True:
        state = state_of(scenario)
        forwarder = Forwarder(snapshot, state, base)
        reach = Reach(forwarder, site_targets(forwarder, base or forwarder))
        facts = Health(reach, resolve).facts()
        fresh = tuple((fact.name, place, why) for fact, place, why in _sick(facts) if (fact.name, place) not in reasons)
        withdrawn = _withdrawals(snapshot.inventory, facts, state)
        heard = _heard(forwarder) if withdrawn or rounds else frozenset()
        if rounds:
            rounds[-1] = replace(rounds[-1], advertisements_lost=tuple(sorted(before - heard)))
        if withdrawn or fresh:
            rounds.append(CascadeRound(len(rounds) + 1, fresh, withdrawn, ()))
        reasons.update(((name, place), why) for name, place, why in fresh)
        before = heard
        if not withdrawn:
            told = tuple(_remembering(fact, reasons) for fact in facts)
            return Settled(snapshot, state, forwarder, reach, told, tuple(rounds))
        scenario = Scenario(scenario.down_nodes, scenario.down_interfaces | set(withdrawn), scenario.reason)


def _remembering(fact: ServiceFact, reasons: Mapping[tuple[str, InterfaceId | None], str]) -> ServiceFact:
    """An instance that was withdrawn is unhealthy for what it missed, not because its interface is down now."""
    instances = tuple(i if i.healthy else replace(i, why=reasons[fact.name, i.id]) for i in fact.instances)
    unmet = tuple(dict.fromkeys(i.why for i in instances)) if instances and not fact.healthy else fact.unmet
    return replace(fact, instances=instances, unmet=unmet)


def _sick(facts: Iterable[ServiceFact]) -> Iterable[tuple[ServiceFact, InterfaceId | None, str]]:
    for fact in facts:
        for instance in fact.instances:
            if not instance.healthy:
                yield fact, instance.id, instance.why
        if not fact.healthy and not fact.instances:
            yield fact, None, "; ".join(fact.unmet)


def _withdrawals(inventory: Inventory, facts: Iterable[ServiceFact], state: NetworkState) -> tuple[InterfaceId, ...]:
    """Interfaces that go down because their instance is unhealthy; those that are down already need no withdrawal."""
    withdrawing = {service.name for service in inventory.services if service.withdraws}
    places = {i.id for fact in facts if fact.name in withdrawing for i in fact.instances if i.up and not i.healthy}
    return tuple(sorted(place for place in places if state.interfaces[place].up))


def _heard(forwarder: Forwarder) -> frozenset[Prefix]:
    return frozenset(Outlets(forwarder.links, forwarder.state).advertised(lambda _: False))


@dataclass(slots=True)
class Health:
    """Health of all services in one state. True, False or None (undecided) throughout."""

    reach: Reach
    resolve: Resolve
    _standing: dict[tuple[str, InterfaceId], bool | None] = field(default_factory=dict)
    _meets: dict[tuple[Vertex, Requirement], bool | None] = field(default_factory=dict)

    def facts(self) -> tuple[ServiceFact, ...]:
        """The greatest fixed point: everything that is up is healthy, then what misses something falls."""
        services = self._inventory.services
        places = {service.name: instances_of(self._links, service) for service in services}
        for service in services:
            for place in places[service.name]:
                self._standing[service.name, place] = self._is_up(place)
        self._places = places
        while sum(self._revise(service) for service in services):
            self._meets.clear()
        return tuple(self._fact(service) for service in services)

    _places: Mapping[str, tuple[InterfaceId, ...]] = field(default_factory=dict)

    @property
    def _links(self) -> Links:
        return self.reach.forwarder.links

    @property
    def _inventory(self) -> Inventory:
        return self._links.snapshot.inventory

    def _is_up(self, place: InterfaceId) -> bool:
        face = self.reach.forwarder.state.interfaces.get(place)
        return face is not None and face.up and self._links.is_alive(place.node)

    def _revise(self, service: Service) -> bool:
        """Let the instances of a service fall that miss something; whether any standing changed."""
        changed = False
        for place in self._places[service.name]:
            old = self._standing[service.name, place]
            if old is False or service.requires is None:
                continue
            new = self.meets((place.node, self._links.vrf(place)), service.requires)
            if new is not old and not (old is None and new is True):
                self._standing[service.name, place] = new
                changed = True
        return changed

    def _fact(self, service: Service) -> ServiceFact:
        places = self._places[service.name]
        if not places:
            return self._placeless(service)
        instances = tuple(self._instance(service, place) for place in places)
        standing = [self._standing[service.name, place] for place in places]
        healthy = any(each is not False for each in standing)
        undecided = healthy and True not in standing
        unmet = () if healthy else tuple(dict.fromkeys(i.why for i in instances))
        return ServiceFact(service.name, healthy, instances, service.recovery, service.serves_zones, unmet, undecided)

    def _instance(self, service: Service, place: InterfaceId) -> InstanceFact:
        up = self._is_up(place)
        healthy = self._standing[service.name, place] is not False
        why = ""
        if not up:
            face = self.reach.forwarder.state.interfaces.get(place)
            why = f"{place} is down" + (f" ({face.why})" if face is not None and face.why else "")
        elif not healthy and service.requires is not None:
            why = self.missing((place.node, self._links.vrf(place)), service.requires)
        return InstanceFact(place, up, healthy, why)

    def _placeless(self, service: Service) -> ServiceFact:
        """Without instances: nobody bears its addresses; without addresses it is judged from every data center."""
        standing = self._placeless_standing(service)
        unmet: tuple[str, ...] = ()
        if service.addresses and standing is False:
            unmet = (f"nobody bears {', '.join(map(str, service.addresses))}",)
        elif standing is False and service.requires is not None:
            misses = {n: self.missing((n, DEFAULT_VRF), service.requires) for n in self._data_centers(service)}
            unmet = tuple(dict.fromkeys(f"{text} (seen from {n})" for n, text in misses.items() if text))
        undecided = standing is None
        return ServiceFact(
            service.name, standing is not False, (), service.recovery, service.serves_zones, unmet, undecided
        )

    def _placeless_standing(self, service: Service) -> bool | None:
        if service.addresses:
            return False
        if service.requires is None:
            return True
        return _all(self._from_site(nodes, service.requires) for nodes in self._data_center_nodes())

    def _from_site(self, nodes: tuple[str, ...], needed: Requirement) -> bool | None:
        return _any(self.meets((node, DEFAULT_VRF), needed) for node in nodes)

    def _data_center_nodes(self) -> list[tuple[str, ...]]:
        sites = [self._links.nodes_of(site) for site in self._inventory.sites if site.kind == DATACENTER]
        return [nodes for nodes in sites if nodes]

    def _data_centers(self, service: Service) -> list[str]:
        """One node for each data center that does not have what the service needs."""
        needed = service.requires
        assert needed is not None
        return [nodes[0] for nodes in self._data_center_nodes() if self._from_site(nodes, needed) is False]

    # What is required

    def meets(self, vertex: Vertex, needed: Requirement) -> bool | None:
        """Whether a requirement is met, seen from one table."""
        key = (vertex, needed)
        if key not in self._meets:
            self._meets[key] = self._decide(vertex, needed)
        return self._meets[key]

    def _decide(self, vertex: Vertex, needed: Requirement) -> bool | None:
        match needed:
            case AllOf(parts):
                return _all(self.meets(vertex, part) for part in parts)
            case AnyOf(parts):
                return _any(self.meets(vertex, part) for part in parts)
            case SiteNeeded(name):
                site = self._inventory.site(name)
                return site is not None and self.reach.delivered_from(*vertex, site)
            case ServiceNeeded(name):
                service = self._inventory.service(name)
                return False if service is None else self._serves(vertex, service)
            case NameNeeded(name):
                return self._resolves(vertex, name)

    def _serves(self, vertex: Vertex, service: Service) -> bool | None:
        """Whether some address of a healthy service is delivered, at one of its healthy instances."""
        if not service.addresses:
            return self._healthy(service)
        return _any(self._answers(vertex, service, address) for address in service.addresses)

    def _healthy(self, service: Service) -> bool | None:
        places = self._places[service.name]
        if places:
            return _any(self._standing[service.name, place] for place in places)
        return self._placeless_standing(service)

    def _answers(self, vertex: Vertex, service: Service, address: Address) -> bool | None:
        at = self.arrives_at(vertex, address)
        standing = {p.node: self._standing[service.name, p] for p in self._places[service.name]}
        places = self._places[service.name]
        nodes = {p.node: _any(self._standing[service.name, q] for q in places if q.node == p.node) for p in places}
        return _any(nodes.get(node, False) for node in sorted(at)) if standing else False

    def arrives_at(self, vertex: Vertex, address: Address) -> frozenset[str]:
        """Nodes where packets of a table to `address` arrive."""
        fates = self.reach.forwarder.ends(vertex, address).fates
        return frozenset(fate.node for fate in fates if fate.disposition in ARRIVED)

    def _resolves(self, vertex: Vertex, name: str) -> bool | None:
        answer = self.resolve(name)
        if answer is None:
            return None
        if not answer.exists:
            return False
        return _all(self._zone_answers(vertex, zone) for zone in answer.zones)

    def _zone_answers(self, vertex: Vertex, zone: ZoneServers) -> bool | None:
        """One server is enough; where no address of any is known, nothing can be told."""
        return _any(self._server_answers(vertex, a) for a in zone.addresses) if zone.addresses else None

    def _server_answers(self, vertex: Vertex, address: Address) -> bool | None:
        """A name server: healthy where it is a service of ours, else merely reached; unknown where nobody claims it."""
        services = [service for service in self._inventory.services if address in service.addresses]
        if services:
            return _any(self._answers(vertex, service, address) for service in services)
        fates = self.reach.forwarder.ends(vertex, address).fates
        if any(fate.disposition in ARRIVED for fate in fates):
            return True
        if address in self._links.configured or not any(fate.disposition in HANDED_OVER for fate in fates):
            return False
        return None

    def missing(self, vertex: Vertex, needed: Requirement) -> str:
        """In words, what of a requirement is not met; "" where nothing is missing."""
        if self.meets(vertex, needed) is not False:
            return ""
        match needed:
            case AllOf(parts):
                return ", ".join(text for part in parts if (text := self.missing(vertex, part)))
            case AnyOf(parts):
                return "none of: " + ", ".join(_name(part) for part in parts)
            case _:
                return f"{_name(needed)} is not reached"


def _name(needed: Requirement) -> str:
    match needed:
        case AllOf(parts):
            return "(" + " and ".join(map(_name, parts)) + ")"
        case AnyOf(parts):
            return "(" + " or ".join(map(_name, parts)) + ")"
        case SiteNeeded(name):
            return f"site {name}"
        case ServiceNeeded(name):
            return f"service {name}"
        case NameNeeded(name):
            return f"name {name}"


def _all(parts: Iterable[bool | None]) -> bool | None:
    """Three-valued and (Kleene): false wins over undecided. Nothing to ask: true."""
    found = list(parts)
    return False if False in found else None if None in found else True


def _any(parts: Iterable[bool | None]) -> bool | None:
    """Three-valued or: true wins over undecided. Nothing to ask: false."""
    found = list(parts)
    return True if True in found else None if None in found else False


def instances_of(links: Links, service: Service) -> tuple[InterfaceId, ...]:
    """The interfaces that carry a service: as listed, else those that bear its addresses, else hold their subnets."""
    if service.instances:
        return tuple(_as_configured(links, place) for place in service.instances)
    found: set[InterfaceId] = set()
    for address in service.addresses:
        owners = links.configured.get(address, ())
        found.update(owners or _holders(links, address))
    return tuple(sorted(found))


def _holders(links: Links, address: Address) -> list[InterfaceId]:
    return [
        InterfaceId(device.name, face.name)
        for device in links.snapshot.devices.values()
        for face in device.interfaces
        if any(bound.prefix.contains(address) for bound in face.addresses)
    ]


def _as_configured(links: Links, place: InterfaceId) -> InterfaceId:
    """The name as the configuration has it: inventories may write it in another case."""
    device = links.snapshot.device(place.node)
    for face in device.interfaces if device is not None else ():
        if face.name.lower() == place.interface.lower():
            return InterfaceId(device.name if device else place.node, face.name)
    return place
