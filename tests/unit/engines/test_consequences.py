"""What follows from a difference that is explained is told with its entry; what does not, is not.

r1 AS 64501 --10.0.0.0/31-- r2 AS 64502 --10.0.0.2/31-- r3 AS 64503        r1 and r2 over loopbacks, without multihop
"""

from __future__ import annotations

from dataclasses import replace

from batfish_rows import answers_from
from small_network import snapshot_of

from guard.engines.agreement import Difference, Fact, agreement
from guard.engines.batfish.translate import state
from guard.simulate.control_plane import compute
from guard.snapshot.snapshot import Snapshot

R1 = """hostname r1
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
interface Ethernet1
 ip address 10.0.0.0 255.255.255.254
ip route 192.0.2.2 255.255.255.255 10.0.0.1
ip route 203.0.113.0 255.255.255.0 Null0
router bgp 64501
 bgp router-id 192.0.2.1
 neighbor 192.0.2.2 remote-as 64502
 neighbor 192.0.2.2 update-source Loopback0
 {multihop}
 network 203.0.113.0 mask 255.255.255.0
"""
R2 = """hostname r2
interface Loopback0
 ip address 192.0.2.2 255.255.255.255
interface Ethernet1
 ip address 10.0.0.1 255.255.255.254
interface Ethernet2
 ip address 10.0.0.2 255.255.255.254
ip route 192.0.2.1 255.255.255.255 10.0.0.0
router bgp 64502
 bgp router-id 192.0.2.2
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.1 update-source Loopback0
 {multihop}
 neighbor 10.0.0.3 remote-as 64503
"""
R3 = """hostname r3
interface Ethernet2
 ip address 10.0.0.3 255.255.255.254
router bgp 64503
 bgp router-id 192.0.2.3
 neighbor 10.0.0.2 remote-as 64502
"""
FAR = "neighbor {} ebgp-multihop 2"


def network(*, multihop: bool) -> Snapshot:
    first, second = (FAR.format("192.0.2.2"), FAR.format("192.0.2.1")) if multihop else ("!", "!")
    return snapshot_of({"r1": R1.format(multihop=first), "r2": R2.format(multihop=second), "r3": R3})


def compared() -> list[Difference]:
    """A Batfish that does not ask for multihop, and guard, which does."""
    strict, lenient = network(multihop=False), network(multihop=True)
    theirs = state(answers_from(compute(lenient)), strict)
    return [each for each in agreement(compute(strict), theirs, strict) if each.fact is not Fact.UNKNOWN]


def test_what_came_over_a_session_that_is_explained_follows_from_it_however_far_it_goes() -> None:
    found = compared()
    assert {each.subject for each in found if each.fact is Fact.SESSION} == {
        "r1 -> r2 (default)",
        "r2 -> r1 (default)",
    }
    assert {each.subject for each in found if each.fact is Fact.ROUTE} == {
        "r2 default 203.0.113.0/24",
        "r3 default 203.0.113.0/24",
    }
    assert {each.known.name if each.known else "" for each in found} == {"not-connected"}
    reasons = {each.fact: each.known.reason for each in found if each.known}
    assert reasons[Fact.ROUTE].startswith("follows from: eBGP to a neighbour")
    assert not reasons[Fact.SESSION].startswith("follows")


def test_another_prefix_of_the_same_router_does_not_follow() -> None:
    strict = network(multihop=False)
    answers = answers_from(compute(network(multihop=True)))
    rows = tuple(row for row in answers.routes if row["network"] != "10.0.0.2/31" or "r3" not in str(row["node"]))
    theirs = state(replace(answers, routes=rows), strict)
    found = [each for each in agreement(compute(strict), theirs, strict) if each.fact is Fact.ROUTE and not each.known]
    assert [each.subject for each in found] == ["r3 default 10.0.0.2/31"]
