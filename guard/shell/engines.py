"""Which engines compute a check: by name, made once a process, so that what they remember serves the next check."""

from __future__ import annotations

from functools import cache

from guard.engines.engine import Engine
from guard.shell.errors import EngineUnavailable


def engines_for(name: str | None, batfish: str | None = None) -> tuple[Engine, ...]:
    """The engines of `--engine`; EngineUnavailable where one is not part of this installation."""
    match name or "embedded":
        case "embedded":
            return (_embedded(),)
        case "rehearsal":
            return (_rehearsal(),)
        case other:
            raise EngineUnavailable("engine-unavailable", f"engine {other} is not part of this version")


@cache
def _embedded() -> Engine:
    from guard.engines.embedded import Embedded

    return Embedded()


@cache
def _rehearsal() -> Engine:
    from guard.shell.rehearsal.engine import Rehearsal

    return Rehearsal()
