"""Filters on what routers themselves receive: BGP, OSPF, EIGRP, DNS and management traffic that they newly drop.

Looked at are control-plane filters, and the inbound filter of the interface that the sender is connected to; a filter
somewhere on the way to a distant neighbour is forwarding's business. Policers are not modelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guard.compare.sessions import sessions
from guard.judge.case import Case, StepView, View
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.finding import Observation
from guard.model.acl import Acl, Flow
from guard.model.address import Address
from guard.model.device import Device, Interface
from guard.model.facts import Assessment
from guard.model.state import BgpSession
from guard.simulate.layer3.acl import TCP, UDP, evaluate

_BGP, _DNS, _SSH, _EPHEMERAL = 179, 53, 22, 49152


class _Hello(NamedTuple):
    """What an adjacency's routers send to whom."""

    name: str
    protocol: int
    group: Address


_OSPF, _EIGRP = 89, 88
#: By the adjacency's protocol: AllSPFRouters (RFC 2328 A.1, RFC 5340 A.1), and EIGRP's groups (RFC 7868).
_HELLOS = {
    "ospf": _Hello("OSPF", _OSPF, Address(4, 0xE0000005)),
    "ospf3": _Hello("OSPF", _OSPF, Address(6, 0xFF02 << 112 | 5)),
    "eigrp": _Hello("EIGRP", _EIGRP, Address(4, 0xE000000A)),
    "eigrp6": _Hello("EIGRP", _EIGRP, Address(6, 0xFF02 << 112 | 10)),
}


class Needed(NamedTuple):
    """One thing that needs packets to be received: it works if all packets of some way pass."""

    name: str
    node: str
    ways: tuple[tuple[tuple[str, Flow], ...], ...]  # (receiving node, packet)


def control_plane_filtered(case: Case, step: StepView, params: Parameters) -> Observations:
    """A filter newly drops what a session, an adjacency, a name server or a management path needs.

    Breaks: the session, as soon as its hold time has run out; the router looks healthy to itself.
    Example: a standard access list for the control plane permits SSH and SNMP, and forgets TCP port 179.
    Source: Enta, 25 September 2019: "non-service-affecting" access lists cut the sessions to the route reflectors.
    """
    changed = step.delta.devices.turns
    for needed in case.base.once("control plane", lambda view: tuple(_all_needed(view))) if changed else ():
        touched = any(node in changed for way in needed.ways for node, _ in way)
        if not touched or needed.node not in step.snapshot.devices or needed.node in step.taken.nodes:
            continue
        now, before = _blocked(step.view, needed), _blocked(case.base, needed)
        if now is None:
            continue
        yield Observation(
            f"{needed.name} needs packets that {now.node} drops" if now.sure else f"{needed.name} may be filtered",
            subjects=(now.node, needed.name, now.acl),
            evidence=(f"{now.node}: {now.told}",),
            existing=before is not None and before.sure >= now.sure,
            undecided=not now.sure,
            key=f"{needed.name} {now.sure}",
            group=f"{now.node} {now.acl} {now.sure} {before is not None}",
            main=(needed.name,),
        )


class _Block(NamedTuple):
    node: str
    acl: str
    told: str
    sure: bool


def _blocked(view: View, needed: Needed) -> _Block | None:
    """What stops it, a doubtful filter rather than a sure one; None where some way passes whole."""
    blocks: list[_Block] = []
    for way in needed.ways:
        found = next((block for node, flow in way if (block := _dropped(view, node, flow)) is not None), None)
        if found is None:
            return None
        blocks.append(found)
    return min(blocks, key=lambda block: block.sure, default=None)


def _dropped(view: View, node: str, flow: Flow) -> _Block | None:
    device = view.snapshot.devices.get(node)
    if device is None:
        return None
    for acl in _filters(device, flow):
        decision = evaluate(acl, flow)
        if decision.permitted is not True:
            return _Block(node, acl.name, decision.describe(acl), decision.permitted is False)
    return None


def _filters(device: Device, flow: Flow) -> Iterator[Acl]:
    """The filters that a packet to the device itself meets. A name that is not defined filters nothing."""
    for version, name in device.control_plane_acls:
        if version in (0, flow.version) and (version, name) in device.acls:
            yield device.acls[version, name]
    source = Address(flow.version, flow.source)
    for interface in device.interfaces:
        name = interface.acl_in if flow.version == 4 else interface.acl6_in
        if name and (interface.control_plane or _is_connected(interface, source)):
            found = device.acls.get((flow.version, name)) or device.acls.get((0, name))
            if found is not None:
                yield found


def _is_connected(interface: Interface, source: Address) -> bool:
    return not interface.shutdown and any(each.prefix.contains(source) for each in interface.addresses)


# ------------------------------------------------------------------------------------------------ what is needed


def _all_needed(view: View) -> Iterator[Needed]:
    assessment = view.assessment
    if assessment is None:
        return
    for session in sessions(assessment.state.sessions):
        if session.up:
            yield from _session(session.ends[0])
    yield from _adjacencies(assessment)
    yield from _name_servers(view, assessment)
    yield from _management(view, assessment)


def _session(end: BgpSession) -> Iterator[Needed]:
    """Either side may open it: one receives to port 179, the other from it."""
    near, far = end.local_address, end.remote_address
    if near is None or far is None:
        return
    remote = end.remote_node or ""
    opened_by_far = ((end.node, _packet(far, near, to_port=_BGP)), (remote, _packet(near, far, from_port=_BGP)))
    opened_here = ((remote, _packet(near, far, to_port=_BGP)), (end.node, _packet(far, near, from_port=_BGP)))
    yield Needed(f"BGP {end}", end.node, (opened_by_far, opened_here))


def _packet(source: Address, destination: Address, *, to_port: int = 0, from_port: int = 0) -> Flow:
    """A TCP packet to a port, or the answer from it."""
    return Flow(
        source=source.value,
        destination=destination.value,
        version=destination.version,
        protocol=TCP,
        source_port=from_port or _EPHEMERAL,
        destination_port=to_port or _EPHEMERAL,
        established=bool(from_port),
    )


def _adjacencies(assessment: Assessment) -> Iterator[Needed]:
    interfaces = assessment.state.interfaces
    for each in assessment.state.adjacencies:
        hello = _HELLOS.get(each.protocol)
        if hello is None or each.head not in interfaces:
            continue
        version = hello.group.version
        addresses = [address for address, _ in interfaces[each.head].addresses if address.version == version]
        if addresses:
            packet = Flow(addresses[0].value, hello.group.value, version, hello.protocol, 0, 0)
            yield Needed(f"{hello.name} {each.tail} -> {each.head}", each.tail.node, (((each.tail.node, packet),),))


def _name_servers(view: View, assessment: Assessment) -> Iterator[Needed]:
    """A query from an address that nobody here owns (RFC 5737), at each instance of a service that serves zones."""
    outside = {4: Address(4, 0xCB007101), 6: Address(6, 0x20010DB8 << 96 | 0xFFFF)}
    services = {service.name: service for service in view.inventory.services}
    for fact in assessment.services:
        if not fact.serves_zones or fact.name not in services:
            continue
        for address in services[fact.name].addresses:
            source = outside[address.version]
            query = Flow(source.value, address.value, address.version, UDP, _EPHEMERAL, _DNS)
            for instance in fact.instances:
                node = instance.id.node
                yield Needed(f"DNS at {node} ({fact.name})", node, (((node, query),),))


def _management(view: View, assessment: Assessment) -> Iterator[Needed]:
    """SSH from some address of the source."""
    for path in assessment.management:
        source = view.snapshot.devices.get(path.source_node)
        if not path.reachable or path.address is None or source is None:
            continue
        addresses = [each.address for interface in source.interfaces for each in interface.addresses]
        ways = tuple(
            ((path.target, _packet(address, path.address, to_port=_SSH)),)
            for address in addresses
            if address.version == path.address.version
        )
        if ways:
            yield Needed(f"SSH {path.source_node} -> {path.target}", path.target, ways)


CHECKS = (Check("control-plane-filtered", control_plane_filtered, needs=NETWORK),)
