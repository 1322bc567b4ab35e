"""The network part of a given case: YAML facts → an Assessment over a state that holds nothing but what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from guard.model.address import Prefix, parse_address, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment
from guard.model.facts import (
    AdvertisementFact,
    Assessment,
    BackboneFact,
    BackboneLink,
    CascadeRound,
    Disposition,
    FailureOutcome,
    FailureSweep,
    Fate,
    FlowFact,
    InstanceFact,
    LinkLoads,
    ManagementFact,
    NameServerFact,
    PrefixTable,
    ServiceFact,
    SiteFact,
)
from guard.model.inventory import FlowIntent
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import (
    BgpRow,
    BgpSession,
    Edge,
    InterfaceId,
    InterfaceState,
    NetworkState,
    Scenario,
    StateNote,
)
from guard.parse.yaml_text import Node

V = TypeVar("V")
Key = tuple[str, str, str]
Facts = Mapping[str, Node]
Routes = Mapping[Key, Mapping[Prefix, BgpAttributes]]

_KEYS = (
    "sites", "backbone", "advertisements", "advertised", "services", "service_reach", "cascade", "sessions", "bgp",
    "flows", "management", "fates", "exits", "default_routes", "transit", "interfaces", "edges", "routes",
    "igp_externals", "notes", "name_servers",
)  # fmt: skip
_INSIDE = Scenario()


@dataclass(frozen=True, slots=True)
class GivenTables:
    """BgpTables that hold what a case says; a session that it does not mention carries nothing."""

    sent: Routes = field(default_factory=dict)
    heard: Routes = field(default_factory=dict)
    taken: Routes = field(default_factory=dict)
    best_rows: Mapping[tuple[str, str, Prefix], BgpRow] = field(default_factory=dict)

    @property
    def unlimited(self) -> GivenTables:
        return self

    def rows(self) -> Iterator[BgpRow]:
        yield from self.best_rows.values()

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        return self.best_rows.get((node, vrf, prefix))

    def advertised(self, session: Key) -> Mapping[Prefix, BgpAttributes]:
        return self.sent.get(session, {})

    def offered(self, session: Key) -> Mapping[Prefix, BgpAttributes]:
        return self.sent.get(session, {})

    def received(self, session: Key) -> Mapping[Prefix, BgpAttributes]:
        return self.heard.get(session, {})

    def accepted(self, session: Key) -> Mapping[Prefix, BgpAttributes]:
        return self.taken.get(session, self.received(session))  # what a case says no more of is let in

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        return frozenset()


@dataclass(frozen=True, slots=True)
class GivenRib:
    """A main RIB with the prefixes that a case names, all alike."""

    held: tuple[Prefix, ...]

    def __len__(self) -> int:
        return len(self.held)

    def prefixes(self) -> Iterator[Prefix]:
        yield from self.held

    def get(self, prefix: Prefix) -> RibEntry | None:
        return RibEntry(RouteProtocol.STATIC, 1, 0, (NextHop(discard=True),)) if prefix in self.held else None

    def lookup(self, address: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class GivenFib:
    def next_hops(self, node: str, vrf: str, prefix: Prefix) -> tuple[NextHop, ...]:
        return ()


def assessment(facts: Facts) -> Assessment:
    """What the facts of one moment say; an unknown key is invalid."""
    for key, node in facts.items():
        if key not in _KEYS:
            node.fail(f"unknown key {key!r} (known here: {', '.join(sorted(_KEYS))})", "unknown-key")
    return Assessment(
        state=_state(facts),
        scenario=_INSIDE,
        sites=tuple(map(_site, _items(facts, "sites"))),
        backbone=_backbone(facts["backbone"]) if "backbone" in facts else BackboneFact((), {}),
        advertisements=tuple(map(_advertisement, _items(facts, "advertisements"))),
        advertised={
            parse_prefix(prefix): frozenset(node.texts()) for prefix, node in _entries(facts, "advertised").items()
        },
        services=tuple(map(_service, _items(facts, "services"))),
        cascade=tuple(_round(number, node) for number, node in enumerate(_items(facts, "cascade"), start=1)),
        service_reach=frozenset(_pair(node) for node in _items(facts, "service_reach")),
        flows=tuple(map(_flow, _items(facts, "flows"))),
        management=tuple(map(_management, _items(facts, "management"))),
        fates=PrefixTable(_columns(facts, "fates", _fates)),
        exits=PrefixTable(_columns(facts, "exits", lambda node: frozenset(node.texts()))),  # type: ignore[arg-type]
        default_routes=frozenset((each.text(), "default", 4) for each in _items(facts, "default_routes")),
        transit={node: path.text() for node, path in _entries(facts, "transit").items()},
        name_servers=tuple(
            NameServerFact(parse_address(address), node.flag())
            for address, node in _entries(facts, "name_servers").items()
        ),
    )


def mentioned(facts: Facts) -> set[str]:
    """Nodes that the facts name: they are the devices of the snapshot where the case does not list any."""
    found = {interface(name).node for name in _entries(facts, "interfaces")}
    found |= {each.text() for each in _items(facts, "default_routes")}
    found |= set(_entries(facts, "routes"))
    for node in _items(facts, "sessions"):
        at = node.entries()
        found |= {at[end].text() for end in ("node", "remote_node") if end in at}
    for key in ("fates", "exits"):
        found |= {name for column in _entries(facts, key).values() for name in column.entries()}
    if not found and facts:
        found.add("r1")  # a network needs a device, whichever
    return found


def interface(text: str) -> InterfaceId:
    node, _, rest = text.partition("[")
    return InterfaceId(node, rest.removesuffix("]"))


def failures(node: Node) -> FailureSweep:
    """A list of outcomes, or the word `incomplete`."""
    if isinstance(node.value, str):
        node.choice("incomplete")
        return FailureSweep((), complete=False)
    return FailureSweep(tuple(map(_failure, node.items())))


def loads(facts: Facts) -> LinkLoads:
    """`loads`: interface -> Mb/s; `loads_after`: the failure's name -> the same."""
    after = tuple((Scenario(reason=reason), _mbps(node)) for reason, node in _entries(facts, "loads_after").items())
    return LinkLoads(_mbps(facts["loads"]), after)


