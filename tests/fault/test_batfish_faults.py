"""Batfish goes wrong in every way that HTTP knows: a verdict with a reason, never half a state, nothing left behind.

The service is the double on loopback with real answers; pybatfish and the client are the ones that ship.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from batfish_double import Double, Fault, load
from contract.triangle import FILES, Lab, guard

from guard.model.state import NetworkState, Scenario
from guard.shell.batfish.engine import Batfish
from guard.shell.batfish.faults import Late, WorkFailed
from guard.shell.batfish.lease import new_name
from guard.shell.batfish.place import place
from guard.shell.batfish.service import Patience, Service
from guard.shell.errors import EngineUnavailable
from guard.snapshot.load import load as load_snapshot

pytest.importorskip("pybatfish", reason="pybatfish is not installed (the extra `batfish`)")

WITHIN = Patience(request=1.0, work=20.0)
SNAPSHOT = load_snapshot(FILES)


@pytest.fixture
def double() -> Double:
    return Double(load("triangle"))


def _state(double: Double, *faults: Fault, restart: float = 0.0) -> NetworkState:
    double.faults = list(faults)
    with double.serving() as where:
        engine = Batfish(place(where), WITHIN, restart=restart)
        try:
            return engine.state(SNAPSHOT, Scenario())
        finally:
            engine.close()


def test_nobody_there() -> None:
    with pytest.raises(EngineUnavailable, match=r"Batfish at 127\.0\.0\.1:1: connecting: .*refused") as caught:
        Batfish(place("127.0.0.1:1")).state(SNAPSHOT, Scenario())
    assert caught.value.code == "batfish-unreachable"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET /v2/networks", "drop"),  # pybatfish asks again by itself
        Fault("/work/", "drop"),
        Fault("/work/", "503"),
        Fault("/answer", "500"),
        Fault("POST /v2/networks", "drop", skip=1),  # no request of these is repeated by itself: a new network is made
        Fault("/work", "drop", skip=3),
        Fault("/questions/", "drop", skip=5),
    ],
    ids=str,
)
def test_what_passes_is_got_over(double: Double, fault: Fault) -> None:
    """One connection lost or one error of the server's: the whole state all the same, and nothing is left there."""
    assert len(list(_state(double, fault).ribs)) == 3
    assert double.networks == {}


def test_a_restart_in_the_middle_is_begun_again(double: Double) -> None:
    """The service forgets its networks while an answer is waited for."""
    state = _state(double, Fault("/work/", "restart", skip=6))
    assert state.notes == _state(Double(load("triangle"))).notes
    assert double.count("POST /v2/networks/") > double.count("DELETE")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("/v2/version", "garbage"), "batfish-refused"),
        (Fault("/v2/version", "404", times=99), "batfish-restarted"),
        (Fault("/v2/networks", "500", times=99), "batfish-unreachable"),
        (Fault("/answer", "drop", times=999), "batfish-unreachable"),
        (Fault("/work/", "404", times=999), "batfish-restarted"),
        (Fault("/work/", "garbage", times=999), "batfish-refused"),
        (Fault("/snapshots/", "413", times=9), "batfish-refused"),
    ],
    ids=str,
)
def test_what_stays_is_no_state(double: Double, fault: Fault, code: str) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        _state(double, fault)
    assert caught.value.code == code
    assert "something is wrong" not in str(caught.value) or len(str(caught.value)) < 500


def test_a_service_that_hangs_is_waited_for_so_long_and_no_longer(double: Double) -> None:
    with double.serving() as where:
        service = Service(place(where), Patience(request=0.3, work=1.0))
        service.enter(new_name())
        double.faults = [Fault("/snapshots", "hang", times=99)]
        with pytest.raises(Late, match="no answer in time"):
            service.upload("s", {"configs/a.cfg": b"hostname a\n"})


