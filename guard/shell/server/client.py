"""The client of the service: calls with guard's own values, errors as the server meant them.

Law: what is no answer of the server is an error, never a verdict. A call that breaks off before an answer is repeated
with the same request id, so that it cannot be done twice.
"""

import getpass
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import grpc

from guard.shell.errors import GuardError, InvariantBroken, RequestInvalid, ServerUnavailable
from guard.shell.server.pb import (
    audit_pb2,
    audit_pb2_grpc,
    policies_pb2,
    policies_pb2_grpc,
    preflight_pb2,
    preflight_pb2_grpc,
    snapshots_pb2,
    snapshots_pb2_grpc,
    types_pb2,
)
from guard.shell.server.status import error_of
from guard.snapshot.files import belongs
from guard.snapshot.files import digest as snapshot_digest

T = TypeVar("T")
USER_KEY = "guard-user"
CHUNK = 256 * 1024
CALL_SECONDS = 60.0  # for calls that judge nothing
ATTEMPTS, PAUSE_SECONDS = 3, 0.5
VERDICTS = {
    types_pb2.VERDICT_ALLOW: "ALLOW",
    types_pb2.VERDICT_BLOCK: "BLOCK",
    types_pb2.VERDICT_HOLD: "HOLD",
    types_pb2.VERDICT_UNSPECIFIED: "",
}
RESULTS = {
    "applied": preflight_pb2.RESULT_APPLIED,
    "failed": preflight_pb2.RESULT_FAILED,
    "rolled-back": preflight_pb2.RESULT_ROLLED_BACK,
}


