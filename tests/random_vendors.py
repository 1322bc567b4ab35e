"""Random networks of several vendors: four routers in a ring, each an AS of its own, both families over eBGP.

A configuration is a list of blocks whose order means nothing. Every router turns away one prefix of its right
neighbour (by list and policy) and prefers the rest by a value; a plan says which.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

SIZE = 4
VENDORS = ("ios", "eos", "frr", "nxos", "iosxr", "junos")
Blocks = list[str]
#: What a policy or a list is called.
Names = Callable[[str], str]


class Plan(NamedTuple):
    """By router: its vendor, which of the two prefixes of its right neighbour it rejects, and what it prefers it by."""

    vendors: tuple[str, ...]
    rejected: tuple[int, ...]
    preferences: tuple[int, ...]
    announced: frozenset[tuple[int, int]]  # (router, number of its prefix)


PLANS = st.builds(
    Plan,
    st.tuples(*[st.sampled_from(VENDORS)] * SIZE),
    st.tuples(*[st.integers(0, 1)] * SIZE),
    st.tuples(*[st.sampled_from((80, 100, 200))] * SIZE),
    st.frozensets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 1)), min_size=2),
)


class Session(NamedTuple):
    port: int
    own: tuple[str, str]
    peer: tuple[str, str]
    remote_as: int
    filtered: bool


def blocks(plan: Plan, node: int, name: Names = str) -> Blocks:
    """The configuration of one router."""
    return _WRITERS[plan.vendors[node]](plan, node, name)


def prefixes(plan: Plan, node: int) -> list[tuple[str, str]]:
    return [_prefix(node, number) for number in (0, 1) if (node, number) in plan.announced]


def _prefix(node: int, number: int) -> tuple[str, str]:
    return f"172.{16 + node}.{number}.0/24", f"2001:db8:{node + 1}{number}::/48"


def _sessions(node: int) -> list[Session]:
    """To the left and to the right; what comes from the right is filtered."""
    found = []
    for port, left in ((1, (node - 1) % SIZE), (2, node)):
        mine, theirs = (1, 2) if left == node else (2, 1)
        peer = (node + 1 if left == node else node - 1) % SIZE
        own, other = ((f"10.0.{left}.{end}", f"fd00:{left + 1}::{end}") for end in (mine, theirs))
        found.append(Session(port, own, other, 65001 + peer, left == node))
    return found


def _like_ios(plan: Plan, node: int, name: Names) -> Blocks:
    vendor = plan.vendors[node]
    port = {"ios": "GigabitEthernet0/{}", "eos": "Ethernet{}", "frr": "eth{}"}[vendor]
    discard = "blackhole" if vendor == "frr" else "Null0"
    slash = vendor != "ios"
    found = ["frr version 8.4.4"] if vendor == "frr" else []
    found += [f"hostname n{node}"]
    found += {"ios": ["ipv6 unicast-routing"], "eos": ["ip routing", "ipv6 unicast-routing"], "frr": []}[vendor]
    process = [f"router bgp {65001 + node}", f" bgp router-id 192.0.2.{node}"]
    if vendor == "eos":
        process[1] = f"   router-id 192.0.2.{node}"
    process += [" no bgp ebgp-requires-policy"] * (vendor == "frr")
    family4, family6 = [" address-family ipv4"], [" address-family ipv6"]
    for each in _sessions(node):
        found.append(f"interface {port.format(each.port)}")
        found[-1] += "\n no switchport" * (vendor == "eos")
        mask = "/30" if slash else " 255.255.255.252"
        found[-1] += f"\n ip address {each.own[0]}{mask}\n ipv6 address {each.own[1]}/64\n"
        found[-1] += " no shutdown" * (vendor == "ios")
        for at, family in ((0, family4), (1, family6)):
            process.append(f" neighbor {each.peer[at]} remote-as {each.remote_as}")
            family.append(f"  neighbor {each.peer[at]} activate")
            family += [f"  neighbor {each.peer[at]} route-map {name(f'FROM{at}')} in"] * each.filtered
        if vendor != "eos":
            family4.append(f"  no neighbor {each.peer[1]} activate")
    for four, six in prefixes(plan, node):
        address = four.removesuffix("/24")
        found += [f"ip route {address} 255.255.255.0 Null0" if not slash else f"ip route {four} {discard}"]
        found += [f"ipv6 route {six} {discard}"]
        family4.append(f"  network {four}" if slash else f"  network {address} mask 255.255.255.0")
        family6.append(f"  network {six}")
    four, six = _prefix((node + 1) % SIZE, plan.rejected[node])
    found.append(f"ip prefix-list {name('NOT0')} seq 5 permit {four}")
    nested = vendor == "eos"
    found.append(f"ipv6 prefix-list {name('NOT1')}" + ("\n  " if nested else " ") + f"seq 5 permit {six}")
    for at, kind in ((0, "ip"), (1, "ipv6")):
        head = f"route-map {name(f'FROM{at}')}"
        found.append(f"{head} deny 10\n match {kind} address prefix-list {name(f'NOT{at}')}")
        found.append(f"{head} permit 20\n set local-preference {plan.preferences[node]}")
    ends = [" exit-address-family"] if vendor != "eos" else [" exit"]
    return [*found, "\n".join([*process, *family4, *ends, *family6, *ends])]


def _nxos(plan: Plan, node: int, name: Names) -> Blocks:
    found = [f"hostname n{node}\nfeature bgp\nboot nxos bootflash:/nxos.9.3.8.bin"]
    process = [f"router bgp {65001 + node}", f"  router-id 192.0.2.{node}"]
    for kind, at in (("ipv4", 0), ("ipv6", 1)):
        process.append(f"  address-family {kind} unicast")
        process += [f"    network {each[at]}" for each in prefixes(plan, node)]
    for each in _sessions(node):
        found.append(
            f"interface Ethernet1/{each.port}\n  no switchport\n  ip address {each.own[0]}/30\n"
            f"  ipv6 address {each.own[1]}/64\n  no shutdown"
        )
        for kind, at in (("ipv4", 0), ("ipv6", 1)):
            process += [f"  neighbor {each.peer[at]}", f"    remote-as {each.remote_as}"]
            process.append(f"    address-family {kind} unicast")
            process += [f"      route-map {name(f'FROM{at}')} in"] * each.filtered
    for four, six in prefixes(plan, node):
        found += [f"ip route {four} Null0", f"ipv6 route {six} Null0"]
    rejected = _prefix((node + 1) % SIZE, plan.rejected[node])
    for at, kind in ((0, "ip"), (1, "ipv6")):
        found.append(f"{kind} prefix-list {name(f'NOT{at}')} seq 5 permit {rejected[at]}")
        head = f"route-map {name(f'FROM{at}')}"
        found.append(f"{head} deny 10\n  match {kind} address prefix-list {name(f'NOT{at}')}")
        found.append(f"{head} permit 20\n  set local-preference {plan.preferences[node]}")
    return [*found, "\n".join(process)]


def _iosxr(plan: Plan, node: int, name: Names) -> Blocks:
    found = [f"hostname n{node}"]
    process = [f"router bgp {65001 + node}", f" bgp router-id 192.0.2.{node}"]
    for kind, at in (("ipv4", 0), ("ipv6", 1)):
        process.append(f" address-family {kind} unicast")
        process += [f"  network {each[at]}" for each in prefixes(plan, node)]
        process.append(" !")
    for each in _sessions(node):
        found.append(
            f"interface GigabitEthernet0/0/0/{each.port}\n ipv4 address {each.own[0]}/30\n"
            f" ipv6 address {each.own[1]}/64\n!"
        )
        for kind, at in (("ipv4", 0), ("ipv6", 1)):
            policy = name(f"FROM{at}") if each.filtered else name("PASS")
            process += [f" neighbor {each.peer[at]}", f"  remote-as {each.remote_as}"]
            process += [f"  address-family {kind} unicast", f"   route-policy {policy} in"]
            process += [f"   route-policy {name('PASS')} out", "  !", " !"]
    for kind, at in (("ipv4", 0), ("ipv6", 1)):
        lines = "".join(f"  {each[at]} Null0\n" for each in prefixes(plan, node))
        found += [f"router static\n address-family {kind} unicast\n{lines} !\n!"] * bool(lines)
    rejected = _prefix((node + 1) % SIZE, plan.rejected[node])
    for at in (0, 1):
        found.append(f"prefix-set {name(f'NOT{at}')}\n  {rejected[at]}\nend-set")
        found.append(
            f"route-policy {name(f'FROM{at}')}\n  if destination in {name(f'NOT{at}')} then\n    drop\n  endif\n"
            f"  set local-preference {plan.preferences[node]}\nend-policy"
        )
    return [*found, f"route-policy {name('PASS')}\n  pass\nend-policy", "\n".join([*process, "!"])]


def _junos(plan: Plan, node: int, name: Names) -> Blocks:
    """Terms of a policy are one block: their order counts."""
    found = [f"set system host-name n{node}", f"set routing-options router-id 192.0.2.{node}"]
    found.append(f"set routing-options autonomous-system {65001 + node}")
    for each in _sessions(node):
        for at, family in ((0, f"inet address {each.own[0]}/30"), (1, f"inet6 address {each.own[1]}/64")):
            found.append(f"set interfaces ge-0/0/{each.port} unit 0 family {family}")
            group = f"set protocols bgp group G{each.port}{at}"
            found += [f"{group} type external", f"{group} neighbor {each.peer[at]} peer-as {each.remote_as}"]
            found.append(f"{group} neighbor {each.peer[at]} export {name('OUT')}")
            found += [f"{group} neighbor {each.peer[at]} import {name(f'FROM{at}')}"] * each.filtered
    for four, six in prefixes(plan, node):
        found += [f"set routing-options static route {four} discard"]
        found += [f"set routing-options rib inet6.0 static route {six} discard"]
    rejected = _prefix((node + 1) % SIZE, plan.rejected[node])
    for at in (0, 1):
        found.append(f"set policy-options prefix-list {name(f'NOT{at}')} {rejected[at]}")
        policy = f"set policy-options policy-statement {name(f'FROM{at}')} term"
        found.append(
            f"{policy} not from prefix-list {name(f'NOT{at}')}\n{policy} not then reject\n"
            f"{policy} rest then local-preference {plan.preferences[node]}\n{policy} rest then accept"
        )
    out = f"set policy-options policy-statement {name('OUT')} term"
    found.append(f"{out} own from protocol static\n{out} own then accept\n{out} heard from protocol bgp")
    return [*found[:-1], f"{found[-1]}\n{out} heard then accept"]


_WRITERS: dict[str, Callable[[Plan, int, Names], Blocks]] = {
    **dict.fromkeys(("ios", "eos", "frr"), _like_ios),
    "nxos": _nxos,
    "iosxr": _iosxr,
    "junos": _junos,
}

#: A policy and a list that nothing uses.
UNUSED = {
    **dict.fromkeys(
        ("ios", "eos", "frr", "nxos"),
        "ip prefix-list SPARE seq 5 permit 0.0.0.0/0 le 32\n"
        "route-map SPARE deny 10\n match ip address prefix-list SPARE",
    ),
    "iosxr": "prefix-set SPARE\n  0.0.0.0/0 le 32\nend-set\nroute-policy SPARE\n  drop\nend-policy",
    "junos": "set policy-options policy-statement SPARE then reject",
}
