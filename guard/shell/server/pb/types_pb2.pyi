import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_ALLOW: _ClassVar[Verdict]
    VERDICT_BLOCK: _ClassVar[Verdict]
    VERDICT_HOLD: _ClassVar[Verdict]

class Enforcement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENFORCEMENT_UNSPECIFIED: _ClassVar[Enforcement]
    ENFORCEMENT_DENY: _ClassVar[Enforcement]
    ENFORCEMENT_HOLD: _ClassVar[Enforcement]
    ENFORCEMENT_WARN: _ClassVar[Enforcement]

class FindingStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FINDING_STATUS_UNSPECIFIED: _ClassVar[FindingStatus]
    FINDING_STATUS_NEW: _ClassVar[FindingStatus]
    FINDING_STATUS_EXISTING: _ClassVar[FindingStatus]
    FINDING_STATUS_UNDECIDED: _ClassVar[FindingStatus]
    FINDING_STATUS_WAIVED: _ClassVar[FindingStatus]

class EntryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_KIND_UNSPECIFIED: _ClassVar[EntryKind]
    ENTRY_KIND_CHECK: _ClassVar[EntryKind]
    ENTRY_KIND_APPROVAL: _ClassVar[EntryKind]
    ENTRY_KIND_REPORT: _ClassVar[EntryKind]
    ENTRY_KIND_SNAPSHOT: _ClassVar[EntryKind]
    ENTRY_KIND_ACTIVATION: _ClassVar[EntryKind]
    ENTRY_KIND_POLICY_CHANGE: _ClassVar[EntryKind]
    ENTRY_KIND_INVALID_REQUEST: _ClassVar[EntryKind]
VERDICT_UNSPECIFIED: Verdict
VERDICT_ALLOW: Verdict
VERDICT_BLOCK: Verdict
VERDICT_HOLD: Verdict
ENFORCEMENT_UNSPECIFIED: Enforcement
ENFORCEMENT_DENY: Enforcement
ENFORCEMENT_HOLD: Enforcement
ENFORCEMENT_WARN: Enforcement
FINDING_STATUS_UNSPECIFIED: FindingStatus
FINDING_STATUS_NEW: FindingStatus
FINDING_STATUS_EXISTING: FindingStatus
FINDING_STATUS_UNDECIDED: FindingStatus
FINDING_STATUS_WAIVED: FindingStatus
ENTRY_KIND_UNSPECIFIED: EntryKind
ENTRY_KIND_CHECK: EntryKind
ENTRY_KIND_APPROVAL: EntryKind
ENTRY_KIND_REPORT: EntryKind
ENTRY_KIND_SNAPSHOT: EntryKind
ENTRY_KIND_ACTIVATION: EntryKind
ENTRY_KIND_POLICY_CHANGE: EntryKind
ENTRY_KIND_INVALID_REQUEST: EntryKind

class Finding(_message.Message):
    __slots__ = ("policy", "enforcement", "status", "step", "message", "subjects", "evidence")
    POLICY_FIELD_NUMBER: _ClassVar[int]
    ENFORCEMENT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    policy: str
    enforcement: Enforcement
    status: FindingStatus
    step: int
    message: str
    subjects: _containers.RepeatedScalarFieldContainer[str]
    evidence: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, policy: _Optional[str] = ..., enforcement: _Optional[_Union[Enforcement, str]] = ..., status: _Optional[_Union[FindingStatus, str]] = ..., step: _Optional[int] = ..., message: _Optional[str] = ..., subjects: _Optional[_Iterable[str]] = ..., evidence: _Optional[_Iterable[str]] = ...) -> None: ...

class Digests(_message.Message):
    __slots__ = ("base", "candidate", "policies", "change")
    BASE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    POLICIES_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    base: str
    candidate: str
    policies: str
    change: str
    def __init__(self, base: _Optional[str] = ..., candidate: _Optional[str] = ..., policies: _Optional[str] = ..., change: _Optional[str] = ...) -> None: ...

class EntryRef(_message.Message):
    __slots__ = ("id", "size", "head", "signature")
    ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    id: int
    size: int
    head: str
    signature: str
    def __init__(self, id: _Optional[int] = ..., size: _Optional[int] = ..., head: _Optional[str] = ..., signature: _Optional[str] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("path", "content")
    PATH_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    path: str
    content: bytes
    def __init__(self, path: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("id", "kind", "time", "caller", "request_id", "change_id", "author", "digests", "verdict", "line")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    CALLER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    id: int
    kind: EntryKind
    time: _timestamp_pb2.Timestamp
    caller: str
    request_id: str
    change_id: str
    author: str
    digests: Digests
    verdict: Verdict
    line: str
    def __init__(self, id: _Optional[int] = ..., kind: _Optional[_Union[EntryKind, str]] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., caller: _Optional[str] = ..., request_id: _Optional[str] = ..., change_id: _Optional[str] = ..., author: _Optional[str] = ..., digests: _Optional[_Union[Digests, _Mapping]] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., line: _Optional[str] = ...) -> None: ...
