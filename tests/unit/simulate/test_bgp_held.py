"""After a change BGP has what a computation from the start has, and what nothing touched is the base's own object.

    outside (AS 64501) --- r1 --\
                            |    r3 --- r4 (AS 64510)
    outside (AS 64502) --- r2 --/
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from small_network import routes, snapshot_of

from guard.model.state import NetworkState
from guard.simulate.control_plane import Cache, compute
from guard.snapshot.snapshot import Snapshot


def border(number: int) -> str:
    return f"""
    hostname r{number}
    interface Loopback0
     ip address 10.0.0.{number} 255.255.255.255
    interface GigabitEthernet0/0
     ip address 192.0.2.{4 * number} 255.255.255.254
    interface GigabitEthernet0/1
     ip address 10.1.{number}.0 255.255.255.254
     ip ospf cost 10
    router ospf 1
     network 10.0.0.0 0.255.255.255 area 0
    router bgp 64500
     neighbor 192.0.2.{4 * number + 1} remote-as 6450{number}
     neighbor 10.0.0.3 remote-as 64500
     neighbor 10.0.0.3 update-source Loopback0
     neighbor 10.0.0.3 next-hop-self
    """


INSIDE = """
    hostname r3
    interface Loopback0
     ip address 10.0.0.3 255.255.255.255
    interface GigabitEthernet0/1
     ip address 10.1.1.1 255.255.255.254
     ip ospf cost 10
    interface GigabitEthernet0/2
     ip address 10.1.2.1 255.255.255.254
     ip ospf cost 20
    interface GigabitEthernet0/3
     ip address 172.16.0.0 255.255.255.254
    router ospf 1
     network 10.0.0.0 0.255.255.255 area 0
    router bgp 64500
     neighbor 10.0.0.1 remote-as 64500
     neighbor 10.0.0.1 update-source Loopback0
     neighbor 10.0.0.2 remote-as 64500
     neighbor 10.0.0.2 update-source Loopback0
     neighbor 172.16.0.1 remote-as 64510
    """
CUSTOMER = """
    hostname r4
    interface GigabitEthernet0/3
     ip address 172.16.0.1 255.255.255.254
    router bgp 64510
     neighbor 172.16.0.0 remote-as 64500
    """
CONFIGS = {"r1": border(1), "r2": border(2), "r3": INSIDE, "r4": CUSTOMER}
HEARD = {
    "external_bgp_announcements.json": json.dumps(
        {
            "Announcements": [
                {"network": network, "srcIp": f"192.0.2.{4 * n + 1}", "dstIp": f"192.0.2.{4 * n}", "dstNode": f"r{n}"}
                | {"type": "ebgp_sent", "asPath": [[64500 + n]], "communities": []}
                for n, network in ((1, "198.18.0.0/24"), (2, "198.18.0.0/24"), (2, "198.18.1.0/24"))
            ]
        }
    )
}
EDITS = {
    "a cost that turns the choice": ("r3", "ip ospf cost 20", "ip ospf cost 5"),
    "a cost that turns nothing": ("r3", "ip ospf cost 20", "ip ospf cost 30"),
    "lines that move": ("r3", "hostname r3", "hostname r3\n    ip domain name example.net"),
    "an interface that is shut": ("r3", " ip address 10.1.1.1 255.255.255.254", " shutdown"),
    "a session that is shut": ("r1", "neighbor 10.0.0.3 next-hop-self", "neighbor 10.0.0.3 shutdown"),
    "an address that moves": ("r4", "172.16.0.1 255.255.255.254", "172.16.0.5 255.255.255.254"),
    "a neighbour that comes": ("r4", "neighbor 172.16.0.0 remote-as 64500", "neighbor 172.16.0.0 remote-as 64500\n"
                               "     neighbor 10.0.0.3 remote-as 64500\n     neighbor 10.0.0.3 ebgp-multihop 3"),
}  # fmt: skip


def edited(node: str, old: str, new: str) -> Snapshot:
    return snapshot_of({**CONFIGS, node: CONFIGS[node].replace(old, new)}, HEARD)


def seen(state: NetworkState) -> tuple[object, ...]:
    """All that BGP gave, written out."""
    ends = state.sessions
    said: Mapping[object, object] = {
        (end.key, what): dict(getattr(state.bgp, what)(end.key))
        for end in ends
        for what in ("advertised", "offered", "received", "accepted")
    }
    return ends, said, tuple(state.bgp.rows()), {node: routes(state, node) for node in CONFIGS}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_after_an_edit_all_is_as_from_the_start_and_so_it_is_after_its_return(edit: tuple[str, str, str]) -> None:
    base, change = snapshot_of(CONFIGS, HEARD), edited(*edit)
    cache = Cache()
    started = seen(compute(base, cache=cache))
    assert seen(compute(change, cache=cache)) == seen(compute(change)) != started
    assert seen(compute(base, cache=cache)) == started


def test_sessions_and_what_they_carry_are_the_objects_of_the_base_where_nothing_touched_them() -> None:
    cache = Cache()
    base = compute(snapshot_of(CONFIGS, HEARD), cache=cache)
    key = ("r1", "default", "192.0.2.5")
    carried = base.bgp.advertised(key)
    after = compute(edited(*EDITS["a cost that turns nothing"]), cache=cache)
    assert all(one is other for one, other in zip(after.sessions, base.sessions, strict=True))
    assert after.bgp.advertised(key) is carried


def test_lines_of_a_session_are_those_of_the_text_that_it_stands_in_now() -> None:
    cache = Cache()
    base = compute(snapshot_of(CONFIGS, HEARD), cache=cache)
    after = compute(edited(*EDITS["lines that move"]), cache=cache)
    moved = {
        end.node: (end.source.first - was.source.first)
        for end, was in zip(after.sessions, base.sessions, strict=True)
        if end.source is not None and was.source is not None
    }
    assert moved == {"r1": 0, "r2": 0, "r3": 1, "r4": 0}
