"""The flow, from a proposed change to a verdict: the first file to read. Values in, values out.

    Change ── candidate() ─▶ a Snapshot per step ── state(), assess() ─▶ facts before and after
           ── compare() ──▶ Delta ── judge() ─▶ findings ─▶ Verdict ─▶ document

Law: nothing judged is never ALLOW; what could not be computed is undecided and holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from guard.engines.engine import Ahead, Engine, Versioned
from guard.judge.case import Case, CommandEffect, Undecided, step_times, step_view
from guard.judge.finding import Enforcement, Finding, Status, Verdict
from guard.judge.flow_search import searched
from guard.judge.judge import Judgement, joined, judge
from guard.judge.policy import PolicySet, load_policies
from guard.judge.second import disagreeing, second_opinion
from guard.judge.together import NAME, adding_up, alone, beyond, combined
from guard.judge.verdict import verdict
from guard.judge.views import Progress as Progress
from guard.judge.views import memory_of, views_of
from guard.model.change import Change
from guard.model.errors import EngineLost, InputInvalid
from guard.model.facts import Assessment
from guard.model.inventory import Inventory
from guard.model.server_facts import ActiveFacts, PastChange
from guard.model.state import NetworkState, Scenario
from guard.parse.change import parse_change
from guard.parse.inventory import parse_inventory
from guard.report.document import document
from guard.simulate.assessment import assess_all
from guard.simulate.dns.name_servers import parents_elsewhere
from guard.simulate.resolution import resolver
from guard.snapshot.candidate import StepResult, candidate
from guard.snapshot.declared import as_configured
from guard.snapshot.files import INVENTORY
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Everything that a check needs, as values. Files are texts by relative path; `now` is aware, in UTC.

    `policies` are layers of policy files, name -> text, the built-in ones first; a later layer overrides by name.
    `failures` None: as many at once as the inventory says. `binding` and `active` are a server's (CONTRACT 5).
    `missing_engine`: why the second opinion that was asked for is not to be had; "" where none is missing.
    """

    base_files: Mapping[str, str]
    change_text: str
    change_name: str
    change_files: Mapping[str, str]
    policies: Sequence[Mapping[str, str]]
    now: datetime
    failures: int | None = None
    binding: bool = False
    active: ActiveFacts | None = None
    missing_engine: str = ""
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # snapshots that the change names, by digest


@dataclass(frozen=True, slots=True)
class Digests:
    """What a verdict is bound to."""

    base: str
    candidate: str
    change: str
    policies: str


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """`document` is the JSON of CONTRACT 5, ready to be written."""

    verdict: str
    document: dict[str, Any]
    digests: Digests
    author: str


def quiet(_: str, __: float) -> None:
    """Nobody wants to know how far it is."""


def check(request: CheckRequest, engines: Sequence[Engine], progress: Progress = quiet) -> CheckOutcome:
    """Judge one change. InputInvalid where the request cannot be understood; nothing is half applied then."""
    policies = load_policies(*request.policies)
    change = parse_change(request.change_text, request.change_name, request.change_files)
    progress("reading the snapshot", 0.0)
    base = memory_of(engines[0]).load(request.base_files)
    results = steps_of(change, base)
    beside = _begun(base, results, engines[1:], policies)
    try:
        case = case_of(request, change, base, results, engines[0], progress)
        progress("judging", 0.9)
        judgement = judge(case, policies)
        if judgement.verdict is not Verdict.BLOCK and request.active is not None and request.active.earlier:
            judgement = _with_earlier(request, case, judgement, policies, engines[0], progress)
        judgement = _without_second_opinion(judgement, request.missing_engine)
        for other in engines[1:]:
            judgement = _with_second(request, case, results, judgement, policies, engines[0].name, other, progress)
        flows = searched(case, judgement.verdict, engines)
    finally:
        for each in beside:
            each.leave()
    progress("done", 1.0)
    candidate_digest = results[-1].after.digest
    return CheckOutcome(
        verdict=judgement.verdict.value,
        document=document(
            verdict=judgement.verdict,
            change=change,
            base=base.digest,
            candidate=candidate_digest,
            engines=[engine.name for engine in engines],
            policies=policies.digest,
            findings=judgement.findings,
            deltas=[step.delta for step in case.steps],
            at=[step.at for step in case.steps],
            above=[parents_elsewhere(view.snapshot) for view in case.views],
            notes=judgement.notes,
            flows=flows,
            versions={engine.name: engine.version for engine in engines if isinstance(engine, Versioned)},
        ),
        digests=Digests(base.digest, candidate_digest, change.digest, policies.digest),
        author=change.author,
    )


def _begun(
    base: Snapshot, results: Sequence[StepResult], others: Sequence[Engine], policies: PolicySet
) -> tuple[Ahead, ...]:
    """The other engines that work while the first one does. A BLOCK of the first one does not wait for them."""
    snapshots = (base, *(each.during for each in results))
    if not disagreeing(policies).policies or not any(each.devices for each in snapshots):
        return ()
    beside = tuple(each for each in others if isinstance(each, Ahead))
    for each in beside:
        each.begin(snapshots)
    return beside


