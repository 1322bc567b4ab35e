"""Changes on an EIGRP network of two sites: what is ordinary is allowed, what cuts or moves traffic is stopped.

dc1 (10.1.1.0/24) --10.0.1.0/30-- hub --10.0.2.0/30-- dc2 (10.2.1.0/24); dc1 --10.0.3.0/30-- dc2 is slow
"""

from __future__ import annotations

from typing import Any

import pytest
from typed_lines import judge_lines, stopping


def router(name: str, *ports: tuple[str, str, str], more: str = "") -> str:
    text = ["version 16.4", f"hostname {name}"]
    for port, address, mask in ports:
        text += [f"interface GigabitEthernet{port}", f" ip address {address} {mask}"]
    text += ["router eigrp 1", " network 10.0.0.0"]
    return "\n".join(text) + "\n" + more


P2P, LAN = "255.255.255.252", "255.255.255.0"
FILES = {
    "configs/hub.cfg": router("hub", ("1", "10.0.1.1", P2P), ("2", "10.0.2.1", P2P)),
    "configs/dc1.cfg": router("dc1", ("1", "10.0.1.2", P2P), ("3", "10.0.3.1", P2P), ("9", "10.1.1.1", LAN)),
    "configs/dc2.cfg": router("dc2", ("2", "10.0.2.2", P2P), ("3", "10.0.3.2", P2P), ("9", "10.2.1.1", LAN)),
    "inventory.yaml": """\
apiVersion: guard/v1
kind: Inventory
failures: 0
sites:
  - {name: one, kind: datacenter, devices: [dc1], prefixes: [10.1.1.0/24]}
  - {name: two, kind: datacenter, devices: [dc2], prefixes: [10.2.1.0/24]}
""",
}


def judged(device: str, lines: str) -> dict[str, Any]:
    return judge_lines(FILES, device, lines)


def new(document: dict[str, Any]) -> dict[str, list[str]]:
    return stopping(document, "subjects")


@pytest.mark.parametrize(
    ("device", "lines"),
    [
        ("hub", "interface GigabitEthernet1\n description to dc1\n"),
        ("hub", "interface Loopback7\n ip address 10.9.0.1 255.255.255.255\nrouter eigrp 1\n passive-interface Lo7\n"),
        ("dc1", "interface GigabitEthernet3\n delay 100\n"),
        ("dc1", "interface GigabitEthernet9\n ip hello-interval eigrp 1 1\n"),
        ("dc1", "router eigrp 1\n no auto-summary\n passive-interface GigabitEthernet9\n"),
    ],
)
def test_what_people_do_every_day(device: str, lines: str) -> None:
    document = judged(device, lines)
    assert (document["verdict"], new(document)) == ("ALLOW", {})


@pytest.mark.parametrize(
    "lines",
    [
        "router eigrp 1\n passive-interface default\n",
        "router eigrp 1\n no network 10.0.0.0\n network 10.0.0.0 0.0.255.255\n",
        "no router eigrp 1\n",
        "router eigrp 1\n metric weights 0 1 1 1 0 0\n",
        "router eigrp 1\n distribute-list prefix NONE out\nip prefix-list NONE deny 0.0.0.0/0 le 32\n",
        "router eigrp 1\n eigrp stub receive-only\n",
    ],
)
def test_a_site_that_nobody_hears_of_any_more(lines: str) -> None:
    document = judged("dc2", lines)
    assert document["verdict"] == "BLOCK"
    assert "datacenter-isolation" in new(document)


def test_a_filter_that_drops_the_protocol_itself() -> None:
    lines = "ip access-list extended IN\n permit tcp any any\n permit udp any any\n permit icmp any any\n"
    document = judged("hub", lines + "interface GigabitEthernet1\n ip access-group IN in\n")
    assert "control-plane-filtered" in new(document)


def test_what_is_not_computed_is_held() -> None:
    told = new(judged("dc1", "router eigrp 1\n offset-list 7 in 10 GigabitEthernet1\n"))
    assert list(told) == ["not-modelled"]