def _mbps(node: Node) -> dict[InterfaceId, float]:
    return {interface(name): each.number() for name, each in node.entries().items()}


# ------------------------------------------------------------------------------------------------ state


def _state(facts: Facts) -> NetworkState:
    sessions: list[BgpSession] = []
    sent: dict[Key, Mapping[Prefix, BgpAttributes]] = {}
    heard: dict[Key, Mapping[Prefix, BgpAttributes]] = {}
    taken: dict[Key, Mapping[Prefix, BgpAttributes]] = {}
    for node in _items(facts, "sessions"):
        session, at = _session(node)
        sessions.append(session)
        for key, table in (("sends", sent), ("hears", heard), ("accepts", taken)):
            if key in at:
                table[session.key] = {prefix: _attributes(session) for prefix in at[key].prefixes()}
    ids = {interface(name): node.flag() for name, node in _entries(facts, "interfaces").items()}
    edges = [interface(name) for node in _items(facts, "edges") for name in node.texts()]
    pairs = list(zip(edges[::2], edges[1::2], strict=True))
    return NetworkState(
        engine="given",
        scenario=_INSIDE,
        interfaces={id: InterfaceState(id, "default", up, "" if up else "shutdown", ()) for id, up in ids.items()},
        edges=tuple(Edge(*ends) for a, b in pairs for ends in ((a, b), (b, a))),
        sessions=tuple(sessions),
        adjacencies=(),
        ribs={(name, "default"): GivenRib(_prefixes(node)) for name, node in _entries(facts, "routes").items()},
        bgp=GivenTables(sent, heard, taken, {row[:3]: row for row in map(_best, _items(facts, "bgp"))}),
        fib=GivenFib(),
        notes=tuple(map(_note, _items(facts, "notes"))),
        igp_externals={name: frozenset(node.prefixes()) for name, node in _entries(facts, "igp_externals").items()},
    )


def _prefixes(node: Node) -> tuple[Prefix, ...]:
    """A list of prefixes, or how many there are."""
    if isinstance(node.value, int):
        return tuple(Prefix(4, (10 << 24) + (number << 8), 24) for number in range(node.integer(0, 65535)))
    return node.prefixes()


