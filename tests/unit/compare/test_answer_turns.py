"""Which answers change when records do: aliases, wildcards, empty non-terminals, cuts."""

from __future__ import annotations

import pytest

from guard.compare.delta import Moment, compare
from guard.compare.dns import QUESTIONS_AT_MOST
from guard.snapshot.load import load

HEAD = "$TTL 60\n@ IN SOA ns h 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.53\n"


def turns(before: str, after: str) -> set[tuple[str, str, str, str]]:
    """(name, type, status before, status after), names without the zone's."""
    old, new = (load({"zones/example.com.zone": HEAD + text}) for text in (before, after))
    return {
        (each.name.removesuffix(".example.com."), each.type, each.before.status.value, each.after.status.value)
        for each in compare(Moment(old), Moment(new)).answers.turns
    }


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("a A 192.0.2.1\n", "a A 192.0.2.2\n", ("a", "A", "NOERROR", "NOERROR")),
        ("a A 192.0.2.1\nb CNAME a\nc CNAME b\n", "b CNAME a\nc CNAME b\n", ("c", "A", "NOERROR", "NXDOMAIN")),
        # a record below makes a name exist, and hides the wildcard from it (RFC 4592 2.2.2)
        ("* A 192.0.2.9\n", "* A 192.0.2.9\nx.a TXT y\n", ("a", "A", "NOERROR", "NODATA")),
        ("* A 192.0.2.9\n", "* A 192.0.2.9\nx.a TXT y\n", ("any-name.a", "A", "NOERROR", "NXDOMAIN")),
        ("*.w A 192.0.2.9\n", "", ("any-name.w", "A", "NOERROR", "NXDOMAIN")),
        ("x.sub A 192.0.2.9\n", "x.sub A 192.0.2.9\nsub NS ns\n", ("any-name.sub", "A", "NXDOMAIN", "REFERRAL")),
        ("d DNAME e\nx.e A 192.0.2.1\n", "x.e A 192.0.2.1\n", ("any-name.d", "A", "NXDOMAIN", "NXDOMAIN")),
    ],
)
def test_a_question_whose_answer_changes(before: str, after: str, wanted: tuple[str, str, str, str]) -> None:
    assert wanted in turns(before, after)


def test_a_ttl_is_a_change_and_a_comment_is_none() -> None:
    assert turns("a 60 A 192.0.2.1\n", "a 90 A 192.0.2.1\n") == {("a", "A", "NOERROR", "NOERROR")}
    assert turns("a A 192.0.2.1\n", "; hello\na A 192.0.2.1\n") == set()


def test_what_is_too_much_to_ask_is_counted() -> None:
    many = "".join(f"h{n} A 192.0.2.1\n" for n in range(QUESTIONS_AT_MOST // 2))
    old, new = (load({"zones/example.com.zone": HEAD + text}) for text in ("", many))
    found = compare(Moment(old), Moment(new)).answers
    assert (len(found.turns), found.unasked) == (QUESTIONS_AT_MOST, 0)
    new = load({"zones/example.com.zone": HEAD + many + "more A 192.0.2.1\n"})
    assert compare(Moment(old), Moment(new)).answers.unasked == 2
