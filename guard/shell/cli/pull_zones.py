"""`guard snapshot pull-zones`: the zones of a live server as the zones/ of a snapshot folder."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from guard.model.errors import InputInvalid
from guard.parse.zonefile import parse_zone
from guard.shell.cli.folder import read_text
from guard.shell.cli.table import print_rows
from guard.shell.errors import InvariantBroken


def run(arguments: argparse.Namespace) -> int:
    """Fetch all zones, then write them: a folder gets all of them or none."""
    from guard.shell.zone_transfer import endpoint, transfer, tsig_key

    if not arguments.source or not arguments.zone or not arguments.output:
        raise InputInvalid("usage", "snapshot pull-zones wants --from HOST[:PORT], --zone NAME and -o FOLDER")
    if arguments.timeout <= 0:
        raise InputInvalid("usage", "--timeout wants seconds above 0")
    folder = Path(arguments.output) / "zones"
    key = tsig_key(read_text(Path(arguments.tsig_file)), arguments.tsig_file) if arguments.tsig_file else None
    server = endpoint(arguments.source)
    texts, rows = {}, []
    for zone in dict.fromkeys(arguments.zone):
        path = folder / file_of(zone)
        known = read_text(path) if path.is_file() else None
        pulled = transfer(server, zone, known=known, key=key, timeout=arguments.timeout)
        read = parse_zone(pulled.text, f"zones/{path.name}")
        if read.apex != pulled.apex:
            raise InvariantBroken("pulled-zone", f"{pulled.apex} was fetched, and {read.apex} is read again")
        texts[path] = pulled.text
        rows.append(
            {"zone": pulled.apex, "serial": pulled.serial, "records": pulled.records, "how": pulled.how,
             "faults": len(read.faults), "file": str(path)}
        )  # fmt: skip
    _write(texts)
    print_rows(rows, arguments.format)
    return 0


def file_of(zone: str) -> str:
    """The file of a zone: its name; the slash of a classless reverse zone (RFC 2317) cannot stand in it."""
    return (zone.lower().rstrip(".").replace("/", "-") or "root") + ".zone"


def _write(texts: dict[Path, str]) -> None:
    """Each file is the old one or the new one, never half of one."""
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.part")
            part.write_text(text, "utf-8", "surrogateescape")
            os.replace(part, path)
    except OSError as error:
        raise InputInvalid("unwritable-file", error.strerror or str(error), str(error.filename)) from None
