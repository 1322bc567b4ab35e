"""The rehearsal as an engine, live: a change judged by it, lines that FRR refuses, and nothing left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_network import snapshot_of

from guard.engines.rehearsal_plan import plan
from guard.shell.rehearsal.engine import rehearse
from guard.shell.rehearsal.lab import Lab
from guard.shell.rehearsal.machine import missing
from guard.simulate.control_plane import compute

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

#: a (10.0.0.1) -- (10.0.0.2) b, b has 10.2.0.0/24 behind it; a reaches it by a static route.
A = """\
frr version 8.4.4
frr defaults traditional
hostname a
interface eth0
 ip address 10.0.0.1/30
interface lo
 ip address 10.255.0.1/32
ip route 10.2.0.0/24 10.0.0.2
"""
B = """\
frr version 8.4.4
frr defaults traditional
hostname b
interface eth0
 ip address 10.0.0.2/30
interface eth1
 ip address 10.2.0.1/24
ip route 10.255.0.1/32 10.0.0.1
"""
INVENTORY = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: east, kind: datacenter, devices: [a], prefixes: [10.255.0.1/32]}
  - {name: west, kind: datacenter, devices: [b], prefixes: [10.2.0.0/24]}
"""
CHANGE = """\
apiVersion: guard/v1
kind: Change
metadata: {id: R-1, author: a}
steps:
  - {device: a, merge: "no ip route 10.2.0.0/24 10.0.0.2"}
"""


def test_a_change_that_isolates_is_blocked_by_what_frr_does(tmp_path: Path) -> None:
    configs = tmp_path / "snapshot" / "configs"
    configs.mkdir(parents=True)
    (configs / "a.conf").write_text(A)
    (configs / "b.conf").write_text(B)
    (tmp_path / "snapshot" / "inventory.yaml").write_text(INVENTORY)
    (tmp_path / "change.yaml").write_text(CHANGE)
    command = [sys.executable, "-m", "guard", "dry-run", "-s", str(tmp_path / "snapshot")]
    command += ["-c", str(tmp_path / "change.yaml"), "--engine", "rehearsal", "--failures", "0", "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    document = json.loads(done.stdout)
    assert (done.returncode, document["verdict"], document["engines"]) == (1, "BLOCK", ["rehearsal"])
    assert document["diff"]["routes"] != []


def test_a_line_that_frr_refuses_is_undecided() -> None:
    snapshot = snapshot_of({"a": A + "ip routte 10.3.0.0/24 10.0.0.2\n", "b": B})
    notes = rehearse(snapshot, compute(snapshot)).notes
    assert [(note.code, note.undecided, note.subjects) for note in notes if note.code.startswith("rehearsal")] == [
        ("rehearsal-refused-line", True, ("a",))
    ]


def test_nothing_is_left_behind() -> None:
    snapshot = snapshot_of({"a": A, "b": B})
    with Lab(plan(snapshot, compute(snapshot))) as lab:
        pids = [int(pid) for pid in (lab.folder / "pids").read_text().split()]
        assert f"gr{lab.token}-0" in subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    assert lab.token not in subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    assert not lab.folder.exists()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
