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

import dns.dnssec
import dns.name
import dns.rdata
import pytest
from data import SHARED, needs

from guard.model.dns import RRset, RRsetKey, Zone
from guard.model.errors import InputInvalid
from guard.parse.rdata import RecordInvalid, absolute, known_type, record
from guard.parse.zonefile import parse_zone
from guard.simulate.dns.answer import Status, resolve

RCODES = {0: {"NOERROR", "NODATA", "REFERRAL"}, 2: {"SERVFAIL", "LOOP"}, 3: {"NXDOMAIN"}, 5: {"REFUSED"}}
#: Why a recorded answer cannot be guard's: the test's name -> reason.
DIFFERENT = {
    "direct-rrsig": "PowerDNS refuses RRSIG queries; guard says what the zone holds",
}
#: Published from PowerDNS's own settings (its keys, and `delete`), not from a zone file: put into the zone here.
SETTINGS = frozenset({"publishing-cds-cdnskey"})
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
    replies = re.split(r"^Reply to question.*\n", path.read_text("utf-8", "surrogateescape"), flags=re.MULTILINE)
    text = replies[number - whole_lines_lost(test, number)]
    rcode = re.search(r"Rcode: (\d+)", text)
    sections: tuple[set[tuple[str, str, str]], set[tuple[str, str, str]]] = (set(), set())
    for line in text.splitlines():
        found = LINE.match(line)
        if found and found[4] not in ("RRSIG", "NSEC", "NSEC3", "DNSKEY"):
            sections[int(found[1])].add(shown(found[2], found[4], found[5]))
    return (int(rcode[1]) if rcode else 0, *sections)


def whole_lines_lost(test: str, number: int) -> int:
    """Replies before one that a filter has left without their last line; what is left stands with the next reply."""
    queries = next(
        each["queries"] for each in json.loads(needs("pdns/queries.json").read_text()) if each["test"] == test
    )
    return sum("grep" in query["opts"] for query in queries[:number])


def shown(owner: str, type: str, data: str) -> tuple[str, str, str]:
    try:
        return absolute(owner, "."), type, record(type, data, ".")[1]
    except RecordInvalid:
        return absolute(owner, "."), type, data


def published(test: str) -> Mapping[str, Zone]:
    """The zones with the CDNSKEY records that the settings publish, and the CDS records that follow from them."""
    found = dict(zones())
    for each in json.loads(needs("pdns/queries.json").read_text()):
        for number, query in enumerate(each["queries"] if each["test"] == test else ()):
            apex = absolute(query["qname"], ".")
            if query["qtype"] != "CDNSKEY" or "|" in query["opts"] or apex not in found:
                continue
            wanted = recorded(test, number)
            keys = tuple(data for owner, _, data in wanted[1] if owner == apex) if wanted else ()
            rrsets = {**found[apex].rrsets, RRsetKey(apex, "CDNSKEY"): RRset(86400, keys)}
            rrsets[RRsetKey(apex, "CDS")] = RRset(86400, tuple(cds_of(apex, text) for text in keys))
            found[apex] = Zone(apex, found[apex].file, rrsets)
    return found


def cds_of(apex: str, cdnskey: str) -> str:
    """RFC 7344 3; algorithm 0 asks the parent to delete its DS (RFC 8078 4)."""
    if cdnskey.split()[2] == "0":
        return "0 0 0 00"
    key = dns.rdata.from_text("IN", "DNSKEY", cdnskey)
    return dns.dnssec.make_ds(dns.name.from_text(apex), key, "SHA256").to_text()


@pytest.mark.parametrize(("test", "number", "name", "type"), list(cases()) or [("absent", 0, ".", "A")])
def test_guard_answers_as_recorded(
    request: pytest.FixtureRequest, test: str, number: int, name: str, type: str
) -> None:
    needs("pdns/queries.json")
    if test in DIFFERENT:
        request.applymarker(pytest.mark.xfail(reason=DIFFERENT[test], strict=True))
    wanted = recorded(test, number)
    if wanted is None:
        pytest.skip("nothing recorded without DNSSEC made on the fly")
    rcode, answer, authority = wanted
    answer = {each for each in answer if test not in SETTINGS or each[0] == absolute(name, ".")}
    found = resolve(published(test) if test in SETTINGS else zones(), absolute(name, "."), type)
    assert found.status.value in RCODES[rcode], found
    made = {shown(each.owner, each.type, each.data) for each in found.answer if each.type not in ("RRSIG", "DNSKEY")}
    assert made == answer
    if not answer:
        assert {shown(each.owner, each.type, each.data) for each in found.authority} == authority
    if authority and not answer and found.status is not Status.NXDOMAIN:
        assert (found.status is Status.REFERRAL) == any(kind == "NS" for _, kind, _ in authority)
