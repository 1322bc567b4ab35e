"""Ordinary days on generated backbones are ALLOW; their near twins are stopped, for the right reason.

A gate that stops what people do every day is switched off within a week; one that lets the near twin through is
worth nothing. Each day is played with every configuration at hand, and with our own alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_interface, ip_network
from typing import Any

import pytest
import yaml
from backbones import Backbone, Judged, Workshop

UNTIL = {"temporary": True, "until": "2026-11-21T18:00:00Z"}
CUSTOMER, CONE = 65099, "100.99.0.0/22"
NEAR, FAR = "198.18.200.0", "198.18.200.1"

slow = pytest.mark.slow
BUILDS = [
    pytest.param(("11", "--vendor", "mixed"), id="eleven-mixed"),
    pytest.param(("Aconet", "--vendor", "ios"), id="aconet-ios", marks=slow),
    pytest.param(("Aconet", "--vendor", "mixed"), id="aconet-mixed", marks=slow),
    pytest.param(("Aconet", "--vendor", "eos"), id="aconet-eos", marks=slow),
    pytest.param(("Aconet", "--vendor", "frr"), id="aconet-frr", marks=slow),
    pytest.param(("Aconet", "--vendor", "mixed", "--igp", "isis"), id="aconet-isis", marks=slow),
    pytest.param(("Arpanet19706", "--vendor", "ios"), id="arpanet-ios", marks=slow),
]


@pytest.fixture(params=BUILDS)
def built(request: pytest.FixtureRequest, backbones: Workshop) -> Backbone:
    return backbones(*request.param)


@pytest.fixture(params=[pytest.param("full", marks=slow), "ours"])
def backbone(request: pytest.FixtureRequest, built: Backbone) -> Backbone:
    return built if request.param == "full" else built.without_outside()


def allowed(judged: Judged) -> None:
    assert judged.verdict == "ALLOW", judged.told()


def stopped(judged: Judged, *policies: str, by: str = "") -> None:
    """Not ALLOW, with one of the policies among the reasons, and the subject named."""
    assert judged.verdict in ("BLOCK", "HOLD"), judged.told()
    assert judged.named("deny", "hold") & set(policies), judged.told()
    assert by in judged.stopping(), judged.told()


# ------------------------------------------------------------------------------------------------ a new customer


def edge(backbone: Backbone) -> str:
    """A router with a session to the outside, and no data center behind it."""
    return next(name for name in backbone.routers("pop") if backbone.externals(name))


def customer(backbone: Backbone, *, import_map: bool = True, export_map: bool = True) -> dict[str, Any]:
    device = edge(backbone)
    words = backbone.words(device)
    lines = [
        words.port(backbone.free_port(device), f"{NEAR}/31"),
        words.entries(f"CUSTOMER-{CUSTOMER}", [f"permit {CONE} le 24"]),
        words.import_map(CUSTOMER),
        words.external(
            FAR, CUSTOMER, f"CUSTOMER-{CUSTOMER}-IN" if import_map else "", "CUSTOMER-OUT" if export_map else ""
        ),
    ]
    return {"device": device, "merge": "".join(lines)}


def peering(backbone: Backbone, role: str = "customer", **more: Any) -> dict[str, Any]:
    document = backbone.inventory()
    row = {"device": edge(backbone), "neighbor": FAR, "role": role, "site": "customers", **more}
    return backbone.inventory_step({**document, "peerings": [*document["peerings"], row]})


def cone(backbone: Backbone) -> dict[str, Any]:
    return peering(backbone, max_prefix=30, cone=[CONE])


def test_a_customer_session_with_its_peering(backbone: Backbone) -> None:
    allowed(backbone.judge({"parallel": [customer(backbone), cone(backbone)]}))


def test_a_customer_session_that_declares_what_it_does(backbone: Backbone) -> None:
    device = edge(backbone)
    expect = {
        "interfaces_up": [f"{device}[{backbone.free_port(device)}]"],
        "sessions_gained": [f"{device} -> {FAR}"],
        "prefixes_advertised": [CONE],
    }
    steps = {"parallel": [customer(backbone), cone(backbone)]}
    allowed(backbone.judge(steps, effect="declared", expect=expect))
    silent = {"prefixes_advertised": [CONE]}
    stopped(backbone.judge(steps, effect="declared", expect=silent), "undeclared-effect", by=FAR)


def test_a_customer_session_without_import_policy(backbone: Backbone) -> None:
    judged = backbone.judge({"parallel": [customer(backbone, import_map=False), cone(backbone)]})
    stopped(judged, "policy-widened", by=f"{edge(backbone)} -> {FAR}")


def test_a_customer_session_without_export_policy(backbone: Backbone) -> None:
    """What is ours alone, the data centers' private space, goes out; FRR sends nothing without a policy (RFC 8212)."""
    judged = backbone.judge({"parallel": [customer(backbone, export_map=False), cone(backbone)]})
    if backbone.vendor(edge(backbone)) == "frr":
        allowed(judged)
    else:
        stopped(judged, "foreign-origin", by="10.")


