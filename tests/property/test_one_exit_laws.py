"""What is said of many routers at once is what each of them would say alone: forwarding, BGP entries, OSPF tables."""

from __future__ import annotations

from dataclasses import fields, replace
from unittest.mock import patch

import reflected_network
from hypothesis import given, settings
from hypothesis import strategies as st
from reflected_network import PLANS, SIZE, Plan
from small_network import snapshot_of

from guard.model.address import Address, parse_address, parse_prefix
from guard.model.inventory import EXTERNAL, Inventory, Site
from guard.model.provenance import Source
from guard.model.state import NetworkState, Scenario
from guard.simulate.bgp import world as bgp_world
from guard.simulate.bgp.tables import Tables
from guard.simulate.control_plane import Cache, compute
from guard.simulate.igp.core import IgpCore
from guard.simulate.packets.column import Ends
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.one_exit import OneExit
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.plain_routes import Vertex
from guard.snapshot.snapshot import Snapshot

NOWHERE = Source("inventory.yaml", 1, 1)
TARGETS = tuple(
    parse_address(text)
    for text in (
        *(f"10.{102 + site}.{part}" for site in range(SIZE - 2) for part in ("7.1", "7.9", "8.1")),
        *(f"10.255.0.{node}" for node in range(SIZE)),
        *(f"203.0.{number}.1" for number in range(3)),
        "198.51.100.1",
        "192.0.2.2",
        "192.0.2.5",
        "10.0.1.1",
        "8.8.8.8",
    )
)

SIMPLE = Plan(
    links={(0, 1): 1, (0, 2): 1, (1, 3): 1, (0, 4): 1, (1, 5): 2},
    sites=frozenset({2, 3}),
    peers=(2, 3, 4),
    shared=frozenset(),
    dropped=frozenset(),
    denied=frozenset(),
    hand=frozenset(),
    default=False,
)


def network(plan: Plan) -> Snapshot:
    """The plan as a snapshot whose neighbours are outside."""
    sites = tuple(Site(f"x{n}", EXTERNAL, NOWHERE, (f"x{n}",)) for n in range(reflected_network.OUTSIDE))
    found = snapshot_of(reflected_network.configs(plan))
    return Snapshot(found.files, found.digest, found.devices, Inventory(sites=sites))


def walked(snapshot: Snapshot, state: NetworkState, destination: Address) -> dict[Vertex, Ends]:
    """How packets end, found by following each table by itself."""
    forwarder = Forwarder(snapshot, state)
    ends: dict[Vertex, Ends] = {}
    forwarder.settle(forwarder.sources, destination, ends)
    return ends


@given(PLANS)
@settings(max_examples=60, deadline=None)
def test_columns_are_what_every_walk_finds(plan: Plan) -> None:
    snapshot = network(plan)
    state = compute(snapshot)
    forwarder = Forwarder(snapshot, state)
    for destination in TARGETS:
        column = dict(forwarder.column(destination).items())
        alone = walked(snapshot, state, destination)
        assert column == {vertex: alone[vertex] for vertex in column}, destination


def after(plan: Plan, other: Plan) -> tuple[Forwarder, Forwarder, Snapshot]:
    """Forwarding of a plan, and of another one beside it, everything shared that may be."""
    cache = Cache()
    first, second = network(plan), network(other)
    old = Forwarder(first, compute(first, Scenario(), cache))
    for destination in TARGETS:
        old.column(destination)
    return old, Forwarder(second, compute(second, Scenario(), cache), old), second


@given(PLANS, PLANS, st.data())
@settings(max_examples=60, deadline=None)
def test_columns_beside_another_state_are_what_every_walk_finds(plan: Plan, other: Plan, data: st.DataObject) -> None:
    """One thing changes: costs and links, who announces what, filters, a static route."""
    changed = data.draw(st.sampled_from([each.name for each in fields(Plan)]), label="changed")
    _, new, snapshot = after(plan, replace(plan, **{changed: getattr(other, changed)}))
    for destination in TARGETS:
        column = dict(new.column(destination).items())
        alone = walked(snapshot, new.state, destination)
        assert column == {vertex: alone[vertex] for vertex in column}, destination


