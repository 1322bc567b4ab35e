"""Apply a unified diff to a text: exact context, exact place, all hunks or none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from guard.model.errors import InputInvalid

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NO_NEWLINE = "\\ No newline at end of file"


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk: `line` is its header's line in the diff; rows begin with ` `, `-` or `+`."""

    line: int
    old_start: int
    old_count: int
    new_start: int
    new_count: int
    rows: tuple[str, ...]
    old_torn: bool = False  # the old text ends here without a newline
    new_torn: bool = False


def apply_unified_diff(text: str, diff: str, file: str | None = None) -> str:
    """Apply `diff` to `text`; `file` names the diff in errors.

    Raises InputInvalid (`patch-invalid` where the diff is malformed, `patch-does-not-apply` where a row differs),
    naming the line of the diff.
    """
    hunks = read_hunks(diff, file)
    old = text.split("\n")
    whole = old[-1] == ""
    if whole:
        old.pop()
    new: list[str] = []
    done = 0
    torn = not whole
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        if start < done:
            raise InputInvalid("patch-invalid", "hunks overlap or are out of order", file, hunk.line)
        if start > len(old):
            raise _misfit(hunk, f"the text ends at line {len(old)}", file, hunk.line)
        new.extend(old[done:start])
        done = _apply(hunk, old, start, new, file)
        if hunk.old_torn and done < len(old):
            raise _misfit(hunk, f"the text goes on after line {done}", file, hunk.line)
        if done == len(old):
            torn = _ending(hunk, torn, file)
    new.extend(old[done:])
    return "\n".join(new) + ("" if torn or not new else "\n")


def _apply(hunk: Hunk, old: list[str], at: int, new: list[str], file: str | None) -> int:
    for offset, row in enumerate(hunk.rows, 1):
        mark, body = row[:1], row[1:]
        if mark == "+":
            new.append(body)
            continue
        there = old[at] if at < len(old) else None
        if there != body:
            found = "the text ends there" if there is None else f"line {at + 1} of the text is {there!r}"
            raise _misfit(hunk, f"{body!r} is expected, {found}", file, hunk.line + offset)
        if mark == " ":
            new.append(body)
        at += 1
    return at


def _ending(hunk: Hunk, torn: bool, file: str | None) -> bool:
    """Whether the new text ends without a newline, where the hunk reaches the end of the old one."""
    if hunk.old_torn and not torn:
        raise _misfit(hunk, "the text ends with a newline", file, hunk.line)
    return hunk.new_torn


def _misfit(hunk: Hunk, why: str, file: str | None, line: int) -> InputInvalid:
    message = f"the hunk at old line {hunk.old_start} does not apply: {why}"
    return InputInvalid("patch-does-not-apply", message, file, line)


def read_hunks(diff: str, file: str | None = None) -> tuple[Hunk, ...]:
    """Read the hunks of a unified diff of one file; what stands before the first (git's lines too) is its header."""
    rows = diff.split("\n")
    if rows and rows[-1] == "":
        rows.pop()
    hunks: list[Hunk] = []
    at = _skip_header(rows, file)
    while at < len(rows):
        found = _HUNK.match(rows[at])
        if not found:
            raise InputInvalid("patch-invalid", f"a hunk header is expected, not {rows[at]!r}", file, at + 1)
        hunk, at = _read_hunk(rows, at, found, file)
        hunks.append(hunk)
    if not hunks:
        raise InputInvalid("patch-invalid", "the patch has no hunk", file, 1)
    return tuple(hunks)


def _skip_header(rows: list[str], file: str | None) -> int:
    files = [at for at, row in enumerate(rows) if row.startswith("--- ") and at + 1 < len(rows)
             and rows[at + 1].startswith("+++ ")]  # fmt: skip
    at = 0
    while at < len(rows) and not rows[at].startswith("@@"):
        at += 1
    later = [f for f in files if f > at]
    if later and at < len(rows) and _between_hunks(rows, later[0]):
        raise InputInvalid("patch-invalid", "the patch names more than one file", file, later[0] + 1)
    headers = [row for row in rows[:at] if row.startswith(("--- ", "+++ "))]
    if headers and len(headers) != 2:
        raise InputInvalid("patch-invalid", "a `---` and a `+++` line are expected before the first hunk", file, 1)
    return at


def _between_hunks(rows: list[str], at: int) -> bool:
    return at + 2 < len(rows) and rows[at + 2].startswith("@@")


def _read_hunk(rows: list[str], at: int, found: re.Match[str], file: str | None) -> tuple[Hunk, int]:
    old_left = int(found[2]) if found[2] is not None else 1
    new_left = int(found[4]) if found[4] is not None else 1
    line, counts = at + 1, (old_left, new_left)
    body: list[str] = []
    old_torn = new_torn = False
    at += 1
    while at < len(rows) and (old_left > 0 or new_left > 0 or rows[at] == _NO_NEWLINE):
        row = rows[at] or " "  # editors strip the blank of an empty context row
        if row == _NO_NEWLINE and body:
            old_torn = old_torn or body[-1][0] in " -"
            new_torn = new_torn or body[-1][0] in " +"
        elif row[0] in " -+":
            old_left -= row[0] in " -"
            new_left -= row[0] in " +"
            body.append(row)
        else:
            raise InputInvalid("patch-invalid", f"a row begins with ' ', '-' or '+', not {row[:1]!r}", file, at + 1)
        at += 1
    if old_left or new_left:
        message = f"the hunk's header counts {counts[0]} old and {counts[1]} new rows, its body has others"
        raise InputInvalid("patch-invalid", message, file, line)
    starts = int(found[1]), int(found[3])
    if counts[0] and not starts[0]:
        raise InputInvalid("patch-invalid", "a hunk that takes rows cannot start at line 0", file, line)
    return Hunk(line, starts[0], counts[0], starts[1], counts[1], tuple(body), old_torn, new_torn), at
