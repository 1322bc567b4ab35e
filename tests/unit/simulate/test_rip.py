"""RIP: hops counted, infinity, classes, what other protocols bring in; IOS and FRR show metrics of their own."""

from __future__ import annotations

import pytest
from small_network import routes, state_of


def ios(name: str, *links: tuple[int, int], more: str = "version 2\nno auto-summary") -> str:
    """Router `name` with (link, host) on 10.0.<link>.0/24, RIP on all of 10.0.0.0/8."""
    text = [f"hostname {name}"]
    for link, host in links:
        text += [f"interface Ethernet0/{link}", f" ip address 10.0.{link}.{host} 255.255.255.0"]
    text += ["router rip", " network 10.0.0.0", *(f" {line}" for line in more.splitlines())]
    return "\n".join(text) + "\n"


def frr(name: str, *links: tuple[int, int], more: str = "") -> str:
    text = ["frr version 8.4.4", "frr defaults traditional", f"hostname {name}"]
    for link, host in links:
        text += [f"interface eth{link}", f" ip address 10.0.{link}.{host}/24"]
    text += ["router rip", " version 2", " network 10.0.0.0/8", *(f" {line}" for line in more.splitlines())]
    return "\n".join(text) + "\n"


#: a --1-- b --2-- c --3-- (stub)
LINE = {"a": ios("a", (1, 1)), "b": ios("b", (1, 2), (2, 1)), "c": ios("c", (2, 2), (3, 1))}


def rip(configs: dict[str, str], node: str) -> list[str]:
    return [row for row in routes(state_of(configs), node) if row.startswith("rip ")]


def test_each_router_on_the_way_counts_one() -> None:
    assert rip(LINE, "a") == [
        "rip 10.0.2.0/24 via 10.0.1.2 Ethernet0/1 [120/1]",
        "rip 10.0.3.0/24 via 10.0.1.2 Ethernet0/1 [120/2]",
    ]


def test_frr_counts_the_link_that_it_hears_over() -> None:
    assert rip({**LINE, "a": frr("a", (1, 1))}, "a") == [
        "rip 10.0.2.0/24 via 10.0.1.2 eth1 [120/2]",
        "rip 10.0.3.0/24 via 10.0.1.2 eth1 [120/3]",
    ]


def test_ios_shares_over_equal_ways_and_frr_takes_one() -> None:
    """a --1-- b --2-- d and a --3-- c --4-- d; behind d link 5."""
    ring = {
        "b": ios("b", (1, 2), (2, 1)),
        "c": ios("c", (3, 2), (4, 1)),
        "d": ios("d", (2, 2), (4, 2), (5, 1)),
    }
    ways = ["10.0.1.2 Ethernet0/1 [120/2]", "10.0.3.2 Ethernet0/3 [120/2]"]
    assert behind(ring, ios("a", (1, 1), (3, 1))) == ways
    ways = ["10.0.1.2 eth1 [120/3]", "10.0.3.2 eth3 [120/3]"]
    assert behind(ring, frr("a", (1, 1), (3, 1))) == ways[:1]
    assert behind(ring, frr("a", (1, 1), (3, 1), more="allow-ecmp")) == ways


def behind(ring: dict[str, str], a: str) -> list[str]:
    return [row.partition(" via ")[2] for row in rip({**ring, "a": a}, "a") if "10.0.5.0/24" in row]


def test_sixteen_hops_are_infinity() -> None:
    names = [f"r{number:02}" for number in range(18)]
    chain = {
        name: ios(name, *((at, 2) for at in [number] if number), (number + 1, 1)) for number, name in enumerate(names)
    }
    found = rip(chain, "r00")
    assert found[-1] == "rip 10.0.16.0/24 via 10.0.1.2 Ethernet0/1 [120/15]"
    assert len(found) == 15


def test_a_passive_interface_is_announced_and_does_not_speak() -> None:
    more = "version 2\nno auto-summary\npassive-interface Ethernet0/1"
    configs = {**LINE, "b": ios("b", (1, 2), (2, 1), more=more)}
    assert rip(configs, "a") == []
    assert "rip 10.0.1.0/24 via 10.0.2.1 Ethernet0/2 [120/1]" in rip(configs, "c")


STATIC = "ip route 192.168.7.0 255.255.255.0 Null0\n"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("redistribute static", ["rip 192.168.7.0/24 via 10.0.1.2 Ethernet0/1 [120/1]"]),
        ("redistribute static metric 4", ["rip 192.168.7.0/24 via 10.0.1.2 Ethernet0/1 [120/4]"]),
        ("default-metric 3\nredistribute static", ["rip 192.168.7.0/24 via 10.0.1.2 Ethernet0/1 [120/3]"]),
        ("redistribute static metric 16", []),
        ("redistribute bgp 65000", []),
        ("default-information originate", ["rip 0.0.0.0/0 via 10.0.1.2 Ethernet0/1 [120/1]"]),
    ],
)
def test_what_others_bring_in(line: str, found: list[str]) -> None:
    b = ios("b", (1, 2), more=f"version 2\nno auto-summary\n{line}") + STATIC
    assert rip({"a": ios("a", (1, 1)), "b": b}, "a") == found


