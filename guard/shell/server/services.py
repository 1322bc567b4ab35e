"""The four services of guard.v1: messages to calls of Preflight, errors to rich statuses. No decisions here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from grpc_status import rpc_status

from guard.audit.checkpoint import Head, parse_head
from guard.shell.callers import Caller, from_certificate, from_peer, parse_peer
from guard.shell.errors import AuditUnavailable, Busy, GuardError, RequestInvalid
from guard.shell.preflight import Answer, CheckOrder, Preflight
from guard.shell.server import translate
from guard.shell.server.pb import (
    audit_pb2,
    audit_pb2_grpc,
    policies_pb2,
    policies_pb2_grpc,
    preflight_pb2,
    preflight_pb2_grpc,
    snapshots_pb2,
    snapshots_pb2_grpc,
)
from guard.shell.server.status import status_of
from guard.shell.server.upload import checked_path, received

USER_KEY = "guard-user"  # metadata: the name that a client on this machine goes by
PAGE, MAX_PAGE = 100, 1000
MAX_REQUEST_ID = 200


class Desk:
    """What the services share: the use case, who calls, how errors leave, whether guard can answer at all."""

    def __init__(self, preflight: Preflight, *, tls: bool, port: int) -> None:
        self.preflight = preflight
        self.stopping = asyncio.Event()
        self.able = asyncio.Event()
        self.able.set()
        self._tls, self._port = tls, port

    def caller(self, context: Any) -> Caller:
        """Who calls."""
        if self._tls:
            auth = context.auth_context()
            names = (*auth.get("x509_common_name", ()), *auth.get("x509_subject_alternative_name", ()))
            return from_certificate(tuple(name.decode("utf-8", "replace") for name in names))
        claimed = dict(context.invocation_metadata() or ()).get(USER_KEY, "")
        return from_peer(parse_peer(context.peer()), str(claimed)[:200], self._port)

    def timeout(self, context: Any) -> float:
        """How long the caller waits."""
        remaining = context.time_remaining()
        limit = self.preflight.settings.limits.check_seconds
        return limit if remaining is None else min(limit, float(remaining))

    @contextlib.asynccontextmanager
    async def errors(self, context: Any) -> AsyncIterator[None]:
        """Errors inside leave as rich statuses; without a log to write to, the service says that it is not able."""
        try:
            yield
        except GuardError as error:
            if isinstance(error, AuditUnavailable):
                self.able.clear()
            await context.abort_with_status(rpc_status.to_status(status_of(error)))
        else:
            if self.preflight.state.log.writable:
                self.able.set()


class PreflightService(preflight_pb2_grpc.PreflightServicer):
    """guard.v1.Preflight."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._preflight = desk, desk.preflight

    async def Check(self, request: preflight_pb2.CheckRequest, context: Any) -> preflight_pb2.CheckResponse:
        """Judge a change."""
        async with self._desk.errors(context):
            answer = await self._check(request, context, lambda stage, fraction: None)
            return translate.check_response(answer)

    async def StreamCheck(
        self, request: preflight_pb2.StreamCheckRequest, context: Any
    ) -> AsyncIterator[preflight_pb2.StreamCheckResponse]:
        """Judge a change and tell how far that is; the verdict comes last."""
        steps: asyncio.Queue[preflight_pb2.Progress | None] = asyncio.Queue()

        def tell(stage: str, fraction: float) -> None:
            steps.put_nowait(preflight_pb2.Progress(stage=stage, fraction=min(1.0, max(0.0, fraction))))

        async with self._desk.errors(context):
            checking = asyncio.ensure_future(self._check(request.check, context, tell))
            checking.add_done_callback(lambda _: steps.put_nowait(None))
            try:
                while (step := await steps.get()) is not None:
                    yield preflight_pb2.StreamCheckResponse(progress=step)
                yield preflight_pb2.StreamCheckResponse(verdict=translate.check_response(await checking))
            finally:
                checking.cancel()  # the caller went away: the process of the check is killed

    async def _check(self, request: preflight_pb2.CheckRequest, context: Any, tell: Any) -> Answer:
        caller = self._desk.caller(context)
        async with self._preflight.record.faults(caller, {"change_name": request.change.name}):
            files = _change_files(request.change)
            request_id = _request_id(request.request_id)
        order = CheckOrder(
            change_name=request.change.name or "change.yaml",
            change_text=request.change.text,
            change_files=files,
            snapshot=request.snapshot,
            engine=request.engine,
            failures=request.failures if request.HasField("failures") else None,
            request_id=request_id,
        )
        return await self._preflight.check(order, caller, timeout=self._desk.timeout(context), progress=tell)

    async def Approve(self, request: preflight_pb2.ApproveRequest, context: Any) -> preflight_pb2.ApproveResponse:
        """Turn a HOLD into ALLOW."""
        async with self._desk.errors(context):
            answer = await self._preflight.approve(request.entry, request.reason, self._desk.caller(context),
                                                   request_id=_request_id(request.request_id))
            return translate.approve_response(answer)

    async def Report(self, request: preflight_pb2.ReportRequest, context: Any) -> preflight_pb2.ReportResponse:
        """Record what became of a change."""
        async with self._desk.errors(context):
            result: Any = translate.RESULTS.get(request.result)
            if result is None:
                raise RequestInvalid("no-result", "the result must be applied, failed or rolled back", "result")
            done = await self._preflight.report(request.change, result, self._desk.caller(context),
                                                request_id=_request_id(request.request_id))
            return preflight_pb2.ReportResponse(entry=translate.entry_ref(done.entry.id, done.checkpoint))


