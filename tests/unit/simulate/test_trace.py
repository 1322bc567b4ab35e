"""Traces of single packets.

lan 10.9.0.0/24 -- a --- b --- c -- lan 10.3.0.0/24
                    \\         /
                     ---- d --
"""

from __future__ import annotations

import handmade
from test_forwarding import FACES, ROUTES

from guard.model.acl import Acl, AclLine, Flow
from guard.model.address import parse_address
from guard.simulate.packets.trace import trace

TO_LAN = Flow(parse_address("10.9.0.9").value, parse_address("10.3.0.77").value, destination_port=80)


def told(routes: object = ROUTES, flow: Flow = TO_LAN, interface: str = "", **kwargs: object) -> list[str]:
    net = handmade.snapshot(FACES, **kwargs)  # type: ignore[arg-type]
    found = trace(net, handmade.state(net, routes), "a", flow, interface=interface)  # type: ignore[arg-type]
    lines = []
    for each in found:
        lines += [f"{hop.interface_in or '-'} {hop.node} {hop.interface_out or '-'}: {hop.reason}" for hop in each.hops]
        lines.append(f"=> {each.fate.disposition} {each.fate.node} {each.fate.detail}".rstrip())
    return lines


def test_every_way_is_told_with_its_reasons() -> None:
    assert told() == [
        "- a b: static 10.3.0.0/24 [1/0] via 10.0.0.1",
        "a b c: static 10.3.0.0/24 [1/0] via 10.0.0.5",
        "b c lan: connected 10.3.0.0/24 [0/0] DELIVERED_TO_SUBNET",
        "=> DELIVERED_TO_SUBNET c",
        "- a d: static 10.3.0.0/24 [1/0] via 10.0.0.3",
        "a d c: static 10.3.0.0/24 [1/0] via 10.0.0.7",
        "d c lan: connected 10.3.0.0/24 [0/0] DELIVERED_TO_SUBNET",
        "=> DELIVERED_TO_SUBNET c",
    ]


def test_a_filter_names_its_line() -> None:
    acl = Acl("WEB", 4, (AclLine(True, handmade.HERE, "permit udp any any", (17,)),), handmade.HERE)
    routes = {**ROUTES, "a": {"10.3.0.0/24": "10.0.0.1"}}
    assert told(routes, acls={"b": (acl,)}, doors={"b[a]": ("WEB", "")}) == [
        "- a b: static 10.3.0.0/24 [1/0] via 10.0.0.1",
        "a b -: denied by WEB (no line matches, configs/x.cfg:1)",
        "=> DENIED_IN b WEB (no line matches, configs/x.cfg:1)",
    ]
    assert told(routes, interface="lan", acls={"a": (acl,)}, doors={"a[lan]": ("WEB", "")}) == [
        "lan a -: WEB (no line matches, configs/x.cfg:1)",
        "=> DENIED_IN a WEB (no line matches, configs/x.cfg:1)",
    ]


def test_a_loop_ends_where_the_packet_comes_back() -> None:
    routes = {"a": {"10.3.0.0/24": "10.0.0.1"}, "b": {"10.3.0.0/24": "10.0.0.0"}}
    assert told(routes)[-1] == "=> LOOP a a -> b -> a"


def test_without_a_route_it_ends_at_once() -> None:
    assert told({}) == ["- a -: no route", "=> NO_ROUTE a"]
