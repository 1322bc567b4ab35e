"""Random BGP networks as configuration text: a few ASes, reflection, policies, aggregates, limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

SIZE = 5
PAIRS = tuple((one, two) for one in range(SIZE) for two in range(one + 1, SIZE))


@dataclass(frozen=True)
class Plan:
    """What varies. Router n<i> is in AS `asns[i]`, owns some of 10.<i>.<n>.0/24; links are 192.0.<i><j>.0/30.

    `preferences`: (router, neighbour) -> local preference of what comes in; `blocked`: (router, neighbour, prefix
    number) not taken; `clients`: (router, neighbour) is a reflector client; `aggregating`: routers that aggregate.
    """

    asns: tuple[int, ...]
    links: frozenset[tuple[int, int]]
    prefixes: tuple[int, ...]
    preferences: frozenset[tuple[int, int, int]]
    blocked: frozenset[tuple[int, int, int]]
    clients: frozenset[tuple[int, int]]
    aggregating: frozenset[int]
    selfish: frozenset[int]
    costs: tuple[int, ...]
    vendor: str

    def without(self, link: tuple[int, int]) -> Plan:
        return replace(self, links=self.links - {link})


NODE = st.integers(0, SIZE - 1)
PLANS = st.builds(
    Plan,
    asns=st.tuples(*[st.sampled_from((65001, 65001, 65002, 65003))] * SIZE),
    links=st.frozensets(st.sampled_from(PAIRS), min_size=3, max_size=8),
    prefixes=st.tuples(*[st.integers(0, 3)] * SIZE),
    preferences=st.frozensets(st.tuples(NODE, NODE, st.sampled_from((90, 200))), max_size=3),
    blocked=st.frozensets(st.tuples(NODE, NODE, st.integers(0, SIZE * 3)), max_size=3),
    clients=st.frozensets(st.tuples(NODE, NODE), max_size=5),
    aggregating=st.frozensets(NODE, max_size=2),
    selfish=st.frozensets(NODE, max_size=3),
    costs=st.tuples(*[st.integers(1, 3)] * len(PAIRS)),
    vendor=st.sampled_from(("ios", "frr")),
)


def prefixes_of(plan: Plan, node: int) -> list[str]:
    """What a router originates: some /24s of its own, and one that it may share with the next router."""
    own = [f"10.{node}.{number}.0" for number in range(plan.prefixes[node])]
    return own + ([f"10.{100 + node // 2}.0.0"] if plan.prefixes[node] == 3 else [])


def configs(plan: Plan) -> dict[str, str]:
    return {f"n{node}": _config(plan, node) for node in range(SIZE)}


def _config(plan: Plan, node: int) -> str:
    head = [f"hostname n{node}"] if plan.vendor == "ios" else ["frr version 8.4", f"hostname n{node}"]
    interfaces, process, maps = [], [], []
    interfaces += [
        "interface lo" if plan.vendor == "frr" else "interface Loopback0",
        f" ip address {_loopback(plan, node)}",
    ]
    ospf = ["router ospf 1" if plan.vendor == "ios" else "router ospf"]
    ospf.append(" network 10.255.0.0 0.0.255.255 area 0" if plan.vendor == "ios" else " network 10.255.0.0/16 area 0")
    for one, two in sorted(plan.links):
        if node not in (one, two):
            continue
        peer = two if node == one else one
        name = f"Ethernet{one}/{two}" if plan.vendor == "ios" else f"eth{one}{two}"
        address = f"192.0.{10 * one + two}.{1 + (node == two)}"
        mask = f"{address} 255.255.255.252" if plan.vendor == "ios" else f"{address}/30"
        interfaces += [f"interface {name}", f" ip address {mask}"]
        if plan.asns[one] == plan.asns[two]:
            interfaces.append(f" ip ospf cost {plan.costs[PAIRS.index((one, two))]}")
            ospf.append(
                f" network 192.0.{10 * one + two}.0 0.0.0.3 area 0"
                if plan.vendor == "ios"
                else f" network 192.0.{10 * one + two}.0/30 area 0"
            )
        process += _neighbor(plan, node, peer, f"192.0.{10 * one + two}.{1 + (node == one)}")
        maps += _maps(plan, node, peer)
    networks = [
        f"network {each} mask 255.255.255.0" if plan.vendor == "ios" else f"network {each}/24"
        for each in prefixes_of(plan, node)
    ]
    if node in plan.aggregating:
        networks.append(
            "aggregate-address 10.0.0.0 255.0.0.0 summary-only"
            if plan.vendor == "ios"
            else "aggregate-address 10.0.0.0/8 summary-only"
        )
    statics = [
        f"ip route {each} 255.255.255.0 Null0" if plan.vendor == "ios" else f"ip route {each}/24 blackhole"
        for each in prefixes_of(plan, node)
    ]
    bgp = [f"router bgp {plan.asns[node]}", f" bgp router-id 10.255.0.{node}"]
    if plan.vendor == "frr":
        bgp.append(" no bgp ebgp-requires-policy")
    bgp += [f" {line}" for line in process if "remote-as" in line]
    bgp += [" address-family ipv4 unicast", *(f"  {line}" for line in networks)]
    bgp += [f"  {line}" for line in process if "remote-as" not in line] + [" exit-address-family"]
    return "\n".join([*head, "!", *interfaces, "!", *ospf, "!", *bgp, "!", *statics, *maps, ""])


def _loopback(plan: Plan, node: int) -> str:
    return f"10.255.0.{node} 255.255.255.255" if plan.vendor == "ios" else f"10.255.0.{node}/32"


def _neighbor(plan: Plan, node: int, peer: int, address: str) -> list[str]:
    lines = [f"neighbor {address} remote-as {plan.asns[peer]}", f"neighbor {address} activate"]
    if plan.asns[node] == plan.asns[peer]:
        if (node, peer) in plan.clients:
            lines.append(f"neighbor {address} route-reflector-client")
        if node in plan.selfish:
            lines.append(f"neighbor {address} next-hop-self")
    lines.append(f"neighbor {address} route-map FROM-{peer} in")
    return lines


def _maps(plan: Plan, node: int, peer: int) -> list[str]:
    lines: list[str] = []
    for one, two, number in sorted(plan.blocked):
        if (one, two) == (node, peer):
            lines.append(f"ip prefix-list NOT-{peer} permit 10.{number // 3}.{number % 3}.0/24")
    if lines:
        lines += [f"route-map FROM-{peer} deny 10", f" match ip address prefix-list NOT-{peer}"]
    lines.append(f"route-map FROM-{peer} permit 20")
    lines += [
        f" set local-preference {value}" for one, two, value in sorted(plan.preferences) if (one, two) == (node, peer)
    ][:1]
    return lines
