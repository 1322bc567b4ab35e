"""`guard policy`: the policies in force, their own cases, what each one is for, and what they would have decided."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from guard.judge import catalogue
from guard.judge.policy import Policy, PolicySet, load_policies
from guard.model.errors import InputInvalid
from guard.model.masking import mask
from guard.shell.cli.dry_run import policy_layers
from guard.shell.cli.folder import read_policies
from guard.shell.cli.table import print_rows
from guard.shell.settings import default_state


def run(arguments: argparse.Namespace) -> int:
    """One of the actions; `test` gives 1 where a case fails, `coverage` where nothing tells what a line does."""
    if arguments.action in ("rehearse", "coverage"):
        return {"rehearse": _rehearse, "coverage": _coverage}[arguments.action](arguments)
    policies = load_policies(*policy_layers(arguments.policies))
    match arguments.action:
        case "list":
            _list(policies, arguments.format)
            return 0
        case "test":
            return _test(policies, arguments)
        case _:
            for name in arguments.names or [policy.name for policy in policies.policies]:
                _explain(_named(policies, name), arguments.format)
            return 0


def _named(policies: PolicySet, name: str) -> Policy:
    found = policies.policy(name)
    if found is None:
        raise InputInvalid("unknown-policy", f"there is no policy {name!r}")
    return found


def _list(policies: PolicySet, form: str) -> None:
    rows = [
        {
            "policy": each.name,
            "enforcement": each.enforcement.value,
            "source": str(each.source),
            "description": each.description,
            "bindings": [bound.name for bound in policies.bindings if bound.policy == each.name],
        }
        for each in policies.policies
    ]
    print_rows(rows, form)
    if form != "json" and catalogue.not_built():
        print(f"\nnot judged by this version: {', '.join(catalogue.not_built())}")


def _test(policies: PolicySet, arguments: argparse.Namespace) -> int:
    from guard.judge.policy_test import test_policy

    names = arguments.names or [policy.name for policy in policies.policies]
    results = [result for name in names for result in test_policy(_named(policies, name))]
    failed = [result for result in results if not result.passed]
    rows = [
        {"policy": r.policy, "case": r.case, "passed": r.passed, "why": r.why, "place": r.place}
        for r in (results if arguments.format == "json" else failed)
    ]
    if arguments.format == "json" or rows:
        print_rows(rows, arguments.format)
    if arguments.format != "json":
        print(f"{len(results) - len(failed)} of {len(results)} cases of {len(names)} policies pass")
    return 1 if failed else 0


def _rehearse(arguments: argparse.Namespace) -> int:
    """What the policies in force, and with `-p` over them, decide on the last changes of the audit log."""
    from guard.shell.policy_rehearsal import rehearse

    if arguments.last < 1:
        raise InputInvalid("usage", "--last wants a number of checks, 1 or more")
    state = Path(arguments.state) if arguments.state else default_state()
    proposed = [read_policies(Path(path)) for path in arguments.policies]
    rows = [each.row() for each in rehearse(state, proposed, arguments.last)]
    print_rows(rows, arguments.format)
    if arguments.format != "json":
        other = sum(row["in_force"] != row["proposed"] for row in rows)
        print(f"\n{other} of {len(rows)} checks would have ended otherwise")
    return 0


def _coverage(arguments: argparse.Namespace) -> int:
    """What each line of a change does, and which policies judge that; 1 where a line cannot be told from the others."""
    from guard.planning.coverage import coverage, on_text
    from guard.shell.cli.planning import shown, trial_of

    if not arguments.snapshot or not arguments.change:
        raise InputInvalid("usage", "policy coverage wants a snapshot and a change: -s SNAPSHOT -c CHANGE")
    change, trial = trial_of(arguments)
    covered = list(coverage(change, trial))
    if arguments.format == "json":
        print_rows([
            {"step": each.unit.step, "place": each.unit.place, "line": mask(shown(each.unit)),
             "effects": each.effects, "policies": each.policies, "note": each.why}
            for each in covered
        ], "json")  # fmt: skip
    else:
        for each in covered:
            print(f"step {each.unit.step} {each.unit.place}: {mask(shown(each.unit))}")
            print(f"  {each.why or 'changes ' + (', '.join(each.effects) or 'nothing that guard computes')}")
            print(f"  looked at by {', '.join(each.policies) or 'no policy'}")
        print(f"The text of every line is looked at by {', '.join(on_text(trial)) or 'no policy'}.")
    return 1 if any(each.why for each in covered) else 0


def _explain(policy: Policy, form: str) -> None:
    if form == "json":
        print(json.dumps(policy.document(), indent=1, ensure_ascii=False))
        return
    print(f"{policy.name} ({policy.enforcement.value}): {policy.description}")
    if policy.check is not None:
        print("\n" + "\n".join(f"  {line}".rstrip() for line in policy.check.doc.splitlines()))
        for parameter in policy.check.parameters:
            print(f"  {parameter.name} = {policy.parameters.values[parameter.name]}: {parameter.meaning}")
    for validation in policy.validations:
        print(f"  {validation.expression}\n    {validation.message}")
    print()
