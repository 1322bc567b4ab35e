"""Rows of `guard show`: Batfish's columns and conventions (CONTRACT 5)."""

from __future__ import annotations

from small_network import snapshot_of, state_of

from guard.engines.embedded import Embedded
from guard.engines.rows import edge_rows, interface_rows, routes_rows
from guard.model.state import InterfaceId, Scenario

CONFIGS = {
    "r1": """
        hostname r1
        interface Ethernet0/0
         ip address 10.0.0.1 255.255.255.252
        interface Ethernet0/1
         ip address 10.0.1.1 255.255.255.0
         shutdown
        ip route 192.0.2.0 255.255.255.0 Null0 tag 9
        ip route 198.51.100.0 255.255.255.0 10.0.0.2
        """,
    "r2": """
        hostname r2
        interface Ethernet0/0
         ip address 10.0.0.2 255.255.255.252
        """,
}


def test_a_next_hop_has_both_columns() -> None:
    rows = [row for row in routes_rows(state_of(CONFIGS)) if row["node"] == "r1"]
    assert rows == [
        _row("10.0.0.0/30", None, "Ethernet0/0", "connected", 0, None),
        _row("10.0.0.1/32", None, "Ethernet0/0", "local", 0, None),
        _row("192.0.2.0/24", None, "null_interface", "static", 1, 9),
        _row("198.51.100.0/24", "10.0.0.2", "dynamic", "static", 1, None),
    ]


def _row(
    network: str, ip: str | None, interface: str, protocol: str, distance: int, tag: int | None
) -> dict[str, str | int | None]:
    return {
        "node": "r1",
        "vrf": "default",
        "network": network,
        "next_hop_ip": ip,
        "next_hop_interface": interface,
        "protocol": protocol,
        "metric": 0,
        "admin_distance": distance,
        "tag": tag,
    }


def test_interfaces_say_what_took_them_down() -> None:
    rows = {f"{row['node']}[{row['interface']}]": row for row in interface_rows(state_of(CONFIGS))}
    assert {name: (row["active"], row["inactive_reason"]) for name, row in rows.items()} == {
        "r1[Ethernet0/0]": (True, ""),
        "r1[Ethernet0/1]": (False, "shutdown"),
        "r2[Ethernet0/0]": (True, ""),
    }
    assert rows["r1[Ethernet0/0]"]["all_prefixes"] == ["10.0.0.1/30"]


def test_edges_in_both_directions() -> None:
    assert list(edge_rows(state_of(CONFIGS))) == [
        {
            "interface": "r1[Ethernet0/0]",
            "ips": ["10.0.0.1"],
            "remote_interface": "r2[Ethernet0/0]",
            "remote_ips": ["10.0.0.2"],
        },
        {
            "interface": "r2[Ethernet0/0]",
            "ips": ["10.0.0.2"],
            "remote_interface": "r1[Ethernet0/0]",
            "remote_ips": ["10.0.0.1"],
        },
    ]


def test_the_engine_remembers_states_and_keeps_them_apart() -> None:
    engine = Embedded(kept=2)
    snapshot = snapshot_of(CONFIGS)
    cut = Scenario(down_interfaces=frozenset({InterfaceId("r2", "Ethernet0/0")}))
    whole = engine.state(snapshot, Scenario())
    assert engine.state(snapshot, Scenario()) is whole
    first = engine.state(snapshot, cut)
    assert len(list(routes_rows(first))) < len(list(routes_rows(whole)))
    assert engine.state(snapshot, cut) is first
    for node in ("r1", "r2"):
        engine.state(snapshot, Scenario(down_nodes=frozenset({node})))
    again = engine.state(snapshot, cut)
    assert again is not first
    assert list(routes_rows(again)) == list(routes_rows(first))
    assert engine.state(snapshot, Scenario()) is whole  # without a failure it is kept longer: others start from it
