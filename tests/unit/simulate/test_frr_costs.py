"""FRR's OSPF costs: 100 Gbit/s over the interface's bandwidth or speed, 10 Gbit/s if unknown, rounded (ospfd)."""

from __future__ import annotations

import pytest
from small_network import routes, state_of

ONE = """
    frr version 8.4
    hostname one
    interface eth1
     ip address 10.0.0.1/30
     ip ospf area 0
     {interface}
    router ospf
     {process}
"""
TWO = """
    frr version 8.4
    hostname two
    interface eth1
     ip address 10.0.0.2/30
     ip ospf area 0
    interface lo
     ip address 192.0.2.1/32
     ip ospf area 0
    router ospf
"""


@pytest.mark.parametrize(
    ("interface", "process", "metric"),
    [
        ("!", "!", 10),
        ("bandwidth 1000", "!", 100),
        ("bandwidth 40000", "!", 3),
        ("!", "auto-cost reference-bandwidth 1000000", 100),
        ("!", "auto-cost reference-bandwidth 100", 1),
        ("bandwidth 1", "!", 65535),
    ],
)
def test_the_cost_of_an_interface(interface: str, process: str, metric: int) -> None:
    state = state_of({"one": ONE.format(interface=interface, process=process), "two": TWO})
    assert routes(state, "one") == [f"ospf 192.0.2.1/32 via 10.0.0.2 eth1 [110/{metric}]"]