class SnapshotsService(snapshots_pb2_grpc.SnapshotsServicer):
    """guard.v1.Snapshots."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._preflight = desk, desk.preflight
        self._uploads = 0

    async def Put(
        self, parts: AsyncIterator[snapshots_pb2.PutRequest], context: Any
    ) -> snapshots_pb2.PutResponse:
        """Take a snapshot up."""
        caller = self._desk.caller(context)
        async with self._desk.errors(context), self._admitted():
            async with self._preflight.record.faults(caller, {"put": ""}):
                upload = await received(parts, self._preflight.settings.limits)
                files = upload.files()
            entry, created = await self._preflight.put_snapshot(files, caller, digest=upload.digest)
            active = self._preflight.state.active
            return snapshots_pb2.PutResponse(snapshot=translate.snapshot(entry, active), created=created)

    async def List(self, request: snapshots_pb2.ListRequest, context: Any) -> snapshots_pb2.ListResponse:
        """The snapshots that are here."""
        state = self._preflight.state
        found = [translate.snapshot(entry, state.active) for entry in state.stored()
                 if request.digest in ("", entry.digests.base)]
        return snapshots_pb2.ListResponse(snapshots=found, active=state.active or "")

    async def Activate(self, request: snapshots_pb2.ActivateRequest, context: Any) -> snapshots_pb2.ActivateResponse:
        """Make a snapshot the active one."""
        async with self._desk.errors(context):
            done = await self._preflight.activate(request.digest, self._desk.caller(context),
                                                  request_id=_request_id(request.request_id))
            return snapshots_pb2.ActivateResponse(entry=translate.entry_ref(done.entry.id, done.checkpoint))

    @contextlib.asynccontextmanager
    async def _admitted(self) -> AsyncIterator[None]:
        limit = self._preflight.settings.limits.uploads
        if self._uploads >= limit:
            raise Busy("too-many-uploads", f"{limit} uploads are under way: come again later")
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1


class PoliciesService(policies_pb2_grpc.PoliciesServicer):
    """guard.v1.Policies."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._preflight = desk, desk.preflight

    async def List(self, request: policies_pb2.PoliciesListRequest, context: Any) -> policies_pb2.PoliciesListResponse:
        """The policies that this server judges by."""
        async with self._desk.errors(context):
            found = await self._preflight.policies("list_policies", timeout=self._desk.timeout(context))
            return policies_pb2.PoliciesListResponse(policies=[translate.policy(item) for item in found])

    async def Test(self, request: policies_pb2.PoliciesTestRequest, context: Any) -> policies_pb2.PoliciesTestResponse:
        """How the cases of the policies go."""
        async with self._desk.errors(context):
            cases = await self._preflight.policies("test_policies", timeout=self._desk.timeout(context))
            return policies_pb2.PoliciesTestResponse(cases=[translate.policy_case(item) for item in cases])


