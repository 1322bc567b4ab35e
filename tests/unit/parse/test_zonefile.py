"""Master files: owners, TTLs, directives, quotes and parentheses, and what is wrong with a zone by itself."""

from __future__ import annotations

import pytest

from guard.model.dns import RRsetKey, Zone
from guard.model.errors import InputInvalid
from guard.parse.zonefile import parse_zone

HEAD = "$TTL 60\n@ IN SOA ns h 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.53\n"


def zone(text: str, file: str = "zones/example.com.zone") -> Zone:
    return parse_zone(text, file)


def told(text: str) -> list[tuple[str, str, int]]:
    """(code, severity, line) of the faults of HEAD followed by a text."""
    return [(fault.code, fault.severity, fault.source.first) for fault in zone(HEAD + text).faults]


@pytest.mark.parametrize(
    ("text", "key", "ttl", "data"),
    [
        ("www A 192.0.2.1", ("www.example.com.", "A"), 60, ("192.0.2.1",)),
        ("www 5 IN A 192.0.2.1", ("www.example.com.", "A"), 5, ("192.0.2.1",)),
        ("www IN 5 A 192.0.2.1 ; comment", ("www.example.com.", "A"), 5, ("192.0.2.1",)),
        ("WWW 1h30m A 192.0.2.1\n 7 A 192.0.2.0", ("www.example.com.", "A"), 5400, ("192.0.2.0", "192.0.2.1")),
        ("$ORIGIN sub\nx CNAME Y", ("x.sub.example.com.", "CNAME"), 60, ("y.sub.example.com.",)),
        ("@ MX 010 Mail", ("example.com.", "MX"), 60, ("10 mail.example.com.",)),
        (r"a\.b TXT ( ; here" + '\n "x;y" \n"z" )', (r"a\.b.example.com.", "TXT"), 60, ('"x;y" "z"',)),
        (r"\119ww A 192.0.2.1", ("www.example.com.", "A"), 60, ("192.0.2.1",)),
        ("x AAAA 2001:DB8:0:0::1", ("x.example.com.", "AAAA"), 60, ("2001:db8::1",)),
        (r"x TYPE65534 \# 2 0A0b", ("x.example.com.", "TYPE65534"), 60, (r"\# 2 0a0b",)),
        ('x SVCB 1 . alpn="h2"', ("x.example.com.", "SVCB"), 60, ('1 . alpn="h2"',)),
    ],
)
def test_one_record(text: str, key: tuple[str, str], ttl: int, data: tuple[str, ...]) -> None:
    found = zone(HEAD + text + "\n").rrsets[RRsetKey(*key)]
    assert (found.ttl, found.rdata) == (ttl, data)


def test_signatures_are_sets_of_what_they_cover() -> None:
    text = "www RRSIG A 8 3 60 20300101000000 20200101000000 1 example.com. aaaa\n"
    assert ("www.example.com.", "RRSIG(A)") in zone(HEAD + text).rrsets


def test_the_zone_is_the_owner_of_the_soa_and_names_are_relative_to_the_file() -> None:
    found = zone("$TTL 60\nsub SOA ns h 1 2 3 4 5\nsub NS ns.example.net.\n", "zones/server/example.org.zone")
    assert (found.apex, found.serial) == ("sub.example.org.", 1)


def test_ttls_without_a_directive() -> None:
    """The first SOA falls back to its minimum, others to the last TTL stated (RFC 1035 5.1, RFC 2308 4)."""
    found = zone("@ SOA ns h 1 2 3 4 77\n@ NS ns.example.net.\na 5 A 192.0.2.1\nb A 192.0.2.2\n")
    assert [found.rrsets[RRsetKey(f"{name}example.com.", type)].ttl for name, type in
            (("", "SOA"), ("", "NS"), ("a.", "A"), ("b.", "A"))] == [77, 77, 5, 77]  # fmt: skip
    later = zone("@ 9 SOA ns h 1 2 3 4 77\n@ NS ns.example.net.\n")
    assert later.rrsets[RRsetKey("example.com.", "NS")].ttl == 9


def test_order_lines_and_the_torn_end() -> None:
    found = zone(HEAD + "b A 192.0.2.2\na A 192.0.2.1")
    assert [key.owner for key in found.order[-2:]] == ["b.example.com.", "a.example.com."]
    assert found.rrsets[RRsetKey("a.example.com.", "A")].line == 6
    assert found.torn
    assert not zone(HEAD).torn


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("$INCLUDE /etc/passwd\n", "directive-refused", 5, "$INCLUDE"),
        ("$GENERATE 1-9999999 a$ A 192.0.2.1\n", "directive-refused", 5, "$GENERATE"),
        ("$FOO x\n", "invalid-zone", 5, "not a directive"),
        ("a TXT ( x\n", "invalid-zone", 5, "not closed"),
        ("a TXT x )\n", "invalid-zone", 5, "not opened"),
        ('a TXT "x\n', "invalid-zone", 5, "quote"),
    ],
)
def test_files_that_are_refused(text: str, code: str, line: int, words: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        zone(HEAD + text)
    assert (caught.value.code, caught.value.file, caught.value.line) == (code, "zones/example.com.zone", line)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a A 192.0.2.256\n", ("dns-invalid", "error", 5)),
        ("a CH A 192.0.2.1\n", ("dns-invalid", "error", 5)),
        ("a FOO x\n", ("dns-invalid", "error", 5)),
        ("www.example.net. A 192.0.2.1\n", ("dns-invalid", "warning", 5)),
        ("a A 192.0.2.1\na 5 A 192.0.2.2\n", ("dns-invalid", "info", 6)),
        ("a A 192.0.2.1\na CNAME b\n", ("dns-conflict", "error", 6)),
        ("d DNAME example.net.\nx.d A 192.0.2.1\n", ("dns-conflict", "warning", 6)),
        ("@ NS ns2\n", ("dns-glue", "error", 3)),
        ("sub NS ns.sub\n", ("dns-glue", "warning", 5)),
        ("a.example.com A 192.0.2.1\n", ("dns-name-typo", "error", 5)),
        ("a CNAME cdn.example.net\n", ("dns-name-typo", "warning", 5)),
        ("a CNAME www.example.com\n", ("dns-name-typo", "warning", 5)),
        ("x SOA ns h 1 2 3 4 5\n", ("dns-apex", "error", 5)),
        ("*.x NS ns\n", ("dns-invalid", "error", 5)),
        ("@ MX 5 192.0.2.1\n", ("dns-invalid", "warning", 5)),
    ],
)
def test_faults(text: str, wanted: tuple[str, str, int]) -> None:
    assert wanted in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "a CNAME ns\na RRSIG CNAME 8 3 60 20300101000000 20200101000000 1 example.com. aaaa\na NSEC b CNAME\n",
        "sub NS ns.sub\nns.sub A 192.0.2.1\n",
        "sub NS ns.other\nother NS ns.other\nns.other A 192.0.2.1\n",
        "@ NS any\n* A 192.0.2.1\n",
        "_sip._tcp SRV 1 1 5060 ns\n",
        "a.net A 192.0.2.1\nb CNAME a.net\n",
    ],
)
def test_sound_zones_have_no_faults(text: str) -> None:
    assert told(text) == []


def test_what_is_rendered_reads_the_same() -> None:
    first = zone(HEAD + 'a TXT "x\\"y" "z"\n*.w A 192.0.2.1\n' + r"a\.b MX 10 ns" + "\n")
    again = zone(first.text)
    assert {key: value[:2] for key, value in again.rrsets.items()} == {
        key: value[:2] for key, value in first.rrsets.items()
    }
