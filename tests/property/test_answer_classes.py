"""Each question whose answer a change alters is told, by itself or by its class: all are asked, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from guard.compare.dns import ANY_LABEL, answer_turns
from guard.model.dns import Zone, ancestors
from guard.parse.zonefile import parse_zone
from guard.simulate.dns.answer import resolve, zone_of

HEAD = "$TTL 60\n@ IN SOA ns h 7 2 3 4 5\n@ IN NS ns.example.net.\n"
NAMES = ["a", "b", "*", "b.a", "*.a", "a.b", "b.a.b", "*.b.a"]
TARGETS = ["a.example.com.", "b.a.example.com.", "x.b.example.com.", "c.example.org.", "example.com.", "y.example.edu."]
TYPES = ("A", "AAAA", "MX", "CNAME", "NS", "DNAME", "TXT")
RECORDS = st.one_of(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["A 192.0.2.1", "A 192.0.2.2", "MX 5 a", "TXT x"])),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["CNAME ", "NS ", "DNAME "]), st.sampled_from(TARGETS)).map(
        lambda each: (each[0], each[1] + each[2])
    ),
)
OTHER = st.lists(st.tuples(st.sampled_from(["c", "*.c", "@"]), st.sampled_from(["A 192.0.2.9", "TXT x"])), max_size=2)
Records = list[tuple[str, str]]


def zones(records: Records, other: Records) -> Mapping[str, Zone]:
    texts = {"example.com": records, "example.org": other}
    read = [
        parse_zone(HEAD + "".join(f"{name} {data}\n" for name, data in each), f"zones/{apex}.zone")
        for apex, each in texts.items()
    ]
    return {each.apex: each for each in read}


def universe() -> Iterator[str]:
    """All names of three labels in use and one that nobody uses, below both zones."""
    for depth in range(4):
        for labels in product(("a", "b", "c", "x", "zz"), repeat=depth):
            for apex in ("example.com.", "example.org."):
                yield ".".join((*labels, apex))


def classes(before: Mapping[str, Zone], after: Mapping[str, Zone], name: str) -> set[str]:
    """The name, and what stands for it: a label that nobody uses, below its cut, its DNAME or its closest encloser."""
    found = {name}
    for zone in (zone_of(before, name), zone_of(after, name)):
        if zone is not None:
            above = [each for each in (zone.cut_above(name), zone.dname_above(name)) if each is not None]
            above += [next(each for each in ancestors(name, zone.apex) if zone.exists(each))]
            found |= {f"{ANY_LABEL}.{each}" for each in above}
    return found


@settings(deadline=None, max_examples=40)
@given(st.lists(RECORDS, max_size=7), st.lists(RECORDS, max_size=7), OTHER, OTHER)
@example([("*", "A 192.0.2.1")], [("*", "A 192.0.2.1"), ("b.a", "TXT x")], [], [])
@example([("a", "NS y.example.edu.")], [], [], [])
@example([("a", "CNAME c.example.org.")], [("a", "CNAME c.example.org.")], [("c", "A 192.0.2.9")], [])
def test_no_answer_changes_without_a_word(first: Records, second: Records, other: Records, another: Records) -> None:
    before, after = zones(first, other), zones(second, another)
    keys = {
        key
        for apex in before
        for key in before[apex].rrsets.keys() | after[apex].rrsets.keys()
        if (before[apex].get(*key) or (0, ()))[:2] != (after[apex].get(*key) or (0, ()))[:2]
    }
    told = {(turn.name, turn.type) for turn in answer_turns(before, after, keys).turns}
    names = {name for name, _ in told}
    for name in universe():
        for type in TYPES:
            old, new = resolve(before, name, type), resolve(after, name, type)
            if old.content != new.content:
                assert names & classes(before, after, name), (name, type, old.content, new.content, told)
