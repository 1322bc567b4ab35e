"""Answers recorded from PowerDNS's regression tests against what guard says of the same zones.

Compared: response code, the answer section and, where nothing is answered, the authority section. Left out: what hangs
on a server's own settings (DNSSEC made on the fly, its refusal of RRSIG queries, EDNS client subnet, script records).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from data import SHARED, needs

from guard.model.dns import Zone
from guard.model.errors import InputInvalid
from guard.parse.rdata import RecordInvalid, absolute, known_type, record
from guard.parse.zonefile import parse_zone
from guard.simulate.dns_answer import Status, resolve

RCODES = {0: {"NOERROR", "NODATA", "REFERRAL"}, 2: {"SERVFAIL", "LOOP"}, 3: {"NXDOMAIN"}, 5: {"REFUSED"}}
#: Why a recorded answer cannot be guard's: the test's name -> reason.
DIFFERENT = {
    "direct-rrsig": "PowerDNS refuses RRSIG queries; guard says what the zone holds",
    "publishing-cds-cdnskey": "PowerDNS publishes them from its own settings, not from the zone",
}
LINE = re.compile(r"^([01])\t(\S+)\t(?:(\d+)\t)?IN\t(\S+)\t(?:\d+\t)?(.*)$")


@cache
def zones() -> Mapping[str, Zone]:
    found = {}
    for path in sorted(needs("pdns/regression-tests/zones").iterdir()):
        try:
            zone = parse_zone(path.read_text("utf-8", "surrogateescape"), f"zones/{path.name.lower()}.zone")
        except InputInvalid:
            continue
        if zone.apex.rstrip(".") == path.name.lower():
            found[zone.apex] = zone
    return found


def cases() -> Iterator[tuple[str, int, str, str]]:
    path = SHARED / "pdns" / "queries.json"
    if not path.exists():
        return
    for test in json.loads(path.read_text()):
        for number, query in enumerate(test["queries"]):
            if not {"|", "ednssubnet", "showflags"} & set(query["opts"]) and known_type(query["qtype"]):
                yield test["test"], number, query["qname"], query["qtype"].upper()


def recorded(test: str, number: int) -> tuple[int, set[tuple[str, str, str]], set[tuple[str, str, str]]] | None:
    """(rcode, answer, authority) of one recorded reply, without what signing adds."""
    path = Path(SHARED / "pdns/regression-tests/tests" / test / "expected_result")
    if not path.exists():
        return None
    replies = re.split(r"^Reply to question.*$", path.read_text("utf-8", "surrogateescape"), flags=re.MULTILINE)
    text = replies[number]
    rcode = re.search(r"Rcode: (\d+)", text)
    sections: tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]] = (set(), set())
    for line in text.splitlines():
        found = LINE.match(line)
        if found and found[4] not in ("RRSIG", "NSEC", "NSEC3", "DNSKEY"):
            sections[int(found[1])].add(shown(found[2], found[4], found[5]))
    return (int(rcode[1]) if rcode else 0, *sections)


def shown(owner: str, type: str, data: str) -> tuple[str, str, str]:
    try:
        return absolute(owner, "."), type, record(type, data, ".")[1]
    except RecordInvalid:
        return absolute(owner, "."), type, data


@pytest.mark.parametrize(("test", "number", "name", "type"), list(cases()) or [("absent", 0, ".", "A")])
def test_guard_answers_as_recorded(test: str, number: int, name: str, type: str) -> None:
    needs("pdns/queries.json")
    if test in DIFFERENT:
        pytest.skip(DIFFERENT[test])
    wanted = recorded(test, number)
    if wanted is None:
        pytest.skip("nothing recorded without DNSSEC made on the fly")
    rcode, answer, authority = wanted
    found = resolve(zones(), absolute(name, "."), type)
    assert found.status.value in RCODES[rcode], found
    made = {shown(each.owner, each.type, each.data) for each in found.answer if each.type not in ("RRSIG", "DNSKEY")}
    assert made == answer
    if not answer:
        assert {shown(each.owner, each.type, each.data) for each in found.authority} == authority
    if authority and not answer and found.status is not Status.NXDOMAIN:
        assert (found.status is Status.REFERRAL) == any(kind == "NS" for _, kind, _ in authority)
