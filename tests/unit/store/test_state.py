"""The state folder: what is kept, what is so right now, who may write."""

import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guard.audit.checkpoint import parse_head
from guard.audit.entry import Digests, Entry
from guard.model.digest import sha256
from guard.shell import clock
from guard.shell.errors import AuditUnavailable, InvariantBroken, NotFound
from guard.shell.store.snapshots import snapshot_digest
from guard.shell.store.state import State, verify_state

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILES = {"configs/r1.cfg": b"hostname r1\n", "inventory.yaml": b"kind: Inventory\n"}


def check(change_id: str, *, verdict: str = "ALLOW", at: datetime = NOON, **fields: object) -> Entry:
    name = change_id.encode()
    digests = Digests(base=sha256(b"base"), candidate=sha256(name), change=sha256(b"change " + name))
    base = Entry(id=0, kind="check", time=clock.written(at), caller="alice", author="alice", change_id=change_id,
                 digests=digests, verdict=verdict)  # type: ignore[arg-type]
    return replace(base, **fields)  # type: ignore[arg-type]


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    State(tmp_path / "state")
    modes = {name: stat.S_IMODE((tmp_path / "state" / name).stat().st_mode)
             for name in ("", "key", "audit/log.jsonl", "head/heads.jsonl")}
    assert modes == {"": 0o700, "key": 0o600, "audit/log.jsonl": 0o600, "head/heads.jsonl": 0o600}


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    State(tmp_path).close()
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(AuditUnavailable, match="must be of mode 0600"):
        State(tmp_path)


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    State(tmp_path).close()
    (tmp_path / "key").unlink()
    with pytest.raises(AuditUnavailable, match="is gone"):
        State(tmp_path)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    first = State(tmp_path)
    with pytest.raises(AuditUnavailable, match="another guard serves"):
        State(tmp_path)
    first.close()
    State(tmp_path).close()


def test_a_snapshot_is_named_by_its_files(tmp_path: Path) -> None:
    state = State(tmp_path)
    digest = state.snapshots.put(FILES)
    assert digest == snapshot_digest(FILES)
    assert state.snapshots.put(dict(reversed(FILES.items()))) == digest
    assert state.snapshots.put({**FILES, "notes.md": b"belongs to no snapshot"}) == digest
    assert state.snapshots.files(digest) == FILES
    for other in ("sha256:" + "0" * 64, "x", "../key"):
        assert not state.snapshots.has(other)
        with pytest.raises(NotFound, match="does not hold snapshot"):
            state.snapshots.files(other)


def test_a_snapshot_altered_on_the_disk_is_not_used(tmp_path: Path) -> None:
    state = State(tmp_path)
    digest = state.snapshots.put(FILES)
    state.blobs.path(sha256(FILES["configs/r1.cfg"])).write_bytes(b"hostname evil\n")
    with pytest.raises(InvariantBroken, match="was altered on the disk"):
        state.snapshots.files(digest)


