"""One engine, two bases: what was remembered of the snapshot that a change left is that of the base of the next one.

    one: r1 ---- two: r2 ---- three: r3 (added)
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import yaml

from guard.engines.embedded import Embedded
from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers

SITES = "".join(
    f"  - {{name: s{n}, kind: datacenter, devices: [r{n}], prefixes: [10.{n}.0.1/32]}}\n" for n in (1, 2, 3)
)


def router(number: int, *links: str) -> str:
    ports = "".join(f"interface e{at}\n ip address {text} 255.255.255.252\n" for at, text in enumerate(links))
    loopback = f"interface Loopback0\n ip address 10.{number}.0.1 255.255.255.255\n"
    return f"hostname r{number}\n{loopback}{ports}router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n"


TWO = {
    "configs/r1.cfg": router(1, "10.0.0.1"),
    "configs/r2.cfg": router(2, "10.0.0.2", "10.0.0.5"),
    "inventory.yaml": "apiVersion: guard/v1\nkind: Inventory\nsites:\n" + SITES,
}
R3 = router(3, "10.0.0.6")
THREE = {**TWO, "configs/r3.cfg": R3}


def judged(engine: Embedded, files: dict[str, str], step: dict[str, Any]) -> dict[str, Any]:
    change = {"apiVersion": "guard/v1", "kind": "Change", "metadata": {"id": "C", "author": "a"}, "steps": [step]}
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    request = CheckRequest(files, yaml.safe_dump(change), "c.yaml", {}, policy_layers(()), now)
    return {**check(request, (engine,)).document, "timings_ms": {}}


def test_a_reload_after_a_router_was_added() -> None:
    reload = {"device": "r3", "commands": "reload"}
    engine = Embedded()
    added = judged(engine, TWO, {"add_device": {"name": "r3", "config": R3}})
    warm = judged(engine, THREE, reload)
    assert added["snapshot"]["candidate"] == warm["snapshot"]["base"]
    assert warm == judged(Embedded(), THREE, reload)
    assert {each["subjects"][0] for each in warm["findings"] if each["policy"] == "datacenter-isolation"} == {"s3"}