def test_a_customer_session_without_peering(backbone: Backbone) -> None:
    stopped(backbone.judge(customer(backbone)), "route-leak", by=FAR)


def test_a_new_peer_whose_filter_is_open(backbone: Backbone) -> None:
    """A peer that is let in like a customer: what it has from others goes to everybody (RFC 7908)."""
    step = customer(backbone)
    step["merge"] = step["merge"].replace("route-map CUSTOMER-OUT out", "route-map PEER-OUT out")
    allowed(backbone.judge({"parallel": [step, peering(backbone, "peer")]}))
    step["merge"] = step["merge"].replace(f"permit {CONE} le 24", "permit 0.0.0.0/0 le 24")
    stopped(backbone.judge({"parallel": [step, peering(backbone, "peer")]}), "route-leak", by=FAR)


# ------------------------------------------------------------------------------------------------ links


def unlinked(backbone: Backbone) -> tuple[str, str]:
    """Two routers of different sites without a link between them, neither a reflector."""
    names = [name for name in backbone.routers() if name not in backbone.routers("rr")]
    return next(
        (one, other)
        for one in names
        for other in names
        if one < other and other not in backbone.neighbors(one) and backbone.site(one) != backbone.site(other)
    )


def link(backbone: Backbone, cost: int, ports: tuple[str, str] | None = None) -> dict[str, Any]:
    ends = unlinked(backbone)
    names = ports or tuple(backbone.free_port(each) for each in ends)
    addresses = ("172.22.0.0/31", "172.22.0.1/31")
    merges = [
        {"device": each, "merge": backbone.words(each).link(port, address, cost)}
        for each, port, address in zip(ends, names, addresses, strict=True)
    ]
    return {"parallel": merges}


def test_a_new_link(backbone: Backbone) -> None:
    allowed(backbone.judge(link(backbone, 5000)))


def test_a_new_link_end_by_end(backbone: Backbone) -> None:
    allowed(backbone.judge(*link(backbone, 5000)["parallel"]))


def test_a_new_link_that_declares_what_it_does(backbone: Backbone) -> None:
    one, other = unlinked(backbone)
    up = [f"{each}[{backbone.free_port(each)}]" for each in (one, other)]
    allowed(backbone.judge(link(backbone, 5000), effect="declared", expect={"interfaces_up": up}))


def test_a_new_link_typed_on_the_port_of_an_old_one(backbone: Backbone) -> None:
    """The old link loses its address; a site hangs on one link now."""
    device, port = backbone.tight()
    words = backbone.words(device)
    merge = words.link(port, "172.22.0.0/31", 5000)
    if words.vendor == "frr":  # there an address is added to those that an interface has
        old = backbone.interfaces(device, "core")[port]
        merge = f"interface {port}\n no ip address {old}\n{merge}"
    (site,) = backbone.expected["link-shut-tight"]["subjects"][:1]
    stopped(backbone.judge({"device": device, "merge": merge}), "shared-risk", by=site)


