"""What borders send over sessions that are configured alike is what each of them would find alone.

            outside (AS 65010)  outside (AS 65011) …
                 |                   |
    r0 -------- r1 ---- r0 -------- r2 ---- r0 …        r0 reflects to all borders
"""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from random_bgp import PLANS, Plan, configs
from small_network import snapshot_of

from guard.model.state import NetworkState
from guard.simulate.bgp.alike import Kinds
from guard.simulate.control_plane import Cache, compute

LISTS = """
ip prefix-list LOW seq 5 permit 198.18.0.0/16 ge 24 le 24
ip prefix-list HOPS seq 5 permit 192.0.2.0/24 le 32
ip community-list standard RED permit 65000:1
ip as-path access-list 1 permit _65010_
"""
#: Route maps by what they do; some hang on the neighbour, or name a next hop, and then a link is like no other.
MAPS = (
    "route-map OUT permit 10\n set as-path prepend 64500 64500\n",
    "route-map OUT permit 10\n match ip address prefix-list LOW\n set metric 7\n",
    "route-map OUT deny 10\n match community RED\nroute-map OUT permit 20\n",
    "route-map OUT permit 10\n match as-path 1\n set community 65000:2 additive\n",
    "route-map OUT permit 10\n match local-preference 120\n set origin incomplete\n",
    "route-map OUT permit 10\n set ip next-hop 192.0.2.0\n",
    "route-map OUT permit 10\n match ip next-hop prefix-list HOPS\n",
    "route-map OUT permit 10\n set metric-type internal\n",
)
LINES = ("remove-private-as", "send-community", "next-hop-self", "next-hop-unchanged", "local-as 64999", "as-override")

BORDERS = st.lists(
    st.tuples(st.sampled_from(MAPS), st.sets(st.sampled_from(LINES), max_size=2), st.sampled_from((65010, 65011))),
    min_size=2,
    max_size=5,
)


def border(number: int, policy: str, lines: set[str], asn: int) -> dict[str, str]:
    """One border, and its neighbour outside, which announces two prefixes; one of them red."""
    near, far = f"192.0.2.{number * 2}", f"192.0.2.{number * 2 + 1}"
    extra = "".join(f" neighbor {far} {line}\n" for line in sorted(lines))
    inside = f"""hostname r{number}
interface Loopback0
 ip address 10.0.0.{number} 255.255.255.255
 ip ospf 1 area 0
interface GigabitEthernet0/0
 ip address 10.1.0.{number * 2 + 1} 255.255.255.254
 ip ospf 1 area 0
interface GigabitEthernet0/1
 ip address {near} 255.255.255.254
{LISTS}{policy}route-map IN permit 10
 match ip address prefix-list LOW
 set local-preference {110 + 10 * (number % 2)}
router ospf 1
router bgp 64500
 neighbor 10.0.0.100 remote-as 64500
 neighbor 10.0.0.100 update-source Loopback0
 neighbor 10.0.0.100 next-hop-self
 neighbor 10.0.0.100 send-community
 neighbor {far} remote-as {asn}
 neighbor {far} route-map OUT out
 neighbor {far} route-map IN in
{extra}"""
    outside = f"""hostname x{number}
interface GigabitEthernet0/1
 ip address {far} 255.255.255.254
ip route 198.18.{number}.0 255.255.255.0 Null0
ip route 198.19.{number}.0 255.255.255.0 Null0
route-map RED permit 10
 set community 65000:1
router bgp {asn}
 network 198.18.{number}.0 mask 255.255.255.0
 network 198.19.{number}.0 mask 255.255.255.0 route-map RED
 neighbor {near} remote-as 64500
 neighbor {near} send-community
"""
    return {f"r{number}": inside, f"x{number}": outside}


def network(borders: list[tuple[str, set[str], int]]) -> dict[str, str]:
    """All borders around the reflector, which originates a prefix of its own."""
    found: dict[str, str] = {}
    hub = ["hostname r0", "interface Loopback0", " ip address 10.0.0.100 255.255.255.255", " ip ospf 1 area 0"]
    speaks = ["router ospf 1", "router bgp 64500", " network 10.0.0.100 mask 255.255.255.255"]
    for number, (policy, lines, asn) in enumerate(borders, 1):
        found |= border(number, policy, lines, asn)
        hub += [f"interface GigabitEthernet0/{number}", f" ip address 10.1.0.{number * 2} 255.255.255.254"]
        hub += [" ip ospf 1 area 0"]
        speaks += [f" neighbor 10.0.0.{number} remote-as 64500", f" neighbor 10.0.0.{number} update-source Loopback0"]
        speaks += [f" neighbor 10.0.0.{number} route-reflector-client", f" neighbor 10.0.0.{number} send-community"]
    return found | {"r0": "\n".join(hub + speaks) + "\n"}


def sent(state: NetworkState) -> list[object]:
    """All that goes over every session, and what is chosen everywhere."""
    carried = [(s.key, sorted(state.bgp.advertised(s.key).items())) for s in state.sessions]
    return [*carried, *sorted(state.bgp.rows(), key=repr)]


@given(BORDERS)
@settings(max_examples=25, deadline=None)
def test_borders_that_are_configured_alike_send_what_each_would_send_alone(
    borders: list[tuple[str, set[str], int]],
) -> None:
    snapshot = snapshot_of(network(borders))
    with patch.object(Kinds, "of", lambda *_: None):
        alone = sent(compute(snapshot))
    found = sent(compute(snapshot))
    assert found == alone
    assert any(rows for _, rows in found[: len(borders)])


@given(PLANS, PLANS)
@settings(max_examples=15, deadline=None)
def test_kinds_that_were_met_before_change_nothing(plan: Plan, before: Plan) -> None:
    cache = Cache()
    sent(compute(snapshot_of(configs(before)), cache=cache))
    snapshot = snapshot_of(configs(plan))
    with patch.object(Kinds, "of", lambda *_: None):
        alone = sent(compute(snapshot))
    assert sent(compute(snapshot, cache=cache)) == alone


def test_borders_share_a_kind_where_they_say_the_same() -> None:
    met: list[int | None] = []
    of = Kinds.of

    def watched(kinds: Kinds, *asked: object) -> int | None:
        met.append(of(kinds, *asked))  # type: ignore[arg-type]
        return met[-1]

    with patch.object(Kinds, "of", watched):
        sent(compute(snapshot_of(network([(MAPS[0], set(), 65010), (MAPS[0], set(), 65011), (MAPS[5], set(), 65010)]))))
    numbers = [each for each in met if each is not None]
    assert None in met
    assert len(numbers) > len(set(numbers))
