"""What a table and that of another state say differently: told at once, and never less than one after the other.

r1 ---- r2 ---- r3     r1 and r2 in one area of IS-IS, r3 in another; RIP and OSPF over the same links
 \\______________/
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from guard.model.address import Prefix
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute
from guard.simulate.rib.main_rib import Differing, IgpTable, MainRib, Turning
from guard.snapshot.load import load

LINKS = {1: ("10.1.0.1", "10.3.0.2"), 2: ("10.2.0.1", "10.1.0.2"), 3: ("10.3.0.1", "10.2.0.2")}
PROTOCOLS = {
    "isis": ("router isis\n net 49.000{area}.0000.0000.000{n}.00\n metric-style wide\n", " ip router isis\n"),
    "ospf": ("router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n", ""),
    "rip": ("router rip\n version 2\n network 10.0.0.0\n", ""),
}
#: What is done to r2, by protocol.
EDITS = {
    "isis": {
        "cost": ("interface e0\n", "interface e0\n isis metric 77\n"),
        "distance": ("router isis\n", "router isis\n distance 200\n"),
        "level": ("router isis\n", "router isis\n is-type level-2-only\n"),
    },
    "ospf": {"cost": ("interface e0\n", "interface e0\n ip ospf cost 77\n")},
    "rip": {"distance": ("router rip\n", "router rip\n distance 99\n")},
}
ALL = {"shut": ("interface e0\n", "interface e0\n shutdown\n"), "prefix": ("10.0.2.1", "10.0.2.9")}
CASES = [(protocol, edit) for protocol, edits in EDITS.items() for edit in (*edits, *ALL)]


def network(protocol: str, edit: tuple[str, str] = ("", "")) -> NetworkState:
    files = {}
    for n, ends in LINKS.items():
        process, on = PROTOCOLS[protocol]
        ports = "".join(
            f"interface e{at}\n ip address {end} 255.255.255.252\n{on}" for at, end in enumerate(ends)
        )
        loopback = f"interface Loopback0\n ip address 10.0.{n}.1 255.255.255.255\n{on}"
        text = f"hostname r{n}\n{loopback}{ports}{process.format(n=n, area=1 if n < 3 else 2)}"
        files[f"configs/r{n}.cfg"] = text.replace(*edit) if n == 2 else text
    return compute(load(files))


@pytest.mark.parametrize(("protocol", "edit"), CASES)
def test_nothing_that_differs_is_left_out(protocol: str, edit: str) -> None:
    before = network(protocol)
    after = network(protocol, {**EDITS[protocol], **ALL}[edit])
    moved = 0
    for key, rib in after.ribs.items():
        old = before.ribs[key]
        assert isinstance(rib, MainRib)
        assert isinstance(old, MainRib)
        for mine, its in zip(rib.igps, old.igps, strict=True):
            every = {*mine.prefixes(), *its.prefixes()}
            really = {each for each in every if mine.entry(each) != its.entry(each)}
            moved += len(really)
            assert isinstance(mine, Differing)
            told = mine.differing(its)
            assert told is None or really <= set(told)
            assert mine.differing(mine) is not None
            assert not set(mine.differing(mine) or ()) & every
            turned = mine.leading_elsewhere(its) if isinstance(mine, Turning) else None
            assert turned is None or {each for each in every if _way(mine, each) != _way(its, each)} <= set(turned)
    assert moved


def _way(table: IgpTable, prefix: Prefix) -> object:
    entry = table.entry(prefix)
    return entry and replace(entry, metric=0)
