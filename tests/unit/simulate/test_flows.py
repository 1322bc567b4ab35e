"""Flows that must get through, and flows that must not.

world -- e [out 203.0.113.0/31, ACL in] --- c [lan 10.3.0.1/24] -- server 10.3.0.80
"""

from __future__ import annotations

import handmade
from handmade import HERE

from guard.model.acl import Acl, AclLine, wildcard
from guard.model.address import parse_address, parse_prefix
from guard.model.facts import FlowFact
from guard.model.inventory import FlowIntent, Inventory, Site
from guard.model.state import BgpSession, Scenario
from guard.simulate.packets.destinations import site_targets
from guard.simulate.packets.flows import flow_facts
from guard.simulate.packets.forwarding import Forwarder
from guard.simulate.packets.reachability import Reach

FACES = {
    "e": {"out": "203.0.113.0/31", "c": "10.0.0.0/31", "lo": "172.16.0.1/32"},
    "c": {"e": "10.0.0.1/31", "lan": "10.3.0.1/24"},
}
ROUTES = {"e": {"10.3.0.0/24": "10.0.0.1"}, "c": {"0.0.0.0/0": "10.0.0.0", "172.16.0.1/32": "10.0.0.0"}}
SITES = (
    Site("dc", "datacenter", HERE, ("c",), (parse_prefix("10.3.0.0/16"),)),
    Site("pop", "pop", HERE, ("e",)),
    Site("internet", "external", HERE, ("isp-*",)),
)
SESSION = BgpSession(
    "e", "default", 64500, parse_address("203.0.113.0"), "out", 64501, None, parse_address("203.0.113.1"), None,
    "EBGP_SINGLEHOP", "NOT_ESTABLISHED", True, external=True,
)  # fmt: skip


def permit(text: str, source: str = "", port: int | None = None) -> AclLine:
    sources = (wildcard(parse_prefix(source)),) if source else ()
    return AclLine(True, HERE, text, (6,), sources, destination_ports=((port, port),) if port else ())


def fact(
    intent: dict[str, object], *lines: AclLine, down: tuple[str, ...] = (), session: BgpSession | None = SESSION
) -> FlowFact:
    made = FlowIntent("f", HERE, **{"origins": ("internet",), "destinations": ("10.3.0.80",), **intent})  # type: ignore[arg-type]
    acl = Acl("EDGE", 4, lines, HERE)
    doors = {"e[out]": ("EDGE", "")} if lines else {}
    net = handmade.snapshot(FACES, Inventory(sites=SITES, flows=(made,)), {"e": (acl,)}, doors)
    scenario = Scenario(down_nodes=frozenset(down))
    state = handmade.state(net, ROUTES, scenario, (session,) if session else ())
    forwarder = Forwarder(net, state)
    return flow_facts(Reach(forwarder, site_targets(forwarder, forwarder)), ())[0]


WEB = {"expect": "delivered", "protocol": "tcp", "ports": ((80, 80),)}
SSH = {"expect": "denied", "protocol": "tcp", "ports": ((22, 22),)}


def test_a_site_outside_comes_in_by_its_sessions() -> None:
    found = fact(WEB)
    assert (found.sources, found.delivered, found.denied, found.evidence) == (("e[out]",), True, False, ())


def test_a_filter_that_lets_only_the_web_through() -> None:
    assert fact(WEB, permit("permit tcp any any eq 80", port=80)).delivered
    denied = fact(SSH, permit("permit tcp any any eq 80", port=80))
    assert (denied.delivered, denied.denied) == (False, True)


def test_denied_means_from_nobody() -> None:
    hole = fact(SSH, permit("permit tcp host 198.51.100.7 any", "198.51.100.7"))
    assert (hole.delivered, hole.denied) == (False, False)
    assert hole.evidence == ("e[out]: tcp 198.51.100.7 -> 10.3.0.80:22 ends DELIVERED_TO_SUBNET at c[lan]",)
    assert fact(SSH, permit("permit tcp 10.3.0.0/24 any", "10.3.0.0/24")).denied, "nobody outside has our addresses"


def test_a_range_is_followed_to_what_filters_cut_out_of_it() -> None:
    wide = {**WEB, "ports": ((80, 90),)}
    assert not fact(wide, permit("permit tcp any any eq 80", port=80), permit("eq 90", port=90)).delivered


def test_delivered_is_more_than_leaving_the_network() -> None:
    away = fact({**WEB, "origins": ("c",), "destinations": ("10.3.7.7",)})
    assert (away.delivered, away.denied) == (False, True)
    assert "ends NO_ROUTE at e" in away.evidence[0]


def test_what_is_down_is_no_source() -> None:
    assert fact({**WEB, "origins": ("e[out]",)}, down=("e",)).delivered
    assert fact({**WEB, "origins": ("e[out]",)}, down=("e",)).sources == ()
    lost = fact(WEB, session=None)
    assert (lost.delivered, lost.denied, lost.evidence) == (False, True, ("no source is up",))


def test_a_line_that_is_not_modelled_leaves_it_undecided() -> None:
    doubtful = AclLine(True, HERE, "permit tcp any any time-range WORK", (6,), opaque="time-range")
    found = fact(WEB, doubtful)
    assert (found.undecided, found.delivered, found.denied) == (True, False, False)
