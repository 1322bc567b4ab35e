"""The one use case of the service: a change comes in, a verdict that is on the record goes out.

Law: an answer leaves after its entry is durable; if there can be no entry there is no answer. What is decided here is
only who may ask what of which snapshot; what a change does and whether it may is the pipeline's to say.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from guard import __version__
from guard.audit.canonical import files_digest, sha256, value_digest
from guard.audit.checkpoint import Checkpoint
from guard.audit.entry import VERDICTS, Digests, Entry
from guard.judge.standing import resting_on
from guard.model.errors import InputInvalid
from guard.model.masking import mask
from guard.model.server_facts import ActiveFacts, EarlierChange
from guard.parse.inventory import parse_inventory
from guard.parse.live_state import parse_state
from guard.shell import clock
from guard.shell.binding import INVENTORY, bound, encoded, masked
from guard.shell.callers import Caller
from guard.shell.clock import Clock
from guard.shell.errors import (
    AlreadyDone,
    Busy,
    InvariantBroken,
    NotAuthenticated,
    NotFound,
    NotInThisState,
    NotPermitted,
    RequestInvalid,
    TimedOut,
)
from guard.shell.holding import Holder
from guard.shell.past import PastChanges
from guard.shell.proving import Prover
from guard.shell.record import Record
from guard.shell.settings import Settings
from guard.shell.store.log import Acknowledged
from guard.shell.store.snapshots import snapshot_digest
from guard.shell.store.state import State
from guard.shell.worker import Folder, Outcome
from guard.shell.workers import Progress, Work, Workers

Result = Literal["applied", "failed", "rolled-back"]
RESULTS: tuple[Result, ...] = ("applied", "failed", "rolled-back")
LIVE_STATE = "state.yaml"
WAIT_FOR_PROOF = 0.8  # of the time that is left for a check; the answer still has to be recorded
PROOF_NICENESS = 5  # checks go before the proof, which takes as long as dozens of them; but one may wait for it
NAMED_AT_MOST = 2  # snapshots that go with a check; a change is planned on one
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class CheckOrder:
    """A binding check as it is asked for. `snapshot`: its digest, empty for the active one."""

    change_name: str
    change_text: str
    change_files: Mapping[str, bytes] = field(default_factory=dict)
    snapshot: str = ""
    engine: str = ""
    failures: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A document (CONTRACT 5) that is on the record, with the entry and the head that cover it. `text`: it as sent."""

    document: Mapping[str, Any]
    entry: Entry
    checkpoint: Checkpoint
    text: str


