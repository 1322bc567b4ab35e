"""Mutants of policies change what they say and nothing else, and an engine's are only asked after the change."""

from collections.abc import Mapping
from typing import Any

import pytest

from guard.engines.embedded import Embedded
from guard.model.state import NetworkState
from guard.planning.mutation import MutantEngine, engine_mutants, policy_mutants, speaks, verdict_of
from guard.shell.cli.main import main
from guard.snapshot.load import load

R1 = "hostname r1\n!\ninterface Ethernet1\n ip address 10.0.0.1 255.255.255.0\n!\n"


def row(policy: str, enforcement: str, status: str) -> dict[str, Any]:
    return {"policy": policy, "enforcement": enforcement, "status": status, "step": 1, "message": "m"}


ROWS = (row("blackhole", "deny", "new"), row("blackhole", "deny", "existing"), row("session-loss", "hold", "new"),
        row("blackhole", "deny", "undecided"))  # fmt: skip


@pytest.mark.parametrize(("what", "statuses"), [
    ("silenced", ["session-loss new"]),
    ("before and after exchanged",
     ["blackhole existing", "blackhole new", "session-loss new", "blackhole undecided"]),
    ("what it cannot decide swallowed", ["blackhole new", "blackhole existing", "session-loss new"]),
])  # fmt: skip
def test_a_mutant_changes_its_own_policy_alone(what: str, statuses: list[str]) -> None:
    (mutant,) = [each for each in policy_mutants(["blackhole"]) if each.what == what]
    assert [f"{each['policy']} {each['status']}" for each in mutant.apply(ROWS)] == statuses
    assert speaks(mutant, ROWS)
    assert not speaks(mutant, ROWS[2:3])


@pytest.mark.parametrize(
    ("rows", "verdict"), [(ROWS, "BLOCK"), (ROWS[2:], "HOLD"), (ROWS[1:2], "ALLOW"), ((), "ALLOW")]
)
def test_the_verdict_of_rows(rows: tuple[Mapping[str, Any], ...], verdict: str) -> None:
    assert verdict_of(rows) == verdict


def test_a_mutated_engine_knows_the_base_as_it_is() -> None:
    base, after = load({"configs/r1.cfg": R1}), load({"configs/r1.cfg": R1.replace(" ip", " shutdown\n ip")})

    def blind(_: NetworkState, found: NetworkState) -> NetworkState:
        raise AssertionError("asked")

    engine = MutantEngine(Embedded(), base, "m", blind)
    assert engine.state(base).interfaces
    with pytest.raises(AssertionError, match="asked"):
        engine.state(after)


def test_a_stale_engine_gives_the_state_before() -> None:
    base, after = load({"configs/r1.cfg": R1}), load({"configs/r1.cfg": R1.replace(" ip", " shutdown\n ip")})
    stale = {each.name: each for each in engine_mutants(Embedded(), base)}
    engine = stale["a time-out is answered with the state before"]
    assert [face.up for face in engine.state(after).interfaces.values()] == [True]
    assert [face.up for face in stale["sessions are those before"].state(after).interfaces.values()] == [False]


def test_self_test_counts_mutants_and_names_survivors(capsys: pytest.CaptureFixture[str]) -> None:
    """One outage alone does not speak of most policies: below the floor, and said so."""
    assert main(["self-test", "slack-2021-09-30"]) == 1
    out = capsys.readouterr().out
    assert "SURVIVED backbone-withdrawal: silenced" in out
    assert "mutants caught" in out
