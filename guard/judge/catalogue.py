"""The catalogue of built-in checks: for each name of the contract the function that judges it, or that it is not built.

A check is a function `(case, step, params) -> observations`, or `(case, params) -> observations` for what concerns the
change as a whole. Modules of guard/judge/checks register nothing by being imported: each lists its CHECKS, and this
module lists the modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from inspect import cleandoc

from guard.judge.case import Case, StepView
from guard.judge.finding import Enforcement, Observation

Value = bool | int | float | str | tuple[str, ...]
Params = Mapping[str, Value]
Observations = Iterable[Observation]
StepCheck = Callable[[Case, StepView, "Parameters"], Observations]
ChangeCheck = Callable[[Case, "Parameters"], Observations]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one policy, defaults filled in; read by the type that the check expects."""

    values: Params = field(default_factory=dict)

    def number(self, name: str) -> float:
        found = self.values[name]
        assert isinstance(found, int | float)
        return float(found)

    def integer(self, name: str) -> int:
        return int(self.number(name))

    def flag(self, name: str) -> bool:
        return self.values[name] is True

    def enforcement(self, name: str) -> Enforcement:
        return Enforcement(str(self.values[name]))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of a policy. `default` also gives its type; a text parameter is an enforcement."""

    name: str
    default: Value
    meaning: str


@dataclass(frozen=True, slots=True)
class Check:
    """One built-in check. `needs`: network, zones or failures: without it the check is skipped with a note."""

    name: str
    judge: StepCheck | None = None
    judge_change: ChangeCheck | None = None
    needs: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()

    @property
    def doc(self) -> str:
        function = self.judge or self.judge_change
        return cleandoc(function.__doc__ or "") if function else ""


NETWORK: frozenset[str] = frozenset({"network"})
FAILURES: frozenset[str] = frozenset({"network", "failures"})
ZONES: frozenset[str] = frozenset({"zones"})

MODULES = (
    "advertising",
    "backbone",
    "blast",
    "commands",
    "control_plane",
    "cumulative",
    "dns_alias",
    "dns_between",
    "dns_ttl",
    "dns_delegation",
    "dns_names",
    "dns_records",
    "dns_servers",
    "dns_zone",
    "dnssec_chain",
    "engines",
    "flows",
    "forwarding",
    "intent",
    "leaks",
    "lines",
    "load",
    "process",
    "reach",
    "recovery",
    "references",
    "reflection",
    "routes",
    "services",
    "sessions",
    "shared_risk",
    "shift",
    "undeclared",
    "widening",
)

#: Every name of CONTRACT 4 with its default enforcement; findings bear these names.
NAMES: Mapping[str, Enforcement] = {
    **dict.fromkeys(
        (
            "backbone-withdrawal", "datacenter-isolation", "site-isolation", "advertisement-withdrawal",
            "dns-service-survival", "service-dependency", "recovery-lockout", "shared-risk", "default-route-loss",
            "blackhole", "forwarding-loop", "flow-intent", "route-leak", "foreign-origin", "rpki-invalid",
            "external-into-igp", "prefix-limit", "control-plane-filtered", "route-reflection",
            "dns-empty-critical-name", "dns-mass-change", "dns-truncation", "dns-delegation", "dns-glue", "dns-lame",
            "dnssec-chain", "dns-name-typo", "dns-conflict", "dns-apex", "dns-invalid",
            "dns-nameserver-reachability", "undeclared-effect", "stale-base",
        ),
        Enforcement.DENY,
    ),
    **dict.fromkeys(
        (
            "reachability-loss", "policy-widened", "rib-growth", "path-shift", "asymmetric-reachability",
            "session-loss", "blast-radius", "restore-surge", "link-overload", "cumulative-risk", "intent-weakened",
            "not-modelled", "engine-disagreement", "unknown-command", "dns-last-record", "dns-wildcard-exposure",
            "dns-intermediate-state", "dns-ttl", "dns-nameserver-diversity",
        ),
        Enforcement.HOLD,
    ),
    **dict.fromkeys(("undefined-reference", "dns-serial", "dns-alias"), Enforcement.WARN),
}  # fmt: skip


@cache
def checks() -> Mapping[str, Check]:
    """Name -> check, for all that are built."""
    found: dict[str, Check] = {}
    for module in MODULES:
        for check in import_module(f"guard.judge.checks.{module}").CHECKS:
            assert check.name in NAMES, f"{check.name} is no name of the contract"
            assert check.name not in found, f"{check.name} is built twice"
            found[check.name] = check
    return dict(sorted(found.items()))


def not_built() -> tuple[str, ...]:
    """Names of the contract that no check answers to yet."""
    return tuple(sorted(frozenset(NAMES) - frozenset(checks())))
