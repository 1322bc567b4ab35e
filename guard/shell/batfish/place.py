"""Where the Batfish service is: the command line says it, else the settings, else the environment."""

from __future__ import annotations

import os
from typing import NamedTuple

from guard.shell.errors import RequestInvalid

VARIABLE = "GUARD_BATFISH"
#: How many failures of each moment are Batfish's under `--engine batfish`: a number, or all that are simulated.
FAILURES, ALL = "GUARD_BATFISH_FAILURES", "all"
#: Shared risks come first (guard.simulate.failures.scenario). A fork takes a second or two even of a small network, as
#: all of it is parsed and converted again, and a sweep may simulate hundreds.
FORKED_FAILURES = 8
PORT = 9996  # the one port that pybatfish of 2026 and Batfish 0.36 talk over


class Place(NamedTuple):
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def configured(told: str | None) -> Place | None:
    """The place that was told, or that the environment names; None where nobody configured one."""
    text = told or os.environ.get(VARIABLE, "")
    return place(text) if text else None


def forked_failures() -> int | None:
    """How many failures of a moment are forks; None: all. RequestInvalid where the variable holds neither."""
    text = os.environ.get(FAILURES, "").strip().lower()
    if not text:
        return FORKED_FAILURES
    if text == ALL:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise RequestInvalid("invalid-setting", f"{FAILURES} is {text!r}: a number of failures, or {ALL}")
    return int(text)


def place(text: str) -> Place:
    """HOST or HOST:PORT, IPv6 addresses with a port in brackets; RequestInvalid otherwise."""
    host, port = _split(text.strip())
    if not host or "/" in host or not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise RequestInvalid("invalid-address", f"{text!r} is not HOST or HOST:PORT of a Batfish service")
    return Place(host, int(port))


def _split(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":") if rest else str(PORT)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, str(PORT)  # no port, or an IPv6 address as it is
