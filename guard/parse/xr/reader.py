"""One IOS XR configuration → Device: its tree of commands, each read by its handler, then what spans commands."""

from __future__ import annotations

from guard.model.device import Device, Vendor
from guard.parse.cisco import bgp
from guard.parse.cisco.finish import finish
from guard.parse.context import Context
from guard.parse.freeze import freeze
from guard.parse.modes import grammar, tree
from guard.parse.xr import bgp as xr_bgp
from guard.parse.xr import policy
from guard.parse.xr.acl import chain
from guard.parse.xr.reading import XrReading
from guard.parse.xr.router_id import identify
from guard.parse.xr.top import TABLE
from guard.parse.xr.unfold import unfold


def read(text: str, file: str, vendor: Vendor) -> Device:
    """Read the configuration of an IOS XR device, as `show running-config` prints it, formal or not."""
    context = Context(file, vendor)
    reading = XrReading(vendor=vendor)
    table = grammar(vendor.value)
    lines = tree(text, vendor.value)
    TABLE.read(unfold(lines, table.top, table), context, reading)
    for port in reading.igp_ports:
        settings = reading.settings.get(port.interface)
        if settings is not None:
            setattr(settings, port.field, port.settings)
    chain(context, reading)
    finish(reading)
    identify(reading)
    policy.finish(context, reading)
    xr_bgp.finish(context, reading)
    bgp.finish(context, reading)
    return freeze(reading, context, lines, text.count("\n") + 1)
