"""`--engine rehearsal` says why it cannot: no verdict, no half-built network."""

from __future__ import annotations

import pytest
from small_network import snapshot_of

from guard.shell.engines import engines_for
from guard.shell.errors import EngineUnavailable
from guard.shell.rehearsal import engine as module
from guard.shell.rehearsal.engine import Rehearsal

FRR = "frr version 8.4.4\nfrr defaults traditional\nhostname r1\ninterface eth0\n ip address 10.0.0.1/30\n"
IOS = "hostname r2\ninterface GigabitEthernet0/1\n ip address 10.0.0.2 255.255.255.252\n"


def test_it_is_the_engine_of_that_name() -> None:
    assert [engine.name for engine in engines_for("rehearsal")] == ["rehearsal"]


def test_a_machine_without_frr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "missing", lambda: "live FRR in network namespaces needs root")
    with pytest.raises(EngineUnavailable, match=r"cannot run on this machine: live FRR .* needs root"):
        Rehearsal().state(snapshot_of({"r1": FRR}))


def test_a_snapshot_that_is_not_all_frr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "missing", lambda: None)
    with pytest.raises(EngineUnavailable, match="cannot be rehearsed: r2 is ios"):
        Rehearsal().state(snapshot_of({"r1": FRR, "r2": IOS}))
