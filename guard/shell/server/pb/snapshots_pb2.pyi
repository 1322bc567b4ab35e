import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from guard.shell.server.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutRequest(_message.Message):
    __slots__ = ("header", "file", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: PutHeader
    file: FileStart
    chunk: bytes
    def __init__(self, header: _Optional[_Union[PutHeader, _Mapping]] = ..., file: _Optional[_Union[FileStart, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class PutHeader(_message.Message):
    __slots__ = ("digest", "total_bytes", "file_count")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    FILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    digest: str
    total_bytes: int
    file_count: int
    def __init__(self, digest: _Optional[str] = ..., total_bytes: _Optional[int] = ..., file_count: _Optional[int] = ...) -> None: ...

class FileStart(_message.Message):
    __slots__ = ("path", "size")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    path: str
    size: int
    def __init__(self, path: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class PutResponse(_message.Message):
    __slots__ = ("snapshot", "created")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    snapshot: Snapshot
    created: bool
    def __init__(self, snapshot: _Optional[_Union[Snapshot, _Mapping]] = ..., created: _Optional[bool] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("digest", "active", "stored_at", "stored_by", "file_count", "total_bytes")
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    STORED_AT_FIELD_NUMBER: _ClassVar[int]
    STORED_BY_FIELD_NUMBER: _ClassVar[int]
    FILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    digest: str
    active: bool
    stored_at: _timestamp_pb2.Timestamp
    stored_by: str
    file_count: int
    total_bytes: int
    def __init__(self, digest: _Optional[str] = ..., active: _Optional[bool] = ..., stored_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stored_by: _Optional[str] = ..., file_count: _Optional[int] = ..., total_bytes: _Optional[int] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("digest",)
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    digest: str
    def __init__(self, digest: _Optional[str] = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ("snapshots", "active")
    SNAPSHOTS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    snapshots: _containers.RepeatedCompositeFieldContainer[Snapshot]
    active: str
    def __init__(self, snapshots: _Optional[_Iterable[_Union[Snapshot, _Mapping]]] = ..., active: _Optional[str] = ...) -> None: ...

class ActivateRequest(_message.Message):
    __slots__ = ("request_id", "digest")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    digest: str
    def __init__(self, request_id: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class ActivateResponse(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: _types_pb2.EntryRef
    def __init__(self, entry: _Optional[_Union[_types_pb2.EntryRef, _Mapping]] = ...) -> None: ...