class AuditService(audit_pb2_grpc.AuditServicer):
    """guard.v1.Audit."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._preflight = desk, desk.preflight

    async def List(self, request: audit_pb2.AuditListRequest, context: Any) -> audit_pb2.AuditListResponse:
        """A page of entries."""
        log = self._preflight.state.log
        async with self._desk.errors(context):
            start = max(0, getattr(request, "from"))
            end = min(log.size, start + min(request.limit or PAGE, MAX_PAGE))
            entries = await asyncio.to_thread(lambda: [translate.entry(log.entry(id)) for id in range(start, end)])
            return audit_pb2.AuditListResponse(entries=entries, size=log.size)

    async def Get(self, request: audit_pb2.AuditGetRequest, context: Any) -> audit_pb2.AuditGetResponse:
        """One entry with its proof and its document."""
        record, log = self._preflight.record, self._preflight.state.log
        async with self._desk.errors(context):
            done = await record.acknowledged(request.id)
            proof, newest = await asyncio.to_thread(lambda: (log.proof(request.id), log.head))
            return audit_pb2.AuditGetResponse(
                entry=translate.entry(done.entry), head=translate.entry_ref(request.id, done.checkpoint),
                newest=translate.entry_ref(newest.size - 1, newest), inclusion_proof=proof,
                document_json=translate.document_json(await record.document(done.entry)),
            )

    async def Verify(self, request: audit_pb2.AuditVerifyRequest, context: Any) -> audit_pb2.AuditVerifyResponse:
        """Re-derive the log from the disk."""
        state = self._preflight.state
        async with self._desk.errors(context):
            found = await asyncio.to_thread(state.verify, _pinned(request.head))
            head = state.log.head
            return audit_pb2.AuditVerifyResponse(
                ok=found.ok, notes=found.notes, head=translate.entry_ref(head.size - 1, head),
                faults=[translate.fault(fault.kind, fault.entry, fault.message) for fault in found.faults],
                public_key=state.public_pem,
            )

    async def Follow(
        self, request: audit_pb2.AuditFollowRequest, context: Any
    ) -> AsyncIterator[audit_pb2.AuditFollowResponse]:
        """The entries from one on, and those that come, until the caller or the server ends."""
        entries = self._preflight.record.follow(getattr(request, "from"))
        async with self._desk.errors(context), contextlib.aclosing(entries):
            stopping = asyncio.ensure_future(self._desk.stopping.wait())
            try:
                while True:
                    coming = asyncio.ensure_future(anext(entries))
                    await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    if not coming.done():
                        coming.cancel()
                        await asyncio.wait({coming})
                        return
                    yield audit_pb2.AuditFollowResponse(entry=translate.entry(coming.result()))
            finally:
                stopping.cancel()


def _change_files(change: preflight_pb2.Change) -> dict[str, bytes]:
    """The files that come with a change; the size of the message bounds them."""
    if not change.text.strip():
        raise RequestInvalid("no-change", "the request has no change", "change.text")
    files: dict[str, bytes] = {}
    for file in change.files:
        checked_path(file.path.removeprefix("./"))
        if file.path in files:
            raise RequestInvalid("file-twice", "the file comes twice", file.path)
        files[file.path] = file.content
    return files


def _pinned(text: str) -> Head | None:
    try:
        return parse_head(text) if text else None
    except ValueError as error:
        raise RequestInvalid("bad-head", str(error), "head") from error


def _request_id(text: str) -> str:
    if len(text) > MAX_REQUEST_ID:
        raise RequestInvalid("bad-request-id", f"a request id has at most {MAX_REQUEST_ID} characters", "request_id")
    return text
