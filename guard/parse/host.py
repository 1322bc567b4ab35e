"""Batfish host files (`hosts/*.json`): a host with its interfaces and gateways, outside the Cisco-like grammars.

A filter of iptables is named there and not modelled.
"""

from __future__ import annotations

import json
from typing import Any

from guard.model.address import DEFAULT_V4, Address, parse_address
from guard.model.device import Device, Interface, InterfaceAddress, StaticRoute, Vendor
from guard.model.provenance import Source
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.freeze import freeze
from guard.parse.line import Line


def read(text: str, file: str, vendor: Vendor) -> Device:
    """Read one host; what is no JSON object, or has a part of the wrong type, is not recognised."""
    context = Context(file, vendor)
    lines = _lines(text)
    draft = Draft()
    try:
        found = json.loads(text)
        if not isinstance(found, dict):
            raise TypeError("no object")
        _host(found, draft, context, lines)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        context.warnings.append((1, f"no host file: {problem}"))
        draft.interfaces.clear()
        draft.static_routes.clear()
        return freeze(draft, context, lines, text.count("\n") + 1)
    for line in lines:
        if "iptablesFile" in line.text:
            context.partial(line, "a filter of iptables is not modelled")
        else:
            context.done(line)
    return freeze(draft, context, lines, text.count("\n") + 1)


def _lines(text: str) -> tuple[Line, ...]:
    rows = enumerate(text.split("\n"), 1)
    return tuple(Line(number, row.strip(), tuple(row.split())) for number, row in rows if row.strip())


def _host(found: dict[str, Any], draft: Draft, context: Context, lines: tuple[Line, ...]) -> None:
    draft.hostname = str(found.get("hostname", ""))
    for name, values in found.get("hostInterfaces", {}).items():
        source = _source(name, context, lines)
        prefixes = [values.get("prefix"), *values.get("otherPrefixes", ())]
        addresses = tuple(_address(text, source) for text in prefixes if text)
        draft.interfaces[name] = Interface(
            name=name,
            source=source,
            kind="loopback" if name == "lo" else "physical",
            shutdown=values.get("active") is False,
            vrf=values.get("vrf") or "default",
            addresses=addresses,
            bandwidth=int(values["bandwidth"]) // 1000 if values.get("bandwidth") else None,
        )
        gateway = values.get("gateway")
        if gateway:
            _default(draft, parse_address(gateway), name, source)


def _address(text: str, source: Source) -> InterfaceAddress:
    address, _, length = text.partition("/")
    return InterfaceAddress(parse_address(address), int(length), source=source)


def _default(draft: Draft, gateway: Address, name: str, source: Source) -> None:
    """Batfish gives a host one default route a gateway."""
    if gateway.version == 4:
        draft.static_routes.append(StaticRoute(DEFAULT_V4, source, next_hop=gateway, interface=name, recursive=False))


def _source(name: str, context: Context, lines: tuple[Line, ...]) -> Source:
    """The line where the interface's object opens."""
    opening = next((line for line in lines if f'"{name}"' in line.text), lines[0])
    return context.source(opening)
