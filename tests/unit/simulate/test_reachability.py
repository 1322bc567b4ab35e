"""Which sites exchange traffic.

west (10.1.0.0/16)     mid (no prefixes)      east (10.3.0.0/16)
w [lan 10.1.1.1/24] ----- m [lo] ------------- e [aggregate only]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import handmade
from handmade import HERE

from guard.model.address import parse_address, parse_prefix
from guard.model.inventory import Inventory, Site
from guard.model.state import Scenario
from guard.simulate.packets.destinations import build, site_targets
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.reachability import Reach, exit_table, fate_table, site_facts, transit

FACES = {
    "w": {"m": "10.0.0.0/31", "lan": "10.1.1.1/24"},
    "m": {"w": "10.0.0.1/31", "e": "10.0.0.2/31", "lo": "172.16.0.2/32"},
    "e": {"m": "10.0.0.3/31"},
}
ROUTES = {
    "w": {"10.3.0.0/16": "10.0.0.1", "172.16.0.2/32": "10.0.0.1"},
    "m": {"10.1.1.0/24": "10.0.0.0", "10.3.0.0/16": "10.0.0.3"},
    "e": {"10.1.1.0/24": "10.0.0.2", "172.16.0.2/32": "10.0.0.2", "10.3.0.0/16": "null"},
}
SITES = (
    Site("west", "datacenter", HERE, ("w",), (parse_prefix("10.1.0.0/16"),)),
    Site("mid", "pop", HERE, ("m",)),
    Site("east", "datacenter", HERE, ("e",), (parse_prefix("10.3.0.0/16"),)),
)
Routes = Mapping[str, Mapping[str, str]]


def facts(routes: Routes = ROUTES, base: Routes = ROUTES, scenario: Scenario = handmade.NO_FAILURE) -> list[str]:
    net = handmade.snapshot(FACES, Inventory(sites=SITES))
    before = Forwarder(net, handmade.state(net, base))
    after = Forwarder(net, handmade.state(net, routes, scenario))
    found = site_facts(Reach(after, site_targets(after, before)))
    return [f"{f.name}: {' '.join(sorted(f.reaches)) or '-'}{' isolated' * f.isolated}" for f in found]


def test_sites_exchange_traffic_by_prefix_loopback_and_aggregate() -> None:
    assert facts() == ["west: east mid", "mid: east west", "east: mid west"]


def test_one_way_is_no_exchange() -> None:
    routes = {**ROUTES, "e": {"172.16.0.2/32": "10.0.0.2", "10.3.0.0/16": "null"}}
    assert facts(routes) == ["west: mid", "mid: east west", "east: mid"]


def test_a_site_without_partner_is_isolated() -> None:
    routes = {**ROUTES, "e": {"10.3.0.0/16": "null"}}
    assert facts(routes) == ["west: mid", "mid: west", "east: - isolated"]
    down = Scenario(down_nodes=frozenset({"e"}))
    assert facts(scenario=down) == ["west: mid", "mid: west", "east: - isolated"]


def test_an_aggregate_does_not_stand_in_for_a_route_that_was_there() -> None:
    """The LAN of e held 10.3.1.0/24 in the base; without it e's aggregate only swallows what was delivered."""
    base = {**ROUTES, "e": {**ROUTES["e"], "10.3.0.0/17": "-m", "10.3.128.0/17": "-m"}}
    assert facts(ROUTES, base) == ["west: mid", "mid: west", "east: - isolated"]


def test_representatives_and_tables() -> None:
    net = handmade.snapshot(FACES, Inventory(sites=SITES))
    forwarder = Forwarder(net, handmade.state(net, ROUTES))
    destinations = build([forwarder])
    assert {str(d.prefix): str(d.address) for d in destinations} == {
        "10.1.0.0/16": "10.1.0.1",
        "10.1.1.0/24": "10.1.1.2",
        "10.3.0.0/16": "10.3.0.1",
        "172.16.0.2/32": "172.16.0.2",
        "10.0.0.3/32": "10.0.0.3",
        "10.0.0.0/32": "10.0.0.0",
        "10.1.1.1/32": "10.1.1.1",
    }, "w and e have no loopback, so their interface addresses stand for them"
    exits = exit_table(forwarder, destinations)
    assert exits["west", parse_prefix("10.3.0.0/16")] == {"east"}
    assert ("west", parse_prefix("10.1.0.0/16")) not in exits
    fates = fate_table(forwarder, destinations)
    assert [str(f.disposition) for f in fates["w", parse_prefix("10.1.0.0/16")]] == ["NO_ROUTE"]


def test_a_node_that_holds_the_address_does_not_hide_where_the_others_of_its_site_send() -> None:
    faces = {**FACES, "w": {**FACES["w"], "any": "198.51.100.1/32"}, "e": {**FACES["e"], "any": "198.51.100.1/32"}}
    sites = (Site("west", "pop", HERE, ("w", "m")), Site("east", "pop", HERE, ("e",)))
    net = handmade.snapshot(faces, Inventory(sites=sites))
    service = parse_prefix("198.51.100.1/32")
    exits = []
    for next_hop in ("10.0.0.0", "10.0.0.3"):
        forwarder = Forwarder(net, handmade.state(net, {**ROUTES, "m": {"198.51.100.1/32": next_hop}}))
        exits.append(exit_table(forwarder, build([forwarder]))["west", service])
    assert exits == [{"west"}, {"east"}], "w serves itself in both; m is all of the site's traffic"


def test_tables_tell_what_differs() -> None:
    net = handmade.snapshot(FACES, Inventory(sites=SITES))
    before = Forwarder(net, handmade.state(net, ROUTES))
    after = Forwarder(net, handmade.state(net, {**ROUTES, "m": {"10.1.1.0/24": "10.0.0.0", "10.3.0.0/16": "null"}}))
    destinations = build([before, after])
    differing = fate_table(after, destinations).differing(fate_table(before, destinations))
    assert sorted((key.origin, str(key.prefix)) for key, _, _ in differing) == [
        ("m", "10.3.0.0/16"),
        ("w", "10.3.0.0/16"),
    ]


def test_a_router_that_carries_others_traffic() -> None:
    net = handmade.snapshot(FACES, Inventory(sites=SITES))
    forwarder = Forwarder(net, handmade.state(net, ROUTES))
    destinations = build([forwarder])
    assert transit(forwarder, destinations, frozenset({"m"})) == {"m": "e -> m -> 10.1.1.0/24 (to west)"}
    assert set(transit(forwarder, destinations, frozenset({"m", "w"}))) == {"m"}
    assert transit(forwarder, destinations, frozenset()) == {}


def test_prefixes_alike_share_a_representative_where_the_state_can_tell() -> None:
    class Alike(handmade.TableBgp):
        @property
        def universe(self) -> frozenset[object]:
            return frozenset(map(parse_prefix, ("100.64.0.0/24", "100.64.1.0/24", "100.65.0.0/24")))

        def class_of(self, prefix: object) -> object:
            return "one" if prefix in self.universe else None

    net = handmade.snapshot(FACES, Inventory(sites=SITES))
    state = replace(handmade.state(net, ROUTES), bgp=Alike({}, {}))
    groups = {tuple(map(str, d.stands_for)) for d in build([Forwarder(net, state)]) if len(d.stands_for) > 1}
    assert groups == {("100.64.0.0/24", "100.64.1.0/24", "100.65.0.0/24")}
    assert parse_address("100.64.0.1") in {d.address for d in build([Forwarder(net, state)])}
