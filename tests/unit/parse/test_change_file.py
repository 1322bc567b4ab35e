"""Change files: every step form, and what is refused with its line."""

from __future__ import annotations

import pytest

from guard.model.change import AddDevice, Commands, DeleteZone, DownUp, EditFile, Merge, ReplaceConfig, ZoneUpdate
from guard.model.errors import InputInvalid
from guard.parse.change import parse_change
from guard.parse.change_files import files_named

HEAD = "apiVersion: guard/v1\nkind: Change\nmetadata: {id: C-1, author: me}\nsteps:\n"


def parts(body: str, files: dict[str, str] | None = None) -> list[object]:
    return [part for step in parse_change(HEAD + body, "c.yaml", files or {}).steps for part in step.parts]


def fault(body: str, files: dict[str, str] | None = None) -> str:
    with pytest.raises(InputInvalid) as caught:
        parts(body, files)
    return str(caught.value)


def test_every_form_of_a_step() -> None:
    body = """
- {device: a, merge: "interface e1\\n shutdown\\n"}
- {device: a, replace_file: new/a.cfg}
- {device: a, commands: "clear ip bgp *"}
- {down: ["a[e1]", b], up: [shared_risk:x]}
- {zone: Example.COM, update: "update delete www.example.com. A"}
- {zone: example.com., delete: true}
- {file: inventory.yaml, replace: "kind: Inventory"}
- parallel:
  - {add_device: {name: n, config: "hostname n"}}
  - {device: b, merge: "x"}
"""
    found = parts(body, {"new/a.cfg": "hostname a\n"})
    assert [type(part) for part in found] == [
        Merge, ReplaceConfig, Commands, DownUp, ZoneUpdate, DeleteZone, EditFile, AddDevice, Merge,
    ]  # fmt: skip
    assert found[1].text == "hostname a\n"  # type: ignore[attr-defined]
    assert found[4].zone == "example.com."  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["../x.cfg", "/etc/passwd", "a/../../x", "a\\..\\x"])
def test_a_path_out_of_its_folder_is_refused(path: str) -> None:
    assert "is not a path in the change's own folder or below" in fault(f"- {{device: a, replace_file: '{path}'}}\n")
    with pytest.raises(InputInvalid):
        files_named(HEAD + f"- {{device: a, replace_file: '{path}'}}\n", "c.yaml")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("- {device: a}\n", "c.yaml:5: a device step has exactly one of merge, replace, replace_file, patch, commands"),
        ("- {device: a, merge: x, patch: y}\n", "found merge, patch"),
        ("- {device: a, merge: x, down: [b]}\n", "found down, merge"),
        ("- {device: a, marge: x}\n", "c.yaml:5: unknown key 'marge'"),
        ("- {}\n", "c.yaml:5: not a step"),
        ("- {zone: x., delete: false}\n", "c.yaml:5: delete is true or absent"),
        ("- {file: configs/a.cfg, replace: x}\n", "is not a file that a change may edit"),
        ("- {device: a, replace_file: gone.cfg}\n", "there is no file 'gone.cfg' beside the change"),
        ("- parallel: []\n", "parallel is a list of steps"),
        ("- parallel: [{parallel: [{down: [a]}]}]\n", "has no not_before or parallel of its own"),
        ("- {device: a, merge: x, not_before: soon}\n", "'soon' is not a time"),
    ],
)
def test_faults_name_their_line(body: str, message: str) -> None:
    assert message in fault(body)


def test_no_steps_is_no_change() -> None:
    with pytest.raises(InputInvalid, match="a change has at least one step"):
        parse_change(HEAD.replace("steps:\n", "steps: []\n"), "c.yaml", {})


def test_the_digest_covers_the_files_that_are_named() -> None:
    body = HEAD + "- {device: a, replace_file: a.cfg}\n"
    one, other = (parse_change(body, "c.yaml", {"a.cfg": text, "unused": text}).digest for text in ("x", "y"))
    assert one != other
    assert one == parse_change(body, "elsewhere.yaml", {"a.cfg": "x"}).digest
