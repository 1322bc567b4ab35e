"""`--engine batfish`: what real Batfish says of a snapshot. It is uploaded or forked, asked, read and taken away.

Law: a service that goes away in the middle is tried once more from nothing; then there is no state (EngineUnavailable),
never half of one. A question that it cannot answer is told with the others' answers (guard.engines.batfish). Every
moment and every round of a cascade is Batfish's; of the failures that are simulated, the first few of each moment.
As the second of two engines it works beside the first one, in a thread; one conversation with the service at a time.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

from guard.engines.batfish.answers import QUESTIONS, Answers
from guard.engines.batfish.cells import interface_id
from guard.engines.batfish.flows import changed_flows
from guard.engines.batfish.ground import Spelling
from guard.engines.batfish.shut import shut
from guard.engines.batfish.translate import ENGINE, state
from guard.engines.batfish.upload import speak_outward, still_up, taken_down, upload
from guard.engines.embedded import Embedded
from guard.engines.engine import Engine
from guard.model.changed_flow import FlowSearch
from guard.model.state import InterfaceId, NetworkState, Scenario, StateNote
from guard.shell.batfish.asking import Before, ask
from guard.shell.batfish.beside import NOTICED, Beside
from guard.shell.batfish.faults import BatfishFault, Forgotten, Unreachable
from guard.shell.batfish.place import FAILURES, FORKED_FAILURES, Place
from guard.shell.batfish.service import Files, Order, Patience, Service
from guard.shell.batfish.workspace import Workspace
from guard.shell.errors import EngineUnavailable
from guard.snapshot.files import BLACKLIST
from guard.snapshot.snapshot import Snapshot

T = TypeVar("T")
Names: TypeAlias = Mapping[InterfaceId, InterfaceId]

NO_FAILURE = Scenario()
#: States that stay in memory: the moments of a change, and the rounds of a cascade that is looked at twice.
_KEPT = 32
#: Asked of every snapshot; the searches over all flows are asked where they are wanted.
STATE_QUESTIONS = tuple(name for name in QUESTIONS if "reachability" not in name and name != "detect_loops")
#: Asked of what a scenario made of a snapshot whose own files were read before.
SCENARIO_QUESTIONS = tuple(name for name in STATE_QUESTIONS if QUESTIONS[name].needed or "ospf" in name)
#: A service that restarts is there again after some seconds (its JVM and 60 MB of classes).
RESTART_SECONDS, RESTART_PAUSE = 60.0, 2.0


class _Latest(NamedTuple):
    """The snapshot that was asked about last: what comes next is much like it."""

    workspace: Workspace
    digest: str
    told: Before

    def before(self, workspace: Workspace, name: str) -> Before | None:
        """What was told, where the snapshot is still there and not the one that is asked about."""
        there = workspace is self.workspace and workspace.name_of(self.digest) == self.told.name
        return self.told if there and self.told.name != name else None


class Batfish:
    """One connection and one network, made when first needed; remembers the states that it read.

    `embedded` computes the failures that are not forked (`forked_failures` None: all are). `second`: it is asked for
    what is compared with another engine's answers alone, and begins before it is asked (guard.engines.engine.Ahead).
    """

    name = ENGINE

    def __init__(
        self,
        place: Place,
        patience: Patience = Patience(),  # noqa: B008
        *,
        embedded: Engine | None = None,
        forked_failures: int | None = FORKED_FAILURES,
        restart: float = RESTART_SECONDS,
        second: bool = False,
    ) -> None:
        self.place, self._patience, self._restart = place, patience, restart
        self._embedded = embedded if embedded is not None else Embedded()
        self._forked_failures = forked_failures
        self._failures: dict[str, set[str]] = {}  # digest of a moment -> reasons of its failures that were forked
        self._workspace: Workspace | None = None
        self._version = ""
        self._states: OrderedDict[tuple[str, Scenario], NetworkState] = OrderedDict()
        self._names: dict[str, Names] = {}
        self._latest: _Latest | None = None
        self._untouched: set[tuple[str, str]] = set()  # interfaces that the service does not take down by itself
        self._second = second
        self._stop, self._turn = threading.Event(), threading.RLock()
        self._beside: Beside | None = None

    @property
    def version(self) -> str:
        """The service's own, as it was last connected to; "" before that."""
        return self._version

    def connect(self) -> None:
        """EngineUnavailable where the service is not there."""
        self._asked(lambda workspace: workspace.network)

    def close(self) -> None:
        """Stop what is under way, and delete what was uploaded. What does not notice in time stays stopped."""
        self._stop.set()
        self.leave()
        if self._beside is not None:
            self._beside.join(NOTICED)
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None
        atexit.unregister(self.close)
        if self._turn.acquire(blocking=False):
            self._stop.clear()
            self._turn.release()

    # ---- before it is asked

    def begin(self, snapshots: Sequence[Snapshot]) -> None:
        """The states of these as they stand, and the flows between the first and the last, beside another engine."""
        self.leave()  # what is under way for an earlier check goes on; what begins here waits its turn, in its thread
        first, last = snapshots[0], snapshots[-1]
        pieces: dict[Hashable, Callable[[], Any]] = {each.digest: partial(self._now, each) for each in snapshots}
        if (first.devices, first.overlay) != (last.devices, last.overlay):
            pieces[first.digest, last.digest] = partial(self._flows, first, last)
        self._beside = Beside(pieces)

    def leave(self) -> None:
        if self._beside is not None:
            self._beside.leave()

    # ---- what it is asked

    def state(self, snapshot: Snapshot, scenario: Scenario = NO_FAILURE) -> NetworkState:
        """EngineUnavailable where the service is not there, went away for good, or is too slow."""
        if scenario == NO_FAILURE and self._beside is not None and self._beside.has(snapshot.digest):
            found: NetworkState = self._beside.result(snapshot.digest)
            return found
        return self._now(snapshot, scenario)

    def changed_flows(self, before: Snapshot, after: Snapshot) -> FlowSearch:
        """Flows that arrive in one of the two and not in the other, by differentialReachability."""
        key = (before.digest, after.digest)
        if self._beside is not None and self._beside.has(key):
            found: FlowSearch = self._beside.result(key)
            return found
        return self._flows(before, after)

    def _now(self, snapshot: Snapshot, scenario: Scenario = NO_FAILURE) -> NetworkState:
        key = (snapshot.digest, scenario)
        with self._turn:
            if key not in self._states:
                if not self._is_forked(snapshot, scenario):
                    return replace(self._embedded.state(snapshot, scenario), engine=ENGINE)
                self._states[key] = self._asked(lambda workspace: self._read(workspace, snapshot, scenario))
                while len(self._states) > _KEPT:
                    self._states.popitem(last=False)
            self._states.move_to_end(key)
            return self._states[key]

    def _flows(self, before: Snapshot, after: Snapshot) -> FlowSearch:
        with self._turn:
            return self._asked(lambda workspace: self._searched(workspace, before, after))

    def _searched(self, workspace: Workspace, before: Snapshot, after: Snapshot) -> FlowSearch:
        names = [self._uploaded(workspace, each) for each in (before, after)]
        answers = ask(workspace.service, names[1], ("differential_reachability",), reference=names[0])
        if answers.failed.get("differential_reachability"):
            return FlowSearch(ENGINE, unknown=answers.failed["differential_reachability"])
        try:
            return FlowSearch(ENGINE, changed_flows(answers.differential_reachability))
        except ValueError as error:
            return FlowSearch(ENGINE, unknown=f"the answer is not understood: {error}")

    def _is_forked(self, snapshot: Snapshot, scenario: Scenario) -> bool:
        """Moments and rounds of their cascades (which have no reason) are; of failures the first few, all rounds."""
        if not scenario.reason:
            return True
        known = self._failures.setdefault(snapshot.digest, set())
        if self._forked_failures is None or len(known) < self._forked_failures:
            known.add(scenario.reason)
        return scenario.reason in known

    # ---- with the service there

    def _read(self, workspace: Workspace, snapshot: Snapshot, scenario: Scenario) -> NetworkState:
        if not (scenario.down_nodes or scenario.down_interfaces):
            return self._told(self._moment(workspace, snapshot))
        base = self._uploaded(workspace, snapshot)
        files, failed = self._files(snapshot, NO_FAILURE), self._files(snapshot, scenario)
        forked = workspace.fork(base, self._order(snapshot, scenario, files, failed))
        found = self._of_passing(workspace, forked, snapshot, scenario)
        if ignored := still_up(snapshot, found):
            self._untouched |= {(each.node, each.interface) for each in ignored}
            again = workspace.whole(self._files(snapshot, scenario))
            found = self._of_passing(workspace, again, snapshot, scenario)
        return self._looked_at(workspace, snapshot, found)

    def _moment(self, workspace: Workspace, snapshot: Snapshot) -> NetworkState:
        """A snapshot as it stands, and its interfaces by both names."""
        found, answers = self._asked_of(workspace, snapshot)
        if ignored := still_up(snapshot, found):
            self._untouched |= {(each.node, each.interface) for each in ignored}
            workspace.drop(snapshot.digest)
            found, answers = self._asked_of(workspace, snapshot)
        self._names[snapshot.digest] = _names(answers, snapshot)
        return self._looked_at(workspace, snapshot, found)

    def _asked_of(self, workspace: Workspace, snapshot: Snapshot) -> tuple[NetworkState, Answers]:
        name = self._uploaded(workspace, snapshot)
        before = self._latest.before(workspace, name) if self._latest is not None else None
        answers = ask(workspace.service, name, STATE_QUESTIONS, outer=self._outer(snapshot), before=before)
        self._latest = _Latest(workspace, snapshot.digest, Before(name, answers))
        return state(answers, snapshot), answers

    def _of_passing(self, workspace: Workspace, name: str, snapshot: Snapshot, scenario: Scenario) -> NetworkState:
        """The state of a snapshot on the service that is not needed afterwards."""
        try:
            answers = ask(workspace.service, name, SCENARIO_QUESTIONS, outer=self._outer(snapshot))
        finally:
            workspace.forget(name)
        return state(answers, snapshot, scenario)

    def _outer(self, snapshot: Snapshot) -> Collection[str] | None:
        """The devices whose BGP is compared even where there is very much of it."""
        return speak_outward(snapshot) if self._second else None

    def _uploaded(self, workspace: Workspace, snapshot: Snapshot) -> str:
        """The snapshot's name on the service."""
        return workspace.snapshot(snapshot.digest, self._files(snapshot, NO_FAILURE))

    def _files(self, snapshot: Snapshot, scenario: Scenario) -> Files:
        """What goes up; interfaces that the service leaves up are shut in the configuration."""
        down = (each for each in taken_down(snapshot, scenario) if (each.node, each.interface) in self._untouched)
        return encoded(shut(snapshot, upload(snapshot, scenario), down))

    def _looked_at(self, workspace: Workspace, snapshot: Snapshot, found: NetworkState) -> NetworkState:
        """The state, with what is up in it and must be down told."""
        ignored = tuple(str(each) for each in still_up(snapshot, found))
        if not ignored:
            return found
        text = f"Batfish {workspace.service.version} does not take down {', '.join(ignored)}"
        return replace(found, notes=(*found.notes, StateNote("batfish-scenario", text, ignored)))

    def _told(self, found: NetworkState) -> NetworkState:
        if self._forked_failures is None or self._second:
            return found
        text = (
            f"of the failures that are simulated, the first {self._forked_failures} of each moment are Batfish's too; "
            f"the others are computed by the embedded engine ({FAILURES})"
        )
        return replace(found, notes=(*found.notes, StateNote("batfish-failures", text, undecided=False)))

    def _order(self, snapshot: Snapshot, scenario: Scenario, files: Files, failed: Files) -> Order:
        """What a fork takes down, in Batfish's names: what Batfish does not know it cannot take down."""
        names = self._names.get(snapshot.digest, {})
        nodes = {ours.node: theirs.node for ours, theirs in names.items()}
        already = frozenset(taken_down(snapshot))
        return Order(
            nodes=tuple(sorted(nodes[each] for each in scenario.down_nodes if each in nodes)),
            interfaces=tuple(
                sorted(names[each] for each in taken_down(snapshot, scenario) if each in names and each not in already)
            ),
            files={path: text for path, text in failed.items() if path != BLACKLIST and files.get(path) != text},
        )

    # ---- the service comes and goes

    def _asked(self, work: Callable[[Workspace], T]) -> T:
        """Do something with the service, once more from nothing where it went away; EngineUnavailable in the end."""
        try:
            return work(self._entered())
        except (Unreachable, Forgotten) as first:
            lost = self._workspace
            if lost is None:
                raise self._unavailable(first) from first
            self._workspace = None
            self._names.clear()
        except BatfishFault as error:
            raise self._unavailable(error) from error
        try:
            workspace = self._again()
            lost.close()
            return work(workspace)
        except BatfishFault as error:
            raise self._unavailable(error) from error

    def _entered(self) -> Workspace:
        if self._workspace is None or not self._workspace.is_usable:
            if self._workspace is not None:
                self._workspace.close()
            self._workspace = Workspace(Service(self.place, self._patience, self._stop))
            atexit.register(self.close)
            self._version = self._workspace.service.version
        return self._workspace

    def _again(self) -> Workspace:
        """A new network on a service that may just be starting."""
        end = time.monotonic() + self._restart
        while True:
            try:
                return self._entered()
            except Unreachable:
                if time.monotonic() > end or self._stop.wait(RESTART_PAUSE):
                    raise

    def _unavailable(self, error: BatfishFault) -> EngineUnavailable:
        return EngineUnavailable(error.code, f"Batfish at {self.place}: {error}")


def encoded(files: Mapping[str, str]) -> Files:
    """Texts as the bytes that they were read from."""
    return {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}


def _names(answers: Answers, snapshot: Snapshot) -> Names:
    """Interfaces by the snapshot's own names, with Batfish's."""
    spelling = Spelling(snapshot)
    return {
        spelling.interface(row["interface"]): interface_id(row["interface"]) for row in answers.interface_properties
    }
