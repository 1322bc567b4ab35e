"""MTUs, keys and timers that keep OSPF neighbours apart, in both families and across vendors.

    a eth -- eth b
"""

from __future__ import annotations

import pytest
from small_network import state_of

from guard.model.state import NetworkState

UNKNOWN = "ospf-mtu"


def ios(host: int, under: str = "", top: str = "") -> str:
    lines = "".join(f" {line}\n" for line in under.splitlines())
    return (
        f"hostname r{host}\n{top}ipv6 unicast-routing\ninterface GigabitEthernet0/1\n"
        f" ip address 10.0.0.{host} 255.255.255.0\n ipv6 address 2001:db8::{host}/64\n ip ospf 1 area 0\n"
        f" ipv6 ospf 1 area 0\n{lines}router ospf 1\n"
        f" router-id 192.0.2.{host}\nipv6 router ospf 1\n router-id 192.0.2.{host}\n"
    )


def eos(host: int, under: str = "", top: str = "") -> str:
    lines = "".join(f"   {line}\n" for line in under.splitlines())
    return (
        f"! device: r{host} (vEOS, EOS-4.23.0.1F)\nhostname r{host}\nip routing\n{top}interface Ethernet1\n"
        f"   no switchport\n   ip address 10.0.0.{host}/24\n   ip ospf area 0.0.0.0\n"
        f"{lines}router ospf 1\n   router-id 192.0.2.{host}\n"
    )


def junos(host: int, under: str = "") -> str:
    return (
        f"set system host-name r{host}\nset interfaces ge-0/0/0 unit 0 family inet address 10.0.0.{host}/24\n"
        f"set routing-options router-id 192.0.2.{host}\nset protocols ospf area 0 interface ge-0/0/0.0\n{under}"
    )


def frr(host: int, under: str = "") -> str:
    lines = "".join(f" {line}\n" for line in under.splitlines())
    return (
        f"frr version 8.4.4\nhostname r{host}\ninterface eth0\n ip address 10.0.0.{host}/24\n ip ospf area 0\n{lines}"
        f"router ospf\n ospf router-id 192.0.2.{host}\n"
    )


def versions(state: NetworkState) -> set[str]:
    """The protocols whose adjacency between the two is up."""
    return {each.protocol for each in state.adjacencies}


def of(one: str, two: str) -> set[str]:
    state = state_of({"r1": one, "r2": two})
    assert [note for note in state.notes if note.code == UNKNOWN] == []
    return versions(state)


BOTH = {"ospf", "ospf3"}


@pytest.mark.parametrize(
    ("one", "two", "up"),
    [
        ("mtu 1500", "", BOTH),
        ("mtu 9000", "mtu 9000", BOTH),
        ("ip mtu 1400", "", {"ospf3"}),  # the other end has 1,500 at least
        ("ipv6 mtu 1400", "", {"ospf"}),
        ("mtu 9000", "mtu 1600\nip ospf mtu-ignore", {"ospf"}),
        ("mtu 9000\nip ospf mtu-ignore", "mtu 1600", set()),  # the larger end has nothing to ignore
        ("mtu 9000", "mtu 1600\nip ospf mtu-ignore\nipv6 ospf mtu-ignore", BOTH),
        ("ip ospf hello-interval 5", "", {"ospf3"}),
        ("ipv6 ospf dead-interval 80", "", {"ospf"}),
        ("ip ospf authentication\nip ospf authentication-key k", "ip ospf authentication", {"ospf3"}),
        ("ipv6 ospf authentication ipsec spi 500 md5 0 00112233445566778899aabbccddeeff", "", {"ospf"}),
    ],
)
def test_ends_that_differ(one: str, two: str, up: set[str]) -> None:
    assert of(ios(1, one), ios(2, two)) == up


def test_keys_of_ospf_over_ipv6_are_compared() -> None:
    key = "ipv6 ospf authentication ipsec spi {} md5 0 {}"
    one, other = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
    assert of(ios(1, key.format(500, one)), ios(2, key.format(500, one))) == BOTH
    assert of(ios(1, key.format(500, one)), ios(2, key.format(500, other))) == {"ospf"}
    assert of(ios(1, key.format(500, one)), ios(2, key.format(501, one))) == {"ospf"}


def test_an_mtu_of_the_whole_device() -> None:
    assert of(ios(1, top="system mtu 9000\n"), ios(2, "mtu 1500")) == set()
    assert of(ios(1, top="system mtu 9000\n"), ios(2, "mtu 9000")) == BOTH
    assert of(eos(1, top="interface defaults\n   mtu 9214\n"), eos(2)) == set()
    assert of(eos(1, top="interface defaults\n   mtu 9214\n"), eos(2, "mtu 9214")) == {"ospf"}


def test_a_media_mtu_of_junos_counts_the_header() -> None:
    assert of(junos(1, "set interfaces ge-0/0/0 mtu 9192\n"), eos(2, "mtu 9178")) == {"ospf"}
    assert of(junos(1, "set interfaces ge-0/0/0 mtu 9192\n"), eos(2, "mtu 9192")) == set()
    assert of(junos(1), eos(2)) == {"ospf"}


def test_a_subinterface_has_its_ports() -> None:
    tagged = "hostname r{0}\ninterface GigabitEthernet0/1\n{1}interface GigabitEthernet0/1.10\n"
    tagged += " encapsulation dot1q 10\n ip address 10.0.0.{0} 255.255.255.0\n ip ospf 1 area 0\n"
    tagged += "router ospf 1\n router-id 192.0.2.{0}\n"
    assert of(tagged.format(1, " mtu 9000\n"), tagged.format(2, " mtu 9000\n")) == {"ospf"}
    assert of(tagged.format(1, " mtu 9000\n"), tagged.format(2, " mtu 1500\n")) == set()


@pytest.mark.parametrize(("other", "port"), [(ios(2), "GigabitEthernet0/1"), (frr(2), "eth0")])
def test_what_only_the_machine_knows_is_undecided(other: str, port: str) -> None:
    """Linux asks its driver, and a Catalyst keeps `system mtu` elsewhere."""
    state = state_of({"r1": ios(1, "mtu 9000"), "r2": other})
    assert "ospf" in versions(state)
    notes = [(note.code, note.subjects, note.undecided) for note in state.notes]
    assert (UNKNOWN, ("r1[GigabitEthernet0/1]", f"r2[{port}]"), True) in notes
    assert "ospf" in of(ios(1), other)


def test_both_ends_of_vendors_whose_default_is_in_the_manual() -> None:
    assert of(eos(1, "mtu 9214"), eos(2)) == set()
    assert of(eos(1, "mtu 9214"), eos(2, "ip ospf mtu-ignore")) == {"ospf"}
