"""What Batfish could not read, convert or compute → notes. Law: nothing that it says of its own blindness is lost.

A file that it does not recognise, a failed parse or conversion, an oscillation and a question without an answer are
undecided. A single line that it does not know is coverage: guard reads that line too, and `not-modelled` judges it.
"""

from __future__ import annotations

from collections.abc import Iterator

from guard.engines.batfish import cells
from guard.engines.batfish.answers import QUESTIONS, AnswerRow, Answers
from guard.engines.batfish.ground import Spelling
from guard.model.provenance import Source
from guard.model.state import StateNote

#: Statuses of fileParseStatus: read whole, read but for some lines (each of which is a parse warning), left out by us.
_READ = frozenset({"PASSED", "EMPTY", "IGNORED", "WILL_NOT_COMMIT"})
_READ_IN_PART = frozenset({"PARTIALLY_UNRECOGNIZED"})
#: Words in an issue that mean that answers about the whole network, or about that node, cannot be relied on.
_OSCILLATES = ("oscillat", "did not converge", "did not complete within")
_FAILED = ("error", "fatal", "exception", "failed", "unimplemented parse tree")


def issues(answers: Answers, spelling: Spelling) -> tuple[StateNote, ...]:
    """All that Batfish says about what it does not know, in the order of its questions."""
    found = [*_unanswered(answers), *_files(answers, spelling), *_init(answers, spelling)]
    found += _converted(answers, spelling)
    return tuple(dict.fromkeys(found))


def _unanswered(answers: Answers) -> Iterator[StateNote]:
    for name, why in sorted(answers.failed.items()):
        text = f"Batfish has no answer to {QUESTIONS[name].name}: {' '.join(why.split())[:300]}"
        yield StateNote("batfish-unanswered", text, (QUESTIONS[name].name,), undecided=QUESTIONS[name].needed)


def _files(answers: Answers, spelling: Spelling) -> Iterator[StateNote]:
    for row in answers.file_parse_status:
        status, file = cells.text(row.get("status")).upper(), cells.text(row.get("file_name"))
        if status in _READ:
            continue
        nodes = row.get("nodes")
        named = tuple(spelling.node(each) for each in nodes) if isinstance(nodes, list | tuple) else ()
        where = (Source(file, 1, 1),)
        if status in _READ_IN_PART:
            text = f"Batfish does not know some lines of {file}"
            yield StateNote("batfish-lines", text, named or (file,), where, undecided=False)
        else:
            yield StateNote("batfish-file", f"Batfish cannot read {file}: {status.lower()}", named or (file,), where)


def _init(answers: Answers, spelling: Spelling) -> Iterator[StateNote]:
    for row in answers.init_issues:
        kind, details = cells.text(row.get("type")), " ".join(cells.text(row.get("details")).split())
        line = " ".join(cells.text(row.get("line_text")).split())
        nodes = row.get("nodes")
        named = tuple(spelling.node(each) for each in nodes) if isinstance(nodes, list | tuple) else ()
        sources = tuple(_sources(row))
        text = f"Batfish: {kind}: {details}" + (f": `{line}`" if line else "")
        subjects = named or tuple(sorted({each.file for each in sources}))
        low = f"{kind} {details}".lower()
        if any(word in low for word in _OSCILLATES):
            yield StateNote("oscillation", text, subjects, sources)
        else:
            broken = any(word in kind.lower() for word in _FAILED)
            yield StateNote("batfish-issue", text, subjects, sources, undecided=broken)


def _converted(answers: Answers, spelling: Spelling) -> Iterator[StateNote]:
    """Vendor-independent conversion warnings: what was read and then left out of the model."""
    for row in answers.vi_conversion_warning:
        node = spelling.node(row["node"]) if row.get("node") is not None else ""
        text = f"Batfish: conversion: {cells.text(row.get('comment') or row.get('text'))}"
        yield StateNote("batfish-issue", text, (node,) if node else (), undecided=False)


def _sources(row: AnswerRow) -> Iterator[Source]:
    for each in cells.located(row.get("source_lines")):
        for line in each.lines or (1,):
            yield Source(each.file, line, line)
