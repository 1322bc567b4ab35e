"""Unified diffs: exact context, all hunks or none, a clear place for every fault."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.errors import InputInvalid
from guard.snapshot.merge.patch import apply_unified_diff

TEXT = "a\nb\nc\nd\ne\nf\ng\nh\n"
DIFF = """\
--- r1.cfg
+++ r1.cfg
@@ -1,3 +1,3 @@
 a
-b
+B
 c
@@ -7,2 +7,3 @@
 g
+G
 h
"""


def test_all_hunks_are_applied() -> None:
    assert apply_unified_diff(TEXT, DIFF) == "a\nB\nc\nd\ne\nf\ng\nG\nh\n"


def test_gits_header_lines_are_header() -> None:
    assert apply_unified_diff(TEXT, "diff --git a/x b/x\nindex 1..2 100644\n" + DIFF).startswith("a\nB\n")


def test_a_text_can_be_filled_and_emptied() -> None:
    assert apply_unified_diff("", "--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n") == "x\ny\n"
    assert apply_unified_diff("x\ny\n", "--- a\n+++ b\n@@ -1,2 +0,0 @@\n-x\n-y\n") == ""


def test_the_marker_of_a_missing_newline() -> None:
    diff = "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n"
    assert apply_unified_diff("a\nb", diff) == "a\nc\n"
    diff = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
    assert apply_unified_diff("a\nb\n", diff) == "a\nc"


@pytest.mark.parametrize(
    ("text", "diff", "code", "line", "reason"),
    [
        ("a\nX\nc\nd\ne\nf\ng\nh\n", DIFF, "patch-does-not-apply", 5, "'b' is expected, line 2 of the text is 'X'"),
        ("a\nb\nc\n", DIFF, "patch-does-not-apply", 8, "the text ends at line 3"),
        ("z\n" + TEXT, DIFF, "patch-does-not-apply", 4, "'a' is expected, line 1 of the text is 'z'"),
        (TEXT, "", "patch-invalid", 1, "no hunk"),
        (TEXT, "--- a\n+++ b\n@@ -1,3 +1,2 @@\n a\n-b\n", "patch-invalid", 3, "counts 3 old and 2 new rows"),
        (TEXT, "--- a\n+++ b\n@@ nonsense @@\n a\n", "patch-invalid", 3, "a hunk header is expected"),
        (TEXT, "--- a\n@@ -1 +1 @@\n-a\n+A\n", "patch-invalid", 1, "`+++`"),
        (TEXT, "@@ -1,2 +1,2 @@\n-a\n+A\n*b\n", "patch-invalid", 4, "a row begins with"),
        (TEXT, "@@ -3 +3 @@\n-c\n+C\n@@ -1 +1 @@\n-a\n+A\n", "patch-invalid", 4, "out of order"),
        (TEXT, DIFF + "--- r2.cfg\n+++ r2.cfg\n@@ -1 +1 @@\n-a\n+A\n", "patch-invalid", 12, "more than one file"),
        (
            "a\nb\n",
            "@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+c\n",
            "patch-does-not-apply",
            1,
            "ends with a newline",
        ),
    ],
)
def test_what_does_not_fit_names_its_line(text: str, diff: str, code: str, line: int, reason: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        apply_unified_diff(text, diff, "change.yaml")
    assert (caught.value.code, caught.value.file, caught.value.line) == (code, "change.yaml", line)
    assert reason in caught.value.message


lines = st.lists(st.sampled_from(["a", "b", "c", "", "@@", "- x"]), max_size=12)


@given(lines, lines, st.integers(0, 3))
def test_a_diff_gives_the_text_that_it_was_made_from(old: list[str], new: list[str], context: int) -> None:
    rows = difflib.unified_diff([f"{r}\n" for r in old], [f"{r}\n" for r in new], "a", "b", n=context)
    diff = "".join(rows)
    if diff:
        assert apply_unified_diff("".join(f"{r}\n" for r in old), diff) == "".join(f"{r}\n" for r in new)
