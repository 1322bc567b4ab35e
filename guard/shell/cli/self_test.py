"""`guard self-test`: mutants of policies, engines and what stands between, which the known answers must catch.

The known answers are the corpus of outages, the proof on each of its networks, and the policies' own cases.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from guard.engines.embedded import Embedded
from guard.judge.finding import Finding
from guard.judge.policy import load_policies
from guard.judge.verdict import verdict
from guard.model.errors import InputInvalid
from guard.parse.change import parse_change
from guard.parse.yaml_text import load_documents
from guard.pipeline import CheckRequest
from guard.planning.hunt import Hunt, Result
from guard.planning.known import Answer, proof_answers, size_of
from guard.planning.mutation import FLOOR_PERCENT, WHY
from guard.shell.cli.dry_run import moment, policy_layers
from guard.shell.cli.folder import read_change, read_snapshot, read_text
from guard.shell.cli.replay import Expected, expected_of, faults_of
from guard.shell.data import folder
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

#: States that the engine keeps: those of a small network weigh little, and many mutants ask for the same.
_STATES = 48


def run(arguments: argparse.Namespace) -> int:
    """0 where the known answers are right and enough mutants are caught, else 1."""
    root = folder("replays")
    entries = [root / name for name in arguments.names] or sorted(
        each for each in root.iterdir() if (each / "expect.yaml").is_file()
    )
    started = time.process_time()
    engine = Embedded(kept=_STATES)
    answers = [answer for entry in entries for answer in _answers(entry, engine)]
    hunt = Hunt(answers, load_policies(*policy_layers(())), engine)
    results = []
    text = arguments.format == "text"
    print(
        f"{len(answers)} known answers from {len(entries)} networks",
        file=sys.stdout if text else sys.stderr,
        flush=True,
    )
    for result in hunt.results(max(arguments.every, 1)):
        results.append(result)
        print(_line(result), file=sys.stdout if text else sys.stderr, flush=True)
    document = _document(hunt, results, round(time.process_time() - started, 1))
    if text:
        _summary(document, hunt)
    else:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    return 1 if hunt.faults or document["share_percent"] < FLOOR_PERCENT else 0


def _line(result: Result) -> str:
    if result.same:
        return f"the same  {result.mutant}: {result.same}"
    return f"caught    {result.mutant}  by {result.by}" if result.by else _survived(result.mutant)


def _survived(mutant: str) -> str:
    why = f": {WHY[mutant]}" if mutant in WHY else ""
    return f"SURVIVED  {mutant}{why}"


def _document(hunt: Hunt, results: Sequence[Result], seconds: float) -> dict[str, Any]:
    counted = [each for each in results if not each.same]
    caught = [each for each in counted if each.by]
    strict = [each for each in counted if not each.own]
    return {
        "answers": len(hunt.answers),
        "asked": len(hunt.asked),
        "faults": [f"{name}: {fault}" for name, fault in sorted(hunt.faults.items())],
        "mutants": len(counted),
        "caught": len(caught),
        "caught_by_proof_or_corpus": sum(1 for each in strict if each.by),
        "share_percent": round(100.0 * len(caught) / len(counted), 1) if counted else 0.0,
        "floor_percent": FLOOR_PERCENT,
        "survivors": {each.mutant: WHY.get(each.mutant, "") for each in counted if not each.by},
        "the_same": {each.mutant: each.same for each in results if each.same},
        "cpu_seconds": seconds,
    }


def _summary(document: Mapping[str, Any], hunt: Hunt) -> None:
    print(*(f"FAIL {fault}" for fault in document["faults"]), sep="\n", end="\n" if document["faults"] else "")
    print(*map(_survived, document["survivors"]), sep="\n", end="\n" if document["survivors"] else "")
    print(
        f"{document['caught']} of {document['mutants']} mutants caught ({document['share_percent']:.1f} %, at least "
        f"{FLOOR_PERCENT:.0f} % must be), {document['caught_by_proof_or_corpus']} of them by the proof or an outage; "
        f"{document['asked']} of {document['answers']} known answers were needed, {len(hunt.faults)} wrong; "
        f"{document['cpu_seconds']} s of CPU"
    )


# ------------------------------------------------------------------------------------------------ known answers


def _answers(entry: Path, engine: Embedded) -> Iterator[Answer]:
    """What is known of one outage: each variant, and the proof on its network."""
    if not (entry / "expect.yaml").is_file():
        raise InputInvalid("unknown-name", f"the corpus has no entry {entry.name!r}", str(entry.parent))
    files = read_snapshot(entry / "snapshot")
    base = load(files)
    (document,) = load_documents(read_text(entry / "expect.yaml"), str(entry / "expect.yaml"))
    for variant, node in document.entries().items():
        with suppress(InputInvalid):  # a change that nobody can read is right to be refused
            yield _variant(entry, variant, base, files, expected_of(node))
    request = CheckRequest(files, "", "proof", {}, (), moment(None))
    yield from proof_answers(entry.name, base, request, engine)


def _variant(entry: Path, variant: str, base: Snapshot, files: Mapping[str, str], expected: Expected) -> Answer:
    text, named = read_change(entry / f"{variant}.yaml")
    request = CheckRequest(files, text, f"{variant}.yaml", named, (), moment(None))

    def wrong(findings: Sequence[Finding]) -> str:
        rows = [each.document() for each in findings]
        return "; ".join(faults_of(expected, verdict(findings, 1).value, rows))

    about = frozenset({*expected.must, *expected.any_of})
    change = parse_change(text, f"{variant}.yaml", named)
    return Answer(f"{entry.name} {variant}", about, size_of(base), request, change, base, wrong)