def test_work_that_never_ends_is_given_up(double: Double) -> None:
    double.recording["works"]["stuck"] = {"status": "ASSIGNED", "log": ""}
    with double.serving() as where:
        service = Service(place(where), Patience(request=1.0, work=0.3))
        name = new_name()
        service.enter(name)
        network = double.networks[name]
        network.works = _AlwaysStuck()
        with pytest.raises(Late, match=r"parsing snapshot s: not done after 0 s"):
            service.upload("s", {"configs/a.cfg": b"hostname a\n"})


class _AlwaysStuck(dict[str, str]):
    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> str:
        return "stuck"


def test_a_question_that_fails_is_a_note_and_the_others_count(double: Double) -> None:
    """Memory runs out over one question: undecided, with Batfish's reason, not an empty table."""
    state = _state(double, Fault("POST", "failed", skip=double_work(3)))
    (note,) = [each for each in state.notes if "out of memory" in each.message]
    assert note.undecided


def double_work(number: int) -> int:
    """How many POSTs come before the n-th question's: network, snapshot, its parsing, its data plane, and theirs."""
    return 4 + (number - 1)


def test_parsing_that_fails_is_no_state(double: Double) -> None:
    with double.serving() as where:
        service = Service(place(where), WITHIN)
        service.enter(new_name())
        double.faults = [Fault("/work", "failed")]
        with pytest.raises(WorkFailed, match="Caused by: out of memory"):
            service.upload("s", {"configs/a.cfg": b"hostname a\n"})


def test_two_checks_at_once_do_not_meet(double: Double) -> None:
    found: list[NetworkState] = []
    with double.serving() as where:
        engines = [Batfish(place(where), WITHIN) for _ in range(2)]
        threads = [threading.Thread(target=lambda e=each: found.append(e.state(SNAPSHOT))) for each in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(double.networks) == 2
        for each in engines:
            each.close()
    assert len(found) == 2
    assert found[0].notes == found[1].notes


def test_what_a_killed_check_left_is_removed_and_nothing_else(double: Double) -> None:
    made = new_name().split("-")
    dead = "-".join([*made[:2], "999999999", "7", *made[4:]])
    with double.serving() as where:
        for name in (dead, "production", new_name()):
            service = Service(place(where), WITHIN)
            service.enter(name)
        engine = Batfish(place(where), WITHIN)
        engine.state(SNAPSHOT, Scenario())
        assert dead not in double.networks
        assert "production" in double.networks
        assert len(double.networks) == 3
        engine.close()
        assert len(double.networks) == 2


def test_a_fork_that_ignores_what_it_was_to_take_down_is_seen(double: Double) -> None:
    """Versions exist that take no notice: the snapshot goes up whole, and what is up even then holds the verdict."""
    double.ignores_deactivation = True
    with double.serving() as where:
        engine = Batfish(place(where), WITHIN)
        with pytest.raises(EngineUnavailable, match="not recorded"):  # what goes up whole then
            engine.state(SNAPSHOT, Scenario(frozenset({"dc2-r1"}), reason="node dc2-r1"))
        engine.close()


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_only_engine_is_not_there_is_no_verdict(tmp_path: Path, form: str) -> None:
    lab = Lab(tmp_path)
    answer = lab.dry_run("steps:\n  - {device: dc2-r1, merge: \"interface Ethernet1\\n shutdown\"}\n",
                         "--engine", "batfish", "--batfish", "127.0.0.1:1", form=form)  # fmt: skip
    assert answer.code == 4
    assert "verdict" not in answer.out
    assert "refused" in answer.out + answer.err


def test_a_place_that_is_none_is_the_callers_mistake(tmp_path: Path) -> None:
    answer = guard("show", "routes", "-s", Lab(tmp_path).snapshot(), "--engine", "batfish", "--batfish", "http://b/")
    assert (answer.code, "is not HOST or HOST:PORT" in answer.err) == (2, True)


def test_nobody_named_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUARD_BATFISH", raising=False)
    answer = guard("show", "routes", "-s", Lab(tmp_path).snapshot(), "--engine", "batfish")
    assert (answer.code, "no Batfish service is configured" in answer.err) == (4, True)
