"""The generator's own changes, each with what it expects of a gate: verdict, findings that must and must not be there.

The generator knows by construction which links have disjoint detours, who learns which prefix from whom, and what
leaks; nothing of guard's is in its expectations.
"""

from __future__ import annotations

from typing import Any

import pytest
from backbones import Backbone, Judged, Workshop, judge

CHANGES = (
    "noop",
    "link-shut",
    "link-shut-tight",
    "drain-node",
    "cost-change",
    "route-map-edit",
    "local-pref-shift",
    "new-customer-prefix",
    "all-backbone-shutdown",
    "remove-rr-clients",
    "leak",
)
slow = pytest.mark.slow
BUILDS = [
    pytest.param(("Aconet", "--vendor", "ios"), id="aconet-ios", marks=slow),
    pytest.param(("Aconet", "--vendor", "eos"), id="aconet-eos", marks=slow),
    pytest.param(("Aconet", "--vendor", "frr"), id="aconet-frr", marks=slow),
    pytest.param(("Aconet", "--vendor", "mixed"), id="aconet-mixed", marks=slow),
    pytest.param(("Aconet", "--vendor", "ios", "--igp", "isis"), id="aconet-isis-ios", marks=slow),
    pytest.param(("Aconet", "--vendor", "mixed", "--igp", "isis"), id="aconet-isis", marks=slow),
    pytest.param(("Arpanet19706", "--vendor", "mixed"), id="arpanet-mixed", marks=slow),
    pytest.param(("11", "--vendor", "mixed"), id="eleven-mixed"),
    pytest.param(("48", "--vendor", "ios"), id="forty-eight-ios", marks=slow),
]
#: Without the others' configurations both providers send a default route alone, and one of them is preferred already.
_SEEN_OUTSIDE_ONLY = {"local-pref-shift"}


@pytest.fixture(params=BUILDS)
def built(request: pytest.FixtureRequest, backbones: Workshop) -> Backbone:
    return backbones(*request.param)


def gives_full_tables(backbone: Backbone) -> bool:
    """Whether some customer is told what the providers and peers announce."""
    return any("CUSTOMER-FULL-OUT out" in text for text in backbone.files.values())


def faults(expected: dict[str, Any], judged: Judged) -> list[str]:
    """What is not as the generator says."""
    said = judged.stopping()
    found = [] if judged.verdict in expected["verdict"] else [f"{judged.verdict}, not {expected['verdict']}"]
    found += [f"{name} is missing" for name in expected.get("must", ()) if name not in judged.named()]
    found += [f"{name} is wrong" for name in expected.get("must_not", ()) if name in judged.named("deny", "hold")]
    found += [f"{name} is not named" for name in expected.get("subjects", ()) if name not in said]
    any_of = set(expected.get("any_of", ()))
    return found + ([f"none of {sorted(any_of)}"] if any_of and not any_of & judged.named() else [])


@pytest.mark.parametrize("name", CHANGES)
def test_with_every_configuration_at_hand(built: Backbone, name: str) -> None:
    if name not in built.changes:
        pytest.skip(f"this topology has no place for {name}")
    if name == "local-pref-shift" and not gives_full_tables(built):
        pytest.skip("what moves is advertised to nobody: a few external prefixes may change their exit")
    judged = judge(built.files, built.changes[name])
    assert faults(built.expected[name], judged) == [], judged.told()


@pytest.mark.parametrize("name", CHANGES)
def test_with_our_own_alone(built: Backbone, name: str) -> None:
    if name not in built.changes or name in _SEEN_OUTSIDE_ONLY:
        pytest.skip(f"{name} shows only where it is known what the others send")
    judged = judge(built.without_outside().files, built.changes[name])
    assert faults(built.expected[name], judged) == [], judged.told()
