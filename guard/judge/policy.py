"""Policies: YAML documents that say which checks are wanted, how strictly, and with which figures (CONTRACT 4).

Names, keys, parameters and expressions are checked when a policy is loaded, with file and line; a policy that loads
can be judged. Law: the digest of a set names everything in it that can change a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from guard.judge import catalogue
from guard.judge.catalogue import Check, Parameters, Value
from guard.judge.expression import Validation, read_validation
from guard.judge.finding import Enforcement
from guard.judge.waiver import Waiver, read_waiver
from guard.model.digest import value_digest
from guard.model.errors import InputInvalid
from guard.model.provenance import Source
from guard.parse.yaml_text import Node, load_documents

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Policy:
    """Either a built-in check with its parameters, or validations in CEL. `absolute`: what was so before counts too.

    `cases` are the policy's own tests, as nodes (see policy_test).
    """

    name: str
    description: str
    enforcement: Enforcement
    source: Source
    check: Check | None = None
    parameters: Parameters = field(default_factory=Parameters)
    validations: tuple[Validation, ...] = ()
    absolute: bool = False
    cases: tuple[Node, ...] = field(default=(), compare=False)

    def document(self) -> dict[str, Any]:
        """What it means, without where it stands and how it is tested."""
        return {
            "name": self.name,
            "description": self.description,
            "enforcement": self.enforcement.value,
            "scope": "absolute" if self.absolute else "change",
            "check": self.check.name if self.check else None,
            "params": {name: list(v) if isinstance(v, tuple) else v for name, v in self.parameters.values.items()},
            "validations": [each.document() for each in self.validations],
        }


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies in force, by name, and all waivers."""

    policies: tuple[Policy, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def digest(self) -> str:
        return value_digest(
            {
                "policies": [each.document() for each in self.policies],
                "waivers": sorted((each.document() for each in self.waivers), key=str),
            }
        )

    def policy(self, name: str) -> Policy | None:
        return next((each for each in self.policies if each.name == name), None)

    def overridden(self, by: PolicySet) -> PolicySet:
        """This set with the policies of another one added, or in the place of those of the same name."""
        merged = {each.name: each for each in (*self.policies, *by.policies)}
        return PolicySet(tuple(merged[name] for name in sorted(merged)), (*self.waivers, *by.waivers))


def load_policies(*layers: Mapping[str, str]) -> PolicySet:
    """Read policy files (name -> text), a later layer over an earlier one: the built-in ones first.

    Raises InputInvalid with file and line: an unknown key or check, a wrong type, an expression that does not compile,
    one name twice in a layer, a waiver of no policy.
    """
    merged = PolicySet()
    for files in layers:
        merged = merged.overridden(_layer(tuple(sorted(files.items()))))
    names = {each.name for each in merged.policies} | set(catalogue.NAMES)
    for waiver in merged.waivers:
        if waiver.policy not in names:
            message = f"waiver of {waiver.policy!r}, which is no policy"
            raise InputInvalid("unknown-policy", message, waiver.source.file, waiver.source.first)
    return merged


@lru_cache(maxsize=32)
def _layer(files: tuple[tuple[str, str], ...]) -> PolicySet:
    policies: dict[str, Policy] = {}
    waivers: list[Waiver] = []
    for file, text in files:
        for document in load_documents(text, file):
            if _kind(document) == "Waiver":
                waivers.append(read_waiver(document))
                continue
            policy = read_policy(document)
            if policy.name in policies:
                other = policies[policy.name].source
                document.fail(f"policy {policy.name} stands in {other} already", "duplicate-policy")
            policies[policy.name] = policy
    return PolicySet(tuple(policies[name] for name in sorted(policies)), tuple(waivers))


def _kind(document: Node) -> str:
    entries = document.entries()
    for key, choices in (("apiVersion", ("guard/v1",)), ("kind", ("Policy", "Waiver"))):
        if key not in entries:
            document.fail(f"the key {key!r} is missing (expected {' or '.join(choices)})", "missing-key")
        entries[key].choice(*choices)
    return entries["kind"].text()


def read_policy(document: Node) -> Policy:
    """A `kind: Policy` document."""
    fields = document.fields("apiVersion", "kind", "metadata", "spec", "cases", required=("metadata", "spec"))
    metadata = fields["metadata"].fields("name", "description", required=("name",))
    name = metadata["name"].text()
    if not _NAME.fullmatch(name):
        metadata["name"].fail(f"{name!r} is no policy name (a-z, 0-9 and -)")
    spec_node = fields["spec"]
    spec = spec_node.fields("enforcement", "check", "params", "validations", "scope", required=("enforcement",))
    if ("check" in spec) == ("validations" in spec):
        spec_node.fail("a policy has either a check or validations")
    check = _check(spec["check"]) if "check" in spec else None
    if check is None and "params" in spec:
        spec["params"].fail("params belong to a check", "unknown-key")
    scope = spec["scope"].choice("change", "absolute") if "scope" in spec else "change"
    return Policy(
        name=name,
        description=metadata["description"].text() if "description" in metadata else "",
        enforcement=Enforcement(spec["enforcement"].choice(*(each.value for each in Enforcement))),
        source=document.source,
        check=check,
        parameters=_parameters(check, spec.get("params")) if check else Parameters(),
        validations=tuple(read_validation(each) for each in spec["validations"].items()) if check is None else (),
        absolute=scope == "absolute",
        cases=fields["cases"].items() if "cases" in fields else (),
    )


def _check(node: Node) -> Check:
    name = node.text()
    found = catalogue.checks().get(name)
    if found is None:
        known = "is not built yet" if name in catalogue.NAMES else "is no built-in check"
        node.fail(f"{name!r} {known} (`guard policy list` shows them)", "unknown-check")
    return found


def _parameters(check: Check, node: Node | None) -> Parameters:
    values: dict[str, Value] = {each.name: each.default for each in check.parameters}
    given = node.fields(*values) if node is not None else {}
    for each in check.parameters:
        if each.name in given:
            values[each.name] = _typed(given[each.name], each.default)
    return Parameters(values)


def _typed(node: Node, default: Value) -> Value:
    """The value in the type of the default; a text parameter is an enforcement."""
    match default:
        case bool():
            return node.flag()
        case int() | float():
            return node.number()
        case str():
            return node.choice(*(each.value for each in Enforcement))
        case _:
            return node.texts()


def unknown_names(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Built checks of the catalogue that no policy of the set uses."""
    used = {each.check.name for each in policies if each.check}
    return tuple(name for name in catalogue.checks() if name not in used)
