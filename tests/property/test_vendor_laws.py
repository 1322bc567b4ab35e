"""What may not change a result, on networks of six vendors and both families: order, names, what is unused, history."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_vendors import PLANS, SIZE, UNUSED, VENDORS, Plan, blocks, configs, prefixes
from small_network import snapshot_of

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.model.coverage import LineState
from guard.model.state import NetworkState
from guard.simulate.control_plane import Cache, compute

RUNS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def seen(state: NetworkState) -> list[object]:
    """Rows of routes, paths and sessions, what each session carries, and the notes."""
    sent = [dict(sorted(state.bgp.advertised(session.key).items())) for session in state.sessions]
    return [list(routes_rows(state)), list(bgp_rows(state)), list(session_rows(state)), sent, state.notes]


def of(texts: dict[str, str]) -> list[object]:
    return seen(compute(snapshot_of(texts)))


def test_every_vendor_is_read_and_hears_what_the_others_announce() -> None:
    """The laws below would hold of networks that nobody understands: here each line counts, and routes arrive."""
    everything = frozenset((node, number) for node in range(SIZE) for number in (0, 1))
    for at, vendor in enumerate(VENDORS):
        plan = Plan((vendor, VENDORS[at - 1], vendor, VENDORS[at - 2]), (0,) * SIZE, (200,) * SIZE, everything)
        snapshot = snapshot_of(configs(plan))
        lost = [
            (note.text, note.state)
            for device in snapshot.devices.values()
            for note in device.coverage.notes
            if note.state is not LineState.IGNORED
        ]
        assert lost == []
        state = compute(snapshot)
        assert all(session.up for session in state.sessions)
        assert len(state.sessions) == 4 * SIZE
        for node in range(SIZE):
            rib = state.ribs[f"n{node}", "default"]
            known = {str(prefix) for prefix in rib.prefixes()}
            left = {each for pair in prefixes(plan, (node - 1) % SIZE) for each in pair}
            assert left <= known


@given(PLANS, st.randoms(use_true_random=False))
@RUNS
def test_the_order_of_files_and_blocks_is_none(plan: Plan, random: object) -> None:
    texts = {}
    for node in range(SIZE):
        held = blocks(plan, node)
        first = [each for each in held if each.startswith(("frr version", "hostname", "feature"))]
        rest = [each for each in held if each not in first]
        random.shuffle(rest)  # type: ignore[attr-defined]
        texts[f"n{node}"] = "\n".join([*first, *rest]) + "\n"
    assert of(dict(reversed(texts.items()))) == of(configs(plan))


@given(PLANS)
@RUNS
def test_names_of_policies_and_lists_mean_nothing(plan: Plan) -> None:
    assert of(configs(plan, lambda name: f"z{name[::-1].lower()}")) == of(configs(plan))


@given(PLANS, st.integers(0, SIZE - 1))
@RUNS
def test_a_policy_that_nobody_uses_changes_nothing(plan: Plan, node: int) -> None:
    texts = configs(plan)
    more = {**texts, f"n{node}": f"{texts[f'n{node}']}{UNUSED[plan.vendors[node]]}\n"}
    assert of(more) == of(texts)


@given(PLANS, st.data())
@RUNS
def test_a_prefix_that_goes_and_comes_back_leaves_no_trace(plan: Plan, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(plan.announced)))
    cache = Cache()
    base = compute(snapshot_of(configs(plan)), cache=cache)
    without = snapshot_of(configs(plan._replace(announced=plan.announced - {gone})))
    assert seen(compute(without, cache=cache)) == seen(compute(without))
    assert seen(compute(snapshot_of(configs(plan)), cache=cache)) == seen(base)


@given(PLANS, PLANS)
@RUNS
def test_what_another_network_left_in_memory_changes_nothing(before: Plan, after: Plan) -> None:
    cache = Cache()
    compute(snapshot_of(configs(before)), cache=cache)
    snapshot = snapshot_of(configs(after))
    assert seen(compute(snapshot, cache=cache)) == seen(compute(snapshot))