def _session(node: Node) -> tuple[BgpSession, Mapping[str, Node]]:
    at = node.fields(
        "node", "remote_node", "local", "remote", "up", "external", "tripped", "local_as", "remote_as", "sends",
        "hears", "accepts", required=("node", "remote"),
    )  # fmt: skip
    up = "up" not in at or at["up"].flag()
    external = "external" in at and at["external"].flag()
    session = BgpSession(
        node=at["node"].text(),
        vrf="default",
        local_as=at["local_as"].integer() if "local_as" in at else 64500,
        local_address=parse_address(at["local"].text()) if "local" in at else None,
        local_interface=None,
        remote_as=at["remote_as"].integer() if "remote_as" in at else (64501 if external else 64500),
        remote_node=at["remote_node"].text() if "remote_node" in at else None,
        remote_address=parse_address(at["remote"].text()),
        remote_interface=None,
        session_type="EBGP_SINGLEHOP" if external else "IBGP",
        status="ESTABLISHED" if up else "NOT_ESTABLISHED",
        up=up,
        external=external,
        tripped="tripped" in at and at["tripped"].flag(),
    )
    return session, at


def _attributes(session: BgpSession) -> BgpAttributes:
    asns = (session.remote_as,) if session.remote_as is not None else ()
    return BgpAttributes(as_path=(Segment(SEQUENCE, asns),))


def _best(node: Node) -> BgpRow:
    at = node.fields("node", "prefix", "from", required=("node", "prefix"))
    received = parse_address(at["from"].text()) if "from" in at else None
    return BgpRow(at["node"].text(), "default", at["prefix"].prefix(), True, BgpAttributes(), "bgp", received, 100)


def _note(node: Node) -> StateNote:
    at = node.fields("code", "message", "undecided", required=("code", "message"))
    return StateNote(at["code"].text(), at["message"].text(), undecided="undecided" not in at or at["undecided"].flag())


# ------------------------------------------------------------------------------------------------ facts


def _site(node: Node) -> SiteFact:
    at = node.fields("name", "kind", "isolated", "reaches", "sends_to", "present", required=("name", "kind"))
    reaches = frozenset(at["reaches"].texts()) if "reaches" in at else frozenset()
    return SiteFact(
        name=at["name"].text(),
        kind=at["kind"].choice("datacenter", "pop", "external"),
        reaches=reaches,
        sends_to=frozenset(at["sends_to"].texts()) if "sends_to" in at else reaches,
        isolated="isolated" in at and at["isolated"].flag(),
        present="present" not in at or at["present"].flag(),
    )


def _backbone(node: Node) -> BackboneFact:
    at = node.fields("links", "sessions")
    links = []
    for name, up in at["links"].entries().items() if "links" in at else ():
        one, _, other = name.partition(" -- ")
        links.append(BackboneLink((interface(one), interface(other)), up.flag()))
    sessions = {}
    for name, up in at["sessions"].entries().items() if "sessions" in at else ():
        one, _, other = name.partition(" -> ")
        sessions[one, other] = up.flag()
    return BackboneFact(tuple(links), sessions)


def _advertisement(node: Node) -> AdvertisementFact:
    at = node.fields(
        "name", "prefix", "to", "sites", "origins", "min_sites", "min_origins", required=("name", "prefix")
    )
    return AdvertisementFact(
        name=at["name"].text(),
        prefix=at["prefix"].prefix(),
        to=at["to"].text() if "to" in at else "",
        sites=frozenset(at["sites"].texts()) if "sites" in at else frozenset(),
        origins=frozenset(at["origins"].texts()) if "origins" in at else frozenset(),
        min_sites=at["min_sites"].integer() if "min_sites" in at else 1,
        min_origins=at["min_origins"].integer() if "min_origins" in at else 0,
        source=node.source,
    )


def _service(node: Node) -> ServiceFact:
    at = node.fields(
        "name", "healthy", "instances", "recovery", "serves_zones", "unmet", "undecided", required=("name",)
    )
    return ServiceFact(
        name=at["name"].text(),
        healthy="healthy" not in at or at["healthy"].flag(),
        instances=tuple(map(_instance, at["instances"].items())) if "instances" in at else (),
        recovery="recovery" in at and at["recovery"].flag(),
        serves_zones=at["serves_zones"].texts() if "serves_zones" in at else (),
        unmet=at["unmet"].texts() if "unmet" in at else (),
        undecided="undecided" in at and at["undecided"].flag(),
    )


