"""The files of a snapshot folder → Snapshot. What cannot be read is a Problem; guard's own files must be right.

Law: the digest names exactly the files that are read; anything else in the folder is not part of the snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from guard.model.device import Device, Interface, Vendor
from guard.model.dns import Zone
from guard.model.errors import InputInvalid
from guard.model.external import LiveState, Problem, RuntimeData
from guard.model.inventory import Inventory
from guard.model.provenance import Source
from guard.model.state import Edge, InterfaceId
from guard.parse.batfish_files import parse_announcements, parse_blacklist, parse_layer1, parse_runtime
from guard.parse.device import READERS, parse_device
from guard.parse.inventory import dangling_names, parse_inventory
from guard.parse.live_state import parse_state
from guard.parse.roas import parse_roas
from guard.parse.zonefile import parse_zone
from guard.snapshot.files import (
    ANNOUNCEMENTS,
    BLACKLIST,
    INVENTORY,
    LAYER1,
    ROAS,
    RUNTIME,
    STATE,
    belongs,
    digest,
)
from guard.snapshot.memory import TextMemory
from guard.snapshot.names import Names
from guard.snapshot.snapshot import Overlay, Snapshot

T = TypeVar("T")

#: What reads each of Batfish's own files; the inventory and the state are read, and must be right, in `load`.
JSON_READERS: Mapping[str, Callable[[str, str], object]] = {
    LAYER1: parse_layer1,
    RUNTIME: parse_runtime,
    BLACKLIST: parse_blacklist,
    ANNOUNCEMENTS: parse_announcements,
}
#: Where a bandwidth means what somebody configured: EOS leaves its cost of 10 for one, FRR reports what the port says.
_SPEED_ALONE = frozenset({Vendor.EOS, Vendor.FRR})

#: A device is parsed again only when its text or its file changed: room for some ten thousand.
read_device = TextMemory(parse_device, characters=200_000_000)
#: Of zones as many as their texts fit into: one of a million records has some 40 million characters.
read_zone = TextMemory(parse_zone, characters=100_000_000)


def _with_overlay(files_digest: str, overlay: Overlay) -> str:
    if overlay == Overlay():
        return files_digest
    lines = [f"down {each}" for each in sorted(map(str, overlay.down))]
    lines += [f"up {each}" for each in sorted(map(str, overlay.up))]
    return "sha256:" + hashlib.sha256("\n".join([files_digest, *lines]).encode()).hexdigest()


def load(
    files: Mapping[str, str],
    overlay: Overlay | None = None,
    known_zones: Mapping[str, Zone] | None = None,
    *,
    before: Snapshot | None = None,
) -> Snapshot:
    """Read a snapshot from its files (relative path -> text).

    Raises InputInvalid where one of guard's own files (inventory, state) is malformed; what else cannot be read
    becomes a Problem of the snapshot. `overlay`: what steps of a change took down or brought up on top of the files.
    `known_zones`: by file, what their texts would be read as: large zones are not read again after an update.
    `before`: the snapshot that a change made this one of. Its inventory, where the change leaves that file alone, goes
    on naming what the change removes: that is lost in the network, and no fault of the inventory's.
    """
    overlay = overlay or Overlay()
    kept = {path: files[path] for path in sorted(files) if belongs(path)}
    problems: list[Problem] = []
    devices = _devices(kept, problems)
    names = Names(devices)
    inventory = _inventory(kept, names, problems, before)
    live = parse_state(kept[STATE], STATE) if STATE in kept else LiveState()
    live = replace(
        live, down_interfaces=names.interfaces(live.down_interfaces), down_nodes=names.nodes(live.down_nodes)
    )
    runtime = (_tried(parse_runtime, RUNTIME, kept, problems) if RUNTIME in kept else None) or RuntimeData()
    _take_bandwidths(devices, runtime, names, kept)
    down = set(live.down_interfaces) | names.interfaces(runtime.down)
    if BLACKLIST in kept:
        down |= names.interfaces(_tried(parse_blacklist, BLACKLIST, kept, problems) or ())
    down_nodes = set(live.down_nodes)
    for window in live.maintenance:
        down |= names.interfaces(window.interfaces)
        down_nodes |= names.nodes(window.nodes)
    down = (down | {each for each in overlay.down if isinstance(each, InterfaceId)}) - overlay.up
    down_nodes = (down_nodes | {each for each in overlay.down if isinstance(each, str)}) - overlay.up
    zones, server_zones = _zones(kept, problems, known_zones or {})
    layer1 = _tried(parse_layer1, LAYER1, kept, problems) if LAYER1 in kept else None
    return Snapshot(
        files=kept,
        digest=_with_overlay(digest(kept), overlay),
        devices=devices,
        inventory=inventory,
        layer1=tuple(Edge(names.interface(a), names.interface(b)) for a, b in layer1) if layer1 is not None else None,
        announcements=tuple(
            replace(each, node=names.node(each.node))
            for each in (_tried(parse_announcements, ANNOUNCEMENTS, kept, problems) or ())
        )
        if ANNOUNCEMENTS in kept
        else (),
        live=live,
        down_interfaces=frozenset(down),
        down_nodes=frozenset(down_nodes),
        zones=zones,
        server_zones=server_zones,
        roas=_tried(parse_roas, ROAS, kept, problems) if ROAS in kept else None,
        problems=tuple(problems),
        overlay=overlay,
    )


def _inventory(
    files: Mapping[str, str], names: Names, problems: list[Problem], before: Snapshot | None
) -> Inventory:
    """The inventory in the configurations' own names."""
    sources = _inventory_files(files)
    if before is not None and sources == _inventory_files(before.files):
        problems += [each for each in before.problems if each.source.file in sources]
        found = names.inventory(before.inventory, [])
        alike = found == before.inventory and found.file_names == before.inventory.file_names
        return before.inventory if alike else found
    read = parse_inventory(files[INVENTORY], INVENTORY, files) if INVENTORY in files else Inventory(given=False)
    problems += dangling_names(read)
    return names.inventory(read, problems)


