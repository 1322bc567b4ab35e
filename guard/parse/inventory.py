"""inventory.yaml and demands.csv → Inventory (CONTRACT 2). Unknown keys are invalid; dangling names are problems."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from guard.model.address import parse_prefix
from guard.model.errors import InputInvalid
from guard.model.external import Problem
from guard.model.inventory import (
    Advertisement,
    AllOf,
    AnyOf,
    CriticalName,
    Demand,
    FlowIntent,
    Inventory,
    LinkCapacity,
    ManagementPath,
    NameNeeded,
    NameServer,
    ParentData,
    Peering,
    Requirement,
    Service,
    ServiceNeeded,
    SharedRisk,
    Site,
    SiteNeeded,
    Surge,
    ZoneIntent,
)
from guard.model.provenance import Source
from guard.model.state import InterfaceId
from guard.parse.yaml_text import Node, load_document

_TOP = (
    "apiVersion", "kind", "metadata", "sites", "backbone", "shared_risks", "advertisements", "services", "peerings",
    "origins", "no_transit", "surges", "management", "flows", "zones", "servers", "failures", "capacity",
)  # fmt: skip


def parse_inventory(text: str, file: str, other_files: Mapping[str, str]) -> Inventory:
    """Read an inventory; `other_files` are the snapshot's files, for `capacity.demands`."""
    top = load_document(text, file, "Inventory").fields(*_TOP)
    inventory = Inventory(
        sites=_unique(map(_site, _items(top, "sites"))),
        backbone_devices=_texts(top["backbone"].fields("devices"), "devices") if "backbone" in top else (),
        shared_risks=_unique(map(_shared_risk, _items(top, "shared_risks"))),
        advertisements=_unique(map(_advertisement, _items(top, "advertisements"))),
        services=_unique(map(_service, _items(top, "services"))),
        peerings=tuple(map(_peering, _items(top, "peerings"))),
        origins=top["origins"].prefixes() if "origins" in top else None,
        no_transit=_texts(top, "no_transit"),
        surges=tuple(map(_surge, _items(top, "surges"))),
        management=tuple(map(_management, _items(top, "management"))),
        flows=_unique(map(_flow, _items(top, "flows"))),
        zones=_unique(map(_zone, _items(top, "zones"))),
        servers=_unique(map(_server, _items(top, "servers"))),
        failures=top["failures"].integer(0, 2) if "failures" in top else 1,
    )
    if "capacity" in top:
        inventory = _with_capacity(inventory, top["capacity"], other_files)
    return inventory


def interface_id(node: Node) -> InterfaceId:
    """`node[interface]`."""
    found = split_interface(node.text())
    if found is None:
        node.fail(f"{node.text()!r} is not node[interface]")
    return found


def split_interface(text: str) -> InterfaceId | None:
    """`node[interface]` in its parts, None where the text has not that form."""
    device, bracket, rest = text.partition("[")
    if not bracket or not rest.endswith("]") or not device or len(rest) < 2:
        return None
    return InterfaceId(device.strip(), rest[:-1].strip())


def absolute_name(text: str) -> str:
    """A domain name in lower case with its final dot."""
    lowered = text.strip().lower()
    return lowered if lowered.endswith(".") else lowered + "."


# ---------------------------------------------------------------------------------------------------- sections


def _site(node: Node) -> Site:
    at = node.fields("name", "kind", "devices", "prefixes", required=("name", "kind"))
    return Site(
        name=at["name"].text(),
        kind=at["kind"].choice("datacenter", "pop", "external"),
        source=node.source,
        devices=tuple(glob.lower() for glob in _texts(at, "devices")),
        prefixes=at["prefixes"].prefixes() if "prefixes" in at else (),
    )


def _shared_risk(node: Node) -> SharedRisk:
    at = node.fields("name", "members", required=("name", "members"))
    interfaces, nodes = [], []
    for member in at["members"].items():
        found = split_interface(member.text())
        if found:
            interfaces.append(found)
        else:
            nodes.append(member.text())
    return SharedRisk(at["name"].text(), node.source, tuple(interfaces), tuple(nodes))


def _advertisement(node: Node) -> Advertisement:
    at = node.fields("name", "prefixes", "to", "min_sites", "min_origins", required=("name", "prefixes"))
    return Advertisement(
        name=at["name"].text(),
        source=node.source,
        prefixes=at["prefixes"].prefixes(),
        to=_text(at, "to"),
        min_sites=at["min_sites"].integer() if "min_sites" in at else 1,
        min_origins=at["min_origins"].integer() if "min_origins" in at else 0,
    )


