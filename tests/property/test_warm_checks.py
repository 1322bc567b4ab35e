"""A check with a memory of others gives the document of one without: whatever came before, in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_bgp import PAIRS, PLANS, SIZE, Plan, configs

from guard.engines.embedded import Embedded
from guard.model.errors import InputInvalid
from guard.pipeline import CheckRequest, check
from guard.shell.cli.dry_run import policy_layers
from guard.shell.cli.folder import read_change, read_snapshot

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICIES = policy_layers([])
REPLAYS = Path(__file__).parents[2] / "replays"
#: Replays of all kinds, small ones: networks with a cascade, leaks, zones, steps, lists.
QUICK = ("verizon-dqe-2019-06-24", "nz-2023-05-29", "ovh-2015-07-29")
INVENTORY = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: one, kind: datacenter, devices: [n0], prefixes: [10.0.0.0/23]}
  - {name: two, kind: datacenter, devices: [n1]}
  - {name: three, kind: pop, devices: [n2, n3]}
  - {name: world, kind: external, devices: [n4]}
backbone: {devices: ["n*"]}
advertisements: [{name: own, prefixes: [10.0.0.0/24], to: world}]
services:
  - name: front
    addresses: [10.255.0.2]
    instances: ["n2[%s]"]
    requires: {any_of: [{site: one}]}
    on_unhealthy: withdraw
management: [{from: [n0], to: [n3]}]
"""


def document(files: Mapping[str, str], change: str, engine: Embedded, failures: int) -> dict[str, Any] | str:
    """What a check says; a change that cannot be applied has its reason."""
    try:
        return check(CheckRequest(files, change, "change.yaml", {}, POLICIES, NOW, failures), [engine]).document
    except InputInvalid as error:
        return str(error)


def snapshot(plan: Plan) -> dict[str, str]:
    loopback = "lo" if plan.vendor == "frr" else "Loopback0"
    files = {f"configs/{name}.cfg": text for name, text in configs(plan).items()}
    return {**files, "inventory.yaml": INVENTORY % loopback}


def change(steps: list[str]) -> str:
    head = "apiVersion: guard/v1\nkind: Change\nmetadata: {id: C, title: t, author: a}\nsteps:\n"
    return head + "".join(f"- {step}\n" for step in steps)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@st.composite
def steps(draw: st.DrawFn, plan: Plan) -> list[str]:
    """One or two steps on a network of that plan: an edit of some routers, a link or a router down, the inventory."""
    found = []
    for kind in draw(st.lists(st.sampled_from(("edit", "edit", "link", "node", "inventory")), min_size=1, max_size=2)):
        if kind == "edit":
            other = draw(PLANS)
            field = draw(st.sampled_from(("preferences", "blocked", "clients", "prefixes", "costs", "aggregating")))
            old, new = configs(plan), configs(replace(plan, **{field: getattr(other, field)}))
            turned = [name for name in old if old[name] != new[name]][:2]
            parts = [f"{{device: {name}, replace: {quoted(new[name])}}}" for name in turned]
            if parts:
                found.append(f"parallel: [{', '.join(parts)}]")
        elif kind == "link":
            one, two = draw(st.sampled_from(sorted(plan.links)))
            name = f"Ethernet{one}/{two}" if plan.vendor == "ios" else f"eth{one}{two}"
            found.append(f'{{down: ["n{one}[{name}]"]}}')
        elif kind == "node":
            found.append(f"{{down: [n{draw(st.integers(0, SIZE - 1))}]}}")
        else:
            text = snapshot(plan)["inventory.yaml"].replace("devices: [n2, n3]", "devices: [n2]")
            found.append(f"{{file: inventory.yaml, replace: {quoted(text)}}}")
    return found or ["{down: [n4]}"]


@given(PLANS, st.data())
@settings(max_examples=20, deadline=None)
def test_a_sequence_of_checks(plan: Plan, data: st.DataObject) -> None:
    warm = Embedded()
    bases = [plan, data.draw(st.one_of(st.just(plan), st.just(plan.without(PAIRS[0])), PLANS), label="another base")]
    for number in range(3):
        base = bases[number % 2]
        given_change = change(data.draw(steps(base), label="steps"))
        failures = data.draw(st.sampled_from((0, 0, 1)), label="failures")
        files = snapshot(base)
        assert document(files, given_change, warm, failures) == document(files, given_change, Embedded(), failures)


def variants_come_out_alike(entry: Path, order: int) -> None:
    """All changes of a replay, one after another on one memory, as each by itself."""
    warm, files = Embedded(), read_snapshot(entry / "snapshot")
    names = sorted(each.stem for each in entry.glob("*.yaml") if each.stem != "expect")
    names = [*sorted(names, key=lambda name: hash_of(name, order)), "noop"]
    for number, name in enumerate(names):
        text, beside = read_change(entry / f"{name}.yaml")
        request = CheckRequest(files, text, name, beside, POLICIES, NOW, number % 2)
        found = []
        for engine in (warm, Embedded()):
            try:
                found.append(check(request, [engine]).document)
            except InputInvalid as error:
                found.append({"invalid": str(error)})
        assert found[0] == found[1], name


def hash_of(name: str, order: int) -> int:
    return int(sum((number + 3) ** order * ord(letter) for number, letter in enumerate(name)) % 97)


@pytest.mark.parametrize("name", QUICK)
def test_the_changes_of_a_replay(name: str) -> None:
    variants_come_out_alike(REPLAYS / name, 2)


@pytest.mark.slow
@pytest.mark.parametrize("entry", sorted(each.parent for each in REPLAYS.glob("*/expect.yaml")), ids=lambda e: e.name)
def test_the_changes_of_every_replay_in_another_order(entry: Path) -> None:
    variants_come_out_alike(entry, 3)
