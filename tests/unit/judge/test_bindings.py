"""Bindings: the same policy, stricter or milder for some authors, sites, devices, zones and paths.

    dc1: r1 ---- dc2: r2 ---- dc3: r3
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guard.engines.embedded import Embedded
from guard.judge.policy import load_policies
from guard.model.errors import InputInvalid
from guard.pipeline import CheckRequest, check

POLICY = """apiVersion: guard/v1
kind: Policy
metadata: {name: datacenter-isolation}
spec: {enforcement: deny, check: datacenter-isolation}
"""
LOSS = """apiVersion: guard/v1
kind: Policy
metadata: {name: session-loss}
spec: {enforcement: hold, check: session-loss, params: {at_least: 7}}
"""
SITES = "".join(
    f"  - {{name: dc{n}, kind: datacenter, devices: [r{n}], prefixes: [10.{n}.0.1/32]}}\n" for n in (1, 2, 3)
)


def router(number: int, *links: str) -> str:
    ports = "".join(f"interface e{at}\n ip address {text} 255.255.255.252\n" for at, text in enumerate(links))
    loopback = f"interface Loopback0\n ip address 10.{number}.0.1 255.255.255.255\n"
    return f"hostname r{number}\n{loopback}{ports}router ospf 1\n network 10.0.0.0 0.255.255.255 area 0\n"


FILES = {
    "configs/r1.cfg": router(1, "10.0.0.1"),
    "configs/r2.cfg": router(2, "10.0.0.2", "10.0.0.5"),
    "configs/r3.cfg": router(3, "10.0.0.6"),
    "inventory.yaml": "apiVersion: guard/v1\nkind: Inventory\nsites:\n" + SITES,
}
CUT_ONE = r'{device: r1, merge: "interface e0\n shutdown\n"}'
NAMED = r'{device: r2, merge: "interface e0\n description to r1\n"}'


def binding(where: str, more: str = "enforcement: hold", policy: str = "datacenter-isolation", name: str = "b") -> str:
    head = f"apiVersion: guard/v1\nkind: Binding\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{policy: {policy}, where: {{{where}}}, {more}}}\n"


def judged(*layers: str, steps: tuple[str, ...] = (CUT_ONE,), author: str = "neteng") -> str:
    change = f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: C, author: {author}}}\nsteps:\n"
    request = CheckRequest(
        base_files=FILES,
        change_text=change + "".join(f"  - {step}\n" for step in steps),
        change_name="c.yaml",
        change_files={},
        policies=[{"p.yaml": text} for text in layers],
        now=datetime(2026, 11, 21, 12, tzinfo=UTC),
        failures=0,
    )
    document = check(request, [Embedded()]).document
    return " ".join((document["verdict"], *(each["enforcement"] for each in document["findings"])))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("devices: [r1], touches: all", "HOLD hold"),
        ("devices: [R*], touches: any", "HOLD hold"),
        ("devices: [r2], touches: any", "BLOCK deny"),
        ("sites: [dc1], touches: all", "HOLD hold"),
        ("sites: [dc2], touches: all", "BLOCK deny"),
        ("paths: [configs/r1*], touches: all", "HOLD hold"),
        ("zones: ['*'], touches: any", "BLOCK deny"),
        ("authors: [net*]", "HOLD hold"),
        ("authors: [bot-*]", "BLOCK deny"),
        ("authors: [neteng], devices: [r2], touches: all", "BLOCK deny"),
    ],
)
def test_a_binding_is_for_what_it_names(where: str, said: str) -> None:
    assert judged(POLICY, binding(where)) == said


def test_one_thing_or_all_of_them() -> None:
    """A change of r1 and r2 is not a change of r1 alone."""
    steps = (NAMED, CUT_ONE)
    assert judged(POLICY, binding("devices: [r1], touches: all"), steps=steps) == "BLOCK deny"
    assert judged(POLICY, binding("devices: [r1], touches: any"), steps=steps) == "HOLD hold"


def test_where_several_bindings_apply_the_strictest_counts() -> None:
    mild = binding("authors: ['*']", "enforcement: warn")
    assert judged(POLICY, mild) == "ALLOW warn"
    strict = binding("devices: [r1], touches: any", "enforcement: deny", name="c")
    assert judged(POLICY, mild + "---\n" + strict) == "BLOCK deny"


def test_figures_of_a_binding_go_over_those_of_the_policy() -> None:
    policies = load_policies({"p.yaml": LOSS + "---\n" + binding("authors: [a]", "params: {share_percent: 5}",
                                                                 "session-loss")})  # fmt: skip
    (bound,) = policies.bindings
    assert bound.params is not None
    from guard.judge.policy import bound as as_bound

    (policy,) = policies.policies
    figures = as_bound(policy, bound).parameters
    assert (figures.integer("share_percent"), figures.integer("at_least")) == (5, 7)


def test_the_digest_of_a_set_names_its_bindings() -> None:
    digests = {
        load_policies({"p.yaml": POLICY + text}).digest
        for text in ("", "---\n" + binding("authors: [a]"), "---\n" + binding("authors: [b]"))
    }
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (binding("authors: [a]", policy="nonsense"), "is no policy"),
        (binding("authors: [a]", "params: {no_figure: 1}", "session-loss"), "unknown key 'no_figure'"),
        (binding("touches: any"), "for which authors"),
        (binding("devices: [r1]"), "touches: any"),
        (binding("authors: [a], touches: all"), "`touches` belongs to"),
        (binding("authors: [a]").replace(", enforcement: hold", ""), "gives an enforcement"),
        (binding("authors: [a]") + "---\n" + binding("authors: [b]"), "stands in"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(InputInvalid, match=says):
        load_policies({"p.yaml": POLICY + "---\n" + LOSS}, {"b.yaml": text})
