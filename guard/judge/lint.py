"""What is wrong with a snapshot as it stands, change or no change: the rows of `guard lint` (CONTRACT 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from guard.judge.checks.dns_standing import dns_faults
from guard.model.coverage import LineState
from guard.model.device import Device
from guard.model.inventory import EXTERNAL
from guard.model.provenance import Source
from guard.parse.device import READERS
from guard.snapshot.snapshot import Snapshot

ERROR, WARNING, INFO = "error", "warning", "info"


class LintRow(NamedTuple):
    code: str
    severity: str
    file: str
    line: int
    subject: str
    message: str


_STATES = {
    LineState.PARTIAL: ("partly-modelled", INFO),
    LineState.NOT_IMPLEMENTED: ("not-modelled", INFO),
    LineState.UNRECOGNISED: ("not-recognised", WARNING),
}
_SEVERITIES = {"error": ERROR, "warning": WARNING, "info": INFO}


def lint(snapshot: Snapshot, at: datetime | None = None) -> tuple[LintRow, ...]:
    """All rows, sorted by file and line. `at`: the time that signatures are judged by; None: they are not."""
    return tuple(sorted(_rows(snapshot, at), key=lambda row: (row.file, row.line, row.code, row.subject)))


def _rows(snapshot: Snapshot, at: datetime | None) -> Iterator[LintRow]:
    for problem in snapshot.problems:
        subject = problem.subjects[0] if problem.subjects else problem.source.file
        yield LintRow("unreadable", ERROR, problem.source.file, problem.source.first, subject, problem.message)
    for device in snapshot.devices.values():
        yield from _device(device)
    yield from _inventory(snapshot)
    for fault in dns_faults(snapshot, at):
        severity = _SEVERITIES[fault.severity]
        yield LintRow(fault.code, severity, fault.source.file, fault.source.first, fault.subject, fault.message)


def _device(device: Device) -> Iterator[LintRow]:
    if device.vendor not in READERS:
        return  # a problem of the snapshot, not one of each line
    for note in device.coverage.notes:
        kind = _STATES.get(note.state)
        if kind:
            message = f"{note.text}: {note.reason}"
            yield LintRow(kind[0], kind[1], device.file, note.line, device.name, message)
    for reference in device.undefined:
        message = f"{reference.usage} names {reference.kind} {reference.name}, which is not defined"
        yield LintRow("undefined-reference", WARNING, device.file, reference.source.first, reference.name, message)
    for reference in device.unused:
        message = f"{reference.kind} {reference.name} is defined and used nowhere"
        yield LintRow("unused-structure", INFO, device.file, reference.source.first, reference.name, message)
    for line, message in device.warnings:
        yield LintRow("suspect-line", WARNING, device.file, line, device.name, message)


def _inventory(snapshot: Snapshot) -> Iterator[LintRow]:
    """Names that no device bears, and sessions whose outside nobody has named."""
    inventory = snapshot.inventory
    if not inventory.given:
        yield LintRow(
            "no-inventory", INFO, "inventory.yaml", 1, "", "without an inventory only what needs none is checked"
        )
        return
    if not snapshot.devices:
        return
    placed = {site.name: False for site in inventory.sites}
    for node in snapshot.devices:
        site = inventory.site_of(node)
        if site is not None:
            placed[site.name] = True
    for site in inventory.sites:
        if not placed[site.name] and site.kind != EXTERNAL:
            message = f"no device of the snapshot belongs to site {site.name}"
            yield LintRow("empty-site", WARNING, site.source.file, site.source.first, site.name, message)
    for peering in inventory.peerings:
        if not snapshot.names.known(peering.device):
            message = f"a peering names {peering.device}, which no configuration has"
            yield LintRow("unknown-name", WARNING, peering.source.file, peering.source.first, peering.device, message)
    for name, what, source in _named(snapshot):
        message = f"{what} names {name}, which no configuration has"
        yield LintRow("unknown-name", WARNING, source.file, source.first, name, message)
    outside = [site.name for site in inventory.sites if site.kind == EXTERNAL]
    if len(outside) > 1:
        yield from _unplaced_sessions(snapshot, outside)


def _named(snapshot: Snapshot) -> Iterator[tuple[str, str, Source]]:
    """Devices that the inventory and the state name and nobody has, other than in sites and peerings."""
    inventory, names = snapshot.inventory, snapshot.names

    def unknown(glob: str) -> bool:
        return not any(inventory.names(node, (glob,)) for node in snapshot.devices)

    for risk in inventory.shared_risks:
        yield from ((node, f"shared risk {risk.name}", risk.source) for node in risk.nodes if not names.known(node))
    for path in inventory.management:
        globs = (*path.sources, *path.targets)
        yield from ((glob, "a management path", path.source) for glob in globs if unknown(glob))
    for flow in inventory.flows:
        for origin in flow.origins:
            if inventory.site(origin) is None and not names.known(origin.partition("[")[0]):
                yield origin, f"flow {flow.name}", flow.source
    for surge in inventory.surges:
        if not names.known(surge.device):
            yield surge.device, "a surge", surge.source
    listed = ((glob, "no_transit") for glob in inventory.no_transit)
    for glob, what in (*listed, *((glob, "backbone") for glob in inventory.backbone_devices)):
        if unknown(glob):
            yield glob, what, Source("inventory.yaml", 1, 1)
    down = (*sorted(each.node for each in snapshot.live.down_interfaces), *sorted(snapshot.live.down_nodes))
    yield from ((node, "down", Source("state.yaml", 1, 1)) for node in down if not names.known(node))


def _unplaced_sessions(snapshot: Snapshot, outside: list[str]) -> Iterator[LintRow]:
    """With several external sites, a neighbour that nobody owns needs a peering with a site (CONTRACT 2)."""
    inventory = snapshot.inventory
    placed = {(each.device, each.neighbor) for each in inventory.peerings if each.site}
    owned = {each.address for device in snapshot.devices.values() for i in device.interfaces for each in i.addresses}
    for device in snapshot.devices.values():
        for process in device.bgp:
            for neighbor in process.neighbors:
                if neighbor.address is None or neighbor.address in owned:
                    continue
                if (device.name, neighbor.address) not in placed and neighbor.remote_as != process.asn:
                    message = f"give a peering with its site ({', '.join(outside)}): until then it counts for each"
                    subject = f"{device.name} -> {neighbor.address}"
                    yield LintRow(
                        "unplaced-session", WARNING, neighbor.source.file, neighbor.source.first, subject, message
                    )
