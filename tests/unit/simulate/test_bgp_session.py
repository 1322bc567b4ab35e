"""BGP sessions: which ends find each other, what keeps them down, and what they are called."""

from __future__ import annotations

from bgp_text import sessions, types
from small_network import state_of

from guard.model.state import InterfaceId, Scenario

A = """
    hostname a
    interface Loopback0
     ip address 10.0.0.1 255.255.255.255
    interface Ethernet0
     ip address 192.0.2.1 255.255.255.252
    router bgp 65001
     bgp router-id {a_id}
    {a}
    ip route 10.0.0.2 255.255.255.255 192.0.2.2
    """
B = """
    hostname b
    interface Loopback0
     ip address 10.0.0.2 255.255.255.255
    interface Ethernet0
     ip address 192.0.2.2 255.255.255.252
    router bgp {asn}
     bgp router-id {b_id}
    {b}
    ip route 10.0.0.1 255.255.255.255 192.0.2.1
    """
NEAR = (" neighbor 192.0.2.2 remote-as {asn}", " neighbor 192.0.2.1 remote-as 65001")


def pair(a: str, b: str, *, asn: int = 65002, a_id: str = "1.1.1.1", b_id: str = "2.2.2.2") -> dict[str, str]:
    return {
        "a": A.format(a=a.format(asn=asn), a_id=a_id),
        "b": B.format(b=b.format(asn=asn), asn=asn, b_id=b_id),
    }


def loopbacks(*more: str) -> tuple[str, str]:
    """Sessions between loopbacks, with further lines for both neighbours."""
    lines = ["remote-as {asn}", "update-source Loopback0", *more]
    there = "\n    ".join(f" neighbor 10.0.0.2 {line}" for line in lines)
    back = "\n    ".join(f" neighbor 10.0.0.1 {line}" for line in ["remote-as 65001", *lines[1:]])
    return there, back


def test_directly_connected_neighbours() -> None:
    state = state_of(pair(*NEAR))
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]
    assert types(state) == ["a EBGP_SINGLEHOP", "b EBGP_SINGLEHOP"]
    assert types(state_of(pair(*NEAR, asn=65001))) == ["a IBGP", "b IBGP"]


def test_ends_that_do_not_agree_are_not_compatible() -> None:
    wrong_as = state_of(pair(" neighbor 192.0.2.2 remote-as 65009", NEAR[1]))
    assert sessions(wrong_as) == [
        "a -> 192.0.2.2 NOT_COMPATIBLE (a expects another AS than 65002)",
        "b -> 192.0.2.1 NOT_COMPATIBLE (a expects another AS than 65002)",
    ]
    one_sided = state_of(pair(NEAR[0], ""))
    assert sessions(one_sided) == ["a -> 192.0.2.2 NOT_COMPATIBLE (no neighbour there is configured for it)"]
    passwords = state_of(pair(NEAR[0] + "\n     neighbor 192.0.2.2 password x", NEAR[1]))
    assert sessions(passwords)[0].endswith("(the ends authenticate differently)")


def test_local_as_is_what_the_other_end_sees() -> None:
    state = state_of(pair(NEAR[0] + "\n     neighbor 192.0.2.2 local-as 65100", NEAR[1].replace("65001", "65100")))
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]


def test_shutdown_and_a_dead_link_keep_a_session_down() -> None:
    shut = state_of(pair(NEAR[0] + "\n     neighbor 192.0.2.2 shutdown", NEAR[1]))
    assert sessions(shut)[0] == "a -> b NOT_ESTABLISHED (shut down at a)"
    cut = state_of(pair(*NEAR), Scenario(down_interfaces=frozenset({InterfaceId("a", "Ethernet0")})))
    assert sessions(cut)[0] == "a -> b NOT_ESTABLISHED (192.0.2.1 is not up at a)"


def test_ebgp_between_loopbacks_needs_multihop_and_ibgp_does_not() -> None:
    assert sessions(state_of(pair(*loopbacks())))[0] == (
        "a -> b NOT_ESTABLISHED (10.0.0.2 is not directly connected at a)"
    )
    state = state_of(pair(*loopbacks("ebgp-multihop 2")))
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]
    assert types(state)[0] == "a EBGP_MULTIHOP"
    assert sessions(state_of(pair(*loopbacks(), asn=65001)))[0] == "a -> b ESTABLISHED"


