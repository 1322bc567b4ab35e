"""What CONTRACT 3 promises of a change, sentence by sentence, through the command line."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.contract.triangle import DC1, HEAD, INVENTORY, Lab

SHUT = 'steps:\n- {device: alpha, merge: "interface GigabitEthernet0/1\\n shutdown\\n"}\n'
HARMLESS = 'steps:\n- {device: alpha, merge: "interface GigabitEthernet0/2\\n description x\\n"}\n'


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.mark.parametrize("device", ["alpha", "ALPHA", "DC1-R1", "dc1-r1"])
def test_a_device_is_named_by_its_hostname_or_its_file_in_any_case(lab: Lab, device: str) -> None:
    done = lab.dry_run(f'steps:\n- {{device: {device}, merge: "interface gi0/2\\n description x\\n"}}\n')
    assert (done.code, done.document["verdict"]) == (0, "ALLOW")


@pytest.mark.parametrize("declared", ["ALPHA[GIGABITETHERNET0/1]", "alpha[gi0/1]", "dc1-r1[GigabitEthernet0/1]"])
def test_expect_names_interfaces_as_people_do(lab: Lab, declared: str) -> None:
    assert lab.dry_run(f"effect: declared\nexpect: {{interfaces_down: ['{declared}']}}\n{SHUT}").code == 0
    undeclared = lab.dry_run(f"effect: declared\n{SHUT}")
    assert undeclared.policies() == {"undeclared-effect"}


@pytest.mark.parametrize("declared", ["alpha -> dc2-r1", "DC2-R1->Alpha", "dc2-r1 -> 192.168.0.1"])
def test_expect_names_sessions_as_people_do(lab: Lab, declared: str) -> None:
    drop = 'steps:\n- {device: alpha, merge: "router bgp 64500\\n no neighbor 192.168.0.3 remote-as 64500\\n"}\n'
    found = lab.dry_run(f"effect: declared\nexpect: {{sessions_lost: ['{declared}']}}\n{drop}")
    assert "undeclared-effect" not in found.policies()
    assert "undeclared-effect" in lab.dry_run(f"effect: declared\n{drop}").policies()


@pytest.mark.parametrize("declared", ["www.example.com. A", "WWW.example.com a"])
def test_expect_names_records_with_or_without_the_final_dot(lab: Lab, declared: str) -> None:
    update = "update delete www.example.com. A\\nupdate add www.example.com. 60 A 192.0.2.1\\n"
    steps = f'steps:\n- {{zone: example.com, update: "{update}"}}\n'
    assert lab.dry_run(f"effect: declared\nexpect: {{records_changed: ['{declared}']}}\n{steps}").code == 0


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("steps:\n", 4, "'steps' has no value"),
        ("effect: any\n", 1, "'steps' is missing"),
        ("steps: []\n", 4, "at least one step"),
        ("steps:\n- {roas: {replace: junk}}\n", 5, "not JSON"),
        ("steps:\n- {add_device: {name: null, config: x}}\n", 5, "'name' has no value"),
    ],
)
def test_a_bad_change_is_invalid_with_its_line(lab: Lab, body: str, line: int, said: str) -> None:
    done = lab.dry_run(body)
    assert (done.code, done.error["line"], done.error["file"]) == (2, line, "change.yaml")
    assert said in done.error["message"]


def test_a_change_that_is_no_text_is_invalid(lab: Lab) -> None:
    done = lab.dry_run(HEAD.encode() + b'steps:\n- {device: alpha, merge: "\xff\xfe"}\n')
    assert (done.code, done.error["message"], done.error["line"]) == (2, "not UTF-8", 5)
    assert lab.dry_run(b"\x00\x01\xff" * 50).code == 2


def test_a_configuration_in_an_old_encoding_is_taken_as_it_is(lab: Lab) -> None:
    new = DC1.replace("description to pop1", "description caf\xe9").encode("latin-1")
    for form in ("json", "text", "html"):
        done = lab.dry_run("steps:\n- {device: alpha, replace_file: r.cfg}\n", beside={"r.cfg": new}, form=form)
        assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    "path",
    [
        "batfish/layer1_topology.json",
        "batfish/runtime_data.json",
        "batfish/interface_blacklist",
        "external_bgp_announcements.json",
    ],
)
def test_a_file_that_cannot_be_read_after_its_step_makes_the_change_invalid(lab: Lab, path: str) -> None:
    done = lab.dry_run(f"steps:\n- {{file: {path}, replace: 'junk'}}\n")
    assert (done.code, done.error["file"], done.error["line"]) == (2, path, 1)


def test_roas_name_the_file_that_is_wrong(lab: Lab) -> None:
    done = lab.dry_run("steps:\n- {roas: {replace_file: new.json}}\n", beside={"new.json": '{"roas": [\n}'})
    assert (done.code, done.error["file"], done.error["line"]) == (2, "new.json", 2)


def test_parts_of_a_parallel_step_are_one_step_an_inventory_among_them(lab: Lab) -> None:
    weaker = INVENTORY.replace("advertisements:\n  - {name: ours, prefixes: [10.0.0.0/8], to: internet}\n", "")
    done = lab.dry_run(
        "steps:\n- parallel:\n  - {file: inventory.yaml, replace_file: new.yaml}\n"
        '  - {device: pop1, merge: "interface eth3\\n description x\\n"}\n',
        beside={"new.yaml": weaker},
    )
    assert (done.code, done.policies()) == (3, {"intent-weakened"})


@pytest.mark.parametrize("command", ["clear ip bgp *", "clear bgp *", "clear ip bgp neighbor *"])
def test_a_clear_of_all_sessions_is_judged_while_it_runs(lab: Lab, command: str) -> None:
    done = lab.dry_run(f'steps:\n- {{device: dc2-r1, commands: "{command}"}}\n')
    assert (done.code, "backbone-withdrawal" in done.policies()) == (1, True)


SECRETS = """\
steps:
- device: alpha
  merge: |
    snmp-server community TOPSECRET1 RO
    username bob password 0 TOPSECRET2
    router bgp 64500
     neighbor 192.168.0.3 password TOPSECRET3
    exit
    frobnicate password TOPSECRET4