def drained(backbone: Backbone, *ports: tuple[str, str]) -> dict[str, Any]:
    return {"down": [f"{device}[{port}]" for device, port in ports]}


def test_a_link_drained_for_maintenance(backbone: Backbone) -> None:
    allowed(backbone.judge(drained(backbone, backbone.spare()), metadata=UNTIL))


def test_a_tight_link_drained_with_the_risk_accepted(backbone: Backbone) -> None:
    """Whoever reads the hold and accepts the sites that it names may go on."""
    day = drained(backbone, backbone.tight())
    held = backbone.judge(day, metadata=UNTIL)
    (site,) = backbone.expected["link-shut-tight"]["subjects"][:1]
    stopped(held, "shared-risk", by=site)
    sites = [each["name"] for each in backbone.inventory()["sites"] if f'"{each["name"]}"' in held.stopping()]
    allowed(backbone.judge(day, metadata=UNTIL, expect={"at_risk": sites}))
    stopped(backbone.judge(day, metadata={"temporary": True}, expect={"at_risk": sites}), "shared-risk", by=site)


def test_a_link_too_many_drained(backbone: Backbone) -> None:
    """Both links of a site: at_risk accepts one more failure, not the loss itself."""
    device, _ = backbone.tight()
    day = drained(backbone, *((device, port) for port, _, _ in backbone.links(device)))
    judged = backbone.judge(day, metadata=UNTIL)
    stopped(judged, "site-isolation", "datacenter-isolation", by=backbone.site(device))
    assert judged.verdict == "BLOCK", judged.told()


def test_a_link_shut_for_good_and_the_wrong_one(backbone: Backbone) -> None:
    device, port = backbone.tight()
    step = {"device": device, "merge": backbone.words(device).shut(port)}
    stopped(backbone.judge(step, effect="declared", expect={"interfaces_down": [f"{device}[{port}]"]}), "shared-risk")


# ------------------------------------------------------------------------------------------------ routers


NEW, LOOPBACK = "bb9", "172.16.1.250"


def beside(backbone: Backbone) -> str:
    """A pop's router beside which another one is built: not a reflector, with two links."""
    names = [*backbone.routers("core"), *backbone.routers("pop")]
    return next(name for name in names if len(backbone.links(name)) > 1 and not backbone.externals(name))


def another(backbone: Backbone, *, reflected: bool = True) -> dict[str, Any]:
    """A second router in the site of the first, linked to it and to its neighbours."""
    device = beside(backbone)
    name = f"{backbone.site(device)}-{NEW}"
    ends = [device, *dict.fromkeys(backbone.neighbors(device))]
    words, ports, parts = backbone.words(device), [], []
    for number, end in enumerate(ends):
        ours, theirs = f"172.22.1.{2 * number}/31", f"172.22.1.{2 * number + 1}/31"
        port = backbone.free_port(device, 20 + number)
        ports.append((port, ours, 5000))
        parts.append({"device": end, "merge": backbone.words(end).link(backbone.free_port(end), theirs, 5000)})
    reflectors = backbone.reflectors(device)
    config = words.router(name, LOOPBACK, ports, [backbone.loopback(each) for each in reflectors])
    if reflected:
        parts += [{"device": each, "merge": backbone.words(each).client(LOOPBACK)} for each in reflectors]
    return {"parallel": [{"add_device": {"name": name, "config": config}}, *parts]}


@slow
def test_a_router_added(backbone: Backbone) -> None:
    """The router with its links, then the reflectors: at once it would touch more than half of a small network."""
    parts = another(backbone)["parallel"]
    reflectors = [part for part in parts if part.get("device") in backbone.routers("rr")]
    allowed(backbone.judge({"parallel": [part for part in parts if part not in reflectors]}, {"parallel": reflectors}))


@slow
def test_a_router_added_step_by_step(backbone: Backbone) -> None:
    allowed(backbone.judge(*another(backbone)["parallel"]))


