"""BGP between a few routers: what each learns, prefers and passes on."""

from __future__ import annotations

from bgp_text import sent, sessions, table
from small_network import routes, state_of

from guard.model.state import InterfaceId, Scenario

LEFT = """
    hostname left
    interface Ethernet0
     ip address 192.0.2.1 255.255.255.252
    router bgp 65001
     bgp router-id 1.1.1.1
     neighbor 192.0.2.2 remote-as 65002
     network 10.1.0.0 mask 255.255.255.0
     network 10.1.1.0 mask 255.255.255.0
    {left}
    ip route 10.1.0.0 255.255.255.0 Null0
    ip route 10.1.1.0 255.255.255.0 Null0
    """
MIDDLE = """
    hostname middle
    interface Ethernet0
     ip address 192.0.2.2 255.255.255.252
    interface Ethernet1
     ip address 192.0.2.5 255.255.255.252
    router bgp 65002
     bgp router-id 2.2.2.2
     neighbor 192.0.2.1 remote-as 65001
     neighbor 192.0.2.6 remote-as {asn}
    {middle}
    """
RIGHT = """
    hostname right
    interface Ethernet0
     ip address 192.0.2.6 255.255.255.252
    router bgp {asn}
     bgp router-id 3.3.3.3
     neighbor 192.0.2.5 remote-as 65002
    """


def chain(left: str = "", middle: str = "", asn: int = 65003) -> dict[str, str]:
    """left (65001) -- middle (65002) -- right: lines of `left` and `middle` stand in their BGP process or after it."""
    return {
        "left": LEFT.format(left=left),
        "middle": MIDDLE.format(middle=middle, asn=asn),
        "right": RIGHT.format(asn=asn),
    }


def test_routes_travel_from_as_to_as() -> None:
    state = state_of(chain())
    assert table(state, "right") == [
        "> 10.1.0.0/24 via 192.0.2.5 [65002 65001] 100",
        "> 10.1.1.0/24 via 192.0.2.5 [65002 65001] 100",
    ]
    assert routes(state, "right") == [
        "bgp 10.1.0.0/24 via 192.0.2.5 dynamic [20/0]",
        "bgp 10.1.1.0/24 via 192.0.2.5 dynamic [20/0]",
    ]


def test_ibgp_keeps_the_next_hop_unless_told_otherwise() -> None:
    assert table(state_of(chain(asn=65002)), "right") == []  # 192.0.2.1 does not resolve at right
    state = state_of(chain(middle=" neighbor 192.0.2.6 next-hop-self", asn=65002))
    assert table(state, "right") == [
        "> 10.1.0.0/24 via 192.0.2.5 [65001] 100",
        "> 10.1.1.0/24 via 192.0.2.5 [65001] 100",
    ]
    assert [line.split()[0] for line in routes(state, "right")] == ["ibgp", "ibgp"]


def test_a_summary_only_aggregate_replaces_its_parts() -> None:
    state = state_of(chain(middle=" aggregate-address 10.1.0.0 255.255.0.0 summary-only"))
    assert table(state, "right") == ["> 10.1.0.0/16 via 192.0.2.5 [65002] 100"]
    assert "aggregate 10.1.0.0/16 via - null_interface [200/0]" in routes(state, "middle")
    gone = state_of(
        chain(middle=" aggregate-address 10.1.0.0 255.255.0.0 summary-only"),
        Scenario(down_interfaces=frozenset({InterfaceId("left", "Ethernet0")})),
    )
    assert table(gone, "right") == []


def test_an_aggregate_with_as_set_names_the_ases_of_its_parts() -> None:
    state = state_of(chain(middle=" aggregate-address 10.1.0.0 255.255.0.0 as-set summary-only"))
    assert table(state, "right") == ["> 10.1.0.0/16 via 192.0.2.5 [65002 65001] 100"]


def test_a_default_is_originated_without_a_route() -> None:
    state = state_of(chain(middle=" neighbor 192.0.2.6 default-originate"))
    assert table(state, "right")[0] == "> 0.0.0.0/0 via 192.0.2.5 [65002] 100"
    assert table(state, "left")[0].startswith("> 10.1.0.0/24")


def test_no_export_stops_at_the_border_and_communities_need_send_community() -> None:
    tagged = """
     neighbor 192.0.2.2 route-map TAG out
     {send}
    route-map TAG permit 10
     match ip address prefix-list ZERO
     set community no-export
    route-map TAG permit 20
    ip prefix-list ZERO permit 10.1.0.0/24
    """
    kept = state_of(chain(left=tagged.format(send="neighbor 192.0.2.2 send-community")))
    assert [line.split()[1] for line in table(kept, "right")] == ["10.1.1.0/24"]
    dropped = state_of(chain(left=tagged.format(send="")))
    assert [line.split()[1] for line in table(dropped, "right")] == ["10.1.0.0/24", "10.1.1.0/24"]


