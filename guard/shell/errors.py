"""Every error that leaves guard, named by what the caller does next; the one table of gRPC status and exit codes.

Law: no error is ALLOW. What is wrong with the network is a finding, not an error.
"""

from dataclasses import dataclass

from guard.model.errors import EngineLost

DOMAIN = "guard"  # google.rpc.ErrorInfo.domain


class GuardError(Exception):
    """An error with a stable code for programs, a message for people, and the place in the input where there is one."""

    def __init__(self, code: str, message: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.entry: int | None = None  # the audit entry that records it, where there is one

    def __str__(self) -> str:
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}"
        return f"{place}: {self.message}" if place else self.message


class RequestInvalid(GuardError):
    """The input is wrong: fix it."""


class NotFound(GuardError):
    """What the request names is not there: name another."""


class AlreadyDone(GuardError):
    """The request id was used for something else, or the thing was done before: look at what is there."""


class NotInThisState(GuardError):
    """What the request names is there but not in a state in which this can be done."""


class NotPermitted(GuardError):
    """Somebody else must do this."""


class NotAuthenticated(GuardError):
    """The service does not know who calls: come with a client certificate."""


class TooLarge(GuardError):
    """A bound on size was passed: send less."""


class Busy(GuardError):
    """A bound on concurrency was passed: come again later."""


class EngineUnavailable(GuardError, EngineLost):
    """The only engine asked for is not there: retry, or ask for another. Of two it is a second opinion that is lost."""


class AuditUnavailable(GuardError):
    """The audit log cannot be written, so there is no ALLOW: make room, then retry."""


class ServerUnavailable(GuardError):
    """The service cannot be reached, or went away: retry."""


class TimedOut(GuardError):
    """The check took longer than it may; it was stopped."""


class Cancelled(GuardError):
    """The caller went away; the check was stopped."""


class Unsupported(GuardError):
    """This server cannot do that."""


class InvariantBroken(GuardError):
    """A bug in guard: report it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an error leaves the house: the name of its gRPC status, and the exit code (CONTRACT 5)."""

    status: str
    exit_code: int


INVALID, NO_VERDICT = 2, 4

OUTCOMES: dict[type[GuardError], Outcome] = {
    RequestInvalid: Outcome("INVALID_ARGUMENT", INVALID),
    NotFound: Outcome("NOT_FOUND", INVALID),
    AlreadyDone: Outcome("ALREADY_EXISTS", INVALID),
    NotInThisState: Outcome("FAILED_PRECONDITION", INVALID),
    NotPermitted: Outcome("PERMISSION_DENIED", INVALID),
    NotAuthenticated: Outcome("UNAUTHENTICATED", INVALID),
    TooLarge: Outcome("RESOURCE_EXHAUSTED", INVALID),
    Busy: Outcome("RESOURCE_EXHAUSTED", NO_VERDICT),
    EngineUnavailable: Outcome("UNAVAILABLE", NO_VERDICT),
    AuditUnavailable: Outcome("UNAVAILABLE", NO_VERDICT),
    ServerUnavailable: Outcome("UNAVAILABLE", NO_VERDICT),
    TimedOut: Outcome("DEADLINE_EXCEEDED", NO_VERDICT),
    Cancelled: Outcome("CANCELLED", NO_VERDICT),
    Unsupported: Outcome("UNIMPLEMENTED", INVALID),
    InvariantBroken: Outcome("INTERNAL", NO_VERDICT),
}

# What a status without guard's own details means to a client (written by the gRPC library or a proxy).
PLAIN: dict[str, type[GuardError]] = {
    "INVALID_ARGUMENT": RequestInvalid,
    "NOT_FOUND": NotFound,
    "RESOURCE_EXHAUSTED": TooLarge,
    "UNAUTHENTICATED": NotAuthenticated,
    "PERMISSION_DENIED": NotPermitted,
    "UNIMPLEMENTED": Unsupported,
    "UNAVAILABLE": ServerUnavailable,
    "DEADLINE_EXCEEDED": TimedOut,
    "CANCELLED": Cancelled,
}

KINDS: dict[str, type[GuardError]] = {kind.__name__: kind for kind in OUTCOMES}


def outcome(error: GuardError) -> Outcome:
    """The status and exit code of an error."""
    return OUTCOMES[type(error)]


def exit_code(error: GuardError) -> int:
    """The exit code of an error: 2 where the caller must mend the input, 4 where there is no verdict."""
    return outcome(error).exit_code


def as_json(error: GuardError) -> dict[str, dict[str, str | int | None]]:
    """What `-f json` prints in place of a verdict (CONTRACT 5)."""
    return {"error": {"code": error.code, "message": error.message, "file": error.file, "line": error.line}}
