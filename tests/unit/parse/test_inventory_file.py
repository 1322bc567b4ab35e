"""Inventories to the letter of the contract, and the errors that a typo gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from data import SHARED

from guard.model.address import parse_prefix
from guard.model.errors import InputInvalid
from guard.model.inventory import AllOf, AnyOf, NameNeeded, ServiceNeeded, SiteNeeded
from guard.model.state import InterfaceId
from guard.parse.inventory import dangling_names, parse_demands, parse_inventory

HEAD = "apiVersion: guard/v1\nkind: Inventory\n"


def read(body: str) -> object:
    return parse_inventory(HEAD + body, "inventory.yaml", {})


def test_the_contracts_own_example_reads() -> None:
    contract = Path(SHARED.parent / "CONTRACT.md")
    if not contract.exists():
        pytest.skip("the contract is not beside the checkout")
    (example,) = re.findall(r"```yaml\n(apiVersion: guard/v1\nkind: Inventory.*?)```", contract.read_text(), re.S)
    inventory = parse_inventory(example, "inventory.yaml", {"demands.csv": "from_site,to_site,mbps\ndc-ash,ams,10\n"})
    assert [site.name for site in inventory.sites] == ["dc-ash", "ams", "internet"]
    assert inventory.services[0].requires == AnyOf((SiteNeeded("dc-ash"), SiteNeeded("dc-lla")))
    assert inventory.services[2].requires == AllOf((ServiceNeeded("userdb"), NameNeeded("userdb.example.com.")))
    assert inventory.shared_risks[0].interfaces == (InterfaceId("ash-bb1", "eth1"), InterfaceId("ams-bb1", "eth1"))
    assert inventory.demands[0].mbps == 10
    assert inventory.flows[0].ports == ((22, 22),)
    assert [each.message for each in dangling_names(inventory)] == ["the inventory lists no site 'dc-lla'"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("sitess: []\n", "inventory.yaml:3: unknown key 'sitess'"),
        ("sites:\n  - {name: a, kind: city}\n", "inventory.yaml:4: 'city' is not one of datacenter, pop, external"),
        ("sites:\n  - {name: a, kind: pop}\n  - {name: a, kind: pop}\n", "inventory.yaml:5: 'a' stands twice"),
        ("origins: [192.0.2.300/24]\n", "inventory.yaml:3: '192.0.2.300/24' is not an IP prefix"),
        ("services:\n  - {name: a, requires: {site: x, service: y}}\n", "inventory.yaml:4: a requirement is one of"),
        ("flows:\n  - {name: f, from: [a], to: [b], expect: maybe}\n", "inventory.yaml:4: 'maybe' is not one of"),
        ("flows:\n  - {name: f, from: [a], to: [b], ports: [99999], expect: denied}\n", "not a range within 0-65535"),
        ("failures: 5\n", "inventory.yaml:3: 5 is outside 0..2"),
    ],
)
def test_faults_name_their_line(body: str, message: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        read(body)
    assert message in str(caught.value)


def test_kind_and_version_must_be_ours() -> None:
    with pytest.raises(InputInvalid, match="apiVersion is 'v1', expected guard/v1"):
        parse_inventory("apiVersion: v1\nkind: Inventory\n", "inventory.yaml", {})


def test_names_that_lead_nowhere_are_problems_with_their_line() -> None:
    inventory = parse_inventory(
        HEAD + "advertisements:\n  - {name: a, prefixes: [192.0.2.0/24], to: mars}\n"
        "services:\n  - {name: s, requires: {all_of: [{service: t}]}}\n",
        "i",
        {},
    )
    assert [(each.source.first, each.message) for each in dangling_names(inventory)] == [
        (4, "the inventory lists no external site 'mars'"),
        (6, "the inventory lists no service 't'"),
    ]


def test_prefixes_of_both_families() -> None:
    inventory = parse_inventory(
        HEAD + 'sites:\n  - {name: a, kind: pop, prefixes: [10.0.0.0/8, "2001:db8::/32"]}\n', "i", {}
    )
    assert inventory.sites[0].prefixes == (parse_prefix("10.0.0.0/8"), parse_prefix("2001:db8::/32"))


def test_demands_with_a_bad_number_name_the_line() -> None:
    with pytest.raises(InputInvalid, match="'x' is not a number") as caught:
        parse_demands("from_site,to_site,mbps\na,b,1\na,c,x\n", "demands.csv")
    assert caught.value.line == 3