def test_columns_that_nothing_of_moved_are_taken_over_without_a_walk() -> None:
    """A dearer link turns ways inside the area, and nobody's exit; a static route concerns what it covers alone."""
    dearer = replace(SIMPLE, links=SIMPLE.links | {(0, 1): 9})
    for other, walked_anew in ((dearer, 0), (replace(SIMPLE, hand=frozenset({(4, 2)})), 3)):
        old, new, _ = after(SIMPLE, other)
        with patch.object(Forwarder, "_solve", autospec=True, side_effect=Forwarder._solve) as solve:
            shared = [new.column(each) is old.column(each) for each in TARGETS]
        assert solve.call_count <= walked_anew + 2, [str(each.args[1]) for each in solve.call_args_list]
        assert sum(shared) >= len(TARGETS) - walked_anew - 2


def test_most_columns_need_no_walk() -> None:
    """The law above would hold of a short cut that is never taken."""
    snapshot = network(SIMPLE)
    forwarder = Forwarder(snapshot, compute(snapshot))
    ends: dict[Vertex, Ends] = {}
    OneExit(forwarder).fill(parse_address("10.102.8.1"), ends)
    assert {node for node, _ in ends} == {f"n{n}" for n in range(SIZE)} | {"x0", "x1", "x2"}
    assert {fate.node for each in ends.values() for fate in each.fates} == {"n2"}
    assert isinstance(forwarder.core, IgpCore)
    assert len(forwarder.core.circle(parse_address("10.255.0.3"))[1]) == SIZE


@given(PLANS)
@settings(max_examples=60, deadline=None)
def test_a_flock_answers_as_its_members_would(plan: Plan) -> None:
    snapshot = network(plan)
    together = compute(snapshot)
    bgp = together.bgp
    assert isinstance(bgp, Tables)
    with patch.object(bgp_world, "flocks", return_value=()):
        alone = compute(snapshot)
    for prefix in sorted(bgp.universe):
        held = bgp.installed(prefix)
        assert sum(1 for tables, _ in held.alike for _ in tables) + len(held.own) <= len(together.ribs)
        for (node, vrf), rib in together.ribs.items():
            assert rib.get(prefix) == alone.ribs[node, vrf].get(prefix), (node, prefix)


def test_clients_of_the_same_reflectors_are_a_flock() -> None:
    """And what it hears is told of it once."""
    bgp = compute(network(SIMPLE)).bgp
    assert isinstance(bgp, Tables)
    held = bgp.installed(parse_prefix("203.0.0.0/24"))
    assert [sorted(node for node, _ in tables) for tables, _ in held.alike] == [["n3", "n4", "n5"]]


@given(PLANS, st.dictionaries(st.sampled_from(reflected_network.PAIRS), st.integers(1, 3), max_size=2))
@settings(max_examples=60, deadline=None)
def test_ospf_tables_name_whatever_they_say_differently(plan: Plan, costs: dict[tuple[int, int], int]) -> None:
    old, new = network(plan), network(replace(plan, links=plan.links | costs))
    devices = {
        name: old.devices[name] if old.files[f"configs/{name}.cfg"] == new.files[f"configs/{name}.cfg"] else device
        for name, device in new.devices.items()
    }
    before, after = compute(old), compute(Snapshot(new.files, new.digest, devices, new.inventory))
    for table, rib in before.ribs.items():
        other = after.ribs[table]
        assert isinstance(rib, MainRib)
        assert isinstance(other, MainRib)
        for mine, its in zip(rib.igps, other.igps, strict=True):
            named = mine.differing(its)  # type: ignore[attr-defined]
            prefixes = {*mine.prefixes(), *its.prefixes()}
            differing = {prefix for prefix in prefixes if mine.entry(prefix) != its.entry(prefix)}
            assert named is None or differing <= set(named)
            if costs.items() <= plan.links.items():
                assert not named
