"""One configuration file → one Device, whatever its vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.device import Device, Vendor
from guard.parse import host
from guard.parse.cisco import reader as cisco
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.freeze import freeze
from guard.parse.line import Line
from guard.parse.vendor import detect

#: Who reads which vendor's text.
READERS: Mapping[Vendor, Callable[[str, str, Vendor], Device]] = {
    Vendor.IOS: cisco.read,
    Vendor.EOS: cisco.read,
    Vendor.FRR: cisco.read,
    Vendor.HOST: host.read,
}


def parse_device(text: str, file: str) -> Device:
    """Read the configuration `text` of `file` (its path in the snapshot); never raises on content."""
    vendor = detect(text, file)
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
    return freeze(Draft(), context, lines, len(rows))
