"""What bgpd alone does, as FRR 8.4.4 did it live on topologies of FRR's own tests; the rules are in bgp_route.c."""

from __future__ import annotations

from typing import Any

import pytest
from small_network import snapshot_of

from guard.engines.rows import bgp_rows, routes_rows
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute


def state_of(**configs: str) -> NetworkState:
    head = "frr version 8.4.4\nfrr defaults traditional\nhostname"
    return compute(snapshot_of({name: f"{head} {name}\n{text}" for name, text in configs.items()}))


def rows(state: NetworkState, node: str, network: str) -> list[tuple[object, ...]]:
    """(status, AS path, received from), the best first."""
    found: list[dict[str, Any]] = [row for row in bgp_rows(state) if (row["node"], row["network"]) == (node, network)]
    return [(row["status"], row["as_path"], row["received_from"]) for row in found]


def router(asn: int, ports: dict[str, str], *lines: str, family: tuple[str, ...] = (), end: str = "") -> str:
    """A router with one address on each port."""
    interfaces = "".join(f"interface {port}\n ip address {address}\n" for port, address in ports.items())
    head = f"router bgp {asn}\n no bgp ebgp-requires-policy\n no bgp network import-check\n"
    inner = "".join(f" {line}\n" for line in lines) + " address-family ipv4 unicast\n"
    return interfaces + head + inner + "".join(f"  {line}\n" for line in family) + end


#: r1 (AS 65001) 10.0.0.1 -- 10.0.0.2 r2 (AS 65002), which has 10.9.2.0/24.
R2 = router(65002, {"eth0": "10.0.0.2/24"}, "neighbor 10.0.0.1 remote-as 65001", family=("network 10.9.2.0/24",))
OWN = ("BEST", "", None)


def r1(*family: str, end: str = "") -> str:
    return router(65001, {"eth0": "10.0.0.1/24"}, "neighbor 10.0.0.2 remote-as 65002", family=family, end=end)


@pytest.mark.parametrize(
    ("line", "end", "back"),
    [
        ("neighbor 10.0.0.2 activate", "", None),
        ("neighbor 10.0.0.2 as-override", "", "65001 65001"),
        ("neighbor 10.0.0.2 route-map M in", "route-map M permit 10\n set as-path replace any\n", "65001 65001"),
    ],
)
def test_a_route_goes_back_to_who_sent_it_and_is_taken_where_its_path_does_not_tell(
    line: str, end: str, back: str | None
) -> None:
    """subgroup_announce_check: nobody but a `solo` neighbour is left out of his update group."""
    expected = [OWN] if back is None else [OWN, ("BACKUP", back, "10.0.0.1")]
    assert rows(state_of(r1=r1(line, end=end), r2=R2), "r2", "10.9.2.0/24") == expected


def test_who_allows_his_own_as_hears_his_own_routes() -> None:
    allowing = R2 + "  neighbor 10.0.0.1 allowas-in\n"
    found = rows(state_of(r1=r1(), r2=allowing), "r2", "10.9.2.0/24")
    assert found == [OWN, ("BACKUP", "65001 65002", "10.0.0.1")]


def test_a_site_of_origin_is_put_on_what_comes_in_and_keeps_it_from_going_back() -> None:
    """RFC 4364 7; the other neighbour of the site hears nothing of it either."""
    site = ("neighbor 10.0.0.2 as-override", "neighbor 10.0.0.2 soo 65002:1")
    state = state_of(r1=r1(*site), r2=R2)
    assert rows(state, "r2", "10.9.2.0/24") == [OWN]
    held = [row["communities"] for row in bgp_rows(state) if row["node"] == "r1"]
    assert held == [["3:65002:1"]]
    both = router(
        65001, {"eth0": "10.0.0.1/24", "eth1": "10.0.1.1/24"}, "neighbor 10.0.0.2 remote-as 65002",
        "neighbor 10.0.1.2 remote-as 65002",
        family=(*site, "neighbor 10.0.1.2 as-override", "neighbor 10.0.1.2 soo 65002:1"),
    )  # fmt: skip
    r3 = router(65002, {"eth0": "10.0.1.2/24"}, "neighbor 10.0.1.1 remote-as 65001")
    assert rows(state_of(r1=both, r2=R2, r3=r3), "r3", "10.9.2.0/24") == []
    elsewhere = both.replace("10.0.1.2 soo 65002:1", "10.0.1.2 soo 65002:2")
    assert rows(state_of(r1=elsewhere, r2=R2, r3=r3), "r3", "10.9.2.0/24") == [("BEST", "65001 65001", "10.0.1.1")]


