"""Zonemaster's test scenarios against guard: what it must say of a zone is said, what it must not is not.

Zonemaster asks servers, guard reads zones: the zones of a scenario are those that its servers' settings load, and what
its command line delegates instead is put into the parent zone. Tags about how servers behave are left out, by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest
from data import SHARED, needs

from guard.judge.checks.dns_standing import dns_faults
from guard.model.dns import RRset, RRsetKey, Zone, lies_in
from guard.parse.zonefile import parse_zone
from guard.simulate.dns.answer import Status, resolve
from guard.simulate.dns.name_servers import parent_zone
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

SPECIFICATIONS = "zonemaster/docs/public/specifications/test-zones"
SETTINGS = re.compile(r"^(\S+?):53 \{[^\n]*\n(.*?)^\}", re.MULTILINE | re.DOTALL)
#: Settings of a server that answer otherwise than from a zone file.
ANSWERS_OTHERWISE = ("template", "rewrite", "erratic", "acl")


class Scenario(NamedTuple):
    """`given`: (name, address or "") of the servers that the command line delegates to."""

    name: str
    folder: str
    zone: str
    mandatory: frozenset[str]
    forbidden: frozenset[str]
    given: tuple[tuple[str, str], ...]


class World(NamedTuple):
    """`versions`: of each zone, what its servers have."""

    snapshot: Snapshot
    versions: Mapping[str, tuple[Zone, ...]]
    zone: str

    def said(self) -> set[tuple[str, str, str]]:
        """(policy, detail, side) of what guard says of the zone."""
        return {
            (fault.code, fault.detail, "DEL" if "(delegation in" in fault.message else "CHILD")
            for fault in dns_faults(self.snapshot, None)
            if fault.subject == self.zone
        }

    def above(self) -> tuple[Zone, ...]:
        """What the servers of the parent have."""
        found = parent_zone(self.snapshot, self.zone)
        return self.versions[found.apex] if found is not None else ()

    def ends(self) -> set[Status]:
        """How a question for the zone ends at each server of its parent."""
        return {resolve({each.apex: each}, self.zone, "NS").status for each in self.above()}

    def aliases(self) -> list[tuple[str, ...]]:
        """Where the zone's name leads at each server of its parent."""
        return [
            tuple(
                str(each) for type in ("CNAME", "DNAME") for each in resolve({zone.apex: zone}, self.zone, type).answer
            )
            for zone in self.above()
        ]


def fault(detail: str) -> Callable[[World, str], bool]:
    return lambda world, side: ("dns-nameserver-diversity", detail, side) in world.said()


def neither(*meanings: Callable[[World, str], bool]) -> Callable[[World, str], bool]:
    return lambda world, side: not any(each(world, side) for each in meanings)


def found(world: World, _: str) -> bool:
    return Status.REFERRAL in world.ends() or world.zone == "."


def has_no_address(world: World, _: str) -> bool:
    said = {(code, detail.partition(" ")[0]) for code, detail, _ in world.said()}
    return ("dns-glue", "NS") in said or ("dns-nameserver-diversity", "no address", "DEL") in world.said()


FEW, NONE4, NONE6 = fault("one server"), fault("no IPv4"), fault("no IPv6")
ONE4, ONE6, SAME = fault("one with IPv4"), fault("one with IPv6"), fault("same address")


def one(version: int) -> Callable[[World, str], bool]:
    """Only one server, or only one of several, has an address of this family."""
    alone, none = (ONE4, NONE4) if version == 4 else (ONE6, NONE6)
    return lambda world, side: not none(world, side) and (alone(world, side) or FEW(world, side))


