"""`router hsrp` and `router vrrp`: the virtual addresses of interfaces. Which member is active is not computed."""

from __future__ import annotations

from guard.model.address import parse_address
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.reading import InterfaceSettings
from guard.parse.cisco.table import malformed
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.reading import XrReading

_OTHER_MEMBER = "which member of the group is active is not computed"
_PARTLY = frozenset({"priority", "preempt", "shutdown", "follow", "slave"})
_HARMLESS = frozenset({
    "timers", "timer", "authentication", "text-authentication", "name", "session", "bfd", "mac-address", "accept-mode",
    "delay", "mac-refresh", "use-bia", "redirects", "message", "version", "description",
})  # fmt: skip


def first_hop(line: Line, context: Context, reading: XrReading) -> None:
    """The whole block of one protocol."""
    context.done(line)
    for child in line.children:
        if child.words[0] != "interface":
            context.ignore_block(child, "logs and timers of a first-hop protocol")
            continue
        name = named(context.vendor, child.words[1:])
        context.refer("interface", name, child, f"router {line.words[1]}")
        settings = reading.settings.get(name)
        context.done(child)
        for each in child.children:
            _read(each, context, settings)


def _read(line: Line, context: Context, settings: InterfaceSettings | None) -> None:
    """A family, a group in it, or a command of either: they nest to any depth that the release has."""
    head = line.words[0].lower()
    rest = line.words[1:]
    if head in {"address-family", "hsrp", "vrrp"}:
        context.done(line)
        option = tuple(rest[1:]) if head != "address-family" else ()
        if option and option[0] not in {"version", "slave"}:
            _option(line, option, context, settings)
        for child in line.children:
            _read(child, context, settings)
        return
    _option(line, line.words, context, settings)


def _option(line: Line, words: tuple[str, ...], context: Context, settings: InterfaceSettings | None) -> None:
    head = words[0].lower()
    if head in {"address", "ipv4", "ipv6"}:
        try:
            _address(line, words, context, settings)
        except ValueError as problem:
            malformed(line, context, str(problem))
    elif head in _PARTLY:
        context.partial(line, _OTHER_MEMBER)
    elif head == "track":
        context.not_implemented(line, "tracking of a first-hop group is not modelled")
        for child in line.children:
            context.not_implemented(child, "tracking of a first-hop group is not modelled")
    elif head in _HARMLESS:
        context.ignore_block(line, "timers and names of a first-hop group")
    else:
        context.unrecognised(line)


def _address(line: Line, words: tuple[str, ...], context: Context, settings: InterfaceSettings | None) -> None:
    """`address [global|secondary] A`; one that is learned or link-local made is not known."""
    texts = [word for word in words[1:] if word.count(".") == 3 or ":" in word]
    if not texts:
        context.partial(line, "a virtual address that is learned or derived is not known here")
        return
    found = [parse_address(text.partition("/")[0]) for text in texts]
    if settings is not None:
        settings.virtual.extend(found)
    context.done(line)
