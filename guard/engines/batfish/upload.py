"""The files that Batfish is given: the snapshot's own, in the layout that is Batfish's, and what CONTRACT 2 adds.

Law: configurations go up as they are, but for a plain frr.conf, which Batfish does not recognise by itself: it is
wrapped as a Cumulus file, `offset` lines lower; and for FRR's next-hop-self and shutdown, in the form that it obeys.
What is down (the far end of a link, an accepted maintenance, a step of the change, the scenario) goes up as
interface_blacklist, and what the outside is assumed to say as announcements.
Not told: routes of an unnumbered session towards the outside, of which Batfish takes none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from guard.model.bgp import ORIGIN_NAMES, SEQUENCE, AsPath
from guard.model.community import WELL_KNOWN
from guard.model.device import Device, Vendor
from guard.model.provenance import Source
from guard.model.state import InterfaceId, NetworkState, Scenario, StateNote
from guard.simulate.bgp.ends import Pairing
from guard.simulate.bgp.external import Heard
from guard.simulate.bgp.policy import passes
from guard.simulate.bgp.session import SessionTable
from guard.simulate.bgp.workload import heard_from_outside
from guard.simulate.igp.underlay_build import Network, lay
from guard.simulate.layer3.build import build
from guard.simulate.policy.evaluator import Evaluator
from guard.snapshot.files import ANNOUNCEMENTS, BLACKLIST
from guard.snapshot.snapshot import Snapshot

#: What Batfish looks for in a snapshot; all else is guard's own.
_FOLDERS = ("configs/", "hosts/", "iptables/", "batfish/")
#: By these lines Batfish tells the parts of a Cumulus file (CumulusConcatenatedControlPlaneExtractor).
_INTERFACES, _PORTS, _FRR = "# This file describes the network interfaces", "# ports.conf --", "frr version"
#: Batfish's FRR takes a plain `next-hop-self` towards iBGP for nothing (FrrConversions.getSetNextHop), bgpd does not.
#: With `force` it means the same where a router reflects nothing: what it learned by iBGP does not go out over iBGP.
_NEXT_HOP_SELF = re.compile(r"^(\s*neighbor \S+ next-hop-self)[ \t]*$", re.MULTILINE)
#: Batfish's FRR knows no `neighbor … shutdown`: the neighbour goes without the lines that make it one.
_MAKES_NEIGHBOR = r"^[ \t]*neighbor {} (?:remote-as|peer-group|interface)\b.*$"
_NO_FAILURE = Scenario()


def upload(snapshot: Snapshot, scenario: Scenario = _NO_FAILURE) -> dict[str, str]:
    """Relative path -> text. Of snapshots that differ in a few devices only their files differ: those of a fork."""
    files = {path: text for path, text in snapshot.files.items() if path.startswith(_FOLDERS)}
    ground = Network(lay(snapshot, scenario), None) if any(each.bgp for each in snapshot.devices.values()) else None
    for device in snapshot.devices.values():
        if ground is not None and device.vendor is Vendor.FRR and device.file in files:
            files[device.file] = _without_unheld_networks(files[device.file], device, ground)
        if _is_plain_frr(device, snapshot):
            files[device.file] = _preface(device) + _from_version(files[device.file])
        if device.vendor is Vendor.FRR and device.file in files:
            files[device.file] = _as_batfish_reads(device, files[device.file])
    down = taken_down(snapshot, scenario)
    if down:
        entries = [{"hostname": each.node.lower(), "interface": each.interface} for each in down]
        files[BLACKLIST] = json.dumps(entries, indent=1)
    announced = _announcements(snapshot, ground) if ground is not None else _own_entries(snapshot)
    if announced:
        files[ANNOUNCEMENTS] = json.dumps({"Announcements": announced}, indent=1)
    return files


def taken_down(snapshot: Snapshot, scenario: Scenario = _NO_FAILURE) -> tuple[InterfaceId, ...]:
    """All interfaces that are down though nobody shut them, far ends among them (CONTRACT 2); sorted.

    The deactivations of a fork that stands for the scenario: the same of its snapshot are down already.
    """
    layer3 = build(snapshot, scenario)
    return tuple(
        sorted(here for here, face in layer3.interfaces.items() if not (face.up or layer3.configured[here].shutdown))
    )


def still_up(snapshot: Snapshot, found: NetworkState) -> tuple[InterfaceId, ...]:
    """What must be down in the state and is up all the same: versions of Batfish ignored deactivations silently."""
    down = taken_down(snapshot, found.scenario)
    return tuple(each for each in down if each in found.interfaces and found.interfaces[each].up)


def speak_outward(snapshot: Snapshot) -> frozenset[str]:
    """Devices with a neighbour of another AS, or one that the inventory calls a peering."""
    peerings = {each.device.lower() for each in snapshot.inventory.peerings}
    return frozenset(
        device.name
        for device in snapshot.devices.values()
        if device.name.lower() in peerings
        or any(each.remote_as != process.asn for process in device.bgp for each in process.neighbors)
    )


# ------------------------------------------------------------------------------------------------- plain FRR


def _as_batfish_reads(device: Device, text: str) -> str:
    """FRR's lines that Batfish takes for nothing, in a form that it obeys, each on its own line."""
    if not _reflects(device):
        text = _NEXT_HOP_SELF.sub(r"\1 force", text)
    names = {
        str(each.address) if each.address is not None else each.interface
        for process in device.bgp
        for each in process.neighbors
        if each.shutdown
    }
    for name in sorted(filter(None, names)):
        text = re.sub(_MAKES_NEIGHBOR.format(re.escape(name)), "!", text, flags=re.MULTILINE)
    return text


