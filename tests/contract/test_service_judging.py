"""The service with the real pipeline behind it: two data centers and two pops.

    dc-one (r1) ---- 10.0.0.0/30 ---- dc-two (r2) ---- 10.0.0.4/30 ---- east (r3)
                                         +------------ 10.0.0.8/30 ---- west (r4)
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import servers

from guard.shell.cli.main import main
from guard.shell.errors import RequestInvalid
from guard.shell.server.client import Change, Client
from guard.snapshot.files import digest

ROUTER = """hostname r{n}
!
interface Loopback0
 ip address 10.{n}.0.1 255.255.255.255
!
interface Ethernet0
 ip address 10.0.0.{n} 255.255.255.252
!
interface Ethernet1
 description servers
 ip address 10.{n}.1.1 255.255.255.0
!
router ospf 1
 network 10.0.0.0 0.255.255.255 area 0
!
"""
POP = """hostname r{n}
!
interface Loopback0
 ip address 10.{n}.0.1 255.255.255.255
!
interface Ethernet0
 ip address 10.0.0.{host} 255.255.255.252
!
router ospf 1
 network 10.0.0.0 0.255.255.255 area 0
!
"""
TO_THE_POPS = """interface Ethernet3
 ip address 10.0.0.5 255.255.255.252
!
interface Ethernet4
 ip address 10.0.0.9 255.255.255.252
!
"""
FILES = {
    "configs/r1.cfg": ROUTER.format(n=1),
    "configs/r2.cfg": ROUTER.format(n=2) + TO_THE_POPS,
    "configs/r3.cfg": POP.format(n=3, host=6),
    "configs/r4.cfg": POP.format(n=4, host=10),
    "inventory.yaml": """apiVersion: guard/v1
kind: Inventory
sites:
  - {name: dc-one, kind: datacenter, devices: [r1], prefixes: [10.1.1.0/24]}
  - {name: dc-two, kind: datacenter, devices: [r2], prefixes: [10.2.1.0/24]}
  - {name: west, kind: pop, devices: [r4]}
  - {name: east, kind: pop, devices: [r3]}
""",
}


def change(*steps: str) -> Change:
    lines = "\n".join(f"  - {step}" for step in steps)
    return Change("c.yaml", "apiVersion: guard/v1\nkind: Change\n"
                  f"metadata: {{id: CHG-7, title: A change, author: neteng}}\nsteps:\n{lines}\n", {})


NOOP = change(r'{device: r1, merge: "interface Ethernet1\n description the servers\n"}')
CUT = change(r'{device: r1, merge: "interface Ethernet0\n shutdown\n"}')
UNKNOWN = change('{device: r1, commands: "frobnicate all"}')
WITHOUT_EAST = FILES["inventory.yaml"].replace("  - {name: east, kind: pop, devices: [r3]}\n", "").replace("\n", r"\n")
EAST_GONE = change(
    r'{parallel: [{device: r2, merge: "no interface Ethernet3\n"}, {remove_device: r3}, '
    f'{{file: inventory.yaml, replace: "{WITHOUT_EAST}"}}]}}'
)
NOWHERE = change('{device: r9, commands: "show version"}')


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with servers(tmp_path_factory.mktemp("judging")) as start:
        yield start(pipeline="guard.shell.judging")


@pytest.fixture
def client(served: Any) -> Iterator[Client]:
    with Client(served.address, user="alice") as client:
        client.ensure_snapshot(FILES)
        yield client


def new(document: dict[str, Any]) -> set[str]:
    return {finding["policy"] for finding in document["findings"] if finding["status"] in ("new", "undecided")}


def test_a_description_is_allowed_and_bound_to_its_digests(client: Client) -> None:
    judged = client.check(NOOP)
    assert (judged.verdict, new(judged.document)) == ("ALLOW", set())
    entry, _ = client.audit_get(judged.document["entry"]["id"])
    assert entry["digests"]["base"] == judged.document["snapshot"]["base"] == digest(FILES)
    assert entry["digests"]["candidate"] == judged.document["snapshot"]["candidate"]
    assert (entry["author"], entry["change_id"], entry["caller"]) == ("neteng", "CHG-7", "alice")


def test_cutting_a_data_center_off_is_blocked(client: Client) -> None:
    steps: list[str] = []
    judged = client.stream_check(CUT, lambda stage, fraction: steps.append(stage))
    assert judged.verdict == "BLOCK"
    assert "datacenter-isolation" in new(judged.document)
    assert steps
    assert judged.document["timings_ms"]["total"] > 0


def test_an_unknown_command_holds_until_somebody_approves_it(client: Client) -> None:
    judged = client.check(UNKNOWN)
    assert (judged.verdict, new(judged.document)) == ("HOLD", {"unknown-command"})
    approved = client.approve(judged.document["entry"]["id"], "read the manual")
    assert approved.document["verdict"] == "ALLOW"


def test_a_site_that_goes_with_its_inventory_holds_until_somebody_approves_it(client: Client) -> None:
    judged = client.check(EAST_GONE)
    assert (judged.verdict, new(judged.document)) == ("HOLD", {"intent-weakened"}), judged.document["findings"]
    approved = client.approve(judged.document["entry"]["id"], "the pop is closed on Monday")
    assert approved.document["verdict"] == "ALLOW"


MILDER = """apiVersion: guard/v1
kind: Policy
metadata: {name: datacenter-isolation}
spec: {enforcement: hold, check: datacenter-isolation}
---
apiVersion: guard/v1
kind: Policy
metadata: {name: nothing-of-r1}
spec:
  enforcement: hold
  validations: [{expression: '!("r1" in change.devices)', message: r1 is not to be touched}]
"""


def test_policies_are_rehearsed_on_what_is_on_the_record(
    client: Client, served: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [client.check(each).document["entry"]["id"] for each in (NOOP, CUT, UNKNOWN)]
    (tmp_path / "milder.yaml").write_text(MILDER)
    arguments = ["-p", str(tmp_path), "--state", str(served.state), "--last", "3", "-f", "json"]
    assert main(["policy", "rehearse", *arguments]) == 0
    rows = {row["entry"]: row for row in json.loads(capsys.readouterr().out)}
    noop, cut, unknown = (rows[entry] for entry in entries)
    assert [(row["recorded"], row["in_force"], row["proposed"]) for row in (noop, cut, unknown)] == [
        ("ALLOW", "ALLOW", "HOLD"),
        ("BLOCK", "BLOCK", "HOLD"),
        ("HOLD", "HOLD", "HOLD"),
    ]
    assert (noop["stops"], cut["no_longer"], noop["note"]) == (["nothing-of-r1"], [], "")


def test_a_device_that_is_not_there_is_invalid(client: Client) -> None:
    with pytest.raises(RequestInvalid) as caught:
        client.check(NOWHERE)
    assert (caught.value.file, caught.value.line) == ("c.yaml", 5)
    assert caught.value.entry is not None
    assert client.audit_get(caught.value.entry)[0]["kind"] == "invalid-request"


def test_the_noop_of_another_snapshot_holds(client: Client) -> None:
    inventory = FILES["inventory.yaml"].replace("datacenter, devices: [r2]", "pop, devices: [r2]")
    weaker = {**FILES, "inventory.yaml": inventory}
    judged = client.check(NOOP, snapshot=client.ensure_snapshot(weaker))
    assert (judged.verdict, new(judged.document)) == ("HOLD", {"stale-base", "intent-weakened"})
