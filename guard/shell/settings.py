"""What a server may be told in its YAML file, with what it does where nothing is told.

Law: an unknown key is an error with its line; nothing beyond loopback without TLS unless told so in words.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from guard.model.errors import InputInvalid
from guard.parse.yaml_text import Node, load_documents
from guard.shell.errors import RequestInvalid

DEFAULT_LISTEN = "127.0.0.1:50051"
MIB = 1024 * 1024
ENGINES = ("embedded", "batfish", "both", "rehearsal")


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: the server's certificate chain and key, and the authority that signs the clients' certificates."""

    cert: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a request may cost. 1,031 devices with 326,544 lines are about 12 MiB in 1,031 files."""

    message_bytes: int = 16 * MIB
    snapshot_bytes: int = 128 * MIB
    file_bytes: int = 32 * MIB
    files: int = 20_000
    uploads: int = 2
    checks: int = 16  # running and waiting
    rpcs: int = 256
    check_seconds: float = 600.0
    drain_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server runs."""

    listen: str = DEFAULT_LISTEN
    state: Path = field(default_factory=lambda: default_state())
    head: Path | None = None  # a folder on another disk for the signed heads
    policies: Path | None = None
    tls: Tls | None = None
    allow_insecure_remote: bool = False
    submitter_may_approve: bool = True
    engine: str = ""  # "": both where a Batfish service is configured, else embedded
    batfish: str | None = None  # HOST[:PORT] of a Batfish service; GUARD_BATFISH where the file says none
    web: str = ""  # HOST:PORT of the web page, "off", or "" for the port after the service's
    prove_minutes: float = 60.0  # how often guard proves again that it catches what it must
    workers: int = field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1))
    limits: Limits = field(default_factory=Limits)


def default_state() -> Path:
    """The user's own state folder (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "guard"


def load_settings(path: Path | None, *, listen: str | None = None, state: Path | None = None) -> Settings:
    """The settings of a file, with what the command line says instead; RequestInvalid with file and line."""
    settings = _from_file(path) if path else Settings()
    settings = replace(settings, listen=listen or settings.listen, state=state or settings.state)
    _refuse_insecure(settings)
    return settings


def _from_file(path: Path) -> Settings:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestInvalid("unreadable-file", f"the settings cannot be read: {error}", str(path)) from error
    try:
        documents = load_documents(text, str(path))
        if len(documents) > 1:
            documents[1].fail("one document of settings is enough")
        return _settings(documents[0], path.parent) if documents else Settings()
    except InputInvalid as error:
        raise RequestInvalid(error.code, error.message, error.file, error.line) from error


def _settings(node: Node, folder: Path) -> Settings:
    at = node.fields("listen", "state", "head", "policies", "tls", "allow_insecure_remote", "submitter_may_approve",
                     "engine", "batfish", "web", "prove_minutes", "workers", "limits")
    default = Settings()
    return Settings(
        listen=at["listen"].text() if "listen" in at else default.listen,
        state=_path(at, "state", folder) or default.state,
        head=_path(at, "head", folder),
        policies=_path(at, "policies", folder),
        tls=_tls(at["tls"], folder) if "tls" in at else None,
        allow_insecure_remote="allow_insecure_remote" in at and at["allow_insecure_remote"].flag(),
        submitter_may_approve=at["submitter_may_approve"].flag() if "submitter_may_approve" in at else True,
        engine=at["engine"].choice(*ENGINES) if "engine" in at else default.engine,
        batfish=at["batfish"].text() if "batfish" in at else None,
        web=at["web"].text() if "web" in at else default.web,
        prove_minutes=at["prove_minutes"].number(0.01) if "prove_minutes" in at else default.prove_minutes,
        workers=at["workers"].integer(1, 256) if "workers" in at else default.workers,
        limits=_limits(at["limits"]) if "limits" in at else default.limits,
    )


def _tls(node: Node, folder: Path) -> Tls:
    at = node.fields("cert", "key", "client_ca", required=("cert", "key"))
    return Tls(folder / at["cert"].text(), folder / at["key"].text(), _path(at, "client_ca", folder))


def _limits(node: Node) -> Limits:
    whole = ("message_bytes", "snapshot_bytes", "file_bytes", "files", "uploads", "checks", "rpcs")
    at = node.fields(*whole, "check_seconds", "drain_seconds")
    limits = replace(Limits(), **{name: at[name].integer(1) for name in whole if name in at})
    return replace(
        limits,
        check_seconds=at["check_seconds"].number(0.1) if "check_seconds" in at else limits.check_seconds,
        drain_seconds=at["drain_seconds"].number(0.1) if "drain_seconds" in at else limits.drain_seconds,
    )


def _path(at: Mapping[str, Node], key: str, folder: Path) -> Path | None:
    """A path of the settings, relative to the file that they stand in."""
    return folder / Path(at[key].text()).expanduser() if key in at else None


def _refuse_insecure(settings: Settings) -> None:
    host, _ = split_address(settings.listen)
    if is_loopback(host) or settings.allow_insecure_remote:
        return
    if settings.tls is None:
        raise RequestInvalid("insecure-listen", f"{settings.listen} is beyond loopback: give tls with cert, key and "
                             "client_ca, or say `allow_insecure_remote: true` in the settings file")
    if settings.tls.client_ca is None:
        raise RequestInvalid("insecure-listen", f"{settings.listen} is beyond loopback and tls has no client_ca, so "
                             "nobody who calls would be known; say `allow_insecure_remote: true` to accept that")


def split_address(address: str) -> tuple[str, int]:
    """HOST:PORT, with IPv6 in brackets; RequestInvalid otherwise."""
    host, separator, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not separator or not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise RequestInvalid("invalid-address", f"{address!r} is not HOST:PORT")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and nobody else can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
