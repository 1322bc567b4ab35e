"""Steps on a two-router snapshot:

r1[Ethernet1] 10.0.0.0/31 ── 10.0.0.1/31 r2[Ethernet1]      zone example.com., AS 64500 – AS 64501
"""

from __future__ import annotations

import pytest

from guard.model.change import Step
from guard.model.errors import InputInvalid
from guard.model.state import InterfaceId
from guard.parse.change import parse_change
from guard.snapshot.candidate import StepResult, candidate
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot


def router(name: str, own: int, other: int, asn: int, their: int) -> str:
    return f"""! device: {name} (vEOS, EOS-4.26)
hostname {name}
!
interface Ethernet1
   description to the other
   no switchport
   ip address 10.0.0.{own}/31
!
ip routing
!
router bgp {asn}
   neighbor 10.0.0.{other} remote-as {their}
!
end
"""


FILES = {
    "configs/r1.cfg": router("r1", 0, 1, 64500, 64501),
    "configs/r2.cfg": router("r2", 1, 0, 64501, 64500),
    "zones/example.com.zone": "@ 300 IN SOA ns1 host 1 2 3 4 5\n@ 300 IN NS ns1\nns1 300 IN A 192.0.2.1\n",
    "inventory.yaml": 'apiVersion: guard/v1\nkind: Inventory\nshared_risks: [{name: c, members: ["r1[eth1]", R2]}]\n',
}


@pytest.fixture(scope="module")
def base() -> Snapshot:
    return load(FILES)


def steps(body: str, files: dict[str, str] | None = None) -> tuple[Step, ...]:
    return parse_change("apiVersion: guard/v1\nkind: Change\nsteps:\n" + body, "c.yaml", files or {}).steps


def after(base: Snapshot, body: str) -> StepResult:
    (step,) = steps(body)
    return candidate(base, step)


def test_a_merge_changes_its_device_alone_and_names_a_new_snapshot(base: Snapshot) -> None:
    found = after(base, '- {device: R1, merge: "interface Ethernet1\\n shutdown\\n"}\n')
    assert found.after.digest != base.digest
    assert found.during is found.after
    assert found.touched_devices == {"r1"}
    assert found.after.devices["r2"] is base.devices["r2"]
    assert found.after.devices["r1"].interfaces[0].shutdown
    assert not base.devices["r1"].interfaces[0].shutdown


def test_a_change_that_changes_nothing_is_the_base(base: Snapshot) -> None:
    assert after(base, '- {device: r1, merge: "hostname r1\\n"}\n').after is base


def test_names_without_regard_to_case_and_abbreviated(base: Snapshot) -> None:
    found = after(base, '- {down: ["R1[et1]"]}\n')
    assert found.after.down_interfaces == {InterfaceId("r1", "Ethernet1")}


def test_a_shared_risk_stands_for_its_members_and_comes_up_again(base: Snapshot) -> None:
    down, up = steps("- {down: [shared_risk:c]}\n- {up: [shared_risk:c]}\n")
    first = candidate(base, down).after
    assert (first.down_interfaces, first.down_nodes) == ({InterfaceId("r1", "Ethernet1")}, {"r2"})
    second = candidate(first, up).after
    assert (second.down_interfaces, second.down_nodes) == (frozenset(), frozenset())


def test_a_clear_is_down_while_it_runs_and_back_afterwards(base: Snapshot) -> None:
    found = after(base, "- {device: r1, commands: 'clear ip bgp *'}\n")
    assert found.after is base
    assert found.during.devices["r1"].bgp[0].neighbors[0].shutdown
    assert [str(drop) for drop in found.drops] == ["r1: BGP sessions (all *) are reset"]
    assert found.during.digest != base.digest


def test_a_soft_clear_drops_nothing(base: Snapshot) -> None:
    assert after(base, "- {device: r1, commands: 'clear ip bgp * soft'}\n").during is base


def test_configuration_mode_inside_commands_is_a_merge(base: Snapshot) -> None:
    body = "- device: r1\n  commands: |\n    configure terminal\n    interface Ethernet1\n    shutdown\n    end\n"
    assert after(base, body).after.devices["r1"].interfaces[0].shutdown


def test_an_unknown_command_is_kept_for_the_judge(base: Snapshot) -> None:
    found = after(base, "- {device: r1, commands: 'request frobnicate'}\n")
    assert [(each.device, each.text) for each in found.unknown_commands] == [("r1", "request frobnicate")]


def test_devices_come_and_go(base: Snapshot) -> None:
    found = after(base, '- {add_device: {name: r3, config: "! device: r3 (vEOS, EOS-4.26)\\nhostname r3\\n"}}\n')
    assert sorted(found.after.devices) == ["r1", "r2", "r3"]
    (gone,) = steps("- {remove_device: r3}\n")
    assert sorted(candidate(found.after, gone).after.devices) == ["r1", "r2"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('- {device: r9, merge: "x"}\n', "c.yaml:4: there is no device 'r9'"),
        ('- {down: ["r1[Ethernet9]"]}\n', "c.yaml:4: there is no interface 'r1[Ethernet9]'"),
        ("- {down: [shared_risk:nope]}\n", "c.yaml:4: there is no shared risk 'nope'"),
        ("- {remove_device: r9}\n", "c.yaml:4: there is no device 'r9'"),
        ("- {add_device: {name: R1, config: x}}\n", "c.yaml:4: there is a device 'R1' already"),
        ("- {add_device: {name: ../x, config: x}}\n", "c.yaml:4: '../x' is not a device name"),
        ("- {zone: gone.example., delete: true}\n", "c.yaml:4: there is no zone gone.example."),
        ("- {file: state.yaml, patch: x}\n", "c.yaml:4: the snapshot has no file 'state.yaml'"),
        ('- {zone: example.com., replace: "@ IN SOA"}\n', "c.yaml:4: "),
        ('- {device: r1, merge: "interface Ethernet1\\n ip address 10.0.0.300/31\\n"}\n', "c.yaml:4: "),
        ('- {device: r1, patch: "--- a\\n+++ b\\n@@ -1 +1 @@\\n-nothing\\n+more\\n"}\n', "c.yaml:4: the hunk"),
        ("- device: r1\n  patch: |\n    --- a\n    +++ b\n    @@ -1 +1 @@\n    -nothing\n    +more\n", "c.yaml:9: "),
    ],
)
def test_what_cannot_be_applied_is_refused_with_its_place(base: Snapshot, body: str, message: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        after(base, body)
    assert message in str(caught.value)


def test_a_step_is_all_or_nothing(base: Snapshot) -> None:
    body = '- parallel:\n  - {device: r1, merge: "interface Ethernet1\\n shutdown\\n"}\n  - {device: r9, merge: x}\n'
    with pytest.raises(InputInvalid):
        after(base, body)
    assert load(FILES).digest == base.digest
