"""Questions about one snapshot, answered table by table; large tables come in parts, some devices at a time.

Law: what the service cannot answer is told by name, with the others' answers. A row of a table costs the service 5 KB
and 0.1 to 0.3 ms while it answers, so a table of a million rows asked at once would need more memory than the network,
and of a snapshot that differs little from one whose large tables are known only what differs is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guard.engines.batfish.answers import QUESTIONS, Answers, answers_of
from guard.engines.batfish.cells import node_name
from guard.engines.batfish.changed_rows import with_changes
from guard.engines.batfish.shared_rows import Sharing
from guard.shell.batfish.faults import Refused, WorkFailed
from guard.shell.batfish.service import Row, Service

#: Tables with a row for every route of every device, and where the names of the devices are read.
LARGE, NAMES = ("routes", "bgp_rib"), "interface_properties"
#: Up to so many devices are asked about at once; of more, parts of about so many rows.
FEW_DEVICES, PART = 40, 60_000
#: Of two snapshots are so many times more rows compared at once: the service makes rows of those that differ alone.
CHEAPER = 4
#: From so many main-RIB rows on a second opinion asks for BGP of the devices alone that speak to the outside.
MANY_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Before:
    """A snapshot on the service by its name, and what was answered about it."""

    name: str
    answers: Answers


def ask(
    service: Service,
    name: str,
    questions: Sequence[str],
    reference: str | None = None,
    *,
    outer: Collection[str] | None = None,
    before: Before | None = None,
) -> Answers:
    """Answers to questions about one snapshot.

    `outer`: devices whose BGP tables are enough where there are many routes; None: those of all are wanted. `before`: a
    snapshot much like it.
    """
    asking = _Asking(service, name, reference, outer, before)
    for field in sorted(questions, key=lambda each: each in LARGE):  # the names of the devices first
        asking.ask(field)
    return replace(answers_of(service.version, asking.tables, asking.failed), bgp_of=asking.bgp_of)


class _Asking:
    """One conversation about a snapshot, and what came of it."""

    def __init__(
        self,
        service: Service,
        name: str,
        reference: str | None,
        outer: Collection[str] | None,
        before: Before | None,
    ) -> None:
        self._service, self._name, self._reference, self._before = service, name, reference, before
        self._outer = None if outer is None else {each.lower() for each in outer}
        self.bgp_of: frozenset[str] | None = None
        self._sharing = Sharing()
        self.tables: dict[str, Sequence[Row]] = {}
        self.failed: dict[str, str] = {}

    def ask(self, field: str) -> None:
        try:
            self.tables[field] = self._table(field)
        except (WorkFailed, Refused) as error:
            self.failed[field] = str(error)

    def _table(self, field: str) -> Sequence[Row]:
        question = QUESTIONS[field]
        nodes = self._nodes() if field in LARGE else ()
        if field == "bgp_rib" and self._outer is not None and len(self.tables.get("routes", ())) > MANY_ROWS:
            self.bgp_of = frozenset(nodes) & self._outer
            nodes = tuple(sorted(self.bgp_of))
        elif len(nodes) <= FEW_DEVICES:
            return self._service.ask(question.name, self._name, question.parameters, self._reference)
        known = self._known(field)
        if known is not None:
            return self._changed(field, nodes, known)
        rows: list[Row] = []
        for part in self._parts(nodes, rows):
            told = self._service.ask(question.name, self._name, {**question.parameters, "nodes": _listed(part)})
            rows += self._sharing.rows(told)
        return rows

    def _known(self, field: str) -> Before | None:
        """The snapshot before, where its table is large and of the same nodes."""
        if self._before is None or field in self._before.answers.failed:
            return None
        alike = field != "bgp_rib" or self._before.answers.bgp_of == self.bgp_of
        return self._before if alike and len(getattr(self._before.answers, field)) > PART else None

    def _changed(self, field: str, nodes: Sequence[str], before: Before) -> Sequence[Row]:
        """The table before, with what Batfish finds changed of it."""
        question, rows = QUESTIONS[field], getattr(before.answers, field)
        size = max(1, PART * len(nodes) // len(rows)) * CHEAPER
        told: list[Row] = []
        for start in range(0, len(nodes), size):
            asked = {**question.parameters, "nodes": _listed(nodes[start : start + size])}
            told += self._service.ask(question.name, self._name, asked, before.name)
        return with_changes(rows, told, frozenset(nodes), self._sharing)

    def _nodes(self) -> tuple[str, ...]:
        """All nodes that Batfish has routes for: those with an interface."""
        rows: Sequence[Mapping[str, object]] = self.tables.get(NAMES, ())
        told = (row.get("Interface") for row in rows)
        return tuple(sorted({node_name(each.get("hostname")) for each in told if isinstance(each, Mapping)}))

    @staticmethod
    def _parts(nodes: Sequence[str], rows: Sequence[Row]) -> Iterator[Sequence[str]]:
        """Devices to ask about next, so many as have about PART rows by what the ones before had."""
        start, size = 0, 1
        while start < len(nodes):
            yield nodes[start : start + size]
            start += size
            size = max(1, PART * start // max(len(rows), 1))


def _listed(nodes: Sequence[str]) -> str:
    """Names as Batfish's node specifier takes them, whatever characters they have."""
    return ", ".join(f'"{node}"' for node in nodes)
