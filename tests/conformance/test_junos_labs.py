"""Routes, BGP tables and sessions against the recorded output of real Junos devices (and of what stood beside them)."""

from __future__ import annotations

from pathlib import Path

import pytest
from data import needs
from divergences import expected
from judges import judge
from small_network import folder

from guard.engines.rows import bgp_rows, routes_rows, session_rows
from guard.simulate.control_plane import compute

LABS = (
    "juniper_resolution",
    "junos_as_path_acl",
    "junos_community_delete",
    "junos_ebgp_loop_prevention",
    "junos_static_route_defaults",
    "junos_undefined_prefix_list_import",
    "ospf_summarization",
)


@pytest.mark.parametrize("lab", LABS)
def test_what_the_devices_printed(lab: str, tmp_path: Path) -> None:
    needs("lab-validation/snapshots")
    labs = judge("labs")
    hosts = labs.truth(lab)
    labs.stage(lab, tmp_path, True, hosts)
    state = compute(folder(tmp_path))
    tables = {
        "routes": list(routes_rows(state)),
        "bgp": list(bgp_rows(state)),
    }
    apart = [
        f"{table} {labs.show(each)}"
        for table, rows in tables.items()
        for each in labs.judge_table(hosts, rows, table)[2]
    ]
    _, wrong = labs.judge_sessions(hosts, list(session_rows(state)))
    assert wrong == []
    assert len(apart) == expected("labs", lab), "\n".join(apart)
