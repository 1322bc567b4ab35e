"""What CONTRACT 1 and 2 promise of a snapshot and its inventory, sentence by sentence, through the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.contract.triangle import DC1, DC2, INVENTORY, POP1, ZONE, Lab, guard

HARMLESS = 'steps:\n- {device: alpha, merge: "interface GigabitEthernet0/2\\n description x\\n"}\n'


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def down(lab: Lab, other: dict[str, str | bytes]) -> set[str]:
    return {f"{row['node']}[{row['interface']}]" for row in lab.show("interfaces", other) if not row["active"]}


@pytest.mark.parametrize(
    "other",
    [
        {"state.yaml": 'down: ["ALPHA[gi0/1]"]\n'},
        {"state.yaml": 'maintenance: [{id: M-7, down: ["dc1-r1[GIGABITETHERNET0/1]"]}]\n'},
        {"batfish/interface_blacklist": '[{"hostname": "dc1-r1", "interface": "gigabitethernet0/1"}]'},
        {
            "batfish/runtime_data.json": '{"byHostname": {"DC1-r1": {"interfaces": {"gigabitEthernet0/1": '
            '{"lineUp": false}}}}}'
        },
    ],
)
def test_what_is_down_is_named_without_regard_to_case_and_takes_the_far_end_with_it(
    lab: Lab, other: dict[str, str | bytes]
) -> None:
    assert down(lab, other) == {"DC1-R1[GigabitEthernet0/1]", "dc2-r1[Ethernet1]"}


@pytest.mark.parametrize("glob", ["dc1-*", "DC1-*", "alpha", "ALPH*"])
def test_a_site_names_its_devices_by_hostname_or_file(lab: Lab, glob: str) -> None:
    rows = lab.show("reachability", {"inventory.yaml": INVENTORY.replace('["dc1-*"]', f'["{glob}"]')})
    assert {row["from"] for row in rows} == {"dc1", "dc2", "p1"}


def test_a_hostname_goes_before_a_file_name(lab: Lab) -> None:
    swapped = INVENTORY.replace('["dc2-*"]', '["dc2-*", "alpha"]')
    rows = lab.show("reachability", {"inventory.yaml": swapped})
    assert {row["from"] for row in rows} == {"dc1", "dc2", "p1"}


@pytest.mark.parametrize("node", ["dc1-r1", "Alpha"])
def test_a_no_transit_node_is_named_by_hostname_or_file(lab: Lab, node: str) -> None:
    other = {"inventory.yaml": f"{INVENTORY}no_transit: [{node}]\n"}
    done = lab.dry_run('steps:\n- {down: ["dc2-r1[ethernet2]"]}\n', other=other)
    assert (done.code, done.policies()) == (3, {"path-shift"})


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("colour: red\n", 14),
        ("services:\n  - {name: a,\n     requires: {any_of: [{sight: dc1}]}}\n", 16),
        ("zones:\n  - {name: e., critical_names: [{name: x., typ: A}]}\n", 15),
        ("capacity: {link: []}\n", 14),
    ],
)
def test_an_unknown_key_of_the_inventory_is_invalid_with_its_line(lab: Lab, more: str, line: int) -> None:
    done = lab.dry_run(HARMLESS, other={"inventory.yaml": INVENTORY + more})
    assert (done.code, done.error["code"]) == (2, "unknown-key")
    assert (done.error["file"], done.error["line"]) == ("inventory.yaml", line)


def test_a_name_without_a_value_is_invalid(lab: Lab) -> None:
    done = lab.dry_run(HARMLESS, other={"inventory.yaml": INVENTORY + "servers:\n  - {name: null}\n"})
    assert (done.code, done.error["code"], done.error["line"]) == (2, "missing-key", 15)


def test_an_unknown_key_of_the_state_is_invalid_with_its_line(lab: Lab) -> None:
    done = lab.dry_run(HARMLESS, other={"state.yaml": "captured_at: 2026-01-01T00:00Z\ndwon: []\n"})
    assert (done.code, done.error["file"], done.error["line"]) == (2, "state.yaml", 2)


@pytest.mark.parametrize("other", [{"configs/junk.cfg": b"\x00\xff\x01" * 99}, {"zones/bad.zone": "garbage x y\n"}])
def test_a_file_of_the_base_that_cannot_be_read_is_an_existing_finding(lab: Lab, other: dict[str, str | bytes]) -> None:
    done = lab.dry_run(HARMLESS, other=other)
    assert (done.code, done.policies("new"), done.policies("existing")) == (0, set(), {"not-modelled"})


def test_bare_files_are_a_snapshot_with_an_inventory_or_without(lab: Lab) -> None:
    lab.write({"flat/alpha.cfg": DC1, "flat/pop1.conf": POP1, "flat/dc2.txt": DC2, "flat/example.com.zone": ZONE})
    for more in ({}, {"flat/inventory.yaml": INVENTORY}):
        lab.write(more)
        rows = guard("show", "interfaces", "-s", lab.path / "flat", "-f", "json").rows
        assert {row["node"] for row in rows} == {"DC1-R1", "dc2-r1", "pop1"}


def test_lint_names_what_nobody_has(lab: Lab) -> None:
    more = (
        "no_transit: [gone1]\n"
        "management:\n  - {from: [pop1], to: ['gone2*']}\n"
        "flows:\n  - {name: f1, from: [gone3], to: [10.1.1.1], expect: delivered}\n"
        "shared_risks:\n  - {name: c, members: [gone4]}\n"
    )
    where = lab.snapshot({"inventory.yaml": INVENTORY + more, "state.yaml": "down: [gone5]\n"})
    done = guard("lint", "-s", where, "-f", "json")
    named = {(row["subject"], row["file"], row["line"]) for row in done.rows if row["code"] == "unknown-name"}
    assert done.code == 0
    assert named == {
        ("gone1", "inventory.yaml", 1),
        ("gone2*", "inventory.yaml", 16),
        ("gone3", "inventory.yaml", 18),
        ("gone4", "inventory.yaml", 20),
        ("gone5", "state.yaml", 1),
    }


def test_lint_masks_secrets(lab: Lab) -> None:
    where = lab.snapshot({"configs/alpha.cfg": DC1 + "frobnicate password TOPSECRET\n"})
    done = guard("lint", "-s", where)
    assert "frobnicate password <masked>" in done.out
    assert "TOPSECRET" not in done.out


def test_a_flow_to_what_the_inventory_does_not_list_is_told_and_not_delivered(lab: Lab) -> None:
    more = "flows:\n  - {name: f1, from: [dc1], to: [nosvc], expect: delivered}\n"
    done = lab.dry_run(HARMLESS, other={"inventory.yaml": INVENTORY + more})
    assert (done.code, done.policies("existing")) == (0, {"flow-intent", "not-modelled"})


@pytest.mark.parametrize("member", ["alpha[lo7]", "DC1-R1[Loopback7]"])
def test_what_a_change_removes_is_no_fault_of_the_inventory_that_names_it(lab: Lab, member: str) -> None:
    other = {
        "configs/alpha.cfg": DC1.replace(
            "router ospf", "interface Loopback7\n ip address 10.9.9.9 255.255.255.255\n!\nrouter ospf"
        ),
        "inventory.yaml": f'{INVENTORY}shared_risks:\n  - {{name: c7, members: ["{member}"]}}\n',
    }
    change = 'steps:\n- {device: alpha, merge: "no interface Loopback7\\n"}\n'
    harmless = "- {down: ['pop1[eth3]']}\n- {up: ['pop1[eth3]']}\n"
    done = lab.dry_run(change + harmless, other=other)
    assert (done.code, done.policies(), done.policies("undecided")) == (0, set(), set())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_of_other_systems_are_read_alike(lab: Lab, end: str, mark: str) -> None:
    files = {"configs/alpha.cfg": DC1, "configs/pop1.conf": POP1, "inventory.yaml": INVENTORY}
    files["zones/example.com.zone"] = ZONE
    other: dict[str, str | bytes] = {n: (mark + text.replace("\n", end)).encode() for n, text in files.items()}
    done = lab.dry_run(HARMLESS, other=other)
    assert (done.code, done.document["findings"]) == (0, [])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_base_names_a_device_by_the_digest_of_its_file(lab: Lab, end: str) -> None:
    content = DC1.replace("\n", end).encode()
    other: dict[str, str | bytes] = {"configs/alpha.cfg": content}
    right, wrong = hashlib.sha256(content).hexdigest(), "0" * 64

    def planned(device: str, digest: str, steps: str) -> set[str]:
        return lab.dry_run(f"base: {{devices: {{{device}: 'sha256:{digest}'}}}}\n{steps}", other=other).policies()

    assert planned("ALPHA", right, HARMLESS) == set()
    assert planned("dc1-r1", wrong, HARMLESS) == {"stale-base"}
    assert planned("alpha", wrong, "steps:\n- {down: ['DC1-R1[gi0/1]']}\n") == {"stale-base"}
    assert planned("pop1", wrong, HARMLESS) == set()  # the change does not touch it
