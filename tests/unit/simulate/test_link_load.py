"""Link loads from demands: ECMP shares, failures, capacities; and what the check makes of them.

             b
    10.1 a <   > d 10.4       a-b, a-c, b-d, c-d cost 10 each; site north is a, site south is d
             c
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from guard.engines.embedded import Embedded
from guard.model.facts import LinkLoads
from guard.pipeline import CheckRequest, check
from guard.shell.judging import layers
from guard.simulate.assessment import assess_all
from guard.simulate.load import link_loads
from guard.snapshot.load import load

LINKS = (("a", "b", 1), ("a", "c", 2), ("b", "d", 3), ("c", "d", 4))
INVENTORY = """apiVersion: guard/v1
kind: Inventory
sites:
  - {{name: north, kind: pop, devices: [a], prefixes: [10.1.0.0/24]}}
  - {{name: south, kind: pop, devices: [d], prefixes: [10.4.0.0/24]}}
capacity:
  links:
    - {{interface: "a[Ethernet1]", mbps: {north}}}
    - {{interface: "A[ethernet2]", mbps: {mbps}}}
    - {{interface: "d[Ethernet3]", mbps: {mbps}}}
  demands: demands.csv
"""


def router(name: str, lan: int) -> str:
    lines = [f"hostname {name}", "!"]
    for one, other, number in LINKS:
        if name in (one, other):
            last = 1 if name == one else 2
            lines += [f"interface Ethernet{number}", f" ip address 10.0.{number}.{last} 255.255.255.252",
                      " ip ospf network point-to-point", " ip ospf cost 10", "!"]
    if lan:
        lines += ["interface Ethernet9", f" ip address 10.{lan}.0.1 255.255.255.0", "!"]
    return "\n".join([*lines, "router ospf 1", " network 10.0.0.0 0.255.255.255 area 0", "!", ""])


def files(mbps: int = 100, north: int = 100, demands: str = "north,south,100\nsouth,north,40\n") -> dict[str, str]:
    return {
        "configs/a.cfg": router("a", 1), "configs/b.cfg": router("b", 0), "configs/c.cfg": router("c", 0),
        "configs/d.cfg": router("d", 4), "inventory.yaml": INVENTORY.format(mbps=mbps, north=north),
        "demands.csv": "from_site,to_site,mbps\n" + demands,
    }  # fmt: skip


def loads(given: Mapping[str, str], failures: int = 0) -> LinkLoads:
    snapshot, engine = load(given), Embedded()
    (assessment,) = assess_all([snapshot], engine.state)
    return link_loads(snapshot, engine.state, assessment, failures=failures)


def judged(given: Mapping[str, str], device: str, lines: str) -> dict[str, Any]:
    text = f"""apiVersion: guard/v1
kind: Change
metadata: {{id: C, title: t, author: a}}
steps: [{{device: {device}, merge: "{lines}"}}]
"""
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    return check(CheckRequest(given, text, "c.yaml", {}, layers({}), now), [Embedded()]).document


def overloads(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [each for each in document["findings"] if each["policy"] == "link-overload"]
    return [(each["status"], each["subjects"][0]) for each in found]


def test_equal_ways_share_and_the_busier_direction_counts() -> None:
    found = {str(place): mbps for place, mbps in loads(files()).loads.items()}
    assert found == {"a[Ethernet1]": 50, "a[Ethernet2]": 50, "d[Ethernet3]": 50}


def test_an_external_interface_that_traffic_is_delivered_on_counts() -> None:
    given = files()
    given["inventory.yaml"] = given["inventory.yaml"].replace("d[Ethernet3]", "d[Ethernet9]")
    assert loads(given).loads[load(given).inventory.capacities[2].interface] == 100


def test_a_failure_of_one_way_loads_the_other_with_all() -> None:
    swept = loads(files(), 1).after_failures
    after = {scenario.reason: {str(k): v for k, v in found.items()} for scenario, found in swept}
    assert after["node b"] == {"a[Ethernet1]": 0, "a[Ethernet2]": 100, "d[Ethernet3]": 0}
    assert after["node d"] == {"a[Ethernet1]": 0, "a[Ethernet2]": 0, "d[Ethernet3]": 0}


def test_a_demand_of_a_site_that_nobody_knows_is_told() -> None:
    assert loads(files(demands="north,nowhere,1\n")).lost == ("north -> nowhere",)


@pytest.mark.parametrize(("mbps", "wanted"), [
    (100, []),  # all of it fits on one way, as before with a failure
    (99, [("new", "a[Ethernet2]")]),
])  # fmt: skip
def test_draining_one_way_is_held_where_the_other_is_too_small(mbps: int, wanted: list[tuple[str, str]]) -> None:
    document = judged(files(mbps), "a", "interface Ethernet1\\n shutdown\\n")
    assert [each for each in overloads(document) if each[0] == "new"] == wanted


def test_what_overflows_after_the_same_failure_anyway_is_existing() -> None:
    document = judged(files(mbps=60), "a", "interface Ethernet9\\n description lan\\n")
    assert {status for status, _ in overloads(document)} == {"existing"}
    assert document["verdict"] == "ALLOW"


def test_a_cost_that_takes_the_second_way_from_the_failure_case() -> None:
    """All goes by c now; one way has room for half of it."""
    document = judged(files(mbps=60, north=60), "a", "interface Ethernet1\\n ip ospf cost 50\\n")
    assert ("new", "a[Ethernet2]") in overloads(document)
    assert document["verdict"] == "HOLD"


def test_without_demands_it_is_skipped() -> None:
    given = files()
    given["inventory.yaml"] = given["inventory.yaml"].split("capacity:")[0]
    document = judged(given, "a", "interface Ethernet9\\n description lan\\n")
    assert any("link-overload" in note for note in document["notes"])
