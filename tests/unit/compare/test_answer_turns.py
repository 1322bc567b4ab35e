"""Which answers change when records do: aliases, wildcards, empty non-terminals, cuts."""

from __future__ import annotations

import pytest

from guard.compare.delta import Moment, compare
from guard.snapshot.load import load

HEAD = "$TTL 60\n@ IN SOA ns h 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.53\n"


def turns(before: str, after: str) -> set[tuple[str, str, str, str]]:
    """(name, type, status before, status after), names without the zone's."""
    old, new = (load({"zones/example.com.zone": HEAD + text}) for text in (before, after))
    return {
        (each.name.removesuffix(".example.com."), each.type, each.before.status.value, each.after.status.value)
        for each in compare(Moment(old), Moment(new)).answers
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
