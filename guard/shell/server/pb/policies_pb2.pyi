from guard.shell.server.pb import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PoliciesListRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PoliciesListResponse(_message.Message):
    __slots__ = ("policies",)
    POLICIES_FIELD_NUMBER: _ClassVar[int]
    policies: _containers.RepeatedCompositeFieldContainer[Policy]
    def __init__(self, policies: _Optional[_Iterable[_Union[Policy, _Mapping]]] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("name", "description", "enforcement", "source")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ENFORCEMENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    description: str
    enforcement: _types_pb2.Enforcement
    source: str
    def __init__(self, name: _Optional[str] = ..., description: _Optional[str] = ..., enforcement: _Optional[_Union[_types_pb2.Enforcement, str]] = ..., source: _Optional[str] = ...) -> None: ...

class PoliciesTestRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PoliciesTestResponse(_message.Message):
    __slots__ = ("cases",)
    CASES_FIELD_NUMBER: _ClassVar[int]
    cases: _containers.RepeatedCompositeFieldContainer[PolicyCase]
    def __init__(self, cases: _Optional[_Iterable[_Union[PolicyCase, _Mapping]]] = ...) -> None: ...

class PolicyCase(_message.Message):
    __slots__ = ("policy", "name", "passed", "message")
    POLICY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    policy: str
    name: str
    passed: bool
    message: str
    def __init__(self, policy: _Optional[str] = ..., name: _Optional[str] = ..., passed: _Optional[bool] = ..., message: _Optional[str] = ...) -> None: ...
