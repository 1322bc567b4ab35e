"""`guard self-test`: the proof and the corpus of outages, then mutants of policies and engines that they must catch."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.engines.engine import Engine
from guard.judge.policy import PolicySet, load_policies
from guard.model.errors import InputInvalid
from guard.parse.yaml_text import load_documents
from guard.pipeline import CheckRequest, check
from guard.planning.mutation import FLOOR_PERCENT, engine_mutants, policy_mutants, speaks, verdict_of
from guard.planning.proof import prove_with
from guard.shell.cli.dry_run import moment, policy_layers
from guard.shell.cli.folder import read_change, read_snapshot, read_text
from guard.shell.cli.replay import Expected, expected_of, faults_of
from guard.shell.data import folder
from guard.shell.engines import engines_for
from guard.snapshot.load import load


@dataclass(frozen=True, slots=True)
class Known:
    """A run whose right answer is known: what was expected, and what was found."""

    name: str
    expected: Expected
    findings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mutant; `by` "": it survived."""

    mutant: str
    by: str


def run(arguments: argparse.Namespace) -> int:
    """0 where proof and corpus are right and enough mutants are caught, else 1."""
    root = folder("replays")
    entries = [root / name for name in arguments.names] or sorted(
        each for each in root.iterdir() if (each / "expect.yaml").is_file()
    )
    policies = load_policies(*policy_layers(()))
    knowns, faults = _corpus(entries)
    results = [*_policies(policies, knowns), *_engines(policies, entries)]
    caught = sum(1 for each in results if each.by)
    share = 100.0 * caught / len(results) if results else 0.0
    document = {
        "runs": len(knowns), "faults": faults, "mutants": len(results), "caught": caught,
        "share_percent": round(share, 1), "floor_percent": FLOOR_PERCENT,
        "survivors": [each.mutant for each in results if not each.by],
    }  # fmt: skip
    if arguments.format == "json":
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for each in results:
            print(f"{'caught  ' if each.by else 'SURVIVED'} {each.mutant}" + (f"  by {each.by}" if each.by else ""))
        print(*(f"FAIL {fault}" for fault in faults), sep="\n", end="\n" if faults else "")
        print(f"{caught} of {len(results)} mutants caught ({share:.1f} %, at least {FLOOR_PERCENT:.0f} % must be); "
              f"{len(knowns)} known answers, {len(faults)} wrong")  # fmt: skip
    return 1 if faults or share < FLOOR_PERCENT else 0


def _corpus(entries: Sequence[Path]) -> tuple[list[Known], list[str]]:
    """Every variant of every outage, judged once; a mutant of a policy changes what was found."""
    knowns, faults = [], []
    for entry in entries:
        for name, expected, request in _requests(entry, read_snapshot(entry / "snapshot")):
            try:
                outcome = check(request, engines_for(None))
            except InputInvalid as error:
                if not expected.invalid_ok:
                    faults.append(f"{name}: invalid: {error}")
                continue  # rejected before anything is judged
            found = outcome.document["findings"]
            if wrong := list(faults_of(expected, outcome.verdict, found)):
                faults.append(f"{name}: {'; '.join(wrong)}")
            else:
                knowns.append(Known(name, expected, found))
    return knowns, faults


def _policies(policies: PolicySet, knowns: Sequence[Known]) -> list[Result]:
    results = []
    for mutant in policy_mutants(each.name for each in policies.policies):
        heard = [known for known in knowns if speaks(mutant, known.findings)]
        if mutant.what != "silenced" and not heard:
            continue  # nothing in the corpus that it would tell otherwise: no mutant, as it is the same program
        by = ""
        for known in heard:
            rows = mutant.apply(known.findings)
            if list(faults_of(known.expected, verdict_of(rows), [dict(row) for row in rows])):
                by = known.name
                break
        results.append(Result(mutant.name, by))
    return results


def _engines(policies: PolicySet, entries: Sequence[Path]) -> list[Result]:
    """A mutant of an engine is caught by the proof, or by an outage, of the first network that shows it."""
    inner = engines_for(None)[0]
    caught: dict[str, str] = {}
    bases = [(entry, load(read_snapshot(entry / "snapshot"))) for entry in entries]
    for entry, base in sorted(bases, key=lambda each: len(each[1].devices)):  # what is small costs little
        if not base.devices:
            continue
        for mutant in engine_mutants(inner, base):
            if caught.get(mutant.name):
                continue
            passed = prove_with(base, policies, (mutant,), moment(None)).passed
            caught[mutant.name] = _replayed(entry, mutant) if passed else f"the proof on {entry.name}"
        if all(caught.values()):
            break
    return [Result(f"engine: {name}", by) for name, by in caught.items()]


def _replayed(entry: Path, engine: Engine) -> str:
    """The variant of an outage that comes out wrong with an engine, "" if none does."""
    files = read_snapshot(entry / "snapshot")
    for name, expected, request in _requests(entry, files):
        try:
            outcome = check(request, (engine,))
        except InputInvalid:
            continue
        if list(faults_of(expected, outcome.verdict, outcome.document["findings"])):
            return name
    return ""


def _requests(entry: Path, files: Mapping[str, str]) -> Iterator[tuple[str, Expected, CheckRequest]]:
    """(name, what is right, request) of every variant of an outage."""
    (document,) = load_documents(read_text(entry / "expect.yaml"), str(entry / "expect.yaml"))
    for variant, node in document.entries().items():
        text, named = read_change(entry / f"{variant}.yaml")
        request = CheckRequest(files, text, f"{variant}.yaml", named, policy_layers(()), moment(None))
        yield f"{entry.name} {variant}", expected_of(node), request
