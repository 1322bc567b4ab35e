"""The data on known differences: complete, documented, and each entry explains what it says and nothing else.

r1 --10.0.0.0/31-- r2        iBGP over the link
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from batfish_rows import answers_from
from small_network import snapshot_of

from guard.engines.agreement import Difference, Fact, agreement
from guard.engines.batfish.answers import AnswerRow, Answers
from guard.engines.batfish.translate import state
from guard.engines.known_differences import KNOWN
from guard.simulate.control_plane import compute
from guard.snapshot.snapshot import Snapshot

DOCS = Path(__file__).parents[3] / "docs"

EOS = """! device: r1 (DCS-7280, EOS-4.26.2F)
hostname r1
interface Ethernet1
   no switchport
   ip address 10.0.0.0/31
interface Ethernet2
   no switchport
   ip address 10.1.0.0/31
ip routing
ip route 203.0.113.0/24 Null0
ip route 198.51.100.0/24 10.0.0.1
router bgp 64500
   router-id 192.0.2.1
   neighbor 10.0.0.1 remote-as 64500
   neighbor 10.1.0.1 remote-as 64499
   network 203.0.113.0/24
"""
IOS = """hostname r2
interface Ethernet1
 ip address 10.0.0.1 255.255.255.254
router bgp 64500
 bgp router-id 192.0.2.2
 neighbor 10.0.0.0 remote-as 64500
"""


def network() -> Snapshot:
    return snapshot_of({"r1": EOS, "r2": IOS})


def told(changed: Answers, snapshot: Snapshot) -> list[Difference]:
    return list(agreement(compute(snapshot), state(changed, snapshot), snapshot))


def with_rows(answers: Answers, field: str, change: dict[str, object], **where: object) -> Answers:
    """The answers with some cells of some rows changed."""

    def changed(row: AnswerRow) -> AnswerRow:
        return {**row, **change} if all(row[key] == value for key, value in where.items()) else row

    rows = getattr(answers, field)
    assert any(all(row[key] == value for key, value in where.items()) for row in rows)
    return replace(answers, **{field: tuple(map(changed, rows))})


def test_every_entry_is_in_the_documentation() -> None:
    page = (DOCS / "engines.md").read_text()
    for known in KNOWN:
        row = f"| {known.name} | {known.right or 'modelled differently'} | {known.reason} ({known.source}) |"
        assert row in page, row


def test_a_network_on_which_both_agree_has_no_difference() -> None:
    snapshot = network()
    assert told(answers_from(compute(snapshot)), snapshot) == []


def test_the_origin_of_an_eos_network_statement_is_known() -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    found = told(with_rows(answers, "bgp_rib", {"origin_type": "incomplete"}, network="203.0.113.0/24"), snapshot)
    assert {(each.fact, each.known.name if each.known else "") for each in found} == {(Fact.PATH, "eos-network-origin")}


def test_a_session_that_only_one_holds_up_is_not_explained() -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    changed = with_rows(answers, "bgp_session_status", {"established_status": "NOT_COMPATIBLE"}, remote_ip="10.0.0.1")
    (found,) = (each for each in told(changed, snapshot) if each.fact is Fact.SESSION)
    assert found.subject == "r1 -> r2 (default)"
    assert found.answers == ("up", "down (Batfish: NOT_COMPATIBLE)")
    assert (found.known, found.decides) == (None, True)
    assert [str(each) for each in found.sources] == ["configs/r1.cfg:14", "configs/r2.cfg:6"]


@pytest.mark.parametrize(
    ("change", "decides", "said"),
    [
        ({"next_hop": {"type": "discard"}}, True, "static via discard [1/0]"),
        ({"next_hop": {"type": "ip", "ip": "10.1.0.1"}}, True, "static via 10.1.0.1 [1/0]"),
        ({"metric": 7}, False, "static via 10.0.0.1 [1/7]"),
        ({"admin_distance": 5}, False, "static via 10.0.0.1 [5/0]"),
    ],
)
def test_a_route_that_packets_take_otherwise_decides_and_a_metric_does_not(
    change: dict[str, object], *, decides: bool, said: str
) -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    (found,) = told(with_rows(answers, "routes", change, network="198.51.100.0/24"), snapshot)
    assert (found.fact, found.decides, found.known) == (Fact.ROUTE, decides, None)
    assert found.answers == ("static via 10.0.0.1 [1/0]", said)
    assert [str(each) for each in found.sources] == ["configs/r1.cfg:11"]


def test_what_goes_outside_is_compared_session_by_session() -> None:
    snapshot = network()
    answers = answers_from(compute(snapshot))
    fewer = replace(answers, bgp_rib=tuple(row for row in answers.bgp_rib if row["network"] != "203.0.113.0/24"))
    sent = [each for each in told(fewer, snapshot) if each.fact is Fact.ADVERTISEMENT]
    assert [(each.subject, each.answers) for each in sent] == [
        ("203.0.113.0/24 to r1 -> 10.1.0.1", ("sent", "not sent"))
    ]
    assert [str(each) for each in sent[0].sources] == ["configs/r1.cfg:15"]