def test_a_router_added_that_no_reflector_knows(backbone: Backbone) -> None:
    judged = backbone.judge(another(backbone, reflected=False))
    stopped(judged, "route-reflection", by=f"{backbone.site(beside(backbone))}-{NEW}")


def with_another(backbone: Backbone) -> Backbone:
    """The backbone once the second router is there."""
    from guard.parse.change import parse_change
    from guard.pipeline import steps_of
    from guard.snapshot.load import load

    document = {"apiVersion": "guard/v1", "kind": "Change", "metadata": {"id": "add"}, "steps": [another(backbone)]}
    (result,) = steps_of(parse_change(yaml.safe_dump(document), "add.yaml", {}), load(backbone.files))
    return Backbone(backbone.name, result.after.files, backbone.plan, backbone.changes, backbone.expected)


def test_a_router_rebooted_where_another_stands_beside_it(backbone: Backbone) -> None:
    device = beside(backbone)
    site = backbone.site(device)
    pair = with_another(backbone)
    step = {"device": device, "commands": "reload"}
    allowed(pair.judge(step, metadata=UNTIL, expect={"at_risk": [site], "shifts": [site]}))


@slow
def test_both_routers_of_a_site_rebooted(backbone: Backbone) -> None:
    device = beside(backbone)
    site = backbone.site(device)
    pair = with_another(backbone)
    steps = [{"device": name, "commands": "reload"} for name in (device, f"{site}-{NEW}")]
    judged = pair.judge({"parallel": steps}, metadata=UNTIL, expect={"shifts": [site]})
    stopped(judged, "site-isolation", by=site)
    assert judged.verdict == "BLOCK", judged.told()
    one_by_one = pair.judge(*steps, metadata=UNTIL, expect={"at_risk": [site], "shifts": [site]})
    allowed(one_by_one)


def test_both_reflectors_rebooted(backbone: Backbone) -> None:
    steps = [{"device": name, "commands": "reload"} for name in backbone.routers("rr")]
    judged = backbone.judge({"parallel": steps}, metadata=UNTIL)
    assert judged.verdict == "BLOCK", judged.told()


def test_a_command_that_nobody_knows(backbone: Backbone) -> None:
    step = {"device": edge(backbone), "commands": "diagnostic start slot 3 test all"}
    stopped(backbone.judge(step), "unknown-command", by="diagnostic start")


def test_commands_that_only_show(backbone: Backbone) -> None:
    allowed(backbone.judge({"device": edge(backbone), "commands": "show ip route\nshow bgp summary"}, effect="none"))


# ------------------------------------------------------------------------------------------------ routes


def null_routes(backbone: Backbone, prefix: str) -> list[dict[str, Any]]:
    """The same null route on one router after the other that has a session with the outside."""
    edges = [name for name in backbone.routers() if backbone.externals(name)]
    return [{"device": each, "merge": backbone.words(each).null_route(prefix)} for each in edges]


def victims(backbone: Backbone) -> list[str]:
    """Hosts of a data center's fabric, of a data center's space without a subnet, and of a customer."""
    device = backbone.routers("dc")[0]
    subnet = ip_interface(next(iter(backbone.interfaces(device, "lan").values()))).network
    site = next(each for each in backbone.inventory()["sites"] if each["name"] == backbone.site(device))
    customer = next(each["cone"][0] for each in backbone.inventory()["peerings"] if each["role"] == "customer")
    spaces = [ip_network(text) for text in (site["prefixes"][0], customer)]
    return [f"{each}/32" for each in (subnet[66], spaces[0][-2], spaces[1][66])]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_host_route_dropped_on_purpose(backbone: Backbone, which: int) -> None:
    host = victims(backbone)[which]
    allowed(backbone.judge(*null_routes(backbone, host), expect={"dropped": [host]}))
    allowed(backbone.judge(*null_routes(backbone, host), effect="declared", expect={"dropped": [host]}))


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_host_route_dropped_without_a_word(backbone: Backbone, which: int) -> None:
    host = victims(backbone)[which]
    stopped(backbone.judge(*null_routes(backbone, host)), "blackhole", by=host.partition("/")[0])


