"""Random small backbones as configuration text: two reflectors, clients with sites, neighbours outside, filters."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

SIZE = 6  # n0 and n1 reflect, n2.. are clients
PAIRS = tuple((one, two) for one in range(SIZE) for two in range(one + 1, SIZE))
CLIENTS = range(2, SIZE)
OUTSIDE = 3


@dataclass(frozen=True)
class Plan:
    """What varies. `links`: (i, j) -> OSPF cost of 10.<i>.<j>.0/30. `sites`: clients with a LAN in 10.10<n>.0.0/16.

    `peers`: for each neighbour outside the client it hangs on. `shared`: those that announce 198.51.100.0/24 as well.
    `dropped`: links whose higher end drops all to a site. `denied`: clients that keep a site's prefix from their
    neighbours. `hand`: clients with a static route of their own to a site.
    """

    links: dict[tuple[int, int], int]
    sites: frozenset[int]
    peers: tuple[int, ...]
    shared: frozenset[int]
    dropped: frozenset[tuple[tuple[int, int], int]]
    denied: frozenset[tuple[int, int]]
    hand: frozenset[tuple[int, int]]
    default: bool


CLIENT = st.sampled_from(CLIENTS)
PLANS = st.builds(
    Plan,
    links=st.dictionaries(st.sampled_from(PAIRS), st.integers(1, 3), min_size=4, max_size=10),
    sites=st.frozensets(CLIENT, min_size=1),
    peers=st.tuples(*[CLIENT] * OUTSIDE),
    shared=st.frozensets(st.integers(0, OUTSIDE - 1)),
    dropped=st.frozensets(st.tuples(st.sampled_from(PAIRS), CLIENT), max_size=2),
    denied=st.frozensets(st.tuples(CLIENT, CLIENT), max_size=2),
    hand=st.frozensets(st.tuples(CLIENT, CLIENT), max_size=1),
    default=st.booleans(),
)


def configs(plan: Plan) -> dict[str, str]:
    """Texts by device; neighbours outside are x0, x1, …"""
    texts = {f"n{node}": _router(plan, node) for node in range(SIZE)}
    return texts | {f"x{number}": _neighbour(plan, number) for number in range(OUTSIDE)}


def _router(plan: Plan, node: int) -> str:
    text = [f"hostname n{node}", "interface Loopback0", f" ip address 10.255.0.{node} 255.255.255.255"]
    for (one, two), cost in sorted(plan.links.items()):
        if node in (one, two):
            text += [
                f"interface Ethernet{one}/{two}",
                f" ip address 10.{one}.{two}.{1 + (node == two)} 255.255.255.252",
            ]
            text += [f" ip ospf cost {cost}", " ip ospf network point-to-point", " ip ospf 1 area 0"]
            if node == two and any(pair == (one, two) for pair, _ in plan.dropped):
                text.append(" ip access-group DROP in")
    dropped = sorted({site for (_, two), site in plan.dropped if two == node})
    text += ["ip access-list extended DROP", *(f" deny ip any 10.{100 + site}.0.0 0.0.255.255" for site in dropped)]
    text += [" permit ip any any", "router ospf 1", f" network 10.255.0.{node} 0.0.0.0 area 0"]
    if node in plan.sites:
        text += ["interface Ethernet9/0", f" ip address 10.{100 + node}.7.1 255.255.255.0"]
        text.append(f"ip route 10.{100 + node}.0.0 255.255.0.0 Null0")
    text += [f"ip route 10.{100 + to}.0.0 255.255.0.0 10.255.0.{to}" for by, to in plan.hand if by == node and to != by]
    for number, client in enumerate(plan.peers):
        if client == node:
            text += [f"interface Ethernet8/{number}", f" ip address 192.0.2.{4 * number + 1} 255.255.255.252"]
    kept = sorted(site for client, site in plan.denied if client == node)
    text += [f"ip prefix-list OUT seq {5 + at} deny 10.{100 + site}.0.0/16" for at, site in enumerate(kept)]
    text += ["ip prefix-list OUT seq 99 permit 0.0.0.0/0 le 24", "router bgp 65000", f" bgp router-id 10.255.0.{node}"]
    others = [other for other in range(SIZE) if other != node and (node < 2 or other < 2)]
    for other in others:
        text += [f" neighbor 10.255.0.{other} remote-as 65000", f" neighbor 10.255.0.{other} update-source Loopback0"]
    for number, client in enumerate(plan.peers):
        if client == node:
            text += [f" neighbor 192.0.2.{4 * number + 2} remote-as {65100 + number}"]
    text.append(" address-family ipv4")
    for other in others:
        text += [f"  neighbor 10.255.0.{other} activate", f"  neighbor 10.255.0.{other} next-hop-self"]
        text += [f"  neighbor 10.255.0.{other} route-reflector-client"] if node < 2 <= other else []
    for number, client in enumerate(plan.peers):
        if client == node:
            text += [f"  neighbor 192.0.2.{4 * number + 2} activate"]
            text += [f"  neighbor 192.0.2.{4 * number + 2} prefix-list OUT out"]
    text += [f"  network 10.{100 + node}.0.0 mask 255.255.0.0"] if node in plan.sites else []
    return "\n".join([*text, ""])


def _neighbour(plan: Plan, number: int) -> str:
    text = [f"hostname x{number}", "interface Ethernet0/0", f" ip address 192.0.2.{4 * number + 2} 255.255.255.252"]
    held = [f"203.0.{number}.0"] + (["198.51.100.0"] if number in plan.shared else [])
    text += [f"ip route {prefix} 255.255.255.0 Null0" for prefix in held]
    text += ["ip route 0.0.0.0 0.0.0.0 Null0"] if plan.default and number == 0 else []
    text += [f"router bgp {65100 + number}", f" neighbor 192.0.2.{4 * number + 1} remote-as 65000"]
    text += [" address-family ipv4", f"  neighbor 192.0.2.{4 * number + 1} activate"]
    text += [f"  network {prefix} mask 255.255.255.0" for prefix in held]
    text += ["  network 0.0.0.0"] if plan.default and number == 0 else []
    return "\n".join([*text, ""])
