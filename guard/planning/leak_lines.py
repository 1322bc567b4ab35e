"""Lines that open the export policy of one session, in the words of its router: what a leak looks like there."""

from __future__ import annotations

from collections.abc import Iterator

from guard.judge.case import View
from guard.judge.checks.outside import Edge
from guard.judge.checks.policy_names import neighbor_of
from guard.model.bgp import BgpNeighbor, BgpProcess, NeighborFamily
from guard.model.change import Merge, StepPart
from guard.model.device import Device, Vendor
from guard.parse.junos.statements import read as read_statements
from guard.parse.junos.tree import Node, Tree
from guard.planning.bad import NAME, SOURCE

_DEFAULT = "default"


def opened(base: View, edge: Edge) -> StepPart | str:
    """The step that opens it; a text says why there is none."""
    end = edge.end
    device = base.snapshot.devices[end.node]
    neighbor = neighbor_of(device, end)
    if end.remote_address is None:
        return "unnumbered sessions are not opened"
    if neighbor is None or end.local_as is None:
        return "its neighbour is not in the configuration by itself"
    process = next(each for each in device.bgp if each.vrf == end.vrf)
    if device.vendor is Vendor.JUNOS:
        lines = _junos(base, device, process, neighbor)
    elif device.vendor in _WRITERS:
        families = sorted((each for each in neighbor.families if each.activated), key=lambda each: each.version)
        lines = _WRITERS[device.vendor](process, str(neighbor.address), families)
    else:
        return f"no lines for {device.vendor}"
    return Merge(device.name, "\n".join([*lines, ""]), SOURCE)


def _ios(process: BgpProcess, address: str, families: list[NeighborFamily]) -> list[str]:
    lines = [f"route-map {NAME} permit 10", f"router bgp {process.asn}"]
    for family in families:
        vrf = f" vrf {process.vrf}" if process.vrf != _DEFAULT else ""
        lines.append(f" address-family ipv{family.version}{vrf}")
        lines += [*_bound(address, family, "  "), " exit-address-family"]
    return lines


def _frr(process: BgpProcess, address: str, families: list[NeighborFamily]) -> list[str]:
    vrf = f" vrf {process.vrf}" if process.vrf != _DEFAULT else ""
    lines = [f"route-map {NAME} permit 10", "exit", f"router bgp {process.asn}{vrf}"]
    for family in families:
        lines += [
            f" address-family ipv{family.version} unicast",
            *_bound(address, family, "  "),
            " exit-address-family",
        ]
    return lines


def _eos(process: BgpProcess, address: str, families: list[NeighborFamily]) -> list[str]:
    vrf = process.vrf != _DEFAULT
    lines = [f"route-map {NAME} permit 10", f"router bgp {process.asn}", *([f" vrf {process.vrf}"] if vrf else ())]
    for family in families:
        lines += [f"  address-family ipv{family.version}", *_bound(address, family, "   "), "  exit"]
    return lines


def _bound(address: str, family: NeighborFamily, indent: str) -> list[str]:
    lines = [f"{indent}no neighbor {address} {each.kind} {each.name} out" for each in family.export_filters]
    return [*lines, f"{indent}neighbor {address} route-map {NAME} out"]


def _nxos(process: BgpProcess, address: str, families: list[NeighborFamily]) -> list[str]:
    lines = [f"route-map {NAME} permit 10", f"router bgp {process.asn}"]
    lines += [*([f" vrf {process.vrf}"] if process.vrf != _DEFAULT else ()), f"  neighbor {address}"]
    for family in families:
        lines.append(f"   address-family ipv{family.version} unicast")
        lines += [f"    no {each.kind} {each.name} out" for each in family.export_filters]
        lines.append(f"    route-map {NAME} out")
    return lines


def _xr(process: BgpProcess, address: str, families: list[NeighborFamily]) -> list[str]:
    lines = [f"route-policy {NAME}", "  pass", "end-policy", f"router bgp {process.asn}"]
    lines += [*([f" vrf {process.vrf}"] if process.vrf != _DEFAULT else ()), f"  neighbor {address}"]
    for family in families:
        lines += [f"   address-family ipv{family.version} unicast", f"    route-policy {NAME} out"]
    return lines


_WRITERS = {Vendor.IOS: _ios, Vendor.FRR: _frr, Vendor.EOS: _eos, Vendor.NXOS: _nxos, Vendor.IOSXR: _xr}


def _junos(base: View, device: Device, process: BgpProcess, neighbor: BgpNeighbor) -> list[str]:
    """The neighbour's own export comes before its group's; one that it has already goes first."""
    instance = ("routing-instances", process.vrf) if process.vrf != _DEFAULT else ()
    path = (*instance, "protocols", "bgp", "group", neighbor.group, "neighbor", str(neighbor.address))
    tree = Tree()
    tree.load(read_statements(base.snapshot.files.get(device.file, ""))[0])  # as it stands there, without its groups
    own = tuple(_with_export(tree.root.at(*path), path))
    lines = [f"delete {' '.join(each)} export" for each in own]
    policy = f"set policy-options policy-statement {NAME} term all"
    lines += [f"{policy} from protocol bgp", f"{policy} then accept"]
    return [*lines, *(f"set {' '.join(each)} export {NAME}" for each in own or [path])]


def _with_export(node: Node | None, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where a neighbour has an `export` of its own: at itself, or in one of its families."""
    if node is None:
        return
    if "export" in node:
        yield path
    for family in node["family"] or ():
        for kind in family:
            if "export" in kind:
                yield (*path, "family", family.word, kind.word)
