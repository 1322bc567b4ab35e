"""A zone that was edited is the zone that would be read anew: names, pointers, faults, and the delta to the old one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guard.compare.delta import Moment, compare
from guard.model.dns import Zone
from guard.parse.nsupdate import parse_nsupdate
from guard.parse.zone_faults import zone_faults
from guard.parse.zonefile import parse_zone
from guard.snapshot.dns_update import updated
from guard.snapshot.snapshot import Snapshot

HEAD = "$TTL 60\n@ IN SOA ns h 7 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.53\n"
LABELS = st.lists(st.sampled_from(["a", "b", "c", "*"]), min_size=1, max_size=4).map(".".join)
DATA = st.one_of(
    st.integers(1, 200).map(lambda number: ("A", f"192.0.2.{number}")),
    LABELS.map(lambda name: ("CNAME", f"{name}.example.com.")),
    LABELS.map(lambda name: ("MX", f"5 {name}.example.com.")),
    LABELS.map(lambda name: ("NS", f"{name}.example.com.")),
    LABELS.map(lambda name: ("DNAME", f"{name}.example.com.")),
)
RECORDS = st.tuples(LABELS, DATA)
EDITS = st.one_of(
    RECORDS.map(lambda each: f"update add {each[0]}.example.com. 60 {each[1][0]} {each[1][1]}"),
    LABELS.map(lambda name: f"update delete {name}.example.com."),
    RECORDS.map(lambda each: f"update delete {each[0]}.example.com. {each[1][0]}"),
)


@given(st.lists(RECORDS, max_size=12), st.lists(EDITS, min_size=1, max_size=8))
def test_incremental_equals_from_scratch(records: list[tuple[str, tuple[str, str]]], edits: list[str]) -> None:
    text = HEAD + "".join(f"{name} {type} {data}\n" for name, (type, data) in records)
    zone = parse_zone(text, "zones/example.com.zone")
    new = updated(zone, parse_nsupdate("\n".join(edits), "example.com.", "c.yaml"), file="c.yaml", signs=True)
    fresh = parse_zone(new.text, "zones/example.com.zone")
    assert {key: rrset[:2] for key, rrset in new.rrsets.items()} == {k: r[:2] for k, r in fresh.rrsets.items()}
    assert {owner: set(types) for owner, types in new.names.types.items()} == {
        owner: set(types) for owner, types in fresh.names.types.items()
    }
    assert new.names[1:] == fresh.names[1:]
    assert set(new.pointers) == set(fresh.pointers)
    assert {each.identity for each in zone_faults(new)} == {each.identity for each in zone_faults(fresh)}
    read = [each for each in new.faults if not each.detail.startswith("ttl")]
    assert {each.identity for each in read} == {each.identity for each in zone_faults(fresh)}


def moment(zone: Zone) -> Moment:
    return Moment(Snapshot({}, "", zones={zone.apex: zone}))


@given(st.lists(RECORDS, max_size=12), st.lists(EDITS, min_size=1, max_size=4), st.lists(EDITS, min_size=1, max_size=4))
def test_the_delta_of_edits_is_that_of_the_records(
    records: list[tuple[str, tuple[str, str]]], first: list[str], second: list[str]
) -> None:
    text = HEAD + "".join(f"{name} {type} {data}\n" for name, (type, data) in records)
    zone = new = parse_zone(text, "zones/example.com.zone")
    for edits in (first, second):
        messages = parse_nsupdate("\n".join(edits), "example.com.", "c.yaml")
        new = updated(new, messages, file="c.yaml", signs=True)
    known = new.touched_since(zone)
    assert known is not None
    assert {key.owner for key, _ in new.rrsets.items() ^ zone.rrsets.items()} <= known
    fresh = parse_zone(new.text, "zones/example.com.zone")
    assert compare(moment(zone), moment(new)).records == compare(moment(zone), moment(fresh)).records
