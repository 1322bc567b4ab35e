"""What a server knows beside the request reaches the checks: earlier changes, its inventory, what was planned on.

    dc-one (r1) ==== two links ==== dc-two (r2)
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from guard.engines.embedded import Embedded
from guard.model.server_facts import ActiveFacts, EarlierChange
from guard.pipeline import CheckRequest, check
from guard.shell.judging import layers
from guard.snapshot.files import digest

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROUTER = """hostname r{n}
!
interface Loopback0
 ip address 10.{n}.0.1 255.255.255.255
!
interface Ethernet0
 ip address 10.0.0.{n} 255.255.255.252
!
interface Ethernet2
 ip address 10.0.1.{n} 255.255.255.252
!
interface Ethernet1
 ip address 10.{n}.1.1 255.255.255.0
!
router ospf 1
 network 10.0.0.0 0.255.255.255 area 0
!
"""
FILES = {
    "configs/r1.cfg": ROUTER.format(n=1),
    "configs/r2.cfg": ROUTER.format(n=2),
    "inventory.yaml": """apiVersion: guard/v1
kind: Inventory
failures: 0
sites:
  - {name: dc-one, kind: datacenter, devices: [r1], prefixes: [10.1.1.0/24]}
  - {name: dc-two, kind: datacenter, devices: [r2], prefixes: [10.2.1.0/24]}
""",
}
NORTH, SOUTH = ("interface Ethernet0\\n shutdown\\n", "interface Ethernet2\\n shutdown\\n")
PLAIN = "interface Ethernet1\\n description servers\\n"


def change(id: str, lines: str, base: str = "") -> str:
    named = f"base: {{snapshot: '{base}'}}\n" if base else ""
    return f"""apiVersion: guard/v1
kind: Change
metadata: {{id: {id}, title: t, author: a}}
{named}steps:
- {{device: r1, merge: "{lines}"}}
"""


def judged(
    text: str, *earlier: str, files: Mapping[str, str] = FILES, inventory: str = FILES["inventory.yaml"], **more: Any
) -> dict[str, Any]:
    known = tuple(
        EarlierChange(n, f"E{n}", f"sha256:{n}", "", "", "b", NOW, each, {}) for n, each in enumerate(earlier)
    )
    active = ActiveFacts(digest(files), inventory.encode(), known)
    request = CheckRequest(files, text, "c.yaml", {}, layers({}), NOW, binding=True, active=active)
    return check(replace(request, **more), [Embedded()]).document


def found(document: Mapping[str, Any], policy: str) -> list[dict[str, Any]]:
    return [each for each in document["findings"] if each["policy"] == policy and each["status"] != "existing"]


def test_each_of_two_drains_is_fine_and_both_are_held() -> None:
    assert judged(change("S", SOUTH))["verdict"] == "ALLOW"
    document = judged(change("S", SOUTH), change("N", NORTH))
    assert document["verdict"] == "HOLD"
    told = found(document, "cumulative-risk")
    assert {each["enforcement"] for each in told} == {"hold"}
    assert any("together with N: " in each["message"] and "dc-one" in each["subjects"] for each in told)
    assert not found(document, "datacenter-isolation")


def test_an_earlier_change_that_has_nothing_to_do_with_it_is_not_told() -> None:
    assert judged(change("P", PLAIN), change("N", NORTH))["verdict"] == "ALLOW"


def test_what_the_change_does_by_itself_is_told_once() -> None:
    document = judged(change("B", NORTH + SOUTH), change("P", PLAIN))
    assert document["verdict"] == "BLOCK"
    assert not found(document, "cumulative-risk")


def test_the_same_change_asked_again_is_not_its_own_predecessor() -> None:
    assert judged(change("N", NORTH), change("N", NORTH))["verdict"] == "ALLOW"


def test_an_earlier_change_that_cannot_be_applied_any_more_holds() -> None:
    gone = change("G", PLAIN).replace("device: r1", "device: r9")
    document = judged(change("P", PLAIN), gone)
    (told,) = found(document, "cumulative-risk")
    assert (document["verdict"], told["status"]) == ("HOLD", "undecided")
    assert "r9" in told["message"]


def test_planned_on_a_snapshot_that_differs_elsewhere_is_not_stale() -> None:
    other = {**FILES, "configs/r2.cfg": FILES["configs/r2.cfg"] + "ntp server 10.9.9.9\n"}
    text = change("P", PLAIN, digest(other))
    assert found(judged(text), "stale-base")
    assert not found(judged(text, known={digest(other): other}), "stale-base")
    touched = {**FILES, "configs/r1.cfg": FILES["configs/r1.cfg"] + "ntp server 10.9.9.9\n"}
    document = judged(change("P", PLAIN, digest(touched)), known={digest(touched): touched})
    assert [each["subjects"] for each in found(document, "stale-base")] == [["r1"]]


def test_an_inventory_that_asks_for_less_than_the_servers_own_is_told_item_by_item() -> None:
    asks = FILES["inventory.yaml"] + "flows:\n- {name: web, from: [dc-one], to: [10.2.1.9], expect: delivered}\n"
    document = judged(change("P", PLAIN), inventory=asks)
    assert document["verdict"] == "HOLD"
    assert any("web" in each["subjects"] for each in found(document, "intent-weakened"))
