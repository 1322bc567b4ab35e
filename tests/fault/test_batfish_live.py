"""A real Batfish, named by GUARD_BATFISH: the triangle as recorded, and a connection and a server that are killed.

GUARD_BATFISH_START is a command that starts a service of the tests' own on the port in PORT and stays in the
foreground; without it the server that is killed is left out: a service that somebody else uses is not ours to kill.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import batfish_plays as plays
import pytest
from contract.triangle import FILES
from data import BATFISH

from guard.engines.embedded import Embedded
from guard.model.state import Scenario
from guard.shell.batfish.engine import Batfish
from guard.shell.batfish.place import place
from guard.shell.batfish.service import Patience, Service
from guard.shell.errors import EngineUnavailable
from guard.snapshot.load import load as load_snapshot

START = os.environ.get("GUARD_BATFISH_START", "")
SNAPSHOT = load_snapshot(FILES)
pytestmark = [
    pytest.mark.batfish,
    pytest.mark.skipif(not BATFISH, reason="no Batfish service is named (GUARD_BATFISH)"),
]


def test_the_triangle_under_every_scenario() -> None:
    found = plays.states(BATFISH)
    ours = {name: plays.facts(Embedded().state(SNAPSHOT, each)) for name, each in plays.SCENARIOS.items()}
    assert {name: plays.facts(each)["routes"] for name, each in found.items()} == {
        name: each["routes"] for name, each in ours.items()
    }
    assert [note.message for each in found.values() for note in each.notes if note.code == "batfish-scenario"] == []


def test_changes_through_the_command_line(tmp_path: Path) -> None:
    answers = plays.changes(BATFISH, tmp_path)
    assert {name: each.code for name, each in answers.items()} == {"shut": 0, "cut": 1}
    assert answers["cut"].document["flows"]["examples"]


def test_nothing_is_left_behind() -> None:
    engine = Batfish(place(BATFISH))
    engine.state(SNAPSHOT, Scenario())
    workspace = engine._workspace
    assert workspace is not None
    assert workspace.network in workspace.service.networks()
    engine.close()
    assert workspace.network not in workspace.service.networks()


def test_a_check_that_was_killed_is_cleaned_up_after(tmp_path: Path) -> None:
    """SIGKILL while Batfish works for it: its network stays, until the next check looks."""
    snapshot = tmp_path / "s"
    for name, text in FILES.items():
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_text(text)
    before = set(Service(place(BATFISH)).networks())
    asked = ("show", "routes", "-s", str(snapshot), "--engine", "batfish", "--batfish", BATFISH)
    command = [sys.executable, "-m", "guard", *asked]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    left = _waited_for(lambda: set(Service(place(BATFISH)).networks()) - before, 60)
    killed.kill()
    killed.wait()
    (name,) = (each for each in left if f"-{killed.pid}-" in each)
    engine = Batfish(place(BATFISH))
    engine.connect()
    engine.close()
    assert name not in Service(place(BATFISH)).networks()


class Wire:
    """A connection to the real service that can be cut."""

    def __init__(self) -> None:
        real = place(BATFISH)
        self._far = (real.host, real.port)
        self._open: set[socket.socket] = set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.where = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.requests = 0
        self.cut_at = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                far = socket.create_connection(self._far)
                self._open |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=pair, daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.requests += data.count(b" HTTP/1.1\r\n")
                if self.cut_at and self.requests >= self.cut_at:
                    self.cut_at = 0
                    self.cut()
                target.sendall(data)

    def cut(self) -> None:
        """Break every connection."""
        for each in tuple(self._open):
            self._open.discard(each)
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def close(self) -> None:
        self.listening.close()
        self.cut()


@pytest.mark.parametrize("request_number", [3, 5, 9, 20, 40])
def test_a_connection_cut_in_the_middle(request_number: int) -> None:
    wire = Wire()
    wire.cut_at = request_number
    engine = Batfish(place(wire.where))
    try:
        assert len(engine.state(SNAPSHOT, Scenario()).ribs) == 3
    finally:
        engine.close()
        wire.close()


@contextmanager
def _server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(START, shell=True, env={**os.environ, "PORT": str(port)}, start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        _waited_for(lambda: _answers(port), 180)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/version", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _waited_for(what: object, seconds: float) -> object:
    assert callable(what)
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)
    return found


@pytest.mark.skipif(not START, reason="nothing starts a Batfish that may be killed (GUARD_BATFISH_START)")
def test_a_server_killed_in_the_middle() -> None:
    """SIGKILL while it works: no state where it stays away, a whole one where it comes back."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where, found = f"127.0.0.1:{port}", []
    with _server(port) as first:
        engine = Batfish(place(where), Patience(request=20.0), restart=180.0)
        engine.connect()
        asking = threading.Thread(target=lambda: found.append(engine.state(SNAPSHOT, Scenario())))
        asking.start()
        time.sleep(1.0)  # it parses
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        with _server(port):
            asking.join(400)
            assert len(found) == 1
            assert len(found[0].ribs) == 3
            engine.close()
    gone = Batfish(place(where), Patience(request=5.0), restart=0.0)
    with pytest.raises(EngineUnavailable, match="refused"):
        gone.state(SNAPSHOT, Scenario())
