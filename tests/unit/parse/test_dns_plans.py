"""Plans of octoDNS, Route 53 and Terraform as zone edits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guard.model.errors import InputInvalid
from guard.parse.change import parse_change
from guard.snapshot.candidate import candidate
from guard.snapshot.load import load

ZONE = """$TTL 60
@ IN SOA ns h 7 2 3 4 5
@ IN NS ns.example.net.
www IN A 192.0.2.1
www IN A 192.0.2.2
txt IN TXT "old"
"""


def after(step: str, plan: Any) -> list[str]:
    """Lines of the zone that a plan takes away and adds, and the serial where it moved; the zones where one goes."""
    base = load({"zones/example.com.zone": ZONE})
    text = f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: x}}\nsteps:\n- {{{step}: plan.json}}\n"
    change = parse_change(text, "c.yaml", {"plan.json": json.dumps(plan)})
    new = candidate(base, change.steps[0]).after
    if set(new.zones) != set(base.zones):
        return sorted(new.zones)

    def shown(snapshot: Any) -> set[str]:
        zone = snapshot.zones["example.com."]
        return {
            f"{key.owner.removesuffix('.example.com.')} {rrset.ttl} {key.type} {data}"
            for key, rrset in zone.rrsets.items()
            for data in rrset.rdata
            if key.type != "SOA"
        }

    lines = [f"-{line}" for line in sorted(shown(base) - shown(new))]
    lines += [f"+{line}" for line in sorted(shown(new) - shown(base))]
    return [*lines, f"serial {new.zones['example.com.'].serial}"]


def octodns(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"provider": {"example.com.": {"changes": list(changes)}}}


def test_octodns() -> None:
    made = {"type": "create", "name": "a", "record_type": "MX", "new": {
        "ttl": 300, "values": [{"preference": 10, "exchange": "mail.example.net."}]}}  # fmt: skip
    kept = {"type": "update", "name": "www", "record_type": "A", "existing": {}, "new": {
        "ttl": 60, "values": ["192.0.2.2", "192.0.2.3"]}}  # fmt: skip
    gone = {"type": "delete", "name": "txt", "record_type": "TXT", "existing": {"ttl": 60, "value": "old"}}
    assert after("octodns_plan", octodns(made, kept, gone)) == [
        '-txt 60 TXT "old"',
        "-www 60 A 192.0.2.1",
        "+a 300 MX 10 mail.example.net.",
        "+www 60 A 192.0.2.3",
        "serial 8",
    ]


def route53(action: str, name: str, type: str, *values: str, ttl: int = 60) -> dict[str, Any]:
    records = {"Name": name, "Type": type, "TTL": ttl, "ResourceRecords": [{"Value": each} for each in values]}
    return {"Changes": [{"Action": action, "ResourceRecordSet": records}]}


@pytest.mark.parametrize(
    ("batch", "wanted"),
    [
        (route53("UPSERT", "www.example.com", "A", "192.0.2.9", ttl=5),
         ["-www 60 A 192.0.2.1", "-www 60 A 192.0.2.2", "+www 5 A 192.0.2.9", "serial 8"]),
        (route53("CREATE", r"\052.example.com.", "A", "192.0.2.9"), ["+* 60 A 192.0.2.9", "serial 8"]),
        (route53("DELETE", "txt.example.com.", "TXT", '"old"'), ['-txt 60 TXT "old"', "serial 8"]),
    ],
)  # fmt: skip
def test_route53(batch: dict[str, Any], wanted: list[str]) -> None:
    assert after("route53", batch) == wanted


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        (route53("CREATE", "www.example.com.", "A", "192.0.2.9"), "prerequisite-failed"),
        (route53("DELETE", "www.example.com.", "A", "192.0.2.9"), "prerequisite-failed"),
        (route53("UPSERT", "www.example.net.", "A", "192.0.2.9"), "unknown-zone"),
        (route53("UPSERT", "www.example.com.", "A", "192.0.2.999"), "invalid-plan"),
        ({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {
            "Name": "a.example.com.", "Type": "A", "AliasTarget": {"DNSName": "lb.example.net."}}}]}, "not-supported"),
        ([], "invalid-plan"),
    ],
)  # fmt: skip
def test_what_route53_would_refuse_is_refused(batch: Any, code: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        after("route53", batch)
    assert caught.value.code == code


def terraform(type: str, actions: list[str], before: Any, new: Any) -> dict[str, Any]:
    change = {"actions": actions, "before": before, "after": new}
    return {"resource_changes": [{"address": f"{type}.x", "type": type, "change": change}]}


AWS = {"name": "www.example.com", "type": "A", "ttl": 60, "records": ["192.0.2.1", "192.0.2.2"]}
FLARE = {"name": "new.example.com", "type": "TXT", "content": "v=spf1 -all", "ttl": 1}


@pytest.mark.parametrize(
    ("plan", "wanted"),
    [
        (terraform("aws_route53_record", ["delete"], AWS, None),
         ["-www 60 A 192.0.2.1", "-www 60 A 192.0.2.2", "serial 8"]),
        (terraform("aws_route53_record", ["update"], AWS, {**AWS, "records": ["192.0.2.1"]}),
         ["-www 60 A 192.0.2.2", "serial 8"]),
        (terraform("cloudflare_record", ["create"], None, FLARE), ['+new 300 TXT "v=spf1 -all"', "serial 8"]),
        (terraform("aws_instance", ["create"], None, {}), ["serial 7"]),
        (terraform("aws_route53_zone", ["delete"], {"name": "example.com"}, None), []),
        (terraform("aws_route53_zone", ["create"], None, {"name": "example.org"}), ["example.com.", "example.org."]),
    ],
)  # fmt: skip
def test_terraform(plan: dict[str, Any], wanted: list[str]) -> None:
    assert after("terraform_plan", plan) == wanted


def test_a_dns_resource_that_is_not_known_is_not_left_out() -> None:
    with pytest.raises(InputInvalid, match="not read from plans"):
        after("terraform_plan", terraform("ns1_dns_record", ["create"], None, {}))