def _inventory_files(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path == INVENTORY or path.endswith(".csv")}


def is_device(path: str) -> bool:
    """Whether a file of a snapshot describes a device."""
    return path.startswith("configs/") or (path.startswith("hosts/") and path.endswith(".json"))


def _devices(files: Mapping[str, str], problems: list[Problem]) -> dict[str, Device]:
    """One device a file of configs/ and hosts/; a name that two files claim belongs to the first."""
    found: dict[str, Device] = {}  # by name in lower case
    for path, text in files.items():
        if not is_device(path):
            continue
        try:
            device = read_device(text, path)
        except InputInvalid as error:
            problems.append(_problem(error, path))
            continue
        taken = found.get(device.name.lower())
        if taken is not None:
            message = f"the name {device.name} is already that of {taken.file}; this file is left out"
            problems.append(Problem(message, Source(path, 1, 1), (device.name,)))
            continue
        if device.vendor not in READERS:
            message = f"no grammar reads this file (vendor: {device.vendor.value}); what {device.name} does is not seen"
            problems.append(Problem(message, Source(path, 1, 1), (device.name,)))
        found[device.name.lower()] = device
    return dict(sorted((device.name, device) for device in found.values()))


def _take_bandwidths(
    devices: dict[str, Device], runtime: RuntimeData, names: Names, files: Mapping[str, str]
) -> None:
    """Where a configuration is silent about a bandwidth, what the device showed stands for it."""
    told: dict[str, list[tuple[str, int]]] = {}
    for wanted, kbits in runtime.bandwidths:
        found = names.interface(wanted)
        told.setdefault(found.node, []).append((found.interface, kbits))
    for node in sorted(told.keys() & devices.keys()):
        file = devices[node].file
        devices[node] = _measured(files[file], file, tuple(sorted(told[node])))


@lru_cache(maxsize=8192)
def _measured(text: str, file: str, told: tuple[tuple[str, int], ...]) -> Device:
    """The device with bandwidths as it showed them; the very device of the file where that says nothing new."""
    device, known = read_device(text, file), dict(told)
    interfaces = tuple(_with_bandwidth(device.vendor, each, known.get(each.name)) for each in device.interfaces)
    return device if interfaces == device.interfaces else replace(device, interfaces=interfaces)


def _with_bandwidth(vendor: Vendor, interface: Interface, kbits: int | None) -> Interface:
    if kbits is None or interface.bandwidth is not None or interface.kind == "loopback":
        return interface
    if vendor in _SPEED_ALONE:
        return replace(interface, speed=kbits // 1000) if interface.speed is None and kbits >= 1000 else interface
    return replace(interface, bandwidth=kbits)


def _zones(
    files: Mapping[str, str], problems: list[Problem], known: Mapping[str, Zone]
) -> tuple[dict[str, Zone], dict[str, dict[str, Zone]]]:
    """zones/*.zone, and zones/SERVER/*.zone by server."""
    zones: dict[str, Zone] = {}
    servers: dict[str, dict[str, Zone]] = {}
    for path in files:
        parts = path.split("/")
        if parts[0] != "zones" or not path.endswith(".zone") or len(parts) not in (2, 3):
            continue
        zone = known.get(path) or _tried(read_zone, path, files, problems)
        if zone is None:
            continue
        place = zones if len(parts) == 2 else servers.setdefault(parts[1].lower().rstrip(".") + ".", {})
        if zone.apex in place:
            message = f"zone {zone.apex} stands in {place[zone.apex].file} already; this file is left out"
            problems.append(Problem(message, Source(path, 1, 1), (zone.apex,)))
            continue
        place[zone.apex] = zone
    return dict(sorted(zones.items())), servers


def _tried(parse: Callable[[str, str], T], path: str, files: Mapping[str, str], problems: list[Problem]) -> T | None:
    try:
        return parse(files[path], path)
    except InputInvalid as error:
        problems.append(_problem(error, path))
        return None


def _problem(error: InputInvalid, path: str) -> Problem:
    line = error.line or 1
    return Problem(error.message, Source(error.file or path, line, line), (path,))
