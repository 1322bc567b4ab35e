"""An IOS XR device while it is being read: the drafts of the Cisco-like grammars, and XR's policies and sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guard.model.policy import Action, Condition
from guard.parse.cisco.reading import IgpSettings, Reading
from guard.parse.cisco.routing_draft import PeerDraft
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.tokens import Token, call, call_text

if TYPE_CHECKING:
    from guard.parse.xr.program import Block
    from guard.parse.xr.vrf import VrfFamily


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A route-policy as it stands in the file."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Token, ...]
    header: Line
    last: Line


@dataclass(frozen=True, slots=True)
class IgpPort:
    """What a block of an IGP says about an interface; `field` is where the interface keeps it (ospf, ospf6, isis)."""

    interface: str
    field: str
    settings: IgpSettings


@dataclass(slots=True)
class XrReading(Reading):
    """`path_tests`: what an as-path-set asks for that is no expression; `tags`: the spans of a tag-set.

    `attached`: policies with arguments, by their text, as some place or other policy calls them.
    """

    rpl: dict[str, PolicyText] = field(default_factory=dict)
    path_tests: dict[str, tuple[Condition, ...]] = field(default_factory=dict)
    tags: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    attached: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    igp_ports: list[IgpPort] = field(default_factory=list)
    router_id_of: dict[tuple[int, str, str], str] = field(default_factory=dict)  # interface by version, process, VRF
    groups: dict[tuple[str, str], PeerDraft] = field(default_factory=dict)  # by kind (neighbor, session, af) and name
    vrf_families: dict[tuple[str, int], VrfFamily] = field(default_factory=dict)  # by VRF and IP version
    programs: dict[tuple[str, tuple[str, ...]], Block] = field(default_factory=dict)
    conditions: dict[tuple[int, bool], Condition] = field(default_factory=dict)  # by test, and whether it was quiet
    actions: dict[tuple[int, bool], tuple[Action, ...]] = field(default_factory=dict)
    said: set[tuple[str, str, int, int]] = field(default_factory=set)

    def refer(self, context: Context, kind: str, name: str, line: Line, usage: str, version: int = 4) -> None:
        """Record a use of a structure once, however often the policy that it stands in is read."""
        key = (kind, name, line.number, version)
        if key not in self.said:
            self.said.add(key)
            context.refer(kind, name, line, usage, version)

    def attach(self, context: Context, text: str, line: Line, usage: str) -> str:
        """A policy used at a place, `NAME` or `NAME(1, 2)`: the name that the model knows it by."""
        name, arguments = call(text)
        self.refer(context, "route-map", name, line, usage)
        found = call_text(name, arguments)
        if arguments:
            self.attached[found] = (name, arguments)
            self.refer(context, "route-map", found, line, usage)
        return found
