"""Coverage-guided fuzzing of every grammar, by atheris (libFuzzer): `make fuzz`, or one grammar at a time.

    python tests/fuzz/guided.py GRAMMAR -max_total_time=60 -timeout=10 -rss_limit_mb=2048

A finding is an exception that is not InputInvalid, an input that takes longer than `-timeout` seconds, or memory beyond
the limit. libFuzzer writes the input to `.fuzz/GRAMMAR-crash-…`, `-timeout-…` or `-oom-…` and does not end with 0. With
`--list` the names of all grammars are printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
DEVICES = ("ios", "eos", "frr", "nxos", "iosxr", "junos", "any-device")
MERGES = ("merge-ios", "merge-eos", "merge-frr", "merge-nxos", "merge-iosxr", "merge-junos")
FILES = ("zone", "octodns-zone", "nsupdate", "change", "inventory", "state", "roas", "policy")
PLANS = ("plan-octodns", "plan-route53", "plan-terraform")
BASE = "hostname r1\ninterface Ethernet1\n ip address 10.0.0.1 255.255.255.0\nrouter bgp 1\n"
JUNOS = "set system host-name r1\nset interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24\n"
ZONE = b"@ 60 IN SOA ns h 1 2 3 4 5\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\n*.w 60 IN CNAME ns\n"
CHANGE = b"apiVersion: guard/v1\nkind: Change\nmetadata: {id: C}\nsteps: [{device: r1, merge: 'no x'}, {down: [a]}]\n"
SITES = b"apiVersion: guard/v1\nkind: Inventory\nsites: [{name: a, kind: pop, devices: ['*']}]\nfailures: 2\n"
POLICY = b"apiVersion: guard/v1\nkind: Policy\nmetadata: {name: a}\nspec: {enforcement: deny, check: session-loss}\n"
PLANNED = (b"update add a. 5 A 192.0.2.1\n", b'{"roas": [{"asn": 1}]}', b'{"Changes": []}')


def grammar(name: str) -> Callable[[str], object]:
    """What reads a text; only what it imports is watched, since watching everything takes minutes to begin."""
    from guard.model.device import Vendor
    from guard.parse.device import parse_device
    from guard.snapshot.merge.merge import merge

    if name.startswith("merge-"):
        vendor = name.removeprefix("merge-")
        base = JUNOS if vendor == "junos" else BASE
        return lambda text: merge(base, text, vendor, file="r1.cfg", change_file="c.yaml")
    match name:
        case "any-device":
            return lambda text: parse_device(text, "x.cfg")
        case "junos":
            return lambda text: parse_device(f"{JUNOS}{text}", "x.cfg")
        case "iosxr":
            from guard.parse.xr.reader import read as read_xr

            return lambda text: read_xr(text, "x.cfg", Vendor.IOSXR)
        case "ios" | "eos" | "frr" | "nxos":
            from guard.parse.cisco.reader import read

            return lambda text: read(text, "x.cfg", Vendor(name))
        case _:
            return _of_a_file(name)


def _of_a_file(name: str) -> Callable[[str], object]:
    match name:
        case "zone":
            from guard.parse.zonefile import parse_zone

            return lambda text: parse_zone(text, "example.com.zone")
        case "nsupdate":
            from guard.parse.nsupdate import parse_nsupdate

            return lambda text: parse_nsupdate(text, "example.com.", "c.yaml")
        case "change":
            from guard.parse.change import parse_change

            return lambda text: parse_change(text, "c.yaml", {})
        case "inventory":
            from guard.parse.inventory import parse_inventory

            return lambda text: parse_inventory(text, "inventory.yaml", {})
        case "state":
            from guard.parse.live_state import parse_state

            return lambda text: parse_state(text, "state.yaml")
        case "roas":
            from guard.parse.roas import parse_roas

            return lambda text: parse_roas(text, "roas.json")
        case "policy":
            from guard.judge.policy import load_policies

            return lambda text: load_policies({"p.yaml": text})
        case "octodns-zone":
            from guard.parse.octodns_zone import parse_octodns_zone

            return lambda text: parse_octodns_zone([("example.com.yaml", text)], "example.com.")
        case _:
            from guard.parse.dns_plans import parse_plan

            return lambda text: parse_plan(name.removeprefix("plan-"), text, "plan.json")


def seeds(name: str) -> list[bytes]:
    """Texts to begin with: the lines of the fuzz tests for configurations, a small file of each other kind."""
    if name not in (*DEVICES, *MERGES):
        return [ZONE, CHANGE, SITES, POLICY, *PLANNED]
    from test_parse_fuzz import LINES, XR_LINES

    return [line.encode() for line in (XR_LINES.split(";") if "xr" in name else LINES.split("|"))]


def main() -> None:
    """Fuzz the grammar that the first argument names; the others are libFuzzer's."""
    import atheris  # only the fuzzer needs it: what it found is tried by a test as well

    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name == "--list":
        print("\n".join((*DEVICES, *MERGES, *FILES, *PLANS)))
        return
    if name not in (*DEVICES, *MERGES, *FILES, *PLANS):
        sys.exit(f"{name!r} is none of {', '.join((*DEVICES, *MERGES, *FILES, *PLANS))}")
    with atheris.instrument_imports(include=["guard.parse", "guard.snapshot.merge", "guard.judge"]):
        from guard.model.errors import InputInvalid

        read = grammar(name)

    def once(data: bytes) -> None:
        with suppress(InputInvalid):
            read(data.decode("utf-8", "surrogateescape"))

    corpus = Path(".fuzz") / name  # what is found interesting stays there for the next time
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number:04}").write_bytes(seed)
    atheris.Setup([sys.argv[0], f"-artifact_prefix={corpus.parent}/{name}-", *sys.argv[2:], str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
