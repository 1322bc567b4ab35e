"""What is asked of Batfish and recorded: the triangle under several scenarios and changes, and outages of the corpus.

`make recordings` asks the service that GUARD_BATFISH names all of it anew, through a recorder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from batfish_double import Double
from contract.triangle import FILES, Answer, Lab

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.shell import engines
from guard.shell.batfish.engine import Batfish
from guard.shell.batfish.place import place
from guard.shell.cli import replay
from guard.shell.data import folder
from guard.snapshot.load import load

OUTAGES = ("facebook-2021-10-04",)
SHUT = """steps:
  - {device: dc2-r1, merge: "interface Ethernet1\\n shutdown"}
"""
CUT = """steps:
  - down: ["DC1-R1[GigabitEthernet0/0]", "DC1-R1[GigabitEthernet0/1]"]
"""
SCENARIOS: Mapping[str, Scenario] = {
    "as configured": Scenario(),
    "a node down": Scenario(frozenset({"dc2-r1"}), reason="node dc2-r1"),
    "an interface down": Scenario(frozenset(), frozenset({InterfaceId("pop1", "eth0")}), "link"),
    "withdrawn": Scenario(frozenset(), frozenset({InterfaceId("DC1-R1", "Loopback0")})),
}


@contextmanager
def engine(where: str, **options: float) -> Iterator[Batfish]:
    """An engine whose network is gone at the end."""
    made = Batfish(place(where), **options)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()


def facts(state: NetworkState) -> dict[str, list[str]]:
    """A state as sorted rows of text, without what is a guess about the outside."""
    tables = {"routes": routes_rows, "bgp": bgp_rows, "sessions": session_rows}
    return {name: sorted(str(sorted(row.items())) for row in rows(state)) for name, rows in tables.items()}


def states(where: str) -> dict[str, NetworkState]:
    """The triangle under every scenario."""
    with engine(where) as asked:
        return {name: asked.state(load(FILES), scenario) for name, scenario in SCENARIOS.items()}


def changes(where: str, path: Path) -> dict[str, Answer]:
    """Two changes of the triangle through the command line."""
    return {
        name: Lab(path / name).dry_run(text, "--engine", "batfish", "--batfish", where)
        for name, text in {"shut": SHUT, "cut": CUT}.items()
    }


def outage(name: str, where: str, path: Path) -> list[replay.Played]:
    """`bad` and `safe` of an outage as `guard replay NAME --engine batfish` plays them.

    No failure is forked: that would be some hundred, and others with every better argument that spares one.
    """
    entry = path / name
    shutil.copytree(folder("replays") / name, entry)
    expected = yaml.safe_load((entry / "expect.yaml").read_text())
    (entry / "expect.yaml").write_text(yaml.safe_dump({each: expected[each] for each in ("bad", "safe")}))
    arguments = argparse.Namespace(show=False, engine="batfish", batfish=where, format="text")
    with engine(where, forked_failures=0) as asked, pytest.MonkeyPatch.context() as patched:
        patched.setattr(engines, "_batfish", lambda _: asked)
        return list(replay.play(entry, arguments))


def _record(name: str, play: Callable[[str], object]) -> None:
    real = place(os.environ["GUARD_BATFISH"])
    double = Double(upstream=(real.host, real.port))
    with double.serving() as where:
        play(where)
    double.save(name)
    print(name, len(double.recording["answers"]), "answers")


def main() -> None:
    """Record everything, or the plays that are named."""
    with tempfile.TemporaryDirectory() as temporary:
        plays: dict[str, Callable[[str], object]] = {
            "triangle": lambda where: (states(where), changes(where, Path(temporary))),
            **{name: lambda where, name=name: outage(name, where, Path(temporary)) for name in OUTAGES},  # type: ignore[misc]
        }
        for name in sys.argv[1:] or plays:
            _record(name, plays[name])


if __name__ == "__main__":
    main()
