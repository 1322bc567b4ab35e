"""The network while an exec command runs: what a clear, a reset or a reload drops is down in that step (CONTRACT 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from guard.model.bgp import BgpNeighbor, BgpProcess
from guard.model.device import Device
from guard.snapshot.merge.commands import ClearEigrp, ClearIsis, ClearOspf, ClearSessions, Reload, RestartRouting
from guard.snapshot.snapshot import Snapshot

Passing = ClearSessions | ClearOspf | ClearIsis | ClearEigrp | Reload | RestartRouting


@dataclass(frozen=True, slots=True)
class Drop:
    """One command's passing effect on one device."""

    device: str
    effect: Passing

    def __str__(self) -> str:
        match self.effect:
            case ClearSessions(kind=kind, selector=selector):
                return f"{self.device}: BGP sessions ({kind} {selector}) are reset"
            case ClearOspf():
                return f"{self.device}: OSPF adjacencies are reset"
            case ClearIsis():
                return f"{self.device}: IS-IS adjacencies are reset"
            case ClearEigrp():
                return f"{self.device}: EIGRP neighbours are reset"
            case Reload():
                return f"{self.device}: the device restarts"
            case RestartRouting():
                return f"{self.device}: its routing daemons restart"
            case _:
                assert_never(self.effect)

    def sessions(self, device: Device) -> frozenset[tuple[str, str, str]]:
        """Keys of the session ends that it resets (BgpSession.key)."""
        effect = self.effect
        if not isinstance(effect, ClearSessions | RestartRouting):
            return frozenset()
        return frozenset(
            (device.name, process.vrf, str(each.address or each.interface or ""))
            for process in device.bgp
            for each in process.neighbors
            if isinstance(effect, RestartRouting) or _hit(process, each, effect)
        )


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
            case ClearIsis():
                devices[device.name] = replace(device, isis=())
            case ClearEigrp():
                devices[device.name] = replace(device, eigrp=())
            case RestartRouting():
                devices[device.name] = replace(device, ospf=(), isis=(), rip=(), eigrp=(), bgp=())
            case ClearSessions(soft=True):
                continue
            case ClearSessions():
                devices[device.name] = _without_sessions(device, drop.effect)
            case _:
                assert_never(drop.effect)
        hit.append(str(drop))
    if not hit:
        return after
    return replace(after, devices=devices, down_nodes=frozenset(down), digest=f"{after.digest}/while {'; '.join(hit)}")


def _without_sessions(device: Device, effect: ClearSessions) -> Device:
    def shut(process: BgpProcess) -> BgpProcess:
        neighbors = tuple(
            replace(each, shutdown=True) if _hit(process, each, effect) else each for each in process.neighbors
        )
        return replace(process, neighbors=neighbors)

    return replace(device, bgp=tuple(map(shut, device.bgp)))


def _hit(process: BgpProcess, neighbor: BgpNeighbor, effect: ClearSessions) -> bool:
    if effect.vrf not in (None, process.vrf):
        return False
    match effect.kind:
        case "all":
            return True
        case "external":
            return neighbor.remote_as_kind == "external" or neighbor.remote_as not in (None, process.asn)
        case "peer-group":
            return neighbor.group == effect.selector
        case "as":
            return str(neighbor.remote_as) == effect.selector
        case _:
            return effect.selector in (neighbor.interface, str(neighbor.address))
