"""The one document of a check (CONTRACT 5, `-f json`): every renderer and the audit log read this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from guard import __version__
from guard.compare.delta import Delta
from guard.compare.dns_times import Above, times_of
from guard.compare.view import diff_document, summary, times_row
from guard.judge.finding import Finding, Verdict
from guard.model.change import Change
from guard.model.changed_flow import FlowPath, FlowSearch
from guard.model.masking import mask


def document(
    *,
    verdict: Verdict,
    change: Change,
    base: str,
    candidate: str,
    engines: Sequence[str],
    policies: str,
    findings: Sequence[Finding],
    deltas: Sequence[Delta],
    at: Sequence[datetime] = (),
    above: Sequence[Above] = (),
    notes: Sequence[str] = (),
    timings: Mapping[str, int] | None = None,
    flows: FlowSearch | None = None,
    versions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """JSON-ready, with stable keys; secrets of the configurations are masked. `base` and `candidate` are digests.

    `deltas`: from the base to the state after (for commands: while) each step; `diff` is the last of them. `at`: when
    each step is done, for how long caches take to see it. `flows`: those that fare otherwise after the last
    step, where an engine searched them all. `versions`: of engines that are not guard's own.
    """
    diff = diff_document(deltas[-1], mask=mask)
    diff["dns"]["times"] = [times_row(each) for each in times_of(deltas, at, above)] if at else []
    searched = {} if flows is None else {"flows": _flows(flows)}
    return {
        "verdict": verdict.value,
        "change": {"id": change.id, "title": change.title, "author": change.author, "digest": change.digest},
        "snapshot": {"base": base, "candidate": candidate},
        "engines": list(engines),
        "engine_versions": dict(versions or {}),
        "policies": policies,
        "guard_version": __version__,
        "findings": [_masked(each.document()) for each in findings],
        "steps": [{"step": number, "changes": summary(delta)} for number, delta in enumerate(deltas, 1)],
        "diff": diff,
        **searched,
        "notes": [mask(note) for note in (*notes, *_unasked(deltas[-1]))],
        "timings_ms": dict(timings or {"total": 0}),
    }


def _unasked(delta: Delta) -> list[str]:
    """That not all answers were looked at, where a zone is too large for that; the records are all told."""
    count = delta.answers.unasked
    return (
        [f"so much changes that {count} more questions or records were not looked at for their answers"]
        if count
        else []
    )


def _flows(search: FlowSearch) -> dict[str, Any]:
    def paths(found: Sequence[FlowPath]) -> list[dict[str, Any]]:
        return [{"disposition": each.disposition, "hops": [mask(hop) for hop in each.hops]} for each in found]

    rows = [
        {"lost": each.is_lost, "from": each.start, "flow": each.flow,
         "before": paths(each.before), "after": paths(each.after)}
        for each in search.found
    ]  # fmt: skip
    return {"engine": search.engine, "unknown": mask(search.unknown), "examples": rows}


def _masked(finding: dict[str, Any]) -> dict[str, Any]:
    texts = {key: [mask(line) for line in finding[key]] for key in ("subjects", "evidence")}
    return {**finding, **texts, "message": mask(finding["message"])}
