"""Zones really signed, sound and broken in each of the named ways, through the whole check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import dns.dnssec
import dns.name
import dns.rdataset
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
APEX = dns.name.from_text("example.com.")
PLAIN = """$TTL 300
@ IN SOA ns1.example.net. h.example.net. {serial} 3600 600 86400 300
@ IN NS ns1.example.net.
@ IN NS ns2.example.net.
www IN A {address}
mail IN A 192.0.2.25
"""
INVENTORY = """apiVersion: guard/v1
kind: Inventory
zones:
- name: example.com.
  signing: %s
  parent: {ns: [ns1.example.net., ns2.example.net.], ds: ['%s']}
"""


@cache
def key(seed: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(seed, ec.SECP256R1())


def ds(seed: int) -> str:
    made = dns.dnssec.make_dnskey(key(seed).public_key(), 13, flags=257)
    return dns.dnssec.make_ds(APEX, made, "SHA256").to_text()


def signed(
    serial: int = 1,
    address: str = "192.0.2.1",
    *,
    seed: int = 1,
    begin: datetime = NOW - timedelta(days=1),
    end: datetime = NOW + timedelta(days=14),
) -> str:
    """The zone as a file, signed with one key (dnspython makes the NSEC chain too)."""
    zone = dns.zone.from_text(PLAIN.format(serial=serial, address=address), origin=APEX, relativize=False)
    public = dns.dnssec.make_dnskey(key(seed).public_key(), 13, flags=257)
    with zone.writer() as writer:
        dns.dnssec.sign_zone(
            zone, txn=writer, keys=[(key(seed), public)], inception=begin, expiration=end, add_dnskey=True
        )
    return zone.to_text(relativize=False)


def without(text: str, *words: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not all(word in line for word in words))


def found(after: str, *, signing: str = "offline", trusted: int = 1, before: str = "") -> list[tuple[str, str]]:
    """(status, message) of dnssec-chain when the zone is replaced."""
    request = CheckRequest(
        base_files={
            "zones/example.com.zone": before or signed(),
            "inventory.yaml": INVENTORY % (signing, ds(trusted)),
        },
        change_text="apiVersion: guard/v1\nkind: Change\nmetadata: {id: x}\n"
        "steps:\n- {zone: example.com., replace_file: new.zone}\n",
        change_name="c.yaml",
        change_files={"new.zone": after},
        policies=policy_layers(()),
        now=NOW,
    )
    findings = check(request, engines_for("embedded")).document["findings"]
    return [(each["status"], each["message"]) for each in findings if each["policy"] == "dnssec-chain"]


def test_a_zone_that_was_signed_anew_is_sound() -> None:
    assert found(signed(2, "192.0.2.2")) == []


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda: signed(2, "192.0.2.2").replace("192.0.2.2", "192.0.2.3"), "does not verify"),
        (lambda: without(signed(2, "192.0.2.2"), "www", "RRSIG A "), "www.example.com. A is not signed"),
        (lambda: signed(2, begin=NOW - timedelta(days=9), end=NOW - timedelta(hours=1)), "has expired"),
        (lambda: signed(2, begin=NOW + timedelta(hours=1)), "is not valid yet"),
        (lambda: signed(2, seed=2), "no DNSKEY of the zone fits"),
        (lambda: without(signed(2), "DNSKEY 257"), "the zone has no DNSKEY"),
        (lambda: PLAIN.format(serial=2, address="192.0.2.1"), "the zone has no DNSKEY"),
        (lambda: signed(2, "192.0.2.2").replace("NSEC example.com. A ", "NSEC example.com. ", 1), "denies A"),
    ],
)
def test_what_validators_would_refuse(broken: Callable[[], str], words: str) -> None:
    statuses = found(broken())
    assert any(status == "new" and words in message for status, message in statuses), statuses


def test_a_server_that_signs_makes_its_own_signatures() -> None:
    edited = signed(2).replace("192.0.2.1", "192.0.2.7")
    assert found(edited, signing="offline") != []
    assert found(edited.replace(" 2 3600", " 3 3600"), signing="server", before=signed(2)) == []


def test_what_was_broken_before_is_existing() -> None:
    old = signed(1, begin=NOW - timedelta(days=9), end=NOW - timedelta(hours=1))
    new = signed(2, begin=NOW - timedelta(days=9), end=NOW - timedelta(hours=1))
    assert {status for status, _ in found(new, before=old)} == {"existing"}
