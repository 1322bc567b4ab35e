"""Service health as a fixed point.

dc (10.3.0.0/16) d --- b --- n [lo53 192.0.2.53/32] dns
                       |
                       a [web 10.9.0.1/24]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import handmade
from handmade import HERE

from guard.model.address import parse_address, parse_prefix
from guard.model.inventory import AllOf, AnyOf, Inventory, NameNeeded, Service, ServiceNeeded, Site, SiteNeeded
from guard.model.state import InterfaceId
from guard.simulate.services import NameAnswer, Settled, ZoneServers, no_zones, settle

FACES = {
    "d": {"b": "10.0.0.0/31", "lan": "10.3.0.1/16"},
    "b": {"d": "10.0.0.1/31", "n": "10.0.0.2/31", "a": "10.0.0.4/31"},
    "n": {"b": "10.0.0.3/31", "lo53": "192.0.2.53/32"},
    "a": {"b": "10.0.0.5/31", "web": "10.9.0.1/24"},
}
ROUTES = {
    "d": {"192.0.2.53/32": "10.0.0.1", "10.9.0.0/24": "10.0.0.1"},
    "b": {"192.0.2.53/32": "10.0.0.3", "10.9.0.0/24": "10.0.0.5", "10.3.0.0/16": "10.0.0.0"},
    "n": {"10.3.0.0/16": "10.0.0.2", "10.9.0.0/24": "10.0.0.2"},
    "a": {"192.0.2.53/32": "10.0.0.4", "10.3.0.0/16": "10.0.0.4"},
}
SITES = (
    Site("dc", "datacenter", HERE, ("d",), (parse_prefix("10.3.0.0/16"),)),
    Site("pop", "pop", HERE, ("a", "b", "n")),
)
DNS = Service(
    "dns",
    HERE,
    (parse_address("192.0.2.53"),),
    (InterfaceId("N", "LO53"),),
    AnyOf((SiteNeeded("dc"),)),
    withdraws=True,
    serves_zones=("example.com.",),
)
WEB = Service("web", HERE, (parse_address("10.9.0.80"),), requires=AllOf((ServiceNeeded("dns"),)))
CUT = {**ROUTES, "b": {"192.0.2.53/32": "10.0.0.3", "10.9.0.0/24": "10.0.0.5"}}


def run(
    routes: Mapping[str, Mapping[str, str]] = ROUTES,
    services: tuple[Service, ...] = (DNS, WEB),
    answers: Mapping[str, NameAnswer] | None = None,
) -> Settled:
    net = handmade.snapshot(FACES, Inventory(sites=SITES, services=services))
    resolve = answers.get if answers is not None else no_zones
    return settle(net, handmade.states(net, routes), scenario=handmade.NO_FAILURE, resolve=resolve)


def told(settled: Settled) -> list[str]:
    return [
        f"{f.name} {'undecided' if f.undecided else 'healthy' if f.healthy else 'unhealthy'}"
        + "".join(f"; {why}" for why in f.unmet)
        for f in settled.services
    ]


def test_what_has_all_it_needs_is_healthy() -> None:
    settled = run()
    assert told(settled) == ["dns healthy", "web healthy"]
    assert settled.cascade == ()
    assert [str(i.id) for f in settled.services for i in f.instances] == ["n[lo53]", "a[web]"]


def test_an_unhealthy_instance_withdraws_and_takes_others_along() -> None:
    settled = run(CUT)
    assert told(settled) == ["dns unhealthy; none of: site dc", "web unhealthy; service dns is not reached"]
    (first,) = settled.cascade
    assert [(name, str(place), why) for name, place, why in first.unhealthy] == [
        ("dns", "n[lo53]", "none of: site dc"),
        ("web", "a[web]", "service dns is not reached"),
    ]
    assert first.withdrawn == (InterfaceId("n", "lo53"),)
    assert settled.state.scenario.down_interfaces == {InterfaceId("n", "lo53")}


def test_without_withdrawal_it_only_counts_as_unhealthy() -> None:
    settled = run(CUT, (replace(DNS, withdraws=False),))
    assert told(settled) == ["dns unhealthy; none of: site dc"]
    assert (len(settled.cascade), settled.cascade[0].withdrawn) == (1, ())


def test_services_that_need_each_other_stand_and_fall_together() -> None:
    both = (replace(DNS, requires=AllOf((ServiceNeeded("web"), SiteNeeded("dc")))), WEB)
    assert told(run(ROUTES, both)) == ["dns healthy", "web healthy"]
    assert [text.split(";")[0] for text in told(run(CUT, both))] == ["dns unhealthy", "web unhealthy"]


def test_names_need_a_server_that_answers() -> None:
    by_name = replace(WEB, requires=NameNeeded("www.example.com."))
    zone = ZoneServers("example.com.", (parse_address("192.0.2.53"),))
    known = {"www.example.com.": NameAnswer(True, (zone,))}
    assert told(run(ROUTES, (DNS, by_name), known))[1] == "web healthy"
    assert told(run(CUT, (DNS, by_name), known))[1] == "web unhealthy; name www.example.com. is not reached"
    gone = {"www.example.com.": NameAnswer(False, (zone,))}
    assert told(run(ROUTES, (DNS, by_name), gone))[1] == "web unhealthy; name www.example.com. is not reached"


def test_a_name_outside_the_zones_is_undecided_and_withdraws_nothing() -> None:
    by_name = replace(DNS, requires=NameNeeded("www.example.org."))
    settled = run(ROUTES, (by_name,), {})
    assert told(settled) == ["dns undecided"]
    assert settled.cascade == ()


def test_a_service_without_addresses_is_judged_from_every_data_center() -> None:
    console = Service("console", HERE, requires=AllOf((ServiceNeeded("web"),)), recovery=True)
    assert told(run(ROUTES, (DNS, WEB, console)))[2] == "console healthy"
    cut = {**ROUTES, "d": {"192.0.2.53/32": "10.0.0.1"}}
    assert told(run(cut, (DNS, WEB, console)))[2] == "console unhealthy; service web is not reached (seen from d)"


def test_an_address_that_nobody_bears_is_no_service() -> None:
    lost = Service("lost", HERE, (parse_address("203.0.113.9"),))
    assert told(run(ROUTES, (lost,))) == ["lost unhealthy; nobody bears 203.0.113.9"]
