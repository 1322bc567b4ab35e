"""A device of the model written as an IOS XR configuration, for networks of which the same is known in another syntax.

Only what the generated backbones use; anything else is an AssertionError, so that nothing is left out unseen.
"""

from __future__ import annotations

from collections.abc import Iterator

from guard.model.bgp import BgpNeighbor, BgpProcess, NeighborFamily
from guard.model.device import Device, Interface
from guard.model.igp import IsisProcess, OspfProcess
from guard.model.policy import (
    Action,
    All,
    Condition,
    MatchAsPath,
    MatchCommunity,
    MatchPrefixList,
    Outcome,
    PrependAsPath,
    RoutePolicy,
    SetCommunities,
    SetNumber,
)

_PASS = "PASS-ALL"


def port(name: str) -> str:
    """The name of a port as XR spells its kind."""
    return name.replace("TenGigabitEthernet", "TenGigE")


def configuration(device: Device) -> str:
    """The whole text."""
    rows = ["!! IOS XR Configuration version = 7.3.2", f"hostname {device.name}"]
    rows += [f"vrf {each.name}\n address-family ipv4 unicast\n !\n!" for each in device.vrfs if each.name != "default"]
    for face in device.interfaces:
        rows += _interface(face)
    for (version, name), listed in device.prefix_lists.items():
        assert version == 4
        assert all(entry.permit for entry in listed.entries)
        spans = (entry.range for entry in listed.entries)
        rows.append(_set(f"prefix-set {name}", [f"{p} ge {low} le {high}" for p, low, high in spans]))
    for name, policy in device.policies.items():
        rows += [f"route-policy {name}", *_policy(device, policy), "end-policy"]
    rows += [f"route-policy {_PASS}", "  pass", "end-policy"]
    rows += _statics(device)
    for ospf in device.ospf:
        rows += _ospf(ospf)
    for isis in device.isis:
        rows += _isis(isis)
    rows += [row for process in device.bgp if process.vrf == "default" for row in _bgp(process)]
    return "\n".join([*rows, "end", ""])


def _set(head: str, elements: list[str]) -> str:
    return "\n".join([head, ",\n".join(f"  {each}" for each in elements), "end-set"])


def _interface(face: Interface) -> Iterator[str]:
    assert (face.unnumbered, face.switchport) == ("", False)
    yield f"interface {port(face.name)}"
    if face.vrf != "default":
        yield f" vrf {face.vrf}"
    for each in face.addresses:
        assert each.address.version == 4
        yield f" ipv4 address {each.address}/{each.length}" + (" secondary" if each.secondary else "")
    if face.mtu is not None:
        yield f" mtu {face.mtu + 14}"
    if face.mtu4 is not None:
        yield f" ipv4 mtu {face.mtu4}"
    for name, way in ((face.acl_in, "ingress"), (face.acl_out, "egress")):
        assert not name, way
    if face.shutdown:
        yield " shutdown"
    yield "!"


def _statics(device: Device) -> Iterator[str]:
    for vrf in sorted({route.vrf for route in device.static_routes}):
        inside = "" if vrf == "default" else f" vrf {vrf}"
        for route in device.static_routes:
            if route.vrf == vrf:
                hop = "Null0" if route.discard else f"{port(route.interface)} {route.next_hop or ''}".strip()
                tail = f" tag {route.tag}" if route.tag else ""
                yield f"router static{inside} address-family ipv4 unicast {route.prefix} {hop} {route.distance}{tail}"


# ------------------------------------------------------------------------------------------------ policies


def _policy(device: Device, policy: RoutePolicy) -> Iterator[str]:
    for term in policy.terms:
        assert term.goto is None
        end = {Outcome.ACCEPT: "done", Outcome.REJECT: "drop"}[term.outcome]
        body = [*(f"    {row}" for each in term.actions for row in _action(each)), f"    {end}"]
        parts = term.condition.parts if isinstance(term.condition, All) else (term.condition,)
        tests = [_test(device, part) for part in parts]
        yield from ([f"  if {' and '.join(tests)} then", *body, "  endif"] if tests else body)
        if not tests:
            return


def _test(device: Device, condition: Condition) -> str:
    match condition:
        case MatchPrefixList(names, 4):
            return _any(f"destination in {name}" for name in names)
        case MatchCommunity(names, "standard", False, "any"):
            lists = (device.community_lists["standard", name] for name in names)
            held = (entry for listed in lists for entry in listed.entries)
            return _any(f"community matches-every ({', '.join(sorted(each.communities))})" for each in held)
        case MatchAsPath(names):
            held = [entry for name in names for entry in device.as_path_lists[name].entries]
            return "as-path in (" + ", ".join(f"ios-regex '{each.regex}'" for each in held) + ")"
    raise AssertionError(condition)


def _any(tests: Iterator[str]) -> str:
    return f"({' or '.join(tests)})"


def _action(action: Action) -> list[str]:
    match action:
        case SetNumber("local-preference", value, "="):
            return [f"set local-preference {value}"]
        case SetCommunities(communities, mode, "standard"):
            return [f"set community ({', '.join(sorted(communities))})" + (" additive" if mode == "+" else "")]
        case PrependAsPath(asns):
            return [f"prepend as-path {asn}" for asn in reversed(asns)]
    raise AssertionError(action)


