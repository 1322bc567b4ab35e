"""The decision process: which step decides, MED within one AS, and what shares the traffic."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from guard.model.address import Address
from guard.model.bgp import SEQUENCE, BgpAttributes, BgpFamily, BgpProcess, Segment
from guard.model.device import Vendor
from guard.model.provenance import Source
from guard.simulate.bgp.decision import ELIMINATIONS, Entrant, select
from guard.simulate.bgp.ends import EBGP, IBGP
from guard.simulate.bgp.path import LOCAL, Hop, Path

PROCESS = BgpProcess(65000, Source("r.cfg", 1, 1))
FAMILY = BgpFamily(4)
BASE = BgpAttributes(
    as_path=(Segment(SEQUENCE, (65001,)),), next_hop=Address(4, 1), local_preference=100, med=10, origin=1
)


def entrant(number: int, *, kind: str = EBGP, metric: int = 10, **attributes: object) -> Entrant:
    """Path `number`: its neighbour's router-id, address and next hop are the number."""
    held = BASE._replace(next_hop=Address(4, number))._replace(**attributes)  # type: ignore[arg-type]
    return Entrant(Path(held, kind, number, peer_id=number, peer_address=Address(4, number)), Hop(True, metric))


def path(*asns: int) -> tuple[Segment, ...]:
    return (Segment(SEQUENCE, asns),)


def winner(*entrants: Entrant, process: BgpProcess = PROCESS, family: BgpFamily = FAMILY) -> tuple[int, str, list[int]]:
    """(the number of the best path, the step that decided, the numbers of all paths in use), in any order of entry."""
    answers = set()
    for seed in range(4):
        shuffled = list(entrants)
        random.Random(seed).shuffle(shuffled)
        selection = select(shuffled, process, family, Vendor.IOS)
        assert selection is not None
        answers.add((selection.best.link, selection.step, tuple(each.link for each in selection.used)))
    assert len(answers) == 1
    best, step, used = answers.pop()
    return best, step, list(used)


@pytest.mark.parametrize(
    ("step", "loser", "better"),
    [
        ("weight", entrant(1), entrant(2, weight=5)),
        ("local-preference", entrant(1), entrant(2, local_preference=200)),
        ("locally originated", entrant(1), entrant(2, kind=LOCAL)),
        ("AS path length", entrant(1, as_path=path(65001, 65002)), entrant(2)),
        ("origin", entrant(1, origin=2), entrant(2)),
        ("MED", entrant(1, med=20), entrant(2)),
        ("eBGP over iBGP", entrant(1, kind=IBGP), entrant(2)),
        ("IGP metric", entrant(1, metric=20), entrant(2)),
        ("router-id", entrant(3), entrant(2)),
        ("cluster list length", entrant(1, originator_id=9, cluster_list=(1,)), entrant(2, originator_id=9)),
    ],
)
def test_each_step_decides_when_all_before_it_tie(step: str, loser: Entrant, better: Entrant) -> None:
    assert winner(loser, better) == (2, step, [2])


def test_one_routing_agent_of_eos_puts_its_own_routes_before_any_weight() -> None:
    """lab-validation, eos_bgp_weight_behavior_ribd: `* >` local beside `*` with weight 32769."""
    own, heavy = entrant(1, kind=LOCAL), entrant(2, weight=32769)
    for process, expected in ((replace(PROCESS, single_agent=True), 1), (PROCESS, 2)):
        chosen = select([own, heavy], process, FAMILY, Vendor.EOS)
        assert chosen is not None
        assert chosen.best.link == expected


def test_med_is_compared_within_one_neighbouring_as_only() -> None:
    """The textbook case: pairwise comparison has no order here (RFC 4451 2.1)."""
    a = entrant(1, as_path=path(65001, 65009), med=20, metric=5)
    b = entrant(2, as_path=path(65002, 65009), med=50, metric=3)
    c = entrant(3, as_path=path(65001, 65009), med=10, metric=9)
    assert winner(a, b, c) == (2, "IGP metric", [2])
    always = BgpProcess(65000, Source("r.cfg", 1, 1), always_compare_med=True)
    assert winner(a, b, c, process=always) == (3, "MED", [3])


def test_a_missing_med_is_the_lowest_unless_configured() -> None:
    assert winner(entrant(1, med=1), entrant(2, med=None)) == (2, "MED", [2])
    worst = BgpProcess(65000, Source("r.cfg", 1, 1), med_missing_as_worst=True)
    assert winner(entrant(1, med=1), entrant(2, med=None), process=worst) == (1, "MED", [1])


def test_multipath_needs_the_same_path_and_another_next_hop() -> None:
    both = BgpFamily(4, maximum_paths=4)
    other = entrant(3, as_path=path(65002))
    same = entrant(4)._replace(path=entrant(4).path._replace(attributes=entrant(1).path.attributes))
    assert winner(entrant(1), entrant(2), other, same, family=both) == (1, "router-id", [1, 2])
    relaxed = BgpProcess(65000, Source("r.cfg", 1, 1), multipath_relax=True)
    assert winner(entrant(1), entrant(2), other, family=both, process=relaxed)[2] == [1, 2, 3]
    assert winner(entrant(1), entrant(2), other, family=BgpFamily(4, maximum_paths=2), process=relaxed)[2] == [1, 2]


def test_ibgp_shares_by_its_own_limit() -> None:
    one, two = entrant(1, kind=IBGP), entrant(2, kind=IBGP)
    assert winner(one, two, family=BgpFamily(4, maximum_paths=4))[2] == [1]
    assert winner(one, two, family=BgpFamily(4, maximum_paths_ibgp=2))[2] == [1, 2]


def test_every_vendor_ends_with_a_step_that_always_decides() -> None:
    for steps in ELIMINATIONS.values():
        assert steps[-1][0] == "session"
    assert [name for name, _ in ELIMINATIONS[Vendor.JUNOS]][-4:] == [
        "cluster list length",
        "router-id",
        "neighbor address",
        "session",
    ]
