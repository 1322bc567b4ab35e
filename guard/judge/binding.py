"""Bindings: where a policy is stricter or milder than it says of itself, and with which figures (CONTRACT 4, scoping).

Law: a binding never switches a policy off; where none applies the policy's own enforcement and figures do, and where
several apply each is judged and the strictest word counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from guard.judge.case import Case
from guard.judge.finding import Enforcement
from guard.judge.scope import touched
from guard.model.provenance import Source
from guard.parse.yaml_text import Node
from guard.snapshot.snapshot import Snapshot

_OF_A_THING = ("sites", "devices", "zones", "paths")


@dataclass(frozen=True, slots=True)
class Thing:
    """One device, zone or file that a change edits, commands or takes down; `path` is its file in the snapshot."""

    device: str = ""
    zone: str = ""
    path: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """Globs, without regard to case; what is not given matches everything.

    `touches`: whether one thing that the change touches must match, or all of them.
    """

    authors: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    touches: Literal["any", "all"] = "all"

    def covers(self, author: str, things: Sequence[Thing]) -> bool:
        if self.authors and not _matches(author, self.authors):
            return False
        if not (self.sites or self.devices or self.zones or self.paths):
            return True
        matched = [self._of(each) for each in things]
        return any(matched) if self.touches == "any" else bool(matched) and all(matched)

    def _of(self, thing: Thing) -> bool:
        wanted = ((self.sites, thing.site), (self.devices, thing.device), (self.zones, thing.zone))
        return all(not globs or _matches(name, globs) for globs, name in (*wanted, (self.paths, thing.path)))


@dataclass(frozen=True, slots=True)
class Binding:
    """`params`: the figures of the policy's check that differ here, not read yet; `enforcement` None: the policy's."""

    name: str
    policy: str
    where: Where
    enforcement: Enforcement | None
    params: Node | None
    source: Source

    def document(self) -> dict[str, Any]:
        where = {name: list(getattr(self.where, name)) for name in ("authors", *_OF_A_THING)}
        figures = self.params.entries() if self.params is not None else {}
        return {
            "name": self.name,
            "policy": self.policy,
            "where": {**where, "touches": self.where.touches},
            "enforcement": self.enforcement.value if self.enforcement else None,
            "params": {name: _plain(node) for name, node in figures.items()},
        }


def read_binding(document: Node) -> Binding:
    """A `kind: Binding` document; InputInvalid with file and line. What it binds is checked once all is read."""
    fields = document.fields("apiVersion", "kind", "metadata", "spec", required=("metadata", "spec"))
    metadata = fields["metadata"].fields("name", required=("name",))
    spec = fields["spec"].fields("policy", "where", "enforcement", "params", required=("policy", "where"))
    if "enforcement" not in spec and "params" not in spec:
        fields["spec"].fail("a binding gives an enforcement, params or both", "missing-key")
    wanted = spec["enforcement"].choice(*(each.value for each in Enforcement)) if "enforcement" in spec else None
    return Binding(
        name=metadata["name"].text(),
        policy=spec["policy"].text(),
        where=_where(spec["where"]),
        enforcement=Enforcement(wanted) if wanted else None,
        params=spec.get("params"),
        source=document.source,
    )


def _where(node: Node) -> Where:
    given = node.fields("authors", *_OF_A_THING, "touches")
    globs = {name: given[name].texts() for name in ("authors", *_OF_A_THING) if name in given}
    if not globs or not all(globs.values()):
        node.fail("a binding says for which authors, sites, devices, zones or paths it is")
    of_things = any(name in given for name in _OF_A_THING)
    if of_things != ("touches" in given):
        node.fail(
            "`touches: any` or `touches: all` says whether one or every thing that a change touches must match"
            if of_things
            else "`touches` belongs to sites, devices, zones or paths"
        )
    touches: Literal["any", "all"] = "any" if of_things and given["touches"].choice("any", "all") == "any" else "all"
    return Where(**globs, touches=touches)


def _plain(node: Node) -> object:
    if isinstance(node.value, tuple):
        return [_plain(each) for each in node.value]
    return node.value


def things(case: Case) -> tuple[Thing, ...]:
    """Everything that the change touches, each in the moment in which a step touches it."""
    found = dict[Thing, None]()
    for step in case.steps:
        before = case.before(step).snapshot
        for part in step.step.parts:
            found.update(dict.fromkeys(_thing(words, (before, step.snapshot)) for words in touched(part, before)))
    return tuple(found)


def _thing(words: str, moments: Sequence[Snapshot]) -> Thing:
    kind, _, name = words.partition(" ")
    match kind:
        case "device":
            return next(_devices(name, moments), Thing(device=name))
        case "zone":
            zones = (moment.zones[name] for moment in moments if name in moment.zones)
            return next((Thing(zone=name, path=zone.file) for zone in zones), Thing(zone=name))
        case _:
            return Thing(path=name)


def _devices(name: str, moments: Sequence[Snapshot]) -> Iterator[Thing]:
    for moment in moments:
        device = moment.device(name)
        if device is not None:
            site = moment.inventory.site_of(device.name)
            yield Thing(device=device.name, path=device.file, site=site.name if site else "")


def _matches(name: str, globs: tuple[str, ...]) -> bool:
    return bool(name) and any(fnmatchcase(name.lower(), glob.lower()) for glob in globs)
