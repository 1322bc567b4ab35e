"""Routes, BGP tables and sessions against the recorded output of real IOS XR devices.

`show bgp all all neighbors` prints no sessions of VRFs, so those that guard computes there are beside the truth.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from data import needs
from divergences import expected
from judges import judge
from small_network import folder

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.simulate.control_plane import compute

LABS = ("iosxr_ebgp_basic",)


@pytest.mark.parametrize("lab", LABS)
def test_what_the_devices_printed(lab: str, tmp_path: Path) -> None:
    needs("lab-validation/snapshots")
    labs = judge("labs")
    hosts = labs.truth(lab)
    labs.stage(lab, tmp_path, True, hosts)
    state = compute(folder(tmp_path))
    tables = {"routes": list(routes_rows(state)), "bgp": list(bgp_rows(state))}
    apart = [
        f"{table} {labs.show(each)}"
        for table, rows in tables.items()
        for each in labs.judge_table(hosts, rows, table)[2]
    ]
    assert len(apart) == expected("labs", lab), "\n".join(apart)
    _, wrong = labs.judge_sessions(hosts, list(session_rows(state)))
    assert [each for each in wrong if each["kind"] != "extra" or each["product"]["vrf"] == "default"] == []
