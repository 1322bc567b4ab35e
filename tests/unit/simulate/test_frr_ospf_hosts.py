"""Host routes of OSPF in FRR, and networks without multicast, as ospfd and zebra 8.4.4 had them live.

    r1 eth0 --- one switch --- eth0 r2, r3; 10.8.N.0/24 behind each
"""

from __future__ import annotations

import json

from small_network import snapshot_of

from guard.engines.rows import routes_rows
from guard.simulate.control_plane import compute

HEAD = "frr version 8.4.4\nfrr defaults traditional\nhostname {0}\n"
BEHIND = "interface eth9\n ip address 10.8.{n}.1/24\n ip ospf area 0\n ip ospf passive\n"


ENDS = [{"hostname": f"r{n}", "interfaceName": "eth0"} for n in (1, 2, 3)]
EDGES = [{"node1": one, "node2": two} for one in ENDS for two in ENDS if one is not two]
SWITCH = {"batfish/layer1_topology.json": json.dumps({"edges": EDGES})}
FAR = [("10.8.2.0/24", "10.1.0.2"), ("10.8.3.0/24", "10.1.0.3")]


def routes(kind: str, address: str = "10.1.0.{n}/24", *, more: str = "", names: str = "") -> list[tuple[str, str]]:
    """What r1 has of OSPF: (network, next hop). `more`: in all routers; `names`: lines of r1's process."""
    texts = {}
    for n in (1, 2, 3):
        port = f"interface eth0\n ip address {address}\n ip ospf network {kind}\n ip ospf area 0\n"
        process = "router ospf\n ospf router-id {n}.{n}.{n}.{n}\n"
        texts[f"r{n}"] = (HEAD + port + more + BEHIND + process).format(f"r{n}", n=n) + (names if n == 1 else "")
    rows = (row for row in routes_rows(compute(snapshot_of(texts, SWITCH))) if row["node"] == "r1")
    return [(str(row["network"]), str(row["next_hop_ip"])) for row in rows if row["protocol"] == "ospf"]


def test_hosts_of_a_point_to_multipoint_network_lead_to_themselves_alone() -> None:
    """zebra is told of our own; others' next hops are those very hosts, and nothing resolves through itself."""
    assert routes("point-to-multipoint") == [("10.1.0.1/32", "None"), *FAR]


def test_ports_with_host_masks_are_unnumbered_and_meet() -> None:
    hosts = [("10.1.0.2/32", "10.1.0.2"), ("10.1.0.3/32", "10.1.0.3")]
    assert routes("point-to-multipoint", "10.1.0.{n}/32") == [*hosts, *FAR]


def test_an_unnumbered_point_to_point_link_is_no_destination() -> None:
    found = routes("point-to-point", "10.1.0.{n}/32")
    assert [network for network, _ in found] == ["10.8.2.0/24", "10.8.3.0/24"]


def test_a_loopbacks_own_host_route_is_told_to_zebra_where_it_is_no_connected_one() -> None:
    loopback = "interface lo\n ip address 10.9.{n}.1/24\n ip ospf area 0\n"
    found = routes("broadcast", more=loopback)
    assert [each for each in found if each[0].startswith("10.9")] == [
        ("10.9.1.1/32", "None"),
        ("10.9.2.1/32", "10.1.0.2"),
        ("10.9.3.1/32", "10.1.0.3"),
    ]


def test_on_a_network_without_multicast_one_end_has_to_name_the_other() -> None:
    assert routes("non-broadcast") == []
    assert routes("non-broadcast", names=" neighbor 10.1.0.3 poll-interval 20\n") == FAR[1:]
    assert routes("non-broadcast", names=" neighbor 10.1.0.2\n neighbor 10.1.0.3\n no neighbor 10.1.0.3\n") == FAR[:1]
