"""Every built-in policy's own cases, one test each; and that each policy has cases for both outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard.judge.catalogue import NAMES, checks, not_built
from guard.judge.policy import load_policies
from guard.judge.policy_test import Result, run_tests

POLICIES = Path(__file__).resolve().parents[3] / "policies"


def _results() -> tuple[Result, ...]:
    return run_tests(load_policies({f"policies/{path.name}": path.read_text() for path in POLICIES.glob("*.yaml")}))


@pytest.mark.parametrize("result", _results(), ids=lambda result: f"{result.policy}: {result.case}")
def test_case(result: Result) -> None:
    assert result.passed, f"{result.place}: {result.why}"


def test_every_built_check_has_a_policy_of_its_name_and_default_enforcement() -> None:
    found = load_policies({path.name: path.read_text() for path in POLICIES.glob("*.yaml")})
    by_name = {policy.name: policy for policy in found.policies}
    assert sorted(checks()) == sorted(name for name in by_name if name in NAMES)
    assert {name: policy.enforcement for name, policy in by_name.items()} == {name: NAMES[name] for name in by_name}


def test_the_defaults_of_the_files_are_those_of_the_checks() -> None:
    found = load_policies({path.name: path.read_text() for path in POLICIES.glob("*.yaml")})
    for policy in found.policies:
        assert policy.check is not None
        assert dict(policy.parameters.values) == {each.name: each.default for each in policy.check.parameters}


def test_what_is_not_built_is_said() -> None:
    assert frozenset(not_built()) == frozenset(NAMES) - frozenset(checks())
