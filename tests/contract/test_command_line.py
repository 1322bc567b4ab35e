"""The command line's promises (CONTRACT 5): exit codes, JSON on stdout, and errors that name file, line and reason."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "replays" / "facebook-2021-10-04"
KEYS = {
    "verdict", "change", "snapshot", "engines", "policies", "guard_version", "findings", "diff", "timings_ms",
}  # fmt: skip
DIFF = {
    "config", "interfaces", "sessions", "routes", "advertisements", "reachability", "services", "cascade", "dns",
}  # fmt: skip


def guard(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "guard", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def dry_run(change: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return guard("dry-run", "-s", CORPUS / "snapshot", "-c", change, "--failures", "0", *more)


def change(folder: Path, body: str) -> Path:
    path = folder / "change.yaml"
    path.write_text(f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: C-1, author: a}}\n{body}")
    return path


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return dict(json.loads(done.stdout))


def test_allow_is_0_with_every_key_of_the_contract() -> None:
    done = dry_run(CORPUS / "noop.yaml", "-f", "json")
    found = document(done)
    assert (done.returncode, found["verdict"]) == (0, "ALLOW")
    assert found.keys() >= KEYS
    assert found["diff"].keys() >= DIFF
    assert found["change"]["id"] == "CHG-1044"
    assert found["snapshot"]["base"] != found["snapshot"]["candidate"]


def test_block_is_1_and_the_text_begins_with_it() -> None:
    done = dry_run(CORPUS / "bad.yaml")
    assert done.returncode == 1
    assert done.stdout.startswith("BLOCK  CHG-1042 Assess backbone capacity")
    assert "\x1b" not in done.stdout  # no colours in a pipe


def test_hold_is_3(tmp_path: Path) -> None:
    unknown = change(tmp_path, "steps:\n- {device: ash-bb1, commands: 'request frobnicate all'}\n")
    done = dry_run(unknown, "-f", "json")
    assert done.returncode == 3
    assert "unknown-command" in {finding["policy"] for finding in document(done)["findings"]}


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("steps:\n- {device: nobody, merge: 'x'}\n", 5, "nobody"),
        ("steps:\n- {device: ash-bb1, marge: 'x'}\n", 5, "marge"),
        ("stepps: []\n", 4, "stepps"),
        ("steps:\n- {device: ash-bb1, replace_file: ../../etc/passwd}\n", 5, "folder"),
        (
            "steps:\n- device: ash-bb1\n  merge: |\n    interface Ethernet1\n     ip address 10.0.0.300/31\n",
            8,
            "10.0.0.300",
        ),
        ("steps:\n- {zone: example.com., replace: 'www IN A not-an-address'}\n", 5, "A record"),
    ],
)
def test_bad_input_is_2_with_line_and_reason_and_no_verdict(tmp_path: Path, body: str, line: int, said: str) -> None:
    done = dry_run(change(tmp_path, body), "-f", "json")
    error = document(done)["error"]
    assert done.returncode == 2
    assert "verdict" not in done.stdout
    assert said in error["message"]
    assert error["line"] == line
    assert error.keys() == {"code", "message", "file", "line"}


def test_a_patch_that_does_not_apply_is_2_and_names_the_file(tmp_path: Path) -> None:
    diff = ("--- a", "+++ b", "@@ -1,1 +1,1 @@", "-nothing like it", "+x")
    body = "steps:\n- device: ash-bb1\n  patch: |\n" + "".join(f"    {line}\n" for line in diff)
    done = dry_run(change(tmp_path, body))
    assert done.returncode == 2
    assert "configs/ash-bb1.cfg" in done.stderr
    assert done.stdout == ""


def test_usage_errors_are_2() -> None:
    assert guard("dry-run").returncode == 2
    assert guard("nonsense").returncode == 2
    done = guard("dry-run", "-s", "x", "-f", "json")
    assert done.returncode == 2
    assert document(done)["error"]["code"] == "usage"


def test_a_snapshot_that_is_not_there_is_2() -> None:
    done = guard("dry-run", "-s", "/nowhere", "-c", CORPUS / "noop.yaml", "-f", "json")
    assert (done.returncode, document(done)["error"]["file"]) == (2, "/nowhere")


def test_a_link_out_of_the_snapshot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s" / "configs").mkdir(parents=True)
    (tmp_path / "secret").write_text("hostname secret\n")
    (tmp_path / "s" / "configs" / "a.cfg").symlink_to(tmp_path / "secret")
    done = guard("show", "interfaces", "-s", tmp_path / "s")
    assert done.returncode == 2
    assert "leads out of the snapshot" in done.stderr


def test_no_server_is_4() -> None:
    done = guard("check", "--server", "127.0.0.1:1", "-c", CORPUS / "noop.yaml", "-f", "json")
    assert done.returncode == 4
    assert "verdict" not in done.stdout
    assert document(done)["error"]["code"]


@pytest.mark.parametrize("form", ["markdown", "sarif", "html"])
def test_other_forms_go_to_a_file(tmp_path: Path, form: str) -> None:
    done = dry_run(CORPUS / "noop.yaml", "-f", form, "-o", str(tmp_path / "report"))
    assert (done.returncode, done.stdout) == (0, "")
    text = (tmp_path / "report").read_text()
    assert "CHG-1044" in text
    if form == "sarif":
        assert json.loads(text)["version"] == "2.1.0"


def test_rows_have_batfishs_columns() -> None:
    rows = json.loads(guard("show", "routes", "-s", CORPUS / "snapshot", "-f", "json").stdout)
    assert rows[0].keys() == {
        "node", "vrf", "network", "next_hop_ip", "next_hop_interface", "protocol", "metric", "admin_distance", "tag",
    }  # fmt: skip
    assert {row["protocol"] for row in rows} >= {"connected", "ospf", "bgp", "ibgp", "static"}


def test_a_trace_names_every_hop() -> None:
    done = guard("trace", "-s", CORPUS / "snapshot", "--from", "ams-edge1", "--to", "10.10.9.10", "-f", "json")
    (first, *_) = json.loads(done.stdout)
    assert first["hops"][0]["node"] == "ams-edge1"
    assert first["node"] == "ash-core1"


def test_lint_is_1_where_there_is_an_error(tmp_path: Path) -> None:
    assert guard("lint", "-s", CORPUS / "snapshot").returncode == 0
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones" / "a.example.zone").write_text("garbage here\n")
    done = guard("lint", "-s", tmp_path, "-f", "json")
    assert done.returncode == 1
    assert {row["severity"] for row in json.loads(done.stdout)} >= {"error"}


def test_a_bug_is_4_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from guard.shell.cli import lint, main

    def broken(_: object) -> int:
        raise ZeroDivisionError("one over nothing")

    monkeypatch.setattr(lint, "run", broken)
    assert main.main(["lint", "-s", str(tmp_path), "-f", "json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "internal"


def test_an_allow_of_one_engine_where_two_were_asked_for_is_held() -> None:
    done = dry_run(CORPUS / "noop.yaml", "--engine", "both", "-f", "json")
    (finding,) = [each for each in document(done)["findings"] if each["status"] == "undecided"]
    assert (done.returncode, finding["policy"]) == (3, "engine-disagreement")
    assert dry_run(CORPUS / "bad.yaml", "--engine", "both").returncode == 1


def test_no_engine_is_4() -> None:
    done = dry_run(CORPUS / "noop.yaml", "--engine", "batfish", "-f", "json")
    assert (done.returncode, document(done)["error"]["code"]) == (4, "engine-unavailable")


def test_without_an_inventory_it_says_what_it_cannot_judge(tmp_path: Path) -> None:
    shutil.copytree(CORPUS / "snapshot" / "configs", tmp_path / "bare" / "configs")
    done = guard("dry-run", "-s", tmp_path / "bare", "-c", CORPUS / "noop.yaml", "--failures", "0", "-f", "json")
    assert done.returncode == 0
    (said,) = (note for note in document(done)["notes"] if note.startswith("without an inventory"))
    assert "datacenter-isolation" in said
    blocked = guard("dry-run", "-s", tmp_path / "bare", "-c", CORPUS / "bad.yaml", "--failures", "0", "-f", "json")
    assert blocked.returncode == 1
    assert "blackhole" in {each["policy"] for each in document(blocked)["findings"]}