def _reflects(device: Device) -> bool:
    """Whether the router passes on over iBGP what it learned by iBGP (RFC 4456)."""
    families = (family for process in device.bgp for neighbor in process.neighbors for family in neighbor.families)
    return any(family.route_reflector_client for family in families)


def _is_plain_frr(device: Device, snapshot: Snapshot) -> bool:
    return (
        device.vendor is Vendor.FRR
        and device.file.startswith("configs/")
        and _INTERFACES not in snapshot.files.get(device.file, _INTERFACES)
    )


def _preface(device: Device) -> str:
    """/etc/network/interfaces with every interface that frr.conf names: Batfish has no others."""
    rows = [device.name, _INTERFACES, "auto lo", "iface lo inet loopback"]
    for vrf in device.vrfs:
        rows += [f"auto {vrf.name}", f"iface {vrf.name}", "    vrf-table auto"]
    for interface in device.interfaces:
        if interface.name != "lo":
            rows += [f"auto {interface.name}", f"iface {interface.name}"]
            rows += [f"    vrf {interface.vrf}"] if interface.vrf != "default" else []
    return "\n".join((*rows, _PORTS, ""))


def _from_version(text: str) -> str:
    """frr.conf from its `frr version` line, with which Batfish lets it begin; what stands before becomes blank."""
    rows = text.split("\n")
    start = next((number for number, row in enumerate(rows) if row.startswith(_FRR)), None)
    if start is None:
        return f"{_FRR}\n{text}"
    return "\n" * start + "\n".join(rows[start:])


def _without_unheld_networks(text: str, device: Device, ground: Network) -> str:
    """FRR originates a network statement only while there is a route for it (`bgp network import-check`, its default).

    Batfish's FRR always does (FrrConversions.addUnconditionalNetworkStatements): it does not get those without one.
    """
    rows = text.split("\n")
    for process in device.bgp:
        for family in process.families:
            for network in family.networks if family.network_import_check else ():
                if ground.entry(device.name, process.vrf, network.prefix) is None:
                    rows[network.source.first - 1] = "!"
    return "\n".join(rows)


def offset(device: Device, snapshot: Snapshot) -> int:
    """How many lines lower a line of the device's file stands in what Batfish was given."""
    if not _is_plain_frr(device, snapshot):
        return 0
    added = not any(row.startswith(_FRR) for row in snapshot.files[device.file].split("\n"))
    return _preface(device).count("\n") + added


def as_numbered_here(notes: tuple[StateNote, ...], snapshot: Snapshot) -> tuple[StateNote, ...]:
    """The notes with lines as the snapshot numbers them."""
    lower = {device.file: offset(device, snapshot) for device in snapshot.devices.values()}
    return tuple(
        replace(note, sources=tuple(_raised(each, lower) for each in note.sources)) if note.sources else note
        for note in notes
    )


