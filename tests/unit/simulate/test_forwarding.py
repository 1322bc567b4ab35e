"""Forwarding of one destination over all routers.

lan 10.9.0.0/24 -- a --- b --- c -- lan 10.3.0.0/24
                    \\         /
                     ---- d --
"""

from __future__ import annotations

from collections.abc import Mapping

import handmade
from handmade import HERE

from guard.model.acl import Acl, AclLine, Flow, wildcard
from guard.model.address import parse_address, parse_prefix
from guard.model.facts import Fate
from guard.model.inventory import Inventory, Site
from guard.model.state import InterfaceId, Scenario
from guard.simulate.packets.following import follow
from guard.simulate.packets.forwarding import Forwarder

FACES = {
    "a": {"b": "10.0.0.0/31", "d": "10.0.0.2/31", "lan": "10.9.0.1/24", "lo": "172.16.0.1/32"},
    "b": {"a": "10.0.0.1/31", "c": "10.0.0.4/31"},
    "c": {"b": "10.0.0.5/31", "d": "10.0.0.7/31", "lan": "10.3.0.1/24", "lo": "172.16.0.3/32"},
    "d": {"a": "10.0.0.3/31", "c": "10.0.0.6/31"},
}
ROUTES = {
    "a": {"10.3.0.0/24": "10.0.0.1 10.0.0.3", "172.16.0.3/32": "10.0.0.1"},
    "b": {"10.3.0.0/24": "10.0.0.5", "172.16.0.3/32": "10.0.0.5"},
    "d": {"10.3.0.0/24": "10.0.0.7"},
}


def fates(
    destination: str, routes: Mapping[str, Mapping[str, str]] = ROUTES, down: tuple[str, ...] = (), **kwargs: object
) -> dict[str, list[str]]:
    net = handmade.snapshot(FACES, **kwargs)  # type: ignore[arg-type]
    scenario = Scenario(down_nodes=frozenset(d for d in down if "[" not in d), down_interfaces=faces(down))
    forwarder = Forwarder(net, handmade.state(net, routes, scenario))
    column = forwarder.column(parse_address(destination))
    return {node: sorted(show(fate) for fate in column.fates(node)) for node in net.devices if column.fates(node)}


def faces(names: tuple[str, ...]) -> frozenset[InterfaceId]:
    return frozenset(InterfaceId(*name[:-1].split("[")) for name in names if "[" in name)


def show(fate: Fate) -> str:
    place = f"{fate.node}[{fate.interface}]" if fate.interface else fate.node
    return f"{fate.disposition} {place}" + (f" {fate.detail}" if fate.detail else "")


def test_an_owned_address_is_accepted_by_its_owner() -> None:
    found = fates("172.16.0.3")
    assert found["a"] == found["b"] == found["c"] == ["ACCEPTED c[lo]"]
    assert found["d"] == ["NO_ROUTE d"]


def test_an_address_that_nobody_bears_is_delivered_to_its_subnet() -> None:
    assert set(map(tuple, fates("10.3.0.77").values())) == {("DELIVERED_TO_SUBNET c[lan]",)}


def test_ecmp_follows_every_way() -> None:
    routes = {**ROUTES, "d": {"10.3.0.0/24": "null"}}
    assert fates("10.3.0.77", routes)["a"] == ["DELIVERED_TO_SUBNET c[lan]", "NULL_ROUTED d 10.3.0.0/24"]


def test_a_loop_is_found_from_every_router_that_runs_into_it() -> None:
    routes = {"a": {"10.3.0.0/24": "10.0.0.1"}, "b": {"10.3.0.0/24": "10.0.0.0"}, "d": {"10.3.0.0/24": "10.0.0.2"}}
    found = fates("10.3.0.77", routes)
    assert found["a"] == found["b"] == found["d"] == ["LOOP a a -> b"]
    assert found["c"] == ["DELIVERED_TO_SUBNET c[lan]"]


