"""Additional paths (RFC 7911) that differ in nothing but their identifier are paths of their own in the table."""

from __future__ import annotations

from small_network import state_of

from guard.engines.rows import bgp_rows

OUTSIDE = """
    hostname {name}
    interface Loopback0
     ip address 198.51.100.1 255.255.255.255
    interface GigabitEthernet1
     ip address {own} 255.255.255.252
    router bgp 1
     network 198.51.100.1 mask 255.255.255.255
     neighbor {peer} remote-as 2
"""
BORDER = """
    hostname border
    interface GigabitEthernet1
     ip address 10.0.0.2 255.255.255.252
    interface GigabitEthernet2
     ip address 10.0.0.6 255.255.255.252
    interface GigabitEthernet3
     ip address 10.0.0.9 255.255.255.252
    router bgp 2
     neighbor 10.0.0.1 remote-as 1
     neighbor 10.0.0.5 remote-as 1
     neighbor 10.0.0.10 remote-as 2
     address-family ipv4
      bgp additional-paths select all
      bgp additional-paths send receive
      neighbor 10.0.0.10 next-hop-self
      neighbor 10.0.0.10 advertise additional-paths all
"""
INSIDE = """
    hostname inside
    interface GigabitEthernet1
     ip address 10.0.0.10 255.255.255.252
    router bgp 2
     neighbor 10.0.0.9 remote-as 2
     address-family ipv4
      bgp additional-paths receive
"""


def test_next_hop_self_makes_twins_and_both_are_shown() -> None:
    """lab-validation, ios_add_path: two rows with the border's address, one of them best."""
    state = state_of(
        {
            "a": OUTSIDE.format(name="a", own="10.0.0.1", peer="10.0.0.2"),
            "b": OUTSIDE.format(name="b", own="10.0.0.5", peer="10.0.0.6"),
            "border": BORDER,
            "inside": INSIDE,
        }
    )
    shown = [(row["status"], row["next_hop_ip"]) for row in bgp_rows(state) if row["node"] == "inside"]
    assert shown == [("BEST", "10.0.0.9"), ("BACKUP", "10.0.0.9")]