def _raised(source: Source, lower: Mapping[str, int]) -> Source:
    by = lower.get(source.file, 0)
    return Source(source.file, max(1, source.first - by), max(1, source.last - by))


# ------------------------------------------------------------------------------------------------- the outside


def _announcements(snapshot: Snapshot, ground: Network) -> list[dict[str, object]]:
    """The snapshot's own announcements as they stand, and the assumed routes of sessions that these say nothing of."""
    table = SessionTable(snapshot, ground)
    spoken_for = {(each.node.lower(), each.from_address) for each in snapshot.announcements}
    ends = {pairing.session.key: pairing.session for pairing in table.pairings}
    heard = tuple(heard_from_outside(snapshot, table))
    filtered = set(_filtered(heard, {pairing.session.key: pairing for pairing in table.pairings}))
    own = [each for each in _own_entries(snapshot) if _named(each) not in filtered]
    for route in heard:
        session = ends[route.session]
        if route.version != 4 or session.remote_address is None or session.local_address is None:
            continue
        if (session.node.lower(), str(session.remote_address), str(route.prefix)) in filtered:
            continue
        if (session.node.lower(), session.remote_address) not in spoken_for:
            ibgp = session.session_type.startswith("IBGP")
            own.append(_entry(route, str(session.remote_address), str(session.local_address), ibgp=ibgp))
    return own


def _filtered(
    heard: Iterable[Heard], pairings: Mapping[tuple[str, str, str], Pairing]
) -> Iterator[tuple[str, str, str]]:
    """What a list keeps out beside a route-map (node, neighbour, prefix): Batfish applies the route-map alone.

    It says so itself ("does not support configuring more than one filter"), and would let in what stays out.
    """
    evaluators: dict[str, Evaluator] = {}
    for route in heard:
        pairing = pairings[route.session]
        session, family = pairing.session, pairing.family(route.version)
        if family is None or not family.import_filters or not family.import_policies:
            continue
        evaluator = evaluators.setdefault(session.node, Evaluator(pairing.end.device))
        if not passes(evaluator, family.import_filters, route.prefix, route.attributes):
            yield session.node.lower(), str(session.remote_address), str(route.prefix)


def _named(entry: Mapping[str, object]) -> tuple[str, str, str]:
    return str(entry.get("dstNode")).lower(), str(entry.get("srcIp")), str(entry.get("network"))


def _own_entries(snapshot: Snapshot) -> list[dict[str, object]]:
    if not snapshot.announcements:
        return []
    return list(json.loads(snapshot.files[ANNOUNCEMENTS])["Announcements"])


def _entry(route: Heard, remote: str, local: str, *, ibgp: bool) -> dict[str, object]:
    """One announcement in Batfish's words (BgpAdvertisement): sent by the neighbour, so our import policy applies."""
    held = route.attributes
    node, vrf, _ = route.session
    return {
        "type": "ibgp_sent" if ibgp else "ebgp_sent",
        "network": str(route.prefix),
        "nextHopIp": str(held.next_hop) if held.next_hop is not None else remote,
        "srcIp": remote,
        "dstNode": node.lower(),
        "dstVrf": vrf,
        "dstIp": local,
        "srcProtocol": "AGGREGATE",
        "originType": ORIGIN_NAMES[held.origin],
        "originatorIp": remote,
        "localPreference": held.local_preference or (100 if ibgp else 0),
        "med": held.med or 0,
        "weight": 0,
        "asPath": list(_as_sets(held.as_path)),
        "communities": [_number(each) for each in held.communities if each.count(":") < 2 and " " not in each],
        "clusterList": [],
    }


def _as_sets(path: AsPath) -> Iterator[list[int]]:
    """Batfish writes a path as a list of sets; a sequence is one set of one after another."""
    for segment in path:
        if segment.kind == SEQUENCE:
            yield from ([asn] for asn in segment.asns)
        else:
            yield list(segment.asns)


def _number(community: str) -> int:
    if community in WELL_KNOWN:
        return WELL_KNOWN[community]
    high, _, low = community.partition(":")
    return int(high) << 16 | int(low)
