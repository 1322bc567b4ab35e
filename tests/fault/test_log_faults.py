"""Every file operation of an append fails once, for good, or is the last one: what was acknowledged is always there."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty_disk import Crash, FaultyDisk

from guard.audit.entry import Entry
from guard.shell.errors import AuditUnavailable
from guard.shell.store.state import State, verify_state

OPERATIONS = 4  # of an append: write and fsync of the log, write and fsync of the head


def entry(change: str) -> Entry:
    return Entry(id=0, kind="check", time="2026-11-21T12:00:00.000Z", caller="alice", change=change, verdict="ALLOW")


def changes(state: State) -> list[str]:
    return [state.log.entry(id).change for id in range(state.log.size)]


def started(folder: Path, disk: FaultyDisk) -> State:
    """A state folder with two acknowledged entries."""
    state = State(folder, disk=disk)
    state.log.append(entry("first"))
    state.log.append(entry("second"))
    return state


def test_an_append_is_four_operations(tmp_path: Path) -> None:
    disk = FaultyDisk()
    state = started(tmp_path, disk)
    disk.arm(99, "crash")
    state.log.append(entry("third"))
    assert disk.count == OPERATIONS


@pytest.mark.parametrize("at", range(OPERATIONS))
@pytest.mark.parametrize("power", ["kept", "lost"])
def test_a_crash_at_any_operation_loses_nothing_acknowledged(tmp_path: Path, at: int, power: str) -> None:
    disk = FaultyDisk()
    state = started(tmp_path, disk)
    disk.arm(at, "crash")
    with pytest.raises(Crash):
        state.log.append(entry("third"))
    state.close()
    if power == "lost":
        disk.lose_unsynced()
    assert verify_state(tmp_path).ok  # what was not acknowledged is a note, not a fault

    again = State(tmp_path)
    assert changes(again)[:2] == ["first", "second"]
    assert changes(again)[2:] in ([], ["third"])
    again.log.append(entry("after"))
    assert changes(again)[-1] == "after"
    assert again.verify().faults == ()


def test_what_was_not_acknowledged_is_set_aside_and_said(tmp_path: Path) -> None:
    disk = FaultyDisk()
    state = started(tmp_path, disk)
    disk.arm(2, "crash")  # the line is on the disk, the head is torn
    with pytest.raises(Crash):
        state.log.append(entry("third"))
    state.close()
    again = State(tmp_path)
    (aside,) = (tmp_path / "audit").glob("unacknowledged-*")
    assert b'"change":"third"' in aside.read_bytes()
    assert [note.split("(")[0].split(":")[0] for note in again.log.notes] == [
        "a head torn by a crash ",
        f"{len(aside.read_bytes())} bytes after 2 entries were never acknowledged",
    ]
    assert changes(again) == ["first", "second"]


@pytest.mark.parametrize("at", range(OPERATIONS))
def test_one_failed_operation_is_no_entry_and_the_next_append_works(tmp_path: Path, at: int) -> None:
    disk = FaultyDisk()
    state = started(tmp_path, disk)
    disk.arm(at, "error")
    with pytest.raises(AuditUnavailable, match="the audit log cannot be written"):
        state.log.append(entry("third"))
    disk.disarm()
    assert changes(state) == ["first", "second"]
    state.log.append(entry("fourth"))
    assert changes(state) == ["first", "second", "fourth"]
    assert state.verify().faults == ()
    state.close()
    assert changes(State(tmp_path)) == ["first", "second", "fourth"]


@pytest.mark.parametrize("at", range(OPERATIONS))
def test_while_the_disk_stays_broken_there_is_no_entry(tmp_path: Path, at: int) -> None:
    disk = FaultyDisk()
    state = started(tmp_path, disk)
    disk.arm(at, "full")  # truncating fails too, so nothing can be undone
    for _ in range(3):
        with pytest.raises(AuditUnavailable):
            state.log.append(entry("third"))
        assert not state.log.writable
    disk.disarm()
    state.log.append(entry("fourth"))
    assert state.log.writable
    assert changes(state) == ["first", "second", "fourth"]
    assert state.verify().faults == ()


@pytest.mark.parametrize("at", range(30))
def test_a_crash_at_any_operation_of_the_first_start(tmp_path: Path, at: int) -> None:
    disk = FaultyDisk()
    disk.arm(at, "crash")
    state, acknowledged = None, []
    with contextlib.suppress(Crash):
        state = State(tmp_path / "state", disk=disk)
        state.log.append(entry("first"))
        acknowledged.append("first")
    if state is not None:
        state.close()
    again = State(tmp_path / "state")
    again.log.append(entry("next"))
    assert changes(again) in ([*acknowledged, "next"], ["first", "next"])
    assert again.verify().faults == ()


@pytest.mark.parametrize("at", range(8))
def test_a_crash_while_a_snapshot_is_stored_leaves_none_to_be_named(tmp_path: Path, at: int) -> None:
    files = {"configs/a.cfg": b"hostname a\n", "zones/x.zone": b"; zone\n"}
    disk = FaultyDisk()
    state = State(tmp_path, disk=disk)
    disk.arm(at, "crash")
    stored = None
    with contextlib.suppress(Crash):
        stored = state.snapshots.put(files)
    state.close()
    again = State(tmp_path)
    digest = again.snapshots.put(files)
    assert again.snapshots.files(digest) == files
    assert stored in (None, digest)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for a few entries."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let a small file system be mounted")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full(tiny_disk: Path) -> None:
    state = State(tiny_disk)
    acknowledged = 0
    reason = ""
    while not reason:
        try:
            state.log.append(entry("x" * 2000))
        except AuditUnavailable as error:
            reason = error.message
        else:
            acknowledged += 1
    assert reason.endswith("No space left on device")
    assert acknowledged > 10
    assert state.log.size == acknowledged
    assert state.verify().faults == ()
    state.close()
    again = State(tiny_disk)
    assert again.log.size == acknowledged
    again.close()
