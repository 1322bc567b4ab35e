"""Changed lines of a configuration: what was added, removed and moved, in which section, and how it is understood."""

from __future__ import annotations

from random import Random

import pytest

from guard.compare import lines
from guard.compare.delta import Moment, compare
from guard.model.device import Vendor
from guard.snapshot.load import load

BASE = """hostname r1
!
interface Ethernet1
 description to ams
 ip address 10.0.0.1 255.255.255.0
!
interface Ethernet2
 ip address 10.0.1.1 255.255.255.0
!
router ospf 1
 network 10.0.0.0 0.0.255.255 area 0
!
"""


def _told(before: str, after: str, file: str = "configs/r1.cfg") -> list[str]:
    delta = compare(Moment(load({file: before})), Moment(load({file: after})))
    return [
        f"{line.change} {' / '.join((*line.path, line.text))} [{line.state.name}] {line.source}"
        for device in delta.lines
        for line in device.lines
    ]


def test_a_line_is_told_with_its_section_and_place() -> None:
    assert _told(BASE, BASE.replace("10.0.1.1 255.255.255.0\n", "10.0.1.1 255.255.255.0\n shutdown\n")) == [
        "added interface Ethernet2 / shutdown [IMPLEMENTED] configs/r1.cfg:9"
    ]


def test_a_changed_line_is_removed_and_added() -> None:
    assert _told(BASE, BASE.replace("to ams", "to sin")) == [
        "removed interface Ethernet1 / description to ams [IGNORED] configs/r1.cfg:4",
        "added interface Ethernet1 / description to sin [IGNORED] configs/r1.cfg:4",
    ]


def test_a_section_that_stands_elsewhere_is_moved_as_a_whole() -> None:
    block = "router ospf 1\n network 10.0.0.0 0.0.255.255 area 0\n!\n"
    moved = BASE.replace(block, "").replace("hostname r1\n!\n", "hostname r1\n!\n" + block)
    assert [line.split(" [")[0] for line in _told(BASE, moved)] == ["moved router ospf 1"]


def test_a_line_that_lands_in_another_section_is_no_move() -> None:
    line = " ip address 10.0.1.1 255.255.255.0\n"
    wrong = BASE.replace(line, "").replace(" ip address 10.0.0.1 255.255.255.0\n", line)
    told = [each.split(" [")[0] for each in _told(BASE, wrong)]
    assert "removed interface Ethernet2 / ip address 10.0.1.1 255.255.255.0" in told
    assert "added interface Ethernet1 / ip address 10.0.1.1 255.255.255.0" in told


def test_comments_and_blank_lines_are_no_lines() -> None:
    assert _told(BASE, BASE.replace("!\n", "!\n\n! a word\n", 1)) == []


def test_a_device_that_comes_or_goes_is_all_its_lines() -> None:
    one, two = load({"configs/r1.cfg": BASE}), load({"configs/r1.cfg": BASE, "configs/r2.cfg": "hostname r2\n"})
    added = compare(Moment(one), Moment(two)).lines
    removed = compare(Moment(two), Moment(one)).lines
    assert [(each.device, each.change, len(each.lines)) for each in added] == [("r2", "added", 1)]
    assert [(each.device, each.change, len(each.lines)) for each in removed] == [("r2", "removed", 1)]


def test_sections_of_other_vendors_follow_from_indentation() -> None:
    before = "system {\n    host-name j1;\n}\ninterfaces {\n    ge-0/0/0 {\n        mtu 9000;\n    }\n}\n"
    told = _told(before, before.replace("mtu 9000", "mtu 1500"), "configs/j1.conf")
    assert [each.split(" [")[0] for each in told] == [
        "removed interfaces { / ge-0/0/0 { / mtu 9000;",
        "added interfaces { / ge-0/0/0 { / mtu 1500;",
    ]


def test_thousands_of_changed_lines_are_compared_without_their_order() -> None:
    many = "".join(f"ip route 10.{n // 250}.{n % 250}.0 255.255.255.0 Null0\n" for n in range(3000))
    told = _told("hostname r1\n" + many, "hostname r1\n" + many.replace("Null0", "10.0.0.9"))
    assert len(told) == 6000


def test_leaving_out_what_is_alike_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of the stretch in which two texts differ is what is told of the whole texts."""
    random, cut = Random(7), 0
    for _ in range(100):
        other = _edited(random)
        told = _told(_BLOCKS, other)
        with monkeypatch.context() as whole:
            whole.setattr(lines, "_is_plain", lambda _: False)
            assert told == _told(_BLOCKS, other)
        cut += len(lines._blocks_apart(_BLOCKS, other, Vendor.IOS)[0]) < len(lines._tree(_BLOCKS, Vendor.IOS))
    assert cut > 30


def _edited(random: Random) -> str:
    rows = _BLOCKS.splitlines()
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(rows))
        if random.random() < 0.4:
            del rows[at : at + random.randint(1, 3)]
        else:
            others = [*rows, "exit", "!", "interface Loopback9", " shutdown"]
            rows[at:at] = random.choices(others, k=random.randint(1, 3))
    return "\n".join(rows) + "\n"


_BLOCKS = """hostname r1
interface Ethernet0
 description one
 ip address 10.0.0.1 255.255.255.0
!
interface Ethernet1
 ip address 10.0.1.1 255.255.255.0
 shutdown
!
router bgp 64500
 neighbor 10.0.0.2 remote-as 64501
 address-family ipv4
  network 192.0.2.0
 exit-address-family
!
ip prefix-list A seq 5 permit 10.0.0.0/8
ip prefix-list A seq 10 permit 192.0.2.0/24
route-map M permit 10
 match ip address prefix-list A
route-map M permit 20
 set metric 5
ip route 10.9.0.0 255.255.0.0 Null0
"""