def _service(node: Node) -> Service:
    at = node.fields(
        "name", "addresses", "instances", "requires", "on_unhealthy", "serves_zones", "recovery", required=("name",)
    )
    return Service(
        name=at["name"].text(),
        source=node.source,
        addresses=at["addresses"].addresses() if "addresses" in at else (),
        instances=tuple(map(interface_id, _items(at, "instances"))),
        requires=_requirement(at["requires"]) if "requires" in at else None,
        withdraws="on_unhealthy" in at and at["on_unhealthy"].choice("withdraw", "none") == "withdraw",
        serves_zones=tuple(map(absolute_name, _texts(at, "serves_zones"))),
        recovery="recovery" in at and at["recovery"].flag(),
    )


def _requirement(node: Node) -> Requirement:
    at = node.fields("any_of", "all_of", "site", "service", "name")
    if len(at) != 1:
        node.fail("a requirement is one of any_of, all_of, site, service, name")
    ((key, value),) = at.items()
    match key:
        case "any_of":
            return AnyOf(tuple(map(_requirement, value.items())))
        case "all_of":
            return AllOf(tuple(map(_requirement, value.items())))
        case "site":
            return SiteNeeded(value.text())
        case "service":
            return ServiceNeeded(value.text())
        case _:
            return NameNeeded(absolute_name(value.text()))


def _peering(node: Node) -> Peering:
    at = node.fields(
        "device", "neighbor", "role", "site", "cone", "max_prefix", "remote_max_prefix",
        required=("device", "neighbor", "role"),
    )  # fmt: skip
    return Peering(
        device=at["device"].text(),
        neighbor=at["neighbor"].address(),
        role=at["role"].choice("provider", "customer", "peer", "rs", "rs-client"),
        source=node.source,
        site=_text(at, "site"),
        cone=at["cone"].prefixes() if "cone" in at else None,
        max_prefix=at["max_prefix"].integer(1) if "max_prefix" in at else None,
        remote_max_prefix=at["remote_max_prefix"].integer(1) if "remote_max_prefix" in at else None,
    )


def _surge(node: Node) -> Surge:
    at = node.fields("device", "neighbor", "prefixes", required=("device", "neighbor", "prefixes"))
    return Surge(at["device"].text(), at["neighbor"].address(), at["prefixes"].integer(1), node.source)


def _management(node: Node) -> ManagementPath:
    at = node.fields("name", "from", "to", "interface", "without_backbone", required=("from", "to"))
    return ManagementPath(
        sources=at["from"].texts(),
        targets=at["to"].texts(),
        source=node.source,
        interfaces=_texts(at, "interface"),
        without_backbone="without_backbone" in at and at["without_backbone"].flag(),
    )


def _flow(node: Node) -> FlowIntent:
    at = node.fields(
        "name", "from", "to", "protocol", "ports", "expect", "source", required=("name", "from", "to", "expect")
    )
    return FlowIntent(
        name=at["name"].text(),
        source=node.source,
        origins=at["from"].texts(),
        destinations=at["to"].texts(),
        expect=at["expect"].choice("delivered", "denied"),
        protocol=_text(at, "protocol").lower(),
        ports=tuple(map(_ports, _items(at, "ports"))),
        source_prefixes=at["source"].prefixes() if "source" in at else (),
    )


def _ports(node: Node) -> tuple[int, int]:
    low, dash, high = node.text().partition("-")
    if not low.strip().isdecimal() or (dash and not high.strip().isdecimal()):
        node.fail(f"{node.text()!r} is not a port or a range of ports")
    ends = int(low), int(high) if dash else int(low)
    if not 0 <= ends[0] <= ends[1] <= 65535:
        node.fail(f"{node.text()!r} is not a range within 0-65535")
    return ends


def _zone(node: Node) -> ZoneIntent:
    at = node.fields(
        "name", "critical_names", "max_change_percent", "max_delete_percent", "signing", "parent", required=("name",)
    )
    return ZoneIntent(
        name=absolute_name(at["name"].text()),
        source=node.source,
        critical_names=tuple(map(_critical_name, _items(at, "critical_names"))),
        max_change_percent=at["max_change_percent"].number(0, 100) if "max_change_percent" in at else None,
        max_delete_percent=at["max_delete_percent"].number(0, 100) if "max_delete_percent" in at else None,
        signing=at["signing"].choice("server", "offline") if "signing" in at else "server",
        parent=_parent(at["parent"]) if "parent" in at else None,
    )


def _critical_name(node: Node) -> CriticalName:
    at = node.fields("name", "type", "min_records", required=("name", "type"))
    return CriticalName(
        absolute_name(at["name"].text()),
        at["type"].text().upper(),
        at["min_records"].integer(1) if "min_records" in at else 1,
    )


def _parent(node: Node) -> ParentData:
    at = node.fields("ns", "ds", "ns_ttl", "ds_ttl")
    return ParentData(
        ns=tuple(map(absolute_name, _texts(at, "ns"))),
        ds=tuple(map(_ds, _items(at, "ds"))),
        ns_ttl=at["ns_ttl"].integer() if "ns_ttl" in at else 172800,
        ds_ttl=at["ds_ttl"].integer() if "ds_ttl" in at else 86400,
    )


