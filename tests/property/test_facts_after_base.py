"""What is told of a state in sight of its base is what is told of it alone: indices, classes, destinations, facts."""

from __future__ import annotations

from dataclasses import fields, replace

import reflected_network
from hypothesis import given, settings
from hypothesis import strategies as st
from reflected_network import PLANS, SIZE, Plan
from small_network import snapshot_of

from guard.model.address import parse_prefix
from guard.model.facts import PrefixTable
from guard.model.inventory import EXTERNAL, POP, Advertisement, Inventory, ManagementPath, Site
from guard.model.provenance import Source
from guard.model.state import NetworkState, Scenario
from guard.simulate.assessment import assess
from guard.simulate.control_plane import Cache, compute
from guard.simulate.layer3.links import Links
from guard.simulate.packets.destinations import build
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.grouping import Grouping
from guard.simulate.rib.plain_routes import plain_routes
from guard.simulate.services import settle
from guard.snapshot.snapshot import Snapshot

INVENTORY = Source("inventory.yaml", 1, 1)
CHANGED = tuple(each.name for each in fields(Plan))


def network(plan: Plan) -> Snapshot:
    """The plan as a snapshot: a site for each router, its neighbours outside, management from one to all."""
    inside = tuple(
        Site(f"s{n}", POP, INVENTORY, (f"n{n}",), (parse_prefix(f"10.{100 + n}.0.0/16"),)) for n in range(SIZE)
    )
    outside = tuple(Site(f"x{n}", EXTERNAL, INVENTORY, (f"x{n}",)) for n in range(reflected_network.OUTSIDE))
    inventory = Inventory(
        sites=(*inside, *outside),
        advertisements=(Advertisement("all", INVENTORY, (parse_prefix("10.102.0.0/16"),)),),
        management=(ManagementPath(("n0",), ("n*",), INVENTORY),),
        backbone_devices=("n*",),
        no_transit=("n1",),
    )
    found = snapshot_of(reflected_network.configs(plan))
    return Snapshot(found.files, found.digest, found.devices, inventory)


def pair(plan: Plan, other: Plan) -> tuple[tuple[Snapshot, NetworkState], tuple[Snapshot, NetworkState]]:
    """Both plans computed, everything shared that may be."""
    cache = Cache()
    first, second = network(plan), network(other)
    return (first, compute(first, Scenario(), cache)), (second, compute(second, Scenario(), cache))


@given(PLANS, PLANS, st.sampled_from(CHANGED))
@settings(max_examples=40, deadline=None)
def test_what_is_refined_is_what_is_made_from_nothing(plan: Plan, other: Plan, changed: str) -> None:
    """Indices of layer 3, routes beside BGP, destinations of both states together."""
    one, two = pair(plan, replace(plan, **{changed: getattr(other, changed)}))
    old = Forwarder(*one)
    new = Forwarder(*two, old)
    alone = Links(*two)
    for name in ("owners", "configured", "filters_in", "filters_out", "filters_own", "no_transit_forwarding"):
        assert getattr(new.links, name) == getattr(alone, name), name
    told, plainly = new.plain_routes, plain_routes(new.state)
    assert (told.classes, told.places, told.learned) == (plainly.classes, plainly.places, plainly.learned)
    assert build([old, new]) == Grouping([old, Forwarder(*two)]).destinations
    assert build([old]) == Grouping([old]).destinations


@given(PLANS, PLANS, st.sampled_from(CHANGED))
@settings(max_examples=40, deadline=None)
def test_facts_beside_a_base_are_those_of_the_state_alone(plan: Plan, other: Plan, changed: str) -> None:
    one, two = pair(plan, replace(plan, **{changed: getattr(other, changed)}))
    base = settle(one[0], lambda _: one[1], scenario=Scenario())
    assess(base, build([base.forwarder]), lambda _: one[1])
    after = settle(two[0], lambda _: two[1], scenario=Scenario(), base=base.forwarder)
    destinations = build([base.forwarder, after.forwarder])
    assess(base, destinations, lambda _: one[1])
    found = assess(after, destinations, lambda _: two[1])
    again = settle(two[0], lambda _: two[1], scenario=Scenario())
    alone = assess(again, destinations, lambda _: two[1])
    for name in ("sites", "backbone", "advertisements", "advertised", "services", "management", "default_routes"):
        assert getattr(found, name) == getattr(alone, name), name
    assert found.transit.keys() == alone.transit.keys()
    for name in ("fates", "exits"):
        told, plainly = getattr(found, name), getattr(alone, name)
        assert isinstance(told, PrefixTable)
        for prefix, column in plainly.columns.items():
            mine = told.columns[prefix]
            assert {each: mine[each] for each in column if each in mine} == {
                each: column[each] for each in column if each in mine
            }, (name, prefix)


def test_a_description_costs_no_fact() -> None:
    """All is the base's own: destinations, tables, the answers about management."""
    plan = Plan({(0, 1): 1, (0, 2): 1, (1, 3): 1, (0, 4): 1, (1, 5): 2}, frozenset({2, 3}), (2, 3, 4), frozenset(),
                frozenset(), frozenset(), frozenset(), False)  # fmt: skip
    one, two = pair(plan, plan)
    base = settle(one[0], lambda _: one[1], scenario=Scenario())
    after = settle(two[0], lambda _: two[1], scenario=Scenario(), base=base.forwarder)
    destinations = build([base.forwarder, after.forwarder])
    assert destinations is build([base.forwarder])
    facts, others = (assess(each, destinations, lambda _: one[1]) for each in (base, after))
    assert facts.fates is others.fates
    assert facts.exits is others.exits
    assert facts.management is others.management
    assert all(mine is its for mine, its in zip(facts.sites, others.sites, strict=True))
