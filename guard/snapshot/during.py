"""The network while an exec command runs: what a clear, a reset or a reload drops is down in that step (CONTRACT 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guard.model.address import parse_prefix
from guard.model.bgp import BgpNeighbor, BgpProcess
from guard.model.device import Device
from guard.snapshot.merge.commands import ClearOspf, ClearSessions, Reload
from guard.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Drop:
    """One command's passing effect on one device."""

    device: str
    effect: ClearSessions | ClearOspf | Reload

    def __str__(self) -> str:
        return f"{self.device}: {self.effect}"


def disturbed(after: Snapshot, drops: tuple[Drop, ...]) -> Snapshot:
    """`after` with everything down that the commands drop; `after` itself where they drop nothing."""
    devices = dict(after.devices)
    down = set(after.down_nodes)
    hit = []
    for drop in drops:
        device = devices.get(drop.device)
        if device is None:
            continue
        match drop.effect:
            case Reload():
                down.add(device.name)
            case ClearOspf():
                devices[device.name] = replace(device, ospf=())
            case ClearSessions(soft=True):
                continue
            case ClearSessions():
                devices[device.name] = _without_sessions(device, drop.effect)
        hit.append(str(drop))
    if not hit:
        return after
    return replace(after, devices=devices, down_nodes=frozenset(down), digest=f"{after.digest}/while {'; '.join(hit)}")


def _without_sessions(device: Device, effect: ClearSessions) -> Device:
    def shut(process: BgpProcess) -> BgpProcess:
        return replace(
            process,
            neighbors=tuple(replace(each, shutdown=True) if _hit(each, effect) else each for each in process.neighbors),
        )

    return replace(device, bgp=tuple(shut(each) if effect.vrf in ("", each.vrf) else each for each in device.bgp))


def _hit(neighbor: BgpNeighbor, effect: ClearSessions) -> bool:
    match effect.kind:
        case "all":
            return True
        case "external":
            return neighbor.remote_as_kind == "external" or neighbor.remote_as is not None
        case "group":
            return neighbor.group == effect.value
        case "as":
            return str(neighbor.remote_as) == effect.value
        case _:
            if effect.value in (neighbor.interface, str(neighbor.address)):
                return True
            try:
                wanted = parse_prefix(effect.value)
            except ValueError:
                return False
            return neighbor.address is not None and wanted == neighbor.address.host
