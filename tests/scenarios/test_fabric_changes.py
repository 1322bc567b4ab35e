"""A fabric that announces an aggregate and no loopbacks, and what people do in it every day.

r1 (rack) -- a1 -- c1      c1 and c2 hold the aggregate 10.0.0.0/8 with its null route; every link is a session.
 |                /        a2 shares what it sends to the aggregate between c1 and c2, so that its packets to c1's
 +---------- a2 -+-- c2    loopback, which nobody announces, meet c1 or end at c2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from typed_lines import judge_lines, stopping

LINKS = {
    "r1": ((1, 0, "a1"), (2, 0, "a2")),
    "a1": ((1, 1, "r1"), (3, 0, "c1")),
    "a2": ((2, 1, "r1"), (4, 0, "c2"), (5, 0, "c1")),
    "c1": ((3, 1, "a1"), (5, 1, "a2")),
    "c2": ((4, 1, "a2"),),
}
AS = {"r1": 65001, "a1": 65010, "a2": 65020, "c1": 65100, "c2": 65200}
LOOPBACK = {"r1": "10.1.0.1", "a1": "10.2.0.1", "a2": "10.2.0.2", "c1": "10.3.0.1", "c2": "10.3.0.2"}
INVENTORY = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: rack, kind: datacenter, devices: [r1], prefixes: [10.1.0.0/24]}
  - {name: fabric, kind: pop, devices: ["a*", "c*"]}
"""


def device(name: str, links: Iterable[tuple[int, int, str]], own: str) -> str:
    ports, sessions = [], []
    for number, end, far in links:
        ports.append(f"interface Ethernet{number}\n ip address 172.16.{number}.{end} 255.255.255.254\n!\n")
        sessions.append(f" neighbor 172.16.{number}.{1 - end} remote-as {AS[far]}\n")
    return (
        f"hostname {name}\n!\ninterface Loopback0\n ip address {LOOPBACK[name]} 255.255.255.255\n!\n{''.join(ports)}"
        f"router bgp {AS[name]}\n bgp bestpath as-path multipath-relax\n maximum-paths 4\n{''.join(sessions)}{own}!\n"
    )


def fabric() -> dict[str, str]:
    own = dict.fromkeys(("c1", "c2"), " aggregate-address 10.0.0.0 255.0.0.0\n")
    own["r1"] = " network 10.1.0.0 mask 255.255.255.0\n!\nip route 10.1.0.0 255.255.255.0 Null0\n"
    files = {f"configs/{name}.cfg": device(name, links, own.get(name, "")) for name, links in LINKS.items()}
    return {**files, "inventory.yaml": INVENTORY}


def dropped(files: Mapping[str, str], name: str, lines: str) -> list[str]:
    return stopping(judge_lines(files, name, lines), "subjects").get("blackhole", [])


CUT = "interface Ethernet5\n shutdown\n"


def test_an_address_that_nobody_announces_was_met_by_chance() -> None:
    """Without its link to c1, all that a2 sends to c1's loopback ends at c2, as part of it did before."""
    assert dropped(fabric(), "a2", CUT) == []


def test_what_the_inventory_names_is_lost_though_part_of_it_was_dropped_before() -> None:
    named = "services:\n  - {name: api, addresses: [10.3.0.1]}\n"
    files = fabric()
    assert "10.3.0.1/32" in dropped({**files, "inventory.yaml": INVENTORY + named}, "a2", CUT)
