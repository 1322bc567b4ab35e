"""Small networks from real configuration text, and their routes as text, so that a failing test reads like a router."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from guard.engines.rows import routes_rows
from guard.model.state import NetworkState, Scenario
from guard.simulate.control_plane import compute
from guard.snapshot.files import belongs
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot


def snapshot_of(configs: Mapping[str, str], other: Mapping[str, str] | None = None) -> Snapshot:
    """A snapshot of these devices (name -> configuration) and other files (path -> text)."""
    files = {f"configs/{name}.cfg": dedent(text).lstrip("\n") for name, text in configs.items()}
    return load({**files, **(other or {})})


def state_of(
    configs: Mapping[str, str], scenario: Scenario = Scenario(), other: Mapping[str, str] | None = None  # noqa: B008
) -> NetworkState:
    return compute(snapshot_of(configs, other), scenario)


def folder(path: Path) -> Snapshot:
    """The snapshot in a folder."""
    texts = {}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_file() and belongs(name):
            texts[name] = file.read_text(errors="replace")
    return load(texts)


def routes(state: NetworkState, node: str, *, without: tuple[str, ...] = ("connected", "local")) -> list[str]:
    """`protocol network via next-hop interface [distance/metric]`, sorted as `guard show` does."""
    return [
        f"{row['protocol']} {row['network']} via {row['next_hop_ip'] or '-'} {row['next_hop_interface']} "
        f"[{row['admin_distance']}/{row['metric']}]"
        for row in routes_rows(state)
        if row["node"] == node and row["protocol"] not in without
    ]
