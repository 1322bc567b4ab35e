"""A zone's name servers in the network: some can be reached from outside, and they do not all stand together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import starmap

from guard.compare.mapping import Absent
from guard.judge.case import Case, StepView, View
from guard.judge.catalogue import NETWORK, ZONES, Check, Observations, Parameters
from guard.judge.finding import Observation, listed
from guard.model.address import Address, parse_address, prefix_of
from guard.model.device import Device
from guard.model.dns import Zone, ZoneFault, lies_in
from guard.model.facts import NameServerFact
from guard.model.provenance import Source
from guard.simulate.dns.answer import zone_of
from guard.simulate.dns.name_servers import addresses_of, all_zones, listed_names
from guard.snapshot.snapshot import Snapshot

#: What counts as one address block (RFC 2182 3.1 wants them topologically apart): a /24, a /48.
_BLOCK = {4: 24, 6: 48}


def dns_nameserver_reachability(case: Case, step: StepView, params: Parameters) -> Observations:
    """After the change no listed name server of a zone can be reached from outside.

    Breaks: the zone, for the whole world, though its servers are well.
    Example: a filter on the two routers in front of the name servers drops UDP port 53.
    Source: Microsoft, 23 January 2001; Facebook, 4 October 2021.
    """
    for apex in all_zones(step.snapshot):
        now = _facts(step.view, apex)
        if not now or any(each.reachable is not False for each in now):
            continue
        before = _facts(case.base, apex)
        yield Observation(
            f"no name server of {apex} can be reached from outside",
            subjects=(apex, *(str(each.address) for each in now)),
            evidence=tuple(f"{each.address}: {each.why}" for each in now),
            existing=bool(before) and all(each.reachable is False for each in before),
            main=(apex,),
        )


def _facts(view: View, apex: str) -> list[NameServerFact]:
    """One fact for each address of the zone's servers; an address that nothing is known of is unknown."""
    if view.assessment is None:
        return []
    known = {each.address: each for each in view.assessment.name_servers}
    addresses = _addresses(view.snapshot, apex) if known else ()
    return [known.get(each, NameServerFact(each, None)) for each in addresses]


def _addresses(snapshot: Snapshot, apex: str) -> tuple[Address, ...]:
    zones = all_zones(snapshot)
    names = listed_names(zones[apex]) if apex in zones else ()
    return tuple(dict.fromkeys(address for name in names for address in addresses_of(snapshot, zones, name)))


def dns_nameserver_diversity(case: Case, step: StepView, params: Parameters) -> Observations:
    """The name servers of a zone stood in more than one address block, AS or router, and are left with one.

    Breaks: nothing today; the next failure of that block or router takes the whole zone.
    Example: the second name server is moved into the rack of the first one.
    Source: RFC 2182 3.1; Microsoft, January 2001: four servers behind two routers in one /24.
    """
    if not step.delta.records and not any(starmap(_stands_elsewhere, step.delta.devices.turns.values())):
        return
    for apex, zone in step.snapshot.zones.items():
        old = case.base.snapshot.zones.get(apex)
        if old is None:
            continue
        before = dict(_groups(case.base.snapshot, apex))
        for what, now in _groups(step.snapshot, apex):
            was = before.get(what, frozenset())
            if len(was) > 1 and len(now) == 1:
                yield Observation(
                    f"the name servers of {apex} are left with one {what}: {listed(now)}",
                    subjects=(apex, *sorted(now)),
                    evidence=(f"before: {listed(was)}", f"now: {listed(listed_names(zone))}"),
                    key=f"{apex} {what}",
                    main=(apex,),
                )


def _stands_elsewhere(old: Device | Absent, new: Device | Absent) -> bool:
    """Whether a device has other addresses than before, or speaks for another AS."""
    if isinstance(old, Absent) or isinstance(new, Absent):
        return True
    held, holds = ([face.addresses for face in each.interfaces] for each in (old, new))
    return held != holds or [each.asn for each in old.bgp] != [each.asn for each in new.bgp]


