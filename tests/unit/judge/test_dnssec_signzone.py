"""Zones that Debian's dnssec-signzone signed, with NSEC and NSEC3, sound and broken; and keys whose tags collide."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dns.dnssec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from guard.parse.zonefile import parse_zone
from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for
from guard.simulate.dns.denial import denial_faults
from guard.simulate.dns.dnssec import colliding_keys, key_tag

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLAIN = """$TTL 300
@ IN SOA ns1.example.net. h.example.net. {serial} 3600 600 86400 300
@ IN NS ns1.example.net.
@ IN NS ns2.example.net.
www IN A {address}
a.b.c IN TXT "deep"
* .w IN A 192.0.2.2
child IN NS ns1.example.net.
secure IN NS ns1.example.net.
secure IN DS 1 13 2 {digest}
"""
CHAINS = {
    "nsec": (),
    "nsec3": ("-3", "-", "-H", "0"),
    "salted": ("-3", "aabb", "-H", "5"),
    "opt-out": ("-3", "-", "-A"),
}
Sign = Callable[..., str]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("dnssec-signzone") is None or shutil.which("dnssec-keygen") is None:
        pytest.skip("dnssec-signzone is not installed (Debian: bind9-utils)")
    folder = tmp_path_factory.mktemp("keys")
    for more in (("-f", "KSK"), ()):
        command = ["dnssec-keygen", "-q", "-K", str(folder), "-a", "ECDSAP256SHA256", *more, "example.com"]
        subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def sign(keys: Path) -> Sign:
    def signed(chain: str, serial: int = 1, address: str = "192.0.2.1") -> str:
        (keys / "plain").write_text(
            PLAIN.replace("* .w", "*.w").format(serial=serial, address=address, digest="ab" * 32)
        )
        command = ["dnssec-signzone", "-S", "-K", keys, "-o", "example.com", "-f", keys / "out", "-O", "full"]
        command += ["-s", "20261120000000", "-e", "20261220000000", *CHAINS[chain], keys / "plain"]
        subprocess.run(list(map(str, command)), check=True, capture_output=True, cwd=keys)
        return (keys / "out").read_text()

    return signed


@pytest.fixture(scope="module")
def ds(keys: Path) -> str:
    (file,) = (each for each in keys.glob("K*.key") if " 257 " in each.read_text())
    done = subprocess.run(["dnssec-dsfromkey", "-2", str(file)], check=True, capture_output=True, text=True)
    return done.stdout.split(" DS ")[1].strip()


def found(before: str, after: str, ds: str) -> list[tuple[str, str, str]]:
    """(status, enforcement, message) of dnssec-chain when the zone is replaced."""
    inventory = (
        "apiVersion: guard/v1\nkind: Inventory\nzones:\n- name: example.com.\n  signing: offline\n"
        f"  parent: {{ns: [ns1.example.net., ns2.example.net.], ds: {[ds] if ds else []}}}\n"
    )
    request = CheckRequest(
        base_files={"zones/example.com.zone": before, "inventory.yaml": inventory},
        change_text="apiVersion: guard/v1\nkind: Change\nmetadata: {id: x}\n"
        "steps:\n- {zone: example.com., replace_file: new.zone}\n",
        change_name="c.yaml",
        change_files={"new.zone": after},
        policies=policy_layers(()),
        now=NOW,
    )
    findings = check(request, engines_for("embedded")).document["findings"]
    return [(f["status"], f["enforcement"], f["message"]) for f in findings if f["policy"] == "dnssec-chain"]


@pytest.mark.parametrize("chain", CHAINS)
def test_what_signzone_signs_is_sound_in_whole_and_after_an_edit(chain: str, sign: Sign, ds: str) -> None:
    zone = parse_zone(sign(chain), "zones/example.com.zone")
    assert list(denial_faults(zone, zone.names.types)) == []
    assert found(sign(chain), sign(chain, 2, "192.0.2.9"), ds) == []


def test_one_chain_may_follow_the_other(sign: Sign, ds: str) -> None:
    assert found(sign("nsec"), sign("nsec3", 2), ds) == []


def _line(text: str, *words: str) -> str:
    return next(line for line in text.splitlines(keepends=True) if all(word in line for word in words))


def _hash(name: str) -> str:
    return dns.dnssec.nsec3_hash(name, "", 0, 1).lower()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("www.example.com.", "www.example.com. has no NSEC3"),
        ("c.example.com.", "c.example.com. has no NSEC3"),
        ("child.example.com.", "child.example.com. has no NSEC3"),
    ],
)
def test_a_missing_link_of_an_nsec3_chain(name: str, words: str, sign: Sign) -> None:
    text = sign("nsec3")
    cut = "".join(
        line for line in text.splitlines(keepends=True) if not line.lower().startswith(f"{_hash(name)}.example.com.")
    )
    zone = parse_zone(cut, "zones/example.com.zone")
    messages = [message for _, message in denial_faults(zone, zone.names.types)]
    assert words in messages
    assert any("leads to" in message and "is next" in message for message in messages)


def test_an_insecure_cut_needs_no_link_where_the_chain_opts_out(sign: Sign) -> None:
    text = sign("opt-out")
    assert _hash("child.example.com.") not in text.lower()
    assert _hash("secure.example.com.") in text.lower()


def test_records_without_their_signatures_or_their_place_in_the_chain(sign: Sign, ds: str) -> None:
    old = sign("nsec3")
    new = sign("nsec3", 2)
    added = new + "new.example.com. 300 IN A 192.0.2.77\n"
    messages = [message for status, _, message in found(old, added, ds) if status == "new"]
    assert any("new.example.com. A is not signed" in each for each in messages)
    nsec = sign("nsec", 2)
    other = nsec.replace(_line(nsec, "www.example.com.", "NSEC", "A RRSIG"), "")
    messages = [message for status, _, message in found(sign("nsec"), other, ds) if status == "new"]
    assert any("www.example.com. has no NSEC" in each or "is next" in each for each in messages), messages


def test_keys_with_one_tag_are_told_and_both_still_verify() -> None:
    made: dict[int, str] = {}
    for seed in range(1, 2000):
        public = ec.derive_private_key(seed, ec.SECP256R1()).public_key()
        text = dns.dnssec.make_dnskey(public, 13, flags=257).to_text()
        if key_tag(text) in made:
            break
        made[key_tag(text)] = text
    tag = key_tag(text)
    head = "@ 300 IN SOA ns1.example.net. h.example.net. 1 3600 600 86400 300\n@ 300 IN NS ns1.example.net.\n"
    one = f"{head}@ 300 IN DNSKEY {made[tag]}\n"
    two = f"{one}@ 300 IN DNSKEY {text}\n"
    assert colliding_keys(parse_zone(one, "zones/example.com.zone")) == ()
    assert colliding_keys(parse_zone(two, "zones/example.com.zone")) == ((tag, "13"),)
    told = [each for each in found(one, two, "") if "with tag" in each[2]]
    assert [each[:2] for each in told] == [("new", "hold")]
    assert f"tag {tag}" in told[0][2]
    assert [each[0] for each in found(two, two, "") if "with tag" in each[2]] == ["existing"]
