"""One Cisco-like configuration → Device: its tree of commands, each read by its handler, then what spans commands."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.device import Device, Vendor
from guard.parse.cisco import cumulus, quality
from guard.parse.cisco.finish import finish, name_ports
from guard.parse.cisco.misc import COMMANDS
from guard.parse.cisco.reading import Reading
from guard.parse.cisco.routing import ROUTING_HANDLERS, finish_routing
from guard.parse.cisco.table import Table
from guard.parse.cisco.top import TOP
from guard.parse.context import Context
from guard.parse.freeze import freeze
from guard.parse.modes import tree

_TABLES: Mapping[Vendor, Table[Reading]] = {
    vendor: Table(COMMANDS[vendor], TOP[vendor], ROUTING_HANDLERS[vendor])
    for vendor in (Vendor.IOS, Vendor.NXOS, Vendor.EOS, Vendor.FRR)
}


def read(text: str, file: str, vendor: Vendor) -> Device:
    """Read the configuration of an IOS, NX-OS, EOS or FRR device."""
    context = Context(file, vendor)
    forwarding = vendor in {Vendor.FRR, Vendor.NXOS}  # IOS and EOS: by `ipv6 unicast-routing`
    reading = Reading(vendor=vendor, ipv6_forwarding=forwarding)
    stanzas, rest = cumulus.split(text) if vendor is Vendor.FRR else ((), text)
    cumulus.read_stanzas(stanzas, context, reading)
    lines = tree(rest, vendor.value)
    _TABLES[vendor].read(lines, context, reading)
    if vendor is Vendor.FRR:
        name_ports(context, reading)
        cumulus.take_virtual_speeds(text, reading)
    quality.settle(lines, context)
    finish(reading)
    finish_routing(context, reading)
    return freeze(reading, context, (*stanzas, *lines), text.count("\n") + 1)
