"""One more failure after the change: what it would isolate, and what the outside would no longer hear.

Law: a failure is simulated unless an argument on graphs decides it (proof: what it touches, who stays connected
in the IGP, who still hears a route); the two agree, only the cost differs. Failures that were not looked at, because
there are too many, leave the sweep incomplete, which is undecided, never "nothing happens".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice

from guard.model.address import Prefix
from guard.model.facts import Assessment, FailureOutcome, FailureSweep
from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.simulate.bgp.advertising import Outlets, advertisement_facts, listed_prefixes
from guard.simulate.failures.proof import Proof
from guard.simulate.layer3.backbone import link_ends
from guard.simulate.layer3.links import Links
from guard.simulate.packets.destinations import build
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.reachability import site_facts, transit
from guard.simulate.services import Resolve, no_zones, settle
from guard.snapshot.snapshot import Snapshot

#: Failures of several things at once that are looked at: 2 of 150 things are 11,175 pairs.
MOST_FAILURES = 20_000
#: Failures that are simulated, not argued about: some ten minutes' worth, as a simulation takes time like the 1.5th
#: power of the number of devices (0.17 s for 34, 1.7 s for 156, half a minute for 1,031); at least so many.
MOST_WORK, FEWEST_SIMULATED = 600_000, 20


def sweep(
    snapshot: Snapshot,
    state_of: Callable[[Snapshot, Scenario], NetworkState],
    assessment: Assessment,
    *,
    resolve: Resolve = no_zones,
    failures: int = 1,
    argued: bool = True,
    proof: Proof | None = None,
) -> FailureSweep:
    """What every failure of up to `failures` things at once would do to a network that stands as `assessment` says.

    `proof`: made of the same, where it is at hand.
    `argued` False simulates each of them: the same answer, slowly (tests compare the two).
    """
    proof = proof or (Proof(Forwarder(snapshot, assessment.state), assessment) if argued else None)
    forwarder = proof.forwarder if proof is not None else Forwarder(snapshot, assessment.state)
    scenarios = list(islice(possible_failures(forwarder.links, failures), MOST_FAILURES + 1))
    outcomes: list[FailureOutcome] = []
    bound = max(FEWEST_SIMULATED, int(MOST_WORK / max(1, len(snapshot.devices)) ** 1.5))
    simulated = 0
    for scenario in scenarios[:MOST_FAILURES]:
        outcome = proof.outcome(scenario) if proof is not None else None
        if outcome is None:
            if simulated >= bound:
                return FailureSweep(tuple(outcomes), False, len(outcomes), simulated)
            simulated += 1
            outcome = simulate(forwarder, state_of, assessment, scenario, resolve)
        outcomes.append(outcome)
    return FailureSweep(tuple(outcomes), len(scenarios) <= MOST_FAILURES, len(outcomes), simulated)


def simulate(
    forwarder: Forwarder,
    state_of: Callable[[Snapshot, Scenario], NetworkState],
    assessment: Assessment,
    scenario: Scenario,
    resolve: Resolve,
) -> FailureOutcome:
    """Compute the network with the failure in it, health cascade included, and read the outcome off it.

    `forwarder`: of the network without the failure.
    """
    snapshot = forwarder.links.snapshot
    settled = settle(
        snapshot, lambda failed: state_of(snapshot, failed), scenario=scenario, base=forwarder, resolve=resolve
    )
    isolated = frozenset(site.name for site in site_facts(settled.reach) if site.isolated)
    outlets = Outlets(settled.forwarder.links, settled.state, listed_prefixes(snapshot.inventory))
    facts = advertisement_facts(outlets)
    lost: frozenset[tuple[str, Prefix]] = frozenset((fact.name, fact.prefix) for fact in facts if not fact.sites)
    undecided = "; ".join(note.message for note in settled.state.notes if note.undecided)
    already = {note.message for note in assessment.notes}
    undecided = "" if all(note.message in already for note in settled.state.notes if note.undecided) else undecided
    names = frozenset(n for n in snapshot.devices if snapshot.inventory.names(n, snapshot.inventory.no_transit))
    carried = transit(settled.forwarder, build([settled.forwarder]), names) if names else {}
    return FailureOutcome(scenario, isolated, lost, undecided, frozenset(carried))


def possible_failures(links: Links, count: int) -> Iterator[Scenario]:
    """Every node, link and shared risk, then every two of them at once (up to `count`), each set of things once."""
    single = list(_singles(links))
    seen: set[tuple[frozenset[str], frozenset[InterfaceId]]] = set()
    for number in range(1, count + 1):
        for chosen in combinations(single, number):
            joined = _joined(chosen)
            key = (joined.down_nodes, joined.down_interfaces)
            if key not in seen:
                seen.add(key)
                yield joined


def _joined(scenarios: Iterable[Scenario]) -> Scenario:
    parts = tuple(scenarios)
    return Scenario(
        frozenset().union(*(part.down_nodes for part in parts)),
        frozenset().union(*(part.down_interfaces for part in parts)),
        " and ".join(part.reason for part in parts),
    )


def _singles(links: Links) -> Iterator[Scenario]:
    """Shared risks first: a risk of a single link bears the name of the risk. What is down already cannot fail."""
    for risk in links.snapshot.inventory.shared_risks:
        nodes = frozenset(_node(links.snapshot, name) for name in risk.nodes)
        faces = frozenset(_face(links.snapshot, each) for each in risk.interfaces)
        if any(links.is_alive(node) for node in nodes) or any(_is_up(links, face) for face in faces):
            yield Scenario(nodes, faces, risk.name)
    for node in sorted(links.snapshot.devices):
        if links.is_alive(node):
            yield Scenario(frozenset({node}), frozenset(), f"node {node}")
    for one, other in sorted(link_ends(links)):
        if _is_up(links, one) and _is_up(links, other):
            yield Scenario(frozenset(), frozenset({one, other}), f"link {one} - {other}")
    for face in sorted(_circuits(links)):
        yield Scenario(frozenset(), frozenset({face}), f"circuit {face}")


def _circuits(links: Links) -> set[InterfaceId]:
    """Interfaces to neighbours outside whose configurations nobody has: links with one end in the snapshot."""
    paired = {end for pair in link_ends(links) for end in pair}
    found = set()
    for session in links.state.sessions:
        if session.remote_node is None and session.up and session.remote_address is not None:
            for face in links.snapshot.devices[session.node].interfaces:
                here = InterfaceId(session.node, face.name)
                if links.subnet_of(here, session.remote_address) is not None and here not in paired:
                    found.add(here)
    return found


def _is_up(links: Links, face: InterfaceId) -> bool:
    state = links.state.interfaces.get(face)
    return state is not None and state.up


def _node(snapshot: Snapshot, name: str) -> str:
    device = snapshot.device(name)
    return device.name if device is not None else name


def _face(snapshot: Snapshot, place: InterfaceId) -> InterfaceId:
    """The interface as configured: inventories may write it in another case."""
    device = snapshot.device(place.node)
    for face in device.interfaces if device is not None else ():
        if device is not None and face.name.lower() == place.interface.lower():
            return InterfaceId(device.name, face.name)
    return place