def _ds(node: Node) -> str:
    """The data of a DS record, or the whole record; its digest may be cut into pieces (RFC 4034 5.3)."""
    words = node.text().split()
    data = words[words.index("DS") + 1 :] if "DS" in words else words
    digest = "".join(data[3:]).lower()
    if not digest or not all(word.isdecimal() for word in data[:3]) or not set(digest) <= set("0123456789abcdef"):
        node.fail(f"{node.text()!r} is no DS: key tag, algorithm, digest type and digest are wanted")
    return " ".join((*data[:3], digest))


def _server(node: Node) -> NameServer:
    at = node.fields("name", "addresses", "serves", required=("name",))
    return NameServer(
        name=absolute_name(at["name"].text()),
        source=node.source,
        addresses=at["addresses"].addresses() if "addresses" in at else (),
        serves=tuple(map(absolute_name, _texts(at, "serves"))),
    )


# ---------------------------------------------------------------------------------------------------- capacity


def _with_capacity(inventory: Inventory, node: Node, other_files: Mapping[str, str]) -> Inventory:
    at = node.fields("links", "demands")
    links = []
    for link in _items(at, "links"):
        entry = link.fields("interface", "mbps", required=("interface", "mbps"))
        links.append(LinkCapacity(interface_id(entry["interface"]), entry["mbps"].number(), link.source))
    demands: tuple[Demand, ...] = ()
    if "demands" in at:
        path = at["demands"].text()
        if path not in other_files:
            at["demands"].fail(f"the snapshot has no file {path!r}", "missing-file")
        demands = parse_demands(other_files[path], path)
    return replace(inventory, capacities=tuple(links), demands=demands)


def parse_demands(text: str, file: str) -> tuple[Demand, ...]:
    """`from_site,to_site,mbps` rows; a header line of these words may come first."""
    demands = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#") or (number == 1 and cells[:1] == ["from_site"]):
            continue
        if len(cells) != 3:
            raise InputInvalid("invalid-demands", f"expected from_site,to_site,mbps, found {row}", file, number)
        try:
            mbps = float(cells[2])
        except ValueError:
            raise InputInvalid("invalid-demands", f"{cells[2]!r} is not a number", file, number) from None
        demands.append(Demand(cells[0], cells[1], mbps, Source(file, number, number)))
    return tuple(demands)


# ---------------------------------------------------------------------------------------------------- names


def dangling_names(inventory: Inventory) -> Iterator[Problem]:
    """Sites and services that the inventory refers to and does not list: what depends on them cannot be judged."""
    sites = {site.name for site in inventory.sites}
    services = {service.name for service in inventory.services}
    external = {site.name for site in inventory.sites if site.kind == "external"}
    uses = [(each.to, external, "external site", each.source) for each in inventory.advertisements]
    uses += [(each.site, external, "external site", each.source) for each in inventory.peerings]
    for service in inventory.services:
        for needed in leaves(service.requires):
            if isinstance(needed, SiteNeeded):
                uses.append((needed.site, sites, "site", service.source))
            elif isinstance(needed, ServiceNeeded):
                uses.append((needed.service, services, "service", service.source))
    for flow in inventory.flows:
        uses += [(to, services, "service", flow.source) for to in flow.destinations if not _is_address(to)]
    for name, names, what, source in uses:
        if name and name not in names:
            yield Problem(f"the inventory lists no {what} {name!r}", source, (name,))


def _is_address(text: str) -> bool:
    """Whether a text is an address or a prefix."""
    try:
        parse_prefix(text)
    except ValueError:
        return False
    return True


def leaves(requirement: Requirement | None) -> Iterable[SiteNeeded | ServiceNeeded | NameNeeded]:
    """The single requirements of a tree of any_of and all_of."""
    if requirement is None:
        return
    if isinstance(requirement, AllOf | AnyOf):
        for part in requirement.parts:
            yield from leaves(part)
    else:
        yield requirement


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Source: ...


_N = TypeVar("_N", bound=_Named)


def _unique(items: Iterable[_N]) -> tuple[_N, ...]:
    """The items, whose names must differ."""
    seen: dict[str, _N] = {}
    for item in items:
        if item.name in seen:
            raise InputInvalid("duplicate-name", f"{item.name!r} stands twice", item.source.file, item.source.first)
        seen[item.name] = item
    return tuple(seen.values())


def _items(at: Mapping[str, Node], key: str) -> tuple[Node, ...]:
    return at[key].items() if key in at else ()


def _texts(at: Mapping[str, Node], key: str) -> tuple[str, ...]:
    return at[key].texts() if key in at else ()


def _text(at: Mapping[str, Node], key: str) -> str:
    return at[key].text() if key in at else ""
