"""A Batfish service through pybatfish: networks, snapshots, forks, questions; every wait has an end.

Law: pybatfish waits for work without a limit and tries a lost connection for minutes, so the waiting is done here; rows
are what came over the wire, without pandas in between. What goes wrong is a BatfishFault (faults).
"""

from __future__ import annotations

import base64
import contextlib
import io
import threading
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from guard.model.state import InterfaceId
from guard.shell.batfish.faults import Forgotten, Late, Refused, Stopped, WorkFailed, translated
from guard.shell.batfish.place import Place

Row: TypeAlias = Mapping[str, object]
Files: TypeAlias = Mapping[str, bytes]

#: Connection attempts of pybatfish: one when a service is first asked (it is there or it is not), and a few later: a
#: service that collects garbage is deaf for a second or two. With its back-off of 0.8 s that is 5 s instead of 324.
FIRST_TRIES, LATER_TRIES = 1, 3
#: Batfish downs management interfaces and their VRFs by itself; guard judges whether people can still reach devices.
#: Told with every piece of work: what a snapshot becomes is decided anew whenever it has left the service's cache.
#: So the data plane is asked for as well: work that the service makes by itself for a question is not told.
_ARGUMENTS = {"ignoremanagementinterfaces": "false"}
_STORED = (1980, 1, 1, 0, 0, 0)  # of files in an upload: equal snapshots are equal archives
_SHORTEST, _LONGEST = 0.02, 0.5  # seconds between two looks at work under way


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for one request, and for one piece of work (parsing 1,031 devices takes 93 s on two cores)."""

    request: float = 120.0
    work: float = 1800.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a fork changes: files added or replaced, and what is taken down, all in Batfish's own names."""

    files: Files = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    interfaces: tuple[InterfaceId, ...] = ()


