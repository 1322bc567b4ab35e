"""Zones whose name servers have their names in each other: nobody can find them, unless a parent has glue."""

from __future__ import annotations

import pytest

from guard.judge.checks.dns_delegation import glue_faults
from guard.snapshot.load import load

SOA = "$TTL 300\n@ IN SOA ns.nic.test. h 1 2 3 4 5\n"
#: Who is a name server of a.test and of b.test, more lines of test, and the zones that nobody can find.
CASES = {
    "each in its own, with glue": ("ns.a", "ns.b", "ns.a A 192.0.2.1\nns.b A 192.0.2.2\n", set()),
    "one in the other": ("ns.b", "ns.b", "ns.b A 192.0.2.2\n", set()),
    "each in the other": ("ns.b", "ns.a", "", {"a.test.", "b.test."}),
    "each in the other, glue for one": ("ns.b", "ns.a", "ns.a A 192.0.2.1\n", set()),
    "a second one elsewhere": ("ns.b", "ns.a", "a NS ns.example.net.\n", set()),
    "a second one in the parent": ("ns.b", "ns.a", "b NS ns\nns A 192.0.2.5\n", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_a_circle(name: str) -> None:
    first, second, more, wanted = CASES[name]
    files = {
        "zones/test.zone": f"{SOA}@ NS ns.nic.example.\na NS {first}\nb NS {second}\n{more}",
        "zones/a.test.zone": f"{SOA}@ NS {first}.test.\nns A 192.0.2.1\n",
        "zones/b.test.zone": f"{SOA}@ NS {second}.test.\nns A 192.0.2.2\n",
    }
    snapshot = load(files)
    assert {each.subject for each in glue_faults(snapshot, snapshot) if each.detail == "circle"} == wanted