def standing_servers(snapshot: Snapshot) -> Iterator[ZoneFault]:
    """Zones, and delegations, with too few servers to survive a failure: worth a warning, change or no change."""
    zones = all_zones(snapshot)
    for zone in zones.values():
        for owner in (zone.apex, *sorted(zone.names.cuts)):
            rrset = zone.get(owner, "NS")
            if rrset is not None:
                by_name = {name: _known(snapshot, zone, owner, name) for name in rrset.rdata}
                for severity, detail, words in _too_few(owner, by_name):
                    source = Source(zone.file, rrset.line or 1, rrset.line or 1)
                    where = "" if owner == zone.apex else f" (delegation in {zone.apex})"
                    yield ZoneFault("dns-nameserver-diversity", words + where, owner, source, severity, detail)


def _known(snapshot: Snapshot, zone: Zone, owner: str, name: str) -> tuple[Address, ...] | None:
    """Addresses of a server as this side of the cut has them: a parent its glue; None: they stand elsewhere."""
    if owner != zone.apex and lies_in(name, owner):
        glue = [zone.get(name, type) for type in ("A", "AAAA")]
        return tuple(parse_address(text) for rrset in glue if rrset is not None for text in rrset.rdata)
    zones = all_zones(snapshot)
    return addresses_of(snapshot, zones, name) or (None if zone_of(zones, name) is None else ())


def _too_few(owner: str, servers: Mapping[str, tuple[Address, ...] | None]) -> Iterator[tuple[str, str, str]]:
    """(severity, detail, message) of what one set of name servers lacks (RFC 1034 4.1, RFC 2182, RFC 3901)."""
    if len(servers) == 1:
        yield "warning", "one server", f"{owner} has one name server, {next(iter(servers))}"
    addresses = [address for known in servers.values() for address in known or ()]
    shared = sorted({str(each) for each in addresses if addresses.count(each) > 1})
    if shared:
        yield "warning", "same address", f"name servers of {owner} share {listed(shared)}"
    if all(known == () for known in servers.values()):
        yield "warning", "no address", f"no name server of {owner} has an address"
    if None in servers.values() or not addresses:
        return
    for version in (4, 6):
        mine = [each for each in addresses if each.version == version]
        if not mine:
            severity = "warning" if version == 4 else "info"
            yield severity, f"no IPv{version}", f"no name server of {owner} has an IPv{version} address"
        elif len(servers) > 1 and sum(any(each in mine for each in known or ()) for known in servers.values()) == 1:
            yield "info", f"one with IPv{version}", f"one name server of {owner} alone has an IPv{version} address"
        elif len(servers) > 1 and len({prefix_of(each, _BLOCK[version]) for each in mine}) == 1 and not shared:
            block = prefix_of(mine[0], _BLOCK[version])
            yield "info", f"one IPv{version} block", f"all name servers of {owner} stand in {block}"


def _groups(snapshot: Snapshot, apex: str) -> Iterator[tuple[str, frozenset[str]]]:
    """What the servers of a zone share: address blocks of each family, routers, AS."""
    addresses = _addresses(snapshot, apex)
    for version, length in _BLOCK.items():
        blocks = frozenset(str(prefix_of(each, length)) for each in addresses if each.version == version)
        yield f"/{length}", blocks
    routers = [_routers(snapshot, address) for address in addresses]
    if all(routers):
        yield "router", frozenset[str]().union(*routers)
        systems = frozenset(
            str(process.asn) for names in routers for name in names for process in snapshot.devices[name].bgp
        )
        yield "AS", systems


def _routers(snapshot: Snapshot, address: Address) -> frozenset[str]:
    """Devices that bear the address, else those in whose subnets it lies."""
    bearing, holding = set[str](), set[str]()
    for device in snapshot.devices.values():
        for face in device.interfaces:
            for bound in face.addresses:
                if bound.address == address:
                    bearing.add(device.name)
                elif bound.prefix.contains(address):
                    holding.add(device.name)
    return frozenset(bearing or holding)


CHECKS = (
    Check("dns-nameserver-reachability", dns_nameserver_reachability, needs=NETWORK | ZONES),
    Check("dns-nameserver-diversity", dns_nameserver_diversity, needs=ZONES),
)
