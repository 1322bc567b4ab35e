"""What a failure does, decided on graphs without simulating it, where that can be done soundly.

The arguments: (1) A site none of whose devices is up, or that has no layer-3 way left to any other site, is isolated.
(2) In a link-state IGP whoever stays connected within an area reaches whoever announces a loopback there, as long as no
other protocol knows that address. (3) A BGP route whose paths all look alike to policies goes on to be heard
(see spread); packets then follow it to an origin, as every router on the way holds it.
Whatever does not fit (several areas, filters, unusual attributes, prefixes that others originate too) is simulated.
"""

from __future__ import annotations

from collections.abc import Hashable

from guard.model.address import Prefix
from guard.model.facts import Assessment, FailureOutcome
from guard.model.inventory import EXTERNAL, AllOf, AnyOf, Requirement, Service, SiteNeeded
from guard.model.rib import RouteProtocol
from guard.model.state import InterfaceId, Scenario
from guard.simulate.bgp.advertising import Outlets, listed_prefixes
from guard.simulate.failures.asked import Asked
from guard.simulate.failures.case import Argued, Case
from guard.simulate.failures.graph import Ground
from guard.simulate.failures.sites import Sites
from guard.simulate.failures.spread import Spread, Spreads
from guard.simulate.packets.destinations import site_targets
from guard.simulate.packets.forwarding import Forwarder

#: Notes of a state that has no single outcome: nothing follows from it for the state after a failure.
UNSETTLED = frozenset({"oscillation", "several-stable-states", "bound-reached"})


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
        targets = site_targets(forwarder, forwarder)
        wanted = listed_prefixes(self.inventory)
        listed = {m.prefix for site in self.inventory.sites for m in targets.sites.get(site.name, ())}
        self.spreads: Spreads = Spreads(self.ground, wanted | listed, before.spreads if before is not None else None)
        present = {fact.name for fact in assessment.sites if fact.present}
        counted = (site for site in self.inventory.sites if site.kind != EXTERNAL and site.name in present)
        self.sites = Sites(self.ground, self.spreads, self.asked, targets, counted)
        outlets = Outlets(self.links, self.state, wanted)
        self._senders = {
            (each.to, prefix): tuple(map(self.asked.outlet, outlets.senders(prefix, each.to)))
            for each in self.inventory.advertisements
            for prefix in each.prefixes
        }
        settled = not any(note.undecided and note.code in UNSETTLED for note in assessment.notes)
        self.applies = settled and not self.inventory.no_transit
        #: Sites without any device in the snapshot are isolated with and without the failure.
        self._absent = frozenset(f.name for f in assessment.sites if f.isolated and f.name not in self.sites.nodes)
        self._heard = tuple(fact for fact in assessment.advertisements if fact.sites)
        self._unsent = frozenset((fact.name, fact.prefix) for fact in assessment.advertisements if not fact.sites)
        self._argued: dict[Hashable, list[Argued]] = {}  # by what they hung on
        self._outcomes: dict[Scenario, tuple[Argued, FailureOutcome]] = {}
        alike = before if before is not None and self._is_like(before) else None
        #: Those of a state before, where all that arguments look at is as it was then.
        self._as_before = alike._argued if alike is not None else {}
        #: And where every failure takes along what it took along then.
        self._told_before = alike._outcomes if alike is not None and self.ground.is_like(alike.ground) else {}

    def _is_like(self, before: Proof) -> bool:
        """Whether whatever was argued about another state can be argued about this one, word for word."""
        return self._frame() == before._frame() and self.asked.answers_like(before.asked)

    def _frame(self) -> tuple[object, ...]:
        """What every argument looks at."""
        return (
            self.applies, self.inventory, self._absent, self.sites.frame(), self._senders,
            [self.spreads.of(prefix) for _, prefix in self._senders], self.spreads.frame(), self.ground.whole.parts,
            self.ground.whole.areas, self.assessment.services,
            [(fact.prefix, fact.to, bool(fact.sites)) for fact in self.assessment.advertisements],
        )  # fmt: skip

    def outcome(self, scenario: Scenario) -> FailureOutcome | None:
        """What the failure does, None where it has to be simulated."""
        if not self.applies:
            return None
        found = self._as_told_before(scenario) or self._argue(scenario)
        if found is None:
            return None
        self._outcomes[scenario] = found
        return found[1]

    def _as_told_before(self, scenario: Scenario) -> tuple[Argued, FailureOutcome] | None:
        found = self._told_before.get(scenario)
        if found is None or not all(self.sites.is_alone(name, near) for name, near in found[0].enclosed):
            return None
        return found

    def _argue(self, scenario: Scenario) -> tuple[Argued, FailureOutcome] | None:
        failed = self.ground.failed(scenario)
        case = Case(failed, self.ground.components(failed))
        known = (*self._argued.get(case.name, ()), *self._as_before.get(case.name, ()))
        found = next((each for each in known if self._holds(each, case)), None)
        if found is None:
            isolated = self.sites.isolated(case)
            if isolated is None or not all(self._still_sent(f.prefix, f.to, case) for f in self._heard):
                return None
            found = case.argued(isolated)
            self._argued.setdefault(case.name, []).append(found)
        return found, FailureOutcome(scenario, self._absent | found.isolated, self._unsent)

    def _holds(self, argued: Argued, case: Case) -> bool:
        """Whether a failure comes to the same as another one of its name."""
        if case.failed.perhaps & argued.asked != argued.hit:
            return False
        return all(self.sites.is_cut_off(name, near, case) for name, near in argued.enclosed)

    # Advertisements

    def _still_sent(self, prefix: Prefix, to: str, case: Case) -> bool:
        """Whether some session surely sends the prefix on; False: cannot be argued."""
        spread = self.spreads.of(prefix)
        if spread is None:
            return False
        standing = {node for node in spread.origins if self._stands(node, prefix, spread, case)}
        heard = self.spreads.heard(spread, standing, case.components)
        return any(
            case.stands(session)
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
        if session is None or not case.stands(session):
            return False
        far = session.remote_node
        if far is None:
            return True
        return self._is_born(far, prefix, case) and self._keeps_instances(far, case)

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
                return self.sites.delivered(name, node, case)
            case _:
                return False
