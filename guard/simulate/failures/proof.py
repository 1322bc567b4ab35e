"""What a failure does, decided on graphs without simulating it, where that can be done soundly.

The arguments: (1) A site none of whose devices is up, or that has no layer-3 way left to any other site, is isolated.
(2) In a link-state IGP whoever stays connected within an area reaches whoever announces a loopback there, as long as no
other protocol knows that address. (3) A BGP route whose paths all look alike to policies goes on to be heard
(see spread); packets then follow it to an origin, as every router on the way holds it.
Whatever does not fit (several areas, filters, unusual attributes, prefixes that others originate too) is simulated.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from guard.model.address import Prefix
from guard.model.facts import Assessment, FailureOutcome
from guard.model.inventory import EXTERNAL, AllOf, AnyOf, Requirement, Service, Site, SiteNeeded
from guard.model.rib import RouteProtocol
from guard.model.state import InterfaceId, Scenario
from guard.simulate.bgp.advertising import Outlets, listed_prefixes
from guard.simulate.failures.asked import Asked, Outlet
from guard.simulate.failures.graph import Components, Failed, Ground
from guard.simulate.failures.spread import Spread, Spreads
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.packets.destinations import Destination, site_targets, standing_addresses
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.reachability import Reach

#: Notes of a state that has no single outcome: nothing follows from it for the state after a failure.
UNSETTLED = frozenset({"oscillation", "several-stable-states", "bound-reached"})
#: Prefixes of a site that are tried one after another; one that is delivered is enough.
MOST_HOMES = 2


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


class Case:
    """One failure, and who stays connected after it. `asked`: interfaces of which an argument wanted to know."""

    def __init__(self, failed: Failed, components: Components) -> None:
        self.failed = failed
        self.components = components
        self.asked: set[InterfaceId] = set()
        self.looked_around = False  # at who still has some way to whom, which names of components do not tell

    @property
    def name(self) -> Hashable:
        """What arguments hang on besides the interfaces that they ask about."""
        return self.failed.nodes, self.components.key, self.components.lost

    def keeps(self, faces: Iterable[InterfaceId]) -> bool:
        """Whether these interfaces surely stay up."""
        wanted = tuple(faces)
        self.asked.update(wanted)
        return self.failed.perhaps.isdisjoint(wanted)


class Argued(NamedTuple):
    """How an argument ended: the interfaces that it asked about, those of them that failed, the sites that it isolates.

    Whatever fails alike, as far as it was asked about, comes to the same.
    """

    asked: frozenset[InterfaceId]
    hit: frozenset[InterfaceId]
    isolated: frozenset[str]


class Proof:
    """Prepared once for a state in which nothing has failed yet; `outcome` is asked for each failure."""

    def __init__(self, forwarder: Forwarder, assessment: Assessment, before: Proof | None = None) -> None:
        self.forwarder = forwarder
        self.ground = Ground(forwarder)
        self.links = forwarder.links
        self.state = forwarder.state
        self.asked = Asked(self.links, self.state)
        self.assessment = assessment
        self.inventory = self.links.snapshot.inventory
        self._reach = Reach(forwarder, site_targets(forwarder, forwarder))
        wanted = listed_prefixes(self.inventory)
        targets = {m.prefix for site in self.inventory.sites for m in self._reach.targets.sites.get(site.name, ())}
        self.spreads = Spreads(self.ground, wanted | targets)
        present = {fact.name for fact in assessment.sites if fact.present}
        self._sites = [s for s in self.inventory.sites if s.kind != EXTERNAL and s.name in present]
        self._nodes = {site.name: self.links.nodes_of(site) for site in self._sites}
        self._site_of = {node: name for name, nodes in self._nodes.items() for node in nodes}
        self._anchors = {site.name: self._anchors_of(site) for site in self._sites}
        self._homes = {site.name: self._homes_of(site) for site in self._sites}
        outlets = Outlets(self.links, self.state, wanted)
        self._senders = {
            (each.to, prefix): tuple(map(self.asked.outlet, outlets.senders(prefix, each.to)))
            for each in self.inventory.advertisements
            for prefix in each.prefixes
        }
        settled = not any(note.undecided and note.code in UNSETTLED for note in assessment.notes)
        self.applies = settled and not self.inventory.no_transit
        self._unsent = frozenset((fact.name, fact.prefix) for fact in assessment.advertisements if not fact.sites)
        self._argued: dict[Hashable, list[Argued]] = {}  # by what they hung on
        #: Those of a state before, where all that arguments look at is as it was then.
        self._as_before = before._argued if before is not None and self._is_like(before) else {}

    def _is_like(self, before: Proof) -> bool:
        """Whether whatever was argued about another state can be argued about this one, word for word."""
        return self._frame() == before._frame() and self.asked.answers_like(before.asked)

    def _frame(self) -> tuple[object, ...]:
        """What every argument looks at."""
        homes = [(home.prefix, home.spread, home.hangs_on) for held in self._homes.values() for home in held]
        return (
            self.applies, self.inventory, self._nodes, self._anchors, list(self._homes), homes, self._senders,
            [self.spreads.of(prefix) for _, prefix in self._senders], self.spreads.frame(), self.ground.whole.key,
            self.ground.whole.areas, self.assessment.services,
            [(fact.prefix, fact.to, bool(fact.sites)) for fact in self.assessment.advertisements],
        )  # fmt: skip

    def outcome(self, scenario: Scenario) -> FailureOutcome | None:
        """What the failure does, None where it has to be simulated."""
        if not self.applies:
            return None
        failed = self.ground.failed(scenario)
        case = Case(failed, self.ground.components(failed))
        known = (*self._argued.get(case.name, ()), *self._as_before.get(case.name, ()))
        for asked, hit, cut_off in known:
            if failed.perhaps & asked == hit:
                return FailureOutcome(scenario, self._absent(scenario) | cut_off, self._unsent)
        isolated = set()
        for site in self._sites:
            stands = self._exchanges(site, case)
            if stands is None:
                return None
            if not stands:
                isolated.add(site.name)
        for fact in self.assessment.advertisements:
            if fact.sites and not self._still_sent(fact.prefix, fact.to, case):
                return None
        if not case.looked_around:
            asked = frozenset(case.asked)
            argued = Argued(asked, failed.perhaps & asked, frozenset(isolated))
            self._argued.setdefault(case.name, []).append(argued)
        return FailureOutcome(scenario, self._absent(scenario) | isolated, self._unsent)

    def _absent(self, scenario: Scenario) -> frozenset[str]:
        """Sites without any device in the snapshot are isolated with and without the failure."""
        known = {site.name for site in self._sites}
        return frozenset(f.name for f in self.assessment.sites if f.isolated and f.name not in known)

    # Sites

    def _anchors_of(self, site: Site) -> tuple[str, ...]:
        """Devices that everybody in their area reaches by IGP at an address that stands for the site."""
        if site.prefixes:
            return ()
        instances = {place for service in self.inventory.services for place in service.instances}
        found = []
        for node in self._nodes[site.name]:
            device = self.links.snapshot.devices[node]
            carries = [face for face in device.interfaces if InterfaceId(node, face.name) in instances]
            taken = {bound.address for face in carries for bound in face.addresses}
            if any(self.ground.is_good(node, a) for a in standing_addresses(device) if a not in taken):
                found.append(node)
        return tuple(found)

    def _homes_of(self, site: Site) -> tuple[Home, ...]:
        found: list[Home] = []
        members = self._reach.targets.sites.get(site.name, ()) if site.prefixes else ()
        for member in sorted(members, key=lambda each: each.prefix.length):
            home = self._home(site, member)
            if home is not None:
                found.append(home)
                if len(found) == MOST_HOMES:
                    break
        return tuple(found)

    def _home(self, site: Site, member: Destination) -> Home | None:
        spread = self.spreads.of(member.prefix)
        if spread is None or spread.external or not self.ground.core.is_unfiltered(member.address):
            return None
        forwarder = self.ground.forwarder
        column = forwarder.column(member.address)
        hangs_on = {}
        for origin in spread.local:
            found = forwarder.route((origin, DEFAULT_VRF), member.address)
            fates = column.fates(origin)
            if found is None or found[0] != member.prefix:
                return None
            if not all(fate.node == origin and self._reach.delivers(site, member, fate) for fate in fates):
                return None
            hangs_on[origin] = frozenset(InterfaceId(origin, fate.interface) for fate in fates if fate.interface)
        for node in spread.holders - spread.local:
            if not self.spreads.leads_to(node, member.prefix, spread.local):
                return None
            if not all(self._reach.delivers(site, member, fate) for fate in column.fates(node)):
                return None
        return Home(member.prefix, spread, hangs_on)

    def _exchanges(self, site: Site, case: Case) -> bool | None:
        """Whether a site exchanges traffic with another one after the failure; None: cannot be argued."""
        if len(self._sites) < 2:
            return True
        alive = [node for node in self._nodes[site.name] if node not in case.failed.nodes]
        if not alive:
            return False
        if any(self._anchored_partner(site, node, case) for node in self._anchors[site.name] if node in alive):
            return True
        if any(self._home_partner(site, home, case) for home in self._homes[site.name]):
            return True
        case.looked_around = True
        near = self.ground.reached(alive, case.failed)
        if all(self._site_of.get(node, site.name) == site.name for node in near):
            return False
        return None

    def _anchored_partner(self, site: Site, node: str, case: Case) -> bool:
        """Another site with a loopback in the same part of an area, or with a prefix that everybody there hears."""
        for area in self.ground.areas:
            for far in case.components.of(area, node):
                other = self._site_of.get(far, site.name)
                if other != site.name and far in self._anchors[other]:
                    return True
        for other, homes in self._homes.items():
            if other != site.name and any(self._serves(home, node, case) for home in homes):
                return True
        return False

    def _home_partner(self, site: Site, home: Home, case: Case) -> bool:
        """Another site that hears the prefix, and whose loopback (or prefix) the site's own device reaches."""
        for origin in sorted(home.standing(case) or ()):
            for area in self.ground.areas:
                for far in case.components.of(area, origin):
                    other = self._site_of.get(far, site.name)
                    if other == site.name or not self._serves(home, far, case):
                        continue
                    if far in self._anchors[other] or any(
                        far in (back.standing(case) or ()) and self._serves(back, origin, case)
                        for back in self._homes[other]
                    ):
                        return True
        return False

    def _serves(self, home: Home, node: str, case: Case) -> bool:
        """Whether packets of a router to the prefix are delivered: everybody on the way holds its route."""
        origins = home.standing(case)
        if origins is None:
            return False
        near = {o: case.components.common(node, o) for o in origins}
        found = {component for component in near.values() if component is not None}
        if len(found) != 1:
            return False
        (component,) = found
        heard = self.spreads.heard(home.spread, origins & component, case.components)
        return component <= heard

    # Advertisements

    def _still_sent(self, prefix: Prefix, to: str, case: Case) -> bool:
        """Whether some session surely sends the prefix on; False: cannot be argued."""
        spread = self.spreads.of(prefix)
        if spread is None:
            return False
        standing = {node for node in spread.origins if self._stands(node, prefix, spread, case)}
        heard = self.spreads.heard(spread, standing, case.components)
        return any(
            self._outlet_stands(session, case)
            and (session.node in standing or (session.node in heard and session.node not in spread.local))
            for session in self._senders[to, prefix]
        )

    def _stands(self, node: str, prefix: Prefix, spread: Spread, case: Case) -> bool:
        """Whether an origin surely still has the prefix from where it had it."""
        if node in case.failed.nodes:
            return False
        if node in spread.local:
            return self._is_born(node, prefix, case) and self._keeps_instances(node, case)
        heard = self.asked.heard_from(node, prefix)
        session = self.asked.session_from(node, heard[0]) if heard else None
        if session is None or not self._outlet_stands(session, case):
            return False
        far = session.remote_node
        if far is None:
            return True
        return self._is_born(far, prefix, case) and self._keeps_instances(far, case)

    def _outlet_stands(self, session: Outlet, case: Case) -> bool:
        """Whether a session over one link surely stays up."""
        if session.session_type not in ("EBGP_SINGLEHOP", "EBGP_UNNUMBERED") or session.node in case.failed.nodes:
            return False
        if session.remote_node is not None and session.remote_node in case.failed.nodes:
            return False
        return bool(session.faces) and case.keeps(session.faces)

    def _is_born(self, node: str, prefix: Prefix, case: Case) -> bool:
        """Whether a node surely goes on to give a prefix to BGP: null route, own subnet, or aggregate of such."""
        if node in case.failed.nodes or prefix not in self.asked.born(node):
            return False
        entry = self.asked.entry(node, prefix)
        if entry is None:
            return False
        if entry.protocol is RouteProtocol.AGGREGATE:
            parts = self.asked.born(node)
            return any(part != prefix and prefix.covers(part) and self._is_born(node, part, case) for part in parts)
        if entry.protocol is RouteProtocol.STATIC:
            return all(hop.discard for hop in entry.next_hops)
        faces = [InterfaceId(node, hop.interface) for hop in entry.next_hops if hop.interface is not None]
        local = entry.protocol in (RouteProtocol.CONNECTED, RouteProtocol.LOCAL)
        return local and bool(faces) and case.keeps(faces)

    # Services

    def _keeps_instances(self, node: str, case: Case) -> bool:
        """Whether no instance on a node would be withdrawn for its health."""
        for fact in self.assessment.services:
            service = self.inventory.service(fact.name)
            if service is None or not service.withdraws:
                continue
            if any(i.id.node == node and i.up for i in fact.instances) and not self._is_healthy(service, node, case):
                return False
        return True

    def _is_healthy(self, service: Service, node: str, case: Case) -> bool:
        return service.requires is None or self._meets(service.requires, node, case)

    def _meets(self, needed: Requirement, node: str, case: Case) -> bool:
        """Whether a requirement is surely met, seen from a node."""
        match needed:
            case AllOf(parts):
                return all(self._meets(part, node, case) for part in parts)
            case AnyOf(parts):
                return any(self._meets(part, node, case) for part in parts)
            case SiteNeeded(name):
                return self._delivers(name, node, case)
            case _:
                return False

    def _delivers(self, site: str, node: str, case: Case) -> bool:
        if any(case.components.common(node, anchor) for anchor in self._anchors.get(site, ())):
            return True
        return any(
            node in origins or self._serves(home, node, case) or self._served_over(home, node, case)
            for home in self._homes.get(site, ())
            if (origins := home.standing(case)) is not None
        )

    def _served_over(self, home: Home, node: str, case: Case) -> bool:
        """A host that hears the prefix over a link from routers that surely go on to hold and to serve it."""
        entry = self.asked.entry(node, home.prefix)
        heard = self.asked.heard_from(node, home.prefix)
        if entry is None or not heard or entry.protocol is not RouteProtocol.BGP or len(entry.next_hops) != 1:
            return False
        session = self.asked.session_from(node, heard[0])
        if session is None or session.remote_node is None or not self._outlet_stands(session, case):
            return False
        through = session.remote_node
        return through in home.spread.holders and self._serves(home, through, case)
