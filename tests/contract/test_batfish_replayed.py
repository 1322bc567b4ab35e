"""What a real Batfish answered about our own networks, over HTTP on loopback to pybatfish and all that stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import batfish_plays as plays
import pytest
from batfish_double import Double, load
from contract.triangle import FILES, Lab, guard

from guard.engines.embedded import Embedded
from guard.model.state import NetworkState
from guard.snapshot.load import load as load_snapshot

pytest.importorskip("pybatfish", reason="pybatfish is not installed (the extra `batfish`)")


@pytest.fixture(scope="module")
def triangle() -> Iterator[tuple[Double, str]]:
    double = Double(load("triangle"))
    with double.serving() as where:
        yield double, where


@pytest.fixture(scope="module")
def states(triangle: tuple[Double, str]) -> dict[str, NetworkState]:
    return plays.states(triangle[1])


@pytest.mark.parametrize("scenario", plays.SCENARIOS)
def test_both_engines_forward_alike(states: dict[str, NetworkState], scenario: str) -> None:
    """The same main RIBs, next hop by next hop."""
    ours = plays.facts(Embedded().state(load_snapshot(FILES), plays.SCENARIOS[scenario]))
    assert plays.facts(states[scenario])["routes"] == ours["routes"]


def test_what_must_be_down_is_down(states: dict[str, NetworkState]) -> None:
    """A node, a cable with both its ends, and a loopback, which Batfish takes down only where it is shut."""
    down = {
        name: {str(each) for each, face in state.interfaces.items() if not face.up} for name, state in states.items()
    }
    assert down["as configured"] == set()
    assert down["a node down"] > {"dc2-r1[Ethernet1]", "dc2-r1[Loopback0]", "DC1-R1[GigabitEthernet0/1]"}
    assert down["an interface down"] == {"pop1[eth0]", "DC1-R1[GigabitEthernet0/0]"}
    assert down["withdrawn"] == {"DC1-R1[Loopback0]"}


def test_lines_of_a_wrapped_file_are_those_of_the_snapshot(states: dict[str, NetworkState]) -> None:
    """pop1's frr.conf goes up as a Cumulus file, some lines lower."""
    lines = FILES["configs/pop1.conf"].split("\n")
    told = [
        (source.first, note.message)
        for note in states["as configured"].notes
        for source in note.sources
        if source.file == "configs/pop1.conf" and "unrecognized" in note.message
    ]
    assert told
    assert [lines[number - 1].strip() in message for number, message in told] == [True] * len(told)


def test_scenarios_are_forks_and_a_loopback_goes_up_whole(triangle: tuple[Double, str]) -> None:
    double, where = triangle
    double.requests.clear()
    held = set(double.networks)  # by the engine of another test, until this process ends
    plays.states(where)
    kinds = [each.rsplit("/", 1)[1] for each in double.requests if each.startswith("POST") and "/snapshots" in each]
    assert kinds == ["s1", "snapshots:fork", "snapshots:fork", "snapshots:fork", "s5"]
    assert set(double.networks) == held


def test_changes_through_the_command_line(triangle: tuple[Double, str], tmp_path: Path) -> None:
    answers = plays.changes(triangle[1], tmp_path)
    assert {name: (each.code, each.document["engines"]) for name, each in answers.items()} == {
        "shut": (0, ["batfish"]),
        "cut": (1, ["batfish"]),
    }
    assert "datacenter-isolation" in answers["cut"].policies()
    assert answers["cut"].document["engine_versions"] == {"batfish": "0.36.0"}
    lost = [each for each in answers["cut"].document["flows"]["examples"] if each["lost"]]
    assert lost
    assert {each["after"][0]["disposition"] for each in lost} == {"NO_ROUTE", "NULL_ROUTED"}  # pop1's blackhole


def test_show_is_batfishs_too(triangle: tuple[Double, str], tmp_path: Path) -> None:
    where = ("-s", Lab(tmp_path).snapshot(), "--engine", "batfish", "--batfish", triangle[1], "-f", "json")
    rows = guard("show", "sessions", *where).rows
    assert {row["established_status"] for row in rows if row["remote_node"]} == {"ESTABLISHED"}


@pytest.mark.parametrize("name", plays.OUTAGES)
def test_outages_replayed(name: str, tmp_path: Path) -> None:
    """`guard replay NAME --engine batfish`: the bad variant blocked for the right reasons, the safe one allowed."""
    with Double(load(name)).serving() as where:
        played = plays.outage(name, where, tmp_path)
    assert [(each.variant, each.verdict, each.faults) for each in played] == [
        ("bad", "BLOCK", ()),
        ("safe", "ALLOW", ()),
    ]
