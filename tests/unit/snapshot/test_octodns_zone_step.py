"""A zone that is replaced by octoDNS's YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard.model.change import ReplaceZone
from guard.model.dns import Zone
from guard.model.errors import InputInvalid
from guard.model.inventory import Inventory
from guard.model.provenance import Source
from guard.parse.change import parse_change
from guard.parse.zonefile import parse_zone
from guard.shell.cli.folder import read_change
from guard.snapshot.candidate import candidate
from guard.snapshot.load import load
from guard.snapshot.octodns_step import octodns_zone

OLD = """@ 3600 IN SOA ns1.example.net. h.example.net. 7 3600 600 86400 900
@ 3600 IN NS ns1.example.net.
@ 60 IN DNSKEY 257 3 13 {key}
www 300 IN CNAME web
web 300 IN A 192.0.2.1
kept 300 IN A 192.0.2.7
gone 300 IN A 192.0.2.8
""".format(key="A" * 86 + "==")
YAML = """---
? ''
: - type: MX
    ttl: 600
    values:
    - {exchange: mx1.example.net., preference: 10}
    - {value: mx2.example.net., priority: 20}
  - {type: TXT, value: 'v=spf1 ip4:192.0.2.0/24\\; -all'}
kept:
  octodns: {ignored: true}
  type: A
  value: 192.0.2.99
web: {type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2]}
www: {type: A, ttl: 300, value: 192.0.2.3}
_sip._tcp: {type: SRV, ttl: 60, value: {priority: 1, weight: 2, port: 5060, target: web.example.com.}}
"""


def replaced(text: str, old: str = OLD) -> Zone:
    part = ReplaceZone("example.com.", text, Source("c.yaml", 1, 1), "", "new.yaml")
    zone = parse_zone(old, "zones/example.com.zone") if old else None
    return octodns_zone(part, "zones/example.com.zone", zone, Inventory())


def rows(zone: Zone) -> set[tuple[str, str, int, tuple[str, ...]]]:
    return {(key.owner, key.type, rrset.ttl, rrset.rdata) for key, rrset in zone.rrsets.items() if key.type != "DNSKEY"}


def test_the_zone_becomes_what_the_file_wants_and_keeps_what_octodns_does_not_manage() -> None:
    zone = replaced(YAML)
    assert rows(zone) == {
        ("example.com.", "SOA", 3600, ("ns1.example.net. h.example.net. 8 3600 600 86400 900",)),
        ("example.com.", "NS", 3600, ("ns1.example.net.",)),
        ("example.com.", "MX", 600, ("10 mx1.example.net.", "20 mx2.example.net.")),
        ("example.com.", "TXT", 3600, ('"v=spf1 ip4:192.0.2.0/24; -all"',)),
        ("kept.example.com.", "A", 300, ("192.0.2.7",)),
        ("web.example.com.", "A", 60, ("192.0.2.1", "192.0.2.2")),
        ("www.example.com.", "A", 300, ("192.0.2.3",)),
        ("_sip._tcp.example.com.", "SRV", 60, ("1 2 5060 web.example.com.",)),
    }
    assert zone.get("example.com.", "DNSKEY") is not None


def test_the_same_again_changes_nothing() -> None:
    zone = replaced(YAML)
    part = ReplaceZone("example.com.", YAML, Source("c.yaml", 1, 1), "", "new.yaml")
    assert octodns_zone(part, zone.file, zone, Inventory()) is zone


def test_a_zone_that_is_not_there_gets_a_soa_as_a_provider_makes_it() -> None:
    zone = replaced("www: {type: A, ttl: 60, value: 192.0.2.1}\n", old="")
    assert zone.serial == 1
    assert zone.get("www.example.com.", "A") is not None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("www:\n  type: A\n  geo: {NA: [192.0.2.1]}\n  value: 192.0.2.1\n", 3, "who asks"),
        ("www:\n  octodns:\n    included: [one]\n  type: A\n  value: 192.0.2.1\n", 3, "which providers"),
        ("www:\n  type: CNAME\n  value: web.example.com\n", 2, "no final dot"),
        ("www:\n  type: A\n  value: 192.0.2.400\n", 2, "www A"),
        ("www:\n  type: ALIAS\n  value: web.example.com.\n", 2, "no record type"),
        ("www:\n- {type: A, value: 192.0.2.1}\n- {type: A, value: 192.0.2.2}\n", 3, "stands twice"),
        ("www:\n- {type: CNAME, value: a.}\n- {type: A, value: 192.0.2.2}\n", 3, "CNAME and A"),
        ("www:\n  type: MX\n  value: {preference: 1}\n", 2, "exchange"),
        ("www:\n  value: 192.0.2.1\n", 2, "without a type"),
        ("www: [", 1, "not YAML"),
    ],
)
def test_what_a_master_file_cannot_say_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        replaced(text)
    assert caught.value.file == "new.yaml"
    assert words in caught.value.message
    assert abs((caught.value.line or 0) - line) <= 1


def test_as_a_step_of_a_change() -> None:
    base = load({"zones/example.com.zone": OLD})
    text = (
        "apiVersion: guard/v1\nkind: Change\nmetadata: {id: x}\n"
        "steps:\n- {zone: example.com., replace_file: new.yaml}\n"
    )
    (step,) = parse_change(text, "c.yaml", {"new.yaml": YAML}).steps
    after = candidate(base, step).after
    assert rows(after.zones["example.com."]) == rows(replaced(YAML))
    again = parse_zone(after.files["zones/example.com.zone"], "zones/example.com.zone")
    assert rows(again) == rows(replaced(YAML))


SPLIT = {"$example.com.yaml": "---\n? ''\n: {type: MX, value: {exchange: mx.example.net., preference: 1}}\n"} | {
    f"{name}.yaml": f"---\n{name}: {{type: A, ttl: 60, value: 192.0.2.{number}}}\n"
    for number, name in enumerate(("www", "api"))
}
FOLDER_CHANGE = """apiVersion: guard/v1
kind: Change
metadata: {id: x}
steps: [{zone: example.com., replace_file: zones/example.com.}]
"""


def from_folder(folder: Path, files: dict[str, str]) -> Zone:
    place = folder / "zones" / "example.com."
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / name).write_text(text)
    (folder / "change.yaml").write_text(FOLDER_CHANGE)
    text, named = read_change(folder / "change.yaml")
    base = load({"zones/example.com.zone": OLD})
    return candidate(base, parse_change(text, "change.yaml", named).steps[0]).after.zones["example.com."]


def test_a_folder_holds_a_zone_split_by_name(tmp_path: Path) -> None:
    found = from_folder(tmp_path, SPLIT | {".gitkeep": ""})
    assert {(key.owner, key.type): rrset.rdata for key, rrset in found.rrsets.items() if key.type in ("A", "MX")} == {
        ("example.com.", "MX"): ("1 mx.example.net.",),
        ("www.example.com.", "A"): ("192.0.2.0",),
        ("api.example.com.", "A"): ("192.0.2.1",),
    }


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({".gitkeep": ""}, "there is no file"),
        (SPLIT | {"other.yaml": "api: {type: A, value: 192.0.2.9}\n"}, "api.example.com. A stands twice"),
        (SPLIT | {"geo.yaml": "g: {type: A, value: 192.0.2.9, dynamic: {pools: {}}}\n"}, "depends on who asks"),
    ],
)
def test_a_folder_that_says_no_zone(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(InputInvalid, match=message) as raised:
        from_folder(tmp_path, files)
    if "other.yaml" in files:
        assert (raised.value.file, raised.value.line) == ("zones/example.com./other.yaml", 1)
