r"""Orders, causes and ways back, on a ring of three sites.

    one (r1) ---- north ---- two (r2)
        \                     /
         west -- three (r3) - east
"""

from datetime import UTC, datetime

import pytest

from guard.engines.embedded import Embedded
from guard.judge import catalogue
from guard.judge.areas import judged_by
from guard.judge.finding import Verdict
from guard.judge.policy import load_policies
from guard.model.change import Change
from guard.parse.change import parse_change
from guard.pipeline import steps_of
from guard.planning.coverage import coverage, on_text
from guard.planning.explain import explain, minimal
from guard.planning.order import order
from guard.planning.restore import restore_plan
from guard.planning.trial import Trial
from guard.planning.units import Unit, Units
from guard.shell.cli.folder import read_change, read_snapshot
from guard.shell.data import folder
from guard.shell.judging import layers
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POLICIES = load_policies(*layers({}))
LINKS = (("r1", "r2", 1), ("r2", "r3", 2), ("r3", "r1", 3))
INVENTORY = """apiVersion: guard/v1
kind: Inventory
failures: 0
sites:
  - {name: one, kind: datacenter, devices: [r1], prefixes: [10.1.0.0/24]}
  - {name: two, kind: datacenter, devices: [r2], prefixes: [10.2.0.0/24]}
  - {name: three, kind: datacenter, devices: [r3], prefixes: [10.3.0.0/24]}
"""


def router(name: str, down: tuple[int, ...] = ()) -> str:
    lines = [f"hostname {name}", "!", "interface Ethernet9", f" ip address 10.{name[1]}.0.1 255.255.255.0", "!"]
    for one, other, number in LINKS:
        if name in (one, other):
            lines += [f"interface Ethernet{number}", f" ip address 10.0.{number}.{1 + (name == other)} 255.255.255.252"]
            lines += [" shutdown", "!"] if number in down else ["!"]
    return "\n".join([*lines, "router ospf 1", " network 10.0.0.0 0.255.255.255 area 0", "!", ""])


def network(*down: int) -> Snapshot:
    files = {f"configs/{name}.cfg": router(name, down) for name in ("r1", "r2", "r3")}
    return load({**files, "inventory.yaml": INVENTORY})


def without_west() -> Snapshot:
    """West is shut at r1's end."""
    return load({**network().files, "configs/r1.cfg": router("r1", (3,))})


def change(*steps: str) -> Change:
    lines = "\n".join(f"- {step}" for step in steps)
    text = f"apiVersion: guard/v1\nkind: Change\nmetadata: {{id: C, title: t, author: a}}\nsteps:\n{lines}\n"
    return parse_change(text, "c.yaml", {})


def merge(device: str, lines: str) -> str:
    return f'{{device: {device}, merge: "{lines}"}}'


def shut(device: str, number: int, no: str = "") -> str:
    return merge(device, f"interface Ethernet{number}\\n {no}shutdown\\n")


def trial(base: Snapshot) -> Trial:
    return Trial(base, POLICIES, Embedded(), NOW)


# ------------------------------------------------------------------------------------------------ order


def test_what_comes_up_goes_first() -> None:
    """The west link is down; it comes up, and north goes down for work."""
    found = order(change(shut("r1", 1), shut("r1", 3, "no ")), trial(without_west()))
    assert (found.order, found.end) == ((2, 1), ())


def test_an_order_that_passes_is_kept_and_costs_two_judgements() -> None:
    found = order(change(shut("r1", 3, "no "), shut("r1", 1)), trial(without_west()))
    assert (found.order, found.trials) == ((1, 2), 2)


def test_another_order_must_end_where_the_given_one_ends() -> None:
    """Giving north back before it is taken would be another change: it is given back before west goes."""
    steps = (shut("r1", 1), merge("r1", "interface Ethernet9\\n description lan\\n"), shut("r1", 3))
    found = order(change(*steps, merge("r1", "interface Ethernet1\\n no shutdown\\n")), trial(network()))
    assert found.order == (1, 2, 4, 3)


def test_what_the_end_shows_no_order_avoids() -> None:
    found = order(change(shut("r1", 1), shut("r1", 3)), trial(network()))
    assert found.order is not None
    assert "datacenter-isolation" in {each.policy for each in found.end}


def test_a_step_that_no_order_saves_is_the_conflict() -> None:
    """r1 is cut off by one step until the last one undoes it, which cannot come first."""
    cut = "interface Ethernet1\\n shutdown\\ninterface Ethernet3\\n shutdown\\n"
    back = merge("r1", "interface Ethernet1\\n no shutdown\\ninterface Ethernet3\\n no shutdown\\n")
    found = order(change(merge("r1", cut), merge("r2", "interface Ethernet9\\n description x\\n"), back),
                  trial(network()))
    assert found.order is None
    assert found.conflict == (1,)
    assert "datacenter-isolation" in {each.policy for each in found.why}


# ------------------------------------------------------------------------------------------------ explain


def test_the_two_lines_that_cut_a_site_off_are_found_among_others() -> None:
    lines = ("interface Ethernet9\\n description lan\\ninterface Ethernet1\\n description north\\n shutdown\\n"
             "interface Ethernet3\\n shutdown\\n description west\\n")  # fmt: skip
    found = explain(change(merge("r1", lines), merge("r2", "interface Ethernet9\\n description lan\\n")),
                    trial(network()))
    assert found.verdict is Verdict.BLOCK
    assert [(unit.place, unit.content) for unit in found.cause] == [
        ("r1", ("interface Ethernet1", " shutdown")), ("r1", ("interface Ethernet3", " shutdown"))]
    assert found.complete
    assert len(found.passes) == 5
    assert [unit.text for unit in found.left_out] == ["shutdown"]


