"""`guard replay`: the public-outage corpus. Each bad change must be stopped for the right reason, its safe one allowed.

An entry of the corpus is a folder: `snapshot/`, `bad*.yaml`, `safe*.yaml`, `noop*.yaml` (changes), and `expect.yaml`:
per variant the verdicts that are right, the findings that must be there and those that must not, and the subjects that
must be named. A block for the wrong reason is a failure. What is `beyond_batfish` is not asked of Batfish alone, and is
a failure if it does find it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from guard.model.errors import InputInvalid
from guard.parse.yaml_text import Node, load_documents
from guard.shell.cli.dry_run import moment, policy_layers
from guard.shell.cli.folder import read_change, read_snapshot, read_text
from guard.shell.cli.output import deliver
from guard.shell.data import folder


@dataclass(frozen=True, slots=True)
class Expected:
    """What is right for one variant."""

    verdicts: tuple[str, ...]
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    invalid_ok: bool = False
    beyond_batfish: tuple[str, ...] = ()  # of `must`: what Batfish alone cannot find, and then must not be there

    def of(self, engine: str | None) -> Expected:
        """What is right where this engine answers alone."""
        if engine != "batfish":
            return self
        must = tuple(name for name in self.must if name not in self.beyond_batfish)
        return replace(self, must=must, must_not=(*self.must_not, *self.beyond_batfish))


@dataclass(frozen=True, slots=True)
class Played:
    """One variant as it came out; `faults` is empty where it came out right."""

    name: str
    variant: str
    verdict: str
    faults: tuple[str, ...]
    seconds: float


def run(arguments: argparse.Namespace) -> int:
    """Play the entries and print the scorecard; 1 where one came out wrong."""
    root = folder("replays")
    names = arguments.names or sorted(each.name for each in root.iterdir() if (each / "expect.yaml").is_file())
    played = []
    for name in names:
        entry = root / name
        if not (entry / "expect.yaml").is_file():
            raise InputInvalid("unknown-name", f"the corpus has no entry {name!r}", str(root))
        for result in play(entry, arguments):
            played.append(result)
            if arguments.format == "text":
                mark = "ok  " if not result.faults else "FAIL"
                line = f"{mark} {result.name:34} {result.variant:10} {result.verdict:6} {result.seconds:6.2f} s"
                print(line + "".join(f"  {fault}" for fault in result.faults), flush=True)
    _scorecard(played, arguments.format)
    return 1 if any(result.faults for result in played) else 0


def play(entry: Path, arguments: argparse.Namespace) -> Iterator[Played]:
    """Every variant of one entry, in the order of its expectations."""
    (document,) = load_documents(read_text(entry / "expect.yaml"), str(entry / "expect.yaml"))
    files = read_snapshot(entry / "snapshot")
    for variant, node in document.entries().items():
        if arguments.show:
            print(f"\n──── {entry.name}: {variant}\n", flush=True)
        yield _play(entry, variant, files, expected_of(node).of(arguments.engine), arguments)


def expected_of(node: Node) -> Expected:
    """What an entry of expect.yaml asks for."""
    at = node.fields(
        *("verdict", "must", "must_not", "any_of", "subjects", "invalid_ok", "beyond_batfish", "why", "file"),
        required=("verdict",),
    )

    def texts(key: str) -> tuple[str, ...]:
        return at[key].texts() if key in at else ()

    invalid_ok = "invalid_ok" in at and at["invalid_ok"].flag()
    return Expected(
        *(at["verdict"].texts(), texts("must"), texts("must_not"), texts("any_of"), texts("subjects")),
        invalid_ok,
        texts("beyond_batfish"),
    )


def _play(
    entry: Path, variant: str, files: Mapping[str, str], expected: Expected, arguments: argparse.Namespace
) -> Played:
    from guard.pipeline import CheckRequest, check
    from guard.shell.engines import engines_for, missing_engine

    started = time.perf_counter()
    text, named = read_change(entry / f"{variant}.yaml")
    request = CheckRequest(
        base_files=files,
        change_text=text,
        change_name=f"{variant}.yaml",
        change_files=named,
        policies=policy_layers(()),
        now=moment(None),
        missing_engine=missing_engine(arguments.engine, arguments.batfish),
    )
    try:
        outcome = check(request, engines_for(arguments.engine, arguments.batfish))
    except InputInvalid as error:
        fault = [] if expected.invalid_ok else [f"invalid: {error}"]
        return Played(entry.name, variant, "(2)", tuple(fault), time.perf_counter() - started)
    seconds = time.perf_counter() - started
    outcome.document["timings_ms"]["total"] = round(seconds * 1000)
    if arguments.show:
        deliver(outcome.document, "text", None)
    faults = tuple(faults_of(expected, outcome.verdict, outcome.document["findings"]))
    return Played(entry.name, variant, outcome.verdict, faults, seconds)


def faults_of(expected: Expected, verdict: str, findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with one answer, in words; nothing where it is right."""
    new = [each for each in findings if each["status"] != "existing"]
    found = {each["policy"] for each in new}
    stopping = {each["policy"] for each in new if each["enforcement"] != "warn"}
    if verdict not in expected.verdicts:
        reasons = ", ".join(sorted(stopping)) or "nothing found"
        yield f"verdict {verdict}, expected {' or '.join(expected.verdicts)} ({reasons})"
    if expected.any_of and not found & set(expected.any_of):
        yield f"none of {', '.join(expected.any_of)} found"
    yield from (f"missing {name}" for name in expected.must if name not in found)
    yield from (f"wrong reason {name}" for name in expected.must_not if name in stopping)
    said = json.dumps(new, ensure_ascii=False)
    yield from (f"{subject!r} is not named" for subject in expected.subjects if subject not in said)


def _scorecard(played: list[Played], form: str) -> None:
    bad = [each for each in played if each.variant.startswith("bad")]
    good = [each for each in played if not each.variant.startswith("bad")]
    score = {
        "variants": len(played),
        "right": sum(not each.faults for each in played),
        "false_allow": sum(each.verdict == "ALLOW" for each in bad),
        "false_block": sum(each.verdict != "ALLOW" for each in good),
        "wrong_reason": sum(bool(each.faults) and each.verdict != "ALLOW" for each in bad),
        "seconds": round(sum(each.seconds for each in played), 2),
    }
    if form == "json":
        json.dump({"score": score, "variants": [asdict(each) for each in played]}, sys.stdout, indent=1)
        print()
        return
    print(
        f"{score['right']} of {score['variants']} right; false ALLOW {score['false_allow']} of {len(bad)}, "
        f"false BLOCK {score['false_block']} of {len(good)}, wrong reason {score['wrong_reason']}; {score['seconds']} s"
    )