def test_ebgp_paths_of_one_neighbouring_as_share_whatever_comes_after_it() -> None:
    """bgp_path_info_cmp, step 11: `same remote-as`; r1 hears of 10.9.9.0/24 from r2 and r3, both of AS 65002."""
    told = "route-map M permit 10\n set as-path prepend 65002 {0}\n"
    far = [
        router(65002, {"eth0": f"10.0.{n}.2/24"}, f"neighbor 10.0.{n}.1 remote-as 65001",
               family=("network 10.9.9.0/24", f"neighbor 10.0.{n}.1 route-map M out"), end=told.format(65010 + n))
        for n in (1, 2)
    ]  # fmt: skip
    ports = {"eth1": "10.0.1.1/24", "eth2": "10.0.2.1/24"}
    peers = ("neighbor 10.0.1.2 remote-as 65002", "neighbor 10.0.2.2 remote-as 65002")
    state = state_of(r1=router(65001, ports, *peers, family=("maximum-paths 4",)), r2=far[0], r3=far[1])
    assert [status for status, *_ in rows(state, "r1", "10.9.9.0/24")] == ["BEST", "BEST"]


def test_another_member_as_comes_before_ones_own() -> None:
    """bgp_path_info_cmp, step 10, before the IGP's metric: r1 and r2 are of AS 65001, r3 is of AS 65003."""
    confederation = ("bgp confederation identifier 100", "bgp confederation peers {0}")
    inner = (confederation[0], confederation[1].format(65003))
    first = router(
        65001, {"eth0": "10.0.0.1/24", "eth1": "10.0.1.1/24"}, *inner, "bgp router-id 9.9.9.9",
        "neighbor 10.0.0.2 remote-as 65001", "neighbor 10.0.1.3 remote-as 65003",
    )  # fmt: skip
    second = router(
        65001, {"eth0": "10.0.0.2/24"}, *inner, "bgp router-id 1.1.1.1", "neighbor 10.0.0.1 remote-as 65001",
        family=("network 10.9.9.0/24",),
    )  # fmt: skip
    third = router(
        65003, {"eth0": "10.0.1.3/24"}, confederation[0], confederation[1].format(65001),
        "bgp router-id 3.3.3.3", "neighbor 10.0.1.1 remote-as 65001", family=("network 10.9.9.0/24",),
    )  # fmt: skip
    state = state_of(r1=first, r2=second, r3=third)
    assert rows(state, "r1", "10.9.9.0/24") == [("BEST", "(65003)", "10.0.1.3"), ("BACKUP", "", "10.0.0.2")]


def test_fewer_reflectors_win_before_the_router_id_where_they_are_counted() -> None:
    """bgp_path_info_cmp, step 9: r4 hears 10.9.9.0/24 of r5, and of r1 through the reflector r3."""

    def configs(option: str) -> dict[str, str]:
        common = f"maximum-paths ibgp 4{option}"
        born = ("network 10.9.9.0/24", "neighbor {0} next-hop-self")
        return {
            "r1": router(65001, {"eth0": "10.0.1.1/24"}, "bgp router-id 1.1.1.1", "neighbor 10.0.1.3 remote-as 65001",
                         family=("network 10.9.9.0/24",)),
            "r3": router(65001, {"eth0": "10.0.1.3/24", "eth1": "10.0.3.3/24"}, "neighbor 10.0.1.1 remote-as 65001",
                         "neighbor 10.0.3.4 remote-as 65001",
                         family=("neighbor 10.0.1.1 route-reflector-client", "neighbor 10.0.3.4 next-hop-self force")),
            "r4": router(65001, {"eth0": "10.0.3.4/24", "eth1": "10.0.5.4/24"}, "neighbor 10.0.3.3 remote-as 65001",
                         "neighbor 10.0.5.5 remote-as 65001", family=(common,)),
            "r5": router(65001, {"eth0": "10.0.5.5/24"}, "bgp router-id 5.5.5.5", "neighbor 10.0.5.4 remote-as 65001",
                         family=(born[0], born[1].format("10.0.5.4"))),
        }  # fmt: skip

    shared = rows(state_of(**configs("")), "r4", "10.9.9.0/24")
    assert [status for status, *_ in shared] == ["BEST", "BEST"]
    counted = rows(state_of(**configs(" equal-cluster-length")), "r4", "10.9.9.0/24")
    assert counted == [("BEST", "", "10.0.5.5"), ("BACKUP", "", "10.0.3.3")]


