"""A server is killed while it answers: every verdict that somebody got is in the log that the next one opens."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from guard.shell.errors import GuardError
from guard.shell.server.client import Change, Client
from guard.shell.store.state import State, verify_state

CONTRACT = Path(__file__).parent.parent / "contract"
SERVE = """
import sys
from pathlib import Path
from guard.shell import serve
from guard.shell.settings import load_settings
if __name__ == "__main__":
    sys.exit(serve.run(load_settings(None, listen="127.0.0.1:0", state=Path(sys.argv[1])), pipeline="fake_pipeline"))
"""
ROUNDS = 3


def test_every_verdict_that_left_is_in_the_log(tmp_path: Path) -> None:
    script, folder = tmp_path / "serve.py", tmp_path / "state"
    script.write_text(SERVE)
    path = os.pathsep.join(filter(None, (str(CONTRACT), os.environ.get("PYTHONPATH"))))
    answered: dict[int, str] = {}
    for number in range(ROUNDS):
        process = subprocess.Popen([sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, text=True,
                                   env={**os.environ, "PYTHONPATH": path})
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("listening on ").strip()
        threads = [threading.Thread(target=ask, args=(address, f"{number}-{which}", answered)) for which in range(3)]
        for thread in threads:
            thread.start()
        before, until = len(answered), time.monotonic() + 30
        while len(answered) < before + 5 and time.monotonic() < until:  # the first ones wait for the proof
            time.sleep(0.02)
        time.sleep(random.random() / 2)  # the kill falls anywhere in an append
        process.send_signal(signal.SIGKILL)
        process.wait()
        for thread in threads:
            thread.join()
        assert verify_state(folder).faults == ()
    state = State(folder)
    found = {id: state.log.entry(id).request_id for id in answered}
    state.close()
    assert len(answered) > 10
    assert found == answered


def ask(address: str, name: str, answered: dict[int, str]) -> None:
    """Check until the server is gone; which entry each answer named."""
    with Client(address, user="alice") as client:
        try:
            client.ensure_snapshot({"configs/r1.cfg": "hostname r1\n"})
            for number in range(10_000):
                change = Change("c.yaml", f"verdict: HOLD\nid: {name}-{number}\n", {})
                judged = client.check(change, request_id=f"{name}-{number}")
                answered[judged.document["entry"]["id"]] = f"{name}-{number}"
        except GuardError:
            return
