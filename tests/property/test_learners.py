"""What IGPs tell of all routers at once is what each main RIB says when it is asked alone."""

from __future__ import annotations

from unittest.mock import patch

import random_bgp
from hypothesis import given, settings
from hypothesis import strategies as st
from small_network import snapshot_of
from test_routes_incremental import COSTS
from test_routes_incremental import configs as areas_of
from test_vendor_laws import PLANS as OF_ALL_VENDORS
from test_vendor_laws import configs as of_all_vendors

from guard.model.address import Address, Prefix
from guard.model.rib import NextHop, RibEntry, RouteProtocol
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute
from guard.simulate.rib.learners import Learners
from guard.simulate.rib.main_rib import MainRib
from guard.simulate.rib.recursion import Resolver

NETWORKS = st.one_of(
    st.builds(areas_of, COSTS, st.tuples(*[st.integers(0, 1)] * 6)),
    random_bgp.PLANS.map(random_bgp.configs),
    OF_ALL_VENDORS.map(of_all_vendors),
)


def tables(state: NetworkState) -> dict[tuple[str, str], MainRib]:
    """The main RIBs of a computed state."""
    return {name: rib for name, rib in state.ribs.items() if isinstance(rib, MainRib)}


@given(NETWORKS)
@settings(max_examples=25, deadline=None)
def test_who_learned_a_prefix(texts: dict[str, str]) -> None:
    ribs = tables(compute(snapshot_of(texts)))
    learners = Learners(ribs)
    held = {node: {*rib.own, *rib.static} for (node, _), rib in ribs.items()}
    prefixes = sorted({prefix for rib in ribs.values() for prefix in rib.underlay_prefixes()})
    for prefix, nearer in zip(prefixes, [*prefixes[1:], Prefix(4, 0, 0)], strict=True):
        alone = {node for (node, _), rib in ribs.items() if rib.is_learned(prefix)}
        assert learners.of(prefix) == alone
        assert learners.of(prefix, [nearer]) == {node for node in alone if nearer not in held[node]}


@given(NETWORKS)
@settings(max_examples=25, deadline=None)
def test_what_is_offered_together_is_what_each_offers(texts: dict[str, str]) -> None:
    ribs = tables(compute(snapshot_of(texts)))
    told = {prefix for rib in ribs.values() for part in rib.learned() for prefix in part}
    assert told == {prefix for rib in ribs.values() for table in rib.igps for prefix in table.prefixes()}
    for rib in ribs.values():
        assert rib.learned_count() >= sum(len(set(table.prefixes())) for table in rib.igps)


@given(NETWORKS)
@settings(max_examples=25, deadline=None)
def test_gateways_without_an_entry(texts: dict[str, str]) -> None:
    ribs = tables(compute(snapshot_of(texts)))
    straight, patient = Resolver(ribs), Resolver(ribs)
    loopbacks = {prefix.first for rib in ribs.values() for prefix in rib.own if prefix.is_host}
    with patch.object(Resolver, "_straight", lambda *_: None):
        expected = [asked(patient, ribs, address) for address in sorted(loopbacks)]
    assert [asked(straight, ribs, address) for address in sorted(loopbacks)] == expected


def asked(resolver: Resolver, ribs: dict[tuple[str, str], MainRib], address: Address) -> list[object]:
    """The hops of a BGP route by this next hop, at every router."""
    entry = RibEntry(RouteProtocol.IBGP, 200, 0, (NextHop(address),))
    some = Prefix(4, 198 << 24 | 18 << 16, 16)
    return [resolver.hops(node, vrf, some, entry) for node, vrf in sorted(ribs)]