class Preflight:
    """The service without its transport. All its methods run on one event loop."""

    def __init__(self, state: State, workers: Workers, settings: Settings, now: Clock) -> None:
        self.state, self.settings = state, settings
        self.record = Record(state, now)
        self._past = PastChanges(state)
        self._workers, self._clock = workers, now
        self._deciding = asyncio.Lock()  # from reading what is so to the entry that changes it
        self._reading_policies = asyncio.Lock()
        self._checks = 0
        aside = Workers(workers.pipeline, 1, niceness=PROOF_NICENESS)
        self.prover = Prover(state, aside, settings, now, self._policies)
        self.holder = Holder(state, workers, settings, now, self._policies)

    # ---- checks

    async def check(self, order: CheckOrder, caller: Caller, *, timeout: float, progress: Progress) -> Answer:
        """Judge a change; an `Answer` whose verdict is recorded. A retry of the same request gets the same answer."""
        digest = _order_digest(order, caller)
        details = {"change_name": order.change_name, "snapshot": order.snapshot}
        faults = self.record.faults(caller, details, text=order.change_text, request_id=order.request_id)
        async with self.record.one_at_a_time(order.request_id), faults:
            if (earlier := self.record.earlier(order.request_id, digest)) is not None:
                return _answer(await self.record.document(earlier.entry), earlier)
            async with self._admitted():
                return await self._checked(order, caller, digest, timeout, progress)

    async def _checked(
        self, order: CheckOrder, caller: Caller, digest: str, timeout: float, progress: Progress
    ) -> Answer:
        active = self.state.active
        if active is None:
            raise NotInThisState("no-snapshot", "the server holds no snapshot yet: put one first")
        snapshot = order.snapshot or active
        policies = await self._policies()
        facts, files = await asyncio.to_thread(self._facts, active, snapshot, caller)
        known = await asyncio.to_thread(self._named, order.change_text, snapshot)
        work = Work("check", {
            "base_files": Folder(snapshot), "change_text": order.change_text, "change_name": order.change_name,
            "change_files": order.change_files, "policy_files": policies, "now": self._clock.now(),
            "engine": order.engine or self.settings.engine, "batfish": self.settings.batfish,
            "failures": order.failures, "active": facts, "known": {digest: Folder(digest) for digest in known},
        }, {**known, snapshot: files}, affinity=snapshot)
        began = time.monotonic()
        try:
            outcome = await self._judged(work, order, caller, timeout, progress)
        finally:
            self.holder.wake()
        document = bound(masked(outcome.document), snapshot=snapshot, active=active,
                         inventory=files.get(INVENTORY, b""), active_inventory=facts.inventory)
        left = min(timeout, self.settings.limits.check_seconds) - (time.monotonic() - began)
        stopped = document["verdict"] == "BLOCK"  # whatever a proof would say
        proof = await self.prover.standing(policies, seconds=0.0 if stopped else left * WAIT_FOR_PROOF)
        document = resting_on(document, proof)
        judged_by = {"active": active, "snapshot": snapshot, "policy_files": files_digest(policies),
                     "proof": proof.digest}
        return await self._recorded(order, caller, digest, outcome, document, judged_by)

    async def _judged(
        self, work: Work, order: CheckOrder, caller: Caller, timeout: float, progress: Progress
    ) -> Outcome:
        """The pipeline's outcome; that there is none is on the record too, and does not bind the request id."""
        limit = min(timeout, self.settings.limits.check_seconds)
        began = time.perf_counter()
        try:
            outcome: Outcome = await self._workers.run(work, timeout=limit, progress=progress)
        except (TimedOut, InvariantBroken) as error:
            await self.record.append(self.record.entry(
                "check", caller, change=mask(order.change_text),
                details={"error": error.code, "message": error.message, "request_id": order.request_id},
            ))
            raise
        total = round((time.perf_counter() - began) * 1000)
        return replace(outcome, document={**outcome.document, "timings_ms": {"total": total}})

    async def _recorded(
        self, order: CheckOrder, caller: Caller, digest: str, outcome: Outcome, document: Mapping[str, Any],
        judged_by: Mapping[str, Any],
    ) -> Answer:
        verdict = document.get("verdict")
        if not verdict or verdict not in VERDICTS:
            raise InvariantBroken("no-verdict", f"the pipeline answered with the verdict {verdict!r}")

        text = await asyncio.to_thread(encoded, document)

        def write() -> Acknowledged:
            kept = self.state.blobs.put(text)
            bundle = self.record.bundle(order.change_text, order.change_files)
            return self.state.log.append(self.record.entry(
                "check", caller, request_id=order.request_id, request_digest=digest, verdict=verdict,
                change_id=str(document.get("change", {}).get("id", "")), author=outcome.author or caller.name,
                change=mask(order.change_text), digests=Digests(**outcome.digests),
                findings=tuple(document["findings"]),
                details={**judged_by, "document": kept, "bundle": bundle, "change_name": order.change_name},
            ))

        return _answer(document, await self.record.written(write), text)

    def _facts(self, active: str, snapshot: str, caller: Caller) -> tuple[ActiveFacts, Mapping[str, bytes]]:
        """What the pipeline is told of the server, and the files of the snapshot. Blocks on the disk."""
        inventory = self.state.snapshots.files(active).get(INVENTORY, b"")
        files = self.state.snapshots.files(snapshot)
        earlier = []
        for change in self.state.open_changes(self._clock.now()):
            text, change_files = self.record.unbundled(change.bundle)
            earlier.append(EarlierChange(change.entry, change.change_id, change.digest, change.base, change.candidate,
                                         change.author, clock.read(change.allowed_at), text, change_files))
        return ActiveFacts(active, inventory, tuple(earlier), self._past.since(self._clock.now(), caller.name)), files

    def _named(self, change_text: str, snapshot: str) -> dict[str, Mapping[str, bytes]]:
        """Snapshots of the store that the change's text names (it may have been planned on one). Blocks on the disk."""
        named = [each for each in dict.fromkeys(_DIGEST.findall(change_text)) if each != snapshot]
        held = [each for each in named if self.state.stored_snapshot(each) is not None]
        return {digest: self.state.snapshots.files(digest) for digest in held[:NAMED_AT_MOST]}

    # ---- what people decide about a check

    async def approve(self, check: int, reason: str, caller: Caller, *, request_id: str = "") -> Answer:
        """Turn a HOLD into ALLOW, by somebody other than the change's author, on what it was judged on."""
        digest = value_digest({"approve": check, "reason": reason, "caller": caller.name})
        details = {"approves": check, "reason": mask(reason)}
        faults = self.record.faults(caller, details, request_id=request_id)
        async with self.record.one_at_a_time(request_id), faults:
            if (earlier := self.record.earlier(request_id, digest)) is not None:
                return _answer(await self.record.document(earlier.entry), earlier)
            async with self._deciding:
                held = await self._approvable(check, reason, caller)
                approval = {"check": check, "by": caller.name, "reason": mask(reason)}
                document = {**await self.record.document(held), "verdict": "ALLOW", "approval": approval}

                def write() -> Acknowledged:
                    kept = self.state.blobs.put(encoded(document))
                    return self.state.log.append(self.record.entry(
                        "approval", caller, request_id=request_id, request_digest=digest, verdict="ALLOW",
                        change_id=held.change_id, author=held.author, digests=held.digests,
                        details={**details, "document": kept, "bundle": held.details.get("bundle", "")},
                    ))

                return _answer(document, await self.record.written(write))

    async def _approvable(self, check: int, reason: str, caller: Caller) -> Entry:
        _known(caller, "approve a change")
        held = (await self.record.acknowledged(check)).entry
        if not reason.strip():
            raise RequestInvalid("no-reason", "an approval needs a reason")
        if held.kind != "check" or held.verdict != "HOLD":
            what = f"{held.kind} {held.verdict}".rstrip()
            only = "a BLOCK cannot be approved" if held.verdict == "BLOCK" else "only a check that ended in HOLD can be"
            raise NotInThisState("not-held", f"entry {check} is {what}: {only}")
        if (before := self.state.approval_of(check)) is not None:
            raise AlreadyDone("already-approved", f"entry {check} was approved by {before.caller} in entry {before.id}")
        own = {held.author.casefold()}
        if not self.settings.submitter_may_approve:
            own.add(held.caller.casefold())
        if caller.name.casefold() in own:
            raise NotPermitted("own-change", f"{caller.name} cannot approve a change of {caller.name}'s own")
        if changed := await self._changed_since(held):
            raise NotInThisState("stale-approval", f"entry {check} was judged on {' and '.join(changed)} that "
                                 "changed since: check the change again")
        return held

    async def _changed_since(self, held: Entry) -> list[str]:
        policies = files_digest(await self._policies())
        return [what for what, before, now in (
            ("an active snapshot", held.details.get("active"), self.state.active),
            ("policies", held.details.get("policy_files"), policies),
            ("a guard version", held.guard_version, __version__),
        ) if before != now]

    async def report(self, change: str, result: Result, caller: Caller, *, request_id: str = "") -> Acknowledged:
        """Record what became of a change, named by its id or its digest."""
        digest = value_digest({"report": change, "result": result, "caller": caller.name})
        faults = self.record.faults(caller, {"report": change, "result": result}, request_id=request_id)
        async with self.record.one_at_a_time(request_id), faults:
            if (earlier := self.record.earlier(request_id, digest)) is not None:
                return earlier
            async with self._deciding:
                _known(caller, "report a change")
                judged = self.state.find_change(change)
                if judged is None:
                    raise NotFound("unknown-change", f"no check of a change {change!r} is on the record")
                return await self.record.append(self.record.entry(
                    "report", caller, request_id=request_id, request_digest=digest, change_id=judged.change_id,
                    author=judged.author, digests=judged.digests, details={"result": result, "of": judged.id},
                ))

    # ---- snapshots

    async def put_snapshot(self, files: Mapping[str, bytes], caller: Caller, *, digest: str = "") -> tuple[Entry, bool]:
        """Store a snapshot; its entry, and whether it is new. The first one becomes active."""
        async with self.record.faults(caller, {"put": digest}), self._deciding:
            _known(caller, "put a snapshot")
            actual = await asyncio.to_thread(_checked_snapshot, files)
            if digest and digest != actual:
                raise RequestInvalid("digest-mismatch", f"the files give {actual}, not {digest}")
            stored = self.state.stored_snapshot(actual)
            entry = stored or (await self._stored(files, actual, caller)).entry
            if self.state.active is None:
                await self.record.append(self.record.entry("activation", caller, digests=Digests(base=actual),
                                                           details={"before": ""}))
                self.activated()
            return entry, stored is None

    async def _stored(self, files: Mapping[str, bytes], digest: str, caller: Caller) -> Acknowledged:
        size = sum(len(content) for content in files.values())

        def write() -> Acknowledged:
            self.state.snapshots.put(files)
            return self.state.log.append(self.record.entry("snapshot", caller, digests=Digests(base=digest),
                                                           details={"files": len(files), "bytes": size}))

        return await self.record.written(write)

    async def activate(self, digest: str, caller: Caller, *, request_id: str = "") -> Acknowledged:
        """Make a snapshot the one that changes are judged against."""
        key = value_digest({"activate": digest, "caller": caller.name})
        faults = self.record.faults(caller, {"activate": digest}, request_id=request_id)
        async with self.record.one_at_a_time(request_id), faults:
            if (earlier := self.record.earlier(request_id, key)) is not None:
                return earlier
            async with self._deciding:
                _known(caller, "activate a snapshot")
                if self.state.stored_snapshot(digest) is None:
                    raise NotFound("unknown-snapshot", f"the server does not hold snapshot {digest!r}")
                done = await self.record.append(self.record.entry(
                    "activation", caller, request_id=request_id, request_digest=key, digests=Digests(base=digest),
                    details={"before": self.state.active or ""},
                ))
                self.activated()
                return done

    def activated(self) -> None:
        """What is active, if anything, is worked out and proved before the first check asks for it."""
        self.holder.wake()
        self.prover.wake()

    # ---- policies

    async def policies(self, function: Literal["list_policies", "test_policies"], *, timeout: float) -> Any:
        """What the pipeline says of the server's policies: their list, or how their cases go."""
        work = Work(function, {"policy_files": await self._policies()})
        limit = min(timeout, self.settings.limits.check_seconds)
        async with self._admitted():
            return await self._workers.run(work, timeout=limit, progress=lambda stage, fraction: None)

    async def _policies(self) -> Mapping[str, bytes]:
        """The operator's policies; that they changed since the last time is an entry."""
        async with self._reading_policies:
            files = await asyncio.to_thread(self.state.policy_files)
            digest = files_digest(files)
            recorded = self.state.recorded_policy_files or files_digest({})
            if digest != recorded:
                names = {name: sha256(content) for name, content in files.items()}
                await self.record.append(self.record.entry(
                    "policy-change", Caller("guard", True, "server"),
                    details={"policy_files": digest, "before": recorded, "files": names}))
            return files

    async def close(self) -> None:
        """Finish what is being written; nothing is held or proved any more."""
        await self.holder.close()
        await self.prover.close()
        await self.record.close()

    @contextlib.asynccontextmanager
    async def _admitted(self) -> AsyncIterator[None]:
        limit = self.settings.limits.checks
        if self._checks >= limit:
            raise Busy("too-many-checks", f"{limit} checks are running or waiting: come again later")
        self._checks += 1
        try:
            yield
        finally:
            self._checks -= 1


