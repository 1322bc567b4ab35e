"""Between guard's values and the messages of proto/guard/v1. No decisions here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from guard.audit.checkpoint import Checkpoint
from guard.audit.entry import Entry
from guard.shell import clock
from guard.shell.binding import encoded
from guard.shell.preflight import Answer
from guard.shell.server.pb import audit_pb2, policies_pb2, preflight_pb2, snapshots_pb2, types_pb2

VERDICTS = {
    "ALLOW": types_pb2.VERDICT_ALLOW,
    "BLOCK": types_pb2.VERDICT_BLOCK,
    "HOLD": types_pb2.VERDICT_HOLD,
    "": types_pb2.VERDICT_UNSPECIFIED,
}
ENFORCEMENTS = {
    "deny": types_pb2.ENFORCEMENT_DENY,
    "hold": types_pb2.ENFORCEMENT_HOLD,
    "warn": types_pb2.ENFORCEMENT_WARN,
}
STATUSES = {
    "new": types_pb2.FINDING_STATUS_NEW,
    "existing": types_pb2.FINDING_STATUS_EXISTING,
    "undecided": types_pb2.FINDING_STATUS_UNDECIDED,
    "waived": types_pb2.FINDING_STATUS_WAIVED,
}
KINDS = {
    "check": types_pb2.ENTRY_KIND_CHECK,
    "approval": types_pb2.ENTRY_KIND_APPROVAL,
    "report": types_pb2.ENTRY_KIND_REPORT,
    "snapshot": types_pb2.ENTRY_KIND_SNAPSHOT,
    "activation": types_pb2.ENTRY_KIND_ACTIVATION,
    "policy-change": types_pb2.ENTRY_KIND_POLICY_CHANGE,
    "invalid-request": types_pb2.ENTRY_KIND_INVALID_REQUEST,
}
RESULTS = {
    preflight_pb2.RESULT_APPLIED: "applied",
    preflight_pb2.RESULT_FAILED: "failed",
    preflight_pb2.RESULT_ROLLED_BACK: "rolled-back",
}


def check_response(answer: Answer) -> preflight_pb2.CheckResponse:
    """The answer of a check."""
    return preflight_pb2.CheckResponse(
        verdict=VERDICTS[answer.entry.verdict],
        findings=[finding(item) for item in answer.document["findings"]],
        digests=digests(answer.entry),
        entry=entry_ref(answer.entry.id, answer.checkpoint),
        change_id=answer.entry.change_id,
        guard_version=answer.entry.guard_version,
        document_json=answer.text,
    )


def approve_response(answer: Answer) -> preflight_pb2.ApproveResponse:
    """The answer of an approval."""
    return preflight_pb2.ApproveResponse(
        verdict=VERDICTS[answer.entry.verdict], entry=entry_ref(answer.entry.id, answer.checkpoint),
        digests=digests(answer.entry), document_json=answer.text,
    )


def document_json(document: Mapping[str, Any]) -> str:
    """The document as text; empty where there is none."""
    return encoded(document).decode("utf-8") if document else ""


def finding(item: Mapping[str, Any]) -> types_pb2.Finding:
    """A finding of the document."""
    return types_pb2.Finding(
        policy=item["policy"],
        enforcement=ENFORCEMENTS[item["enforcement"]],
        status=STATUSES[item["status"]],
        step=item.get("step") or 0,
        message=item["message"],
        subjects=item.get("subjects", ()),
        evidence=[str(line) for line in item.get("evidence", ())],
    )


def digests(entry: Entry) -> types_pb2.Digests:
    """What an entry is bound to."""
    bound = entry.digests
    return types_pb2.Digests(base=bound.base, candidate=bound.candidate, policies=bound.policies, change=bound.change)


def entry_ref(id: int, checkpoint: Checkpoint) -> types_pb2.EntryRef:
    """The place of an entry, and a head that covers it."""
    return types_pb2.EntryRef(id=id, size=checkpoint.size, head=checkpoint.root, signature=checkpoint.signature)


def entry(value: Entry) -> types_pb2.Entry:
    """An entry whole."""
    return types_pb2.Entry(
        id=value.id, kind=KINDS[value.kind], time=timestamp(clock.read(value.time)), caller=value.caller,
        request_id=value.request_id, change_id=value.change_id, author=value.author, digests=digests(value),
        verdict=VERDICTS[value.verdict], line=value.line().decode("utf-8"),
    )


def timestamp(moment: datetime) -> Timestamp:
    """A moment."""
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def snapshot(value: Entry, active: str | None) -> snapshots_pb2.Snapshot:
    """A snapshot by the entry that it came with."""
    return snapshots_pb2.Snapshot(
        digest=value.digests.base, active=value.digests.base == active, stored_at=timestamp(clock.read(value.time)),
        stored_by=value.caller, file_count=value.details["files"], total_bytes=value.details["bytes"],
    )


def policy(item: Mapping[str, Any]) -> policies_pb2.Policy:
    """A policy as the pipeline lists it."""
    return policies_pb2.Policy(name=item["name"], description=item.get("description", ""),
                               enforcement=ENFORCEMENTS[item["enforcement"]], source=item.get("source", ""))


def policy_case(item: Mapping[str, Any]) -> policies_pb2.PolicyCase:
    """How a case of a policy went, as the pipeline tells it."""
    return policies_pb2.PolicyCase(policy=item["policy"], name=item["name"], passed=item["passed"],
                                   message=item.get("message", ""))


def fault(kind: str, id: int | None, message: str) -> audit_pb2.AuditFault:
    """One thing that is wrong with the log."""
    return audit_pb2.AuditFault(kind=kind, entry=id, message=message)
