"""Zones pulled from a live BIND on the loopback: AXFR, IXFR after dynamic updates, TSIG, and what goes wrong."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dns.message
import dns.query
import dns.tsig
import dns.update
import pytest

from guard.parse.zonefile import parse_zone
from guard.shell.cli.main import main

OPEN = '$TTL 300\n@ SOA ns.open.test. h.open.test. 7 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n*.w TXT "a;b" c\n'
SECRET = base64.b64encode(b"k" * 32).decode()
KEY = f'key "puller" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'


class Bind(NamedTuple):
    port: int
    folder: Path


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    program = shutil.which("named", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("named is not installed (Debian: bind9)")
    folder = tmp_path_factory.mktemp("named")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "open.zone").write_text(OPEN)
    (folder / "secret.zone").write_text(OPEN.replace("open", "secret"))
    (folder / "named.conf").write_text(
        f'{KEY}options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; '
        f'recursion no; pid-file "{folder}/pid"; session-keyfile "{folder}/session"; dnssec-validation no; '
        "allow-transfer { none; }; max-cache-size 16M; };\ncontrols { };\n"
        f'zone "open.test." {{ type primary; file "{folder}/open.zone"; allow-transfer {{ any; }}; '
        "allow-update { 127.0.0.1; }; ixfr-from-differences yes; };\n"
        f'zone "secret.test." {{ type primary; file "{folder}/secret.zone"; allow-transfer {{ key puller; }}; }};\n'
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, "-g", "-c", str(folder / "named.conf"), "-n", "1"], stderr=log)
    try:
        for _ in range(100):
            try:
                dns.query.tcp(dns.message.make_query("open.test.", "SOA"), "127.0.0.1", port=port, timeout=0.2)
                break
            except (OSError, dns.exception.Timeout):
                time.sleep(0.1)
        else:
            pytest.fail((folder / "log").read_text()[-2000:])
        yield Bind(port, folder)
    finally:
        process.terminate()
        process.wait(10)


def pull(server: object, folder: Path, *more: str) -> int:
    return main(["snapshot", "pull-zones", "--from", f"{server}", "-o", str(folder), "-f", "json", *more])


@pytest.mark.live
def test_whole_then_unchanged_then_differences_then_whole_where_somebody_edited(
    bind: Bind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = f"127.0.0.1:{bind.port}"

    def pulled() -> tuple[str, int, int]:
        assert pull(place, tmp_path, "--zone", "open.test") == 0
        (row,) = json.loads(capsys.readouterr().out)
        return row["how"], row["serial"], row["records"]

    file = tmp_path / "zones" / "open.test.zone"
    assert pulled() == ("AXFR", 7, 4)
    zone = parse_zone(file.read_text(), "zones/open.test.zone")
    asked = parse_zone(OPEN, "zones/open.test.zone")
    assert {key: rrset[:2] for key, rrset in zone.rrsets.items()} == {k: r[:2] for k, r in asked.rrsets.items()}
    assert (zone.faults, zone.apex) == (asked.faults, "open.test.")
    assert pulled() == ("unchanged", 7, 4)

    update = dns.update.UpdateMessage("open.test.")
    update.add("www", 60, "A", "192.0.2.1")
    update.delete("ns", "A", "192.0.2.53")
    update.add("ns", 300, "A", "192.0.2.54")
    dns.query.tcp(update, "127.0.0.1", port=bind.port, timeout=5)
    assert pulled() == ("IXFR", 8, 5)
    after = parse_zone(file.read_text(), "zones/open.test.zone")
    assert [after.get(n, "A").rdata for n in ("ns.open.test.", "www.open.test.")] == [("192.0.2.54",), ("192.0.2.1",)]

    file.write_text(file.read_text().replace("192.0.2.54", "192.0.2.99"))
    assert pulled() == ("AXFR", 8, 5)
    assert "192.0.2.54" in file.read_text()


@pytest.mark.live
def test_what_goes_wrong_leaves_the_folder_as_it_was(
    bind: Bind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def failed(server: str, *more: str) -> tuple[int, str]:
        code = pull(server, tmp_path / "out", *more)
        error = json.loads(capsys.readouterr().out)["error"]
        assert SECRET not in error["message"]
        return code, error["code"]

    place = f"127.0.0.1:{bind.port}"
    key = tmp_path / "key"
    key.write_text(KEY)
    wrong = tmp_path / "wrong"
    wrong.write_text(f"puller:{base64.b64encode(b'x' * 32).decode()}\n")
    broken = tmp_path / "broken"
    broken.write_text("puller secret\n")
    assert failed(place, "--zone", "open.test", "--zone", "secret.test") == (2, "transfer-refused")
    assert failed(place, "--zone", "nowhere.test") == (2, "transfer-refused")
    assert failed(place, "--zone", "secret.test", "--tsig-file", str(wrong)) == (2, "transfer-refused")
    assert failed(place, "--zone", "secret.test", "--tsig-file", str(broken)) == (2, "invalid-key")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert failed(f"127.0.0.1:{port}", "--zone", "open.test") == (4, "unreachable")
        silent.listen()
        assert failed(f"127.0.0.1:{port}", "--zone", "open.test", "--timeout", "0.3") == (4, "timed-out")
    assert failed("127.0.0.1:x", "--zone", "open.test") == (2, "usage")
    assert failed(place) == (2, "usage")
    assert not (tmp_path / "out").exists()
    assert pull(place, tmp_path / "out", "--zone", "secret.test", "--tsig-file", str(key)) == 0
    assert json.loads(capsys.readouterr().out)[0]["records"] == 4