def test_a_loop_beside_a_good_way_keeps_both() -> None:
    routes = {**ROUTES, "b": {"10.3.0.0/24": "10.0.0.0"}}
    assert fates("10.3.0.77", routes)["b"] == ["DELIVERED_TO_SUBNET c[lan]", "LOOP a a -> b"]


def test_unowned_next_hops_leave_the_network_or_are_unknown() -> None:
    outside = {"a": {"0.0.0.0/0": "10.9.0.99"}}
    assert fates("203.0.113.9", outside)["a"] == ["EXITS_NETWORK a[lan] via 10.9.0.99"]
    assert fates("10.3.0.77", outside)["a"] == ["INSUFFICIENT_INFO a[lan] via 10.9.0.99"]


def test_what_is_down_is_not_delivered_though_its_subnet_is() -> None:
    """The host address 10.9.0.1 belongs to a; from a LAN neighbour's view it is gone with a's interface."""
    both = {**FACES, "e": {"lan": "10.9.0.2/24"}}
    net = handmade.snapshot(both)
    down = Scenario(down_nodes=frozenset({"e"}))
    column = Forwarder(net, handmade.state(net, ROUTES, down)).column(parse_address("10.9.0.2"))
    assert [show(f) for f in column.fates("a")] == ["NEIGHBOR_UNREACHABLE a[lan] 10.9.0.2 is down"]
    assert column.fates("e") == frozenset()


def test_a_filter_that_drops_all_packets_to_the_address_ends_them() -> None:
    deny = Acl(
        "NO-LAN",
        4,
        (
            AclLine(False, HERE, "deny ip any host 10.3.0.77", destinations=(wildcard(parse_prefix("10.3.0.77")),)),
            AclLine(True, HERE, "permit ip any any"),
        ),
        HERE,
    )
    kwargs = {"acls": {"b": (deny,)}, "doors": {"b[a]": ("NO-LAN", "")}}
    assert fates("10.3.0.77", **kwargs)["a"] == [
        "DELIVERED_TO_SUBNET c[lan]",
        'DENIED_IN b[a] NO-LAN "deny ip any host 10.3.0.77" (configs/x.cfg:1)',
    ]
    assert fates("10.3.0.78", **kwargs)["a"] == ["DELIVERED_TO_SUBNET c[lan]"]


def test_sites_where_traffic_ends() -> None:
    inventory = Inventory(
        sites=(
            Site("west", "pop", HERE, ("a", "b")),
            Site("east", "datacenter", HERE, ("c",)),
            Site("out", "external", HERE, ("d",)),
        )
    )
    net = handmade.snapshot(FACES, inventory)
    column = Forwarder(net, handmade.state(net, ROUTES)).column(parse_address("10.3.0.77"))
    assert column.sites("b") == {"east"}
    assert column.sites("a") == {"east", "west"}, "the way over d leaves the network at a, which is in west"


def test_a_flow_meets_every_line() -> None:
    web = Acl("WEB", 4, (AclLine(True, HERE, "permit tcp any any eq 80", (6,), destination_ports=((80, 80),)),), HERE)
    net = handmade.snapshot(FACES, acls={"c": (web,)}, doors={"c[b]": ("WEB", ""), "c[d]": ("WEB", "")})
    forwarder = Forwarder(net, handmade.state(net, ROUTES))
    to = parse_address("10.3.0.77").value
    passed = follow(forwarder, ("a", "default"), "", Flow(1, to, destination_port=80))
    assert [show(f) for f in passed.fates] == ["DELIVERED_TO_SUBNET c[lan]"]
    assert {node for node, _ in passed.passed} == {"a", "b", "c", "d"}
    denied = follow(forwarder, ("a", "default"), "", Flow(1, to, destination_port=22))
    assert sorted(f.disposition for f in denied.fates) == ["DENIED_IN", "DENIED_IN"]
