"""Route-maps of IOS, EOS and FRR as policies: conditions joined as the device joins them, actions, what comes next."""

from __future__ import annotations

from guard.model.address import parse_address, parse_prefix
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.model.policy import (
    All,
    Any,
    DeleteCommunities,
    ExcludeAs,
    MatchAcl,
    MatchAsPath,
    MatchCommunity,
    MatchInterface,
    MatchLocalPreference,
    MatchMetric,
    MatchNextHop,
    MatchOrigin,
    MatchPeer,
    MatchPolicy,
    MatchPrefixList,
    MatchPrefixRanges,
    MatchProtocol,
    MatchRouteType,
    MatchRpki,
    MatchTag,
    Not,
    Opaque,
    Outcome,
    PrefixRange,
    PrependAsPath,
    PrependLastAs,
    ReplaceAs,
    SetCommunities,
    SetMetricFromIgp,
    SetMetricType,
    SetNextHop,
    SetNumber,
    SetOrigin,
    Term,
)
from guard.parse.cisco.reader import read


def device(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def terms(body: str, vendor: Vendor = Vendor.IOS, more: str = "") -> tuple[Term, ...]:
    lines = "\n".join(f" {line.strip()}" for line in body.strip().splitlines())
    return device(f"route-map R permit 10\n{lines}\n!\n{more}", vendor).policies["R"].terms


def states(found: Device) -> list[str]:
    return [f"{number} {LineState(state).name}" for number, state in enumerate(found.coverage.states, 1) if state]


def test_kinds_are_joined_and_alternatives_within_a_kind() -> None:
    body = """
        match ip address prefix-list A B
        match community 1 2
        match as-path 7
        match tag 5 6
    """
    assert terms(body)[0].condition == All(
        (MatchPrefixList(("A", "B")), MatchCommunity(("1", "2")), MatchAsPath(("7",)), MatchTag(frozenset({5, 6})))
    )


def test_the_same_kind_twice_adds_on_ios_and_replaces_on_frr() -> None:
    """FRR 8.4.4 shows but the second line of two; IOS joins their lists."""
    body = "match ip address prefix-list A\nmatch ip address prefix-list B"
    assert terms(body)[0].condition == Any((MatchPrefixList(("A",)), MatchPrefixList(("B",))))
    assert terms(body, Vendor.FRR)[0].condition == MatchPrefixList(("B",))
    assert terms(body, Vendor.EOS)[0].condition == MatchPrefixList(("B",))


def test_an_access_list_and_a_prefix_list_are_two_kinds() -> None:
    body = "match ip address 10\nmatch ip address prefix-list B"
    assert terms(body, Vendor.FRR)[0].condition == All((MatchAcl(("10",)), MatchPrefixList(("B",))))


def test_all_matches() -> None:
    def one(line: str, vendor: Vendor = Vendor.IOS) -> object:
        return terms(line, vendor)[0].condition

    address = parse_address("192.0.2.1")
    assert one("match ip address ip prefix-list A") == MatchPrefixList(("A",))
    assert one("match ipv6 address prefix-list A") == MatchPrefixList(("A",), 6)
    assert one("match ip address 1 LIST") == MatchAcl(("1", "LIST"))
    assert one("match ip address access-list LIST", Vendor.EOS) == MatchAcl(("LIST",))
    default = parse_prefix("0.0.0.0/0")
    assert one("match ip address prefix-len 24", Vendor.FRR) == MatchPrefixRanges((PrefixRange(default, 24, 24),))
    assert one("match community C exact-match") == MatchCommunity(("C",), exact=True)
    assert one("match large-community L", Vendor.FRR) == MatchCommunity(("L",), "large")
    assert one("match extcommunity E") == MatchCommunity(("E",), "extended")
    assert one("match local-preference 200") == MatchLocalPreference(200, 200)
    assert one("match metric 20 +- 5") == MatchMetric(15, 25)
    assert one("match ip next-hop prefix-list A") == MatchNextHop(prefix_lists=("A",))
    assert one("match ip next-hop 5") == MatchNextHop(acls=("5",))
    assert one("match ip next-hop address 192.0.2.1", Vendor.FRR) == MatchNextHop(addresses=(address,))
    assert one("match ip route-source 5") == MatchPeer(acls=("5",))
    assert one("match peer 192.0.2.1", Vendor.FRR) == MatchPeer(addresses=(address,))
    assert one("match peer local", Vendor.FRR) == MatchPeer(local=True)
    assert one("match interface Gi0/1 Loopback 0") == MatchInterface(("GigabitEthernet0/1", "Loopback0"))
    assert one("match source-protocol ospf 1") == MatchProtocol(frozenset({"ospf"}), "1")
    assert one("match route-type external type-2 internal") == MatchRouteType(frozenset({"type-2", "internal"}))
    assert one("match origin incomplete", Vendor.FRR) == MatchOrigin(2)
    assert one("match rpki notfound", Vendor.FRR) == MatchRpki("not-found")
    assert one("match invert-result as-path A", Vendor.EOS) == Not(MatchAsPath(("A",)))


def test_all_sets() -> None:
    def one(line: str, vendor: Vendor = Vendor.IOS) -> object:
        actions = terms(line, vendor)[0].actions
        assert len(actions) == 1
        return actions[0]

    address = parse_address("192.0.2.1")
    assert one("set local-preference 200") == SetNumber("local-preference", 200)
    assert one("set local-preference +20", Vendor.FRR) == SetNumber("local-preference", 20, "+")
    assert one("set metric -5", Vendor.FRR) == SetNumber("metric", 5, "-")
    assert one("set metric igp", Vendor.FRR) == SetMetricFromIgp()
    assert one("set metric-type internal") == SetMetricFromIgp()
    assert one("set metric-type type-1") == SetMetricType("type-1")
    assert one("set weight 40000") == SetNumber("weight", 40000)
    assert one("set tag 7") == SetNumber("tag", 7)
    assert one("set distance 30", Vendor.FRR) == SetNumber("distance", 30)
    assert one("set origin incomplete") == SetOrigin(2)
    assert one("set community 65001:1 no-export") == SetCommunities(frozenset({"65001:1", "no-export"}))
    assert one("set community 4259905537 additive") == SetCommunities(frozenset({"65001:1"}), "+")
    assert one("set community none") == SetCommunities(frozenset())
    assert one("set community 65001:1 delete", Vendor.EOS) == SetCommunities(frozenset({"65001:1"}), "-")
    large = SetCommunities(frozenset({"1:2:3"}), "+", "large")
    assert one("set large-community 1:2:3 additive", Vendor.FRR) == large
    extended = SetCommunities(frozenset({"rt 1:2", "rt 3:4"}), "+", "extended")
    assert one("set extcommunity rt 1:2 3:4 additive") == extended
    assert one("set comm-list C delete") == DeleteCommunities("C")
    assert one("set as-path prepend 65001 1.10") == PrependAsPath((65001, 65546))
    assert one("set as-path prepend last-as 3") == PrependLastAs(3)
    assert one("set as-path prepend auto auto", Vendor.EOS) == PrependLastAs(2, own=True)
    assert one("set as-path exclude 5 6", Vendor.FRR) == ExcludeAs(frozenset({5, 6}))
    assert one("set as-path replace any", Vendor.FRR) == ReplaceAs(frozenset())
    assert one("set as-path replace 5 6", Vendor.FRR) == ReplaceAs(frozenset({5}), 6)
    assert one("set ip next-hop 192.0.2.1") == SetNextHop("address", address)
    assert one("set ip next-hop peer-address") == SetNextHop("peer")
    assert one("set ip next-hop self") == SetNextHop("self")
    assert one("set ip next-hop unchanged") == SetNextHop("unchanged")
    six = SetNextHop("address", parse_address("2001:db8::1"), 6)
    assert one("set ipv6 next-hop global 2001:db8::1", Vendor.FRR) == six


def test_a_set_is_replaced_by_a_later_one_of_its_kind() -> None:
    """As FRR 8.4.4 keeps them: prepends replace each other, prepend and exclude do not."""
    body = """
        set community 65001:1
        set community 65001:2 additive
        set as-path prepend last-as 3
        set as-path prepend 1 2
        set as-path exclude 5
    """
    assert terms(body, Vendor.FRR)[0].actions == (
        SetCommunities(frozenset({"65001:2"}), "+"),
        PrependAsPath((1, 2)),
        ExcludeAs(frozenset({5})),
    )


def test_ios_deletes_communities_before_it_sets_them() -> None:
    body = "set community 65001:1 additive\nset comm-list C delete"
    assert terms(body)[0].actions == (DeleteCommunities("C"), SetCommunities(frozenset({"65001:1"}), "+"))
    assert terms(body, Vendor.EOS)[0].actions == (SetCommunities(frozenset({"65001:1"}), "+"), DeleteCommunities("C"))


def test_eos_sets_the_communities_of_a_list() -> None:
    more = "ip community-list standard C permit 65001:1 65001:2\n"
    action = SetCommunities(frozenset({"65001:1", "65001:2"}), "+")
    assert terms("set community community-list C additive", Vendor.EOS, more)[0].actions == (action,)


def test_entries_in_order_with_defaults_and_flow() -> None:
    text = """\
route-map R permit 20
 continue
route-map R
 match as-path 1
 continue 40
route-map R deny 15
 match tag 1
 continue 40
 set weight 5
route-map R permit 40
"""
    found = device(text).policies["R"]
    flow = [(term.name, term.outcome, term.goto, term.actions) for term in found.terms]
    assert flow == [
        ("10", Outcome.ACCEPT, 40, ()),
        ("15", Outcome.REJECT, None, ()),
        ("20", Outcome.ACCEPT, 21, ()),
        ("40", Outcome.ACCEPT, None, ()),
    ]
    assert found.default is Outcome.REJECT
    assert found.terms[3].condition == All(())
    assert str(found.terms[1].source) == "configs/r1.cfg:6-9"
    assert [str(source) for source in found.terms[1].matched_lines] == ["configs/r1.cfg:7"]


def test_frr_on_match() -> None:
    body = "match tag 1\non-match goto 30"
    assert terms(body, Vendor.FRR)[0].goto == 30
    assert terms("on-match next", Vendor.FRR)[0].goto == 11


def test_frr_call_is_a_condition_that_applies() -> None:
    more = "route-map OTHER permit 10\n match tag 3\n"
    (term,) = terms("match tag 1\ncall OTHER\nset weight 3", Vendor.FRR, more)
    assert term.condition == All((MatchTag(frozenset({1})), MatchPolicy("OTHER", apply=True)))
    assert (term.outcome, term.actions) == (Outcome.ACCEPT, (SetNumber("weight", 3),))


def test_a_call_of_a_map_that_is_not_there_changes_nothing() -> None:
    (term,) = terms("match tag 1\ncall NOWHERE", Vendor.FRR)
    assert (term.condition, term.outcome) == (MatchTag(frozenset({1})), Outcome.ACCEPT)


def test_what_is_not_modelled_is_said_and_stays_in_the_condition() -> None:
    text = """\
route-map R permit 10
 match probability 50
 match evpn route-type 5
 match nonsense 1
 set dampening
 set ip vrf X next-hop 192.0.2.1
 set nonsense
 set local-preference many
 description for people
"""
    found = device(text, Vendor.FRR)
    assert found.policies["R"].terms[0].condition == All(
        (
            Opaque("match probability 50"),
            Opaque("match evpn route-type 5", assume=False),
            Opaque("match nonsense 1"),
        )
    )
    assert states(found) == [
        "1 IMPLEMENTED",
        "2 NOT_IMPLEMENTED",
        "3 NOT_IMPLEMENTED",
        "4 UNRECOGNISED",
        "5 IGNORED",
        "6 NOT_IMPLEMENTED",
        "7 UNRECOGNISED",
        "8 UNRECOGNISED",
        "9 IGNORED",
    ]


def test_references_name_kind_and_version() -> None:
    text = """\
route-map R permit 10
 match ip address prefix-list A
 match ipv6 address prefix-list A
 match community C
 match as-path P
 match ip next-hop 5
 set comm-list D delete
"""
    found = device(text)
    assert sorted((each.kind, each.name, each.version, each.source.first) for each in found.undefined) == [
        ("acl", "5", 4, 6),
        ("as-path-list", "P", 4, 5),
        ("community-list", "C", 4, 4),
        ("community-list", "D", 4, 7),
        ("prefix-list", "A", 4, 2),
        ("prefix-list", "A", 6, 3),
    ]


def test_eos_continues_at_an_entry_that_is_there_or_not_at_all() -> None:
    """lab-validation, eos_rm_undefined_continue: without an entry 30 the route stays as entry 10 has it."""
    text = "route-map R permit 10\n continue {}\n set metric 1\nroute-map R permit 40\n set metric 2\n"
    found = {
        (vendor.value, where): device(text.format(where), vendor).policies["R"].terms[0].goto
        for vendor in (Vendor.EOS, Vendor.IOS)
        for where in ("30", "40", "")
    }
    assert found == {
        ("eos", "30"): None, ("eos", "40"): 40, ("eos", ""): 11, ("ios", "30"): 30, ("ios", "40"): 40, ("ios", ""): 11,
    }  # fmt: skip
    assert any("no entry 30" in message for _, message in device(text.format(30), Vendor.EOS).warnings)
