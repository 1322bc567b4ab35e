"""What guard resolves equals what a live BIND and a live NSD answer, over generated zones and questions.

Parents with wildcards, DNAMEs, delegations, empty non-terminals and aliases, and their children, all on one
authoritative server on the loopback. Compared: response code and answer section. Such a server follows aliases within
the first zone alone.
"""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from guard.model.dns import Zone
from guard.parse.zonefile import parse_zone
from guard.simulate.dns.answer import CHAIN_AT_MOST, Answer, Status, resolve

LABELS = ("a", "b", "c", "d", "www", "*")
TYPES = ("A", "AAAA", "MX", "TXT", "CNAME", "NS", "DS", "SOA", "DNAME")
#: Both follow this many aliases and stop in the middle of a longer chain.
ALIASES_FOLLOWED = 10
HEAD = "$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n"


def zone_text(rng: random.Random, apex: str, other: str) -> str:
    """A legal zone: a few levels of few labels, so that names meet."""
    lines, used = [HEAD], {}
    for _ in range(rng.randint(8, 40)):
        owner = ".".join(rng.choices(LABELS, k=rng.randint(1, 4)))
        if "*" in owner[1:]:
            owner = owner.replace("*", "x")[: len(owner)]
        kind = rng.choice(("A", "A", "AAAA", "MX", "TXT", "CNAME", "DNAME", "NS"))
        if kind == "NS" and owner.startswith("*"):
            continue
        known = used.setdefault(owner, set())
        if (kind == "CNAME" and known) or "CNAME" in known or (kind == "DNAME" and ("DNAME" in known or "NS" in known)):
            continue
        if kind == "DNAME" and owner.startswith("*"):
            continue
        known.add(kind)
        target = ".".join(rng.choices(LABELS[:5], k=rng.randint(1, 3)))
        target += f".{rng.choice((apex, apex, other, 'elsewhere.test.'))}"
        data = {"A": f"192.0.2.{rng.randint(1, 200)}", "AAAA": "2001:db8::1", "TXT": '"x"', "MX": f"5 {target}"}
        lines.append(f"{owner} {kind} {data.get(kind, target)}\n")
    return "".join(lines)


def loadable_by_nsd(text: str, apex: str) -> str:
    """The zone without what hides behind a DNAME or in the child's zone: NSD does not load it, BIND does not answer it.

    NSD keeps all zones in one tree of names, so that a DNAME of the parent stands above the data of the child, and the
    apex of a child that nobody delegates is there for its parent.
    """
    zone = parse_zone(text, f"zones/{apex}zone")
    lines = text.splitlines(keepends=True)
    head = len(HEAD.splitlines())
    kept = []
    for line in lines[head:]:
        owner, kind = line.lower().split()[:2]
        if zone.dname_above(f"{owner}.{apex}") is None and _beside_child(apex, owner, kind):
            kept.append(line)
    cut = [] if apex.startswith("d.") or f"d.{apex}" in zone.names.cuts else ["d NS ns\n"]
    return "".join([*lines[:head], *kept, *cut])


def _beside_child(apex: str, owner: str, kind: str) -> bool:
    """Whether a record of a parent is not in the way of its child `d`; that of a child always."""
    return apex.startswith("d.") or owner.rpartition(".")[2] != "d" or (owner == "d" and kind == "ns")


class Server(NamedTuple):
    name: str
    port: int
    zones: Mapping[str, Zone]


def named_command(folder: Path, port: int, files: Mapping[str, Path]) -> list[str]:
    blocks = [
        f'zone "{apex}" {{ type primary; file "{path}"; check-names ignore; check-integrity no; }};'
        for apex, path in files.items()
    ]
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; '
        f'recursion no; pid-file "{folder}/pid"; session-keyfile "{folder}/key"; minimal-responses no; '
        "dnssec-validation no; max-cache-size 16M; };\n"
        "controls { };\n" + "\n".join(blocks)
    )
    return ["named", "-g", "-c", str(config), "-n", "1"]