def test_one_end_may_leave_out_the_update_source() -> None:
    """The end with the update-source opens; the other one answers (it expects that very address)."""
    there, back = loopbacks()
    state = state_of(pair(there, back.replace(" neighbor 10.0.0.1 update-source Loopback0", ""), asn=65001))
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]


def test_a_default_route_does_not_reach_who_is_cut_off() -> None:
    """a still has a route that covers b's loopback, but nothing behind it bears the address."""
    texts = pair(*loopbacks(), asn=65001)
    lost = texts["a"].replace("ip route 10.0.0.2 255.255.255.255 192.0.2.2", "ip route 0.0.0.0 0.0.0.0 192.0.2.9")
    assert sessions(state_of({**texts, "a": lost}))[0] == "a -> b NOT_ESTABLISHED (a does not reach 10.0.0.2)"


def test_equal_router_ids_inside_an_as_never_talk() -> None:
    state = state_of(pair(*NEAR, asn=65001, a_id="9.9.9.9", b_id="9.9.9.9"))
    assert sessions(state)[0] == "a -> b NOT_ESTABLISHED (both ends have the same router-id)"
    assert sessions(state_of(pair(*NEAR, a_id="9.9.9.9", b_id="9.9.9.9")))[0] == "a -> b ESTABLISHED"


def test_packets_to_an_address_that_another_bears_too_may_end_there() -> None:
    """`a` is told that the neighbour's address is its own: what it sends there never leaves it."""
    own = "\n    interface Loopback1\n     ip address 10.0.0.2 255.255.255.255\n"
    pairs = pair(*loopbacks(), asn=65001)
    assert sessions(state_of(pairs))[0] == "a -> b ESTABLISHED"
    state = state_of({**pairs, "a": pairs["a"] + own})
    assert sessions(state)[0] == "a -> b NOT_ESTABLISHED (packets of a to 10.0.0.2 end at a, which bears it too)"
    # Behind `b`, and further away than `b` itself: nobody's packets end there.
    behind = """
        hostname c
        interface Loopback0
         ip address 10.0.0.2 255.255.255.255
        interface Ethernet0
         ip address 192.0.2.6 255.255.255.252
        """
    assert sessions(state_of({**pairs, "c": behind}))[0] == "a -> b ESTABLISHED"
    wrong_way = pairs["a"].replace("10.0.0.2 255.255.255.255 192.0.2.2", "10.0.0.2 255.255.255.255 192.0.2.6")
    wrong_way += "\n    interface Ethernet1\n     ip address 192.0.2.5 255.255.255.252\n"
    assert sessions(state_of({**pairs, "a": wrong_way, "c": behind}))[0] == (
        "a -> b NOT_ESTABLISHED (packets of a to 10.0.0.2 end at c, which bears it too)"
    )


def test_a_listen_range_answers_whoever_fits() -> None:
    listener = """
     neighbor DYNAMIC peer-group
     neighbor DYNAMIC remote-as 65001
     bgp listen range 192.0.2.0/24 peer-group DYNAMIC
    """
    state = state_of(pair(NEAR[0], listener))
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]
    assert [str(session.remote_address) for session in state.sessions] == ["192.0.2.2", "192.0.2.1"]


def test_a_neighbour_that_nobody_has_is_up_while_our_end_is_complete() -> None:
    texts = pair(NEAR[0], "")
    assert sessions(state_of({"a": texts["a"]})) == ["a -> 192.0.2.2 NOT_COMPATIBLE up outside"]
    assert [session.external for session in state_of({"a": texts["a"]}).sessions] == [True]


def test_unnumbered_neighbours_find_each_other_over_the_cable() -> None:
    def router(name: str, asn: int) -> str:
        return f"""
    frr version 8.4
    hostname {name}
    interface swp1
     ipv6 address 2001:db8::{asn % 10}/64
    router bgp {asn}
     no bgp ebgp-requires-policy
     neighbor swp1 interface remote-as external
    """

    state = state_of({"a": router("a", 65001), "b": router("b", 65002)})
    assert sessions(state) == ["a -> b ESTABLISHED", "b -> a ESTABLISHED"]
    assert types(state) == ["a EBGP_UNNUMBERED", "b EBGP_UNNUMBERED"]
