"""Arguments on graphs and simulation give the same answer for every failure of a network.

Routers r0, r1, … in a random connected graph: OSPF or EIGRP (with a stub, perhaps), iBGP in a full mesh or with
reflectors, data centers behind r0 and the last one (with a null route, a subnet, or both), a service prefix born at two
routers, providers (nobody's configurations) at two, each router a site of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.engines.embedded import Embedded
from guard.model.address import parse_address
from guard.model.facts import FailureSweep
from guard.model.state import Scenario
from guard.simulate.assessment import assess_all
from guard.simulate.failures.proof import Proof
from guard.simulate.failures.scenario import sweep
from guard.simulate.igp.core import IgpCore
from guard.simulate.packets.forwarding import Forwarder
from guard.snapshot.load import load


@dataclass(frozen=True)
class Plan:
    count: int
    links: tuple[tuple[int, int], ...]
    reflectors: frozenset[int]
    born: frozenset[int]
    providers: frozenset[int]
    risk: tuple[int, ...]
    igp: str = "ospf"
    stub: int | None = None
    lans: frozenset[int] = frozenset()  # data centers with a subnet that the IGP knows
    aggregated: frozenset[int] = frozenset({0})  # data centers that give their whole prefix to BGP
    fixed: frozenset[int] = frozenset()  # links whose first end has a static route to the far data center over them
    poured: frozenset[int] = frozenset()  # routers that put their static routes into the IGP


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(3, 6))
    links = {(draw(st.integers(0, node - 1)), node) for node in range(1, count)}
    chords = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    links |= draw(st.sets(chords, max_size=3))
    some = st.frozensets(st.integers(0, count - 1), min_size=1, max_size=2)
    reflectors = draw(st.one_of(st.just(frozenset()), some))
    ordered = tuple(sorted(links))
    risk = draw(st.lists(st.integers(0, len(ordered) - 1), max_size=2, unique=True))
    igp, stub = draw(st.sampled_from([("ospf", None), ("eigrp", None), ("eigrp", count - 1)]))
    centers = st.frozensets(st.sampled_from([0, count - 1]))
    plan = Plan(
        count, ordered, reflectors, draw(some), draw(some), tuple(risk), igp, stub, draw(centers), draw(centers)
    )
    if draw(st.booleans()):
        return plan
    fixed = draw(st.frozensets(st.integers(0, len(ordered) - 1), max_size=2))
    return replace(plan, fixed=fixed, poured=draw(st.one_of(st.just(frozenset[int]()), some)))


def texts(plan: Plan) -> dict[str, str]:
    """The snapshot's files."""
    files = {f"configs/r{node}.cfg": config(plan, node) for node in range(plan.count)}
    sites = ["  - {name: dc, kind: datacenter, devices: [r0], prefixes: [10.0.0.0/16]}"]
    sites += [f"  - {{name: s{node}, kind: pop, devices: [r{node}]}}" for node in range(1, plan.count - 1)]
    sites += [f"  - {{name: far, kind: datacenter, devices: [r{plan.count - 1}], prefixes: [10.1.0.0/16]}}"]
    members = [f'"r{node}[Ethernet{number}]"' for number in plan.risk for node in plan.links[number]]
    risks = f"shared_risks:\n  - {{name: conduit, members: [{', '.join(members)}]}}\n" if members else ""
    files["inventory.yaml"] = (
        "apiVersion: guard/v1\nkind: Inventory\nsites:\n"
        + "\n".join([*sites, "  - {name: internet, kind: external, devices: []}"])
        + "\nadvertisements:\n  - {name: web, prefixes: [192.0.2.0/24], to: internet}\n"
        + risks
    )
    return files


