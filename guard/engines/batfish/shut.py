"""Interfaces shut in the configuration itself: Batfish's blacklist and forks take down none but physical ones.

Batfish ignores the others without a word (`processInterfaceBlacklist` asks for a line status, which the interface of a
loopback, a VLAN or a tunnel has not). Lines below a shut interface stand one or two lines lower than in the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable

from guard.model.device import Vendor
from guard.model.errors import InputInvalid
from guard.model.state import InterfaceId
from guard.snapshot.merge.merge import merge
from guard.snapshot.snapshot import Snapshot


def shut(snapshot: Snapshot, files: dict[str, str], interfaces: Iterable[InterfaceId]) -> dict[str, str]:
    """The files that go up with these interfaces shut, as if it had been typed; what cannot be typed stays as it is."""
    changed = dict(files)
    for here in interfaces:
        device = snapshot.device(here.node)
        if device is not None and device.file in changed:
            changed[device.file] = _typed(changed[device.file], device.vendor, here.interface)
    return changed


def _typed(text: str, vendor: Vendor, interface: str) -> str:
    if vendor is Vendor.JUNOS:
        name, _, unit = interface.partition(".")
        lines = f"set interfaces {name} unit {unit} disable" if unit else f"set interfaces {name} disable"
    else:
        lines = f"interface {interface}\nshutdown"
    try:
        return merge(text, lines, vendor.value).text
    except InputInvalid:
        return text
