"""Validations in CEL: read, checked against the declared facts when they are loaded, and evaluated within bounds.

The type checker of cel-cpp knows every fact as a message, so an identifier or a field that does not exist is refused
before anything runs (a lenient evaluator would let `nonsense || true` pass). An error while evaluating is undecided.
Cost is bounded by the size of an expression and by the evaluator's own budget of iterations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from guard.parse.yaml_text import Node

if TYPE_CHECKING:
    from cel_expr_python import cel

#: Longer expressions are programs; they belong into a check.
SIZE_AT_MOST = 4_000
#: Parentheses and brackets deeper than this are refused before the parser sees them.
DEPTH_AT_MOST = 40


_CHANGE = re.compile(r"(?<![.\w])change\b")  # the variable, not a field of that name


@dataclass(frozen=True, slots=True)
class Validation:
    """`expression` is true where the policy holds; `subjects` gives what is wrong, `message_expression` says it."""

    expression: str
    message: str
    subjects: str = ""
    message_expression: str = ""

    def document(self) -> dict[str, Any]:
        return {
            "expression": self.expression,
            "message": self.message,
            "subjects": self.subjects,
            "messageExpression": self.message_expression,
        }

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for text in (self.expression, self.subjects, self.message_expression) if text)

    @property
    def reads_the_change(self) -> bool:
        """Whether it depends on who asks for what, and not on the network and its zones alone."""
        return _CHANGE.search(self.expression) is not None

    @property
    def names_the_change(self) -> bool:
        """Whether the subjects are things of the change itself."""
        return _CHANGE.search(self.subjects) is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a validation says of one state: `error` non-empty means that it cannot say."""

    held: bool
    subjects: tuple[str, ...] = ()
    message: str = ""
    error: str = ""


def read_validation(node: Node) -> Validation:
    """One entry of `validations`; InputInvalid with file and line where it does not compile."""
    at = node.fields("expression", "message", "subjects", "messageExpression", required=("expression", "message"))
    _checked(at["expression"], "bool")
    if "subjects" in at:
        _checked(at["subjects"], "list(string)")
    if "messageExpression" in at:
        _checked(at["messageExpression"], "string")
    return Validation(
        expression=at["expression"].text(),
        message=at["message"].text(),
        subjects=at["subjects"].text() if "subjects" in at else "",
        message_expression=at["messageExpression"].text() if "messageExpression" in at else "",
    )


def _checked(node: Node, type: str) -> None:
    text = node.text()
    if len(text) > SIZE_AT_MOST:
        node.fail(f"the expression is longer than {SIZE_AT_MOST} characters", "invalid-expression")
    if _depth(text) > DEPTH_AT_MOST:
        node.fail(f"the expression is nested deeper than {DEPTH_AT_MOST}", "invalid-expression")
    try:
        found = _compiled(text).return_type()
    except RuntimeError as error:  # what the wrapper raises for everything that does not compile
        node.fail(f"the expression does not compile: {_reason(error)}", "invalid-expression")
    if not _types()[type].is_assignable_from(found):
        node.fail(f"the expression is of type {found.name().lower()}, not {type}", "invalid-expression")


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _reason(error: RuntimeError) -> str:
    """`ERROR: <input>:1:6: undefined field …` without the wrapper's decoration."""
    first = str(error).splitlines()[0]
    return first.split("ERROR: <input>:", 1)[-1].removesuffix(" [INVALID_ARGUMENT]")


def evaluate(validation: Validation, facts: Mapping[str, Any]) -> Outcome:
    """Evaluate one validation over facts (messages, as facts_view makes them)."""
    held, error = _value(validation.expression, facts)
    if error:
        return Outcome(False, error=error)
    if held is True:
        return Outcome(True)
    subjects: tuple[str, ...] = ()
    if validation.subjects:
        found, error = _value(validation.subjects, facts)
        if error:
            return Outcome(False, error=error)
        subjects = tuple(dict.fromkeys(map(str, found)))
    message = validation.message
    if validation.message_expression:
        text, error = _value(validation.message_expression, facts)
        message = message if error else str(text)
    return Outcome(False, subjects, message)


def _value(text: str, facts: Mapping[str, Any]) -> tuple[Any, str]:
    """(value, "") or (None, why it has none)."""
    try:
        value = _compiled(text).eval(data=dict(facts))
    except RuntimeError as error:
        return None, str(error).splitlines()[0]
    if value.type().name() == "ERROR":
        return None, str(value.value())
    return value.plain_value(), ""


@lru_cache(maxsize=512)
def _compiled(text: str) -> cel.Expression:
    return _environment().compile(text)


@lru_cache(maxsize=1)
def _types() -> Mapping[str, Any]:
    from cel_expr_python import cel

    return {"bool": cel.Type.BOOL, "string": cel.Type.STRING, "list(string)": cel.Type.List(cel.Type.STRING)}


@lru_cache(maxsize=1)
def _environment() -> cel.Env:
    from cel_expr_python import cel

    from guard.judge.facts_schema import VARIABLES
    from guard.judge.facts_view import pool

    variables = {
        name: cel.Type.List(cel.Type(type)) if repeated else cel.Type(type)
        for name, (type, repeated, _) in VARIABLES.items()
    }
    return cel.NewEnv(descriptor_pool=pool(), variables=variables)
