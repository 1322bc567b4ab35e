"""Change: what somebody asks to do (CONTRACT 3), parsed into steps; a closed union of parts. Touches no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from guard.model.address import Prefix
from guard.model.provenance import Source
from guard.model.state import InterfaceId


@dataclass(frozen=True, slots=True)
class Merge:
    """Lines typed in configuration mode."""

    device: str
    lines: str
    source: Source


@dataclass(frozen=True, slots=True)
class ReplaceConfig:
    device: str
    text: str
    source: Source
    text_file: str = ""  # file the text came from, "" where it stands in the change itself


@dataclass(frozen=True, slots=True)
class PatchConfig:
    device: str
    diff: str
    source: Source


@dataclass(frozen=True, slots=True)
class Commands:
    """Exec-mode commands."""

    device: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class DownUp:
    """Interfaces (`node[if]`), nodes and shared risks (`shared_risk:NAME`) that go down and come up, as written."""

    down: tuple[str, ...]
    up: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ZoneUpdate:
    """An nsupdate script."""

    zone: str
    script: str
    source: Source


@dataclass(frozen=True, slots=True)
class ReplaceZone:
    """`server` "": the zone itself; else what that server serves. `parts`: file and text of each, for a folder."""

    zone: str
    text: str
    source: Source
    server: str = ""
    text_file: str = ""
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteZone:
    zone: str
    source: Source
    server: str = ""


@dataclass(frozen=True, slots=True)
class ReplaceRoas:
    """`file`: the file that `replace_file` names, empty where the text stands in the change itself."""

    text: str
    file: str
    source: Source


@dataclass(frozen=True, slots=True)
class EditFile:
    """Inventory, batfish/…, external_bgp_announcements.json: `mode` is patch or replace."""

    path: str
    mode: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class DnsPlan:
    """A plan of another tool: `kind` octodns, route53 or terraform; `text` is its JSON, out of `file`."""

    kind: str
    text: str
    source: Source
    file: str = ""


@dataclass(frozen=True, slots=True)
class AddDevice:
    name: str
    config: str
    source: Source


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    name: str
    source: Source


StepPart = (
    Merge
    | ReplaceConfig
    | PatchConfig
    | Commands
    | DownUp
    | ZoneUpdate
    | ReplaceZone
    | DeleteZone
    | ReplaceRoas
    | EditFile
    | DnsPlan
    | AddDevice
    | RemoveDevice
)


@dataclass(frozen=True, slots=True)
class Step:
    """Parts that are taken as one (`parallel`), mostly a single one. `number` is 1-based."""

    number: int
    parts: tuple[StepPart, ...]
    source: Source
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """What its author knows the change does; texts as written, prefixes parsed."""

    interfaces_down: tuple[InterfaceId, ...] = ()
    interfaces_up: tuple[InterfaceId, ...] = ()
    sessions_lost: tuple[str, ...] = ()
    sessions_gained: tuple[str, ...] = ()
    prefixes_withdrawn: tuple[Prefix, ...] = ()
    prefixes_advertised: tuple[Prefix, ...] = ()
    records_changed: tuple[str, ...] = ()
    services_unhealthy: tuple[str, ...] = ()
    at_risk: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    dropped: tuple[Prefix, ...] = ()


@dataclass(frozen=True, slots=True)
class BaseNamed:
    """What the change was planned on. Digests `sha256:…`; zones by serial."""

    snapshot: str = ""
    devices: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """`effect`: none, declared or any. `text` is the file as sent, `digest` also covers the files it names."""

    id: str
    title: str
    author: str
    text: str
    digest: str
    steps: tuple[Step, ...]
    effect: str = "any"
    expect: Expect = field(default_factory=Expect)
    base: BaseNamed = field(default_factory=BaseNamed)
    temporary: bool = False
    until: datetime | None = None
