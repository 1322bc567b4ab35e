"""Random networks of several vendors in one IGP: a ring of four routers and one chord, both families, OSPF or IS-IS.

Each router has a loopback and redistributes its static prefixes by a policy that turns one of them away. A
configuration is a list of blocks whose order means nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

SIZE = 4
VENDORS = ("ios", "eos", "frr", "nxos", "iosxr", "junos")
LINKS = ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2))
Blocks = list[str]
#: What a policy or a list is called.
Names = Callable[[str], str]


class Plan(NamedTuple):
    """The IGP; by router its vendor and which of its two prefixes it keeps back; by link its cost, both ways."""

    protocol: str
    vendors: tuple[str, ...]
    kept: tuple[int, ...]
    costs: tuple[tuple[int, int], ...]
    announced: frozenset[tuple[int, int]]  # (router, number of its prefix)


PLANS = st.builds(
    Plan,
    st.sampled_from(("ospf", "isis")),
    st.tuples(*[st.sampled_from(VENDORS)] * SIZE),
    st.tuples(*[st.integers(0, 1)] * SIZE),
    st.tuples(*[st.tuples(st.integers(1, 4), st.integers(1, 4))] * len(LINKS)),
    st.frozensets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 1)), min_size=2),
)


class Port(NamedTuple):
    number: int
    four: str
    six: str
    cost: int


def blocks(plan: Plan, node: int, name: Names = str) -> Blocks:
    """The configuration of one router."""
    writer = {"iosxr": _iosxr, "junos": _junos}.get(plan.vendors[node], _like_ios)
    return writer(plan, node, name)


def prefixes(plan: Plan, node: int) -> list[tuple[str, str]]:
    return [_prefix(node, number) for number in (0, 1) if (node, number) in plan.announced]


def loopback(node: int) -> tuple[str, str]:
    return f"192.0.2.{node + 1}", f"2001:db8:ff::{node + 1}"


def _prefix(node: int, number: int) -> tuple[str, str]:
    return f"172.{16 + node}.{number}.0/24", f"2001:db8:{node + 1}{number}::/48"


def _ports(plan: Plan, node: int) -> list[Port]:
    found = []
    for number, (ends, costs) in enumerate(zip(LINKS, plan.costs, strict=True), 1):
        if node in ends:
            at = ends.index(node)
            found.append(Port(number, f"10.0.{number}.{at}", f"fd00:{number}::{at + 1}", costs[at]))
    return found


def _net(node: int) -> str:
    return f"49.0001.0000.0000.000{node + 1}.00"


#: Lines of an interface by protocol, then of its cost and kind, by vendor.
_ON = {
    ("ios", "ospf"): ("ip ospf 1 area 0", "ipv6 ospf 1 area 0"),
    ("eos", "ospf"): ("ip ospf area 0.0.0.0", "ipv6 ospf 1 area 0.0.0.0"),
    ("frr", "ospf"): ("ip ospf area 0", "ipv6 ospf6 area 0"),
    ("nxos", "ospf"): ("ip router ospf 1 area 0.0.0.0", "ipv6 router ospfv3 1 area 0.0.0.0"),
    ("eos", "isis"): ("isis enable 1",),
}
_KIND = {
    ("ios", "ospf"): ("ip ospf network point-to-point", "ipv6 ospf network point-to-point"),
    ("eos", "ospf"): ("ip ospf network point-to-point", "ipv6 ospf network point-to-point"),
    ("frr", "ospf"): ("ip ospf network point-to-point", "ipv6 ospf6 network point-to-point"),
    ("nxos", "ospf"): ("ip ospf network point-to-point", "ospfv3 network point-to-point"),
}
_COST = {
    ("ios", "ospf"): ("ip ospf cost {}", "ipv6 ospf cost {}"),
    ("eos", "ospf"): ("ip ospf cost {}", "ipv6 ospf cost {}"),
    ("frr", "ospf"): ("ip ospf cost {}", "ipv6 ospf6 cost {}"),
    ("nxos", "ospf"): ("ip ospf cost {}", "ospfv3 cost {}"),
    ("nxos", "isis"): ("isis metric {} level-2",),
}


def _like_ios(plan: Plan, node: int, name: Names) -> Blocks:
    vendor, key = plan.vendors[node], (plan.vendors[node], plan.protocol)
    port = {"ios": "GigabitEthernet0/{}", "eos": "Ethernet{}", "frr": "eth{}", "nxos": "Ethernet1/{}"}[vendor]
    found = {
        "ios": [f"hostname n{node}\nipv6 unicast-routing"],
        "eos": [f"hostname n{node}\nip routing\nipv6 unicast-routing"],
        "frr": [f"frr version 8.4.4\nhostname n{node}"],
        "nxos": [f"hostname n{node}\nfeature ospf\nfeature ospfv3\nfeature isis\nboot nxos bootflash:/nxos.9.3.8.bin"],
    }[vendor]
    on = _ON.get(key, ("ip router isis 1", "ipv6 router isis 1"))
    mask4, mask31 = ("/32", "/31") if vendor != "ios" else (" 255.255.255.255", " 255.255.255.254")
    four, six = loopback(node)
    lines = [f"ip address {four}{mask4}", f"ipv6 address {six}/128", *on]
    found.append("\n ".join([{"frr": "interface lo"}.get(vendor, "interface Loopback0"), *lines]))
    for each in _ports(plan, node):
        lines = ["no switchport"] * (vendor in ("eos", "nxos")) + ["no shutdown"] * (vendor in ("ios", "nxos"))
        lines += [f"ip address {each.four}{mask31}", f"ipv6 address {each.six}/64", *on]
        lines += _KIND.get(key, ("isis network point-to-point",))
        lines += [line.format(each.cost) for line in _COST.get(key, ("isis metric {}",))]
        found.append("\n ".join([f"interface {port.format(each.number)}", *lines]))
    discard = "blackhole" if vendor == "frr" else "Null0"
    for four, six in prefixes(plan, node):
        dotted = f"{four.removesuffix('/24')} 255.255.255.0"
        found += [f"ip route {dotted if vendor == 'ios' else four} {discard}", f"ipv6 route {six} {discard}"]
    kept = _prefix(node, plan.kept[node])
    nested = "\n  " if vendor == "eos" else " "
    for at, kind, gap in ((0, "ip", " "), (1, "ipv6", nested)):
        found.append(f"{kind} prefix-list {name(f'KEPT{at}')}{gap}seq 5 permit {kept[at]}")
        head = f"route-map {name(f'OUT{at}')}"
        found.append(f"{head} deny 10\n match {kind} address prefix-list {name(f'KEPT{at}')}")
        found.append(f"{head} permit 20")
    return [*found, *_processes(plan, node, name)]


def _processes(plan: Plan, node: int, name: Names) -> Blocks:
    vendor, identity = plan.vendors[node], loopback(node)[0]
    out = [name("OUT0"), name("OUT1")]
    if plan.protocol == "ospf":
        heads = {
            "ios": ("router ospf 1\n router-id", "ipv6 router ospf 1\n router-id"),
            "eos": ("router ospf 1\n router-id", "ipv6 router ospf 1\n router-id"),
            "frr": ("router ospf\n ospf router-id", "router ospf6\n ospf6 router-id"),
            "nxos": ("router ospf 1\n router-id", "router ospfv3 1\n router-id"),
        }[vendor]
        subnets = (" subnets" * (vendor == "ios"), "")
        inner = ("", "\n address-family ipv6 unicast\n " if vendor == "nxos" else "")
        return [
            f"{heads[at]} {identity}{inner[at]}\n redistribute static{subnets[at]} route-map {out[at]}" for at in (0, 1)
        ]
    head = f"router isis 1\n net {_net(node)}"
    match vendor:
        case "ios":
            lines = ["is-type level-2-only", "metric-style wide", f"redistribute static ip route-map {out[0]}"]
            lines += ["address-family ipv6", f" redistribute static route-map {out[1]}", "exit-address-family"]
        case "eos":
            lines = ["is-type level-2", "address-family ipv4 unicast", f"   redistribute static route-map {out[0]}"]
            lines += ["address-family ipv6 unicast", f"   redistribute static route-map {out[1]}"]
        case "nxos":
            lines = ["is-type level-2"]
            for at, kind in ((0, "ipv4"), (1, "ipv6")):
                lines += [f"address-family {kind} unicast", f" redistribute static route-map {out[at]}"]
        case _:
            lines = ["is-type level-2-only"]
            kinds = zip(("ipv4", "ipv6"), out, strict=True)
            lines += [f"redistribute {kind} static level-2 route-map {policy}" for kind, policy in kinds]
    return ["\n ".join([head, *lines])]


def _iosxr(plan: Plan, node: int, name: Names) -> Blocks:
    four, six = loopback(node)
    found = [f"hostname n{node}", f"interface Loopback0\n ipv4 address {four}/32\n ipv6 address {six}/128\n!"]
    ports = _ports(plan, node)
    for each in ports:
        head = f"interface GigabitEthernet0/0/0/{each.number}"
        found.append(f"{head}\n ipv4 address {each.four}/31\n ipv6 address {each.six}/64\n!")
    for kind, at in (("ipv4", 0), ("ipv6", 1)):
        statics = "".join(f"  {each[at]} Null0\n" for each in prefixes(plan, node))
        found += [f"router static\n address-family {kind} unicast\n{statics} !\n!"] * bool(statics)
    for at, each_kept in enumerate(_prefix(node, plan.kept[node])):
        found.append(f"prefix-set {name(f'KEPT{at}')}\n  {each_kept}\nend-set")
        found.append(
            f"route-policy {name(f'OUT{at}')}\n  if destination in {name(f'KEPT{at}')} then\n    drop\n  endif\n"
            "  pass\nend-policy"
        )
    policies = [f"redistribute static route-policy {name(f'OUT{at}')}" for at in (0, 1)]
    if plan.protocol == "ospf":
        for process, line in zip(("ospf", "ospfv3"), policies, strict=True):
            lines = [f"router {process} 1", f" router-id {four}", f" {line}", " area 0", "  interface Loopback0", "  !"]
            for each in ports:
                lines += [f"  interface GigabitEthernet0/0/0/{each.number}", f"   cost {each.cost}"]
                lines += ["   network point-to-point", "  !"]
            found.append("\n".join([*lines, " !", "!"]))
        return found
    lines = ["router isis 1", " is-type level-2-only", f" net {_net(node)}"]
    for kind, line in zip(("ipv4", "ipv6"), policies, strict=True):
        lines += [f" address-family {kind} unicast", "  metric-style wide"]
        lines += ["  single-topology"] * (kind == "ipv6") + [f"  {line}", " !"]
    for port, cost in (("Loopback0", 0), *((f"GigabitEthernet0/0/0/{each.number}", each.cost) for each in ports)):
        lines += [f" interface {port}"] + ["  point-to-point"] * bool(cost)
        for kind in ("ipv4", "ipv6"):
            lines += [f"  address-family {kind} unicast"] + [f"   metric {cost}"] * bool(cost) + ["  !"]
        lines.append(" !")
    return [*found, "\n".join([*lines, "!"])]


def _junos(plan: Plan, node: int, name: Names) -> Blocks:
    four, six = loopback(node)
    lo0 = "set interfaces lo0 unit 0 family"
    found = [f"set system host-name n{node}", f"set routing-options router-id {four}"]
    found.append(f"{lo0} inet address {four}/32\n{lo0} inet6 address {six}/128\n{lo0} iso address {_net(node)}")
    protocols = ("ospf area 0", "ospf3 area 0") if plan.protocol == "ospf" else ("isis",)
    found += [f"set protocols {protocol} interface lo0.0 passive" for protocol in protocols]
    for each in _ports(plan, node):
        unit = f"set interfaces ge-0/0/{each.number} unit 0 family"
        found += [f"{unit} inet address {each.four}/31", f"{unit} inet6 address {each.six}/64"]
        found += [f"{unit} iso"] * (plan.protocol == "isis")
        for protocol in protocols:
            head = f"set protocols {protocol} interface ge-0/0/{each.number}.0"
            words = ("point-to-point", "level 2 metric") if protocol == "isis" else ("interface-type p2p", "metric")
            found += [f"{head} {words[0]}", f"{head} {words[1]} {each.cost}"]
    for prefix4, prefix6 in prefixes(plan, node):
        found += [f"set routing-options static route {prefix4} discard"]
        found += [f"set routing-options rib inet6.0 static route {prefix6} discard"]
    for at, (kept, family) in enumerate(zip(_prefix(node, plan.kept[node]), ("inet", "inet6"), strict=True)):
        policy = f"set policy-options policy-statement {name(f'OUT{at}')} term"
        found.append(f"set policy-options prefix-list {name(f'KEPT{at}')} {kept}")
        found.append(
            f"{policy} not from prefix-list {name(f'KEPT{at}')}\n{policy} not then reject\n"
            f"{policy} rest from family {family}\n{policy} rest from protocol static\n{policy} rest then accept"
        )
    if plan.protocol == "ospf":
        exports = (f"set protocols {each} export {name(f'OUT{at}')}" for at, each in enumerate(("ospf", "ospf3")))
        return [*found, *exports]
    export = f"set protocols isis export [ {name('OUT0')} {name('OUT1')} ]"
    return [*found, export, "set protocols isis level 1 disable", "set protocols isis level 2 wide-metrics-only"]
