"""What one name server serves, judged against what it served: the zone itself, where nothing else is known of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.engines import engines_for

HEAD = "$TTL 300\n@ IN SOA ns1 h 1 2 3 4 5\n@ NS ns1\n@ NS ns2\nns1 A 192.0.2.1\nns2 A 198.51.100.1\n"
ZONE = HEAD + "@ MX 10 mail\nmail A 192.0.2.25\n" + "".join(f"h{n} A 192.0.2.{n}\n" for n in range(100, 110))
OWN = "zones/ns1.example.com/example.com.zone"
INVENTORY = """apiVersion: guard/v1
kind: Inventory
servers: [{name: ns1.example.com., addresses: [192.0.2.1], serves: [example.com.]}]
"""


def judged(text: str | None, **files: str) -> dict[str, Any]:
    what = {"delete": True} if text is None else {"replace": text}
    step = {"server": "ns1.example.com.", "zone": "example.com.", **what}
    change = {"apiVersion": "guard/v1", "kind": "Change", "metadata": {"id": "c"}, "steps": [step]}
    base = {"zones/example.com.zone": ZONE, "inventory.yaml": INVENTORY, **files}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    request = CheckRequest(base, yaml.safe_dump(change), "c.yaml", {}, policy_layers(()), now)
    return check(request, engines_for("embedded")).document


def found(document: dict[str, Any]) -> set[tuple[str, str]]:
    rows = document["findings"]
    return {(each["policy"], each["enforcement"]) for each in rows if each["status"] == "new"}


@pytest.mark.parametrize("known", [{}, {OWN: ZONE}], ids=["as the zone", "seen"])
@pytest.mark.parametrize(
    ("text", "verdict", "wanted"),
    [
        (ZONE, "ALLOW", None),
        (ZONE + "new A 192.0.2.9\n", "ALLOW", None),
        (ZONE.replace("mail A 192.0.2.25\n", ""), "HOLD", ("dns-last-record", "hold")),
        (HEAD, "BLOCK", ("dns-mass-change", "deny")),
        (ZONE.partition("h104")[0], "BLOCK", ("dns-truncation", "deny")),
    ],
)
def test_a_server_gets_another_zone(
    known: dict[str, str], text: str, verdict: str, wanted: tuple[str, str] | None
) -> None:
    document = judged(text, **known)
    assert document["verdict"] == verdict, document["findings"]
    assert wanted is None or wanted in found(document)


def test_what_the_zone_already_lacks_is_no_fault_of_the_server() -> None:
    torn = ZONE + "x CNAME ns1\nx A 192.0.2.3\n"
    assert judged(torn, **{"zones/example.com.zone": torn})["verdict"] == "ALLOW"


def test_a_listed_server_that_drops_its_only_zone_is_lame() -> None:
    document = judged(None, **{OWN: ZONE})
    assert document["verdict"] == "BLOCK"
    assert ("dns-lame", "deny") in found(document)
