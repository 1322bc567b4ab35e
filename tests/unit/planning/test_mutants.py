"""Mutants change what they say they change and nothing else, and known answers catch them."""

from datetime import UTC, datetime

import pytest

from guard.engines.embedded import Embedded
from guard.judge.case import Case, View
from guard.judge.finding import Enforcement, Finding, Status
from guard.judge.policy import PolicySet, load_policies
from guard.model.change import Change
from guard.model.state import NetworkState, Scenario
from guard.pipeline import CheckRequest
from guard.planning.hunt import Hunt
from guard.planning.known import caught_by_own_cases, proof_answers
from guard.planning.mutant_engines import Changed, Forgetful, engine_mutants
from guard.planning.mutant_parts import part_mutants
from guard.planning.mutation import Mutant, policy_mutants
from guard.shell.cli.folder import read_snapshot
from guard.shell.cli.main import main
from guard.shell.data import folder
from guard.shell.judging import layers
from guard.snapshot.load import load

R1 = "hostname r1\n!\ninterface Ethernet1\n ip address 10.0.0.1 255.255.255.0\n!\n"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POLICIES = load_policies(*layers({}))
BASE, AFTER = load({"configs/r1.cfg": R1}), load({"configs/r1.cfg": R1.replace(" ip", " shutdown\n ip")})


def found(policy: str, enforcement: str, status: str) -> Finding:
    return Finding(policy, Enforcement(enforcement), Status(status), 1, "m")


FOUND = (
    found("blackhole", "deny", "new"),
    found("blackhole", "deny", "existing"),
    found("session-loss", "hold", "new"),
    found("blackhole", "deny", "undecided"),
)
CASE = Case(Change("c", "", "", "", "", ()), View(BASE), (), NOW)


def mutants(policy: str) -> dict[str, Mutant]:
    held = POLICIES.policy(policy)
    assert held is not None
    return {each.what: each for each in policy_mutants([held])}


@pytest.mark.parametrize(("what", "told"), [
    ("silenced", ["session-loss hold new"]),
    ("one of its findings is lost",
     ["blackhole deny existing", "session-loss hold new", "blackhole deny undecided"]),
    ("before and after exchanged",
     ["blackhole deny existing", "blackhole deny new", "session-loss hold new", "blackhole deny undecided"]),
    ("what it cannot decide swallowed", ["blackhole deny new", "blackhole deny existing", "session-loss hold new"]),
    ("it only holds",
     ["blackhole hold new", "blackhole hold existing", "session-loss hold new", "blackhole hold undecided"]),
])  # fmt: skip
def test_a_mutant_changes_its_own_policy_alone(what: str, told: list[str]) -> None:
    after = mutants("blackhole")[what].apply(CASE, FOUND)
    assert [f"{each.policy} {each.enforcement} {each.status}" for each in after] == told


def test_each_figure_is_shifted_both_ways() -> None:
    shifted = [what for what, mutant in mutants("session-loss").items() if mutant.variant is not None]
    assert shifted == ["share_percent is 51", "share_percent is 12", "at_least is 9", "at_least is 2"]


def test_a_policys_own_cases_catch_its_shifted_figures() -> None:
    held = POLICIES.policy("session-loss")
    assert held is not None
    for mutant in policy_mutants([held]):
        if mutant.variant is not None:
            assert caught_by_own_cases(held, mutant), mutant.name


def test_what_cannot_be_computed_must_be_said_to_be_undecided() -> None:
    held = POLICIES.policy("session-loss")
    assert held is not None
    swallowed = mutants("session-loss")["what it cannot decide swallowed"]
    assert caught_by_own_cases(held, swallowed) == "what cannot be computed is undecided"


def test_a_mutated_engine_knows_the_base_as_it_is() -> None:
    def blind(_: NetworkState, computed: NetworkState) -> NetworkState:
        raise AssertionError("asked")

    engine = Changed(Embedded(), BASE, "m", blind)
    assert engine.state(BASE).interfaces
    with pytest.raises(AssertionError, match="asked"):
        engine.state(AFTER)


def up(engine: object, snapshot: object) -> list[bool]:
    state = engine.state(snapshot)  # type: ignore[attr-defined]
    return [face.up for face in state.interfaces.values()]


def test_a_stale_engine_gives_the_state_before() -> None:
    made = {each.name: each.engine(Embedded(), BASE) for each in engine_mutants()}
    assert up(made["engine: a time-out is answered with the state before"], AFTER) == [True]
    assert up(made["engine: sessions are those before"], AFTER) == [False]
    assert up(made["engine: a time-out is answered with nothing"], AFTER) == []


def test_a_forgetful_engine_is_one_question_behind() -> None:
    engine = Forgetful(Embedded(), BASE, "m")
    assert up(engine, BASE) == [True]
    assert up(engine, AFTER) == [True]
    assert up(engine, AFTER) == [False]


def test_failures_that_change_nothing() -> None:
    made = {each.name: each for each in engine_mutants()}["engine: failures change nothing"]
    engine = made.engine(Embedded(), BASE)
    assert engine.state(BASE, Scenario(down_nodes=frozenset({"r1"}))) == engine.state(BASE, Scenario())


def test_a_part_is_as_it_was_after_the_mutant() -> None:
    import guard.judge.case as case

    original = case.compare
    (swapped,) = [each for each in part_mutants() if each.name == "compare: before and after are swapped"]
    with swapped.at_work():
        assert case.compare is not original
    assert case.compare is original


@pytest.fixture(scope="module")
def hunt() -> Hunt:
    """The proof on one small network."""
    base = load(read_snapshot(folder("replays") / "verizon-dqe-2019-06-24-transit" / "snapshot"))
    engine = Embedded()
    request = CheckRequest({}, "", "proof", {}, (), NOW)
    return Hunt(list(proof_answers("dqe", base, request, engine)), POLICIES, engine)


def test_the_proof_alone_catches_most_mutants_of_the_engine(hunt: Hunt) -> None:
    results = {each.name: hunt._of_engine(each) for each in engine_mutants()}
    caught = [name for name, result in results.items() if result.by]
    assert hunt.faults == {}
    assert "engine: a time-out is answered with the state before" in caught
    assert "engine: one session is lost" in caught
    assert len(caught) >= 0.5 * len(results), sorted(set(results) - set(caught))


def test_an_answer_that_is_wrong_by_itself_catches_nothing(hunt: Hunt) -> None:
    silent = Hunt(hunt.answers, PolicySet(()), hunt.engine)
    results = [silent._of_engine(each) for each in list(engine_mutants())[:2]]
    assert silent.faults
    assert [result.by for result in results] == ["", ""]


def test_a_sample_of_the_self_test_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Two small outages do not speak of everything; what they speak of is caught."""
    code = main(["self-test", "--every", "60", "verizon-dqe-2019-06-24-transit", "slack-2021-09-30"])
    out = capsys.readouterr().out
    assert code in (0, 1)
    assert "caught    " in out
    assert "mutants caught (" in out
    assert " 0 wrong; " in out


@pytest.mark.slow
def test_the_whole_self_test_stands_above_its_floor() -> None:
    assert main(["self-test"]) == 0
