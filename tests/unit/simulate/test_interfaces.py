"""What takes an interface down, and what stays up beside it (CONTRACT 2: a link has two ends)."""

from __future__ import annotations

import json

import pytest
from small_network import routes, snapshot_of, state_of

from guard.model.state import InterfaceId, NetworkState, Scenario
from guard.simulate.layer3.build import build

PAIR = {
    "r1": """
        hostname r1
        interface Ethernet0/0
         ip address 10.0.0.0 255.255.255.254
        interface Ethernet0/1
         ip address 10.9.0.1 255.255.255.0
        interface Loopback0
         ip address 1.1.1.1 255.255.255.255
        """,
    "r2": """
        hostname r2
        interface Ethernet0/0
         ip address 10.0.0.1 255.255.255.254
        interface Ethernet0/1
         ip address 10.9.0.2 255.255.255.0
        """,
    "r3": """
        hostname r3
        interface Ethernet0/1
         ip address 10.9.0.3 255.255.255.0
        """,
}


def down(state: NetworkState) -> dict[str, str]:
    return {str(key): each.why for key, each in state.interfaces.items() if not each.up}


def edges(state: NetworkState) -> list[str]:
    return [f"{tail} -> {head}" for tail, head in state.edges if tail < head]


def test_everything_configured_is_up_and_subnets_are_edges() -> None:
    state = state_of(PAIR)
    assert down(state) == {}
    assert edges(state) == [
        "r1[Ethernet0/0] -> r2[Ethernet0/0]",
        "r1[Ethernet0/1] -> r2[Ethernet0/1]",
        "r1[Ethernet0/1] -> r3[Ethernet0/1]",
        "r2[Ethernet0/1] -> r3[Ethernet0/1]",
    ]


def test_shutdown_takes_the_far_end_of_a_point_to_point_link_only() -> None:
    """r1 ==/31== r2, and both on a LAN: the LAN's other members stay up."""
    shut = PAIR["r1"].replace("255.255.255.254", "255.255.255.254\n         shutdown").replace(
        "10.9.0.1 255.255.255.0", "10.9.0.1 255.255.255.0\n         shutdown"
    )
    assert down(state_of({**PAIR, "r1": shut})) == {
        "r1[Ethernet0/0]": "shutdown",
        "r1[Ethernet0/1]": "shutdown",
        "r2[Ethernet0/0]": "far end r1[Ethernet0/0] is down",
    }


def test_a_node_that_is_down_takes_its_links() -> None:
    state = state_of(PAIR, Scenario(down_nodes=frozenset({"R1"})))
    assert down(state) == {
        "r1[Ethernet0/0]": "node r1 is down in the scenario",
        "r1[Ethernet0/1]": "node r1 is down in the scenario",
        "r1[Loopback0]": "node r1 is down in the scenario",
        "r2[Ethernet0/0]": "far end r1[Ethernet0/0] is down",
    }


def test_interfaces_of_a_scenario_are_found_without_regard_to_case() -> None:
    scenario = Scenario(down_interfaces=frozenset({InterfaceId("r2", "ethernet0/0")}))
    assert down(state_of(PAIR, scenario)) == {
        "r1[Ethernet0/0]": "far end r2[Ethernet0/0] is down",
        "r2[Ethernet0/0]": "down in the scenario",
    }


def test_a_layer1_edge_makes_a_link_of_any_subnet() -> None:
    cable = {
        "edges": [
            {
                "node1": {"hostname": "r1", "interfaceName": "Ethernet0/1"},
                "node2": {"hostname": "r2", "interfaceName": "ethernet0/1"},
            }
        ]
    }
    other = {"batfish/layer1_topology.json": json.dumps(cable)}
    scenario = Scenario(down_interfaces=frozenset({InterfaceId("r2", "Ethernet0/1")}))
    state = state_of(PAIR, scenario, other)
    assert down(state) == {
        "r1[Ethernet0/1]": "far end r2[Ethernet0/1] is down",
        "r2[Ethernet0/1]": "down in the scenario",
    }


