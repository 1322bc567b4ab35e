"""roas.json → validated ROA payloads, as Routinator's json output gives them."""

from __future__ import annotations

from guard.model.address import WIDTH, parse_prefix
from guard.model.errors import InputInvalid
from guard.model.external import Roa
from guard.parse.batfish_files import load_json


def parse_roas(text: str, file: str) -> tuple[Roa, ...]:
    """`{"roas": [{"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 24, …}]}`, sorted."""
    document = load_json(text, file)
    entries = document.get("roas") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise InputInvalid("invalid-json", "expected an object with a list of roas", file, 1)
    found = set()
    for entry in entries:
        if not isinstance(entry, dict):
            raise InputInvalid("invalid-json", "a ROA is an object", file, 1)
        try:
            prefix = parse_prefix(str(entry["prefix"]))
            length = int(str(entry.get("maxLength", prefix.length)))
            asn = int(str(entry["asn"]).upper().removeprefix("AS"))
        except (KeyError, ValueError) as error:
            raise InputInvalid("invalid-json", f"{entry} is not a ROA: {error}", file, 1) from None
        if not prefix.length <= length <= WIDTH[prefix.version]:
            raise InputInvalid("invalid-json", f"maxLength {length} does not fit {prefix}", file, 1)
        found.add(Roa(prefix, length, asn))
    return tuple(sorted(found, key=lambda roa: (roa.prefix, roa.max_length, roa.asn)))