def test_what_is_active_is_read_from_the_log(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert state.active is None
    digest = state.snapshots.put(FILES)
    state.log.append(Entry(id=0, kind="activation", time=clock.written(NOON), caller="a", digests=Digests(base=digest)))
    assert state.active == digest
    state.close()
    assert State(tmp_path).active == digest


def test_a_request_id_leads_to_its_entry_after_a_restart(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.log.append(check("CHG-0"))
    done = state.log.append(check("CHG-1", request_id="r-1"))
    state.close()
    again = State(tmp_path)
    assert again.by_request("r-1") == done
    assert again.by_request("r-2") is None
    assert again.by_request("") is None


def test_changes_allowed_and_not_yet_done(tmp_path: Path) -> None:
    state = State(tmp_path)
    contained = check("contained")
    for entry in (
        check("old", at=NOON - timedelta(hours=25)),
        check("open", details={"bundle": "sha256:b"}),
        check("held", verdict="HOLD"),
        check("reported"),
        contained,
        check("twice"),
        check("twice"),
        replace(check("reported"), kind="report", verdict=""),
    ):
        state.log.append(entry)
    active = Entry(id=0, kind="activation", time=clock.written(NOON), caller="a",
                   digests=Digests(base=contained.digests.candidate))
    state.log.append(active)
    assert [(item.change_id, item.entry, item.bundle) for item in state.open_changes(NOON)] == [
        ("open", 1, "sha256:b"),
        ("twice", 6, ""),
    ]


def test_policies_are_the_files_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    (folder / "waivers").mkdir(parents=True)
    (folder / "a.yaml").write_text("kind: Policy\n")
    (folder / "waivers" / "b.yml").write_text("kind: Waiver\n")
    (folder / "README").write_text("no policy\n")
    state = State(tmp_path / "state", policies=folder)
    assert state.policy_files() == {"a.yaml": b"kind: Policy\n", "waivers/b.yml": b"kind: Waiver\n"}
    (folder / "a.yaml").unlink()
    (folder / "waivers" / "b.yml").unlink()
    (folder / "waivers").rmdir()
    (folder / "README").unlink()
    folder.rmdir()
    with pytest.raises(AuditUnavailable, match="there is no folder of policies"):
        state.policy_files()


def tampered(folder: Path, *lines: bytes) -> None:
    (folder / "audit" / "log.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def test_verify_of_a_folder_names_the_entry(tmp_path: Path) -> None:
    state = State(tmp_path)
    for number in range(4):
        state.log.append(check(f"CHG-{number}"))
    head = str(state.log.head.head)
    state.close()
    assert verify_state(tmp_path, pinned=parse_head(head)).ok
    lines = (tmp_path / "audit" / "log.jsonl").read_bytes().splitlines()

    tampered(tmp_path, lines[0], lines[1].replace(b"ALLOW", b"BLOCK"), *lines[2:])
    assert [fault.entry for fault in verify_state(tmp_path).faults] == [1]
    with pytest.raises(AuditUnavailable, match="entry 1 was altered"):
        State(tmp_path)
    tampered(tmp_path, *lines[:3])
    assert [fault.message for fault in verify_state(tmp_path).faults] == ["entry 3 is lost: it is not in the log"]
    with pytest.raises(AuditUnavailable, match="entry 3 is lost"):
        State(tmp_path)
    tampered(tmp_path, lines[0], lines[2], lines[1], lines[3])
    assert verify_state(tmp_path).faults[0].message.startswith("entry 1 was reordered")

    heads = (tmp_path / "head" / "heads.jsonl").read_bytes().splitlines()
    tampered(tmp_path, *lines[:3])
    (tmp_path / "head" / "heads.jsonl").write_bytes(b"".join(line + b"\n" for line in heads[:3]))
    assert verify_state(tmp_path).ok  # both cut alike: only a head noted elsewhere tells
    assert [fault.entry for fault in verify_state(tmp_path, pinned=parse_head(head)).faults] == [3]


def test_a_torn_line_that_was_acknowledged_is_an_error(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.log.append(check("CHG-0"))
    state.close()
    path = tmp_path / "audit" / "log.jsonl"
    os.truncate(path, path.stat().st_size - 10)
    with pytest.raises(AuditUnavailable, match="entry 0 is lost: 1 were acknowledged"):
        State(tmp_path)
    assert not verify_state(tmp_path).ok


def test_a_document_that_was_altered_is_named(tmp_path: Path) -> None:
    state = State(tmp_path)
    digest = state.blobs.put(b'{"verdict":"BLOCK"}')
    state.log.append(check("CHG-0", details={"document": digest}))
    assert verify_state(tmp_path).ok
    state.blobs.path(digest).write_bytes(b'{"verdict":"ALLOW"}')
    assert [fault.message for fault in verify_state(tmp_path).faults] == [
        f"entry 0: its document {digest} was altered or lost"
    ]


def test_heads_of_another_key_are_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        state = State(tmp_path / name)
        state.log.append(check("CHG-0"))
        state.close()
    (tmp_path / "a" / "head" / "heads.jsonl").write_bytes((tmp_path / "b" / "head" / "heads.jsonl").read_bytes())
    assert [fault.message for fault in verify_state(tmp_path / "a").faults] == [
        "the head of size 1 is not signed by the log's key"
    ]
    with pytest.raises(AuditUnavailable, match="is not signed by the key of this state folder"):
        State(tmp_path / "a")


def test_the_log_can_be_verified_while_it_is_written(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.log.append(check("CHG-0"))
    assert verify_state(tmp_path).head == state.log.head.head
    record = json.loads((tmp_path / "head" / "heads.jsonl").read_text())
    assert record["root"] == state.log.head.root
