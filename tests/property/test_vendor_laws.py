"""What may not change a result, on networks of six vendors and both families, in BGP, OSPF and IS-IS: order, names,
what is unused, history."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from random import Random

import random_igp
import random_vendors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_vendors import SIZE, UNUSED, VENDORS, Plan, prefixes
from small_network import snapshot_of

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.model.coverage import LineState
from guard.model.state import NetworkState
from guard.simulate.control_plane import Cache, compute
from guard.snapshot.snapshot import Snapshot

RUNS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def seen(state: NetworkState) -> list[object]:
    """Rows of routes, paths and sessions, what each session carries, and the notes."""
    sent = [dict(sorted(state.bgp.advertised(session.key).items())) for session in state.sessions]
    return [list(routes_rows(state)), list(bgp_rows(state)), list(session_rows(state)), sent, state.notes]


AnyPlan = random_vendors.Plan | random_igp.Plan
PLANS = st.one_of(random_vendors.PLANS, random_igp.PLANS)


def blocks(plan: AnyPlan, node: int, name: Callable[[str], str] = str) -> list[str]:
    if isinstance(plan, random_igp.Plan):
        return random_igp.blocks(plan, node, name)
    return random_vendors.blocks(plan, node, name)


def configs(plan: AnyPlan, name: Callable[[str], str] = str) -> dict[str, str]:
    return {f"n{node}": "\n".join(blocks(plan, node, name)) + "\n" for node in range(SIZE)}


def not_understood(snapshot: Snapshot) -> list[tuple[str, LineState]]:
    return [
        (note.text, note.state)
        for device in snapshot.devices.values()
        for note in device.coverage.notes
        if note.state is not LineState.IGNORED
    ]


def of(texts: dict[str, str]) -> list[object]:
    return seen(compute(snapshot_of(texts)))


def test_every_vendor_is_read_and_hears_what_the_others_announce() -> None:
    """The laws below would hold of networks that nobody understands: here each line counts, and routes arrive."""
    everything = frozenset((node, number) for node in range(SIZE) for number in (0, 1))
    for at, vendor in enumerate(VENDORS):
        plan = Plan((vendor, VENDORS[at - 1], vendor, VENDORS[at - 2]), (0,) * SIZE, (200,) * SIZE, everything)
        snapshot = snapshot_of(configs(plan))
        assert not_understood(snapshot) == []
        state = compute(snapshot)
        assert all(session.up for session in state.sessions)
        assert len(state.sessions) == 4 * SIZE
        for node in range(SIZE):
            rib = state.ribs[f"n{node}", "default"]
            known = {str(prefix) for prefix in rib.prefixes()}
            left = {each for pair in prefixes(plan, (node - 1) % SIZE) for each in pair}
            assert left <= known


def test_every_vendor_in_an_igp_hears_loopbacks_and_what_is_not_kept_back() -> None:
    everything = frozenset((node, number) for node in range(SIZE) for number in (0, 1))
    costs = ((1, 1),) * len(random_igp.LINKS)
    for protocol in ("ospf", "isis"):
        for at, vendor in enumerate(VENDORS):
            vendors = (vendor, VENDORS[at - 1], vendor, VENDORS[at - 2])
            plan = random_igp.Plan(protocol, vendors, (0,) * SIZE, costs, everything)
            snapshot = snapshot_of(configs(plan))
            assert not_understood(snapshot) == []
            state = compute(snapshot)
            for node, other in permutations(range(SIZE), 2):
                known = {str(prefix) for prefix in state.ribs[f"n{node}", "default"].prefixes()}
                kept, sent = random_igp.prefixes(plan, other)
                four, six = random_igp.loopback(other)
                assert {f"{four}/32", f"{six}/128", *sent} <= known
                assert not known & set(kept)


@given(PLANS, st.randoms(use_true_random=False))
@RUNS
def test_the_order_of_files_and_blocks_is_none(plan: AnyPlan, random: Random) -> None:
    texts = {}
    for node in range(SIZE):
        held = blocks(plan, node)
        first = [each for each in held if each.startswith(("frr version", "hostname", "feature"))]
        rest = [each for each in held if each not in first]
        random.shuffle(rest)
        texts[f"n{node}"] = "\n".join([*first, *rest]) + "\n"
    assert of(dict(reversed(texts.items()))) == of(configs(plan))


@given(PLANS)
@RUNS
def test_names_of_policies_and_lists_mean_nothing(plan: AnyPlan) -> None:
    assert of(configs(plan, lambda name: f"z{name[::-1].lower()}")) == of(configs(plan))


@given(PLANS, st.integers(0, SIZE - 1))
@RUNS
def test_a_policy_that_nobody_uses_changes_nothing(plan: AnyPlan, node: int) -> None:
    texts = configs(plan)
    more = {**texts, f"n{node}": f"{texts[f'n{node}']}{UNUSED[plan.vendors[node]]}\n"}
    assert of(more) == of(texts)


@given(PLANS, st.data())
@RUNS
def test_a_prefix_that_goes_and_comes_back_leaves_no_trace(plan: AnyPlan, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(plan.announced)))
    cache = Cache()
    base = compute(snapshot_of(configs(plan)), cache=cache)
    without = snapshot_of(configs(plan._replace(announced=plan.announced - {gone})))
    assert seen(compute(without, cache=cache)) == seen(compute(without))
    assert seen(compute(snapshot_of(configs(plan)), cache=cache)) == seen(base)


@given(PLANS, PLANS)
@RUNS
def test_what_another_network_left_in_memory_changes_nothing(before: AnyPlan, after: AnyPlan) -> None:
    cache = Cache()
    compute(snapshot_of(configs(before)), cache=cache)
    snapshot = snapshot_of(configs(after))
    assert seen(compute(snapshot, cache=cache)) == seen(compute(snapshot))
