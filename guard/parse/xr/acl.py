"""`ipv4 access-list`, `ipv6 access-list` and groups of networks; entries are those of the Cisco-like grammars.

XR leaves the protocol out where it is any (`10 permit 10.0.0.0/8 any`), and the destination with it.
"""

from __future__ import annotations

from dataclasses import replace

from guard.model.device import Reference
from guard.parse.cisco.acl import access_list as cisco_list
from guard.parse.cisco.acl import object_group as cisco_group
from guard.parse.cisco.acl_words import PROTOCOLS
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.reading import XrReading

_ACTIONS = frozenset({"permit", "deny"})
_OPENERS = frozenset({"any", "host", "net-group", "object-group"})


def access_list(line: Line, context: Context, reading: XrReading) -> None:
    """A list with its entries; a further block adds to it."""
    if line.words[2] in {"log-update", "maximum"}:
        context.ignore_block(line, "logging and numbering of access lists")
        return
    children = tuple(_entry(each) for each in line.children)
    cisco_list(Line(line.number, line.text, line.words, children), context, reading)


def _entry(line: Line) -> Line:
    words = _counted(line.words)
    at = 1 if words[0].isdecimal() else 0
    if len(words) < at + 2 or words[at].lower() not in _ACTIONS:
        return line
    head, body = words[: at + 1], words[at + 1 :]
    first = body[0].lower()
    if first in PROTOCOLS or first.isdecimal():
        return Line(line.number, line.text, words, line.children)
    masked = "/" not in first and len(body) > 1 and body[1].count(".") == 3
    used = 2 if masked or first in _OPENERS - {"any"} else 1
    destination = () if len(body) > used else ("any",)
    words = (*head, "ipv6" if ":" in first else "ipv4", *body, *destination)
    return Line(line.number, line.text, words, line.children)


def _counted(words: tuple[str, ...]) -> tuple[str, ...]:
    """The entry without what counts and captures packets."""
    if "counter" in words:
        at = words.index("counter")
        words = (*words[:at], *words[at + 2 :])
    return tuple(word for word in words if word not in {"capture", "hw-count"})


#: What joins the names of a common list and of the interface's own, which is asked after it.
CHAINED = " + "


def chain(context: Context, reading: XrReading) -> None:
    """Make one list of each common list and the interface's own: the common one is asked first, without its end."""
    for settings in reading.settings.values():
        for field, version in (("acl_in", 4), ("acl6_in", 6)):
            name = str(settings.values.get(field, ""))
            common, joint, own = name.partition(CHAINED)
            first, second = reading.acls.get((version, common)), reading.acls.get((version, own))
            if joint and first is not None and second is not None:
                reading.acls[version, name] = replace(second, name=name, lines=(*first.lines, *second.lines))
                usage = "interface access-group common"
                context.references.append(Reference("acl", name, usage, settings.source, version))
            elif joint:
                settings.values[field] = own if second is not None else common  # the other is reported as undefined


def object_group(line: Line, context: Context, reading: XrReading) -> None:
    """`object-group network ipv4|ipv6 NAME`; groups of ports make what uses them opaque."""
    words = tuple(word for word in line.words if word not in {"ipv4", "ipv6"})
    children = tuple(
        Line(child.number, child.text, ("group-object", *child.words[1:]), child.children)
        if child.words[0] == "object-group"
        else child
        for child in line.children
    )
    cisco_group(Line(line.number, line.text, words, children), context, reading)
