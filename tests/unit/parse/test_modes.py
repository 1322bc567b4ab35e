"""Configurations as trees of commands: by indentation where it is printed, by mode where it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from data import SHARED
from hypothesis import given
from hypothesis import strategies as st

from guard.parse.line import Line
from guard.parse.modes import tree


def outline(text: str, vendor: str) -> list[str]:
    return list(_outline(tree(text, vendor), ""))


def _outline(lines: tuple[Line, ...], indent: str) -> Iterator[str]:
    for line in lines:
        yield f"{indent}{line.number} {line.text}"
        yield from _outline(line.children, indent + " ")


def flat(lines: tuple[Line, ...]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from flat(line.children)


def test_printed_ios() -> None:
    text = (
        "interface A\n ip address 10.0.0.1 255.0.0.0\n!\nrouter bgp 1\n !\n address-family ipv4\n  network 10.0.0.0\n"
    )
    assert outline(text + " exit-address-family\n!\nip route 1.0.0.0 255.0.0.0 Null0\n", "ios") == [
        "1 interface A",
        " 2 ip address 10.0.0.1 255.0.0.0",
        "4 router bgp 1",
        " 6 address-family ipv4",
        "  7 network 10.0.0.0",
        "  8 exit-address-family",
        "10 ip route 1.0.0.0 255.0.0.0 Null0",
    ]


def test_a_family_whose_lines_stand_in_its_own_column() -> None:
    text = "router bgp 1\n address-family ipv4 vrf A\n neighbor 1.1.1.1 activate\n exit-address-family\n"
    text += " bgp router-id 1.1.1.1\n"
    assert outline(text, "ios") == [
        "1 router bgp 1",
        " 2 address-family ipv4 vrf A",
        "  3 neighbor 1.1.1.1 activate",
        "  4 exit-address-family",
        " 5 bgp router-id 1.1.1.1",
    ]


def test_an_empty_block_ends_at_its_separator() -> None:
    text = "interface Tunnel0\n!\nip nat inside source list 1 interface A\nroute-map A permit 10\nroute-map B deny 10\n"
    assert outline(text, "ios") == [
        "1 interface Tunnel0",
        "3 ip nat inside source list 1 interface A",
        "4 route-map A permit 10",
        "5 route-map B deny 10",
    ]


def test_typed_without_indentation() -> None:
    text = "interface A\nip address 10.0.0.1 255.0.0.0\nshutdown\nrouter ospf 1\nnetwork 10.0.0.0 0.0.0.255 area 0\n"
    assert outline(text, "ios") == [
        "1 interface A",
        " 2 ip address 10.0.0.1 255.0.0.0",
        " 3 shutdown",
        "4 router ospf 1",
        " 5 network 10.0.0.0 0.0.0.255 area 0",
    ]


def test_bodies_are_opaque() -> None:
    text = "banner motd ^C\nrouter bgp 9\n\n bye ^C\nhostname a\nbanner login #one line#\nhostname b\n"
    assert outline(text, "ios") == [
        "1 banner motd ^C",
        " 2 router bgp 9",
        " 4 bye ^C",
        "5 hostname a",
        "6 banner login #one line#",
        "7 hostname b",
    ]
    assert outline("banner motd\n! not a comment\nEOF\nhostname a\n", "eos") == [
        "1 banner motd",
        " 2 ! not a comment",
        " 3 EOF",
        "4 hostname a",
    ]


def test_a_certificate_is_opaque() -> None:
    text = "crypto pki certificate chain A\n certificate self-signed 01\n  30820229\n  quit\nhostname a\n"
    assert outline(text, "ios") == [
        "1 crypto pki certificate chain A",
        " 2 certificate self-signed 01",
        "  3 30820229",
        "  4 quit",
        "5 hostname a",
    ]


def test_frr_goes_by_mode_alone() -> None:
    text = (
        "router bgp 1\nneighbor 1.1.1.1 remote-as 2\n address-family ipv6 unicast\n neighbor 1.1.1.1 activate\n"
        "  bgp router-id 1.1.1.1\n# comment\n ip route 10.0.0.0/8 blackhole\ninterface a\n!\n ip ospf cost 3\nexit\n"
    )
    assert outline(text, "frr") == [
        "1 router bgp 1",
        " 2 neighbor 1.1.1.1 remote-as 2",
        " 3 address-family ipv6 unicast",
        "  4 neighbor 1.1.1.1 activate",
        " 5 bgp router-id 1.1.1.1",
        "7 ip route 10.0.0.0/8 blackhole",
        "8 interface a",
        " 10 ip ospf cost 3",
        " 11 exit",
    ]


def test_blocks_that_no_table_knows_go_by_indentation() -> None:
    text = "auto swp1\niface swp1\n    address 10.0.0.1/31\n    vrf mgmt\n"
    text += "router bgp 1\n frobnicate\n  deeper\n neighbor A peer-group\n"
    assert outline(text, "frr") == [
        "1 auto swp1",
        "2 iface swp1",
        " 3 address 10.0.0.1/31",
        " 4 vrf mgmt",
        "5 router bgp 1",
        " 6 frobnicate",
        "  7 deeper",
        " 8 neighbor A peer-group",
    ]


def check_law(text: str, vendor: str) -> None:
    """Every line that is neither blank nor a comment is in the tree once, in order, with its number."""
    rows = text.split("\n")
    lines = list(flat(tree(text, vendor)))
    assert [line.number for line in lines] == sorted({line.number for line in lines})
    assert all(rows[line.number - 1].strip() == line.text for line in lines)
    comments = "!#" if vendor == "frr" else "!"
    numbers = {line.number for line in lines}
    lost = [n for n, row in enumerate(rows, 1) if row.strip() and row.strip()[0] not in comments and n not in numbers]
    assert lost == []


def configurations() -> list[Path]:
    """Every configuration of the third-party data, whatever its vendor: the law knows none."""
    patterns = ("*/**/configs/*", "frr-topotests/*/*/*.conf", "hier_config/**/*.conf", "napalm/**/*.conf")
    return sorted({path for pattern in patterns for path in SHARED.glob(pattern) if path.is_file()})


@pytest.mark.parametrize("vendor", ["ios", "eos", "frr"])
def test_no_line_of_any_configuration_is_lost(vendor: str) -> None:
    paths = configurations()
    if not paths:
        pytest.skip("third-party data not here (set GUARD_DATA)")
    for path in paths:
        check_law(path.read_text(errors="replace").replace("\r", ""), vendor)


WORDS = (
    "! # exit end interface|a ip|address|10.0.0.1/8 router|bgp|1 address-family|ipv4|unicast exit-address-family "
    "neighbor|1.1.1.1|activate foo bar|baz route-map|A|permit|10 banner|motd|^C ^C vrf|A no|shutdown EOF"
)
commands = st.sampled_from([word.replace("|", " ") for word in WORDS.split()])
row = st.builds(lambda indent, words: " " * indent + words, st.integers(0, 4), commands)


@given(st.lists(row, max_size=25), st.sampled_from(["ios", "nxos", "eos", "frr"]))
def test_no_line_is_lost(rows: list[str], vendor: str) -> None:
    check_law("\n".join(rows), vendor)


def test_an_interface_after_ospf6_is_a_block_of_its_own() -> None:
    """FRR's older `interface X area N` begins like it; without an area vtysh finds the mode around."""
    text = "router ospf6\n ospf6 router-id 192.0.2.1\n interface eth0 area 0\ninterface lo\n ip address 192.0.2.1/32\n"
    assert outline(text, "frr") == [
        "1 router ospf6",
        " 2 ospf6 router-id 192.0.2.1",
        " 3 interface eth0 area 0",
        "4 interface lo",
        " 5 ip address 192.0.2.1/32",
    ]
