"""One Cisco-like configuration → Device: its tree of commands, each read by its handler, then what spans commands."""

from __future__ import annotations

from guard.model.device import Device, Vendor
from guard.parse.cisco.routing import ROUTING_HANDLERS
from guard.parse.cisco.table import Table
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.freeze import freeze
from guard.parse.modes import tree

_TABLE: Table[Draft] = Table(ROUTING_HANDLERS)


def read(text: str, file: str, vendor: Vendor) -> Device:
    """Read the configuration of an IOS, EOS or FRR device."""
    context = Context(file, vendor)
    draft = Draft()
    lines = tree(text, vendor.value)
    _TABLE.read(lines, context, draft)
    return freeze(draft, context, lines, text.count("\n") + 1)
