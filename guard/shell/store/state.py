"""The state folder: key, audit log, snapshots, documents, policies; held by one writer at a time.

Law: what is so right now (the active snapshot, what was approved or done) is read from the log and nowhere else, so
that it cannot disagree with it.
"""

import fcntl
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from guard.audit.canonical import PREFIX, sha256
from guard.audit.checkpoint import Head
from guard.audit.entry import Entry, EntryDamaged, decode
from guard.audit.verify import Fault, Verification, complete_lines, parse_heads, verify
from guard.shell import clock
from guard.shell.errors import AuditUnavailable, RequestInvalid
from guard.shell.store.files import Disk
from guard.shell.store.keys import PUBLIC, public_key, public_pem, signing_key
from guard.shell.store.log import HEADS, LOG, Acknowledged, AuditLog, stripped
from guard.shell.store.snapshots import Blobs, Snapshots

OPEN_FOR = timedelta(hours=24)  # CONTRACT 4, cumulative-risk: a change counts until it is done, contained, or 24 h
POLICY_SUFFIXES = (".yaml", ".yml")
AUDIT, HEAD, BLOBS, SNAPSHOTS, POLICIES, LOCK = "audit", "head", "blobs", "snapshots", "policies", "lock"


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that was allowed and is not known to be done."""

    entry: int
    change_id: str
    digest: str
    base: str
    candidate: str
    author: str
    allowed_at: str
    bundle: str  # the digest under which its text and files are kept


class State:
    """An open state folder."""

    def __init__(
        self, folder: Path, *, head_folder: Path | None = None, policies: Path | None = None, disk: Disk | None = None
    ) -> None:
        disk = disk or Disk()
        self.folder, self._head_folder = folder, head_folder
        self._policies = policies or folder / POLICIES
        with ExitStack() as undo:
            try:
                disk.make_folder(folder)
                self._lock = _locked(folder / LOCK)
                undo.callback(os.close, self._lock)
                self._open(disk, own_policies=policies is None)
            except OSError as error:
                raise AuditUnavailable("state-unavailable", f"the state folder cannot be used: {error}") from error
            undo.pop_all()
        self._entries: list[Entry] = []
        self._requests: dict[str, int] = {}
        self._stored: dict[str, int] = {}
        self._active: str | None = None
        self._policy_files = ""
        self._settled: dict[int, Entry] = {}
        self.log.observe(self._see)

    def _open(self, disk: Disk, *, own_policies: bool) -> None:
        key = signing_key(self.folder, disk)
        self.public_key = key.public_key()
        self.blobs = Blobs(self.folder / BLOBS, disk)
        self.snapshots = Snapshots(self.folder / SNAPSHOTS, self.blobs, disk)
        if own_policies:
            disk.make_folder(self._policies)
        self.log = AuditLog(self.folder / AUDIT, self._head_folder or self.folder / HEAD, key, disk)

    def close(self) -> None:
        """Close the log and let the next writer in."""
        self.log.close()
        os.close(self._lock)

    @property
    def public_pem(self) -> str:
        """The key that the heads are checked with."""
        return public_pem(self.public_key)

    @property
    def active(self) -> str | None:
        """The digest of the active snapshot; None before the first put."""
        return self._active

    @property
    def recorded_policy_files(self) -> str:
        """The digest of the operator's policy files as the log last recorded it; empty before."""
        return self._policy_files

    def entries(self) -> tuple[Entry, ...]:
        """All entries without their long parts."""
        return tuple(self._entries)

    def by_request(self, request_id: str) -> Acknowledged | None:
        """The entry that a request id led to."""
        id = self._requests.get(request_id) if request_id else None
        return None if id is None else self.log.acknowledged(id)

    def stored(self) -> tuple[Entry, ...]:
        """The entries of the snapshots that are here, in the order in which they came."""
        return tuple(self._entries[id] for id in self._stored.values())

    def stored_snapshot(self, digest: str) -> Entry | None:
        """The entry of a snapshot that is here; None for another."""
        id = self._stored.get(digest)
        return None if id is None else self._entries[id]

    def approval_of(self, check: int) -> Entry | None:
        """The approval of a check, if there is one."""
        return self._settled.get(check)

    def policy_files(self) -> Mapping[str, bytes]:
        """The operator's policies and waivers, by path below their folder."""
        folder = self._policies
        if not folder.is_dir():  # an empty set of policies in their place would let everything through
            raise AuditUnavailable("policies-unavailable", f"there is no folder of policies {folder}")
        return read_policy_files(folder)

    def find_change(self, name: str) -> Entry | None:
        """The newest check or approval of a change, by its id or its digest."""
        for entry in reversed(self._entries):
            named = name in (entry.change_id, entry.digests.change)
            if name and named and entry.kind in ("check", "approval") and entry.verdict:
                return entry
        return None

    def open_changes(self, now: datetime) -> tuple[OpenChange, ...]:
        """The changes allowed within 24 h that were not reported and that the active snapshot does not hold."""
        closed: set[str] = set()
        result: list[OpenChange] = []
        for entry in reversed(self._entries):
            if now - clock.read(entry.time) > OPEN_FOR:
                break
            if entry.kind == "report":
                closed.add(entry.digests.change)
            elif entry.verdict == "ALLOW" and entry.digests.change not in closed:
                closed.add(entry.digests.change)
                if entry.digests.candidate != self._active:
                    result.append(_open_change(entry))
        return tuple(reversed(result))

    def verify(self, pinned: Head | None = None) -> Verification:
        """Re-derive the whole log from the disk."""
        return verify_state(self.folder, head_folder=self._head_folder, pinned=pinned)

    def _see(self, entry: Entry) -> None:
        """Take an entry of the log into what is so right now."""
        short = stripped(entry)
        self._entries.append(short)
        if entry.request_id:
            self._requests[entry.request_id] = entry.id
        details = entry.details
        match entry.kind:
            case "snapshot":
                self._stored.setdefault(entry.digests.base, entry.id)
            case "activation":
                self._active = entry.digests.base
            case "policy-change":
                self._policy_files = str(details.get("policy_files", ""))
            case "approval":
                self._settled[int(details["approves"])] = short
            case _:
                pass


def _open_change(entry: Entry) -> OpenChange:
    bundle = str(entry.details.get("bundle", ""))
    digests = entry.digests
    return OpenChange(entry.id, entry.change_id, digests.change, digests.base, digests.candidate, entry.author,
                      entry.time, bundle)


def read_policy_files(folder: Path) -> Mapping[str, bytes]:
    """Policies and waivers by path below a folder."""
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in POLICY_SUFFIXES and path.is_file()
        }
    except OSError as error:
        raise AuditUnavailable("policies-unavailable", f"the policies cannot be read: {error}") from error


def _locked(path: Path) -> int:
    """Hold the folder: the kernel lets go of the lock when the process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise AuditUnavailable("state-in-use", f"another guard serves {path.parent}") from error
    return descriptor


def verify_state(folder: Path, *, head_folder: Path | None = None, pinned: Head | None = None) -> Verification:
    """Check the log of a state folder, whether or not a server is writing to it, and the documents that it names.

    The heads are read before and after the log: those before must all be covered by it, those after tell an entry
    that is being written from one that was added. RequestInvalid where there is no log to check.
    """
    if not (folder / PUBLIC).exists() and not (folder / AUDIT / LOG).exists():
        raise RequestInvalid("no-state", "there is no audit log in it", str(folder))
    heads_path = (head_folder or folder / HEAD) / HEADS
    disk = Disk()
    try:
        before = parse_heads(disk.read(heads_path))
        data = disk.read(folder / AUDIT / LOG)
        after = parse_heads(disk.read(heads_path))
    except ValueError as error:
        return Verification(Head(0, sha256(b"")), (Fault("head", None, str(error)),))
    lines = complete_lines(data)
    heads = after[: max(len(before), min(len(after), len(lines)))]
    key = public_key(folder)
    result = verify(lines, heads, key, pinned)
    faults = [*result.faults, *_document_faults(folder, lines[: len(heads)])]
    if key is None and lines:
        faults.append(Fault("head", None, f"there is no public key in {folder}, so no head can be checked"))
    torn = data[data.rfind(b"\n") + 1 :]
    notes = (f"{len(torn)} bytes at the end were torn while they were written: never acknowledged",) if torn else ()
    return Verification(result.head, tuple(faults), result.notes + notes)


def _document_faults(folder: Path, lines: list[bytes]) -> list[Fault]:
    """Entries whose document, kept apart by its digest, is gone or another."""
    faults = []
    for line in lines:
        try:
            entry = decode(line)
        except EntryDamaged:
            continue  # the checker of the lines names it
        digest = entry.details.get("document", "")
        if isinstance(digest, str) and digest.startswith(PREFIX) and not _is_stored(folder / BLOBS, digest):
            faults.append(Fault("altered", entry.id, f"entry {entry.id}: its document {digest} was altered or lost"))
    return faults


def _is_stored(blobs: Path, digest: str) -> bool:
    name = digest.removeprefix(PREFIX)
    try:
        return sha256((blobs / name[:2] / name[2:]).read_bytes()) == digest
    except OSError:
        return False
