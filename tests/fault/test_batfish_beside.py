"""Batfish works beside the embedded engine: a BLOCK does not wait for it, an ALLOW does, and nothing stays behind.

The service is the double on loopback with real answers; pybatfish and the client are the ones that ship.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from batfish_double import Double, Fault, load
from batfish_plays import CUT, SHUT
from contract.triangle import FILES

from guard.engines.embedded import Embedded
from guard.engines.engine import Engine
from guard.model.state import NetworkState, Scenario
from guard.pipeline import CheckOutcome, CheckRequest, check
from guard.shell.batfish.engine import Batfish
from guard.shell.batfish.place import place
from guard.shell.batfish.service import Patience
from guard.shell.errors import EngineUnavailable
from guard.shell.judging import layers
from guard.snapshot.load import load as load_snapshot
from guard.snapshot.snapshot import Snapshot

pytest.importorskip("pybatfish", reason="pybatfish is not installed (the extra `batfish`)")

SNAPSHOT = load_snapshot(FILES)
HANGS = Fault("/work/", "hang", times=99)


@pytest.fixture
def double() -> Double:
    return Double(load("triangle"))


def second(where: str) -> Batfish:
    return Batfish(place(where), Patience(request=3.0, work=20.0), second=True, restart=0.0)


def checked(change: str, *engines: Engine) -> CheckOutcome:
    request = CheckRequest(
        base_files=FILES,
        change_text=f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: C-1, title: t, author: a}}\n{change}",
        change_name="change.yaml",
        change_files={},
        policies=layers({}),
        now=datetime(2026, 11, 21, tzinfo=UTC),
        failures=0,
    )
    return check(request, engines)


class Patient(Embedded):
    """An embedded engine that has no answer before somebody did something else."""

    def __init__(self, until: threading.Event) -> None:
        super().__init__()
        self.until = until

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        assert self.until.wait(20), "the other engine has not begun"
        return super().state(snapshot, scenario)


class Heard(list[str]):
    """The requests of the double; tells when a snapshot was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = threading.Event()

    def append(self, request: str) -> None:
        super().append(request)
        if "POST" in request and "/snapshots/" in request:
            self.sent.set()


def test_both_work_at_once_and_an_allow_waits_for_both(double: Double) -> None:
    double.requests = heard = Heard()
    with double.serving() as where:
        engine = second(where)
        outcome = checked(SHUT, Patient(heard.sent), engine)
        sent = sum("/snapshots" in each for each in double.requests)
        assert checked(SHUT, Embedded(), engine).verdict == outcome.verdict
        assert sum("/snapshots" in each for each in double.requests) == sent, "the states of the first check are kept"
        engine.close()
    assert (outcome.verdict, outcome.document["engines"]) == ("ALLOW", ["embedded", "batfish"])
    assert outcome.document["flows"]["examples"] is not None
    assert double.networks == {}


def test_a_block_does_not_wait(double: Double) -> None:
    """The service is stuck in its first piece of work, which ends by itself; the next check does not wait for it."""
    double.faults = [HANGS]
    with double.serving() as where:
        engine = Batfish(place(where), Patience(request=60.0, work=60.0), second=True, restart=0.0)
        before = time.monotonic()
        assert [checked(CUT, Embedded(), engine).verdict for _ in range(2)] == ["BLOCK", "BLOCK"]
        assert time.monotonic() - before < 25, "a request to the double hangs for 30 s"
        double.released.set()
        engine.close()
    assert double.networks == {}


def test_an_allow_of_one_alone_is_held(double: Double) -> None:
    """What went wrong beside is told where it is asked for."""
    double.faults = [Fault("/snapshots/", "413", times=9)]
    with double.serving() as where:
        engine = second(where)
        outcome = checked(SHUT, Embedded(), engine)
        engine.close()
    (found,) = (each for each in outcome.document["findings"] if each["policy"] == "engine-disagreement")
    assert (outcome.verdict, found["status"]) == ("HOLD", "undecided")
    assert "413" in found["message"]
    assert double.networks == {}


def test_the_end_of_the_process_stops_what_is_under_way(double: Double) -> None:
    """`close` is what the end of the process calls."""
    double.recording["works"]["stuck"] = {"status": "ASSIGNED", "log": ""}
    double.requests = heard = Heard()
    with double.serving() as where:
        engine = second(where)
        (stuck := _Stuck()).update({})
        engine.begin((SNAPSHOT,))
        assert heard.sent.wait(20)
        for network in double.networks.values():
            network.works = stuck
        before = time.monotonic()
        engine.close()
        assert time.monotonic() - before < 10
        with pytest.raises(EngineUnavailable) as caught:
            engine.state(SNAPSHOT)
        assert caught.value.code == "batfish-stopped"
    assert double.networks == {}


class _Stuck(dict[str, str]):
    """Work that never ends."""

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> str:
        return "stuck"


def test_a_check_after_a_block_gets_its_own_answers(double: Double) -> None:
    with double.serving() as where:
        engine = second(where)
        assert checked(CUT, Embedded(), engine).verdict == "BLOCK"
        outcome = checked(SHUT, Embedded(), engine)
        engine.close()
    assert (outcome.verdict, _held(outcome.document)) == ("ALLOW", [])
    assert double.networks == {}


def _held(document: Mapping[str, object]) -> list[object]:
    findings = document["findings"]
    assert isinstance(findings, list)
    return [each for each in findings if each["enforcement"] in ("deny", "hold")]