def config(plan: Plan, node: int) -> str:
    lines = [f"hostname r{node}", "interface Loopback0", f" ip address 172.16.0.{node} 255.255.255.255"]
    for number, pair in enumerate(plan.links):
        if node in pair:
            lines += [f"interface Ethernet{number}", f" ip address 172.20.{number}.{pair.index(node)} 255.255.255.254"]
            lines += [" ip ospf network point-to-point"]
    if node in plan.lans:
        lines += ["interface Ethernet98", f" ip address 10.{int(node > 0)}.8.1 255.255.252.0"]
    if node in plan.providers:
        lines += ["interface Ethernet99", f" ip address 198.18.{node}.0 255.255.255.254"]
    area = " area 0" if plan.igp == "ospf" else ""
    lines += [f"router {plan.igp} 1", f" network 172.16.0.0 0.15.255.255{area}", f" network 10.0.8.0 0.1.3.255{area}"]
    lines += [" eigrp stub connected"] if node == plan.stub else []
    lines += [" redistribute static" + (" subnets" if area else "")] if node in plan.poured else []
    lines += ["router bgp 64500", " no synchronization"]
    for other in range(plan.count):
        if other != node and (not plan.reflectors or plan.reflectors & {node, other}):
            peer = f" neighbor 172.16.0.{other}"
            lines += [f"{peer} remote-as 64500", f"{peer} update-source Loopback0", f"{peer} next-hop-self"]
            if node in plan.reflectors and other not in plan.reflectors:
                lines += [f"{peer} route-reflector-client"]
    if node in plan.providers:
        lines += [f" neighbor 198.18.{node}.1 remote-as 64501"]
    center = {0: "10.0", plan.count - 1: "10.1"}.get(node)
    if node in plan.aggregated:
        lines += [f" network {center}.0.0 mask 255.255.0.0"]
    if node in plan.born:
        lines += [" network 192.0.2.0 mask 255.255.255.0"]
    lines += [f"ip route {center}.0.0 255.255.0.0 Null0"] if node in plan.aggregated else []
    lines += ["ip route 192.0.2.0 255.255.255.0 Null0"] if node in plan.born else []
    over = [n for n in plan.fixed if plan.links[n][0] == node]
    lines += [f"ip route 10.1.0.0 255.255.0.0 172.20.{number}.1 {200 + number}" for number in over]
    return "!\nversion 15.2\n" + "\n".join(lines) + "\nend\n"


def told(found: FailureSweep) -> list[str]:
    return [
        f"{each.scenario.reason}: {sorted(each.sites_isolated)} {[n for n, _ in sorted(each.advertisements_lost)]}"
        for each in found.outcomes
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_arguing_equals_simulating(plan: Plan) -> None:
    net = load(texts(plan))
    engine = Embedded()
    (assessment,) = assess_all((net,), engine.state)
    assert told(sweep(net, engine.state, assessment)) == told(sweep(net, engine.state, assessment, argued=False))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """A plan, and the same with one of its parts as another one has it."""
    plan, other = draw(plans()), draw(plans())
    last = len(plan.links) - 1
    part = draw(st.sampled_from(["risk", "lans", "aggregated", "fixed", "poured", "born", "links"]))
    if part == "links":
        return plan, replace(plan, links=plan.links[:-1], risk=(), fixed=frozenset())
    if part in ("lans", "aggregated"):
        return plan, replace(
            plan, **{part: frozenset(min(each, 1) * (plan.count - 1) for each in getattr(other, part))}
        )
    if part in ("poured", "born"):
        return plan, replace(plan, **{part: frozenset(min(each, plan.count - 1) for each in getattr(other, part))})
    found = {min(each, last) for each in getattr(other, part)}
    return plan, replace(plan, **{part: tuple(sorted(found)) if part == "risk" else frozenset(found)})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs())
def test_arguments_of_a_base_hold_for_a_change_where_they_are_taken_over(pair: tuple[Plan, Plan]) -> None:
    old, new = (load(texts(plan)) for plan in pair)
    engine = Embedded()
    was, now = assess_all((old, new), engine.state)
    before = Proof(Forwarder(old, was.state), was)
    sweep(old, engine.state, was, proof=before)
    proof = Proof(Forwarder(new, now.state, before.forwarder), now, before)
    assert told(sweep(new, engine.state, now, proof=proof)) == told(sweep(new, engine.state, now, argued=False))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_what_the_igp_alone_carries_needs_no_looking_at_each_router(plan: Plan) -> None:
    net = load(texts(plan))
    state = Embedded().state(net, Scenario())
    quick, slow = Forwarder(net, state), Forwarder(net, state)
    slow._core = IgpCore(slow.links, state, elsewhere={}, universe=None)
    for node in range(plan.count):
        address = parse_address(f"172.16.0.{node}")
        assert dict(quick.column(address).items()) == dict(slow.column(address).items())
    carried = plan.count if plan.stub is None else 0  # a stub keeps things to itself: each router is looked at
    assert len(quick.core.circle(parse_address("172.16.0.0"))[1]) == carried


def test_a_ring_is_argued_about_alone() -> None:
    """r0 - r1 - r2 - r3 - r0, full mesh: no single failure needs a simulation, and only nodes lose themselves."""
    plan = Plan(4, ((0, 1), (0, 3), (1, 2), (2, 3)), frozenset(), frozenset({1, 3}), frozenset({1, 2}), (0, 1))
    plan = replace(plan, aggregated=frozenset({0}), lans=frozenset({3}))
    net = load(texts(plan))
    engine = Embedded()
    (assessment,) = assess_all((net,), engine.state)
    found = sweep(net, engine.state, assessment)
    assert (found.examined, found.simulated, found.complete) == (11, 0, True)
    assert [line for line in told(found) if "[] []" not in line] == [
        "conduit: ['dc'] []",
        "node r0: ['dc'] []",
        "node r1: ['s1'] []",
        "node r2: ['s2'] []",
        "node r3: ['far'] []",
    ]
