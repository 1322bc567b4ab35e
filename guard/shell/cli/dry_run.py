"""`guard dry-run`: the whole check on this machine, nothing recorded."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.model.errors import InputInvalid
from guard.shell.cli.folder import read_change, read_policies, read_snapshot
from guard.shell.cli.output import EXIT_CODES, deliver
from guard.shell.cli.progress import Progress
from guard.shell.clock import SystemClock
from guard.shell.data import folder

if TYPE_CHECKING:
    from guard.engines.engine import Engine
    from guard.pipeline import CheckRequest


def run(arguments: argparse.Namespace) -> int:
    """Judge a change and print the report; the exit code is the verdict."""
    from guard.pipeline import CheckRequest, check
    from guard.shell.engines import engines_for, missing_engine
    from guard.shell.read_ahead import read_ahead

    started = time.perf_counter()
    change = Path(arguments.change)
    text, files = read_change(change)
    base_files = read_snapshot(Path(arguments.snapshot))
    read_ahead(base_files)
    request = CheckRequest(
        base_files=base_files,
        change_text=text,
        change_name=change.name,
        change_files=files,
        policies=policy_layers(arguments.policies),
        now=moment(arguments.now),
        missing_engine=missing_engine(arguments.engine, arguments.batfish),
        failures=arguments.failures,
    )
    engines, progress = engines_for(arguments.engine, arguments.batfish), Progress(arguments.format)
    outcome = check(request, engines, progress)
    document = outcome.document
    if arguments.prove:
        document = _proven(document, request, engines, progress)
    document["timings_ms"]["total"] = round((time.perf_counter() - started) * 1000)
    deliver(document, arguments.format, arguments.output)
    return EXIT_CODES[document["verdict"]]


def _proven(
    document: dict[str, Any], request: CheckRequest, engines: Sequence[Engine], progress: Progress
) -> dict[str, Any]:
    """The document with a proof, made now, that known-bad changes of this snapshot are caught."""
    from guard.judge.standing import resting_on
    from guard.planning.proof import prove

    proof = prove(request.base_files, request.policies, engines, request.now, progress)
    progress("proved", 1.0)
    left = [f"not proved: {each.name}: {each.why}" for each in proof.left]
    notes = [*document["notes"], f"proof: {proof.summary}", *left]
    return resting_on({**document, "notes": notes}, proof.standing)


def policy_layers(own: Sequence[str]) -> tuple[Mapping[str, str], ...]:
    """The built-in policies, and under each `-p` a layer over them."""
    return (read_policies(folder("policies")), *(read_policies(Path(path)) for path in own))


def moment(text: str | None) -> datetime:
    """The time of the check: as given, else now."""
    if text is None:
        return SystemClock().now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputInvalid("invalid-value", f"{text!r} is not a time (2026-11-21T12:00Z)") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
