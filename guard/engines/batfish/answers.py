"""What Batfish answered about one snapshot under one scenario: tables of rows, as they came over the wire.

Law: a question that failed or was not asked is known to have been; no rows and no answer are two things.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from guard.engines.batfish.shared_rows import SharedRow

#: One row of a Batfish table: a column in snake_case -> the JSON value that Batfish sent for it.
AnswerRow: TypeAlias = Mapping[str, object]
AnswerRows: TypeAlias = tuple[AnswerRow, ...]

NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Question:
    """A question by the name that pybatfish has for it. `needed`: a state without its answer is undecided."""

    name: str
    needed: bool = True
    parameters: Mapping[str, object] = field(default_factory=dict)


#: Field of Answers -> the question that fills it.
QUESTIONS: Mapping[str, Question] = {
    "routes": Question("routes"),
    "bgp_rib": Question("bgpRib", parameters={"status": "/(BEST|BACKUP)/"}),
    "bgp_session_status": Question("bgpSessionStatus"),
    "bgp_session_compatibility": Question("bgpSessionCompatibility", needed=False),
    "layer3_edges": Question("layer3Edges"),
    "interface_properties": Question("interfaceProperties"),
    "ospf_session_compatibility": Question("ospfSessionCompatibility", needed=False),
    "init_issues": Question("initIssues"),
    "file_parse_status": Question("fileParseStatus"),
    "parse_warning": Question("parseWarning", needed=False),
    "vi_conversion_warning": Question("viConversionWarning", needed=False),
    "undefined_references": Question("undefinedReferences", needed=False),
    "detect_loops": Question("detectLoops", needed=False),
    "reachability": Question("reachability", needed=False),
    "differential_reachability": Question("differentialReachability", needed=False),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """One field a question. `failed`: field -> why there is no answer; its rows are empty then.

    `bgp_of`: the nodes that `bgp_rib` was asked about, as Batfish names them; None: all.
    """

    version: str
    routes: AnswerRows = ()
    bgp_rib: AnswerRows = ()
    bgp_session_status: AnswerRows = ()
    bgp_session_compatibility: AnswerRows = ()
    layer3_edges: AnswerRows = ()
    interface_properties: AnswerRows = ()
    ospf_session_compatibility: AnswerRows = ()
    init_issues: AnswerRows = ()
    file_parse_status: AnswerRows = ()
    parse_warning: AnswerRows = ()
    vi_conversion_warning: AnswerRows = ()
    undefined_references: AnswerRows = ()
    detect_loops: AnswerRows = ()
    reachability: AnswerRows = ()
    differential_reachability: AnswerRows = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    bgp_of: frozenset[str] | None = None


def answers_of(
    version: str, tables: Mapping[str, Iterable[AnswerRow]], failed: Mapping[str, str] | None = None
) -> Answers:
    """Answers from the rows that the client read, columns named as Batfish names them or in snake_case.

    A needed question that is in neither `tables` nor `failed` counts as failed; an unknown field is a KeyError.
    """
    unknown = sorted({*tables, *(failed or {})} - set(QUESTIONS))
    if unknown:
        raise KeyError(f"no question of Batfish's that guard asks: {', '.join(unknown)}")
    missing = {name: NOT_ASKED for name, question in QUESTIONS.items() if question.needed and name not in tables}
    rows: dict[str, Any] = {name: tuple(map(_snake_case, table)) for name, table in tables.items()}
    return Answers(version, **rows, failed={**missing, **(failed or {})})


def _snake_case(row: AnswerRow) -> AnswerRow:
    return row if isinstance(row, SharedRow) else {column.lower(): value for column, value in row.items()}


assert {each.name for each in fields(Answers)} - {"version", "failed", "bgp_of"} == set(QUESTIONS)
