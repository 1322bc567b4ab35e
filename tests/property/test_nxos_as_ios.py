"""One random network written for IOS and for NX-OS: where the vendors do alike, the tables are alike."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from random_bgp import PAIRS, PLANS, SIZE, Plan, configs, prefixes_of
from small_network import snapshot_of

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.model.coverage import LineState
from guard.model.device import Interface, Vendor
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute
from guard.snapshot.merge.merge import merge


def nxos(plan: Plan, node: int) -> str:
    """Router n<node> of a plan, as `random_bgp` writes it for IOS."""
    head = [f"hostname n{node}", "feature bgp", "feature ospf", "boot nxos bootflash:/nxos.9.2.3.bin"]
    ports = ["interface loopback0", f"  ip address 10.255.0.{node}/32", "  ip router ospf 1 area 0.0.0.0"]
    process, maps = [f"router bgp {plan.asns[node]}", f"  router-id 10.255.0.{node}"], []
    process += ["  address-family ipv4 unicast", *(f"    network {each}/24" for each in prefixes_of(plan, node))]
    process += ["    aggregate-address 10.0.0.0/8 summary-only"] * (node in plan.aggregating)
    for one, two in sorted(plan.links):
        if node not in (one, two):
            continue
        peer, link = two if node == one else one, f"192.0.{10 * one + two}"
        ports += [f"interface Ethernet{one}/{two}", "  no switchport"]
        ports += [f"  ip address {link}.{1 + (node == two)}/30", "  no shutdown"]
        if plan.asns[one] == plan.asns[two]:
            ports += [f"  ip ospf cost {plan.costs[PAIRS.index((one, two))]}", "  ip router ospf 1 area 0.0.0.0"]
        process += [f"  neighbor {link}.{1 + (node == one)}", *_neighbor(plan, node, peer)]
        maps += _maps(plan, node, peer)
    statics = [f"ip route {each}/24 Null0" for each in prefixes_of(plan, node)]
    return "\n".join([*head, *statics, *maps, *ports, "router ospf 1", *process, ""])


def _neighbor(plan: Plan, node: int, peer: int) -> list[str]:
    rows = [f"    remote-as {plan.asns[peer]}", "    address-family ipv4 unicast", f"      route-map FROM-{peer} in"]
    if plan.asns[node] == plan.asns[peer]:
        rows += ["      route-reflector-client"] * ((node, peer) in plan.clients)
        rows += ["      next-hop-self"] * (node in plan.selfish)
    return rows


def _maps(plan: Plan, node: int, peer: int) -> list[str]:
    blocked = sorted(number for one, two, number in plan.blocked if (one, two) == (node, peer))
    rows = [f"ip prefix-list NOT-{peer} permit 10.{each // 3}.{each % 3}.0/24" for each in blocked]
    rows += [f"route-map FROM-{peer} deny 10", f"  match ip address prefix-list NOT-{peer}"] if blocked else []
    values = sorted(value for one, two, value in plan.preferences if (one, two) == (node, peer))
    return [*rows, f"route-map FROM-{peer} permit 20", *(f"  set local-preference {each}" for each in values[:1])]


def seen(state: NetworkState) -> list[object]:
    """Paths, sessions and routes; an aggregate's distance and the names of loopbacks differ by vendor."""
    routes = sorted(
        (str(row["node"]), str(row["network"]), str(row["next_hop_ip"]), str(row["protocol"]), row["metric"])
        for row in routes_rows(state)
        if row["protocol"] not in ("local", "connected")
    )
    return [list(bgp_rows(state)), list(session_rows(state)), routes]


@given(PLANS)
@settings(max_examples=40, deadline=None)
def test_the_tables_are_those_of_ios(plan: Plan) -> None:
    plan = replace(plan, vendor="ios")
    ours = snapshot_of({f"n{node}": nxos(plan, node) for node in range(SIZE)})
    assert {device.vendor for device in ours.devices.values()} == {Vendor.NXOS}
    states = {LineState(state) for device in ours.devices.values() for state in device.coverage.states}
    assert states <= {LineState.BLANK, LineState.IMPLEMENTED, LineState.IGNORED}
    assert seen(compute(ours)) == seen(compute(snapshot_of(configs(plan))))


def describe(interface: Interface) -> tuple[str, list[str], bool, bool]:
    addresses = [f"{each.address}/{each.length}" for each in interface.addresses]
    return interface.name, addresses, interface.shutdown, interface.switchport


@given(PLANS)
@settings(max_examples=40, deadline=None)
def test_a_configuration_typed_into_a_new_device_is_that_configuration(plan: Plan) -> None:
    """Lines that are there already change nothing, and every line of a file can be typed."""
    text = nxos(plan, 0)
    once = merge("hostname n0\nboot nxos bootflash:/nxos.9.2.3.bin\n", text, "nxos")
    assert once.unknown == ()
    read, typed = (snapshot_of({"n0": each}).devices["n0"] for each in (text, once.text))
    assert sorted(map(describe, typed.interfaces)) == sorted(map(describe, read.interfaces))
    assert merge(once.text, text, "nxos").text == once.text
