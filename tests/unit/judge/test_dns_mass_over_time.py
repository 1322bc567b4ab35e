"""What adds up: of one class of names, and of what a server allowed within a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from guard.model.dns import RRset
from guard.model.server_facts import ActiveFacts, PastChange, PastRecord
from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for
from guard.snapshot.files import digest

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HEAD = "$TTL 300\n@ IN SOA ns h 1 2 3 4 5\n@ NS ns.example.net.\n"
HOSTS = "".join(f"h{n} A 192.0.2.{n}\n" for n in range(180))
CUTS = "".join(f"z{n} NS ns.example.net.\n" for n in range(14))


def judged(
    zone: str, update: str, past: tuple[PastChange, ...] = (), inventory: str = "", **other: str
) -> tuple[str, list[str]]:
    change = {"apiVersion": "guard/v1", "kind": "Change", "metadata": {"id": "c"}}
    change["steps"] = [{"zone": "example.com.", "update": update}]  # type: ignore[assignment]
    files = {"zones/example.com.zone": zone, **other}
    if inventory:
        files["inventory.yaml"] = f"apiVersion: guard/v1\nkind: Inventory\n{inventory}\n"
    active = ActiveFacts(digest(files), files.get("inventory.yaml", "").encode(), past=past)
    request = CheckRequest(files, yaml.safe_dump(change), "c.yaml", {}, policy_layers(()), NOW, active=active)
    document = check(request, engines_for("embedded")).document
    rows: list[dict[str, Any]] = document["findings"]
    return document["verdict"], [each["message"] for each in rows if each["policy"] == "dns-mass-change"]


def deletions(names: str, numbers: range, type: str = "") -> str:
    return "".join(f"update delete {names}{n}.example.com. {type}\n" for n in numbers)


def test_most_delegations_go_from_a_zone_that_is_mostly_hosts() -> None:
    zone = HEAD + HOSTS + CUTS
    assert judged(zone, deletions("z", range(12))) == ("HOLD", ["12 of 14 delegations of example.com. are deleted"])
    assert judged(zone, deletions("z", range(7)))[0] == "ALLOW"
    assert judged(zone, deletions("h", range(12)))[0] == "ALLOW"
    own = "zones: [{name: example.com., max_delete_percent: 90}]"
    assert judged(zone, deletions("z", range(12)), inventory=own)[0] == "ALLOW"


def test_a_name_that_stays_of_its_class_is_not_lost() -> None:
    mail = "".join(f"h{n} MX 10 h{n}\n" for n in range(12))
    text = "".join(f"c{n} CNAME h{n}\n" for n in range(12))
    aliases = "".join(
        f"update delete c{n}.example.com.\nupdate add c{n}.example.com. 300 A 192.0.2.9\n" for n in range(12)
    )
    assert judged(HEAD + HOSTS + mail, deletions("h", range(12), "MX"))[0] == "HOLD"
    assert judged(HEAD + HOSTS + text, aliases)[0] == "ALLOW"


def gone(numbers: range, hours: float, *, approved: bool = False, back: bool = False) -> PastChange:
    """A change that deleted hosts so many hours ago, or (`back`) put them back."""
    here = RRset(300, ("192.0.2.1",))
    sides = (None, here) if back else (here, None)
    records = tuple(PastRecord("example.com.", f"h{n}.example.com.", "A", *sides) for n in numbers)
    at = NOW - timedelta(hours=hours)
    return PastChange(int(hours), f"C{hours}", f"sha256:{hours}-{back}", at, approved, records)


LEFT = HEAD + "".join(f"h{n} A 192.0.2.{n}\n" for n in range(16, 180))
FOUR = deletions("h", range(20, 24))


@pytest.mark.parametrize(
    ("zone", "past", "verdict"),
    [
        (LEFT, (), "ALLOW"),
        (LEFT, (gone(range(8), 3), gone(range(8, 16), 2)), "HOLD"),
        (LEFT, (gone(range(8), 30), gone(range(8, 16), 2)), "ALLOW"),
        (LEFT, (gone(range(8), 3), gone(range(8, 16), 2, approved=True)), "ALLOW"),
        (HEAD + HOSTS, (gone(range(16), 3), gone(range(16), 2, back=True)), "ALLOW"),
    ],
    ids=["nothing before", "small bites", "too long ago", "approved meanwhile", "put back"],
)
def test_small_bites_within_a_day(zone: str, past: tuple[PastChange, ...], verdict: str) -> None:
    found, messages = judged(zone, FOUR, past)
    assert found == verdict
    if verdict == "HOLD":
        assert messages == ["20 of 182 RRsets of example.com. are deleted within 24 h by all that was allowed"]


def test_an_addition_after_small_bites_goes_through() -> None:
    past = (gone(range(8), 3), gone(range(8, 16), 2))
    assert judged(LEFT, "update add new.example.com. 300 A 192.0.2.9\n", past)[0] == "ALLOW"
