"""Strict YAML: what is refused, and that the refusal names the line."""

from __future__ import annotations

import pytest

from guard.model.errors import InputInvalid
from guard.parse.yaml_text import load_documents


def fault(text: str) -> str:
    with pytest.raises(InputInvalid) as caught:
        load_documents(text, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "f.yaml:2: the key 'a' stands twice"),
        ("a: &x [1]\nb: *x\n", "f.yaml:1: aliases are not taken"),
        ("a: !!python/object:os.system x\n", "f.yaml:1: tag tag:yaml.org,2002:python/object:os.system is not taken"),
        ("a: {<<: {b: 1}}\n", "f.yaml:1: merge keys are not taken"),
        ("[1]: 2\n", "f.yaml:1: a key must be a plain word"),
    ],
)
def test_refused(text: str, message: str) -> None:
    assert fault(text) == message


def test_broken_text_names_its_line() -> None:
    assert fault("a: 1\nb: [1,\n").startswith("f.yaml:3: not YAML:")


def test_deep_nesting_is_refused_not_a_crash() -> None:
    assert fault("[" * 80 + "]" * 80) == "f.yaml:1: nested too deeply"


def test_unknown_key_names_line_and_choices() -> None:
    (node,) = load_documents("name: x\nkindd: y\n", "f.yaml")
    with pytest.raises(InputInvalid, match=r"unknown key 'kindd' \(known here: kind, name\)") as caught:
        node.fields("name", "kind")
    assert caught.value.line == 2


def test_base_60_and_octal_stay_text() -> None:
    (node,) = load_documents("a: 1:30\nb: 022\n", "f.yaml")
    assert [each.text() for each in node.entries().values()] == ["1:30", "022"]


@pytest.mark.parametrize(
    "text", ["2026-11-21T12:00Z", "2026-11-21T12:00:00Z", "2026-11-21 12:00:00", "2026-11-21T13:00+01:00"]
)
def test_times_with_and_without_seconds_are_utc(text: str) -> None:
    (node,) = load_documents(f"at: {text}\n", "f.yaml")
    assert node.entries()["at"].time().isoformat() == "2026-11-21T12:00:00+00:00"