# ------------------------------------------------------------------------------------------------ protocols


def _ospf(process: OspfProcess) -> Iterator[str]:
    assert not process.redistributions
    assert process.default_information is None
    yield f"router ospf {process.process}"
    if process.router_id is not None:
        yield f" router-id {_dotted(process.router_id)}"
    yield f" maximum paths {process.maximum_paths}"
    for area in sorted({each.area for each in process.interfaces if each.area is not None}):
        yield f" area {area}"
        for each in process.interfaces:
            if each.area == area:
                yield f"  interface {port(each.interface)}"
                yield f"   passive {'enable' if each.passive else 'disable'}"
                if each.network_type != "loopback":
                    yield f"   network {each.network_type}"
                if each.cost is not None:
                    yield f"   cost {each.cost}"
                yield "  !"


def _isis(process: IsisProcess) -> Iterator[str]:
    assert (process.redistributions, process.default_information, process.summaries) == ((), (), ())
    yield f"router isis {process.process or 'CORE'}"
    yield f" net {process.net}"
    yield f" is-type {process.level}{'-only' * (process.level == 'level-2')}"
    yield " address-family ipv4 unicast"
    yield f"  metric-style {'wide' if process.wide_metrics else 'narrow'}"
    yield f"  maximum-paths {process.maximum_paths}"
    yield " !"
    for each in process.interfaces:
        assert each.authentication == ""
        yield f" interface {port(each.interface)}"
        if each.level:
            yield f"  circuit-type {each.level}{'-only' * (each.level == 'level-2')}"
        yield from ["  passive"] * each.passive + ["  point-to-point"] * each.point_to_point
        yield "  address-family ipv4 unicast"
        if not each.passive:  # IOS tells of passive interfaces at no cost, and so does XR
            yield from (f"   metric {metric} level {level}" for level, metric in enumerate(each.metric, 1))
        yield "  !"


def _dotted(value: int) -> str:
    return ".".join(map(str, value.to_bytes(4, "big")))


def _bgp(process: BgpProcess) -> Iterator[str]:
    yield f"router bgp {process.asn}"
    if process.router_id is not None:
        yield f" bgp router-id {_dotted(process.router_id)}"
    if process.cluster_id is not None:
        yield f" bgp cluster-id {_dotted(process.cluster_id)}"
    yield " address-family ipv4 unicast"
    for family in process.families:
        assert not family.redistributions
        for network in family.networks:
            yield f"  network {network.prefix}" + (f" route-policy {network.policy}" if network.policy else "")
        for aggregate in family.aggregates:
            assert (aggregate.as_set, aggregate.suppress_policy, aggregate.advertise_policy) == (False, "", "")
            policy = f" route-policy {aggregate.attribute_policy}" if aggregate.attribute_policy else ""
            yield f"  aggregate-address {aggregate.prefix}{' summary-only' * aggregate.summary_only}{policy}"
    groups = sorted({each.group for each in process.neighbors if each.group})
    for group in groups:  # what all members of a group share is said in the group
        member = next(each for each in process.neighbors if each.group == group)
        yield f" neighbor-group {group}"
        yield from _session(member)
    for neighbor in process.neighbors:
        yield f" neighbor {neighbor.address}"
        if neighbor.group:
            yield f"  use neighbor-group {neighbor.group}"
        yield from _session(neighbor)
        for each in neighbor.families:
            yield from _family(each, external=neighbor.remote_as != process.asn)


def _session(neighbor: BgpNeighbor) -> Iterator[str]:
    assert (neighbor.local_as, neighbor.multihop, neighbor.shutdown) == (None, None, False)
    yield f"  remote-as {neighbor.remote_as}"
    if neighbor.update_source:
        yield f"  update-source {neighbor.update_source}"


def _family(family: NeighborFamily, *, external: bool) -> Iterator[str]:
    assert family.version == 4
    yield "  address-family ipv4 unicast"
    for policies, way in ((family.import_policies, "in"), (family.export_policies, "out")):
        if policies or external:
            yield f"   route-policy {policies[0] if policies else _PASS} {way}"
    if family.next_hop_self:
        yield "   next-hop-self"
    if family.route_reflector_client:
        yield "   route-reflector-client"
    if external and family.send_community:
        yield "   send-community-ebgp"
    if family.maximum_prefix is not None:
        limit = family.maximum_prefix
        yield f"   maximum-prefix {limit.limit} {limit.threshold}" + (" warning-only" if limit.warning_only else "")


# ------------------------------------------------------------------------------------------------ comparing


def said(device: Device) -> list[object]:
    """What a device is apart from where its lines stand."""
    strip = {"source": None, "sources": None}

    def bare(value: object) -> object:
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(bare(each) for each in value)
        if hasattr(value, "__dataclass_fields__"):
            return tuple(
                (name, bare(getattr(value, name)))
                for name in value.__dataclass_fields__
                if name not in strip and name != "text"
            )
        if isinstance(value, dict):
            return tuple((key, bare(each)) for key, each in value.items())
        return value if not hasattr(value, "file") else None

    statics = tuple(sorted(device.static_routes, key=lambda route: (route.vrf, route.prefix, str(route.next_hop))))
    return [
        bare(each)
        for each in (
            *(device.interfaces, device.vrfs, statics, device.ospf, device.isis, device.bgp),
            dict(device.acls),
        )
    ]