def test_an_as_set_holds_the_ases_of_all_paths_and_loops_like_any_segment() -> None:
    """aspath_aggregate: r1 aggregates what r2, of another member AS, and r3 tell it of 10.9.2.0/24."""
    first = router(
        65001, {"eth0": "10.0.0.1/24", "eth1": "10.0.1.1/24"}, "bgp confederation identifier 100",
        "bgp confederation peers 65002", "neighbor 10.0.0.2 remote-as 65002", "neighbor 10.0.1.3 remote-as 900",
        family=("aggregate-address 10.9.0.0/16 as-set",),
    )  # fmt: skip
    second = router(
        65002, {"eth0": "10.0.0.2/24"}, "bgp confederation identifier 100", "bgp confederation peers 65001",
        "neighbor 10.0.0.1 remote-as 65001", family=("network 10.9.2.0/24",),
    )  # fmt: skip
    third = router(900, {"eth0": "10.0.1.3/24"}, "neighbor 10.0.1.1 remote-as 100", family=("network 10.9.2.0/24",))
    state = state_of(r1=first, r2=second, r3=third)
    assert rows(state, "r1", "10.9.0.0/16") == [("BEST", "{900,65002}", None)]
    assert [rows(state, node, "10.9.0.0/16") for node in ("r2", "r3")] == [[], []]


def server(family: tuple[str, ...]) -> dict[str, str]:
    """A route server r1 (AS 65001) on one subnet with r2 (AS 65002), which has 10.9.2.0/24, and r3 (AS 65003)."""
    peers = ("neighbor 10.0.0.2 remote-as 65002", "neighbor 10.0.0.3 remote-as 65003")
    lines = tuple(f"neighbor 10.0.0.{n} {line}" for n in (2, 3) for line in family)
    return {
        "r1": router(65001, {"eth0": "10.0.0.1/24"}, *peers, family=lines),
        "r2": R2 + "  neighbor 10.0.0.1 route-map M out\nroute-map M permit 10\n set metric 7\n",
        "r3": router(65003, {"eth0": "10.0.0.3/24"}, "neighbor 10.0.0.1 remote-as 65001"),
    }


def test_a_route_server_is_not_in_the_path_and_hears_it_again() -> None:
    """RFC 7947 2.2; what r3 sends back bears r3's address as next hop, as bgpd names no third party to its source."""
    state = state_of(**server(("route-server-client",)))
    found = [row for row in bgp_rows(state) if row["network"] == "10.9.2.0/24" and row["received_from"] is not None]
    assert [(row["node"], row["as_path"], row["next_hop_ip"], row["metric"]) for row in found] == [
        ("r1", "65002", "10.0.0.2", 7),
        ("r1", "65003 65002", "10.0.0.3", 0),
        ("r3", "65002", "10.0.0.2", 7),
    ]


def test_attributes_stay_as_they_are_where_it_is_asked_for_each() -> None:
    state = state_of(**server(("attribute-unchanged as-path med",)))
    assert [(row["as_path"], row["metric"]) for row in bgp_rows(state) if row["node"] == "r3"] == [("65002", 7)]