- {device: pop1, merge: "router bgp 64500\\n neighbor 192.168.0.3 password TOPSECRET5\\n"}
- {device: alpha, commands: "frob secret 0 TOPSECRET6"}
"""


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif", "html"])
def test_secrets_are_masked_in_every_form(lab: Lab, form: str) -> None:
    done = lab.dry_run(SECRETS, form=form)
    assert done.code in (1, 3)
    assert "frobnicate password" in done.out
    assert "TOPSECRET" not in done.out + done.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_masked_in_errors(lab: Lab, form: str) -> None:
    line = "router bgp 64500\\n neighbor 192.168.0.300 password TOPSECRET\\n"
    done = lab.dry_run(f'steps:\n- {{device: alpha, merge: "{line}"}}\n', form=form)
    assert done.code == 2
    assert "192.168.0.300" in done.out + done.err
    assert "TOPSECRET" not in done.out + done.err


BAD = "ip address 172.16.0.999 255.255.255.254"


def test_a_replacement_with_a_line_that_the_device_refuses_is_invalid(lab: Lab) -> None:
    new = DC1.replace("ip address 172.16.0.0 255.255.255.254", BAD)
    done = lab.dry_run("steps:\n- {device: alpha, replace_file: r.cfg}\n", beside={"r.cfg": new})
    assert (done.code, done.error["file"], done.error["line"]) == (2, "r.cfg", 7)
    assert BAD in done.error["message"]

    inline = "".join(f"    {row}\n" for row in new.splitlines())
    done = lab.dry_run(f"steps:\n- device: alpha\n  replace: |\n{inline}")
    assert (done.code, done.error["file"], done.error["line"]) == (2, "change.yaml", 13)


def test_a_patch_with_a_line_that_the_device_refuses_is_invalid(lab: Lab) -> None:
    new = DC1.replace("ip address 172.16.0.0 255.255.255.254", BAD)
    diff = "".join(difflib.unified_diff(DC1.splitlines(True), new.splitlines(True), "a", "b"))
    inline = "".join(f"    {row}\n" for row in diff.splitlines())
    done = lab.dry_run(f"steps:\n- device: alpha\n  patch: |\n{inline}")
    assert (done.code, done.error["file"], done.error["line"]) == (2, "configs/alpha.cfg", 7)


def test_a_line_that_was_refused_before_the_change_does_not_matter(lab: Lab) -> None:
    old = DC1.replace("ip address 172.16.0.0 255.255.255.254", BAD)
    new = old.replace("description to dc2", "description to the other one")
    steps = "steps:\n- {device: alpha, replace_file: r.cfg}\n"
    done = lab.dry_run(steps, other={"configs/alpha.cfg": old}, beside={"r.cfg": new})
    assert (done.code, done.policies()) == (0, set())


@pytest.mark.parametrize(("plan", "line"), [("[\n{]", 2), ("[1]", 1)])
@pytest.mark.parametrize("kind", ["octodns_plan", "route53", "terraform_plan"])
def test_a_plan_that_is_none_is_invalid_and_named(lab: Lab, kind: str, plan: str, line: int) -> None:
    done = lab.dry_run(f"steps:\n- {{{kind}: plan.json}}\n", beside={"plan.json": plan})
    assert (done.code, done.error["file"], done.error["line"]) == (2, "plan.json", line)
