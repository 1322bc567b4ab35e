"""Every error has one status and one exit code, and none of them is ALLOW."""

import grpc
import pytest

from guard.shell import errors
from guard.shell.errors import OUTCOMES, PLAIN, GuardError, RequestInvalid, as_json, exit_code, outcome


def test_the_table_is_total() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GuardError)}
    assert kinds - {GuardError} == set(OUTCOMES)


@pytest.mark.parametrize("kind", OUTCOMES)
def test_no_error_lets_a_pipeline_go_on(kind: type[GuardError]) -> None:
    error = kind("code", "message")
    assert exit_code(error) in (2, 4)
    assert hasattr(grpc.StatusCode, outcome(error).status)
    assert outcome(error).status != "OK"


def test_plain_statuses_are_statuses() -> None:
    assert all(hasattr(grpc.StatusCode, name) for name in PLAIN)
    assert set(PLAIN.values()) <= set(OUTCOMES)


def test_an_error_tells_its_place() -> None:
    error = RequestInvalid("unknown-key", "unknown key 'x'", "change.yaml", 3)
    assert str(error) == "change.yaml:3: unknown key 'x'"
    assert str(RequestInvalid("c", "m", "change.yaml")) == "change.yaml: m"
    assert str(RequestInvalid("c", "m")) == "m"
    assert as_json(error) == {
        "error": {"code": "unknown-key", "message": "unknown key 'x'", "file": "change.yaml", "line": 3}}
