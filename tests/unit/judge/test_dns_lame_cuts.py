"""Delegations to servers of which it is known what they serve, of zones that are not in the snapshot."""

from __future__ import annotations

import pytest

from guard.judge.checks.dns_delegation import lame_faults
from guard.snapshot.load import load

PARENT = """$TTL 300
@ IN SOA ns.nic.test. h 1 2 3 4 5
@ NS ns.nic.test.
a NS ns1.servers.test.
b NS ns2.servers.test.
c NS ns.elsewhere.test.
"""
ZONE = "$TTL 300\n@ IN SOA ns1.servers.test. h 1 2 3 4 5\n@ NS ns1.servers.test.\n"


@pytest.mark.parametrize(
    ("inventory", "files", "wanted"),
    [
        ("", {}, set()),
        ("servers: [{name: ns1.servers.test., serves: [a.test.]}]", {}, set()),
        ("servers: [{name: ns1.servers.test., serves: [x.test.]}]", {}, {("a.test.", "ns1.servers.test.")}),
        ("", {"zones/ns2.servers.test/a.test.zone": ZONE}, {("b.test.", "ns2.servers.test.")}),
        ("", {"zones/ns1.servers.test/a.test.zone": ZONE}, set()),
    ],
    ids=["nothing known", "served", "another zone", "seen without it", "seen with it"],
)
def test_a_delegation_to_a_server_that_lacks_the_zone(
    inventory: str, files: dict[str, str], wanted: set[tuple[str, str]]
) -> None:
    all_files = {"zones/test.zone": PARENT, **files}
    if inventory:
        all_files["inventory.yaml"] = f"apiVersion: guard/v1\nkind: Inventory\n{inventory}\n"
    snapshot = load(all_files)
    assert {(each.subject, each.detail) for each in lame_faults(snapshot, snapshot)} == wanted