def test_over_a_link_of_another_class_the_class_goes() -> None:
    """a --1-- b, and behind b 172.16.5.0/24: IOS sends 172.16.0.0/16 unless told otherwise."""
    behind = "interface Ethernet1\n ip address 172.16.5.1 255.255.255.0\n"
    for more, prefix in (("version 2", "172.16.0.0/16"), ("version 2\nno auto-summary", "172.16.5.0/24")):
        b = ios("b", (1, 2), more=f"{more}\nnetwork 172.16.0.0") + behind
        assert rip({"a": ios("a", (1, 1)), "b": b}, "a") == [f"rip {prefix} via 10.0.1.2 Ethernet0/1 [120/1]"]


def test_ospf_takes_what_rip_knows() -> None:
    """c --2-- b --1-- a: RIP between b and c, OSPF between a and b."""
    ospf = "router ospf 1\n network 10.0.1.0 0.0.0.255 area 0\n"
    b = ios("b", (1, 2), (2, 1), more="version 2\nno auto-summary\npassive-interface Ethernet0/1")
    a = "hostname a\ninterface Ethernet0/1\n ip address 10.0.1.1 255.255.255.0\n" + ospf
    configs = {**LINE, "a": a, "b": b + ospf + " redistribute rip subnets\n"}
    assert "ospfE2 10.0.3.0/24 via 10.0.1.2 Ethernet0/1 [110/20]" in routes(state_of(configs), "a")


def test_a_process_of_a_vrf_is_its_own() -> None:
    head = "ip vrf X\ninterface Ethernet0/1\n ip vrf forwarding X\n ip address 10.0.1.{} 255.255.255.0\n"
    family = "router rip\n version 2\n no auto-summary\n address-family ipv4 vrf X\n  network 10.0.0.0\n"
    more = "interface Ethernet0/2\n ip vrf forwarding X\n ip address 10.0.2.1 255.255.255.0\n"
    configs = {"a": f"hostname a\n{head.format(1)}{family}", "b": f"hostname b\n{head.format(2)}{more}{family}"}
    ribs = state_of(configs).ribs
    assert [str(prefix) for prefix in ribs["a", "X"].prefixes() if "0.2.0" in str(prefix)] == ["10.0.2.0/24"]
    assert list(ribs["a", "default"].prefixes()) == []


def test_a_neighbor_is_told_over_an_interface_that_says_nothing() -> None:
    """a and c hear b on one link; b is passive there and names a alone, and a sends nothing back there (FRR, live)."""
    configs = {
        "a": frr("a", (1, 1)),
        "b": frr("b", (1, 2), (2, 2), more="passive-interface eth1\nneighbor 10.0.1.1"),
        "c": frr("c", (1, 3)),
    }
    assert rip(configs, "a") == ["rip 10.0.2.0/24 via 10.0.1.2 eth1 [120/2]"]
    assert rip(configs, "c") == []


def test_a_distance_for_some_of_what_one_neighbour_says() -> None:
    """rip_distance_apply: what the list denies, and all where it is not there, has zebra's distance."""
    for acl, distance in (("permit 10.0.3.0/24", 115), ("permit 10.0.9.0/24", 120), ("", 120)):
        listed = f"access-list A seq 5 {acl}\n" if acl else ""
        b = frr("b", (1, 2), (2, 2), more="distance 105\ndistance 115 10.0.2.3/32 A") + listed
        configs = {"a": frr("a", (1, 1), (4, 1)), "b": b, "c": frr("c", (2, 3), (3, 3))}
        assert rip(configs, "b") == [
            f"rip 10.0.3.0/24 via 10.0.2.3 eth2 [{distance}/2]",
            "rip 10.0.4.0/24 via 10.0.1.1 eth1 [105/2]",
        ]


def test_a_distance_for_what_one_neighbour_says() -> None:
    more = "distance 105\ndistance 115 10.0.2.3/32\ndistance 125 10.0.2.0/24"
    configs = {"a": frr("a", (1, 1)), "b": frr("b", (1, 2), (2, 2), more=more), "c": frr("c", (2, 3), (3, 3))}
    configs["a"] = frr("a", (1, 1), (4, 1))
    assert rip(configs, "b") == [
        "rip 10.0.3.0/24 via 10.0.2.3 eth2 [115/2]",
        "rip 10.0.4.0/24 via 10.0.1.1 eth1 [105/2]",
    ]
