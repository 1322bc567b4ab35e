"""The embedded control plane: underlay, then BGP, then both again while either learns something from the other.

Law: the result depends on the snapshot and the scenario alone; rounds are bounded, and a network that does not settle
within them gets a note that makes every verdict undecided (law 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from guard.model.address import Address, Prefix, prefix_of
from guard.model.bgp import BgpAttributes
from guard.model.state import BgpRow, NetworkState, Scenario, StateNote
from guard.simulate.igp.underlay_build import Ground, Kept, Network, lay
from guard.simulate.packets.fib import EmbeddedFib
from guard.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from guard.simulate.bgp.exchange import BgpSolution

ENGINE = "embedded"

#: Rounds of underlay and BGP. Redistribution both ways or BGP next hops through BGP settle in two or three.
ROUNDS = 8


@dataclass(slots=True)
class Cache:
    """What similar snapshots and scenarios may share. `bgp`: the solution to start from, the first one if nobody says.

    `latest`: the last one.
    """

    ground: Kept = field(default_factory=Kept)
    bgp: BgpSolution | None = None
    latest: BgpSolution | None = None


class NoBgp:
    """BgpTables of a network without BGP."""

    @property
    def unlimited(self) -> NoBgp:
        return self

    def rows(self) -> Iterator[BgpRow]:
        return iter(())

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        return None

    def advertised(self, session: tuple[str, str, str]) -> Mapping[Prefix, BgpAttributes]:
        return {}

    offered = received = accepted = advertised

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        return frozenset()


def compute(snapshot: Snapshot, scenario: Scenario = Scenario(), cache: Cache | None = None) -> NetworkState:  # noqa: B008
    """What the network does as the snapshot configures it, with everything down that the scenario says."""
    cache = cache if cache is not None else Cache()
    cache.latest = None
    ground = lay(snapshot, scenario, cache.ground)
    network = Network(ground, None)
    if not any(device.bgp for device in snapshot.devices.values()):
        return _state(scenario, ground, network, None)
    before = cache.bgp
    network, solution, notes = _rounds(snapshot, ground, network, before)
    solution.before = before
    cache.latest = solution
    cache.bgp = before or solution
    return _state(scenario, ground, network, solution, notes)


def _rounds(
    snapshot: Snapshot, ground: Ground, network: Network, before: BgpSolution | None
) -> tuple[Network, BgpSolution, tuple[StateNote, ...]]:
    from guard.simulate.bgp import exchange as bgp_exchange

    solution = bgp_exchange.solve(snapshot, network, before)
    for _ in range(ROUNDS):
        after = Network(ground, solution)
        if not _differs(network, after, solution):
            # Routers that pass nothing on are decided when asked for: then over the underlay that knows BGP.
            solution.exchange.underlay = after
            return after, solution, ()
        again = bgp_exchange.solve(snapshot, after, solution)
        if again.fingerprint == solution.fingerprint:
            return Network(ground, again), again, ()
        network, solution = after, again
    note = StateNote("oscillation", f"BGP and what lies under it do not settle within {ROUNDS} rounds")
    return Network(ground, solution), solution, (note,)


def _differs(before: Network, after: Network, solution: BgpSolution) -> bool:
    """Whether BGP would see another underlay now that the underlay has seen BGP.

    It does where redistribution or a static route changed, or where a BGP route resolves an address that BGP asked
    about otherwise than before; one that only a default route of BGP holds can only have been unreachable.
    """
    if before.injected != after.injected or before.static_entries() != after.static_entries():
        return True
    lengths: dict[int, list[int]] = {4: [], 6: []}
    for version, length in sorted({(prefix.version, prefix.length) for prefix in solution.universe}, reverse=True):
        lengths[version].append(length)
    held: dict[Address, int | None] = {}
    asked = ((*question, False) for question in tuple(before.resolver.questions()))
    for node, vrf, address, reached in chain(asked, solution.exchange.questions()):
        if address not in held:
            held[address] = _longest(address, solution.universe, lengths)
        covered = held[address]
        if covered is None or (covered == 0 and (reached or before.resolve(node, vrf, address) is not None)):
            continue
        if before.resolve(node, vrf, address) != after.resolve(node, vrf, address):
            return True
    return False


def _longest(address: Address, universe: frozenset[Prefix], lengths: Mapping[int, list[int]]) -> int | None:
    """Length of the most specific BGP prefix that holds the address; None: it resolves as it did without BGP."""
    for length in lengths[address.version]:
        if prefix_of(address, length) in universe:
            return length
    return None


def _state(
    scenario: Scenario,
    ground: Ground,
    network: Network,
    solution: BgpSolution | None,
    notes: tuple[StateNote, ...] = (),
) -> NetworkState:
    found = (*network.notes, *notes, *(solution.notes if solution is not None else ()))
    return NetworkState(
        engine=ENGINE,
        scenario=scenario,
        interfaces=ground.topology.interfaces,
        edges=ground.topology.edges,
        sessions=solution.sessions if solution is not None else (),
        adjacencies=network.adjacencies,
        ribs=network.ribs,
        bgp=solution.tables if solution is not None else NoBgp(),
        fib=EmbeddedFib(network),
        notes=tuple(dict.fromkeys(found)),
        igp_externals=network.igp_externals,
        neighbours=ground.topology.neighbours,
    )
