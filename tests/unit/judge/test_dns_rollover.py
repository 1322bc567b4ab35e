"""Rollovers step by step: keys, signatures and DS, each with the time that caches need, and without it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import dns.dnssec
import dns.name
import dns.zone
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from guard.model.dns import RRset
from guard.model.server_facts import ActiveFacts, PastChange, PastRecord
from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for
from guard.snapshot.files import digest

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
APEX = dns.name.from_text("example.com.")
HEAD = "@ IN SOA ns1.example.net. h.example.net. {serial} 9 9 9 300\n@ IN NS ns1.example.net.\nwww IN A 192.0.2.1\n"
PARENT = "$TTL 7200\n@ IN SOA ns h 1 2 3 4 5\n@ NS ns1.example.net.\nexample NS ns1.example.net.\nexample 86400 DS {}\n"
DAY = timedelta(hours=26)


@cache
def private(seed: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(seed, ec.SECP256R1())


def key(seed: int, flags: int = 257) -> Any:
    return dns.dnssec.make_dnskey(private(seed).public_key(), 13, flags=flags)


def ds(seed: int) -> str:
    return dns.dnssec.make_ds(APEX, key(seed), "SHA256").to_text()


def zone(*seeds: int) -> str:
    """Signed by its server: the keys are all that the file has."""
    return (
        "$TTL 3600\n" + HEAD.format(serial=1) + "".join(f"@ 7200 IN DNSKEY {key(each).to_text()}\n" for each in seeds)
    )


def signed(serial: int, signer: int, *published: int) -> str:
    """Signed offline: key 1 signs the keys, the zone key `signer` all else; other zone keys are published."""
    text = "$TTL 3600\n" + HEAD.format(serial=serial)
    text += "".join(f"@ 3600 IN DNSKEY {key(each, 256).to_text()}\n" for each in published)
    made = dns.zone.from_text(text, origin=APEX, relativize=False)
    keys = [(private(1), key(1)), (private(signer), key(signer, 256))]
    with made.writer() as writer:
        dns.dnssec.sign_zone(
            made,
            txn=writer,
            keys=keys,
            inception=NOW - DAY,
            expiration=NOW + 30 * DAY,
            add_dnskey=True,
            dnskey_ttl=3600,
        )
    return made.to_text(relativize=False)


def judged(
    base: str, *steps: dict[str, Any], waits: bool = False, offline: bool = False, past: tuple[PastChange, ...] = ()
) -> tuple[str, set[str]]:
    """The verdict, and what dns-ttl says. `waits`: a day lies between two steps."""
    for number, step in enumerate(steps):
        if waits:
            step["not_before"] = f"{NOW + number * DAY:%Y-%m-%dT%H:%MZ}"
    change = {"apiVersion": "guard/v1", "kind": "Change", "metadata": {"id": "roll"}, "steps": list(steps)}
    files = {"zones/example.com.zone": base, "zones/com.zone": PARENT.format(ds(1))}
    if offline:
        files["inventory.yaml"] = (
            "apiVersion: guard/v1\nkind: Inventory\nzones: [{name: example.com., signing: offline}]\n"
        )
    inventory = files.get("inventory.yaml", "").encode()
    active = ActiveFacts(digest(files), inventory, past=past) if past else None
    request = CheckRequest(files, yaml.safe_dump(change), "c.yaml", {}, policy_layers(()), NOW, active=active)
    document = check(request, engines_for("embedded")).document
    rows = [each for each in document["findings"] if each["status"] != "existing"]
    return document["verdict"], {each["message"] for each in rows if each["policy"] == "dns-ttl"}


def keys(*, add: int = 0, drop: int = 0) -> dict[str, Any]:
    lines = [f"update delete example.com. DNSKEY {key(drop).to_text()}"] if drop else []
    lines += [f"update add example.com. 7200 DNSKEY {key(add).to_text()}"] if add else []
    return {"zone": "example.com.", "update": "\n".join(lines) + "\n"}


def trust(*seeds: int) -> dict[str, Any]:
    lines = ["update delete example.com. DS", *(f"update add example.com. 86400 DS {ds(each)}" for each in seeds)]
    return {"zone": "com.", "update": "\n".join(lines) + "\n"}


def test_a_key_signing_key_rolls_with_double_signatures() -> None:
    steps = (keys(add=2), trust(2), keys(drop=1))
    assert judged(zone(1), *steps, waits=True) == ("ALLOW", set())
    verdict, said = judged(zone(1), keys(add=2), trust(2))
    assert verdict == "HOLD"
    assert said == {"the old keys of example.com. are still cached, and the DS of its parent fits none of them"}
    verdict, said = judged(zone(1, 2), trust(2), keys(drop=1))
    assert verdict == "HOLD"
    assert said == {"the old DS of example.com. is still cached, and what the zone serves now does not fit it"}


def test_a_key_signing_key_rolls_with_double_ds() -> None:
    steps = (trust(1, 2), keys(add=2, drop=1), trust(2))
    assert judged(zone(1), *steps, waits=True) == ("ALLOW", set())
    verdict, said = judged(zone(1), trust(1, 2), keys(add=2, drop=1))
    assert verdict == "HOLD"
    assert said == {"the old DS of example.com. is still cached, and what the zone serves now does not fit it"}


def replaced(text: str) -> dict[str, Any]:
    return {"zone": "example.com.", "replace": text}


def test_a_zone_signing_key_rolls_with_pre_publication() -> None:
    published, switched, cleaned = signed(2, 11, 12), signed(3, 12, 11), signed(4, 12)
    steps = (replaced(published), replaced(switched), replaced(cleaned))
    assert judged(signed(1, 11), *steps, waits=True, offline=True) == ("ALLOW", set())
    verdict, said = judged(signed(1, 11), replaced(signed(3, 12)), offline=True)
    assert verdict == "HOLD"
    assert said == {
        "the old keys of example.com. are still cached, and its signatures are by none of them",
        "signatures of example.com. by keys that are gone are still cached",
    }
    verdict, said = judged(published, replaced(switched), replaced(cleaned), offline=True)
    assert (verdict, said) == ("HOLD", {"signatures of example.com. by keys that are gone are still cached"})


def test_signing_goes_when_the_ds_has_gone_from_the_caches() -> None:
    off = {"zone": "example.com.", "update": "update delete example.com. DNSKEY\n"}
    assert judged(zone(1), trust(), dict(off), waits=True) == ("ALLOW", set())
    assert judged(zone(1), trust(), dict(off))[0] == "HOLD"


def allowed(hours: float, *records: PastRecord) -> tuple[PastChange, ...]:
    return (PastChange(3, "CHG-3", "sha256:3", NOW - timedelta(hours=hours), approved=False, records=records),)


@pytest.mark.parametrize(("hours", "verdict"), [(2, "HOLD"), (26, "ALLOW")])
def test_what_the_log_says_was_replaced_is_cached_too(hours: float, verdict: str) -> None:
    old_ds = PastRecord("com.", "example.com.", "DS", RRset(86400, (ds(1), ds(2))), RRset(86400, (ds(1),)))
    assert judged(zone(1, 2), keys(drop=2), past=allowed(hours, old_ds))[0] == "ALLOW"  # the other one still fits
    only = PastRecord("com.", "example.com.", "DS", RRset(86400, (ds(2),)), RRset(86400, (ds(1),)))
    assert judged(zone(1, 2), keys(drop=2), past=allowed(hours, only))[0] == verdict
    added = PastRecord(
        "example.com.", "example.com.", "DNSKEY", RRset(86400, (key(1).to_text(),)), RRset(86400, (key(2).to_text(),))
    )
    assert judged(zone(1, 2), trust(2), past=allowed(hours, added))[0] == verdict
