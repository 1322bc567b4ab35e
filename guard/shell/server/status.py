"""Errors as rich gRPC statuses, there and back: google.rpc.ErrorInfo for programs, BadRequest for who mends the input.

Law: an error comes out of a client as what went into the server.
"""

from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from guard.shell.errors import DOMAIN, KINDS, PLAIN, GuardError, InvariantBroken, RequestInvalid, outcome

MAX_MESSAGE = 1000  # characters; gRPC refuses trailing metadata of more than 8 KiB


def status_of(error: GuardError) -> status_pb2.Status:
    """The status of an error: its code, its message with the place, and the details."""
    message = str(error)[:MAX_MESSAGE]
    info = error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN, metadata=_metadata(error))
    details = [_packed(info)]
    if isinstance(error, RequestInvalid):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_field(error), description=error.message[:MAX_MESSAGE], reason=error.code)
        details.append(_packed(error_details_pb2.BadRequest(field_violations=[violation])))
    code = getattr(grpc.StatusCode, outcome(error).status)
    return status_pb2.Status(code=code.value[0], message=message, details=details)


def error_of(failure: Any) -> GuardError:
    """The error that a failed call brought, by its details, else by its plain status."""
    try:
        status = rpc_status.from_call(failure)
    except ValueError:  # the details contradict the status: believe neither but the plain one
        status = None
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Is(info.DESCRIPTOR) and detail.Unpack(info) and info.domain == DOMAIN:
            return _from_info(info)
    name = failure.code().name
    kind = PLAIN.get(name, InvariantBroken)
    return kind(name.lower().replace("_", "-"), failure.details() or name)


def _from_info(info: error_details_pb2.ErrorInfo) -> GuardError:
    at = info.metadata
    kind = KINDS.get(at.get("kind", ""), InvariantBroken)
    line = int(at["line"]) if "line" in at else None
    error = kind(info.reason, at.get("message", ""), at.get("file") or None, line)
    error.entry = int(at["entry"]) if "entry" in at else None
    return error


def _metadata(error: GuardError) -> dict[str, str]:
    at = {"kind": type(error).__name__, "message": error.message[:MAX_MESSAGE]}
    if error.file:
        at["file"] = error.file
    if error.line is not None:
        at["line"] = str(error.line)
    if error.entry is not None:
        at["entry"] = str(error.entry)
    return at


def _field(error: GuardError) -> str:
    """The path of the field that is wrong: a place in a file, else the whole request."""
    if error.file and error.line is not None:
        return f"{error.file}:{error.line}"
    return error.file or "request"


def _packed(message: Any) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed
