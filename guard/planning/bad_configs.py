"""Known-bad changes of configurations and of the inventory: lines that nobody knows, names that are not defined, routes
that chase each other, a policy that takes everything, a router cut off, an inventory that asks for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from guard.compare.sessions import sessions
from guard.judge.case import View
from guard.judge.checks.outside import edges
from guard.judge.checks.policy_names import neighbor_of
from guard.model.address import DEFAULT_V4, Address, parse_address, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment
from guard.model.change import Commands, DownUp, EditFile, Merge, StepPart
from guard.model.device import Device, Vendor
from guard.model.facts import Assessment, Disposition
from guard.model.state import BgpSession, Edge, InterfaceId
from guard.planning.bad import NAME, SOURCE, Bad, Left, Wanted
from guard.simulate.policy.evaluator import Evaluator, RouteView
from guard.snapshot.files import INVENTORY

#: Nobody lives there (RFC 5737, TEST-NET-3): a host route for it draws no traffic that was delivered before.
_NOWHERE = "203.0.113.77"
_INSIDE = ("lo", "null", "dum")
_MASKED = frozenset({Vendor.IOS})
_ROUTE_MAPS = frozenset({Vendor.IOS, Vendor.EOS, Vendor.FRR})
_CLEARING = {
    Vendor.IOS: "clear ip bgp *",
    Vendor.EOS: "clear ip bgp *",
    Vendor.FRR: "clear ip bgp *",
    Vendor.JUNOS: "clear bgp neighbor all",
}
#: `session-loss` looks at more than a quarter of the sessions, and at least 4.
_SESSIONS, _SHARE = 4, 0.25


def _careless(base: View) -> Iterator[Bad | Left]:
    """A line that guard does not know, and a list that a policy asks for and that is nowhere (Junos refuses both)."""
    for device in base.snapshot.devices.values():
        wanted = [Wanted("not-modelled", device.name)]
        if device.vendor in _ROUTE_MAPS:
            lines = "frobnicate everything\n"
            lines += f"route-map {NAME}-LIST permit 10\n match ip address prefix-list {NAME}-NONE\n"
            wanted.append(Wanted("undefined-reference", f"{NAME}-NONE"))
        elif device.vendor is Vendor.JUNOS:
            term = f"set policy-options policy-statement {NAME}-LIST term 1"
            lines = f"{term} from area 0.0.0.0\n{term} then accept\n"
        else:
            continue
        yield Bad(f"careless lines on {device.name}", (Merge(device.name, lines, SOURCE),), tuple(wanted))
        return
    yield Left("careless lines", "no device that they could be written for")


def _inventory(base: View) -> Iterator[Bad | Left]:
    """The inventory of somebody who asks for nothing."""
    what = "an inventory that asks for nothing"
    held = base.inventory
    asks = held.sites or held.services or held.advertisements or held.flows or held.zones or held.peerings
    if not held.given or not asks:
        yield Left(what, "the inventory asks for nothing already")
        return
    text = "apiVersion: guard/v1\nkind: Inventory\n"
    part = EditFile(INVENTORY, "replace", text, SOURCE)
    yield Bad(what, (part,), (Wanted("intent-weakened"),))


# ------------------------------------------------------------------------------------------------ routing


def _loop(base: View) -> Iterator[Bad | Left]:
    """Two neighbours that send what belongs nowhere to each other."""
    what = "a forwarding loop"
    assessment = _assessed(base)
    for edge in sorted(assessment.state.edges):
        if edge.tail.node == edge.head.node or any(_circles(assessment, end.node) for end in edge):
            continue
        ends = [_route_over(base, edge), _route_over(base, Edge(edge.head, edge.tail))]
        if all(ends):
            parts = tuple(part for part in ends if part is not None)
            name = f"a forwarding loop between {edge.tail.node} and {edge.head.node}"
            yield Bad(name, parts, (Wanted("forwarding-loop"),))
            return
    yield Left(what, "no two neighbours of whose routers static routes can be written")


def _circles(assessment: Assessment, node: str) -> bool:
    """Whether what belongs nowhere circles already, seen from a router: two defaults that point at each other."""
    rib = assessment.state.ribs.get((node, "default"))
    found = rib.lookup(parse_address(_NOWHERE)) if rib is not None else None
    fates = assessment.fates.get((node, found[0]), frozenset()) if found is not None else frozenset()
    return any(fate.disposition is Disposition.LOOP for fate in fates)


def _route_over(base: View, edge: Edge) -> StepPart | None:
    """A route at the tail that leads to the head."""
    device = base.snapshot.devices.get(edge.tail.node)
    states = _assessed(base).state.interfaces
    here, there = states.get(edge.tail), states.get(edge.head)
    if device is None or here is None or there is None or not (here.up and there.up) or here.vrf != "default":
        return None
    if any(face.acl_in or face.acl_out for face in device.interfaces if face.name == edge.tail.interface):
        return None  # a filter may drop what would circle
    gateway = next((a for a, _ in there.addresses if a.version == 4 and _shares(a, here.addresses)), None)
    if gateway is None:
        return None
    if device.vendor is Vendor.JUNOS:
        lines = f"set routing-options static route {_NOWHERE}/32 next-hop {gateway}\n"
    elif device.vendor in _MASKED:
        lines = f"ip route {_NOWHERE} 255.255.255.255 {gateway}\n"
    elif device.vendor in (Vendor.EOS, Vendor.FRR, Vendor.NXOS):
        lines = f"ip route {_NOWHERE}/32 {gateway}\n"
    else:
        return None
    return Merge(device.name, lines, SOURCE)


def _shares(address: Address, others: tuple[tuple[Address, int], ...]) -> bool:
    """Whether an address lies in the subnet of one of the others, and is none of them."""
    return any(
        other.version == address.version
        and other != address
        and (other.value ^ address.value) >> ((32 if other.version == 4 else 128) - length) == 0
        for other, length in others
    )


def _cut_off(base: View) -> Iterator[Bad | Left]:
    """A router whose default route leads over an interface loses all of them."""
    assessment = _assessed(base)
    for node, vrf, version in sorted(assessment.default_routes):
        device = base.snapshot.devices.get(node)
        if device is None or version != 4 or vrf != "default" or _holds_its_default(base, device):
            continue
        up = [id for id, face in assessment.state.interfaces.items() if id.node == node and face.up]
        down = tuple(str(id) for id in sorted(up) if not _is_inside(id))
        if down:
            yield Bad(f"{node} cut off", (DownUp(down, (), SOURCE),), (Wanted("default-route-loss", node),))
            return
    yield Left("a router cut off", "no router has a default route that leads over an interface")


def _holds_its_default(base: View, device: Device) -> bool:
    """Whether its default may stay without any interface: a null route, an aggregate, one over a loopback."""
    if any(route.prefix.length == 0 for route in device.aggregates):
        return True
    if any(
        r.prefix.length == 0 and (r.discard or r.interface.lower().startswith(_INSIDE)) for r in device.static_routes
    ):
        return True
    rib = _assessed(base).state.ribs.get((device.name, "default"))
    entry = rib.get(DEFAULT_V4) if rib is not None else None
    return entry is None or any(hop.discard for hop in entry.next_hops)


def _is_inside(id: InterfaceId) -> bool:
    return id.interface.lower().startswith(_INSIDE)


# ------------------------------------------------------------------------------------------------ BGP


def _enough(base: View) -> list[BgpSession] | str:
    """External sessions that make a loss; a text says why there are none."""
    held = [each for each in sessions(_assessed(base).state.sessions) if each.up]
    wanted = max(_SESSIONS, int(len(held) * _SHARE) + 1)
    ends: dict[frozenset[str], BgpSession] = {}
    for edge in sorted(edges(base).values(), key=str):
        end = edge.end
        if end.up and end.vrf == "default":
            ends.setdefault(frozenset({end.node, end.remote_node or str(end)}), end)
    chosen = list(ends.values())[:wanted]
    return chosen if len(chosen) == wanted else "too few of its sessions are external ones"


def _sessions_shut(base: View) -> Iterator[Bad | Left]:
    """As many sessions as make a loss, in two steps of which none is one by itself."""
    what = "sessions shut one after another"
    ends = _enough(base)
    if isinstance(ends, str):
        yield Left(what, ends)
        return
    parts = tuple(part for end in ends if (part := _shut(base, end.node, end.key[2])) is not None)
    if len(parts) < len(ends):
        yield Left(what, "not all of them can be shut by a line")
        return
    half = len(parts) // 2
    yield Bad(what, parts[:half], (Wanted("session-loss"),), later=(parts[half:],))


def _sessions_cleared(base: View) -> Iterator[Bad | Left]:
    """The same by commands, after which all would come back."""
    what = "sessions cleared"
    ends = _enough(base)
    if isinstance(ends, str):
        yield Left(what, ends)
        return
    devices = [base.snapshot.devices[name] for name in sorted({end.node for end in ends})]
    if not all(each.vendor in _CLEARING for each in devices):
        yield Left(what, "not all of its routers have a command for it here")
        return
    parts = tuple(Commands(each.name, _CLEARING[each.vendor], SOURCE) for each in devices)
    yield Bad(what, parts, (Wanted("session-loss"),))


def _shut(base: View, node: str, peer: str) -> StepPart | None:
    device = base.snapshot.devices.get(node)
    if device is None:
        return None
    for process in device.bgp:
        for neighbor in process.neighbors:
            if process.vrf != "default" or str(neighbor.address) != peer:
                continue
            if device.vendor in _ROUTE_MAPS:
                return Merge(node, f"router bgp {process.asn}\n neighbor {peer} shutdown\n", SOURCE)
            if device.vendor is Vendor.NXOS or device.vendor is Vendor.IOSXR:
                return Merge(node, f"router bgp {process.asn}\n neighbor {peer}\n  shutdown\n", SOURCE)
            if device.vendor is Vendor.JUNOS:
                path = f"protocols bgp group {neighbor.group} neighbor {peer}"
                return Merge(node, f"deactivate {path}\n", SOURCE)
    return None


def _taking_all(base: View) -> Iterator[Bad | Left]:
    """An import policy that took by match takes everything."""
    what = "an import policy that takes everything"
    for edge in sorted(edges(base).values(), key=str):
        device = base.snapshot.devices[edge.end.node]
        neighbor = neighbor_of(device, edge.end)
        if neighbor is None or edge.end.vrf != "default" or device.vendor not in _ROUTE_MAPS:
            continue
        family = next((each for each in neighbor.families if each.version == 4 and each.activated), None)
        if family is None or not family.import_policies or not _refuses(device, family.import_policies):
            continue
        process = next(each for each in device.bgp if each.vrf == "default")
        inner = [" address-family ipv4 unicast" if device.vendor is Vendor.FRR else " address-family ipv4"]
        lines = [
            f"route-map {NAME}-ALL permit 10",
            *(("exit",) if device.vendor is Vendor.FRR else ()),
            f"router bgp {process.asn}",
            *inner,
            f"  neighbor {neighbor.address} route-map {NAME}-ALL in",
        ]
        part = Merge(device.name, "\n".join([*lines, ""]), SOURCE)
        yield Bad(f"{what} on {edge}", (part,), (Wanted("policy-widened", f"{NAME}-ALL"),))
        return
    yield Left(what, "no import policy of an external session lets anything pass by")


def _refuses(device: Device, names: tuple[str, ...]) -> bool:
    """Whether the policies are there and let a route pass by that nobody would have named."""
    if not all(name in device.policies for name in names):
        return False
    path = (Segment(SEQUENCE, (64511,)),)
    route = RouteView(parse_prefix(f"{_NOWHERE}/24"), BgpAttributes(as_path=path, next_hop=Address(4, 1)))
    return Evaluator(device).evaluate(names, route) is None


def _assessed(base: View) -> Assessment:
    assert base.assessment is not None, "asked for a network that was not computed"
    return base.assessment


CONFIG_BUILDERS = (_careless, _inventory, _loop, _cut_off, _sessions_shut, _sessions_cleared, _taking_all)