def nsd_command(folder: Path, port: int, files: Mapping[str, Path]) -> list[str]:
    blocks = [f'zone:\n  name: "{apex}"\n  zonefile: "{path}"\n' for apex, path in files.items()]
    config = folder / "nsd.conf"
    config.write_text(
        f'server:\n  ip-address: 127.0.0.1\n  port: {port}\n  username: ""\n  chroot: ""\n  database: ""\n'
        f'  zonesdir: "{folder}"\n  pidfile: "{folder}/pid"\n  xfrdfile: "{folder}/xfrd"\n  xfrdir: "{folder}"\n'
        f'  zonelistfile: "{folder}/list"\n  server-count: 1\n  tcp-count: 100\n  rrl-ratelimit: 0\n'
        f"remote-control:\n  control-enable: no\n" + "".join(blocks)
    )
    return ["nsd", "-d", "-c", str(config)]


COMMANDS = {"named": named_command, "nsd": nsd_command}


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    name = request.param
    program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip(f"{name} is not installed (Debian: bind9, nsd)")
    folder = tmp_path_factory.mktemp(name)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    zones, files = {}, {}
    rng = random.Random(20251121)
    for number in range(40):
        apex = f"z{number}.test."
        child = f"d.{apex}"
        texts = {apex: zone_text(rng, apex, child), child: zone_text(rng, child, f"z{(number + 1) % 40}.test.")}
        for owner, text in texts.items():
            text = loadable_by_nsd(text, owner) if name == "nsd" else text
            files[owner] = folder / f"{owner}zone"
            files[owner].write_text(text)
            zones[owner] = parse_zone(text, f"zones/{owner}zone")
            assert not [f for f in zones[owner].faults if f.severity == "error"]
    command = COMMANDS[name](folder, port, files)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, *command[1:]], stderr=log, stdout=log)
    try:
        _wait(port, folder / "log")
        yield Server(name, port, zones)
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, log: Path) -> None:
    for _ in range(100):
        try:
            dns.query.tcp(dns.message.make_query("z0.test.", "SOA"), "127.0.0.1", port=port, timeout=0.2)
            return
        except (OSError, dns.exception.Timeout):
            time.sleep(0.1)
    pytest.fail(f"it did not come up: {log.read_text()[-2000:]}")


def asked(port: int, name: str, type: str) -> tuple[str, frozenset[tuple[str, str, str]]]:
    reply = dns.query.tcp(dns.message.make_query(name, type), "127.0.0.1", port=port, timeout=5)
    answer = frozenset(
        (rrset.name.to_text().lower(), dns.rdatatype.to_text(rrset.rdtype), each.to_text().lower())
        for rrset in reply.answer
        for each in rrset
    )
    return dns.rcode.to_text(reply.rcode()), answer


def said(found: Answer) -> tuple[str, frozenset[tuple[str, str, str]]]:
    codes = {Status.NODATA: "NOERROR", Status.REFERRAL: "NOERROR"}
    return codes.get(found.status, found.status.value), frozenset((r.owner, r.type, r.data) for r in found.answer)


@pytest.mark.live
def test_no_difference_on_ten_thousand_questions(server: Server) -> None:
    _, port, zones = server
    rng = random.Random(7)
    differences = []
    compared = 0
    while compared < 10_000:
        apex = rng.choice(sorted(zones))
        name = ".".join([*rng.choices(LABELS, k=rng.randint(0, 4)), apex]).replace("..", ".")
        type = rng.choice(TYPES)
        found = resolve(zones, name, type)
        if found.status is Status.LOOP or len(found.chain) > ALIASES_FOLLOWED or len(found.zones) > 1:
            continue  # BIND follows as much of a circle as it cares to, and no alias into another zone
        compared += 1
        rcode, answer = asked(port, name, type)
        if (rcode, answer) != said(found):
            differences.append((name, type, rcode, sorted(answer), found.status.value, sorted(said(found)[1])))
    assert not differences, "\n".join(map(str, differences[:6]))
    assert CHAIN_AT_MOST > ALIASES_FOLLOWED
