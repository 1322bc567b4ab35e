"""A thousand withdrawals of one prefix each are one mass withdrawal: what the same author or caller did within a day.

provider 198.51.100.1 ---- edge1 (40 prefixes of its own, eight customers 10.9.0.1 … 10.9.0.8)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from guard.model.server_facts import ActiveFacts, PastChange
from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for
from guard.snapshot.files import digest

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CUSTOMERS = range(1, 9)


def prefixes(numbers: range) -> list[str]:
    return [f"203.0.{number}.0/24" for number in numbers]


def lines(text: str, numbers: range) -> str:
    return "".join(f"{text.format(number)}\n" for number in numbers)


EDGE = f"""hostname edge1
interface Ethernet0
 ip address 198.51.100.0 255.255.255.254
{lines("interface Ethernet{0}" + chr(10) + " ip address 10.9.{0}.0 255.255.255.254", CUSTOMERS)}
{lines("ip route 203.0.{}.0 255.255.255.0 Null0", range(40))}
ip prefix-list NONE seq 5 deny 0.0.0.0/0 le 32
route-map NOTHING deny 10
router bgp 64500
 neighbor 198.51.100.1 remote-as 64501
{lines(" neighbor 10.9.{0}.1 remote-as 6460{0}", CUSTOMERS)}
 address-family ipv4
{lines("  network 203.0.{}.0 mask 255.255.255.0", range(40))}
  neighbor 198.51.100.1 route-map NOTHING in
{lines("  neighbor 10.9.{0}.1 route-map NOTHING in", CUSTOMERS)}
{lines("  neighbor 10.9.{0}.1 route-map NOTHING out", CUSTOMERS)}
"""
PEERINGS = [{"device": "edge1", "neighbor": "198.51.100.1", "role": "provider", "site": "internet"}]
PEERINGS += [
    {"device": "edge1", "neighbor": f"10.9.{n}.1", "role": "customer", "site": "internet", "cone": ["192.0.2.0/24"]}
    for n in CUSTOMERS
]
INVENTORY = {
    "apiVersion": "guard/v1",
    "kind": "Inventory",
    "sites": [
        {"name": "edge", "kind": "pop", "devices": ["edge1"], "prefixes": ["203.0.0.0/16"]},
        {"name": "internet", "kind": "external"},
    ],
    "peerings": PEERINGS,
}
FILES = {"configs/edge1.cfg": EDGE, "inventory.yaml": yaml.safe_dump(INVENTORY)}
BASE = digest(FILES)


def past(hours: float, *withdrawn: str, **more: object) -> PastChange:
    change = PastChange(
        entry=int(hours),
        id=f"C{hours:g}",
        digest=f"sha256:{hours}{withdrawn}",
        at=NOW - timedelta(hours=hours),
        approved=False,
        records=(),
        author="bot",
        base="sha256:of an older snapshot",
        withdrawn=withdrawn,
    )
    return replace(change, **more)  # type: ignore[arg-type]


def judged(earlier: list[PastChange], merge: str, expect: dict[str, list[str]], author: str = "bot") -> list[str]:
    change = {
        "apiVersion": "guard/v1",
        "kind": "Change",
        "metadata": {"id": "C", "author": author},
        "expect": expect,
        "steps": [{"device": "edge1", "merge": merge}],
    }
    active = ActiveFacts(BASE, FILES["inventory.yaml"].encode(), past=tuple(earlier))
    text = yaml.safe_dump(change)
    request = CheckRequest(FILES, text, "c.yaml", {}, policy_layers(()), NOW, failures=0, active=active)
    document = check(request, engines_for("embedded")).document
    found = [each["message"] for each in document["findings"] if each["policy"] == "cumulative-risk"]
    return [document["verdict"], *found]


def withdrawing(earlier: list[PastChange], author: str = "bot") -> list[str]:
    merge = "router bgp 64500\n address-family ipv4\n  no network 203.0.0.0 mask 255.255.255.0\n"
    return judged(earlier, merge, {"prefixes_withdrawn": ["203.0.0.0/24"]}, author)


GONE = [past(hour, f"192.0.{hour}.0/24") for hour in (20, 15, 10, 5)]


def test_the_fifth_withdrawal_of_a_day_is_held() -> None:
    assert withdrawing(GONE[1:]) == ["ALLOW"]
    assert withdrawing(GONE) == ["HOLD", "5 of 44 advertised prefixes are withdrawn within 24 h by bot"]
    assert withdrawing(GONE, author="neteng") == ["ALLOW"]


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({"at": NOW - timedelta(hours=25)}, False),
        ({"approved": True}, False),  # a person saw it, and what came before it
        ({"author": "neteng"}, False),
        ({"author": "neteng", "same_caller": True}, False),  # the other three are of the author alone
        ({"withdrawn": (), "advertised": ("192.0.20.0/24",)}, False),
        ({"withdrawn": ("203.0.7.0/24",)}, False),  # the base, newer than the change, has it again
        ({"withdrawn": ("203.0.7.0/24",), "base": BASE}, True),  # the base is the one from before it
    ],
)
def test_what_counts(change: dict[str, object], held: bool) -> None:
    earlier = [replace(GONE[0], **change), *GONE[1:]] if "approved" not in change else [
        *GONE[:3], replace(GONE[3], **change)
    ]  # type: ignore[arg-type]  # fmt: skip
    assert withdrawing(earlier)[0] == ("HOLD" if held else "ALLOW")


def test_one_caller_under_many_names() -> None:
    earlier = [replace(each, author=f"bot-{each.entry}", same_caller=True) for each in GONE]
    assert withdrawing(earlier) == [
        "HOLD",
        "5 of 44 advertised prefixes are withdrawn within 24 h sent by the same caller",
    ]


def test_sessions_that_go_one_by_one() -> None:
    merge = "router bgp 64500\n neighbor 10.9.1.1 shutdown\n"
    expect = {"sessions_lost": ["edge1 -> 10.9.1.1"]}
    lost = [past(hour, sessions_lost=(f"edge1 -> 10.8.{hour}.1",)) for hour in (9, 6, 3)]
    assert judged(lost[1:], merge, expect) == ["ALLOW"]
    assert judged(lost, merge, expect) == ["HOLD", "4 of 12 BGP sessions are gone within 24 h by bot"]


def test_a_change_that_takes_nothing_away_is_not_held_for_what_was() -> None:
    assert judged(GONE, "interface Ethernet1\n description a customer\n", {}) == ["ALLOW"]
