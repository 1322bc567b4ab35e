"""Which engines compute a check: by name, made once a process, so that what they remember serves the next check."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from guard.engines.engine import Engine
from guard.shell.batfish.place import VARIABLE, Place, configured, forked_failures
from guard.shell.errors import EngineUnavailable


def engines_for(name: str | None, batfish: str | None = None) -> tuple[Engine, ...]:
    """The engines of `--engine`, the deciding one first: without a name both where a Batfish is configured.

    EngineUnavailable where the only one asked for is not part of this installation. Of `both` it gives those that are;
    `missing_engine` says what is not.
    """
    match name or default_engine(batfish):
        case "embedded":
            return (_embedded(),)
        case "both" if missing_engine("both", batfish):
            return (_embedded(),)
        case "both":
            return (_embedded(), _second(_place(batfish)))
        case "batfish":
            return (_batfish(_place(batfish)),)
        case "rehearsal":
            return (_rehearsal(),)
        case other:
            raise EngineUnavailable("engine-unavailable", f"engine {other} is not part of this version")


def default_engine(batfish: str | None) -> str:
    """Which engine is meant where nobody names one."""
    return "both" if configured(batfish) is not None else "embedded"


def missing_engine(name: str | None, batfish: str | None = None) -> str:
    """Why the second opinion of `both` is not to be had here; "" where none was asked for, or where there is one.

    Whether the service answers is seen when it is asked (EngineLost).
    """
    if (name or default_engine(batfish)) != "both":
        return ""
    try:
        _place(batfish)
    except EngineUnavailable as error:
        return f"no second opinion: {error}"
    return ""


@cache
def _embedded() -> Engine:
    from guard.engines.embedded import Embedded

    return Embedded()


def _place(told: str | None) -> Place:
    """Where the Batfish service is; EngineUnavailable where nobody said it, or nothing here can talk to one."""
    place = configured(told)
    if place is None:
        text = f"no Batfish service is configured: --batfish HOST, `batfish` in the settings, or {VARIABLE}"
        raise EngineUnavailable("engine-unavailable", text)
    if find_spec("pybatfish") is None:
        text = "pybatfish is not installed: pip install 'guard-preflight[batfish]'"
        raise EngineUnavailable("engine-unavailable", text)
    return place


@cache
def _batfish(place: Place) -> Engine:
    from guard.shell.batfish.engine import Batfish

    return Batfish(place, forked_failures=forked_failures())


@cache
def _second(place: Place) -> Engine:
    from guard.shell.batfish.engine import Batfish

    return Batfish(place, second=True)


@cache
def _rehearsal() -> Engine:
    from guard.shell.rehearsal.engine import Rehearsal

    return Rehearsal()
