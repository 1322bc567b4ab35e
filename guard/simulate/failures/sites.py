"""Which sites surely exchange traffic after a failure, and which surely do not.

The arguments: whoever stays connected within an area reaches whoever announces a loopback or a subnet there (anchors);
who surely hears a prefix (spread) has packets delivered to an origin, as every router on the way holds it (homes); a
site without any layer-3 way to another one, or to none that it exchanges anything with (islands), is isolated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from guard.model.address import Prefix
from guard.model.inventory import Site
from guard.model.rib import RouteProtocol
from guard.model.state import InterfaceId
from guard.simulate.failures.asked import Asked
from guard.simulate.failures.case import Case
from guard.simulate.failures.graph import Components, Ground
from guard.simulate.failures.islands import Islands
from guard.simulate.failures.spread import Spread, Spreads
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.destinations import Destination, SiteTargets, standing_addresses
from guard.simulate.packets.reachability import delivers

#: Prefixes of a site that are tried one after another; one that is delivered is enough.
MOST_HOMES = 2
_NOTHING: frozenset[InterfaceId] = frozenset()


class Home:
    """A prefix of a site that devices of the site alone give to BGP and deliver; `hangs_on`: by what each of them does.

    Several origins: reflectors are taken to steer no two routers at each other's origin (RFC 4456 11 asks for that);
    that they do not while nothing fails was looked at.
    """

    def __init__(self, prefix: Prefix, spread: Spread, hangs_on: Mapping[str, frozenset[InterfaceId]]) -> None:
        self.prefix = prefix
        self.spread = spread
        self.hangs_on = hangs_on

    def standing(self, case: Case) -> frozenset[str] | None:
        """The origins that are left; None where one still draws packets that it may no longer deliver."""
        left = self.hangs_on.keys() - case.failed.nodes
        if not left or not all(case.keeps(self.hangs_on[origin]) for origin in left):
            return None
        return frozenset(left)


class Sites:
    """`sites`: those that count, all of them present. Prepared once for a state in which nothing has failed yet."""

    def __init__(
        self, ground: Ground, spreads: Spreads, asked: Asked, targets: SiteTargets, sites: Iterable[Site]
    ) -> None:
        self._ground = ground
        self._spreads = spreads
        self._asked = asked
        self._targets = targets
        self.sites = tuple(sites)
        self.nodes = {site.name: ground.links.nodes_of(site) for site in self.sites}
        self._site_of = {node: name for name, nodes in self.nodes.items() for node in nodes}
        #: By site, the nodes that stand for it, each with the interfaces that this hangs on.
        self.anchors: dict[str, Mapping[str, frozenset[InterfaceId]]] = {
            s.name: self._anchors_of(s) for s in self.sites
        }
        self.homes = {site.name: self._homes_of(site) for site in self.sites}
        self._islands = Islands(ground, targets, self.nodes)
        self._firm: dict[frozenset[str], dict[str, frozenset[str]]] = {}  # of a component: see `_anchored`
        self._covers: dict[tuple[frozenset[str], frozenset[str]], bool] = {}

    def frame(self) -> tuple[object, ...]:
        """What every argument about sites looks at."""
        homes = [(home.prefix, home.spread, home.hangs_on) for held in self.homes.values() for home in held]
        return self.sites, self.nodes, self.anchors, list(self.homes), homes

    # Prepared

    def _anchors_of(self, site: Site) -> Mapping[str, frozenset[InterfaceId]]:
        """Devices that everybody in their area reaches by IGP at an address that stands for the site."""
        if site.prefixes:
            return dict(self._shores_of(site))
        instances = self._instances()
        found = []
        for node in self.nodes[site.name]:
            device = self._ground.links.snapshot.devices[node]
            carries = [face for face in device.interfaces if InterfaceId(node, face.name) in instances]
            taken = {bound.address for face in carries for bound in face.addresses}
            if any(self._ground.is_good(node, a) for a in standing_addresses(device) if a not in taken):
                found.append(node)
        return dict.fromkeys(found, _NOTHING)

    def _instances(self) -> set[InterfaceId]:
        inventory = self._ground.links.snapshot.inventory
        return {place for service in inventory.services for place in service.instances}

    def _shores_of(self, site: Site) -> Iterator[tuple[str, frozenset[InterfaceId]]]:
        """Devices on a subnet of the site that everybody in their areas knows by IGP alone, and delivers to there."""
        forwarder = self._ground.forwarder
        for member in self._targets.sites.get(site.name, ()):
            owner, circle = self._ground.core.network(member.prefix)
            if not circle or owner not in self.nodes[site.name]:
                continue
            if not all(self._ground.whole.of(area, owner) <= circle for area in self._ground.areas):
                continue
            if forwarder.chain_of(member.address)[0] != member.prefix or not self._is_open(member):
                continue
            fates = forwarder.column(member.address).fates(owner)
            faces = frozenset(InterfaceId(owner, fate.interface) for fate in fates if fate.interface)
            if faces and faces.isdisjoint(self._instances()) and self._all_delivered(site, member, (owner, *circle)):
                yield owner, faces

    def _is_open(self, member: Destination) -> bool:
        return self._ground.core.is_unfiltered(member.address)

    def _all_delivered(self, site: Site, member: Destination, nodes: Iterable[str]) -> bool:
        """Whether all packets of these nodes are delivered to the site; most nodes' packets end alike."""
        column = self._ground.forwarder.column(member.address)
        ends = {id(fates): fates for fates in map(column.fates, nodes)}
        forwarder = self._ground.forwarder
        return all(delivers(forwarder, self._targets, site, member, fate) for fates in ends.values() for fate in fates)

    def _homes_of(self, site: Site) -> tuple[Home, ...]:
        found: list[Home] = []
        members = self._targets.sites.get(site.name, ()) if site.prefixes else ()
        for member in sorted(members, key=lambda each: each.prefix.length):
            home = self._home(site, member)
            if home is not None:
                found.append(home)
                if len(found) == MOST_HOMES:
                    break
        return tuple(found)

    def _home(self, site: Site, member: Destination) -> Home | None:
        spread = self._spreads.of(member.prefix)
        if spread is None or spread.external or not self._is_open(member):
            return None
        forwarder = self._ground.forwarder
        column = forwarder.column(member.address)
        hangs_on = {}
        for origin in spread.local:
            found = forwarder.route((origin, DEFAULT_VRF), member.address)
            fates = column.fates(origin)
            if found is None or found[0] != member.prefix or any(fate.node != origin for fate in fates):
                return None
            hangs_on[origin] = frozenset(InterfaceId(origin, fate.interface) for fate in fates if fate.interface)
        if not self._all_delivered(site, member, spread.holders):
            return None
        if not self._spreads.all_lead_to_origins(spread):
            return None
        return Home(member.prefix, spread, hangs_on)

    # Asked

    def isolated(self, case: Case) -> frozenset[str] | None:
        """The sites that the failure cuts off from all others; None: cannot be argued."""
        if len(self.sites) < 2:
            return frozenset()
        anchored = self._anchored(case.components)
        found = set()
        for site in self.sites:
            if site.name in anchored:
                continue
            stands = self._exchanges(site, case)
            if stands is None:
                return None
            if not stands:
                found.add(site.name)
        return frozenset(found)

    def _anchored(self, components: Components) -> set[str]:
        """Sites with an anchor that hangs on nothing, in one component with another site's."""
        found: set[str] = set()
        for _, component in components.parts:
            if component not in self._firm:
                self._firm[component] = self._firm_in(component)
            firm = self._firm[component]
            names = set(firm)
            for name in {self._site_of[node] for node in components.lost & component if node in self._site_of}:
                if name in firm and firm[name] <= components.lost:
                    names.discard(name)
            if len(names) > 1:
                found |= names
        return found

    def _firm_in(self, component: frozenset[str]) -> dict[str, frozenset[str]]:
        firm: dict[str, set[str]] = {}
        for node in component:
            name = self._site_of.get(node)
            if name is not None and self.anchors[name].get(node) == _NOTHING:
                firm.setdefault(name, set()).add(node)
        return {name: frozenset(nodes) for name, nodes in firm.items()}

    def _exchanges(self, site: Site, case: Case) -> bool | None:
        """Whether a site exchanges traffic with another one after the failure; None: cannot be argued."""
        alive = [node for node in self.nodes[site.name] if node not in case.failed.nodes]
        if not alive:
            return False
        if any(self._anchored_partner(site, node, case) for node in alive if self._is_anchored(site.name, node, case)):
            return True
        if any(self._home_partner(site, home, case) for home in self.homes[site.name]):
            return True
        near = frozenset(self._ground.reached(alive, case.failed))
        if not self.is_alone(site.name, near):
            return None
        case.enclosed.append((site.name, near))
        return False

    def is_cut_off(self, name: str, near: frozenset[str], case: Case) -> bool:
        """Whether a site surely exchanges nothing as nobody but these nodes is left to its own."""
        return self._ground.encloses(near, case.failed) and self.is_alone(name, near)

    def is_alone(self, name: str, near: frozenset[str]) -> bool:
        """Whether no other site has devices among these, or none that exchange anything with the site's."""
        others = {self._site_of.get(node, name) for node in near} - {name}
        return all(self._islands.are_parted(name, other, near) for other in others)

    def _is_anchored(self, name: str, node: str, case: Case) -> bool:
        faces = self.anchors[name].get(node)
        return faces is not None and node not in case.failed.nodes and (not faces or case.keeps(faces))

    def _anchored_partner(self, site: Site, node: str, case: Case) -> bool:
        """Another site with an anchor in the same part of an area, or with a prefix that everybody there hears."""
        for area in self._ground.areas:
            for far in case.components.of(area, node):
                other = self._site_of.get(far, site.name)
                if other != site.name and self._is_anchored(other, far, case):
                    return True
        for other, homes in self.homes.items():
            if other != site.name and any(self.serves(home, node, case) for home in homes):
                return True
        return False

    def _home_partner(self, site: Site, home: Home, case: Case) -> bool:
        """Another site that hears the prefix, and whose loopback (or prefix) the site's own device reaches."""
        for origin in sorted(home.standing(case) or ()):
            for area in self._ground.areas:
                for far in case.components.of(area, origin):
                    other = self._site_of.get(far, site.name)
                    if other == site.name or not self.serves(home, far, case):
                        continue
                    if self._is_anchored(other, far, case) or any(
                        far in (back.standing(case) or ()) and self.serves(back, origin, case)
                        for back in self.homes[other]
                    ):
                        return True
        return False

    def serves(self, home: Home, node: str, case: Case) -> bool:
        """Whether packets of a router to the prefix are delivered: everybody on the way holds its route."""
        origins = home.standing(case)
        if origins is None:
            return False
        near = {o: case.components.common(node, o) for o in origins}
        found = {component for component in near.values() if component is not None}
        if len(found) != 1:
            return False
        (component,) = found
        heard = self._spreads.heard(home.spread, origins & component, case.components)
        return self._all_hear(component, heard, case.components.lost)

    def _all_hear(self, component: frozenset[str], heard: frozenset[str], lost: frozenset[str]) -> bool:
        """Whether all of a component that are left are among those who hear something."""
        key = (component, heard)
        if key not in self._covers:
            self._covers[key] = component <= heard
        return self._covers[key] or component - lost <= heard

    def delivered(self, name: str, node: str, case: Case) -> bool:
        """Whether packets of a node surely get to a site."""
        if any(
            case.components.common(node, anchor) and self._is_anchored(name, anchor, case)
            for anchor in self.anchors.get(name, ())
        ):
            return True
        return any(
            node in origins or self.serves(home, node, case) or self._served_over(home, node, case)
            for home in self.homes.get(name, ())
            if (origins := home.standing(case)) is not None
        )

    def _served_over(self, home: Home, node: str, case: Case) -> bool:
        """A host that hears the prefix over a link from routers that surely go on to hold and to serve it."""
        entry = self._asked.entry(node, home.prefix)
        heard = self._asked.heard_from(node, home.prefix)
        if entry is None or not heard or entry.protocol is not RouteProtocol.BGP or len(entry.next_hops) != 1:
            return False
        session = self._asked.session_from(node, heard[0])
        if session is None or session.remote_node is None or not case.stands(session):
            return False
        through = session.remote_node
        return through in home.spread.holders and self.serves(home, through, case)
