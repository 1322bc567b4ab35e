"""Prefix-lists, AS-path lists and community lists: what each entry admits, in the vendors' own words."""

from __future__ import annotations

import re
import time

import pytest

from guard.model import community
from guard.model.address import parse_prefix
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.cisco import regex
from guard.parse.cisco.as_path import translate
from guard.parse.cisco.reader import read


def device(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def prefix_list(found: Device, name: str, version: int = 4) -> list[str]:
    return [
        f"{entry.sequence} {'permit' if entry.permit else 'deny'} {reach.prefix} {reach.low}-{reach.high}"
        for entry in found.prefix_lists[version, name].entries
        for reach in (entry.range,)
    ]


def states(found: Device) -> str:
    return " ".join(LineState(state).name for state in found.coverage.states if state)


def test_prefix_list_bounds_and_order() -> None:
    text = """\
ip prefix-list A description what we own
ip prefix-list A seq 20 permit 10.0.0.0/8 le 24
ip prefix-list A seq 5 deny 10.1.0.0/16
ip prefix-list A permit 192.0.2.0/24 ge 26
ip prefix-list A seq 30 permit 198.51.100.0/22 ge 23 le 25
ip prefix-list A seq 31 permit 198.51.100.0/22 eq 24
ipv6 prefix-list A seq 1 permit 2001:DB8::/32 ge 48 le 64
"""
    found = device(text)
    assert prefix_list(found, "A") == [
        "5 deny 10.1.0.0/16 16-16",
        "20 permit 10.0.0.0/8 8-24",
        "25 permit 192.0.2.0/24 26-32",
        "30 permit 198.51.100.0/22 23-25",
        "31 permit 198.51.100.0/22 24-24",
    ]
    assert prefix_list(found, "A", 6) == ["1 permit 2001:db8::/32 48-64"]
    assert found.prefix_lists[4, "A"].entries[0].source.first == 3


def test_frr_numbers_as_the_device_does() -> None:
    """Numbers as FRR 8.4.4 gave them to these lines: the last one plus 5."""
    text = """\
frr version 8.4.4
ip prefix-list A permit 10.0.0.0/8
ip prefix-list A seq 7 permit 11.0.0.0/8
ip prefix-list A permit 12.0.0.0/8 ge 8
ip prefix-list A permit any
"""
    assert prefix_list(device(text, Vendor.FRR), "A") == [
        "5 permit 10.0.0.0/8 8-8",
        "7 permit 11.0.0.0/8 8-8",
        "12 permit 12.0.0.0/8 8-32",
        "17 permit 0.0.0.0/0 0-32",
    ]


def test_eos_block_form() -> None:
    text = """\
ip prefix-list A
   seq 10 permit 10.0.0.0/8 le 16
   permit 172.16.0.0/12
   seq 15 remark nothing here
"""
    found = device(text, Vendor.EOS)
    assert prefix_list(found, "A") == ["10 permit 10.0.0.0/8 8-16", "20 permit 172.16.0.0/12 12-12"]
    assert states(found) == "IMPLEMENTED IMPLEMENTED IMPLEMENTED IGNORED"


@pytest.mark.parametrize(
    "line",
    [
        "ip prefix-list A seq 5 permit 10.0.0.0/33",
        "ip prefix-list A seq 5 permit 2001:db8::/32",
        "ip prefix-list A seq 5 permit 10.0.0.0/8 ge",
        "ip prefix-list A seq 5 permit 10.0.0.0/8 ge 40",
        "ip prefix-list A seq 5 maybe 10.0.0.0/8",
        "ip prefix-list A seq five permit 10.0.0.0/8",
    ],
)
def test_what_cannot_be_read_is_unrecognised_with_its_reason(line: str) -> None:
    found = device(line)
    assert states(found) == "UNRECOGNISED"
    assert found.warnings
    assert found.warnings[0][0] == 1


@pytest.mark.parametrize(
    ("expression", "vendor", "matches", "misses"),
    [
        ("^$", Vendor.IOS, [""], ["65001"]),
        ("_65001_", Vendor.IOS, ["65001", "1 65001 2", "{65001,2}", "(65001) 7"], ["650011", "165001"]),
        ("^65001_", Vendor.FRR, ["65001", "65001 2"], ["65001123", "2 65001"]),
        ("_65001$", Vendor.IOS, ["2 65001", "65001"], ["65001 2"]),
        ("^[0-9]+$", Vendor.FRR, ["7"], ["7 8", ""]),
        ("^(65001_)+$", Vendor.IOS, ["65001 65001", "65001"], ["65001 2"]),
        ("_(100|200)_", Vendor.IOS, ["1 200"], ["1200"]),
        ("^65[[:digit:]]{3}$", Vendor.FRR, ["65123"], ["6512"]),
        (r"\(65001\)", Vendor.IOS, ["(65001) 2"], ["65001 2"]),
        ("{65001", Vendor.IOS, ["1 {65001,2}"], ["65001"]),
        ("^65001$", Vendor.EOS, ["65001"], ["165001", "65001 1"]),
        ("65001_65002", Vendor.EOS, ["1 65001 65002"], ["65001 165002"]),
        ("^[64500-64510]+$", Vendor.EOS, ["64500 64510"], ["64500 64511"]),
        ("^65001 .* 5$", Vendor.EOS, ["65001 5", "65001 7 8 5"], ["65001 55"]),
        (".", Vendor.EOS, ["1"], [""]),
    ],
)
def test_as_path_expressions(expression: str, vendor: Vendor, matches: list[str], misses: list[str]) -> None:
    pattern = re.compile(translate(expression, vendor))
    assert [path for path in matches if not pattern.search(path)] == []
    assert [path for path in misses if pattern.search(path)] == []


@pytest.mark.parametrize("expression", ["^([0-9]+ ?)+x$", "(1.*2)*", "(.+)+$", "((a*)*)*", ".*1.*2.*3.*4.*5.*6.*7.*8"])
def test_expressions_that_could_take_for_ever_are_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"exponential|bounded"):
        regex.by_character(expression, braces_repeat=True)