#: Tag without its side -> what it means here.
TAGS: Mapping[str, Callable[[World, str], bool]] = {
    "NOT_ENOUGH_NS": FEW,
    "ENOUGH_NS": neither(FEW),
    "NO_IPV4_NS": NONE4,
    "NO_IPV6_NS": NONE6,
    "NOT_ENOUGH_IPV4_NS": one(4),
    "NOT_ENOUGH_IPV6_NS": one(6),
    "ENOUGH_IPV4_NS": neither(one(4), NONE4),
    "ENOUGH_IPV6_NS": neither(one(6), NONE6),
    "NS_SAME_IP": SAME,
    "DISTINCT_NS_IP": neither(SAME),
    "B01_ROOT_HAS_NO_PARENT": lambda world, _: world.zone == ".",
    "B01_PARENT_FOUND": lambda world, _: bool(world.above()),
    "B01_CHILD_FOUND": found,
    "B01_NO_CHILD": neither(found),
    "B01_CHILD_IS_ALIAS": lambda world, _: any(world.aliases()),
    "B01_INCONSISTENT_DELEGATION": lambda world, side: found(world, side) and len(world.ends()) > 1,
    "B01_INCONSISTENT_ALIAS": lambda world, side: len(set(world.aliases())) > 1 and not found(world, side),
    "B02_NO_DELEGATION": lambda world, _: bool(world.ends() & {Status.NXDOMAIN, Status.NODATA}),
    "B02_NS_NO_IP_ADDR": has_no_address,
    "B02_AUTH_RESPONSE_SOA": lambda world, _: (
        world.zone in world.snapshot.zones
        and resolve(world.snapshot.zones, world.zone, "SOA").status is Status.NOERROR
        and not has_no_address(world, "")
    ),
}
#: Tags that guard has no word for, and why.
UNMAPPED = {
    "B01_PARENT_DISREGARDED": "it says that the command line delegates, not the parent",
    "B01_PARENT_NOT_FOUND": "servers of the parent refuse or fail",
    "B01_PARENT_UNDETERMINED": "servers disagree on which zone the parent is",
    "B01_SERVER_ZONE_ERROR": "a server answers with an error",
    "B02_NO_WORKING_NS": "servers do not answer as they should",
    "B02_NS_BROKEN": "a server answers without the SOA that its zone has",
    "B02_NS_NOT_AUTH": "a server answers without authority",
    "B02_NS_NO_RESPONSE": "a server does not answer",
    "B02_UNEXPECTED_RCODE": "a server answers with an error",
    "REFERRAL_SIZE_OK": "the size of a response",
    "REFERRAL_SIZE_TOO_LARGE": "the size of a response",
}
#: Scenarios whose point is how servers behave: what guard reads is the sound zone behind them.
SERVERS_AT_FAULT = frozenset(
    reason for tag, reason in UNMAPPED.items() if tag.startswith("B02_NS_") or "ERROR" in tag or "NOT_FOUND" in tag
)


#: (Scenario, tag) -> why guard says otherwise.
DIFFERENT = {
    ("ENOUGH-1", "ENOUGH_IPV6_NS_DEL"): "the parent's glue gives both IPv6 addresses to ns1",
    ("ENOUGH-1", "NOT_ENOUGH_IPV6_NS_DEL"): "the parent's glue gives both IPv6 addresses to ns1",
    ("IPV4-AND-DEL-OK-NO-IPV6-CHILD", "ENOUGH_IPV4_NS_CHILD"): "the zone gives both IPv4 addresses to ns1",
    ("IPV4-AND-DEL-OK-NO-IPV6-CHILD", "NOT_ENOUGH_IPV4_NS_CHILD"): "the zone gives both IPv4 addresses to ns1",
}


def meaning(tag: str) -> tuple[Callable[[World, str], bool] | None, str]:
    """What a tag means here, and the side of the cut that it is about."""
    for side in ("DEL", "CHILD"):
        for name in (tag.removesuffix(f"_{side}"), tag.removeprefix(f"{side}_")):
            if name != tag and name in TAGS:
                return TAGS[name], side
    return TAGS.get(tag), ""


