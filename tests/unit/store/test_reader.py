"""A state folder read beside its writer."""

from pathlib import Path

import pytest

from guard.audit.entry import Entry
from guard.shell.errors import AuditUnavailable, NotFound, RequestInvalid
from guard.shell.store.reader import StateReader
from guard.shell.store.state import State, verify_state


def entry(change: str, **details: str) -> Entry:
    return Entry(id=0, kind="check", time="2026-11-21T12:00:00.000Z", caller="a", change=change, details=details)


def test_the_log_is_read_while_a_server_holds_it(tmp_path: Path) -> None:
    state = State(tmp_path)
    digest = state.blobs.put(b'{"verdict":"HOLD"}')
    state.log.append(entry("first", document=digest))
    state.log.append(entry("second"))
    reader = StateReader(tmp_path)
    assert [item["change"] for item in reader.entries()] == ["first", "second"]
    assert reader.entry(0)[1] == {"verdict": "HOLD"}
    assert reader.entry(1)[1] == {}
    assert [line.encode() for line in reader.lines()] == [state.log.line(0), state.log.line(1)]
    assert reader.verify().ok
    with pytest.raises(NotFound, match="no entry 2"):
        reader.entry(2)


def test_what_no_head_covers_is_not_shown(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.log.append(entry("first"))
    path = tmp_path / "audit" / "log.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id":1}\n{"id":2')
    assert len(StateReader(tmp_path).lines()) == 1


def test_a_document_that_was_altered_is_not_shown(tmp_path: Path) -> None:
    state = State(tmp_path)
    digest = state.blobs.put(b'{"verdict":"BLOCK"}')
    state.log.append(entry("first", document=digest))
    state.blobs.path(digest).write_bytes(b'{"verdict":"ALLOW"}')
    with pytest.raises(AuditUnavailable, match="was altered on the disk"):
        StateReader(tmp_path).entry(0)


def test_a_folder_without_a_log_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid, match="there is no audit log in it"):
        StateReader(tmp_path)
    with pytest.raises(RequestInvalid, match="there is no audit log in it"):
        verify_state(tmp_path)
