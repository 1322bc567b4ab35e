"""Quality of service: policies that only mark and queue say which packets wait, not where they go.

Their lines, their classes and where they are bound are ignored on purpose. A policy that polices, shapes, drops or
redirects is not modelled, nor are the classes that it asks or the interfaces that it stands on.
"""

from __future__ import annotations

from collections.abc import Iterable

from guard.parse.context import Context, walk
from guard.parse.line import Line

_REASON = "marking and queues: which packets wait, not where they go"

#: Types of classes and policies that only mark and queue can be (NX-OS, EOS; IOS has none for them).
_TYPES = frozenset({"qos", "queuing", "quality-of-service"})

_QUEUES = frozenset(
    {"priority", "bandwidth", "fair-queue", "random-detect", "queue-limit", "queue-buffers", "description"}
)
_MARKS = frozenset({"dscp", "precedence", "cos", "qos-group", "traffic-class", "discard-class", "mpls"})


def settle(lines: Iterable[Line], context: Context) -> None:
    """Mark what belongs to policies that only mark and queue, once the whole configuration has been read."""
    tops = tuple(lines)
    policies = {line.words[-1]: line for line in tops if _is_plain(line, "policy-map")}
    if not policies and not any(_is_plain(line, "class-map") for line in tops):
        return
    mild = _mild(policies)
    asked = {name for policy, line in policies.items() if policy not in mild for name in _classes(line)}
    for line in tops:
        name = line.words[-1]
        if (_is_plain(line, "policy-map") and name in mild) or (_is_plain(line, "class-map") and name not in asked):
            context.ignore_block(line, _REASON)
        elif line.words[0] == "interface":
            for each in line.children:
                if _binds(each) and each.words[-1] in mild:
                    context.ignore(each, _REASON)


def _is_plain(line: Line, kind: str) -> bool:
    words = line.words
    return words[0] == kind and len(words) > 1 and (words[1] != "type" or not _TYPES.isdisjoint(words[2:3]))


def _mild(policies: dict[str, Line]) -> frozenset[str]:
    """The policies that only mark and queue, those that they nest included."""
    mild = {name for name, line in policies.items() if all(_is_mild(each) for each in walk(line))}
    while True:
        wild = {name for name in mild if not mild.issuperset(_nested(policies[name]))}
        if not wild:
            return frozenset(mild)
        mild -= wild


def _is_mild(line: Line) -> bool:
    words = line.words
    if words[0] == "set":
        what = words[2:3] if words[1:2] in {("ip",), ("ipv6",)} else words[1:2]
        return not _MARKS.isdisjoint(what)
    return words[0] in _QUEUES or words[0] in {"policy-map", "class", "service-policy", "exit"}


def _nested(line: Line) -> set[str]:
    return {each.words[-1] for each in walk(line) if each.words[0] == "service-policy"}


def _classes(line: Line) -> set[str]:
    return {each.words[-1] for each in line.children if each.words[0] == "class"}


def _binds(line: Line) -> bool:
    words = line.words
    if words[0] != "service-policy" or len(words) < 3:
        return False
    return words[1] in {"input", "output"} or (words[1] == "type" and words[2] in _TYPES)
