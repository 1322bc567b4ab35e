from guard.shell.server.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuditListRequest(_message.Message):
    __slots__ = ("limit",)
    FROM_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ..., **kwargs) -> None: ...

class AuditListResponse(_message.Message):
    __slots__ = ("entries", "size")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_types_pb2.Entry]
    size: int
    def __init__(self, entries: _Optional[_Iterable[_Union[_types_pb2.Entry, _Mapping]]] = ..., size: _Optional[int] = ...) -> None: ...

class AuditGetRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: int
    def __init__(self, id: _Optional[int] = ...) -> None: ...

class AuditGetResponse(_message.Message):
    __slots__ = ("entry", "head", "newest", "inclusion_proof", "document_json")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIELD_NUMBER: _ClassVar[int]
    INCLUSION_PROOF_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_JSON_FIELD_NUMBER: _ClassVar[int]
    entry: _types_pb2.Entry
    head: _types_pb2.EntryRef
    newest: _types_pb2.EntryRef
    inclusion_proof: _containers.RepeatedScalarFieldContainer[bytes]
    document_json: str
    def __init__(self, entry: _Optional[_Union[_types_pb2.Entry, _Mapping]] = ..., head: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ..., newest: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ..., inclusion_proof: _Optional[_Iterable[bytes]] = ..., document_json: _Optional[str] = ...) -> None: ...

class AuditVerifyRequest(_message.Message):
    __slots__ = ("head",)
    HEAD_FIELD_NUMBER: _ClassVar[int]
    head: str
    def __init__(self, head: _Optional[str] = ...) -> None: ...

class AuditVerifyResponse(_message.Message):
    __slots__ = ("ok", "faults", "notes", "head", "public_key")
    OK_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    ok: bool
    faults: _containers.RepeatedCompositeFieldContainer[AuditFault]
    notes: _containers.RepeatedScalarFieldContainer[str]
    head: _types_pb2.EntryRef
    public_key: str
    def __init__(self, ok: _Optional[bool] = ..., faults: _Optional[_Iterable[_Union[AuditFault, _Mapping]]] = ..., notes: _Optional[_Iterable[str]] = ..., head: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ..., public_key: _Optional[str] = ...) -> None: ...

class AuditFault(_message.Message):
    __slots__ = ("kind", "entry", "message")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    entry: int
    message: str
    def __init__(self, kind: _Optional[str] = ..., entry: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class AuditFollowRequest(_message.Message):
    __slots__ = ()
    FROM_FIELD_NUMBER: _ClassVar[int]
    def __init__(self, **kwargs) -> None: ...

class AuditFollowResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: _types_pb2.Entry
    def __init__(self, entry: _Optional[_Union[_types_pb2.Entry, _Mapping]] = ...) -> None: ...
