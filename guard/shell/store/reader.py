"""A state folder read without holding it, beside a running server or on a copy (`guard audit`, `policy rehearse`).

Law: only what a signed head covers is part of the log.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from guard.audit.canonical import PREFIX, sha256
from guard.audit.checkpoint import Head
from guard.audit.verify import Verification, complete_lines, parse_heads
from guard.shell.errors import AuditUnavailable, NotFound, RequestInvalid
from guard.shell.store.keys import PUBLIC
from guard.shell.store.log import HEADS, LOG
from guard.shell.store.snapshots import manifest_name
from guard.shell.store.state import AUDIT, BLOBS, HEAD, POLICIES, SNAPSHOTS, read_policy_files, verify_state


class StateReader:
    """The log of a state folder, as it is on the disk now."""

    def __init__(self, folder: Path, *, head_folder: Path | None = None) -> None:
        if not (folder / PUBLIC).exists() and not (folder / AUDIT / LOG).exists():
            raise RequestInvalid("no-state", "there is no audit log in it", str(folder))
        self._folder, self._head_folder = folder, head_folder

    def lines(self) -> tuple[str, ...]:
        """The lines of the log, for an export; they may be of a log that does not verify."""
        try:
            heads = parse_heads(self._heads_path().read_bytes()) if self._heads_path().exists() else ()
            lines = complete_lines((self._folder / AUDIT / LOG).read_bytes())
        except (OSError, ValueError) as error:
            raise AuditUnavailable("audit-unavailable", f"the audit log cannot be read: {error}") from error
        return tuple(line.decode("utf-8", "replace") for line in lines[: len(heads)])

    def entries(self) -> Iterator[dict[str, Any]]:
        """The entries as the log holds them; AuditUnavailable at one that cannot be read."""
        for id, line in enumerate(self.lines()):
            yield _record(id, line)

    def entry(self, id: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """An entry, and the document that it answered with (empty if it has none)."""
        lines = self.lines()
        if not 0 <= id < len(lines):
            raise NotFound("unknown-entry", f"the audit log has no entry {id}")
        record = _record(id, lines[id])
        return record, self._document(str(record.get("details", {}).get("document", "")))

    def verify(self, pinned: Head | None = None) -> Verification:
        """Re-derive the whole log."""
        return verify_state(self._folder, head_folder=self._head_folder, pinned=pinned)

    def snapshot(self, digest: str) -> dict[str, bytes]:
        """The files of a stored snapshot."""
        try:
            manifest: dict[str, str] = json.loads((self._folder / SNAPSHOTS / manifest_name(digest)).read_bytes())
        except (OSError, ValueError) as error:
            raise AuditUnavailable("content-lost", f"the snapshot {digest} cannot be read: {error}") from error
        return {path: self._content(blob) for path, blob in manifest.items()}

    def change(self, bundle: str) -> tuple[bytes, dict[str, bytes]]:
        """The text and the files of a change as they were sent."""
        manifest = json.loads(self._content(bundle))
        return self._content(manifest["text"]), {path: self._content(blob) for path, blob in manifest["files"].items()}

    def policies(self) -> Mapping[str, bytes]:
        """The operator's policies and waivers as they are now; none where they are kept elsewhere."""
        folder = self._folder / POLICIES
        return read_policy_files(folder) if folder.is_dir() else {}

    def _document(self, digest: str) -> dict[str, Any]:
        if not digest.startswith(PREFIX):
            return {}
        document: dict[str, Any] = json.loads(self._content(digest))
        return document

    def _content(self, digest: str) -> bytes:
        name = digest.removeprefix(PREFIX)
        try:
            content = (self._folder / BLOBS / name[:2] / name[2:]).read_bytes()
        except OSError as error:
            raise AuditUnavailable("content-lost", f"the content of {digest} cannot be read: {error}") from error
        if sha256(content) != digest:
            raise AuditUnavailable("content-damaged", f"the content of {digest} was altered on the disk")
        return content

    def _heads_path(self) -> Path:
        return (self._head_folder or self._folder / HEAD) / HEADS


def _record(id: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise AuditUnavailable("audit-damaged", f"entry {id} cannot be read: see guard audit verify") from error
    if not isinstance(record, dict):
        raise AuditUnavailable("audit-damaged", f"entry {id} cannot be read: see guard audit verify")
    return record