class Service:
    """A connection; a network must be made or entered before snapshots are. `stop`: no work is begun or waited for."""

    def __init__(self, place: Place, patience: Patience = Patience(), stop: threading.Event | None = None) -> None:
        self.place, self._patience = place, patience
        self._stop = stop if stop is not None else threading.Event()
        self._session = _session(place, patience.request)
        with translated("connecting"):
            self._session.q.load()  # the one request that pybatfish gives up soon
            self.version = str(self._session.get_component_versions()["Batfish"])

    # ---- networks

    def networks(self) -> list[str]:
        with translated("listing networks"):
            return [str(each) for each in self._session.list_networks()]

    def enter(self, network: str) -> None:
        """Make a network, and work in it from now on; Refused where the name is taken."""
        from pybatfish.client import restv2helper

        self._go_on()
        with translated(f"making network {network}"):
            restv2helper.init_network(self._session, network)
        self._session.network = network

    def delete_network(self, network: str) -> None:
        """Remove a network with all that is in it; one that is gone already is fine."""
        try:
            with translated(f"deleting network {network}"):
                self._session.delete_network(network)
        except Forgotten:
            return

    # ---- snapshots

    def upload(self, snapshot: str, files: Files) -> None:
        """Send a snapshot, have it parsed and its data plane computed."""
        from pybatfish.client import restv2helper

        with translated(f"uploading snapshot {snapshot}"):
            restv2helper.upload_snapshot(self._session, snapshot, io.BytesIO(_archive(files)))
        self._compute(snapshot)

    def fork(self, base: str, snapshot: str, order: Order) -> None:
        """A snapshot like another, but for what the order says; whether that is so is to be looked at."""
        from pybatfish.client import restv2helper

        told = {
            "snapshotBase": base,
            "snapshotNew": snapshot,
            "deactivateNodes": list(order.nodes),
            "deactivateInterfaces": [{"hostname": each.node, "interface": each.interface} for each in order.interfaces],
            "zipFile": base64.b64encode(_archive(order.files)).decode("ascii") if order.files else None,
        }
        with translated(f"forking snapshot {base}"):
            restv2helper.fork_snapshot(self._session, told)
        self._compute(snapshot)

    def delete_snapshot(self, snapshot: str) -> None:
        """Remove a snapshot; one that is gone already is fine."""
        try:
            with translated(f"deleting snapshot {snapshot}"):
                self._session.delete_snapshot(snapshot)
        except Forgotten:
            return

    def _compute(self, snapshot: str) -> None:
        from pybatfish.client import workhelper

        work = workhelper.get_workitem_parse(self._session, snapshot)
        self._done(work, snapshot, f"parsing snapshot {snapshot}")
        work = workhelper.get_workitem_generate_dataplane(self._session, snapshot)
        with contextlib.suppress(WorkFailed):  # whatever needs it fails too, and says so
            self._done(work, snapshot, f"computing the data plane of {snapshot}")

    # ---- questions

    def ask(
        self, question: str, snapshot: str, parameters: Mapping[str, object], reference: str | None = None
    ) -> tuple[Row, ...]:
        """The rows of an answer; WorkFailed where Batfish cannot answer it, Refused where it has no such question."""
        from pybatfish.client import restv2helper, workhelper

        doing = f"asking {question} of {snapshot}"
        with translated(doing):
            asked = self._question(question, parameters)
            name = asked.get_name()
            restv2helper.upload_question(self._session, name, asked.json())
            work = workhelper.get_workitem_answer(self._session, name, snapshot, reference)
        self._done(work, snapshot, doing)
        with translated(doing):
            answer = restv2helper.get_answer(
                self._session, name, {"snapshot": snapshot, "referenceSnapshot": reference}
            )
        return _rows(answer, doing)

    def _question(self, question: str, parameters: Mapping[str, object]) -> Any:
        from pybatfish.exception import QuestionValidationException

        made = getattr(self._session.q, question, None)
        if made is None:
            raise Refused(f"Batfish {self.version} has no question {question}")
        try:
            return made(**parameters)
        except QuestionValidationException as error:
            raise Refused(f"Batfish {self.version} takes {question} otherwise: {error}") from error

    # ---- work

    def _done(self, work: Any, snapshot: str, doing: str) -> None:
        """Hand work in and wait for its end."""
        from pybatfish.client import restv2helper, workhelper
        from pybatfish.client.consts import CoordConsts, WorkStatusCode

        self._go_on()
        end = time.monotonic() + self._patience.work
        with translated(doing):
            workhelper.queue_work(self._session, work)
        pause = _SHORTEST
        while True:
            with translated(doing):
                told = workhelper.get_work_status(work.id, self._session)
                status = WorkStatusCode(told[CoordConsts.SVC_KEY_WORKSTATUS])
            if WorkStatusCode.is_terminated(status):
                break
            if time.monotonic() > end:
                raise Late(f"{doing}: not done after {self._patience.work:.0f} s")
            if self._stop.wait(pause):
                raise Stopped(f"{doing}: stopped")
            pause = min(_LONGEST, pause * 1.5)
        if status is not WorkStatusCode.TERMINATEDNORMALLY:
            with translated(doing):
                log = restv2helper.get_work_log(self._session, snapshot, work.id)
            raise WorkFailed(f"{doing}: {_reason(log) or status.value}")

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopped("stopped")


def _session(place: Place, timeout: float) -> Any:
    """A pybatfish session; its tries are set before its HTTP adapters are made, at the import."""
    from pybatfish.client.options import Options

    Options.max_initial_tries_to_connect_to_coordinator = FIRST_TRIES
    Options.max_retries_to_connect_to_coordinator = LATER_TRIES
    from pybatfish.client.session import Session

    session = Session(host=place.host, port=place.port, load_questions=False, timeout=timeout)
    session.additional_args.update(_ARGUMENTS)
    return session


def _archive(files: Files) -> bytes:
    """A zip with one folder, as Batfish takes a snapshot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(f"snapshot/{path}", _STORED), files[path], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _rows(answer: Mapping[str, Any], doing: str) -> tuple[Row, ...]:
    """The table of an answer."""
    elements = answer.get("answerElements") or [{}]
    if answer.get("status") != "SUCCESS":
        said = elements[0].get("answer") or elements[0].get("summary") or answer.get("status")
        raise WorkFailed(f"{doing}: {said}")
    rows = elements[0].get("rows")
    if not isinstance(rows, list):
        raise Refused(f"{doing}: the answer has no table")
    return tuple({column: _plain(value) for column, value in row.items()} for row in rows)


def _plain(value: object) -> object:
    """A cell that names its own type (an address here, a word there) as the value that it holds."""
    if isinstance(value, dict) and value.keys() == {"schema", "value"}:
        return value["value"]
    return value


def _reason(log: str) -> str:
    """Why work failed, from its log: the innermost cause, else the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and not line.strip().startswith("at ")]
    causes = [line for line in lines if line.startswith("Caused by:")]
    return (causes or lines or [""])[-1][:300]
