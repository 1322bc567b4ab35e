"""EIGRP on random networks: shortest by composite, free of loops, no matter in which order devices are listed."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_network import routes, snapshot_of, state_of

from guard.engines.embedded import Embedded
from guard.model.rib import RouteProtocol
from guard.model.state import NetworkState, Scenario

_MOST = 6
#: (one, other, delay, bandwidth), a link each
link = st.tuples(
    st.integers(0, _MOST - 1), st.integers(0, _MOST - 1), st.integers(1, 30), st.sampled_from([1000, 10_000, 1_000_000])
)
extras = st.lists(st.sampled_from(["", "variance 4", "redistribute static", "eigrp stub", "maximum-paths 1"]),
                  min_size=_MOST, max_size=_MOST)  # fmt: skip


def network(links: list[tuple[int, int, int, int]], lines: list[str]) -> dict[str, str]:
    """Routers r0 …; link N is 10.0.N.0/24; each has a loopback, and a static route that some redistribute."""
    texts = {f"r{i}": f"hostname r{i}\ninterface Loopback0\n ip address 10.9.0.{i + 1} 255.255.255.255\n"
             for i in range(_MOST)}  # fmt: skip
    for number, (one, other, delay, bandwidth) in enumerate(links):
        for host, end in ((1, one), (2, other)) if one != other else ():
            texts[f"r{end}"] += f"interface GigabitEthernet0/{number}\n ip address 10.0.{number}.{host} 255.255.255.0\n"
            texts[f"r{end}"] += f" delay {delay}\n bandwidth {bandwidth}\n"
    for at, line in enumerate(lines):
        texts[f"r{at}"] += f"ip route 192.0.2.0 255.255.255.0 Null0 250\nrouter eigrp 1\n network 10.0.0.0\n {line}\n"
    return texts


def tables(state: NetworkState) -> dict[str, list[str]]:
    return {node: routes(state, node) for node, vrf in state.ribs if vrf == "default"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(link, max_size=9), extras, st.randoms(use_true_random=False))
def test_the_order_of_devices_is_nothing(
    links: list[tuple[int, int, int, int]], lines: list[str], random: Random
) -> None:
    texts = network(links, lines)
    shuffled = list(texts.items())
    random.shuffle(shuffled)
    assert tables(state_of(texts)) == tables(state_of(dict(shuffled)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(link, max_size=9), extras)
def test_every_way_ends_where_the_prefix_is(links: list[tuple[int, int, int, int]], lines: list[str]) -> None:
    """Each next hop has the prefix itself, or a lower metric for it than whoever sends to it."""
    state = state_of(network(links, lines))
    owners = {address: here.node for here, face in state.interfaces.items() for address, _ in face.addresses}
    for (node, vrf), rib in state.ribs.items():
        for prefix in rib.prefixes():
            entry = rib.get(prefix)
            if entry is None or entry.protocol not in (RouteProtocol.EIGRP, RouteProtocol.EIGRP_EX):
                continue
            for hop in entry.next_hops:
                assert hop.address is not None
                beyond = state.ribs[owners[hop.address], vrf].get(prefix)
                assert beyond is not None, (node, prefix)
                if beyond.protocol is entry.protocol:
                    assert beyond.metric < entry.metric, (node, prefix)


#: iBGP between the loopbacks of r0 and r1 over EIGRP; r1 brings a network in.
OVER = """\
ip route 203.0.113.0 255.255.255.0 Null0
router bgp 65000
 neighbor 10.9.0.{0} remote-as 65000
 neighbor 10.9.0.{0} update-source Loopback0
 neighbor 10.9.0.{0} next-hop-self
"""


def with_bgp(texts: dict[str, str]) -> dict[str, str]:
    brings = " network 203.0.113.0 mask 255.255.255.0\n"
    first = OVER.format(2).partition("\n")[2]  # without the static route
    return {**texts, "r0": texts["r0"] + first, "r1": texts["r1"] + OVER.format(1) + brings}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(link, max_size=9), extras, st.lists(link, max_size=9), extras)
def test_what_was_computed_before_changes_nothing(
    links: list[tuple[int, int, int, int]],
    lines: list[str],
    later: list[tuple[int, int, int, int]],
    others: list[str],
) -> None:
    """A network after another one, by an engine that remembers that, and by one that does not; BGP runs over it."""
    before, after = (snapshot_of(with_bgp(network(*each))) for each in ((links, lines), (later, others)))
    engine = Embedded()
    engine.state(before, Scenario())
    assert tables(engine.state(after, Scenario())) == tables(Embedded().state(after, Scenario()))
