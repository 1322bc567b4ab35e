"""Which engines compute a check: by name, made once a process, so that what they remember serves the next check."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from guard.engines.engine import Engine
from guard.shell.batfish.place import VARIABLE, Place, configured
from guard.shell.errors import EngineUnavailable


def engines_for(name: str | None, batfish: str | None = None) -> tuple[Engine, ...]:
    """The engines of `--engine`; EngineUnavailable where the only one asked for is not part of this installation.

    Of `both` it gives those that are there; `missing_engine` says what is not.
    """
    match name or "embedded":
        case "embedded" | "both":
            return (_embedded(),)
        case "batfish":
            return (_batfish(_place(batfish)),)
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

    return Batfish(place)


@cache
def _rehearsal() -> Engine:
    from guard.shell.rehearsal.engine import Rehearsal

    return Rehearsal()
