from guard.shell.server.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Result(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESULT_UNSPECIFIED: _ClassVar[Result]
    RESULT_APPLIED: _ClassVar[Result]
    RESULT_FAILED: _ClassVar[Result]
    RESULT_ROLLED_BACK: _ClassVar[Result]
RESULT_UNSPECIFIED: Result
RESULT_APPLIED: Result
RESULT_FAILED: Result
RESULT_ROLLED_BACK: Result

class Change(_message.Message):
    __slots__ = ("name", "text", "files")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    name: str
    text: str
    files: _containers.RepeatedCompositeFieldContainer[_types_pb2.File]
    def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ..., files: _Optional[_Iterable[_Union[_types_pb2.File, _Mapping]]] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = ("request_id", "snapshot", "change", "engine", "failures")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    ENGINE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    snapshot: str
    change: Change
    engine: str
    failures: int
    def __init__(self, request_id: _Optional[str] = ..., snapshot: _Optional[str] = ..., change: _Optional[_Union[Change, _Mapping]] = ..., engine: _Optional[str] = ..., failures: _Optional[int] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("verdict", "findings", "digests", "entry", "change_id", "guard_version", "document_json")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    GUARD_VERSION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_JSON_FIELD_NUMBER: _ClassVar[int]
    verdict: _types_pb2.Verdict
    findings: _containers.RepeatedCompositeFieldContainer[_types_pb2.Finding]
    digests: _types_pb2.Digests
    entry: _types_pb2.EntryRef
    change_id: str
    guard_version: str
    document_json: str
    def __init__(self, verdict: _Optional[_Union[_types_pb2.Verdict, str]] = ..., findings: _Optional[_Iterable[_Union[_types_pb2.Finding, _Mapping]]] = ..., digests: _Optional[_Union[_types_pb2.Digests, _Mapping]] = ..., entry: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ..., change_id: _Optional[str] = ..., guard_version: _Optional[str] = ..., document_json: _Optional[str] = ...) -> None: ...

class StreamCheckRequest(_message.Message):
    __slots__ = ("check",)
    CHECK_FIELD_NUMBER: _ClassVar[int]
    check: CheckRequest
    def __init__(self, check: _Optional[_Union[CheckRequest, _Mapping]] = ...) -> None: ...

class StreamCheckResponse(_message.Message):
    __slots__ = ("progress", "verdict")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    verdict: CheckResponse
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., verdict: _Optional[_Union[CheckResponse, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("stage", "fraction")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    stage: str
    fraction: float
    def __init__(self, stage: _Optional[str] = ..., fraction: _Optional[float] = ...) -> None: ...

class ApproveRequest(_message.Message):
    __slots__ = ("request_id", "entry", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    entry: int
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., entry: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class ApproveResponse(_message.Message):
    __slots__ = ("verdict", "entry", "digests", "document_json")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_JSON_FIELD_NUMBER: _ClassVar[int]
    verdict: _types_pb2.Verdict
    entry: _types_pb2.EntryRef
    digests: _types_pb2.Digests
    document_json: str
    def __init__(self, verdict: _Optional[_Union[_types_pb2.Verdict, str]] = ..., entry: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ..., digests: _Optional[_Union[_types_pb2.Digests, _Mapping]] = ..., document_json: _Optional[str] = ...) -> None: ...

class ReportRequest(_message.Message):
    __slots__ = ("request_id", "change", "result")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    change: str
    result: Result
    def __init__(self, request_id: _Optional[str] = ..., change: _Optional[str] = ..., result: _Optional[_Union[Result, str]] = ...) -> None: ...

class ReportResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: _types_pb2.EntryRef
    def __init__(self, entry: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ...) -> None: ...