@dataclass(frozen=True, slots=True)
class ClientTls:
    """Files in PEM: who is trusted to be the server, and the client's own certificate and key."""

    ca: Path
    cert: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it is sent: its file's name, its text, and the files that it names by the path it uses."""

    name: str
    text: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict (ALLOW, BLOCK or HOLD) and its document (CONTRACT 5)."""

    verdict: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EntryAt:
    """The place of an entry in the log."""

    id: int
    size: int
    head: str
    signature: str


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot that the server holds."""

    digest: str
    active: bool
    stored_at: str
    stored_by: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What the checker said: faults as (kind, entry or None, message)."""

    ok: bool
    faults: tuple[tuple[str, int | None, str], ...]
    notes: tuple[str, ...]
    head: EntryAt
    public_key: str


class Client:
    """A connection to a server, to be used in a `with`. All its methods raise GuardError."""

    def __init__(self, target: str, tls: ClientTls | None = None, *, user: str | None = None) -> None:
        options = [("grpc.max_receive_message_length", -1)]
        self._target = target
        self._channel = (grpc.secure_channel(target, _credentials(tls), options) if tls
                         else grpc.insecure_channel(target, options))
        self._metadata = () if tls else ((USER_KEY, user or _user()),)
        self._preflight = preflight_pb2_grpc.PreflightStub(self._channel)
        self._snapshots = snapshots_pb2_grpc.SnapshotsStub(self._channel)
        self._policies = policies_pb2_grpc.PoliciesStub(self._channel)
        self._audit = audit_pb2_grpc.AuditStub(self._channel)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._channel.close()

    # ---- Preflight

    def check(self, change: Change, *, snapshot: str = "", engine: str = "", failures: int | None = None,
              request_id: str = "", timeout: float = 600.0) -> Judged:
        """The verdict on a change against the snapshot of a digest, else the active one."""
        request = _check_request(change, snapshot, engine, failures, request_id or _new_id())
        answer = self._repeated(lambda: self._preflight.Check(request, timeout=timeout, metadata=self._metadata))
        return _judged(answer.verdict, answer.document_json)

    def stream_check(self, change: Change, progress: Callable[[str, float], None], *, snapshot: str = "",
                     engine: str = "", failures: int | None = None, request_id: str = "",
                     timeout: float = 600.0) -> Judged:
        """As `check`, with `progress` told what is being done and how far it is."""
        check = _check_request(change, snapshot, engine, failures, request_id or _new_id())
        request = preflight_pb2.StreamCheckRequest(check=check)

        def attempt() -> Judged:
            for event in self._preflight.StreamCheck(request, timeout=timeout, metadata=self._metadata):
                if event.WhichOneof("event") == "verdict":
                    return _judged(event.verdict.verdict, event.verdict.document_json)
                progress(event.progress.stage, event.progress.fraction)
            raise InvariantBroken("no-verdict", "the server ended the check without a verdict")

        return self._repeated(attempt)

    def approve(self, entry: int, reason: str, *, request_id: str = "") -> Judged:
        """Turn the HOLD of an entry into ALLOW."""
        request = preflight_pb2.ApproveRequest(request_id=request_id or _new_id(), entry=entry, reason=reason)
        answer = self._call(self._preflight.Approve, request)
        return _judged(answer.verdict, answer.document_json)

    def report(self, change: str, result: Literal["applied", "failed", "rolled-back"], *,
               request_id: str = "") -> EntryAt:
        """Report what became of a change, named by its id or its digest."""
        request = preflight_pb2.ReportRequest(request_id=request_id or _new_id(), change=change, result=RESULTS[result])
        return _entry_at(self._call(self._preflight.Report, request).entry)

    # ---- Snapshots

    def has_snapshot(self, files: Mapping[str, str]) -> str | None:
        """The digest of these files if the server holds them."""
        digest = _digest(files)
        answer = self._call(self._snapshots.List, snapshots_pb2.ListRequest(digest=digest))
        return digest if answer.snapshots else None

    def put_snapshot(self, files: Mapping[str, str]) -> StoredSnapshot:
        """Upload a snapshot, by relative path; the first one becomes active."""
        digest, contents = _digest(files), _encoded(files)
        return self._repeated(lambda: _stored(self._snapshots.Put(
            _parts(contents, digest), timeout=10 * CALL_SECONDS, metadata=self._metadata).snapshot))

    def ensure_snapshot(self, files: Mapping[str, str]) -> str:
        """The digest of these files, uploaded if the server does not hold them."""
        return self.has_snapshot(files) or self.put_snapshot(files).digest

    def list_snapshots(self) -> tuple[StoredSnapshot, ...]:
        """What the server holds, oldest first."""
        answer = self._call(self._snapshots.List, snapshots_pb2.ListRequest())
        return tuple(_stored(item) for item in answer.snapshots)

    def activate(self, digest: str, *, request_id: str = "") -> EntryAt:
        """Make a snapshot the one that changes are judged against."""
        request = snapshots_pb2.ActivateRequest(request_id=request_id or _new_id(), digest=digest)
        return _entry_at(self._call(self._snapshots.Activate, request).entry)

    # ---- Policies

    def list_policies(self) -> tuple[dict[str, str], ...]:
        """The policies that the server judges by: name, description, enforcement, source."""
        answer = self._call(self._policies.List, policies_pb2.PoliciesListRequest())
        return tuple({"name": item.name, "description": item.description, "source": item.source,
                      "enforcement": types_pb2.Enforcement.Name(item.enforcement).removeprefix("ENFORCEMENT_").lower()}
                     for item in answer.policies)

    def test_policies(self) -> tuple[dict[str, Any], ...]:
        """How the cases of the server's policies go: policy, name, passed, message."""
        answer = self._call(self._policies.Test, policies_pb2.PoliciesTestRequest(), timeout=10 * CALL_SECONDS)
        return tuple({"policy": case.policy, "name": case.name, "passed": case.passed, "message": case.message}
                     for case in answer.cases)

    # ---- Audit

    def audit_list(self, start: int = 0) -> Iterator[dict[str, Any]]:
        """The entries from one on, page by page, as the log holds them."""
        while True:
            answer = self._call(self._audit.List, audit_pb2.AuditListRequest(**{"from": start}))
            yield from (json.loads(entry.line) for entry in answer.entries)
            start += len(answer.entries)
            if not answer.entries or start >= answer.size:
                return

    def audit_lines(self) -> Iterator[str]:
        """The lines of the log, for an export."""
        start = 0
        while True:
            answer = self._call(self._audit.List, audit_pb2.AuditListRequest(**{"from": start}))
            yield from (entry.line for entry in answer.entries)
            start += len(answer.entries)
            if not answer.entries or start >= answer.size:
                return

    def audit_get(self, id: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """An entry, and the document that it answered with (empty if it has none)."""
        answer = self._call(self._audit.Get, audit_pb2.AuditGetRequest(id=id))
        return json.loads(answer.entry.line), json.loads(answer.document_json or "{}")

    def audit_verify(self, head: str = "") -> Verified:
        """Have the server re-derive its log, and compare it with a head noted elsewhere (SIZE:HASH)."""
        answer = self._call(self._audit.Verify, audit_pb2.AuditVerifyRequest(head=head), timeout=10 * CALL_SECONDS)
        faults = tuple((fault.kind, fault.entry if fault.HasField("entry") else None, fault.message)
                       for fault in answer.faults)
        return Verified(answer.ok, faults, tuple(answer.notes), _entry_at(answer.head), answer.public_key)

    def follow(self, start: int = 0) -> Iterator[dict[str, Any]]:
        """The entries from one on, and those that come, until the server ends."""
        try:
            request = audit_pb2.AuditFollowRequest(**{"from": start})
            for event in self._audit.Follow(request, metadata=self._metadata):
                yield json.loads(event.entry.line)
        except grpc.RpcError as failure:
            raise error_of(failure) from None

    # ---- calls

    def _call(self, method: Callable[..., T], request: Any, *, timeout: float = CALL_SECONDS) -> T:
        return self._repeated(lambda: method(request, timeout=timeout, metadata=self._metadata))

    def _repeated(self, attempt: Callable[[], T]) -> T:
        """An attempt, again where the connection failed; any other error at once."""
        for number in range(ATTEMPTS):
            try:
                return attempt()
            except grpc.RpcError as failure:
                error = self._error(failure)
                if not isinstance(error, ServerUnavailable) or number == ATTEMPTS - 1:
                    raise error from None
            time.sleep(PAUSE_SECONDS * (number + 1))
        raise InvariantBroken("no-attempt", "no attempt was made")

    def _error(self, failure: Any) -> GuardError:
        error = error_of(failure)
        if isinstance(error, ServerUnavailable):
            return ServerUnavailable("server-unavailable", f"{self._target} does not answer: {error.message}")
        return error


def _check_request(
    change: Change, snapshot: str, engine: str, failures: int | None, request_id: str
) -> preflight_pb2.CheckRequest:
    files = [types_pb2.File(path=path, content=content) for path, content in _encoded(change.files).items()]
    try:
        sent = preflight_pb2.Change(name=change.name, text=change.text, files=files)
    except UnicodeEncodeError as error:
        raise RequestInvalid("not-utf-8", "the change is not UTF-8", change.name) from error
    return preflight_pb2.CheckRequest(request_id=request_id, snapshot=snapshot, change=sent, engine=engine,
                                      failures=failures)


def _parts(contents: Mapping[str, bytes], digest: str) -> Iterator[snapshots_pb2.PutRequest]:
    total = sum(len(content) for content in contents.values())
    header = snapshots_pb2.PutHeader(digest=digest, total_bytes=total, file_count=len(contents))
    yield snapshots_pb2.PutRequest(header=header)
    for path, content in contents.items():
        yield snapshots_pb2.PutRequest(file=snapshots_pb2.FileStart(path=path, size=len(content)))
        for start in range(0, len(content), CHUNK):
            yield snapshots_pb2.PutRequest(chunk=content[start : start + CHUNK])


def _judged(verdict: types_pb2.Verdict, document: str) -> Judged:
    """Law: a message without a verdict is none."""
    name = VERDICTS.get(verdict, "")
    if not name or not document:
        raise InvariantBroken("no-verdict", "the server answered without a verdict")
    return Judged(name, json.loads(document))


def _entry_at(ref: types_pb2.EntryRef) -> EntryAt:
    return EntryAt(ref.id, ref.size, ref.head, ref.signature)


def _stored(item: snapshots_pb2.Snapshot) -> StoredSnapshot:
    return StoredSnapshot(item.digest, item.active, item.stored_at.ToJsonString(), item.stored_by, item.file_count,
                          item.total_bytes)


def _digest(files: Mapping[str, str]) -> str:
    return snapshot_digest({path: text for path, text in files.items() if belongs(path)})


def _encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    """Files as they are sent; a name must be UTF-8, a content need not."""
    for path in files:
        if not path.isascii() and "\ufffd" in path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"):
            raise RequestInvalid("bad-path", "the name of the file is not UTF-8", ascii(path))
    return {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _new_id() -> str:
    return str(uuid.uuid4())


def _credentials(tls: ClientTls) -> grpc.ChannelCredentials:
    try:
        parts = [path.read_bytes() if path else None for path in (tls.ca, tls.key, tls.cert)]
    except OSError as error:
        raise RequestInvalid("unreadable-file", f"a file of TLS cannot be read: {error}") from error
    return grpc.ssl_channel_credentials(*parts)
