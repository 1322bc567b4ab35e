"""The whole check of generated backbones, each in a process of its own: processor seconds by stage, and peak memory.

    python -m tests.bench [FOLDER ...] [--failures N] [--write]

A folder is what the generator of backbones wrote (`snapshot/`, `changes/link-shut.yaml`); without any, a grid of
routers that is made here. `--write` keeps the table in tests/bench/figures.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.grid import write_grid

FIGURES = Path(__file__).parent / "figures.md"
COLUMNS = (
    ("network", "network"),
    ("devices", "devices"),
    ("failures", "failures"),
    ("parse", "parse"),
    ("simulate", "routes"),
    ("assess", "facts"),
    ("sweep", "failures, s"),
    ("judge", "judge"),
    ("document", "document"),
    ("total", "total"),
    ("cold", "one interface, cold"),
    ("again", "one interface, further"),
    ("memory", "peak MB"),
    ("verdict", "verdict"),
)


def measured(folder: Path, failures: int) -> dict[str, object]:
    """One network in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.one", str(folder), str(failures)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    row: dict[str, object] = json.loads(done.stdout)
    return row


def table(rows: list[dict[str, object]]) -> str:
    """Rows as Markdown."""
    lines = [
        "| " + " | ".join(title for _, title in COLUMNS) + " |",
        "|" + "---|" * len(COLUMNS),
    ]
    lines += ["| " + " | ".join(_cell(row[key]) for key, _ in COLUMNS) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def main() -> None:
    """See the module."""
    options = argparse.ArgumentParser(prog="tests.bench")
    options.add_argument("folders", nargs="*", type=Path)
    options.add_argument("--failures", type=int, action="append", help="0, 1 or 2; may be given again (0 and 1)")
    options.add_argument("--write", action="store_true", help=f"keep the table in {FIGURES.name}")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folders = chosen.folders or [write_grid(Path(made) / f"grid-{side}x{side}", side) for side in (6, 10)]
        rows = [measured(each, count) for each in folders for count in chosen.failures or (0, 1)]
    print(table(rows))
    if chosen.write:
        text = FIGURES.read_text()
        FIGURES.write_text(text[: text.index("| network")] + table(rows) + "\n")


if __name__ == "__main__":
    main()