@pytest.mark.parametrize(
    ("sent", "taken", "count"),
    [
        ("addpath-tx-all-paths", "", 3),
        ("addpath-tx-bestpath-per-AS", "", 2),
        ("addpath-tx-all-paths", "disable-addpath-rx", 1),
        ("activate", "", 1),
    ],
)
def test_more_paths_are_taken_from_whoever_sends_them(sent: str, taken: str, count: int) -> None:
    """r1 hears 10.9.9.0/24 of r2 and r3 (AS 65002) and r4 (AS 65003), and tells r5."""
    ports = {f"eth{n}": f"10.0.{n}.1/24" for n in (2, 3, 4, 5)}
    ases = {2: 65002, 3: 65002, 4: 65003, 5: 65005}
    peers = tuple(f"neighbor 10.0.{n}.2 remote-as {asn}" for n, asn in ases.items())
    configs = {"r1": router(65001, ports, *peers, family=(f"neighbor 10.0.5.2 {sent}",))}
    for n, asn in ases.items():
        family = (f"neighbor 10.0.5.1 {taken}",) if n == 5 and taken else ("network 10.9.9.0/24",) if n < 5 else ()
        peer = f"neighbor 10.0.{n}.1 remote-as 65001"
        configs[f"r{n}"] = router(asn, {"eth0": f"10.0.{n}.2/24"}, peer, family=family)
    assert len(rows(state_of(**configs), "r5", "10.9.9.0/24")) == count


@pytest.mark.parametrize(
    ("down", "up", "heard"),
    [
        ("provider", "provider", True),
        ("provider", "peer", True),
        ("provider", "customer", True),
        ("peer", "provider", True),
        ("peer", "peer", False),
        ("peer", "customer", False),
        ("customer", "provider", True),
        ("customer", "peer", False),
        ("customer", "customer", False),
    ],
)
def test_what_is_for_customers_goes_to_customers_alone(down: str, up: str, heard: bool) -> None:
    """RFC 9234 5: r2 (AS 65002) has 10.9.2.0/24; r1's role is `down` towards it and `up` towards r3 (AS 65003)."""
    first = router(
        65001, {"eth0": "10.0.0.1/24", "eth1": "10.0.1.1/24"}, "neighbor 10.0.0.2 remote-as 65002",
        f"neighbor 10.0.0.2 local-role {down}", "neighbor 10.0.1.3 remote-as 65003",
        f"neighbor 10.0.1.3 local-role {up}",
    )  # fmt: skip
    third = router(65003, {"eth0": "10.0.1.3/24"}, "neighbor 10.0.1.1 remote-as 65001")
    assert bool(rows(state_of(r1=first, r2=R2, r3=third), "r3", "10.9.2.0/24")) is heard


def test_a_leak_is_known_by_its_mark() -> None:
    """RFC 9234 5, ingress: a customer r2 hands on what a provider r3 marked; r1 does not take it."""
    second = router(
        65002, {"eth0": "10.0.0.2/24", "eth1": "10.0.1.2/24"}, "neighbor 10.0.0.1 remote-as 65001",
        "neighbor 10.0.1.3 remote-as 65003",
    )  # fmt: skip
    third = router(
        65003, {"eth0": "10.0.1.3/24"}, "neighbor 10.0.1.2 remote-as 65002", "neighbor 10.0.1.2 local-role provider",
        family=("network 10.9.3.0/24",),
    )  # fmt: skip
    role = r1().replace("remote-as 65002\n", "remote-as 65002\n neighbor 10.0.0.2 local-role {0}\n")
    found = {
        word: len(rows(state_of(r1=role.format(word), r2=second, r3=third), "r1", "10.9.3.0/24"))
        for word in ("provider", "peer", "customer")
    }
    assert found == {"provider": 0, "peer": 0, "customer": 1}


