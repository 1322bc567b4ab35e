"""What guard resolves equals what a live BIND answers, over generated zones and questions.

Parents with wildcards, DNAMEs, delegations, empty non-terminals and aliases, and their children, all on one
authoritative server on the loopback. Compared: response code and answer section. An authoritative BIND follows aliases
within the first zone alone.
"""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from guard.model.dns import Zone
from guard.parse.zonefile import parse_zone
from guard.simulate.dns_answer import CHAIN_AT_MOST, Answer, Status, resolve

LABELS = ("a", "b", "c", "d", "www", "*")
TYPES = ("A", "AAAA", "MX", "TXT", "CNAME", "NS", "DS", "SOA", "DNAME")
#: BIND follows this many aliases and stops in the middle of a longer chain.
BIND_FOLLOWS = 10
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Mapping[str, Zone]]]:
    program = shutil.which("named") or ("/usr/sbin/named" if Path("/usr/sbin/named").exists() else None)
    if program is None:
        pytest.skip("named is not installed (Debian: bind9)")
    folder = tmp_path_factory.mktemp("named")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    zones, blocks = {}, []
    rng = random.Random(20251121)
    for number in range(40):
        apex = f"z{number}.test."
        child = f"d.{apex}"
        texts = {apex: zone_text(rng, apex, child), child: zone_text(rng, child, f"z{(number + 1) % 40}.test.")}
        for name, text in texts.items():
            path = folder / f"{name}zone"
            path.write_text(text)
            zones[name] = parse_zone(text, f"zones/{name}zone")
            assert not [f for f in zones[name].faults if f.severity == "error"]
            blocks.append(f'zone "{name}" {{ type primary; file "{path}"; check-names ignore; check-integrity no; }};')
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; '
        f'recursion no; pid-file "{folder}/pid"; session-keyfile "{folder}/key"; minimal-responses no; '
        "dnssec-validation no; max-cache-size 16M; };\n"
        "controls { };\n" + "\n".join(blocks)
    )
    log = (folder / "log").open("w")
    process = subprocess.Popen([program, "-g", "-c", str(config), "-n", "1"], stderr=log)
    try:
        _wait(port, folder / "log")
        yield port, zones
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _wait(port: int, log: Path) -> None:
    for _ in range(100):
        try:
            dns.query.tcp(dns.message.make_query("z0.test.", "SOA"), "127.0.0.1", port=port, timeout=0.2)
            return
        except (OSError, dns.exception.Timeout):
            time.sleep(0.1)
    pytest.fail(f"named did not come up: {log.read_text()[-2000:]}")


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
def test_no_difference_on_ten_thousand_questions(server: tuple[int, Mapping[str, Zone]]) -> None:
    port, zones = server
    rng = random.Random(7)
    differences = []
    compared = 0
    while compared < 10_000:
        apex = rng.choice(sorted(zones))
        name = ".".join([*rng.choices(LABELS, k=rng.randint(0, 4)), apex]).replace("..", ".")
        type = rng.choice(TYPES)
        found = resolve(zones, name, type)
        if found.status is Status.LOOP or len(found.chain) > BIND_FOLLOWS or len(found.zones) > 1:
            continue  # BIND follows as much of a circle as it cares to, and no alias into another zone
        compared += 1
        rcode, answer = asked(port, name, type)
        if (rcode, answer) != said(found):
            differences.append((name, type, rcode, sorted(answer), found.status.value, sorted(said(found)[1])))
    assert not differences, "\n".join(map(str, differences[:6]))
    assert CHAIN_AT_MOST > BIND_FOLLOWS