@pytest.mark.parametrize("prefix", ["198.51.100.0/24", "198.51.100.10/32", "192.0.2.53/32"])
def test_a_null_route_for_what_is_advertised(backbone: Backbone, prefix: str) -> None:
    judged = backbone.judge(*null_routes(backbone, prefix), expect={"dropped": ["198.51.100.66/32"]})
    stopped(judged, "blackhole", by=prefix.rpartition(".")[0])
    assert judged.verdict == "BLOCK", judged.told()


# ------------------------------------------------------------------------------------------------ lists


def listed(backbone: Backbone) -> tuple[str, str, str]:
    """The router, the customer's list and the prefix of the generator's own change."""
    text = backbone.changes["new-customer-prefix"]
    (step,) = yaml.safe_load(text)["steps"]
    name = re.search(r"CUSTOMER-\d+", text)
    prefix = re.search(r"permit (\S+)", text)
    assert name
    assert prefix
    return step["device"], name[0], prefix[1]


def entry(backbone: Backbone, text: str) -> dict[str, Any]:
    device, name, _ = listed(backbone)
    return {"device": device, "merge": backbone.words(device).entries(name, [text])}


def test_an_entry_in_a_prefix_list(backbone: Backbone) -> None:
    _, _, prefix = listed(backbone)
    allowed(backbone.judge(entry(backbone, f"permit {prefix}")))
    expect = {"prefixes_advertised": [prefix]}
    allowed(backbone.judge(entry(backbone, f"permit {prefix}"), effect="declared", expect=expect))


@pytest.mark.parametrize("wrong", ["0.0.0.0/0 le 32", "0.0.0.0/0 le 24", "96.0.0.0/3 le 24", "100.0.0.0/7 ge 22 le 24"])
def test_an_entry_with_a_wrong_length(backbone: Backbone, wrong: str) -> None:
    stopped(backbone.judge(entry(backbone, f"permit {wrong}")), "policy-widened", "route-leak", by=listed(backbone)[1])


# ------------------------------------------------------------------------------------------------ a site goes


def closable(backbone: Backbone) -> str:
    """A pop's only router that no other site needs, not even while one more thing is down."""
    names = [name for name in (*backbone.routers("core"), *backbone.routers("pop")) if not backbone.externals(name)]
    at_risk = backbone.hanging(without="")
    found = next((name for name in names if backbone.hanging(without=name) <= at_risk), None)
    return found or pytest.skip("this topology needs each of its routers to stay")


def decommissioned(backbone: Backbone) -> Iterator[dict[str, Any]]:
    """A pop with a single router that nothing hangs on: links, sessions, device and inventory go together."""
    device = closable(backbone)
    site = backbone.site(device)
    for _, neighbor, port in backbone.links(device):
        yield {"device": neighbor, "merge": backbone.words(neighbor).shut(port)}
    for each in backbone.reflectors(device):
        yield {"device": each, "merge": backbone.words(each).no_neighbor(backbone.loopback(device))}
    yield {"remove_device": device}
    document = backbone.inventory()
    document["sites"] = [each for each in document["sites"] if each["name"] != site]
    for risk in document.get("shared_risks", []):
        risk["members"] = [each for each in risk["members"] if not each.startswith(f"{device}[")]
    yield backbone.inventory_step(document)


def test_a_site_decommissioned_with_its_inventory(backbone: Backbone) -> None:
    judged = backbone.judge({"parallel": list(decommissioned(backbone))})
    assert judged.verdict == "HOLD", judged.told()
    assert judged.named("deny") == set(), judged.told()
    assert "intent-weakened" in judged.named("hold"), judged.told()
    assert backbone.site(closable(backbone)) in judged.stopping()


def test_a_site_decommissioned_that_the_inventory_still_has(backbone: Backbone) -> None:
    judged = backbone.judge({"parallel": [part for part in decommissioned(backbone) if "file" not in part]})
    assert judged.verdict == "BLOCK", judged.told()
    stopped(judged, "site-isolation", by=backbone.site(closable(backbone)))
