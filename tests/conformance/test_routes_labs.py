"""Main RIBs against the recorded output of real devices: IOS, IOS-XE, NX-OS, EOS and Cumulus labs."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pytest
from data import needs
from judges import judge
from small_network import folder

from guard.engines.rows import routes_rows
from guard.simulate.control_plane import compute

LABS = (
    "cumulusfrr_bgp_community",
    "eos_bgp_aggregate",
    "eos_ceos_bgp_weight_experiment",
    "eos_ceos_ebgp",
    "eos_ebgp_loop_prevention",
    "eos_ospf_unnumbered",
    "eos_private_asn",
    "eos_undefined_route_map",
    "ios_basic_vrrp",
    "ios_bgp_path_select_8",
    "ios_ibgp_split_horizon",
    "iosxe_connectivity_sample",
    "iosxe_ebgp_loop_prevention",
    "iosxe_undefined_route_map",
    "iosxr_ebgp_basic",
    "nxos_ebgp_loop_prevention",
    "nxos_n9kv_ebgp",
    "nxos_static_route",
)
#: Of all routes of these labs at least this share is exact: protocol, next hop, distance, metric.
SHARE = 0.97


@lru_cache(maxsize=1)
def module() -> ModuleType:
    needs("lab-validation/snapshots")
    return judge("labs")


def judged(lab: str, stage: Path) -> tuple[Counter[str], list[str]]:
    """The judge's counters of one lab, and its differences in words."""
    labs = module()
    hosts = labs.truth(lab)
    labs.stage(lab, stage, True, hosts)
    rows = list(routes_rows(compute(folder(stage))))
    counts, _, details, _ = labs.judge_table(hosts, rows, "routes")
    return counts, [labs.show(each) for each in details]


EXACT = [
    *("eos_ospf_unnumbered", "ios_basic_vrrp", "iosxe_connectivity_sample", "iosxr_ebgp_basic"),
    *("nxos_ebgp_loop_prevention", "nxos_n9kv_ebgp", "nxos_static_route"),
]


@pytest.mark.parametrize("lab", EXACT)
def test_most_labs_are_exact(lab: str, tmp_path: Path) -> None:
    counts, differences = judged(lab, tmp_path)
    assert differences == []
    assert counts["exact"] == counts["truth"] > 0


def test_nearly_all_routes_of_all_labs_are_exact(tmp_path: Path) -> None:
    total: Counter[str] = Counter()
    differences: list[str] = []
    for lab in LABS:
        counts, said = judged(lab, tmp_path / lab)
        total += counts
        differences += [f"{lab} {each}" for each in said]
    assert total["truth"] > 400
    assert total["exact"] >= SHARE * total["truth"], "\n".join(differences)
    assert total["extra"] <= (1 - SHARE) * total["truth"], "\n".join(differences)