def test_own_as_in_the_path_is_a_loop_unless_allowed() -> None:
    assert table(state_of(chain(asn=65001)), "right") == []
    state = state_of(chain(middle=" neighbor 192.0.2.6 as-override", asn=65001))
    assert table(state, "right")[0] == "> 10.1.0.0/24 via 192.0.2.5 [65002 65002] 100"


def test_too_many_prefixes_trip_the_session_and_what_it_offered_is_remembered() -> None:
    state = state_of(chain(middle=" neighbor 192.0.2.1 maximum-prefix 1"))
    assert sessions(state)[:2] == [
        "left -> middle NOT_ESTABLISHED (maximum-prefix exceeded)",
        "middle -> left NOT_ESTABLISHED (maximum-prefix exceeded)",
    ]
    assert table(state, "right") == []
    assert len(state.bgp.offered(("left", "default", "192.0.2.2"))) == 2
    assert state.bgp.advertised(("left", "default", "192.0.2.2")) == {}
    warned = state_of(chain(middle=" neighbor 192.0.2.1 maximum-prefix 1 warning-only"))
    assert len(table(warned, "right")) == 2


def test_med_leaves_with_its_origin_and_not_beyond() -> None:
    priced = """
     neighbor 192.0.2.2 route-map PRICE out
    route-map PRICE permit 10
     set metric 70
    """
    state = state_of(chain(left=priced))
    assert table(state, "middle")[0] == "> 10.1.0.0/24 via 192.0.2.1 [65001] 100 med 70"
    assert table(state, "right")[0] == "> 10.1.0.0/24 via 192.0.2.5 [65002 65001] 100"


def test_frr_exchanges_nothing_over_ebgp_without_policy() -> None:
    """RFC 8212, on by default since FRR 7.4."""
    state = state_of(
        {
            "a": """
            frr version 8.4
            hostname a
            interface eth0
             ip address 192.0.2.1/30
            router bgp 65001
             neighbor 192.0.2.2 remote-as 65002
             address-family ipv4 unicast
              redistribute connected
            """,
            "b": """
            frr version 8.4
            hostname b
            interface eth0
             ip address 192.0.2.2/30
            router bgp 65002
             neighbor 192.0.2.1 remote-as 65001
            """,
        }
    )
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]
    assert table(state, "b") == []


# -------------------------------------------------------------------------------------------------- reflection

REFLECTOR = {
    name: f"""
    hostname {name}
    interface Loopback0
     ip address 10.0.0.{number} 255.255.255.255
    interface Ethernet0
     ip address 198.51.100.{number} 255.255.255.0
    router ospf 1
     network 0.0.0.0 255.255.255.255 area 0
    router bgp 65000
     bgp router-id 10.0.0.{number}
    {neighbors}
    ip route 203.0.113.{number} 255.255.255.255 Null0
    """
    for number, name, neighbors in (
        (
            1,
            "rr",
            """
     neighbor 10.0.0.2 remote-as 65000
     neighbor 10.0.0.2 update-source Loopback0
     neighbor 10.0.0.2 route-reflector-client
     neighbor 10.0.0.3 remote-as 65000
     neighbor 10.0.0.3 update-source Loopback0
     neighbor 10.0.0.3 route-reflector-client
     neighbor 10.0.0.4 remote-as 65000
     neighbor 10.0.0.4 update-source Loopback0
     neighbor 10.0.0.5 remote-as 65000
     neighbor 10.0.0.5 update-source Loopback0
    """,
        ),
        *(
            (
                number,
                name,
                f"""
     network 203.0.113.{number} mask 255.255.255.255
     neighbor 10.0.0.1 remote-as 65000
     neighbor 10.0.0.1 update-source Loopback0
    """,
            )
            for number, name in ((2, "client1"), (3, "client2"), (4, "plain1"), (5, "plain2"))
        ),
    )
}


def test_a_reflector_passes_on_between_clients_and_others_but_not_between_others() -> None:
    """RFC 4456 6: plain1 and plain2 are no clients, so each sees the clients' routes and not the other's."""
    state = state_of(REFLECTOR)
    learned = {
        node: [line.split()[1] for line in table(state, node) if " via 10.0" in line]
        for node in ("client1", "client2", "plain1", "plain2")
    }
    assert learned == {
        "client1": ["203.0.113.3/32", "203.0.113.4/32", "203.0.113.5/32"],
        "client2": ["203.0.113.2/32", "203.0.113.4/32", "203.0.113.5/32"],
        "plain1": ["203.0.113.2/32", "203.0.113.3/32"],
        "plain2": ["203.0.113.2/32", "203.0.113.3/32"],
    }


