"""Known-bad changes are built where the base permits them, and a guard that is blind does not pass."""

from datetime import UTC, datetime
from typing import Any

import pytest

from guard.engines.embedded import Embedded
from guard.judge.policy import PolicySet, load_policies
from guard.judge.standing import Standing, resting_on
from guard.model.state import NetworkState, Scenario
from guard.planning.proof import Proof, prove_with
from guard.shell.cli.folder import read_snapshot
from guard.shell.data import folder
from guard.shell.judging import layers
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POLICIES = load_policies(*layers({}))


@pytest.fixture(scope="module")
def base() -> Snapshot:
    return load(read_snapshot(folder("replays") / "facebook-2021-10-04" / "snapshot"))


def proof(base: Snapshot, policies: PolicySet = POLICIES, engine: Any = None) -> Proof:
    return prove_with(base, policies, [engine or Embedded()], NOW)


def overridden(text: str) -> PolicySet:
    return load_policies(*layers({}), {"own.yaml": text})


@pytest.fixture(scope="module")
def whole(base: Snapshot) -> Proof:
    return proof(base)


def test_every_known_bad_change_of_the_2021_network_is_caught(whole: Proof) -> None:
    assert whole.faults == ()
    tried = {each.name for each in whole.outcomes}
    assert {"nothing", "withdrawal of everything", "dc-ash isolated", "authdns without instances"} <= tried
    assert any(name.startswith("a leak on ") for name in tried)
    assert whole.passed


def test_the_digest_names_what_was_tried(base: Snapshot, whole: Proof) -> None:
    assert whole.standing == proof(base).standing
    softer = overridden(policy("datacenter-isolation", "warn"))
    assert proof(base, softer).standing.digest != whole.standing.digest


def policy(name: str, enforcement: str, check: str = "") -> str:
    return (f"apiVersion: guard/v1\nkind: Policy\nmetadata: {{name: {name}}}\n"
            f"spec: {{enforcement: {enforcement}, check: {check or name}}}\n")  # fmt: skip


def test_softer_enforcement_does_not_make_a_case_fail(base: Snapshot) -> None:
    assert proof(base, overridden(policy("datacenter-isolation", "warn"))).passed


def test_a_policy_that_looks_elsewhere_under_the_same_name_does(base: Snapshot) -> None:
    blind = proof(base, overridden(policy("datacenter-isolation", "deny", "rib-growth")))
    assert not blind.passed
    assert "dc-ash isolated: does not give datacenter-isolation dc-ash" in blind.faults


class Stuck(Embedded):
    """An engine that gives the base's state for everything."""

    def __init__(self, base: Snapshot) -> None:
        super().__init__()
        self.base = base

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        return super().state(self.base, scenario)


def test_an_engine_that_sees_no_change_does_not_pass(base: Snapshot) -> None:
    stuck = proof(base, engine=Stuck(base))
    assert not stuck.passed
    assert any("datacenter-isolation" in each for each in stuck.faults)


def test_what_the_inventory_does_not_name_is_listed_as_not_built(base: Snapshot) -> None:
    bare = proof(load({path: text for path, text in base.files.items() if path != "inventory.yaml"}))
    assert {"a data center isolated", "the backbone taken down by an assessment"} <= {each.name for each in bare.left}
    assert bare.passed


def test_nothing_to_try_is_no_proof() -> None:
    assert not Proof("b", "p", ("embedded",), ()).passed


@pytest.mark.parametrize(("verdict", "becomes"), [("ALLOW", "HOLD"), ("HOLD", "HOLD"), ("BLOCK", "BLOCK")])
def test_a_document_without_a_proof_is_never_allow(verdict: str, becomes: str) -> None:
    document = resting_on({"verdict": verdict, "findings": []}, Standing("", False, "why"))
    assert (document["verdict"], document["proof"]) == (becomes, None)
    assert "why" in document["findings"][0]["message"]


def test_a_document_names_the_proof_that_it_rests_on() -> None:
    document = resting_on({"verdict": "ALLOW", "findings": []}, Standing("sha256:1", True, ""))
    assert document == {"verdict": "ALLOW", "findings": [], "proof": "sha256:1"}
