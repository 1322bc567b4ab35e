"""`system default-address-selection`: where sessions come from that no `local-address` says.

Law (recorded: lab-validation, junos_default_address_selection): sessions of internal and of multihop neighbours come
from the loopback; without one from the primary interface, the first unless one is marked; one over a single hop from
the address there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from guard.model.address import Address
from guard.model.bgp import BgpNeighbor
from guard.parse.junos.interface import MANAGEMENT
from guard.parse.junos.reading import Reading


def with_sources(
    reading: Reading, vrf: str, own: int | None, neighbors: Iterable[BgpNeighbor]
) -> tuple[BgpNeighbor, ...]:
    """The neighbours of an instance, with the address that their sessions come from where the device chooses it."""
    if reading.tree.root.at("system", "default-address-selection") is None:
        return tuple(neighbors)
    sources = {version: _source(reading, vrf, version) for version in (4, 6)}
    return tuple(
        replace(each, update_source=sources[_version(each)])
        if not each.update_source and (each.multihop is not None or each.remote_as == (each.local_as or own))
        else each
        for each in neighbors
    )


def _version(neighbor: BgpNeighbor) -> int:
    described = neighbor.listen if neighbor.address is None else neighbor.address
    return described.version if described is not None else 4


def _source(reading: Reading, vrf: str, version: int) -> str:
    held = [each for each in reading.draft.interfaces.values() if each.vrf == vrf and not each.shutdown]
    loopbacks = [each for each in held if each.kind == "loopback"]
    others = [each for each in held if each.kind != "loopback" and each.name.partition(".")[0] not in MANAGEMENT]
    others.sort(key=lambda each: (not _is_primary(reading, each.name, version), _ordered(each.name)))
    for interface in (*loopbacks, *others):
        for bound in interface.addresses:
            if bound.address.version == version and _may_be(bound.address):
                return str(bound.address)
    return ""


def _is_primary(reading: Reading, name: str, version: int) -> bool:
    """`family inet primary`: the interface that the device speaks from."""
    port, _, unit = name.partition(".")
    family = "inet" if version == 4 else "inet6"
    return reading.tree.root.at("interfaces", port, "unit", unit, "family", family, "primary") is not None


def _may_be(address: Address) -> bool:
    """Neither link-local nor of the host itself."""
    local = address.value >> 24 == 127 if address.version == 4 else address.value == 1
    return not local and not (address.version == 6 and address.is_link_local)


def _ordered(name: str) -> tuple[tuple[bool, int, str], ...]:
    """`ge-0/0/10` after `ge-0/0/9`."""
    parts = (part for part in re.split(r"(\d+)", name) if part)
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
