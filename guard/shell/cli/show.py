"""`guard show`: the computed state as rows with Batfish's column names (CONTRACT 5)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from guard.model.state import NetworkState, Scenario
from guard.shell.cli.folder import read_snapshot
from guard.shell.cli.table import print_rows
from guard.shell.engines import engines_for
from guard.shell.read_ahead import read_ahead
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

Rows = Sequence[Mapping[str, object]]


def run(arguments: argparse.Namespace) -> int:
    """Print one table."""
    files = read_snapshot(Path(arguments.snapshot))
    read_ahead(files)
    snapshot = load(files)
    print_rows(rows_of(arguments, snapshot), arguments.format)
    return 0


def rows_of(arguments: argparse.Namespace, snapshot: Snapshot) -> Rows:
    """The rows of the table that was asked for, by the first engine that was."""
    if arguments.table == "zones":
        return [_zone_row(apex, zone_file, serial, count) for apex, zone_file, serial, count in _zones(snapshot)]
    engine = engines_for(arguments.engine, arguments.batfish)[0]

    def state_of(scenario: Scenario) -> NetworkState:
        return engine.state(snapshot, scenario)

    if arguments.table in ("reachability", "services"):
        from guard.pipeline import assess_alone
        from guard.report.fact_rows import reachability_rows, service_rows

        assessment = assess_alone(snapshot, state_of)
        found = reachability_rows if arguments.table == "reachability" else service_rows
        return list(found(assessment))
    from guard.engines import rows

    table = {
        "routes": rows.routes_rows,
        "bgp": rows.bgp_rows,
        "sessions": rows.session_rows,
        "interfaces": rows.interface_rows,
        "edges": rows.edge_rows,
    }[arguments.table]
    return list(table(state_of(Scenario())))


def _zones(snapshot: Snapshot) -> list[tuple[str, str, int | None, int]]:
    places = [("", snapshot.zones), *sorted(snapshot.server_zones.items())]
    return [
        (apex, zone.file, zone.serial, len(zone.rrsets)) for _, zones in places for apex, zone in sorted(zones.items())
    ]


def _zone_row(apex: str, file: str, serial: int | None, rrsets: int) -> dict[str, object]:
    return {"zone": apex, "file": file, "serial": serial, "rrsets": rrsets}