def test_a_refused_expression_matches_nothing_and_says_so() -> None:
    found = device("ip as-path access-list 7 permit ^([0-9]+ ?)+x$\n")
    assert states(found) == "PARTIAL"
    assert not re.search(found.as_path_lists["7"].entries[0].pattern, "1 2 3")


@pytest.mark.parametrize("expression", ["^([0-9]+_)*$", "_([0-9]+_)+65001_", "^(65001_[0-9]+_)*$"])
def test_expressions_that_are_kept_end_in_time(expression: str) -> None:
    pattern = re.compile(regex.by_character(expression))
    started = time.perf_counter()
    pattern.search("65002 " * 400 + "x")
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(("low", "high"), [(0, 0), (5, 17), (64500, 64510), (98, 1203), (4200000000, 4294967294)])
def test_number_range(low: int, high: int) -> None:
    pattern = re.compile(regex.number_range(low, high))
    near = {n for edge in (low, high) for n in range(max(0, edge - 120), edge + 120)}
    assert [n for n in near if bool(pattern.fullmatch(str(n))) != (low <= n <= high)] == []


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("65001:100", "65001:100"),
        ("4259840100", "65000:100"),
        ("0xFFFFFF01", "no-export"),
        ("65535:65281", "no-export"),
        ("no-export", "no-export"),
        ("local-AS", "local-as"),
        ("GSHUT", "graceful-shutdown"),
        ("65535:666", "blackhole"),
        ("internet", "0:0"),
    ],
)
def test_standard_communities_have_one_text(text: str, canonical: str) -> None:
    assert community.standard(text) == canonical


@pytest.mark.parametrize("text", ["65536:1", "1:65536", "4294967296", "-1", "1:2:3", "nowhere"])
def test_what_is_no_community(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text differs by what is wrong
        community.standard(text)


def community_list(found: Device, kind: str, name: str) -> list[str]:
    return [
        f"{'permit' if entry.permit else 'deny'} {entry.pattern or ' '.join(sorted(entry.communities)) or 'any'}"
        for entry in found.community_lists[kind, name].entries
    ]


def test_community_lists_of_ios() -> None:
    text = """\
ip community-list 1 permit 65001:1 no-export
ip community-list 1 deny internet
ip community-list 101 permit _65001:[0-9]+_
ip community-list standard NAMED permit 65001:7
ip community-list expanded EXPR deny 65001:.*
ip extcommunity-list standard RT permit rt 65001:1 soo 192.0.2.1:5
"""
    found = device(text)
    assert community_list(found, "standard", "1") == ["permit 65001:1 no-export", "deny any"]
    assert community_list(found, "standard", "NAMED") == ["permit 65001:7"]
    assert community_list(found, "extended", "RT") == ["permit rt 65001:1 soo 192.0.2.1:5"]
    assert found.community_lists["standard", "EXPR"].entries[0].pattern == "65001:.*"
    pattern = found.community_lists["standard", "101"].entries[0].pattern
    assert pattern
    assert re.search(pattern, "7:1 65001:22")


def test_community_lists_of_frr_and_eos() -> None:
    text = """\
bgp community-list standard C seq 5 permit 65001:1 graceful-shutdown
bgp community-list expanded X seq 5 permit _65001:.*_
bgp large-community-list standard L seq 5 permit 65001:1:2
bgp extcommunity-list standard E seq 5 permit rt 65001:1
"""
    found = device(text, Vendor.FRR)
    assert community_list(found, "standard", "C") == ["permit 65001:1 graceful-shutdown"]
    assert community_list(found, "large", "L") == ["permit 65001:1:2"]
    eos = device("ip community-list C permit 65001:1\nip community-list regexp X permit 65001:.*\n", Vendor.EOS)
    assert community_list(eos, "standard", "C") == ["permit 65001:1"]
    assert eos.community_lists["standard", "X"].entries[0].pattern == "65001:.*"


def test_a_long_list_is_read_in_linear_time() -> None:
    lines = [f"ip prefix-list A seq {n} permit 10.{n >> 8 & 255}.{n & 255}.0/24" for n in range(1, 8001)]
    started = time.perf_counter()
    found = device("\n".join(lines))
    assert time.perf_counter() - started < 5.0
    assert len(found.prefix_lists[4, "A"].entries) == 8000
    assert found.prefix_lists[4, "A"].entries[0].range.matches(parse_prefix("10.0.1.0/24"))
