"""Lists, route-maps, access lists and object groups of NX-OS, where they differ from IOS."""

from __future__ import annotations

from guard.model.acl import Acl
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.model.policy import All, Any, MatchPrefixList, MatchTag, SetNumber
from guard.parse.cisco.reader import read


def parse(text: str) -> Device:
    return read(text, "configs/r1.cfg", Vendor.NXOS)


def acl(text: str, name: str = "A", version: int = 4) -> Acl:
    return parse(text).acls[version, name]


def test_entries_of_path_and_community_lists_number_themselves_one_by_one() -> None:
    device = parse(
        'ip as-path access-list P permit "^1$"\nip as-path access-list P seq 10 permit "^10$"\n'
        'ip as-path access-list P seq 5 permit "^5$"\nip as-path access-list P permit "^11$"\n'
        "ip community-list standard C permit 1:1\nip community-list standard C seq 10 permit 10:10\n"
        "ip community-list standard C permit 11:11\n"
    )
    assert [each.regex for each in device.as_path_lists["P"].entries] == ['"^1$"', '"^5$"', '"^10$"', '"^11$"']
    found = [set(each.communities) for each in device.community_lists["standard", "C"].entries]
    assert found == [{"1:1"}, {"10:10"}, {"11:11"}]


def test_prefix_lists_count_by_fives_and_know_eq() -> None:
    device = parse(
        "ip prefix-list P permit 10.0.1.0/24\nip prefix-list P deny 10.0.2.0/24\n"
        "ip prefix-list P seq 3 permit 10.0.3.0/24\n"
        "ip prefix-list P permit 10.10.0.0/16 eq 24\n"
    )
    entries = device.prefix_lists[4, "P"].entries
    assert [each.sequence for each in entries] == [3, 5, 10, 15]
    assert (entries[3].range.low, entries[3].range.high) == (24, 24)


def test_a_further_match_line_of_a_kind_adds_to_the_first() -> None:
    device = parse(
        "route-map M permit 10\n  match ip address prefix-list A\n  match ip address prefix-list B\n  match tag 5\n"
        "  set metric 7\n  set local-preference 200\n"
    )
    (term,) = device.policies["M"].terms
    assert isinstance(term.condition, All)
    either, tag = term.condition.parts
    assert either == Any((MatchPrefixList(("A",), 4), MatchPrefixList(("B",), 4)))
    assert tag == MatchTag(frozenset({5}))
    assert term.actions == (SetNumber("metric", 7, "="), SetNumber("local-preference", 200, "="))


def test_an_access_list_in_a_route_map_chooses_packets_and_not_routes() -> None:
    device = parse("route-map M permit 10\n  match ip address A\n  match tag 5\n  set ip next-hop redist-unchanged\n")
    (term,) = device.policies["M"].terms
    assert term.condition == All((All(()), MatchTag(frozenset({5}))))
    assert [(note.text, note.state) for note in device.coverage.notes] == [("match ip address A", LineState.PARTIAL)]


def test_access_lists_with_groups_of_addresses_and_ports() -> None:
    text = (
        "object-group ip address HOSTS\n  10 host 10.0.0.1\n  20 10.1.0.0/16\n  30 10.2.0.0 0.0.255.255\n"
        "object-group ip port WEB\n  10 eq 80\n  20 range 8000 8080\n"
        "ip access-list A\n  statistics per-entry\n  10 remark web\n"
        "  20 permit tcp any addrgroup HOSTS portgroup WEB\n  30 deny ip any any log\n"
    )
    first, last = acl(text).lines
    assert [str(each) for each in parse(text).coverage.notes if each.state == LineState.UNRECOGNISED] == []
    assert first.destination_ports == ((80, 80), (8000, 8080))
    assert [each.value for each in first.destinations] == [0x0A000001, 0x0A010000, 0x0A020000]
    assert (first.permit, last.permit, first.opaque, last.name) == (True, False, "", "30")


def test_an_entry_of_a_group_that_is_not_there_may_match_or_not() -> None:
    (entry,) = acl("ip access-list A\n  10 permit tcp any any portgroup GONE\n").lines
    assert entry.opaque == "portgroup GONE"


def test_the_filter_of_the_control_plane_that_the_vendor_ships_drops_nothing_by_rule() -> None:
    device = parse("copp profile strict\ncontrol-plane\n  service-policy input copp-system-p-policy-strict\n")
    assert {note.state for note in device.coverage.notes} == {LineState.IGNORED}
    own = parse("control-plane\n  service-policy input MINE\n")
    assert {note.text: note.state for note in own.coverage.notes}["service-policy input MINE"] == LineState.PARTIAL


def test_a_banner_ends_at_its_delimiter() -> None:
    device = parse("banner motd #\nrouter bgp 1\n no shutdown\n#\nhostname r9\n")
    assert device.name == "r9"
    assert device.bgp == ()