def test_a_replaced_configuration_is_explained_by_its_hunks() -> None:
    text = router("r1", (1, 3)).replace("hostname r1", "hostname r1\n!\nip domain name example.com")
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    found = explain(change(f"device: r1\n  replace: |\n{lines}\n"), trial(network()))
    assert {unit.text for unit in found.cause} == {"+  shutdown"}
    assert len(found.cause) == 2


def test_what_passes_has_no_cause() -> None:
    found = explain(change(shut("r1", 1)), trial(network()))
    assert (found.verdict, found.cause, len(found.passes)) == (Verdict.ALLOW, (), 1)


def test_units_put_together_again_do_what_the_change_does() -> None:
    given = change(merge("r1", "router ospf 1\\n passive-interface Ethernet9\\ninterface Ethernet1\\n shutdown\\n"),
                   "{down: ['r2[Ethernet2]', r3], up: []}")
    units = Units(given, network())
    (first,), (second,) = units.steps(units.all)
    assert (first.lines, second.down) == (given.steps[0].parts[0].lines, ("r2[Ethernet2]", "r3"))  # type: ignore


@pytest.mark.parametrize("wanted", [{3}, {0, 7}, {1, 2, 6}, set(range(8))])
def test_ddmin_finds_exactly_what_is_needed(wanted: set[int]) -> None:
    units = [Unit(1, 1, "r1", str(number)) for number in range(8)]
    found = minimal(units, lambda chosen: wanted <= {int(unit.text) for unit in chosen})
    assert {int(unit.text) for unit in found} == wanted


# ------------------------------------------------------------------------------------------------ restore


def test_the_way_back_restores_the_base_in_batches_that_pass() -> None:
    plan = restore_plan(network(), network(1, 2, 3), POLICIES, Embedded(), NOW)
    assert plan.restored
    assert plan.safe
    assert [item for batch in plan.batches for item in batch.items] == [
        "configuration of r1", "configuration of r2", "configuration of r3"]


def test_the_outage_of_2021_comes_back_a_quarter_at_a_time() -> None:
    """What one step would bring back at once is held; the plan brings one edge after the other."""
    entry = folder("replays") / "facebook-2021-restore"
    outage = load(read_snapshot(entry / "snapshot"))
    at_once = parse_change(*read_change(entry / "bad.yaml")[:1], "bad.yaml", {})
    base = load(steps_of(at_once, outage)[-1].after.files)
    plan = restore_plan(base, outage, POLICIES, Embedded(), NOW)
    assert plan.safe
    assert [len(batch.items) for batch in plan.batches] == [1, 1, 1, 1]


def test_nothing_to_restore_is_an_empty_plan() -> None:
    plan = restore_plan(network(), network(), POLICIES, Embedded(), NOW)
    assert (plan.batches, plan.restored) == ((), True)


def test_what_is_down_comes_up() -> None:
    base = network()
    outage = load({**base.files, "state.yaml": "down: ['r1[Ethernet1]', r3]\n"})
    plan = restore_plan(base, outage, POLICIES, Embedded(), NOW)
    assert plan.safe
    assert {item for batch in plan.batches for item in batch.items} == {"up r1[Ethernet1]", "up r3"}


# ------------------------------------------------------------------------------------------------ coverage


def covered(base: Snapshot, *steps: str) -> list[str]:
    rows = coverage(change(*steps), trial(base))
    return [f"{each.unit.place} {each.unit.text}: {', '.join(each.effects) or each.why or 'nothing'}" for each in rows]


def test_each_line_is_told_with_what_it_does() -> None:
    """Either end of a link takes it down, so that without one of the two nothing would differ."""
    lines = "interface Ethernet3\\n description old\\n shutdown\\n"
    assert covered(network(), merge("r1", lines), shut("r3", 3)) == [
        "r1 description old: nothing",
        "r1 shutdown: interfaces, routes, forwarding",
        "r3 shutdown: interfaces, routes, forwarding",
    ]


def test_a_line_that_hangs_on_another_shows_with_it() -> None:
    """The first line does something only once the second one brings the link up."""
    lines = "interface Ethernet3\\n ip ospf cost 7\\n no shutdown\\n"
    assert covered(without_west(), merge("r1", lines)) == [
        "r1 ip ospf cost 7: routes",
        "r1 no shutdown: interfaces, routes, forwarding",
    ]


def test_policies_are_those_that_judge_what_a_line_does() -> None:
    (row,) = coverage(change(shut("r1", 3)), trial(network()))
    assert {"blackhole", "shared-risk", "path-shift"} <= set(row.policies)
    assert not {"dns-mass-change", "session-loss", "intent-weakened"} & set(row.policies)
    assert {"not-modelled", "policy-widened"} <= set(on_text(trial(network())))


def test_no_policy_is_left_out_of_the_table() -> None:
    assert [each.name for each in POLICIES.policies if not judged_by(each)] == []
    assert set(catalogue.checks()) <= {each.check.name for each in POLICIES.policies if each.check}
