"""Guard's rows beside a live FRR's: topologies booted in namespaces by the rehearsal engine, all rows compared.

Routes of both families, BGP paths with their attributes, sessions, forwarding next hops, and what the outside hears.
Ours: `frr_live/` (snapshots) and `frr_topologies/` (configurations); theirs: FRR's own topology tests. All that were
collected boot side by side, and each test waits for its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from data import SHARED, needs
from divergences import expected
from small_network import folder, snapshot_of

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.model.state import NetworkState
from guard.shell.rehearsal.engine import rehearse
from guard.shell.rehearsal.machine import missing
from guard.simulate.control_plane import compute
from guard.snapshot.snapshot import Snapshot

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

HERE = Path(__file__).parent
#: ibgp_reflectors: two route reflectors, iBGP of both families over OSPF and OSPFv3 · ebgp_policies: customers, peers,
#: transit and a neighbour outside, both families · redistribution: OSPF, IS-IS and BGP into each other ·
#: install_policies: zebra's route filters, and a BGP that waits for what they let in · igp_limits: IS-IS of
#: the narrow style, and external summaries of OSPF · vrfs: OSPF, BGP and one address plan in several VRFs ·
#: ospf_hosts: networks without broadcast, unnumbered ports, host routes, forwarding addresses · bgp_choices: a route
#: server, roles, sites of origin, routes that go back, a confederation and an aggregate of all paths.
OURS = (
    "frr_live/ibgp_reflectors",
    "frr_live/ebgp_policies",
    "frr_live/redistribution",
    "frr_live/install_policies",
    "frr_live/igp_limits",
    "frr_live/vrfs",
    "frr_live/ospf_hosts",
    "frr_live/bgp_choices",
    "frr_topologies/ospf_areas",
    "frr_topologies/ospf6_areas",
    "frr_topologies/ospf_bandwidths",
    "frr_topologies/isis_levels",
    "frr_topologies/static_over_ospf",
)
THEIRS = (
    *("ospf_topo1", "ospf6_topo1", "isis_topo1", "rip_topo1", "static_route_distance", "ospf_suppress_fa"),
    *("bgp_features", "bgp_rr_ibgp", "bgp_blackhole_community", "bgp_suppress_fib", "bgp_confed1", "bgp_local_as"),
    "bgp_vrf_different_asn",
)
#: More of BGP, about 2.5 s of CPU each: with those above all recorded ones.
THEIRS_SLOW = (
    *("bgp_aggregate_address_origin", "bgp_as_wide_bgp_identifier", "bgp_comm_list_match", "bgp_default_route"),
    *("bgp_conditional_advertisement_static_route", "bgp_default_route_route_map_match_set", "bgp_distance_change"),
    *("bgp_ebgp_common_subnet_nexthop_unchanged", "bgp_ebgp_requires_policy", "bgp_localpref_add_substract"),
    *("bgp_maximum_prefix_out", "bgp_peer_group", "bgp_remove_private_as_route_map", "bgp_set_aspath_exclude"),
    *("bgp_route_map_match_source_protocol", "bgp_sender_as_path_loop_detection"),
)
#: FRR 8.4.4 gives the range of an NSSA a null route at its border, and keeps it only until the next SPF run (seen
#: live: any change in the area takes it away): whether it is there is a matter of history, not of the configuration.
BY_HISTORY = {"frr_topologies/ospf_areas": ("r4", "10.2.128.0/17")}
#: Networks booted at once: more would not settle earlier on two cores.
AT_ONCE = 5


def snapshot(name: str) -> Snapshot:
    if name not in OURS:
        return folder(SHARED / "frr-truth" / name)
    path = HERE / name
    if (path / "configs").is_dir():
        return folder(path)
    return snapshot_of({file.stem: file.read_text() for file in sorted(path.glob("*.conf"))})


def both(name: str) -> tuple[NetworkState, NetworkState]:
    """What guard computes, and what live FRR does."""
    read = snapshot(name)
    computed = compute(read)
    return computed, rehearse(read, computed)


Booted = Mapping[str, "Future[tuple[NetworkState, NetworkState]]"]


@pytest.fixture(scope="module")
def booted(request: pytest.FixtureRequest) -> Iterator[Booted]:
    """All networks that the collected tests ask for, booting."""
    wanted = [item.callspec.params["name"] for item in request.session.items if item.path == Path(__file__)]
    names = [name for name in dict.fromkeys(wanted) if name in OURS or (SHARED / "frr-truth" / name).exists()]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(both, name) for name in names}


def differences(
    rows: Callable[[NetworkState], Iterable[object]], computed: NetworkState, live: NetworkState
) -> list[str]:
    """Rows that only one of the two has, as text."""
    ours, theirs = Counter(map(str, rows(computed))), Counter(map(str, rows(live)))
    said = [f"guard {row}" for row in ours - theirs] + [f"live  {row}" for row in theirs - ours]
    return sorted(said)


def forwarding(state: NetworkState) -> Iterator[str]:
    for (node, vrf), rib in sorted(state.ribs.items()):
        for prefix in rib.prefixes():
            yield f"{node} {prefix} {sorted(map(str, state.fib.next_hops(node, vrf, prefix)))}"


def told_outside(state: NetworkState) -> Iterator[str]:
    for session in state.sessions:
        if session.up and session.remote_node is None:
            for prefix, attributes in sorted(state.bgp.advertised(session.key).items()):
                yield f"{session} {prefix} {attributes}"


@pytest.mark.parametrize(
    "name", [*OURS, *THEIRS, *(pytest.param(name, marks=pytest.mark.slow) for name in THEIRS_SLOW)]
)
def test_guard_says_what_live_frr_does(name: str, booted: Booted) -> None:
    if name not in OURS:
        needs(f"frr-truth/{name}")
    found = seen(name, *booted[name].result())
    if len(found) != expected("live", name):  # daemons that start on a busy machine can get stuck: once more, alone
        found = seen(name, *both(name))
    assert len(found) == expected("live", name), "\n".join(found)


def seen(name: str, computed: NetworkState, live: NetworkState) -> list[str]:
    """All differences that are not a matter of history."""
    assert not any(note.undecided for note in live.notes)
    assert len(list(routes_rows(live))) >= len({node for node, _ in live.ribs})
    history = BY_HISTORY.get(name)
    return [
        each
        for rows in (routes_rows, bgp_rows, session_rows, forwarding, told_outside)
        for each in differences(rows, computed, live)
        if history is None or not all(word in each for word in history)
    ]