def test_subinterfaces_and_svis_follow_what_carries_them() -> None:
    state = state_of(
        {
            "sw": """
                hostname sw
                vlan 10
                vlan 20
                interface GigabitEthernet0/1
                 switchport mode access
                 switchport access vlan 10
                 shutdown
                interface GigabitEthernet0/2
                 switchport mode access
                 switchport access vlan 20
                interface GigabitEthernet0/3
                 no switchport
                 shutdown
                interface GigabitEthernet0/3.5
                 encapsulation dot1Q 5
                 ip address 10.5.0.1 255.255.255.0
                interface Vlan10
                 ip address 10.10.0.1 255.255.255.0
                interface Vlan20
                 ip address 10.20.0.1 255.255.255.0
                """
        }
    )
    assert down(state) == {
        "sw[GigabitEthernet0/1]": "shutdown",
        "sw[GigabitEthernet0/3]": "shutdown",
        "sw[GigabitEthernet0/3.5]": "parent GigabitEthernet0/3 is down",
        "sw[Vlan10]": "no port of its VLAN is up",
    }


def test_a_port_channel_needs_a_member() -> None:
    configs = {
        "r1": """
            hostname r1
            interface Port-channel1
             ip address 10.0.0.1 255.255.255.0
            interface GigabitEthernet0/1
             channel-group 1 mode active
             shutdown
            interface GigabitEthernet0/2
             channel-group 1 mode active
            """
    }
    assert "r1[Port-channel1]" not in down(state_of(configs))
    both = Scenario(down_interfaces=frozenset({InterfaceId("r1", "GigabitEthernet0/2")}))
    assert down(state_of(configs, both))["r1[Port-channel1]"] == "no member is up"


def test_the_same_subnet_in_two_vrfs_is_two_subnets() -> None:
    """Both routers carry 10.1.0.0/30 twice, once per VRF: no edge leads from one VRF into the other."""
    text = """
        hostname {name}
        vrf definition RED
         address-family ipv4
         exit-address-family
        interface Ethernet0/1
         ip address 10.1.0.{host} 255.255.255.248
        interface Ethernet0/2
         vrf forwarding RED
         ip address 10.1.0.{host} 255.255.255.248
        """
    state = state_of({name: text.format(name=name, host=host) for name, host in (("r1", 1), ("r2", 2))})
    assert edges(state) == [
        "r1[Ethernet0/1] -> r2[Ethernet0/1]",
        "r1[Ethernet0/2] -> r2[Ethernet0/2]",
    ]


def test_an_address_twice_on_one_subnet_is_noted() -> None:
    twice = PAIR["r3"].replace("10.9.0.3", "10.9.0.2")
    notes = [note.message for note in state_of({**PAIR, "r3": twice}).notes]
    assert notes == ["10.9.0.2 of 10.9.0.0/24 is configured on r2[Ethernet0/1], r3[Ethernet0/1]"]


def test_a_large_subnet_is_one_segment() -> None:
    """300 members: neighbours are found without writing 90,000 edges out."""
    text = "hostname h{n}\ninterface Ethernet0\n ip address 10.{a}.{b}.1 255.0.0.0\n"
    snapshot = snapshot_of({f"h{n}": text.format(n=n, a=n // 200, b=n % 200) for n in range(300)})
    topology = build(snapshot, Scenario())
    assert len(topology.segments) == 1
    assert len(topology.neighbours(InterfaceId("h7", "Ethernet0"))) == 299


@pytest.mark.parametrize("vendor", ["ios", "eos"])
def test_local_routes_are_shown_by_those_that_have_them(vendor: str) -> None:
    eos = "! device: r1 (vEOS, EOS-4.30)\nhostname r1\ninterface Ethernet1\n no switchport\n ip address 10.1.0.1/24\n"
    ios = "hostname r1\ninterface Ethernet1\n ip address 10.1.0.1 255.255.255.0\n"
    shown = routes(state_of({"r1": ios if vendor == "ios" else eos}), "r1", without=())
    local = ["local 10.1.0.1/32 via - Ethernet1 [0/0]"] if vendor == "ios" else []
    assert shown == ["connected 10.1.0.0/24 via - Ethernet1 [0/0]", *local]
