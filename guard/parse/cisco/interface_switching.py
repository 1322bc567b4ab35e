"""Layer 2 of an interface: switchport modes and VLANs, port-channel membership, autostate."""

from __future__ import annotations

from collections.abc import Mapping

from guard.parse.cisco.reading import InterfaceSettings
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly
from guard.parse.context import Context
from guard.parse.line import Line

Settings = InterfaceSettings
Spans = tuple[tuple[int, int], ...]


def vlan_spans(text: str) -> Spans:
    """`10,20-30` → ((10, 10), (20, 30))."""
    spans = []
    for part in text.replace(" ", "").split(","):
        low, dash, high = part.partition("-")
        first, last = int(low), int(high) if dash else int(low)
        if not 1 <= first <= last <= 4094:
            raise ValueError(f"{part} is no VLAN range")
        spans.append((first, last))
    return tuple(spans)


def _remove(spans: Spans, gone: Spans) -> Spans:
    for low, high in gone:
        kept: list[tuple[int, int]] = []
        for first, last in spans:
            if last < low or first > high:
                kept.append((first, last))
                continue
            if first < low:
                kept.append((first, low - 1))
            if last > high:
                kept.append((high + 1, last))
        spans = tuple(kept)
    return spans


_ALL: Spans = ((1, 4094),)


def _switchport(line: Line, context: Context, settings: Settings) -> None:
    settings.switchport = True
    settings.switchport_typed = True
    context.done(line)


def _no_switchport(line: Line, context: Context, settings: Settings) -> None:
    settings.switchport = False
    context.done(line)


def _mode(line: Line, context: Context, settings: Settings) -> None:
    mode = line.words[2].lower()
    if mode == "routed":
        settings.switchport = False
    else:
        _switches(settings)
        settings.mode = mode
    if mode in {"access", "trunk", "routed"}:
        context.done(line)
    else:
        context.partial(line, "a mode that is negotiated, or more than access and trunk, is taken as a trunk")


def _switches(settings: Settings) -> None:
    """A device takes these commands only where the port switches, so one that says nothing else does."""
    settings.switchport = True if settings.switchport is None else settings.switchport


def _access_vlan(line: Line, context: Context, settings: Settings) -> None:
    _switches(settings)
    if not line.words[-1].isdecimal():
        context.partial(line, "a VLAN that is named or learned is not known here")
        return
    settings.values["access_vlan"] = int(line.words[-1])
    context.done(line)


def _allowed(line: Line, context: Context, settings: Settings) -> None:
    """`switchport trunk allowed vlan [add|remove|except|none|all] LIST`."""
    _switches(settings)
    words = tuple(word.lower() for word in line.words[4:])
    old: Spans = settings.values.get("trunk_vlans") or _ALL
    first = words[0]
    if first == "all":
        new = _ALL
    elif first == "none":
        new = ()
    elif first == "except":
        new = _remove(_ALL, vlan_spans("".join(words[1:])))
    elif first == "remove":
        new = _remove(old, vlan_spans("".join(words[1:])))
    elif first == "add":
        new = (*(old if "trunk_vlans" in settings.values else ()), *vlan_spans("".join(words[1:])))
    else:
        new = vlan_spans("".join(words))
    settings.values["trunk_vlans"] = new or ((0, 0),)  # none at all: no VLAN is numbered 0
    context.done(line)


def _native(line: Line, context: Context, settings: Settings) -> None:
    if line.words[-1].isdecimal():
        settings.values["native"] = int(line.words[-1])
    context.done(line)


def _channel_group(line: Line, context: Context, settings: Settings) -> None:
    number = line.words[1]
    if not number.isdecimal():
        raise ValueError(f"{number} is no channel group")
    settings.channel_group = number
    context.done(line)


def _autostate(line: Line, context: Context, settings: Settings) -> None:
    settings.values["autostate"] = line.words[0] != "no"
    context.done(line)


SWITCHING: Mapping[str, Handler[Settings]] = {
    "switchport": _switchport,
    "no switchport": _no_switchport,
    "switchport mode": _mode,
    "switchport access vlan": _access_vlan,
    "switchport trunk allowed vlan": _allowed,
    "switchport trunk native vlan": _native,
    "switchport trunk encapsulation": Ignored("framing of a trunk"),
    "switchport trunk group": Partly("trunk groups are not applied to the VLANs of a trunk"),
    "switchport trunk pruning": Ignored("VTP pruning"),
    "switchport nonegotiate": Ignored("negotiation of trunks"),
    "switchport voice": Ignored("a VLAN for telephones"),
    "switchport phone": Ignored("a VLAN for telephones"),
    "switchport host": Ignored("a macro that spanning tree and negotiation follow"),
    "switchport source-interface": Ignored("what EOS answers to a tap"),
    "switchport port-security": NotModelled("port security may drop frames"),
    "switchport block": NotModelled("flooding that is blocked is not modelled"),
    "switchport protected": NotModelled("protected ports are not modelled"),
    "switchport private-vlan": NotModelled("private VLANs are not modelled"),
    "switchport vlan": NotModelled("VLAN mapping is not modelled"),
    "switchport backup": NotModelled("flex links are not modelled"),
    "switchport dot1q": NotModelled("tunnelled tags are not modelled"),
    "switchport default": Ignored("the mode that other interfaces have is read at the top"),
    "channel-group": _channel_group,
    "autostate": _autostate,
    "no autostate": _autostate,
}
