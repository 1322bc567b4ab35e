"""A DNS master file → Zone (RFC 1035 5; `$INCLUDE` and `$GENERATE` are refused: a file leak and a bomb)."""

from __future__ import annotations

import re

from guard.model.dns import RRset, RRsetKey, Zone
from guard.model.errors import InputInvalid

_SOA = re.compile(r"^(\S*)\s.*\bSOA\s", re.IGNORECASE | re.MULTILINE)


def parse_zone(text: str, file: str) -> Zone:
    """Read one zone; names before any $ORIGIN are relative to the file's name without its ending."""
    import dns.exception
    import dns.name
    import dns.rdatatype
    import dns.zone

    stem = file.rsplit("/", 1)[-1].removesuffix(".zone").rstrip(".").lower()
    origin = dns.name.from_text(stem + ".")
    found = _SOA.search(text)
    if found and found.group(1) not in ("", "@") and found.group(1).endswith("."):
        origin = dns.name.from_text(found.group(1).lower())
    try:
        zone = dns.zone.from_text(
            text, origin=origin, relativize=False, check_origin=False, allow_directives={"$ORIGIN", "$TTL"}
        )
    except (dns.exception.DNSException, ValueError) as error:
        raise InputInvalid("invalid-zone", f"not a zone: {error}", file) from None
    rrsets: dict[RRsetKey, RRset] = {}
    for name, rdataset in zone.iterate_rdatasets():
        owner = name.to_text().lower()
        kind = dns.rdatatype.to_text(rdataset.rdtype)
        if rdataset.covers:
            kind += f"({dns.rdatatype.to_text(rdataset.covers)})"
        rrsets[RRsetKey(owner, kind)] = RRset(rdataset.ttl, tuple(sorted(each.to_text() for each in rdataset)))
    return Zone(origin.to_text(), file, rrsets, tuple(rrsets))