def scenarios() -> Iterator[Scenario]:
    root = SHARED / "zonemaster" / "test-zone-data"
    for folder in sorted(root.glob("*/*/")):
        page = SHARED / SPECIFICATIONS / folder.parent.name / f"{folder.name}.md"
        output = folder / "test-zones-output.md"
        text = page.read_text()
        tags = frozenset(re.findall(r"^\* ([A-Z0-9_]{6,})$", text, re.MULTILINE))
        commands = re.findall(r"^\$ zonemaster-cli (.*)$", output.read_text(), re.MULTILINE) if output.exists() else []
        rows = re.findall(r"^([A-Z0-9-]+) +\| ?([A-Z0-9_, ]{6,}?) *\| ?(.+)$", text, re.MULTILINE)
        for name, mandatory, rest in rows:
            must = frozenset(re.findall(r"[A-Z0-9_]{6,}", mandatory))
            if not must <= tags:
                continue
            zone = f"{name.lower()}.{folder.name}.xa."
            if name == "ROOT-ZONE":
                zone = "."
            elif folder.name == "basic01":
                zone = f"child.parent.{zone}"
            command = next((each for each in commands if zone.rstrip(".") in each.lower().split()), "")
            if "UND" in name and not command:  # its delegation is nowhere to be read
                continue
            given = tuple((a.lower() + ".", b) for a, b in re.findall(r"--ns (\S+?)(?:/(\S+))?(?= |$)", command))
            wrong = frozenset(re.findall(r"[A-Z0-9_]{6,}", rest)) or tags - must
            yield Scenario(name, str(folder.relative_to(SHARED)), zone, must, wrong, given)


@cache
def hosted(folder: str) -> tuple[Mapping[str, tuple[Zone, ...]], frozenset[str]]:
    """What the servers of a test case have, by zone, and the zones that some answer otherwise than from their file."""
    found: dict[str, dict[str, Zone]] = {}
    otherwise: set[str] = set()
    place = needs(folder)
    for zone, settings in SETTINGS.findall(next(place.glob("*.cfg")).read_text()):
        file = re.search(r"^ *file (\S+)", settings, re.MULTILINE)
        apex = "." if zone == "." else f"{zone.lower()}."
        if any(re.search(rf"^ *{each}\b", settings, re.MULTILINE) for each in ANSWERS_OTHERWISE):
            otherwise.add(apex)
        elif file:
            text = (place.parents[1] / file[1]).read_text()
            found.setdefault(apex, {})[file[1]] = parse_zone(text, f"zones/{apex.rstrip('.') or 'root'}.zone")
    return {apex: tuple(each.values()) for apex, each in found.items()}, frozenset(otherwise)


def delegated(parent: Zone, zone: str, given: tuple[tuple[str, str], ...]) -> Zone:
    """The parent with the delegation of the command line in place of its own."""
    rrsets = {key: rrset for key, rrset in parent.rrsets.items() if not lies_in(key.owner, zone)}
    rrsets[RRsetKey(zone, "NS")] = RRset(3600, tuple(sorted({name for name, _ in given})))
    for name, address in given:
        key = RRsetKey(name, "AAAA" if ":" in address else "A")
        if address and lies_in(name, parent.apex):
            known = rrsets[key].rdata if key in rrsets else ()
            rrsets[key] = RRset(3600, tuple(sorted({*known, address})))
    return Zone(parent.apex, parent.file, rrsets)


def world(scenario: Scenario) -> World:
    versions = dict(hosted(scenario.folder)[0])
    if scenario.given:
        above = max((each for each in versions if each != scenario.zone and lies_in(scenario.zone, each)), key=len)
        versions[above] = tuple(delegated(each, scenario.zone, scenario.given) for each in versions[above])
    snapshot = load({each[0].file: each[0].text for each in versions.values()})
    return World(replace(snapshot, problems=()), versions, scenario.zone)


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda each: f"{each.folder[-4:]}-{each.name}")
def test_scenario(scenario: Scenario) -> None:
    at_fault = {UNMAPPED[tag] for tag in scenario.mandatory if tag in UNMAPPED} & SERVERS_AT_FAULT
    if at_fault:
        pytest.skip("; ".join(sorted(at_fault)))
    if any(each != "." and lies_in(scenario.zone, each) for each in hosted(scenario.folder)[1]):
        pytest.skip("a server's settings answer, not a zone")
    here = world(scenario)
    if any(address and not lies_in(name, here.above()[0].apex) for name, address in scenario.given):
        pytest.skip("addresses of names elsewhere, which no zone holds")
    for tag in sorted(scenario.mandatory | scenario.forbidden):
        means, side = meaning(tag)
        if means is None:
            assert tag in UNMAPPED, f"{tag} is neither mapped nor left out for a reason"
        elif (scenario.name, tag) not in DIFFERENT:
            assert means(here, side) == (tag in scenario.mandatory), (tag, here.said(), here.ends())
