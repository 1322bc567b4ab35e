"""`guard order`, `guard explain`, `guard restore-plan`: what to do about a stopped change, or an outage."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.judge.finding import Verdict
from guard.model.change import Change
from guard.model.masking import mask
from guard.shell.cli.dry_run import moment, policy_layers
from guard.shell.cli.folder import read_change, read_snapshot
from guard.shell.cli.output import EXIT_CODES
from guard.shell.errors import TimedOut

if TYPE_CHECKING:
    from guard.planning.trial import Trial
    from guard.planning.units import Unit

HOLD = EXIT_CODES["HOLD"]


def run(arguments: argparse.Namespace) -> int:
    """One of the three."""
    return {"order": _order, "explain": _explain, "restore-plan": _restore}[arguments.command](arguments)


def trial_of(arguments: argparse.Namespace) -> tuple[Change, Trial]:
    """The change of the options, and what tries parts of it out."""
    from guard.judge.policy import load_policies
    from guard.parse.change import parse_change
    from guard.planning.trial import Trial
    from guard.shell.engines import engines_for
    from guard.snapshot.load import load

    path = Path(arguments.change)
    text, files = read_change(path)
    change = parse_change(text, path.name, files)
    base = load(read_snapshot(Path(arguments.snapshot)))
    policies = load_policies(*policy_layers(arguments.policies))
    engine = engines_for("embedded")[0]
    return change, Trial(base, policies, engine, moment(arguments.now), getattr(arguments, "failures", 0))


def _order(arguments: argparse.Namespace) -> int:
    """0 where there is an order, 1 where there is none, 4 where the search was cut short."""
    from guard.planning.order import order
    from guard.planning.trial import told, worst

    change, trial = trial_of(arguments)
    found = order(change, trial)
    if not found.complete:
        raise TimedOut("too-many-orders", f"no answer after {found.trials} states were judged")
    lines = [f"Order: {', '.join(map(str, found.order))}"] if found.order else [
        "There is no order in which every state passes.",
        f"In conflict: {'step' if len(found.conflict) == 1 else 'steps'} {', '.join(map(str, found.conflict))}",
        *(f"  {told(each)}" for each in found.why),
    ]  # fmt: skip
    if found.end:
        lines += ["Whatever the order, the end shows:", *(f"  {told(each)}" for each in found.end)]
    document = {
        "change": {"id": change.id, "digest": change.digest},
        "order": list(found.order) if found.order else None,
        "conflict": list(found.conflict),
        "why": [each.document() for each in found.why],
        "end": [each.document() for each in found.end],
        "judged": found.trials,
    }
    _print(arguments, lines, document)
    if found.order is None:
        return EXIT_CODES["BLOCK"]
    return EXIT_CODES[worst(found.end).value]


def _explain(arguments: argparse.Namespace) -> int:
    """The exit code of the change's own verdict."""
    from guard.planning.explain import explain
    from guard.planning.trial import told

    change, trial = trial_of(arguments)
    if trial.findings(change, tuple(step.parts for step in change.steps)) is None:
        from guard.pipeline import steps_of

        steps_of(change, trial.base)  # says with file and line why it cannot be applied
    found = explain(change, trial)
    lines = [f"{found.verdict.value}"]
    if found.verdict is not Verdict.ALLOW:
        lines += [f"  {told(each)}" for each in found.findings]
        lines += ["Smallest cause:", *_listed(found.cause), "Largest part that passes:"]
        lines += _listed(found.passes) or ["  nothing"]
        if not found.complete:
            lines.append(f"The search was cut short after {found.trials} judgements: there may be a smaller cause.")
    document = {
        "change": {"id": change.id, "digest": change.digest},
        "verdict": found.verdict.value,
        "findings": [each.document() for each in found.findings],
        "cause": [_unit(each) for each in found.cause],
        "passes": [_unit(each) for each in found.passes],
        "left_out": [_unit(each) for each in found.left_out],
        "minimal": found.complete,
        "judged": found.trials,
    }
    _print(arguments, lines, document)
    return EXIT_CODES[found.verdict.value]


def _listed(units: Iterable[Unit]) -> list[str]:
    return [f"  step {unit.step} {unit.place}: {shown(unit)}" for unit in units]


def shown(unit: Unit) -> str:
    """A unit as people read it, with the modes that its line stands in."""
    modes = " / ".join(line.strip() for line in unit.content[:-1]) if len(unit.content) > 1 and not unit.line else ""
    text = unit.text.replace("\n", "\n      ")
    return f"{modes} / {text}" if modes and not text.startswith(("down ", "up ")) else text


def _unit(unit: Unit) -> dict[str, Any]:
    return {"step": unit.step, "place": unit.place, "text": shown(unit)}


def _restore(arguments: argparse.Namespace) -> int:
    """0 where every batch passes, 3 where a person has to look at one."""
    from guard.judge.policy import load_policies
    from guard.planning.restore import restore_plan
    from guard.planning.trial import OutOfTrials, told
    from guard.shell.engines import engines_for
    from guard.snapshot.load import load

    base, outage = (load(read_snapshot(Path(each))) for each in (arguments.snapshot, arguments.source))
    policies = load_policies(*policy_layers(arguments.policies))
    try:
        plan = restore_plan(base, outage, policies, engines_for("embedded")[0], moment(arguments.now))
    except OutOfTrials:
        raise TimedOut("too-many-batches", "no plan within the bound on judgements") from None
    lines: list[str] = []
    for batch in plan.batches:
        lines += [f"Batch {batch.number}", *(f"  {item}" for item in batch.items)]
        lines += [f"  ! {told(each)}" for each in batch.findings]
    if not plan.batches:
        lines.append("Nothing differs.")
    if not plan.restored:
        lines.append("The end is not the base: something differs that no step of a change can restore.")
    document = {
        "base": base.digest,
        "outage": outage.digest,
        "batches": [
            {"number": b.number, "items": list(b.items), "findings": [each.document() for each in b.findings]}
            for b in plan.batches
        ],
        "restored": plan.restored,
        "judged": plan.trials,
    }
    _print(arguments, lines, document)
    return EXIT_CODES["ALLOW"] if plan.safe else HOLD


def _print(arguments: argparse.Namespace, lines: Sequence[str], document: dict[str, Any]) -> None:
    if arguments.format == "json":
        print(mask(json.dumps(document, ensure_ascii=False, indent=2)))
    else:
        print("\n".join(mask(line) for line in lines))
