"""Two engines asked for one verdict: they agree, they differ, one is lost, one is not needed.

ams (r1) --10.0.0.0/31-- (r2) dc --10.1.0.0/24        AS 64500, OSPF, iBGP between loopbacks
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guard.engines.embedded import Embedded
from guard.engines.engine import Engine
from guard.engines.rows_tables import HeldRib
from guard.model.errors import EngineLost
from guard.model.state import NetworkState, Scenario, StateNote
from guard.pipeline import CheckOutcome, CheckRequest, check
from guard.snapshot.snapshot import Snapshot

POLICIES = {path.name: path.read_text() for path in (Path(__file__).parents[2] / "policies").glob("*.yaml")}
R1 = """hostname r1
!
interface Loopback0
 ip address 192.0.2.1 255.255.255.255
interface Ethernet1
 ip address 10.0.0.0 255.255.255.254
 description to r2
!
router ospf 1
 network 0.0.0.0 255.255.255.255 area 0
router bgp 64500
 neighbor 192.0.2.2 remote-as 64500
 neighbor 192.0.2.2 update-source Loopback0
"""
R2 = """hostname r2
!
interface Loopback0
 ip address 192.0.2.2 255.255.255.255
interface Ethernet1
 ip address 10.0.0.1 255.255.255.254
interface Ethernet2
 ip address 10.1.0.1 255.255.255.0
!
router ospf 1
 network 0.0.0.0 255.255.255.255 area 0
router bgp 64500
 neighbor 192.0.2.1 remote-as 64500
 neighbor 192.0.2.1 update-source Loopback0
"""
INVENTORY = """apiVersion: guard/v1
kind: Inventory
sites:
  - {name: ams, kind: pop, devices: [r1], prefixes: [192.0.2.1/32]}
  - {name: dc, kind: datacenter, devices: [r2], prefixes: [10.1.0.0/24]}
"""
HARMLESS = "interface Ethernet1\n description uplink to r2\n ip ospf cost 15\n"
HARMFUL = "interface Ethernet1\n shutdown\n"


@dataclass
class Other:
    """The embedded engine under another name, with something wrong in what it says. Counts how often it is asked."""

    name: str = "other"
    wrong: str = ""
    engine: Embedded = field(default_factory=Embedded)
    asked: int = 0

    def state(self, snapshot: Snapshot, scenario: Scenario) -> NetworkState:
        self.asked += 1
        if self.wrong == "lost":
            raise EngineLost("other at 192.0.2.9: nobody answers")
        made = self.engine.state(snapshot, scenario)
        changed = " ip ospf cost 15" in snapshot.files["configs/r1.cfg"]
        if self.wrong == "always" or (self.wrong == "after" and changed):
            return replace(made, ribs={**made.ribs, ("r1", "default"): without(made, "10.1.0.0/24")})
        if self.wrong == "oscillates" and changed:
            return replace(made, notes=(*made.notes, StateNote("oscillation", "it does not settle")))
        return made


def without(made: NetworkState, dropped: str) -> HeldRib:
    rib = made.ribs["r1", "default"]
    kept = {prefix: entry for prefix in rib.prefixes() if (entry := rib.get(prefix)) and str(prefix) != dropped}
    return HeldRib(kept)


def verdict(lines: str, *engines: Engine) -> CheckOutcome:
    text = "".join(f"    {line}\n" for line in lines.splitlines())
    request = CheckRequest(
        base_files={"configs/r1.cfg": R1, "configs/r2.cfg": R2, "inventory.yaml": INVENTORY},
        change_text=f"apiVersion: guard/v1\nkind: Change\nsteps:\n- device: r1\n  merge: |\n{text}",
        change_name="change.yaml",
        change_files={},
        policies=(POLICIES,),
        now=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )
    return check(request, engines)


def findings(outcome: CheckOutcome) -> list[tuple[str, str, str]]:
    return [
        (each["enforcement"], each["status"], each["message"])
        for each in outcome.document["findings"]
        if each["policy"] == "engine-disagreement"
    ]


def test_two_engines_that_agree_allow() -> None:
    outcome = verdict(HARMLESS, Embedded(), Other())
    assert (outcome.verdict, findings(outcome)) == ("ALLOW", [])
    assert outcome.document["engines"] == ["embedded", "other"]


def test_a_difference_that_the_change_makes_is_held_and_says_what_both_answer() -> None:
    outcome = verdict(HARMLESS, Embedded(), Other(wrong="after"))
    assert outcome.verdict == "HOLD"
    told = [message for enforcement, status, message in findings(outcome) if (enforcement, status) == ("hold", "new")]
    assert any("r1 default 10.1.0.0/24: embedded says ospf via 10.0.0.1" in each for each in told)
    assert any("other finds" in each and "embedded does not" in each for each in told)
    lines = [each for finding in outcome.document["findings"] for each in finding["evidence"]]
    assert any(each.startswith("configs/r1.cfg:") for each in lines)


def test_what_they_disagree_on_before_and_after_alike_is_reported_and_holds_nothing() -> None:
    outcome = verdict(HARMLESS.replace(" ip ospf cost 15\n", ""), Embedded(), Other(wrong="always"))
    assert outcome.verdict == "ALLOW"
    assert {status for _, status, _ in findings(outcome)} == {"existing"}


def test_an_engine_that_does_not_settle_is_undecided() -> None:
    outcome = verdict(HARMLESS, Embedded(), Other(wrong="oscillates"))
    assert outcome.verdict == "HOLD"
    assert any(status == "undecided" and "does not settle" in message for _, status, message in findings(outcome))


def test_an_engine_that_is_lost_is_no_second_opinion() -> None:
    outcome = verdict(HARMLESS, Embedded(), Other(wrong="lost"))
    assert outcome.verdict == "HOLD"
    assert findings(outcome) == [("hold", "undecided", "no second opinion: other at 192.0.2.9: nobody answers")]


@pytest.mark.parametrize("wrong", ["", "lost"])
def test_a_change_that_the_first_engine_stops_does_not_wait_for_the_other(wrong: str) -> None:
    other = Other(wrong=wrong)
    outcome = verdict(HARMFUL, Embedded(), other)
    assert (outcome.verdict, other.asked) == ("BLOCK", 0)
