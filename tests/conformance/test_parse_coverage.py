"""How far every third-party configuration is understood: nothing lost, nothing raised, the share of each line state.

`pytest -s tests/conformance/test_parse_coverage.py` prints the shares.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from data import SHARED, needs

from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.device import parse_device

#: What Batfish calls the format of a file, and whose configuration it is here.
VENDORS = {
    "CISCO_IOS": Vendor.IOS,
    "ARISTA": Vendor.EOS,
    "CUMULUS_CONCATENATED": Vendor.FRR,
    "CISCO_NX": Vendor.NXOS,
    "CISCO_IOS_XR": Vendor.IOSXR,
    "JUNIPER": Vendor.JUNOS,
    "FLAT_JUNIPER": Vendor.JUNOS,
    "HOST": Vendor.HOST,
}
#: What a lab's host_nos.txt calls an operating system.
SYSTEMS = {
    "ios": Vendor.IOS,
    "iosxe": Vendor.IOS,
    "eos": Vendor.EOS,
    "arista": Vendor.EOS,
    "ceos": Vendor.EOS,
    "cumulus": Vendor.FRR,
    "nxos": Vendor.NXOS,
    "nx": Vendor.NXOS,
    "xr": Vendor.IOSXR,
    "iosxr": Vendor.IOSXR,
    "junos": Vendor.JUNOS,
    "juniper": Vendor.JUNOS,
}
OURS = {Vendor.IOS, Vendor.NXOS, Vendor.EOS, Vendor.FRR, Vendor.HOST, Vendor.JUNOS, Vendor.IOSXR}


def configs() -> list[Path]:
    """Every file in a `configs` folder of the third-party data."""
    if not SHARED.is_dir():
        return []
    return sorted(path for path in SHARED.glob("**/configs/**/*") if path.is_file() and path.stat().st_size < 2_000_000)


def parse(path: Path) -> tuple[str, Device]:
    text = path.read_text(errors="replace")
    return text, parse_device(text, str(path.relative_to(SHARED)))


def share(devices: list[Device]) -> tuple[float, Counter[str]]:
    """The part of all lines that is implemented or ignored on purpose, and the count of each state."""
    counts: Counter[str] = Counter()
    for device in devices:
        counts.update(LineState(state).name for state in device.coverage.states if state)
    understood = counts["IMPLEMENTED"] + counts["IGNORED"]
    return understood / max(1, sum(counts.values())), counts


#: The five states that a line may end in, and the words of the table.
_STATES = {
    "IMPLEMENTED": "modelled",
    "PARTIAL": "in part",
    "NOT_IMPLEMENTED": "recognised",
    "IGNORED": "on purpose",
    "UNRECOGNISED": "unknown",
}


def states_by_vendor(by_vendor: Mapping[Vendor, list[Device]]) -> Iterator[str]:
    """Which part of each vendor's lines is in which state, as a table; blank lines and comments are not counted."""
    yield f"{'lines of':9} {'files':>6} {'lines':>7} " + " ".join(f"{word:>10}" for word in _STATES.values())
    for vendor, devices in sorted(by_vendor.items()):
        counts = share(devices)[1]
        total = sum(counts[state] for state in _STATES)
        parts = (f"{counts[state] / max(1, total):10.2%}" for state in _STATES)
        yield f"{vendor:9} {len(devices):6} {total:7} " + " ".join(parts)


def all_by_vendor() -> dict[Vendor, list[Device]]:
    """Every third-party configuration, read."""
    found: dict[Vendor, list[Device]] = {}
    for path in configs():
        device = parse(path)[1]
        found.setdefault(device.vendor, []).append(device)
    return found


def test_every_line_of_every_configuration_is_in_one_state() -> None:
    needs("batfish")
    lost, unexplained = [], []
    by_vendor: dict[Vendor, list[Device]] = {}
    for path in configs():
        text, device = parse(path)
        rows = text.split("\n")
        assert len(device.coverage.states) == len(rows)
        for number, (row, state) in enumerate(zip(rows, device.coverage.states, strict=True), 1):
            if state == LineState.BLANK and row.strip() and row.strip()[0] not in "!#*/":
                lost.append(f"{path}:{number} {row}")
        noted = {note.line for note in device.coverage.notes}
        said = {
            at
            for at, state in enumerate(device.coverage.states, 1)
            if state not in (LineState.BLANK, LineState.IMPLEMENTED)
        }
        unexplained += [f"{path}:{line}" for line in noted ^ said]
        by_vendor.setdefault(device.vendor, []).append(device)
    print("\n".join(states_by_vendor(by_vendor)))
    assert lost == []
    assert unexplained == []


@pytest.mark.parametrize(
    ("folder", "floor"),
    [
        ("batfish/networks/example", 0.97),
        ("batfish/tests", 0.97),
        ("pybatfish", 0.97),
        ("frr-truth", 0.97),
        ("lab-validation", 0.97),
        ("lab-validation/snapshots/iosxr_ebgp_basic", 0.97),
        ("avd", 0.80),  # much of a VXLAN fabric is not modelled, and says so
    ],
)
def test_most_lines_are_understood(folder: str, floor: float) -> None:
    root = needs(folder)
    devices = [parse(path)[1] for path in configs() if root in path.parents]
    part, counts = share([device for device in devices if device.vendor in OURS])
    assert part >= floor, counts


def test_vendors_are_told_as_batfish_tells_them() -> None:
    wrong = []
    for path in sorted(needs("batfish-answers").glob("*.json.gz")):
        if path.name == "pairs.json.gz":
            continue
        answer = json.loads(gzip.decompress(path.read_bytes()))
        for row in answer["file_parse_status"]:
            file = SHARED / answer["snapshot"] / row["file_name"]
            if not file.is_file():
                continue
            expected = VENDORS.get(row["file_format"], Vendor.UNKNOWN)
            found = parse(file)[1].vendor
            if found is not expected:
                wrong.append((row["file_format"], found, str(file)))
    assert wrong == []


def test_vendors_are_those_of_the_labs() -> None:
    wrong = []
    for truth in sorted(needs("lab-validation").glob("snapshots/*/show/host_nos.txt")):
        for host, system in json.loads(truth.read_text()).items():
            folder = truth.parents[1] / "configs" / host
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                found = parse(path)[1].vendor
                if found is not SYSTEMS.get(system, Vendor.UNKNOWN):
                    wrong.append((host, system, found, str(path)))
    assert wrong == []