@pytest.mark.parametrize(("prefer", "way"), [("", "2001:db8::2"), (" set ipv6 next-hop prefer-global\n", None)])
def test_an_ipv6_route_goes_by_the_neighbour_whatever_next_hop_it_names(prefer: str, way: str | None) -> None:
    """make_prefix: of a global and a link-local next hop the latter is tracked, which is the sender's own."""
    text = """\
interface eth0
 ipv6 address 2001:db8::{n}/64
router bgp 6500{n}
 bgp router-id 10.0.0.{n}
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 neighbor 2001:db8::{far} remote-as external
 address-family ipv6 unicast
  neighbor 2001:db8::{far} activate
  neighbor 2001:db8::{far} route-map M {way}
"""
    one = text.format(n=1, far=2, way="in") + "route-map M permit 10\n" + prefer
    two = text.format(n=2, far=1, way="out") + "  network 2001:db8:9::/48\nroute-map M permit 10\n"
    state = state_of(r1=one, r2=two + " set ipv6 next-hop global 2001:db8:5::5\n")
    held = [row for row in routes_rows(state) if row["node"] == "r1" and row["protocol"] == "bgp"]
    assert [row["next_hop_ip"] for row in held] == ([way] if way is not None else [])
    told = [row["next_hop_ip"] for row in bgp_rows(state) if row["node"] == "r1"]
    assert told == (["2001:db8:5::5"] if way is not None else [])


def test_link_bandwidth_stands_beside_other_extended_communities() -> None:
    """route_set_ecommunity_lb: in bytes a second, of the own AS or AS_TRANS; route_set_ecommunity adds."""
    end = """\
route-map M permit 10
 set extcommunity rt 1:1
 set extcommunity soo 2:2
 set extcommunity bandwidth {0}
route-map N permit 10
 set extcommunity rt 3:3
"""
    told = r1("network 10.9.1.0/24", "neighbor 10.0.0.2 route-map M out", end=end)
    plain = R2 + "  neighbor 10.0.0.1 route-map N in\nroute-map N permit 10\n set extcommunity rt 3:3\n"

    def heard(first: str, second: str) -> list[list[str]]:
        state = state_of(r1=first, r2=second)
        held = (row for row in bgp_rows(state) if row["node"] == "r2")
        return [row["communities"] for row in held if row["network"] == "10.9.1.0/24"]

    assert heard(told.format("200"), plain) == [["4:65001:25000000", "2:1:1", "2:3:3", "3:2:2"]]
    assert heard(told.format("200 non-transitive"), plain) == [["2:1:1", "2:3:3", "3:2:2"]]
    wide = told.format("200").replace("router bgp 65001", "router bgp 400000")
    assert heard(wide, plain.replace("remote-as 65001", "remote-as 400000"))[0][0] == "4:23456:25000000"


@pytest.mark.parametrize(
    ("least", "offered", "up"),
    [
        ("", "", True),
        (" bgp minimum-holdtime 20\n", "", True),
        (" bgp minimum-holdtime 20\n", " neighbor 10.0.0.1 timers 3 10\n", False),
        (" bgp minimum-holdtime 20\n", " timers bgp 3 10\n", False),
        (" bgp minimum-holdtime 20\n", " timers bgp 3 10\n neighbor 10.0.0.1 timers 10 30\n", True),
        (" bgp minimum-holdtime 20\n no bgp minimum-holdtime\n", " timers bgp 3 10\n", True),
        ("", " timers bgp 3 10\n neighbor 10.0.0.1 timers connect 1\n", True),
    ],
)
def test_a_hold_time_may_be_refused(least: str, offered: str, up: bool) -> None:
    """RFC 4271 6.2; bgp_open_receive."""
    first = r1().replace("router bgp 65001\n", "router bgp 65001\n" + least)
    second = R2.replace("remote-as 65001\n", "remote-as 65001\n" + offered)
    assert {session.up for session in state_of(r1=first, r2=second).sessions} == {up}


def test_the_profile_for_data_centres_offers_less() -> None:
    first = r1().replace("router bgp 65001\n", "router bgp 65001\n bgp minimum-holdtime 10\n")
    texts = {"r1": "frr version 8.4.4\nhostname r1\n" + first}
    profiled = {**texts, "r2": "frr version 8.4.4\nfrr defaults datacenter\nhostname r2\n" + R2}
    assert {session.up for session in compute(snapshot_of(profiled)).sessions} == {False}
