"""What a change of BGP touches is computed again, though the rest is taken over.

the outside (AS 64503) --- r1 --- r2
"""

from __future__ import annotations

import json

import pytest
from small_network import routes, snapshot_of

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
