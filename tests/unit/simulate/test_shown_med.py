"""EOS with one routing agent shows MED 1 on a network statement's own path of a connected Ethernet; it is not sent."""

from __future__ import annotations

import pytest
from small_network import state_of

from guard.engines.rows import bgp_rows

OURS = """
    ! device: a (vEOS, EOS-4.23.0.1F)
    {agents}
    hostname a
    ip routing
    interface Ethernet1
       no switchport
       ip address 10.0.0.1/30
    interface Ethernet2
       no switchport
       ip address 192.0.2.1/24
    interface Loopback0
       ip address 198.51.100.1/32
    router bgp 65001
       neighbor 10.0.0.2 remote-as 65002
       network 192.0.2.0/24
       network 198.51.100.1/32
"""
THEIRS = """
    ! device: b (vEOS, EOS-4.23.0.1F)
    hostname b
    ip routing
    interface Ethernet1
       no switchport
       ip address 10.0.0.2/30
    router bgp 65002
       neighbor 10.0.0.1 remote-as 65001
"""


@pytest.mark.parametrize(("agents", "shown"), [("!", 1), ("service routing protocols model multi-agent", 0)])
def test_a_connected_ethernet_has_it_where_one_agent_does_all(agents: str, shown: int) -> None:
    rows = bgp_rows(state_of({"a": OURS.format(agents=agents), "b": THEIRS}))
    assert {(row["node"], row["network"]): row["metric"] for row in rows} == {
        ("a", "192.0.2.0/24"): shown,
        ("a", "198.51.100.1/32"): 0,
        ("b", "192.0.2.0/24"): 0,
        ("b", "198.51.100.1/32"): 0,
    }
