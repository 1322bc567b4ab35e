"""What a change of BGP touches is computed again, though the rest is taken over.

the outside (AS 64503) --- r1 --- r2
"""

from __future__ import annotations

import json

import pytest
from small_network import routes, snapshot_of

from guard.model.address import parse_prefix
from guard.simulate.bgp.tables import Tables
from guard.simulate.control_plane import Cache, compute

R1 = """
    hostname r1
    interface GigabitEthernet0/0
     ip address 192.0.2.0 255.255.255.254
    interface GigabitEthernet0/1
     ip address 10.0.0.0 255.255.255.254
    ip prefix-list FEW seq 5 permit 198.18.0.0/24
    route-map IN permit 10
     match ip address prefix-list FEW
    router bgp 64500
     neighbor 192.0.2.1 remote-as 64503
     {filter}
     neighbor 10.0.0.1 remote-as 64500
     neighbor 10.0.0.1 next-hop-self
    """
R2 = """
    hostname r2
    interface GigabitEthernet0/1
     ip address 10.0.0.1 255.255.255.254
    router bgp 64500
     neighbor 10.0.0.0 remote-as 64500
    """
HEARD = {
    "external_bgp_announcements.json": json.dumps(
        {
            "Announcements": [
                {"network": f"198.18.{n}.0/24", "srcIp": "192.0.2.1", "dstIp": "192.0.2.0", "dstNode": "r1"}
                | {"type": "ebgp_sent", "asPath": [[64503]], "communities": []}
                for n in (0, 1)
            ]
        }
    )
}
FILTERS = ("neighbor 192.0.2.1 prefix-list FEW in", "neighbor 192.0.2.1 route-map IN in")


@pytest.mark.parametrize("filtered", FILTERS)
def test_a_filter_on_a_session_with_the_outside_that_goes_or_comes_is_seen(filtered: str) -> None:
    few = ["ibgp 198.18.0.0/24 via 10.0.0.0 dynamic [200/0]"]
    both = [*few, "ibgp 198.18.1.0/24 via 10.0.0.0 dynamic [200/0]"]
    cache, found = Cache(), []
    for line in (filtered, "", filtered):
        snapshot = snapshot_of({"r1": R1.replace("{filter}", line), "r2": R2}, HEARD)
        found.append(routes(compute(snapshot, cache=cache), "r2"))
    assert found == [few, both, few]


def test_an_edit_beside_policies_that_stay_is_no_edit_of_them() -> None:
    """Another address on a router whose route-map says what it said."""
    head = "frr version 8.4.4\nhostname {0}\ninterface eth0\n ip address 10.0.0.{1}/24\n"
    far = head.format("r2", 2) + "router bgp 65002\n no bgp ebgp-requires-policy\n neighbor 10.0.0.1 remote-as 65001\n"
    text = head.format("r1", 1) + "{0}router bgp 65001\n bgp router-id 10.0.0.1\n neighbor 10.0.0.2 remote-as 65002\n"
    text += " address-family ipv4 unicast\n  redistribute connected\n  neighbor 10.0.0.2 route-map M out\n"
    text += "  neighbor 10.0.0.2 route-map M in\nroute-map M permit 10\n set metric 5\n"
    cache = Cache()
    for more in (" ip address 10.9.0.1/32\n", " ip address 10.9.0.2/32\n", ""):
        read = snapshot_of({"r1": text.format(f"interface lo\n{more}"), "r2": far})
        warm, cold = compute(read, cache=cache), compute(read)
        assert [str(row) for row in warm.bgp.rows()] == [str(row) for row in cold.bgp.rows()]


OWN = """    interface Loopback0
     ip address 203.0.113.2 255.255.255.255
    router bgp 64500
     network 203.0.113.2 mask 255.255.255.255
"""
ASKED = "neighbor 192.0.2.1 route-map IN in"


def test_an_edited_policy_of_a_session_is_nothing_to_what_does_not_come_over_it() -> None:
    """r2's own network is taken over from the state before, though r1's policy for the outside says something else."""
    r2 = R2.replace("    router bgp 64500\n", OWN)
    r1 = R1.replace("{filter}", ASKED)
    edited = r1.replace("    router bgp", "     set local-preference 333\n    router bgp")
    cache = Cache()
    before = compute(snapshot_of({"r1": r1, "r2": r2}, HEARD), cache=cache)
    after = compute(snapshot_of({"r1": edited, "r2": r2}, HEARD), cache=cache)
    assert isinstance(before.bgp, Tables)
    assert isinstance(after.bgp, Tables)
    was, now = (each._solution.exchange.runs for each in (before.bgp, after.bgp))
    own, heard = parse_prefix("203.0.113.2/32"), parse_prefix("198.18.0.0/24")
    assert now[own].earlier == (was[own], frozenset(), frozenset())
    assert now[heard].earlier is None
    best = after.bgp.best("r1", "default", heard)
    assert best is not None
    assert best.local_preference == 333
