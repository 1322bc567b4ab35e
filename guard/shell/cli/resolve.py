"""`guard resolve NAME TYPE`: what the zones of a snapshot answer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from guard.model.errors import InputInvalid
from guard.parse.rdata import RecordInvalid, absolute, known_type
from guard.shell.cli.folder import read_snapshot
from guard.snapshot.load import load


def run(arguments: argparse.Namespace) -> int:
    """Print the answer. It is an answer, whatever its status: 0."""
    from guard.simulate.dns.answer import resolve
    from guard.simulate.dns.name_servers import address_records, all_zones

    name, type = _question(arguments.name, arguments.type)
    zones = all_zones(load(read_snapshot(Path(arguments.snapshot))))
    found = resolve(zones, name, type)
    document = {
        "name": name,
        "type": type,
        "status": found.status.value,
        "answer": [str(each) for each in found.answer],
        "authority": [str(each) for each in found.authority],
        "chain": list(found.chain),
        "servers": list(found.servers),
        "server_addresses": {each: list(address_records(zones, each)) for each in found.servers},
    }
    print(json.dumps(document, indent=1, ensure_ascii=False) if arguments.format == "json" else _table(document))
    return 0


def _question(name: str, type: str) -> tuple[str, str]:
    try:
        wanted = "ANY" if type.upper() == "ANY" else known_type(type)
        if wanted is None:
            raise InputInvalid("invalid-type", f"{type!r} is no record type")
        return absolute(name, "."), wanted
    except RecordInvalid as error:
        raise InputInvalid("invalid-name", str(error)) from None


def _table(document: Mapping[str, object]) -> str:
    lines = [f"{document['name']} {document['type']}: {document['status']}"]
    for heading in ("answer", "authority", "chain", "servers"):
        values = document[heading]
        assert isinstance(values, list)
        lines += [f"{heading}:", *(f"  {each}" for each in values)] if values else []
    return "\n".join(lines)
