"""A list of VLANs that is amended: what was allowed stays allowed, and leaving out `add` does not."""

from __future__ import annotations

import pytest
from merge_case import changes, refused

PORTS = {"ios": ("GigabitEthernet0/1", " "), "eos": ("Ethernet1", "   "), "nxos": ("Ethernet1/1", "  ")}


def port(vendor: str, *lines: str) -> str:
    name, column = PORTS[vendor]
    return "\n".join([f"interface {name}", *(f"{column}{line}" for line in lines), ""])


@pytest.mark.parametrize("vendor", sorted(PORTS))
@pytest.mark.parametrize(
    ("held", "typed", "becomes"),
    [
        (["1-10", "add 20"], "add 30-31", "1-10,20,30-31"),
        (["1-10"], "remove 5", "1-4,6-10"),
        (["10"], "remove 10", "none"),
        (["none"], "add 7", "7"),
        (["except 2-4094"], "add 2", "1-2"),
        (["10,20"], "30", "30"),
        ([], "remove 2-4094", "1"),
    ],
)
def test_what_a_trunk_allows_after_the_line(vendor: str, held: list[str], typed: str, becomes: str) -> None:
    stem = "switchport trunk allowed vlan"
    config = port(vendor, "switchport mode trunk", *(f"{stem} {each}" for each in held))
    rows = changes(config, port(vendor, f"{stem} {typed}"), vendor)
    assert [row.strip("+ ") for row in rows if row[0] == "+"] == [f"{stem} {becomes}"]
    assert len([row for row in rows if row[0] == "-"]) == len(held)


@pytest.mark.parametrize("vendor", sorted(PORTS))
def test_a_line_that_changes_nothing(vendor: str) -> None:
    config = port(vendor, "switchport trunk allowed vlan 1-10,20")
    assert changes(config, port(vendor, "switchport trunk allowed vlan add 5,20"), vendor) == []


def test_a_vlan_that_cannot_be() -> None:
    message = refused(port("ios"), port("ios", "switchport trunk allowed vlan add 5000"), "ios")[1]
    assert "5000 is no VLAN" in message


@pytest.mark.parametrize("vendor", ["ios", "eos", "nxos"])
def test_the_id_of_a_vlan_ends_at_4094(vendor: str) -> None:
    assert "a VLAN in 1-4094" in refused("hostname r1\n", "vlan 4095\n", vendor)[1]
    assert "a VLAN in 1-4094" in refused("hostname r1\n", "vlan 10,20-4095\n", vendor)[1]
    assert "+vlan 4094" in changes("hostname r1\n", "vlan 4094\n", vendor)