def _instance(node: Node) -> InstanceFact:
    at = node.fields("id", "up", "healthy", "why", required=("id",))
    return InstanceFact(
        id=interface(at["id"].text()),
        up="up" not in at or at["up"].flag(),
        healthy="healthy" not in at or at["healthy"].flag(),
        why=at["why"].text() if "why" in at else "",
    )


def _round(number: int, node: Node) -> CascadeRound:
    at = node.fields("unhealthy", "withdrawn", "advertisements_lost")
    unhealthy = []
    for each in at["unhealthy"].items() if "unhealthy" in at else ():
        one = each.fields("service", "instance", "why", required=("service",))
        where = interface(one["instance"].text()) if "instance" in one else None
        unhealthy.append((one["service"].text(), where, one["why"].text() if "why" in one else ""))
    return CascadeRound(
        number=number,
        unhealthy=tuple(unhealthy),
        withdrawn=tuple(map(interface, at["withdrawn"].texts())) if "withdrawn" in at else (),
        advertisements_lost=at["advertisements_lost"].prefixes() if "advertisements_lost" in at else (),
    )


def _flow(node: Node) -> FlowFact:
    at = node.fields("name", "from", "to", "expect", "delivered", "denied", "undecided", required=("name", "expect"))
    intent = FlowIntent(
        name=at["name"].text(),
        source=node.source,
        origins=at["from"].texts() if "from" in at else (),
        destinations=at["to"].texts() if "to" in at else (),
        expect=at["expect"].choice("delivered", "denied"),
    )
    delivered = "delivered" in at and at["delivered"].flag()
    denied = at["denied"].flag() if "denied" in at else not delivered
    return FlowFact(intent, delivered, denied, undecided="undecided" in at and at["undecided"].flag())


def _management(node: Node) -> ManagementFact:
    at = node.fields("from", "to", "address", "reachable", "why", required=("from", "to", "reachable"))
    return ManagementFact(
        source_node=at["from"].text(),
        target=at["to"].text(),
        address=parse_address(at["address"].text()) if "address" in at else None,
        reachable=at["reachable"].flag(),
        source=node.source,
        why=at["why"].text() if "why" in at else "",
    )


def _failure(node: Node) -> FailureOutcome:
    at = node.fields(
        "scenario", "sites_isolated", "advertisements_lost", "transit", "undecided", required=("scenario",)
    )
    lost = at["advertisements_lost"].entries() if "advertisements_lost" in at else {}
    reason = at["scenario"].text()
    return FailureOutcome(
        scenario=Scenario(down_nodes=frozenset({reason}), reason=reason),
        sites_isolated=frozenset(at["sites_isolated"].texts()) if "sites_isolated" in at else frozenset(),
        advertisements_lost=frozenset((name, prefix.prefix()) for name, prefix in lost.items()),
        undecided=at["undecided"].text() if "undecided" in at else "",
        transit=frozenset(at["transit"].texts()) if "transit" in at else frozenset(),
    )


def _pair(node: Node) -> tuple[str, str]:
    one, other = node.texts()
    return one, other


def _fates(node: Node) -> frozenset[Fate]:
    """`DISPOSITION at NODE`, one or several."""
    found = set[Fate]()
    for text in node.texts():
        disposition, _, place = text.partition(" at ")
        if disposition not in Disposition.__members__ or not place:
            node.fail(f"{text!r} is not a disposition at a node")
        found.add(Fate(Disposition(disposition), place))
    return frozenset(found)


def _columns(facts: Facts, key: str, read: Callable[[Node], V]) -> Mapping[Prefix, Mapping[str, V]]:
    """`PREFIX: {SOURCE: fact}`."""
    return {
        parse_prefix(prefix): {source: read(node) for source, node in column.entries().items()}
        for prefix, column in _entries(facts, key).items()
    }


def _items(facts: Facts, key: str) -> tuple[Node, ...]:
    return facts[key].items() if key in facts else ()


def _entries(facts: Facts, key: str) -> Mapping[str, Node]:
    return facts[key].entries() if key in facts else {}
