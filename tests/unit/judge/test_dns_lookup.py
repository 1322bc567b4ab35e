"""Counting the records that a name answers with: aliases, wildcards, empty non-terminals, delegations."""

from __future__ import annotations

import pytest

from guard.compare.dns import pointed_at
from guard.judge.checks.dns_lookup import count
from guard.simulate.dns.answer import zone_of
from guard.snapshot.load import load

ZONE = """$ORIGIN example.com.
@ 60 IN SOA ns h 1 1 1 1 1
@ 60 IN NS ns
ns 60 IN A 192.0.2.53
www 60 IN A 192.0.2.1
www 60 IN A 192.0.2.2
alias 60 IN CNAME www
outside 60 IN CNAME www.example.net.
across 60 IN CNAME www.example.org.
loop1 60 IN CNAME loop2
loop2 60 IN CNAME loop1
a.ent 60 IN A 192.0.2.3
* 60 IN A 192.0.2.9
* 60 IN MX 10 mail
sub 60 IN NS ns.sub
ns.sub 60 IN A 192.0.2.54
"""
OTHER = (
    "$ORIGIN example.org.\n@ 60 IN SOA ns h 1 1 1 1 1\n@ 60 IN NS ns\nns 60 IN A 192.0.2.53\nwww 60 IN A 192.0.2.7\n"
)
ZONES = load({"zones/example.com.zone": ZONE, "zones/example.org.zone": OTHER}).zones


@pytest.mark.parametrize(
    ("name", "type", "wanted"),
    [
        ("www.example.com.", "A", 2),
        ("www.example.com.", "AAAA", 0),
        ("alias.example.com.", "A", 2),
        ("alias.example.com.", "CNAME", 1),
        ("across.example.com.", "A", 1),  # an alias into another zone of the snapshot
        ("outside.example.com.", "A", None),  # somebody else answers
        ("loop1.example.com.", "A", 0),
        ("anything.example.com.", "A", 1),  # the wildcard
        ("deep.anything.example.com.", "MX", 1),
        ("ent.example.com.", "A", 0),  # exists as an empty non-terminal: no wildcard (RFC 4592 2.2.2)
        ("b.ent.example.com.", "A", 0),  # its closest encloser has no wildcard
        ("host.sub.example.com.", "A", None),  # delegated
        ("www.example.net.", "A", None),
    ],
)
def test_count(name: str, type: str, wanted: int | None) -> None:
    assert count(ZONES, name, type) == wanted


def test_the_zone_with_the_longest_apex() -> None:
    found = [zone_of(ZONES, name) for name in ("a.b.example.com.", "example.org.", "example.net.")]
    assert [zone.apex if zone else None for zone in found] == ["example.com.", "example.org.", None]


def test_what_exists() -> None:
    zone = ZONES["example.com."]
    found = {name: zone.exists(name + ".example.com.") for name in ("www", "ent", "no", "w")}
    assert found == {"www": True, "ent": True, "no": False, "w": False}


def test_who_points_where() -> None:
    found = {(target, key.owner, key.type) for target, key, _ in pointed_at(ZONES)}
    assert ("mail.example.com.", "*.example.com.", "MX") in found
    assert ("ns.example.com.", "example.com.", "NS") in found
    assert ("www.example.org.", "across.example.com.", "CNAME") in found
