"""BGP on ports without any address: Linux gives each a link-local one, and layer 1 says who is at the other end."""

from __future__ import annotations

import json

import pytest
from small_network import routes, state_of

DEVICE = """
    frr version 8.4
    frr defaults datacenter
    hostname {name}
    interface lo
     ip address 192.0.2.{own}/32
    {more}
    router bgp {asn}
     bgp router-id 192.0.2.{own}
     neighbor swp1 interface remote-as external
     address-family ipv4 unicast
      network 192.0.2.{own}/32
"""
CABLE = {
    "edges": [
        {
            "node1": {"hostname": "one", "interfaceName": "swp1"},
            "node2": {"hostname": "two", "interfaceName": "swp1"},
        }
    ]
}


def learned(more: str) -> list[str]:
    devices = {
        name: DEVICE.format(name=name, own=own, asn=65000 + own, more=more) for name, own in (("one", 1), ("two", 2))
    }
    state = state_of(devices, other={"batfish/layer1_topology.json": json.dumps(CABLE)})
    return routes(state, "one")


@pytest.mark.parametrize("more", ["interface swp1\n    !", "!"])
def test_a_port_that_only_bgp_names_carries_a_session(more: str) -> None:
    assert learned(more) == ["bgp 192.0.2.2/32 via 169.254.0.1 swp1 [20/0]"]


def test_a_port_that_is_shut_carries_none() -> None:
    assert learned("interface swp1\n     shutdown") == []
