"""Zonemaster's test scenarios against guard's lint: what it must say of a zone is said, what it must not is not.

Zonemaster asks servers, guard reads zones: scenarios whose answers come from a server's settings instead of a zone file
are left out, and so are tags about responses (referral size, unreachable servers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest
from data import SHARED, needs

from guard.judge.checks.dns_standing import dns_faults
from guard.model.dns import ZoneFault
from guard.snapshot.load import load

#: Tag -> (policy, what its detail says), for the delegation (DEL) or the zone itself (CHILD).
TAGS = {
    "NOT_ENOUGH_NS": ("dns-nameserver-diversity", "one server"),
    "NO_IPV4_NS": ("dns-nameserver-diversity", "no IPv4"),
    "NO_IPV6_NS": ("dns-nameserver-diversity", "no IPv6"),
}
SAME = {"CHILD_NS_SAME_IP": "CHILD", "DEL_NS_SAME_IP": "DEL"}
SIDES = {"_CHILD": "CHILD", "_DEL": "DEL"}


class Scenario(NamedTuple):
    name: str
    folder: str
    zone: str
    mandatory: frozenset[str]
    forbidden: frozenset[str]


def scenarios() -> Iterator[Scenario]:
    root = SHARED / "zonemaster" / "test-zone-data"
    for page in sorted(root.glob("*/delegation*/test-zones-output.md")):
        text = page.read_text()
        zones = dict(re.findall(r"^(\S+) +\| (\S+\.x[ab])$", text, re.MULTILINE))
        tags = frozenset(re.findall(r"^\* ([A-Z0-9_]+)$", text, re.MULTILINE))
        for name, mandatory, forbidden in re.findall(
            r"^([A-Z0-9-]+) +\| ([A-Z0-9_, ]+?) +\| (.+)$", text, re.MULTILINE
        ):
            must = frozenset(re.findall(r"[A-Z0-9_]{6,}", mandatory))
            rest = frozenset(re.findall(r"[A-Z0-9_]{6,}", forbidden)) or tags - must
            if name.endswith("-UND"):  # its delegation is given on Zonemaster's command line, not in a zone
                continue
            if name in zones and (page.parent / f"{zones[name]}.zone").exists():
                yield Scenario(name, str(page.parent.relative_to(SHARED)), zones[name] + ".", must, rest)


def side_of(tag: str) -> tuple[str, str, str] | None:
    """(policy, detail, side) that a tag means here; None where guard says nothing of the kind."""
    if tag in SAME:
        return "dns-nameserver-diversity", "same address", SAME[tag]
    for ending, side in SIDES.items():
        known = TAGS.get(tag.removesuffix(ending))
        if tag.endswith(ending) and known:
            return (*known, side)
    return None


@cache
def faults(folder: str) -> tuple[ZoneFault, ...]:
    files = {}
    for path in sorted(needs(folder).glob("*.zone")):
        if path.name not in ("hintfile.zone",) and not path.name.startswith("COMMON"):
            files[f"zones/{path.name}"] = path.read_text()
    return tuple(dns_faults(load(files), None))


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda each: each.name)
def test_scenario(scenario: Scenario) -> None:
    said = {
        (fault.code, fault.detail, "DEL" if "(delegation in" in fault.message else "CHILD")
        for fault in faults(scenario.folder)
        if fault.subject == scenario.zone
    }
    for tag in scenario.mandatory:
        meaning = side_of(tag)
        assert meaning is None or meaning in said, tag
    for tag in scenario.forbidden:
        assert side_of(tag) not in said, tag