def _with_second(
    request: CheckRequest,
    case: Case,
    results: Sequence[StepResult],
    own: Judgement,
    policies: PolicySet,
    first: str,
    engine: Engine,
    progress: Progress,
) -> Judgement:
    """The judgement, and what another engine holds against it: not waited for where the change is stopped already."""
    wanted = disagreeing(policies)
    if own.verdict is Verdict.BLOCK or not case.has_network or not wanted.policies:
        return own
    progress(f"asking {engine.name}", 0.92)
    try:
        other = case_of(replace(request, failures=0), case.change, case.base.snapshot, results, engine, quiet)
    except EngineLost as error:
        return _without_second_opinion(own, f"no second opinion: {error}")
    opinion = second_opinion(case, other, own.findings, policies, engines=(first, engine.name))
    return joined(own, judge(replace(case, second=opinion), wanted))


def _without_second_opinion(judgement: Judgement, missing: str) -> Judgement:
    """Two engines were asked for and one is not there: an ALLOW of one alone is undecided (CONTRACT 5)."""
    if not missing:
        return judgement
    found = Finding("engine-disagreement", Enforcement.HOLD, Status.UNDECIDED, 0, missing)
    findings = (*judgement.findings, found)
    return replace(judgement, findings=findings, verdict=verdict(findings, judgement.evaluated))


def steps_of(change: Change, base: Snapshot) -> tuple[StepResult, ...]:
    """The snapshots after each step, each made from the one before."""
    results: list[StepResult] = []
    for step in change.steps:
        results.append(candidate(results[-1].after if results else base, step))
    return tuple(results)


def case_of(
    request: CheckRequest,
    change: Change,
    base: Snapshot,
    results: Sequence[StepResult],
    engine: Engine,
    progress: Progress,
) -> Case:
    """Everything that the checks get to see, computed."""
    change = as_configured(change, (base, *(each.after for each in results)))
    views = views_of((base, *(each.during for each in results)), engine, request.failures, progress)
    times = step_times(change.steps, request.now)
    steps = tuple(
        step_view(change, views[0], number, views[number], at=times[number - 1], commands=_command_effects(result))
        for number, result in enumerate(results, 1)
    )
    return Case(
        change=change,
        base=views[0],
        steps=steps,
        now=request.now,
        binding=request.binding,
        active=request.active is None or request.active.snapshot == base.digest,
        planned_on=_planned_on(request, change, base),
        past=_past(request, change),
        required_inventory=_required_inventory(request),
    )


def _planned_on(request: CheckRequest, change: Change, base: Snapshot) -> Snapshot | None:
    """The snapshot that the change's `base` names, where the caller has it."""
    named = change.base.snapshot
    return load(request.known[named]) if named != base.digest and named in request.known else None


def _past(request: CheckRequest, change: Change) -> tuple[PastChange, ...]:
    """What was allowed before of changes of zones; the change itself, judged once more, is none of it."""
    past = request.active.past if request.active is not None else ()
    return tuple(each for each in past if each.digest != change.digest)


def _required_inventory(request: CheckRequest) -> Inventory | None:
    """The server's own inventory, where the snapshot brought another one."""
    if request.active is None or request.active.inventory == inventory_bytes(request.base_files):
        return None
    text = request.active.inventory.decode("utf-8", "surrogateescape")
    return parse_inventory(text, INVENTORY, request.base_files) if text else Inventory(given=False)


def inventory_bytes(files: Mapping[str, str]) -> bytes:
    """The inventory of a snapshot as it came, empty if it has none."""
    return files.get(INVENTORY, "").encode("utf-8", "surrogateescape")


def _with_earlier(
    request: CheckRequest, case: Case, own: Judgement, policies: PolicySet, engine: Engine, progress: Progress
) -> Judgement:
    """The judgement, and what the change does only together with what the server allowed before (cumulative-risk)."""
    wanted = alone(policies)
    if not wanted.policies or request.active is None:
        return own
    progress("together with what was allowed before", 0.95)
    earlier: tuple[Change, ...] = ()
    try:
        read = (parse_change(each.text, f"entry {each.entry}", _texts(each.files)) for each in request.active.earlier)
        earlier = tuple(each for each in read if each.digest != case.change.digest)
        if not earlier:
            return own
        both = combined(case.change, earlier)
        with_them = case_of(request, both, case.base.snapshot, steps_of(both, case.base.snapshot), engine, quiet)
    except InputInvalid as error:
        blind = Undecided(f"cannot be taken together with what was allowed before: {error}", (NAME,))
        return joined(own, judge(replace(case, earlier=earlier, undecided=(blind,)), wanted))
    found = beyond(judge(with_them, adding_up(policies)).findings, own.findings)
    return joined(own, judge(replace(case, earlier=earlier, together=found), wanted))


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}


def assess_alone(snapshot: Snapshot, state_of: Callable[[Scenario], NetworkState]) -> Assessment:
    """The facts of one snapshot that is compared with nothing."""
    return assess_all((snapshot,), lambda _, scenario: state_of(scenario), resolvers=(resolver(snapshot),))[0]


def _command_effects(result: StepResult) -> tuple[CommandEffect, ...]:
    """What the exec commands of a step do beside configuring."""
    unknown = tuple(CommandEffect(each.device, each.text, known=False) for each in result.unknown_commands)
    drops = tuple(
        CommandEffect(
            drop.device,
            str(drop),
            known=True,
            summary=str(drop),
            down_nodes=result.during.down_nodes - result.after.down_nodes,
            sessions=drop.sessions(result.after.devices[drop.device]),
        )
        for drop in result.drops
        if drop.device in result.after.devices
    )
    return unknown + drops
