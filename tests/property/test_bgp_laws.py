"""Laws of the BGP simulation on random networks: classes and reuse change nothing, rows hold together."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from random_bgp import PAIRS, PLANS, Plan, configs
from small_network import snapshot_of

from guard.engines.rows import bgp_rows, session_rows
from guard.model.address import Prefix
from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.simulate.bgp import workload as bgp_workload
from guard.simulate.bgp.prefix_class import PrefixClass
from guard.simulate.control_plane import Cache, compute


def seen(state: NetworkState) -> list[object]:
    """All that can be read: rows, sessions, what each end advertises, what the main RIBs hold of BGP, the notes."""
    tables = [dict(sorted(state.bgp.advertised(session.key).items())) for session in state.sessions]
    ribs = [
        (name, str(prefix), state.bgp and rib.get(prefix))
        for name, rib in sorted(state.ribs.items())
        for prefix in sorted(rib.prefixes())
    ]
    return [list(bgp_rows(state)), list(session_rows(state)), tables, ribs, state.notes]


def alone(seeds: dict[Prefix, object], contents: object, special: dict[Prefix, object]) -> tuple[PrefixClass, ...]:
    """Every prefix in a class of its own."""
    del contents
    return tuple(PrefixClass(special.get(prefix), (prefix,)) for prefix in sorted(seeds))


@given(PLANS)
@settings(max_examples=60, deadline=None)
def test_classes_change_nothing(plan: Plan) -> None:
    snapshot = snapshot_of(configs(plan))
    with_classes = seen(compute(snapshot))
    with patch.object(bgp_workload, "classify", alone):
        one_by_one = seen(compute(snapshot))
    assert with_classes[:4] == one_by_one[:4]


@given(PLANS, st.data())
@settings(max_examples=60, deadline=None)
def test_reuse_changes_nothing(plan: Plan, data: st.DataObject) -> None:
    cache = Cache()
    compute(snapshot_of(configs(plan)), cache=cache)
    changed = data.draw(st.one_of(PLANS.map(lambda other: _mixed(plan, other)), st.just(plan)), label="changed")
    if data.draw(st.booleans(), label="a link less"):
        changed = changed.without(data.draw(st.sampled_from(PAIRS)))
    snapshot = snapshot_of(configs(changed))
    assert seen(compute(snapshot, cache=cache)) == seen(compute(snapshot))


@given(PLANS, st.data())
@settings(max_examples=60, deadline=None)
def test_failures_over_a_remembered_base_change_nothing(plan: Plan, data: st.DataObject) -> None:
    snapshot = snapshot_of(configs(plan))
    cache = Cache()
    compute(snapshot, cache=cache)
    one, two = data.draw(st.sampled_from(sorted(plan.links)), label="link")
    name = f"Ethernet{one}/{two}" if plan.vendor == "ios" else f"eth{one}{two}"
    for scenario in (
        Scenario(down_interfaces=frozenset({InterfaceId(f"n{one}", name)})),
        Scenario(down_nodes=frozenset({f"n{two}"})),
    ):
        assert seen(compute(snapshot, scenario, cache)) == seen(compute(snapshot, scenario))


def _mixed(plan: Plan, other: Plan) -> Plan:
    """The plan with one thing of another one."""
    field = ("preferences", "blocked", "clients", "prefixes", "costs", "aggregating")[sum(other.costs) % 6]
    return replace(plan, **{field: getattr(other, field)})
