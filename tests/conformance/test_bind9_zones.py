"""Zone files of BIND's own system tests: what named-checkzone rejects gives an error, what it loads gives none.

Beside the recorded verdicts runs the real named-checkzone, where it is installed, over zones made here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from data import SHARED, needs

from guard.judge.lint import ERROR, lint
from guard.snapshot.load import load

#: Options that ask for more, or for something else, than whether a server would load the zone.
_OTHER_QUESTION = frozenset({"-l"})

HEAD = "$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
ZONES = {
    "cname and other": HEAD + "a A 192.0.2.1\na CNAME ns\n",
    "two cnames": HEAD + "a CNAME ns\na CNAME b\n",
    "two dnames": HEAD + "a DNAME b\na DNAME c\n",
    "cname at apex": HEAD + "@ CNAME ns\n",
    "no ns": "$TTL 60\n@ SOA ns h 1 2 3 4 5\nns A 192.0.2.1\n",
    "no soa": "$TTL 60\n@ NS ns\nns A 192.0.2.1\n",
    "soa below": HEAD + "x SOA ns h 1 2 3 4 5\n",
    "server without address": HEAD + "@ NS m\n",
    "server that is an alias": HEAD + "@ NS m\nm CNAME ns\n",
    "server below a dname": HEAD + "@ NS m.d\nd DNAME example.net.\n",
    "server by wildcard": HEAD + "@ NS m\n* A 192.0.2.1\n",
    "glue missing": HEAD + "sub NS ns.sub\n",
    "wildcard delegation": HEAD + "*.x NS ns\n",
    "ds at apex": HEAD + f"@ DS 1 8 2 {'01' * 32}\n",
    "ds that is too short": HEAD + "x NS ns\nx DS 1 8 2 0123\n",
    "bad address": HEAD + "a A 192.0.2.256\n",
    "bad v6 address": HEAD + "a AAAA 2001:db8::x\n",
    "class": HEAD + "a CH A 192.0.2.1\n",
    "unknown type": HEAD + "a FOO bar\n",
    "unknown directive": HEAD + "$FOO bar\n",
    "open parenthesis": HEAD + "a TXT ( x\n",
    "long label": HEAD + "a" * 64 + " A 192.0.2.1\n",
    "long name": HEAD + ".".join(["a" * 60] * 5) + " A 192.0.2.1\n",
    "out of zone": HEAD + "www.example.net. A 192.0.2.1\n",
    "ttls": HEAD + "a 5 A 192.0.2.1\na 6 A 192.0.2.2\n",
    "mx to alias": HEAD + "@ MX 1 m\nm CNAME ns\n",
    "mx to address": HEAD + "@ MX 1 192.0.2.1.\n",
    "mx to nowhere": HEAD + "@ MX 1 nowhere\n",
    "underscore": HEAD + "a_b A 192.0.2.1\n",
    "occluded": HEAD + "sub NS ns\nx.sub A 192.0.2.1\nd DNAME example.net.\ny.d A 192.0.2.1\n",
    "loop": HEAD + "a CNAME b\nb CNAME a\n",
    "no ttl": "@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n",
    "units": HEAD + "a 1h30m A 192.0.2.1\n",
    "no newline": HEAD + "a A 192.0.2.1",
    "text too long": HEAD + f'a TXT "{"x" * 300}"\n',
    "escapes": HEAD + r"a\.b TXT x\"y" + "\n" + r"\097c A 192.0.2.1" + "\n",
    "generic": HEAD + r"a TYPE65300 \# 3 010203" + "\n" + r"b A \# 4 C0000201" + "\n",
    "srv without port": HEAD + "a SRV 1 2 ns\n",
    "negative preference": HEAD + "@ MX -1 ns\n",
    "key beside cname": HEAD + "k TXT x\nk2 CNAME ns\n",
}  # fmt: skip


def errors(text: str, origin: str) -> list[str]:
    rows = lint(load({f"zones/{origin}.zone": text}))
    return [f"{row.line}: {row.message}" for row in rows if row.severity == ERROR]


def cases() -> list[dict[str, str]]:
    path = SHARED / "bind9" / "expect.json"
    found = json.loads(path.read_text()) if path.exists() else []
    return [each for each in found if not _OTHER_QUESTION & set(each["options"].split())]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["zone"])
def test_as_recorded(case: dict[str, str]) -> None:
    text = needs(f"bind9/checkzone/zones/{case['zone']}").read_text("utf-8", "surrogateescape")
    if "$INCLUDE" in text or "$GENERATE" in text:
        assert any("is not read" in line for line in errors(text, case["origin"]))
        return
    found = errors(text, case["origin"])
    assert bool(found) == (case["verdict"] == "reject"), found


@pytest.mark.parametrize("name", sorted(ZONES))
def test_as_the_real_one_says(name: str, tmp_path: Path) -> None:
    program = shutil.which("named-checkzone")
    if program is None:
        pytest.skip("named-checkzone is not installed (Debian: bind9-utils)")
    path = tmp_path / "zone"
    path.write_text(ZONES[name])
    run = subprocess.run([program, "-i", "local", "example", str(path)], capture_output=True, text=True, check=False)
    assert bool(errors(ZONES[name], "example")) == (run.returncode != 0), run.stdout
