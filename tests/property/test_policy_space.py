"""Comparing what two policies accept agrees with trying every route of a small world, for policies of four vendors."""

from __future__ import annotations

import random
import re

import pytest
from random_policies import VENDORS, Plan, plan, routes, text, varied
from small_network import snapshot_of

from guard.model.device import Device
from guard.simulate.accepted.space import Chain, Newly, example, newly_accepted, terms_reached
from guard.simulate.accepted.text_space import AS_PATHS, find_text
from guard.simulate.policy.evaluator import Evaluator, RouteView

WORLD = tuple(routes())


def device(vendor: str, made: Plan) -> Device:
    return snapshot_of({"r": text(vendor, made)}).devices["r"]


def chain(held: Device) -> Chain:
    default = frozenset({"bgp"}) if held.vendor.value == "junos" else frozenset()
    return Chain(held, 4, ("M",), default=default)


def takes(evaluator: Evaluator, made: Chain, view: RouteView) -> bool:
    return evaluator.evaluate(made.policies, view, default="bgp" in made.default) is not None


def compared(before: Chain, after: Chain) -> list[Newly]:
    return list(newly_accepted(before, after, after, lambda _: None))


def check(vendor: str, seed: int, unclear: list[int]) -> bool:
    """Whether something is newly accepted; asserts that both ways of telling agree."""
    dice = random.Random(seed)
    first = plan(dice, vendor)
    second = varied(dice, vendor, first) if dice.random() < 0.7 else plan(dice, vendor)
    before, after = chain(device(vendor, first)), chain(device(vendor, second))
    old, new = Evaluator(before.device), Evaluator(after.device)
    found = compared(before, after)
    for each in found:
        route = example(each)
        if route is None:
            unclear.append(seed)
            continue
        assert takes(new, after, route), (vendor, seed, route)
        assert not takes(old, before, route), (vendor, seed, route)
    by_trying = next((each for each in WORLD if takes(new, after, each) and not takes(old, before, each)), None)
    assert by_trying is None or found, (vendor, seed, by_trying)
    return bool(found)


@pytest.mark.parametrize("vendor", VENDORS)
def test_two_policies_compared_as_by_trying_every_route(vendor: str) -> None:
    unclear: list[int] = []
    outcomes = [check(vendor, seed, unclear) for seed in range(75)]
    assert 0 < sum(outcomes) < len(outcomes)
    assert len(set(unclear)) < 10


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_thousands_of_policies_compared_as_by_trying_every_route(vendor: str) -> None:
    unclear: list[int] = []
    outcomes = [check(vendor, seed, unclear) for seed in range(1000, 2000)]
    assert 0 < sum(outcomes) < len(outcomes)
    assert len(set(unclear)) < 100


@pytest.mark.parametrize("vendor", VENDORS)
def test_terms_that_are_reached_are_those_that_some_route_matches(vendor: str) -> None:
    for seed in range(40):
        held = device(vendor, plan(random.Random(seed), vendor))
        names = frozenset(term.name for term in held.policies["M"].terms)
        reached = terms_reached(held, "M", names)
        assert tried(held) <= reached, (vendor, seed)


def tried(held: Device) -> set[str]:
    class Watching(Evaluator):
        def _act_all(self, term, view):  # type: ignore[no-untyped-def]
            seen.add(term.name)
            return super()._act_all(term, view)

    seen: set[str] = set()
    evaluator = Watching(held)
    for route in WORLD:
        evaluator.evaluate(("M",), route)
    return seen


@pytest.mark.parametrize(("found", "missing"), [
    (("^1(?:^|$|[ ,{}()\\[\\]])",), ()), (("12",), ("^12",)), (("^(?:1|2)$",), ("1",)), ((".*",), ("^$",)),
])  # fmt: skip
def test_a_text_that_is_found_is_one_that_re_agrees_with(found: tuple[str, ...], missing: tuple[str, ...]) -> None:
    made = find_text(frozenset({*found, AS_PATHS}), frozenset(missing))
    assert made is not None
    assert all(re.search(each, made) for each in found)
    assert not any(re.search(each, made) for each in missing)


def test_expressions_that_exclude_each_other_have_no_text() -> None:
    assert find_text(frozenset({"^1 ", "^2 ", AS_PATHS}), frozenset()) is None
    assert find_text(frozenset({"_"}), frozenset({"_"})) is None
