"""Which engines compute a check: by name, made once a process, so that what they remember serves the next check."""

from __future__ import annotations

from functools import cache

from guard.engines.engine import Engine
from guard.shell.errors import EngineUnavailable


def engines_for(name: str | None, batfish: str | None = None) -> tuple[Engine, ...]:
    """The engines of `--engine`; EngineUnavailable where the only one asked for is not part of this installation.

    Of `both` it gives those that are there; `missing_engine` says what is not.
    """
    match name or "embedded":
        case "embedded" | "both":
            return (_embedded(),)
        case "rehearsal":
            return (_rehearsal(),)
        case other:
            raise EngineUnavailable("engine-unavailable", f"engine {other} is not part of this version")


def missing_engine(name: str | None) -> str:
    """Why the second opinion of `--engine both` is not to be had; "" where none was asked for."""
    return "no second opinion: this version has no Batfish engine" if name == "both" else ""


@cache
def _embedded() -> Engine:
    from guard.engines.embedded import Embedded

    return Embedded()


@cache
def _rehearsal() -> Engine:
    from guard.shell.rehearsal.engine import Rehearsal

    return Rehearsal()
