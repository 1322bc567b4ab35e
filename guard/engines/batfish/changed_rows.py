"""A large table as it became, from the table before and from what Batfish tells of the difference.

Law: Batfish tells of every place (node, VRF, network) that differs all its rows, those that did not change as well, so
such a place is taken anew and all others stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from guard.engines.batfish.cells import node_name
from guard.engines.batfish.shared_rows import Sharing

#: Columns of a table of differences: of the snapshot itself, and who has the row.
_OF_SNAPSHOT, _PRESENCE, _ONLY_BEFORE = "snapshot_", "entry_presence", "Only in Reference"
_PLACE = ("node", "vrf", "network")


def with_changes(
    before: Iterable[Mapping[str, object]],
    changes: Iterable[Mapping[str, object]],
    nodes: Collection[str],
    sharing: Sharing,
) -> tuple[Mapping[str, object], ...]:
    """The rows of these nodes."""
    told: dict[tuple[str, object, object], list[Mapping[str, object]]] = {}
    for row in changes:
        cells = {column.lower(): value for column, value in row.items()}
        rows = told.setdefault(_place(cells), [])
        if cells[_PRESENCE] != _ONLY_BEFORE:
            became = {
                name.removeprefix(_OF_SNAPSHOT): each for name, each in cells.items() if name.startswith(_OF_SNAPSHOT)
            }
            rows.append({**{column: cells[column] for column in _PLACE}, **became})
    kept = (row for row in before if _place(row) not in told and node_name(row["node"]) in nodes)
    return (*kept, *sharing.rows(row for rows in told.values() for row in rows))


def _became(cells: Mapping[str, object]) -> Mapping[str, object]:
    """The cells of the snapshot itself."""
    own = (name for name in cells if name.startswith(_OF_SNAPSHOT))
    return {name.removeprefix(_OF_SNAPSHOT): cells[name] for name in own}


def _place(row: Mapping[str, object]) -> tuple[str, object, object]:
    return node_name(row["node"]), row["vrf"], row["network"]
