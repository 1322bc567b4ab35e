"""nsupdate scripts applied as RFC 2136 says."""

from __future__ import annotations

import pytest

from guard.model.dns import Zone
from guard.model.errors import InputInvalid
from guard.parse.nsupdate import parse_nsupdate
from guard.parse.zonefile import parse_zone
from guard.snapshot.dns_update import updated

ZONE = """$TTL 60
@ IN SOA ns h 7 2 3 4 5
@ IN NS ns
@ IN MX 10 mail
ns IN A 192.0.2.53
www IN A 192.0.2.1
www IN A 192.0.2.2
www IN TXT "x"
alias IN CNAME www
"""


def after(script: str, text: str = ZONE, *, signs: bool = True) -> list[str]:
    """What differs afterwards: `-` and `+` lines without the SOA, whose serial comes last where it moved."""
    zone = parse_zone(text, "zones/example.com.zone")
    new = updated(zone, parse_nsupdate(script, "example.com.", "c.yaml", 10), file="c.yaml", signs=signs)

    def shown(each: Zone) -> set[str]:
        return {f"{k.owner.removesuffix('.example.com.')} {v.ttl} {k.type} {d}"
                for k, v in each.rrsets.items() if k.type != "SOA" for d in v.rdata}  # fmt: skip

    lines = [f"-{line}" for line in sorted(shown(zone) - shown(new))]
    lines += [f"+{line}" for line in sorted(shown(new) - shown(zone))]
    return lines + ([f"serial {new.serial}"] if new.serial != zone.serial else [])


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("update add a.example.com 5 A 192.0.2.9", ["+a 5 A 192.0.2.9", "serial 8"]),
        ("update add a.example.com. 5 CNAME WWW.example.com", ["+a 5 CNAME www.example.com.", "serial 8"]),
        ("update delete www.example.com. A 192.0.2.1", ["-www 60 A 192.0.2.1", "serial 8"]),
        ("update delete www.example.com. A", ["-www 60 A 192.0.2.1", "-www 60 A 192.0.2.2", "serial 8"]),
        ("del www.example.com.", ["-www 60 A 192.0.2.1", "-www 60 A 192.0.2.2", '-www 60 TXT "x"', "serial 8"]),
        ("update delete none.example.com. A", []),
        ("update add www.example.com. 60 A 192.0.2.1", []),
        # the TTL of the set follows
        ("update add www.example.com. 5 A 192.0.2.1",
         ["-www 60 A 192.0.2.1", "-www 60 A 192.0.2.2", "+www 5 A 192.0.2.1", "+www 5 A 192.0.2.2", "serial 8"]),
        # RFC 2136 3.4.2.2: a CNAME beside other data is ignored, and the other way round; a CNAME replaces a CNAME
        ("update add www.example.com. 5 CNAME ns.example.com.", []),
        ("update add alias.example.com. 5 A 192.0.2.1", []),
        ("update add alias.example.com. 60 CNAME ns.example.com.",
         ["-alias 60 CNAME www.example.com.", "+alias 60 CNAME ns.example.com.", "serial 8"]),
        ("update delete alias.example.com.\nupdate add alias.example.com. 60 A 192.0.2.1",
         ["-alias 60 CNAME www.example.com.", "+alias 60 A 192.0.2.1", "serial 8"]),
        # the apex keeps its SOA and NS
        ("update delete example.com.", ["-example.com. 60 MX 10 mail.example.com.", "serial 8"]),
        ("update delete example.com. NS", []),
        ("update delete example.com. NS ns.example.com.", []),
        ("update delete example.com. SOA", []),
        # an SOA with a greater serial is taken, another is ignored
        ("update add example.com. 60 SOA ns.example.com. h.example.com. 99 2 3 4 5", ["serial 99"]),
        ("update add example.com. 60 SOA ns.example.com. h.example.com. 6 2 3 4 5", []),
        # each send is a message of its own
        ("update add a.example.com. 5 A 192.0.2.9\nsend\nprereq yxdomain a.example.com.\ndel a.example.com.\n",
         ["serial 9"]),
        ("ttl 30\nupdate add a.example.com. A 192.0.2.9\n; note\nshow\nanswer", ["+a 30 A 192.0.2.9", "serial 8"]),
    ],
)  # fmt: skip
def test_updates(script: str, wanted: list[str]) -> None:
    assert after(script) == wanted


@pytest.mark.parametrize(
    ("prerequisite", "holds"),
    [
        ("prereq nxdomain a.example.com.", True),
        ("nxdomain www.example.com.", False),
        ("prereq yxdomain www.example.com.", True),
        ("prereq yxrrset www.example.com. A", True),
        ("prereq yxrrset www.example.com. AAAA", False),
        ("prereq nxrrset www.example.com. AAAA", True),
        ("prereq nxrrset www.example.com. A", False),
        ("prereq yxrrset www.example.com. A 192.0.2.1\nprereq yxrrset www.example.com. A 192.0.2.2", True),
        ("prereq yxrrset www.example.com. A 192.0.2.1", False),  # the whole set has to be named
    ],
)
def test_prerequisites(prerequisite: str, holds: bool) -> None:
    script = f"{prerequisite}\nupdate add new.example.com. 5 A 192.0.2.9\n"
    if holds:
        assert after(script) == ["+new 5 A 192.0.2.9", "serial 8"]
        return
    with pytest.raises(InputInvalid) as caught:
        after(script)
    assert (caught.value.code, caught.value.line) == ("prerequisite-failed", 10)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("update add a.example.net. 5 A 192.0.2.1", "outside zone"),
        ("update add a.example.com. A 192.0.2.1", "no TTL"),
        ("update add a.example.com. 5 A 192.0.2.300", "not the data"),
        ("update change a.example.com.", "no command"),
        ("zone example.org.", "the step for example.com."),
        ("prereq nxrrset a.example.com. A 192.0.2.1", "names no data"),
        ("nonsense", "no nsupdate command"),
    ],
)
def test_scripts_that_are_refused(script: str, words: str) -> None:
    with pytest.raises(InputInvalid, match=words) as caught:
        after(script)
    assert caught.value.line == 10


def test_who_signs_decides_what_becomes_of_a_signature() -> None:
    text = ZONE + "alias IN RRSIG CNAME 8 3 60 20300101000000 20200101000000 1 example.com. aaaa\n"
    script = "update delete alias.example.com. CNAME"
    gone = "-alias 60 RRSIG(CNAME) CNAME 8 3 60 20300101000000 20200101000000 1 example.com. aaaa"
    assert gone in after(script, text, signs=True)
    assert gone not in after(script, text, signs=False)


def test_serials_wrap_and_are_never_zero() -> None:
    assert after("update add a.example.com. 5 A 192.0.2.9", ZONE.replace(" 7 ", " 4294967295 "))[-1] == "serial 1"
