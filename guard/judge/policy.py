"""Policies: YAML documents that say which checks are wanted, how strictly, and with which figures (CONTRACT 4).

Names, keys, parameters and expressions are checked when a policy is loaded, with file and line; a policy that loads
can be judged. Law: the digest of a set names everything in it that can change a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from guard.judge import catalogue
from guard.judge.binding import Binding, read_binding
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
    """The policies in force, by name, all waivers, and where a policy is bound otherwise than it says of itself."""

    policies: tuple[Policy, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    bindings: tuple[Binding, ...] = ()

    @property
    def digest(self) -> str:
        return value_digest(
            {
                "policies": [each.document() for each in self.policies],
                "waivers": sorted((each.document() for each in self.waivers), key=str),
                **({"bindings": [each.document() for each in self.bindings]} if self.bindings else {}),
            }
        )

    def policy(self, name: str) -> Policy | None:
        return next((each for each in self.policies if each.name == name), None)

    def overridden(self, by: PolicySet) -> PolicySet:
        """This set with the policies and bindings of another one added, or in the place of those of the same name."""
        merged = {each.name: each for each in (*self.policies, *by.policies)}
        bound = {each.name: each for each in (*self.bindings, *by.bindings)}
        return PolicySet(
            tuple(merged[name] for name in sorted(merged)),
            (*self.waivers, *by.waivers),
            tuple(bound[name] for name in sorted(bound)),
        )


def load_policies(*layers: Mapping[str, str]) -> PolicySet:
    """Read policy files (name -> text), a later layer over an earlier one: the built-in ones first.

    Raises InputInvalid with file and line: an unknown key or check, a wrong type, an expression that does not compile,
    one name twice in a layer, a waiver or a binding of no policy.
    """
    merged = PolicySet()
    for files in layers:
        merged = merged.overridden(_layer(tuple(sorted(files.items()))))
    names = {each.name for each in merged.policies} | set(catalogue.NAMES)
    for waiver in merged.waivers:
        if waiver.policy not in names:
            message = f"waiver of {waiver.policy!r}, which is no policy"
            raise InputInvalid("unknown-policy", message, waiver.source.file, waiver.source.first)
    for binding in merged.bindings:
        policy = merged.policy(binding.policy)
        if policy is None:
            message = f"the binding {binding.name} is of {binding.policy!r}, which is no policy"
            raise InputInvalid("unknown-policy", message, binding.source.file, binding.source.first)
        bound(policy, binding)  # its figures are those of the check, or it is invalid
    return merged


def bound(policy: Policy, binding: Binding) -> Policy:
    """The policy as a binding wants it: with its enforcement, and its figures over the policy's own."""
    if binding.params is not None and policy.check is None:
        binding.params.fail("params belong to a check", "unknown-key")
    figures = _parameters(policy.check, binding.params, policy.parameters) if policy.check else policy.parameters
    return replace(policy, enforcement=binding.enforcement or policy.enforcement, parameters=figures)


@lru_cache(maxsize=32)
def _layer(files: tuple[tuple[str, str], ...]) -> PolicySet:
    policies: dict[str, Policy] = {}
    bindings: dict[str, Binding] = {}
    waivers: list[Waiver] = []
    for file, text in files:
        for document in load_documents(text, file):
            if _kind(document) == "Waiver":
                waivers.append(read_waiver(document))
                continue
            if _kind(document) == "Binding":
                binding = read_binding(document)
                if binding.name in bindings:
                    document.fail(f"binding {binding.name} stands in {bindings[binding.name].source} already",
                                  "duplicate-binding")  # fmt: skip
                bindings[binding.name] = binding
                continue
            policy = read_policy(document)
            if policy.name in policies:
                other = policies[policy.name].source
                document.fail(f"policy {policy.name} stands in {other} already", "duplicate-policy")
            policies[policy.name] = policy
    return PolicySet(
        tuple(policies[name] for name in sorted(policies)),
        tuple(waivers),
        tuple(bindings[name] for name in sorted(bindings)),
    )


def _kind(document: Node) -> str:
    entries = document.entries()
    for key, choices in (("apiVersion", ("guard/v1",)), ("kind", ("Policy", "Waiver", "Binding"))):
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


def _parameters(check: Check, node: Node | None, own: Parameters | None = None) -> Parameters:
    """The figures given, over the policy's own where there are any, over the check's defaults."""
    values: dict[str, Value] = {each.name: each.default for each in check.parameters}
    values.update(own.values if own is not None else {})
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