def test_reflected_routes_carry_originator_and_cluster() -> None:
    state = state_of(REFLECTOR)
    row = next(r for r in state.bgp.rows() if r.node == "client2" and str(r.prefix) == "203.0.113.2/32")
    assert row.attributes.originator_id == 0x0A000002
    assert row.attributes.cluster_list == (0x0A000001,)


# ------------------------------------------------------------------------------------------------- instability


def gadget(preferences: dict[str, str]) -> dict[str, str]:
    """Three ASes around an origin, each preferring the way that `preferences` names (neighbour -> preferred).

            origin
           /  |   \\
          a - b - c - a
    """
    number = {"origin": 0, "a": 1, "b": 2, "c": 3}
    pairs = [("origin", "a"), ("origin", "b"), ("origin", "c"), ("a", "b"), ("b", "c"), ("c", "a")]
    texts = {}
    for name, own in number.items():
        lines = [f"hostname {name}"]
        neighbors = []
        for index, pair in enumerate(pairs):
            if name not in pair:
                continue
            other = pair[0] if pair[1] == name else pair[1]
            end = 1 + (pair[1] == name)
            lines += [f"interface Ethernet{index}", f" ip address 192.0.{index}.{end} 255.255.255.252"]
            neighbors.append(f" neighbor 192.0.{index}.{3 - end} remote-as {65000 + number[other]}")
            if preferences.get(name) == other:
                neighbors.append(f" neighbor 192.0.{index}.{3 - end} route-map PREFER in")
        lines += [f"router bgp {65000 + own}", f" bgp router-id 9.9.9.{own + 1}", *neighbors]
        lines += [" network 10.0.0.0 mask 255.0.0.0"] if name == "origin" else []
        lines += ["route-map PREFER permit 10", " match as-path 1", " set local-preference 200"]
        lines += ["route-map PREFER permit 20", "ip as-path access-list 1 permit ^[0-9]+_65000$"]
        lines += ["ip route 10.0.0.0 255.0.0.0 Null0"] if name == "origin" else []
        texts[name] = "\n".join([*lines, ""])
    return texts


def test_bad_gadget_never_settles_and_says_so() -> None:
    """Griffin and Wilfong's BAD GADGET: each prefers the two-hop way over its clockwise neighbour."""
    state = state_of(gadget({"a": "b", "b": "c", "c": "a"}))
    assert [(note.code, note.subjects, note.undecided) for note in state.notes] == [
        ("oscillation", ("a", "b", "c"), True)
    ]


def test_disagree_has_two_stable_states_and_says_so() -> None:
    state = state_of(gadget({"a": "b", "b": "a"}))
    assert [(note.code, note.undecided) for note in state.notes] == [("several-stable-states", True)]
    assert set(state.notes[0].subjects) >= {"a", "b"}


def test_a_preference_that_agrees_is_no_dispute() -> None:
    state = state_of(gadget({"a": "b", "b": "c"}))
    assert state.notes == ()
    assert table(state, "a")[0].endswith("[65002 65003 65000] 100") or table(state, "a")[0].startswith(">")


def test_what_is_sent_is_read_by_session() -> None:
    state = state_of(chain())
    assert sent(state, "middle", "192.0.2.6") == ["10.1.0.0/24 [65002 65001]", "10.1.1.0/24 [65002 65001]"]
    assert sent(state, "middle", "192.0.2.1") == []
    assert {str(prefix) for prefix in state.bgp.originated("left", "default")} == {"10.1.0.0/24", "10.1.1.0/24"}


def test_one_vrf_imports_the_routes_of_another() -> None:
    """left -- middle[vrf red]; the default VRF imports red, and passes on to right what it took."""
    state = state_of(
        {
            "left": LEFT.format(left=""),
            "middle": """
            frr version 8.4
            hostname middle
            interface eth0 vrf red
             ip address 192.0.2.2/30
            interface eth1
             ip address 192.0.2.5/30
            router bgp 65002 vrf red
             bgp router-id 2.2.2.2
             no bgp ebgp-requires-policy
             neighbor 192.0.2.1 remote-as 65001
            router bgp 65002
             bgp router-id 2.2.2.2
             no bgp ebgp-requires-policy
             neighbor 192.0.2.6 remote-as 65003
             address-family ipv4 unicast
              import vrf red
             exit-address-family
            """,
            "right": RIGHT.format(asn=65003),
        }
    )
    assert table(state, "right") == [
        "> 10.1.0.0/24 via 192.0.2.5 [65002 65001] 100",
        "> 10.1.1.0/24 via 192.0.2.5 [65002 65001] 100",
    ]
    rib = state.ribs["middle", "default"]
    learned = {str(prefix): rib.get(prefix) for prefix in rib.prefixes() if str(prefix) == "10.1.0.0/24"}
    assert [str(hop.vrf) for entry in learned.values() if entry for hop in entry.next_hops] == ["red"]
