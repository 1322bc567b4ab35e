"""docs/checks.md and docs/facts.md, made from the docstrings of the checks and the declared facts.

`python -m guard.judge.document checks|facts` prints one; a test says when the files in docs/ are behind.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from guard.judge.catalogue import NAMES, Check, checks, not_built
from guard.judge.facts_schema import MESSAGES, VARIABLES, Field


def checks_page() -> str:
    """What each check means, in the order of its name."""
    return "\n".join(_checks_page()) + "\n"


def _checks_page() -> Iterator[str]:
    yield "# Checks"
    yield ""
    yield "Made from the checks' docstrings by `python -m guard.judge.document checks`. Each check has a policy of"
    yield "the same name in `policies/`, which sets its enforcement and figures; the defaults are given here."
    for name, check in checks().items():
        yield ""
        yield from _check(name, check)
    if not_built():
        yield ""
        yield "## Not built"
        yield ""
        yield "Names of the contract that no check answers to yet; a policy that asks for one does not load:"
        yield ""
        yield from (f"- `{name}` ({NAMES[name].value})" for name in not_built())


def _check(name: str, check: Check) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    needs = f" Needs: {', '.join(sorted(check.needs))}." if check.needs else ""
    yield f"Default: **{NAMES[name].value}**.{needs}"
    yield ""
    for line in check.doc.splitlines():
        head, colon, rest = line.partition(": ")
        if colon and head in ("Breaks", "Example", "Source"):
            yield ""
            yield f"**{head}:** {rest}"
        else:
            yield line
    if check.parameters:
        yield ""
        yield "| parameter | default | meaning |"
        yield "|---|---|---|"
        yield from (f"| `{each.name}` | {each.default} | {each.meaning} |" for each in check.parameters)


def facts_page() -> str:
    """Each variable and message that an expression may use."""
    return "\n".join(_facts_page()) + "\n"


def _facts_page() -> Iterator[str]:
    yield "# Facts"
    yield ""
    yield "What the expressions of a policy see. Made from `guard/judge/facts_schema.py` by"
    yield "`python -m guard.judge.document facts`. What is not here is refused when a policy is loaded. A fact that"
    yield "does not apply (no network, no zones) is an empty list, 0, false or an empty text."
    yield ""
    yield "| variable | type | meaning |"
    yield "|---|---|---|"
    for name, (kind, repeated, meaning) in VARIABLES.items():
        yield f"| `{name}` | {_type(kind.rpartition('.')[2], repeated)} | {meaning} |"
    for message, fields in MESSAGES.items():
        yield ""
        yield f"## {message}"
        yield ""
        yield "| field | type | meaning |"
        yield "|---|---|---|"
        yield from (_field(each) for each in fields)


def _field(field: Field) -> str:
    return f"| `{field.name}` | {_type(field.type, field.repeated)} | {field.meaning} |"


def _type(kind: str, repeated: bool) -> str:
    shown = f"[{kind}](#{kind.lower()})" if kind in MESSAGES else kind
    return f"list of {shown}" if repeated else shown


PAGES = {"checks": checks_page, "facts": facts_page}

if __name__ == "__main__":
    sys.stdout.write(PAGES[sys.argv[1]]())
