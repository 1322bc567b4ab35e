"""Small changes of a snapshot, each of another interface: what a service is asked for one after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_CHANGE = """\
apiVersion: guard/v1
kind: Change
metadata: {{id: BENCH-{number}, title: One interface, author: bench}}
steps:
- device: {device}
  merge: |
    interface {interface}
     {line}
"""
#: Links of a router that can lose one.
_LINKS = 3
_INTERFACE = re.compile(r"^interface (\S+)$")
_COST = re.compile(r"^ +((?:ip ospf cost|isis metric)) (\d+)")


class Link(NamedTuple):
    """An interface that an IGP uses, and its cost there."""

    device: str
    interface: str
    command: str
    cost: int


class Small(NamedTuple):
    """A change of one interface: what it does, and its text."""

    name: str
    text: str


def small_changes(snapshot: Path, count: int) -> list[Small]:
    """Links shut, costs changed and descriptions in turn, of links far apart whose loss cuts nobody off."""
    routers = [_links(path) for path in sorted((snapshot / "configs").iterdir())]
    found = [links[0] for links in routers if len(links) >= _LINKS]
    return [_change(found[number * len(found) // count], number) for number in range(count)]


def _change(link: Link, number: int) -> Small:
    name, line = (
        ("shut", "shutdown"),
        ("cost", f"{link.command} {link.cost * 2}"),
        ("description", "description to be replaced"),
    )[number % 3]
    text = _CHANGE.format(number=number, device=link.device, interface=link.interface, line=line)
    return Small(f"{name} {link.device}", text)


def _links(path: Path) -> list[Link]:
    """The interfaces of a configuration that have a cost of their own."""
    found: list[Link] = []
    interface = ""
    for line in path.read_text().splitlines():
        if named := _INTERFACE.match(line):
            interface = named[1]
        elif (cost := _COST.match(line)) and interface:
            found.append(Link(path.stem, interface, cost[1], int(cost[2])))
    return found
