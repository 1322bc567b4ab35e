"""BGP tables and sessions against the recorded output of real IOS, IOS-XE, NX-OS, EOS and Cumulus devices."""

from __future__ import annotations

from pathlib import Path

import pytest
from data import needs
from divergences import expected
from judges import judge
from small_network import folder

from guard.engines.rows import bgp_rows, session_rows
from guard.simulate.control_plane import compute

LABS = (
    "cumulusfrr_bgp_community",
    "eos_bgp_aggregate",
    "eos_ceos_bgp_weight_experiment",
    "eos_ceos_ebgp",
    "eos_ebgp_loop_prevention",
    "eos_private_asn",
    "eos_undefined_route_map",
    "ios_bgp_path_select_8",
    "ios_ibgp_split_horizon",
    "iosxe_ebgp_loop_prevention",
    "iosxe_undefined_route_map",
    "nxos_ebgp_loop_prevention",
    "nxos_n9kv_ebgp",
)


@pytest.mark.parametrize("lab", LABS)
def test_paths_and_sessions_as_the_devices_printed_them(lab: str, tmp_path: Path) -> None:
    needs("lab-validation/snapshots")
    labs = judge("labs")
    hosts = labs.truth(lab)
    labs.stage(lab, tmp_path, True, hosts)
    state = compute(folder(tmp_path))
    counts, _, details, _ = labs.judge_table(hosts, list(bgp_rows(state)), "bgp")
    assert counts["truth"] > 0
    assert len(details) == expected("labs", lab), "\n".join(labs.show(each) for each in details)
    _, wrong = labs.judge_sessions(hosts, list(session_rows(state)))
    assert wrong == []
