"""Changes that others published, as they are: pybatfish's forwarding-change-validation, and Batfish's example network.

The inventories are what an engineer of these networks would write: where the hosts are, what must reach them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import data
import pytest
from backbones import Judged, judge

from guard.shell.cli.folder import read_snapshot

VALIDATION = "pybatfish/jupyter_notebooks/networks/forwarding-change-validation"
EXAMPLE = "batfish/networks/example"

SITES = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: border, kind: pop, devices: ["border*"]}
  - {name: core, kind: pop, devices: ["core*", "spine*"]}
  - {name: dept, kind: datacenter, devices: ["leaf*", "host-*"], prefixes: [2.128.0.0/24, 2.128.1.0/24]}
backbone: {devices: ["border*", "core*", "spine*"]}
"""
INTENT = """\
services:
  - {name: db, addresses: [2.128.0.1]}
  - {name: www, addresses: [2.128.1.1]}
flows:
  - name: ssh
    from: ["border1[GigabitEthernet0/0]", "border2[GigabitEthernet0/0]"]
    to: [www, db]
    protocol: tcp
    ports: [22]
    expect: delivered
  - name: nothing else
    from: ["border1[GigabitEthernet0/0]", "border2[GigabitEthernet0/0]"]
    to: [www, db]
    protocol: tcp
    ports: [23]
    expect: denied
"""
CAMPUS = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: dept, kind: datacenter, devices: ["as2dept*", "host*"], prefixes: [2.128.0.0/24, 2.128.1.0/24]}
  - {name: campus, kind: pop, devices: ["as2*"]}
  - {name: upstream, kind: external, devices: ["as1*", "as3*"]}
origins: [2.0.0.0/8]
"""
SUPPORTED = """\
flows:
  - {name: dns, from: [as1border1, as3border1], to: [2.128.0.101], protocol: udp, ports: [53], expect: delivered}
  - {name: ssh, from: [campus], to: [2.128.0.101, 2.128.1.101], protocol: tcp, ports: [22], expect: delivered}
"""


def differing(base: Mapping[str, str], after: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The devices whose configuration differs, as steps."""
    assert base.keys() == after.keys()
    for name, text in sorted(after.items()):
        if base[name] != text:
            yield {"device": Path(name).stem, "replace": text}


def changed(folder: str, before: str, after: str, inventory: str) -> Judged:
    """The verdict on going from one published snapshot to another, at once."""
    root = data.needs(folder)
    base = read_snapshot(root / before)
    steps = list(differing(base, read_snapshot(root / after)))
    files = {**base, "inventory.yaml": inventory} if inventory else base
    return judge(files, {"steps": [{"parallel": steps}]})


@pytest.mark.parametrize("inventory", ["", SITES, SITES + INTENT], ids=["no-inventory", "sites", "intent"])
def test_draining_a_core_router_onto_a_null_route(inventory: str) -> None:
    """core1's links become costly, so all goes through core2, which has a null route for a host."""
    judged = changed(VALIDATION, "base", "change1", inventory)
    assert judged.verdict == "BLOCK", judged.told()
    assert "blackhole" in judged.named("deny")
    assert "2.128.1.1/32 is dropped at core2" in judged.stopping()
    assert ("flow-intent" in judged.named("deny")) == ("flows:" in inventory)


@pytest.mark.parametrize("inventory", ["", SITES, SITES + INTENT], ids=["no-inventory", "sites", "intent"])
def test_draining_a_core_router_with_the_null_route_removed(inventory: str) -> None:
    judged = changed(VALIDATION, "base", "change1-fixed", inventory)
    assert judged.verdict == "ALLOW", judged.told()


def test_the_order_of_the_two_repairs_matters() -> None:
    """The null route goes first: fine at every step. The costs first: a hole until the second step is done."""
    root = data.needs(VALIDATION)
    base = read_snapshot(root / "base")
    core1, core2 = differing(base, read_snapshot(root / "change1-fixed"))
    good = judge(base, {"steps": [core2, core1]})
    assert good.verdict == "ALLOW", good.told()
    bad = judge(base, {"steps": [core1, core2]})
    assert [(each["policy"], each["step"]) for each in bad.findings] == [("blackhole", 1)], bad.told()


def test_an_access_group_in_the_wrong_direction() -> None:
    judged = changed(EXAMPLE, "live", "candidate", CAMPUS + SUPPORTED)
    assert judged.verdict == "BLOCK", judged.told()
    assert judged.named("deny") == {"flow-intent"}
    assert "RESTRICT_HOST_TRAFFIC_IN" in judged.stopping()
    assert "as2dept1[GigabitEthernet2/0]" in judged.stopping()


def test_the_access_group_in_the_right_direction() -> None:
    root = data.needs(EXAMPLE)
    base = read_snapshot(root / "live")
    (step,) = differing(base, read_snapshot(root / "candidate"))
    wrong = " ip access-group RESTRICT_HOST_TRAFFIC_IN out\n"
    assert wrong in step["replace"]
    right = {**step, "replace": step["replace"].replace(wrong, " ip access-group RESTRICT_HOST_TRAFFIC_OUT out\n")}
    judged = judge({**base, "inventory.yaml": CAMPUS + SUPPORTED}, {"steps": [right]})
    assert judged.verdict == "ALLOW", judged.told()


@pytest.mark.parametrize("inventory", ["", CAMPUS], ids=["no-inventory", "sites"])
def test_without_flows_nobody_says_what_must_get_through(inventory: str) -> None:
    """A filter that still lets some sources through is for `flow-intent`; the check itself runs to its end."""
    judged = changed(EXAMPLE, "live", "candidate", inventory)
    assert judged.verdict in ("ALLOW", "HOLD"), judged.told()
    assert judged.named("deny") == set()