def _known(caller: Caller, what: str) -> None:
    if not caller.known:
        raise NotAuthenticated("unknown-caller", f"{caller.name} cannot {what}: nothing vouches for the name")


def _answer(document: Mapping[str, Any], done: Acknowledged, text: bytes = b"") -> Answer:
    """A document with its place in the log. `text`: the document where it is encoded already; it may have megabytes."""
    checkpoint = done.checkpoint
    entry = {"id": done.entry.id, "size": checkpoint.size, "head": checkpoint.root, "signature": checkpoint.signature}
    begun = (text or encoded(document))[:-1] + (b"," if document else b"")
    whole = begun + b'"entry":' + encoded(entry) + b"}"
    return Answer({**document, "entry": entry}, done.entry, checkpoint, whole.decode("utf-8"))


def _order_digest(order: CheckOrder, caller: Caller) -> str:
    text = sha256(order.change_text.encode("utf-8", "surrogateescape"))
    return value_digest({"check": text, "files": files_digest(order.change_files), "snapshot": order.snapshot,
                         "engine": order.engine, "failures": order.failures, "caller": caller.name})


def _checked_snapshot(files: Mapping[str, bytes]) -> str:
    """The digest of an upload, once guard's own files in it were read without an error."""
    digest = snapshot_digest(files)
    texts = {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}
    try:
        if INVENTORY in texts:
            parse_inventory(texts[INVENTORY], INVENTORY, texts)
        if LIVE_STATE in texts:
            parse_state(texts[LIVE_STATE], LIVE_STATE)
    except InputInvalid as error:
        raise RequestInvalid(error.code, error.message, error.file, error.line) from error
    return digest
