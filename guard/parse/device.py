"""One configuration file → one Device, whatever its vendor."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from guard.model.device import Device, Vendor
from guard.parse import host
from guard.parse.cisco import reader as cisco
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.freeze import freeze
from guard.parse.junos import reader as junos
from guard.parse.line import Line
from guard.parse.vendor import detect
from guard.parse.xr import reader as xr

#: How the vendors that are not read write the name of a device.
_HOSTNAME = re.compile(
    r"^\s*(?:(?:set system )?host-name|(?:net add |set )?hostname|sysname) \"?([\w.-]+)", re.M
)
#: Who reads which vendor's text.
READERS: Mapping[Vendor, Callable[[str, str, Vendor], Device]] = {
    Vendor.IOS: cisco.read,
    Vendor.EOS: cisco.read,
    Vendor.FRR: cisco.read,
    Vendor.HOST: host.read,
    Vendor.NXOS: cisco.read,
    Vendor.IOSXR: xr.read,
    Vendor.JUNOS: junos.read,
}


def parse_device(text: str, file: str) -> Device:
    """Read the configuration `text` of `file` (its path in the snapshot); never raises on content."""
    vendor = detect(text)
    reader = READERS.get(vendor, _opaque)
    return reader(text, file, vendor)


def _opaque(text: str, file: str, vendor: Vendor) -> Device:
    """A device of a vendor that no grammar reads: nothing but lines that nobody understood."""
    context = Context(file, vendor)
    rows = text.split("\n")
    lines = tuple(
        Line(number, row.strip(), tuple(row.split()))
        for number, row in enumerate(rows, 1)
        if row.strip() and not row.lstrip().startswith(("!", "#"))
    )
    context.warnings.append((1, f"no grammar for this vendor: {vendor.value}"))
    name = _HOSTNAME.search(text)
    return freeze(Draft(hostname=name[1] if name else ""), context, lines, len(rows))
