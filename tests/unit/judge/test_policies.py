"""Loading of policies and waivers, expressions, scope, and what waivers silence."""

from __future__ import annotations

import pytest

from guard.judge.finding import Status, Verdict
from guard.judge.given import read_case
from guard.judge.judge import judge, needs_of
from guard.judge.policy import PolicySet, load_policies
from guard.model.errors import InputInvalid
from guard.parse.yaml_text import load_documents

HEAD = "apiVersion: guard/v1\nkind: Policy\nmetadata: {name: NAME}\nspec:\n"
ISOLATED = HEAD.replace("NAME", "datacenter-isolation") + "  enforcement: deny\n  check: datacenter-isolation\n"
CEL = HEAD.replace("NAME", "mine") + (
    "  enforcement: deny\n"
    "  validations:\n"
    "    - expression: EXPRESSION\n"
    "      message: a data center would be isolated\n"
    "      subjects: after.sites.filter(s, s.isolated).map(s, s.name)\n"
)
CASE = """
name: given
expect: violated
before: {sites: [{name: dc1, kind: datacenter, reaches: [dc2]}, {name: dc2, kind: datacenter, isolated: DC2}]}
after: {sites: [{name: dc1, kind: datacenter, isolated: true}, {name: dc2, kind: datacenter, isolated: true}]}
"""


def _told(policies: PolicySet, text: str = CASE.replace("DC2", "false")) -> list[str]:
    judgement = judge(read_case(load_documents(text, "case.yaml")[0]).case, policies)
    rows = [f"{each.status.value} {' '.join(each.subjects)}" for each in judgement.findings]
    return [judgement.verdict.value, *rows]


# ------------------------------------------------------------------------------------------------ loading


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (HEAD.replace("NAME", "x") + "  enforcement: deny\n  chek: session-loss\n", 6, "unknown key 'chek'"),
        (HEAD.replace("NAME", "x") + "  enforcement: no\n  check: session-loss\n", 5, "is not one of deny, hold, warn"),
        (HEAD.replace("NAME", "x") + "  enforcement: deny\n  check: nonsense\n", 6, "is no built-in check"),
        (HEAD.replace("NAME", "x") + "  enforcement: deny\n", 5, "either a check or validations"),
        (HEAD.replace("NAME", "X y") + "  enforcement: deny\n  check: session-loss\n", 3, "is no policy name"),
        (
            HEAD.replace("NAME", "x") + "  enforcement: deny\n  check: session-loss\n  params: {at_last: 3}\n",
            7,
            "unknown key 'at_last'",
        ),
        (
            HEAD.replace("NAME", "x") + "  enforcement: deny\n  check: session-loss\n  params: {at_least: four}\n",
            7,
            "expected a number",
        ),
        (ISOLATED + "---\n" + ISOLATED, 8, "stands in"),
        (
            "apiVersion: guard/v1\nkind: Waiver\npolicy: x\nsubjects: [a]\nowner: o\nreason: r\n",
            1,
            "key 'expires' is missing",
        ),
        (
            "apiVersion: guard/v1\nkind: Waiver\npolicy: x\nsubjects: [a]\nowner: o\nreason: r\nexpires: 2027-01-01\n",
            1,
            "which is no policy",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        load_policies({"p.yaml": text})
    assert says in caught.value.message
    assert (caught.value.file, caught.value.line) == ("p.yaml", line)


def test_a_later_layer_overrides_by_name_and_the_digest_tells() -> None:
    base = load_policies({"a.yaml": ISOLATED})
    warned = load_policies({"a.yaml": ISOLATED}, {"b.yaml": ISOLATED.replace("deny", "warn")})
    assert [policy.enforcement for policy in warned.policies] == ["warn"]
    assert base.digest != warned.digest
    assert base.digest == load_policies({"other-name.yaml": "# a comment\n" + ISOLATED}).digest


def test_a_policy_may_use_a_check_with_figures_of_its_own() -> None:
    text = (
        HEAD.replace("NAME", "few-sessions") + "  enforcement: hold\n  check: session-loss\n  params: {at_least: 2}\n"
    )
    policy = load_policies({"p.yaml": text}).policies[0]
    assert dict(policy.parameters.values) == {"share_percent": 25, "at_least": 2}


def test_needs_of_a_set() -> None:
    assert needs_of(load_policies({"p.yaml": ISOLATED})) == {"network"}
    assert needs_of(load_policies({"p.yaml": CEL.replace("EXPRESSION", "failures.size() == 0")})) == {"failures"}


# ------------------------------------------------------------------------------------------------ expressions

CONTRACT = 'after.sites.all(s, s.kind != "datacenter" || !s.isolated)'


def test_the_expression_of_the_contract() -> None:
    policies = load_policies({"p.yaml": CEL.replace("EXPRESSION", CONTRACT)})
    assert _told(policies) == ["BLOCK", "new dc1 dc2"]


def test_subjects_that_were_wrong_before_are_existing() -> None:
    policies = load_policies({"p.yaml": CEL.replace("EXPRESSION", CONTRACT)})
    assert _told(policies, CASE.replace("DC2", "true")) == ["BLOCK", "new dc1", "existing dc2"]


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("nonsense || true", "undeclared reference to 'nonsense'"),
        ("after.sites.all(s, s.isolatd)", "undefined field 'isolatd'"),
        ("after.sitez.size() == 0", "undefined field 'sitez'"),
        ("after.sites.size()", "is of type int, not bool"),
        ("after.sites.all(s", "Syntax error"),
        ("1 == " + "1 + " * 2000 + "1", "longer than"),
        ("(" * 50 + "true" + ")" * 50, "nested deeper"),
    ],
)
def test_an_expression_that_cannot_be_right_does_not_load(expression: str, says: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        load_policies({"p.yaml": CEL.replace("EXPRESSION", f"'{expression}'")})
    assert says in caught.value.message
    assert caught.value.line == 7


def test_an_error_while_evaluating_is_undecided_and_holds() -> None:
    policies = load_policies({"p.yaml": CEL.replace("EXPRESSION", "after.services[0].healthy")})
    assert _told(policies) == ["HOLD", "undecided "]


def test_too_many_iterations_are_undecided() -> None:
    many = ", ".join(f"{{name: s{number}, kind: pop}}" for number in range(150))
    text = f"name: many\nexpect: undecided\nbefore: {{sites: [{many}]}}\n"
    expression = "after.sites.all(a, after.sites.all(b, a.name != b.name || true))"
    assert _told(load_policies({"p.yaml": CEL.replace("EXPRESSION", f"'{expression}'")}), text)[0] == "HOLD"


@pytest.mark.parametrize(
    "expression",
    [
        "before.backbone.links_up <= after.backbone.links_up + 1",
        "delta.sessions.lost.size() == 0 && delta.reachability.lost.all(p, p.from != p.to)",
        'change.steps.all(s, s.devices.size() < 10) && change.author != "nobody"',
        "failures.all(f, !f.new || f.sites_isolated.size() == 0) && cascade.size() == 0",
        'after.dns.zones.all(z, z.rrsets > 0) && after.flows.all(f, f.expect == "denied" || f.delivered)',
        "after.devices.all(d, d.rib_size < 1000) && after.sessions.all(s, s.up)",
    ],
)
def test_every_fact_of_the_contract_can_be_asked_for(expression: str) -> None:
    policies = load_policies({"p.yaml": CEL.replace("EXPRESSION", f"'{expression}'")})
    assert _told(policies) == ["ALLOW"]


# ------------------------------------------------------------------------------------------------ scope, waivers

WAIVER = (
    "---\napiVersion: guard/v1\nkind: Waiver\npolicy: datacenter-isolation\nsubjects: [SUBJECTS]\nowner: neteng\n"
    "reason: it moves\nexpires: EXPIRES\n"
)


def test_absolute_scope_counts_what_was_so_before() -> None:
    same = CASE.replace("DC2", "true")
    assert _told(load_policies({"p.yaml": ISOLATED}), same) == ["BLOCK", "new dc1", "existing dc2"]
    absolute = load_policies({"p.yaml": ISOLATED + "  scope: absolute\n"})
    assert _told(absolute, same) == ["BLOCK", "new dc1", "new dc2"]


@pytest.mark.parametrize(
    ("subjects", "expires", "wanted"),
    [
        ("dc*", "2026-12-01T00:00Z", ["ALLOW", "waived dc1", "waived dc2"]),
        ("dc1", "2026-12-01T00:00Z", ["BLOCK", "new dc2", "waived dc1"]),
        ("dc*", "2026-11-21T12:00Z", ["BLOCK", "new dc1", "new dc2"]),
        ("ams", "2026-12-01T00:00Z", ["BLOCK", "new dc1", "new dc2"]),
    ],
)
def test_waivers(subjects: str, expires: str, wanted: list[str]) -> None:
    waiver = WAIVER.replace("SUBJECTS", subjects).replace("EXPIRES", expires)
    assert _told(load_policies({"p.yaml": ISOLATED + waiver})) == wanted


def test_a_waiver_is_reported_beside_what_it_silences_and_an_expired_one_is_named() -> None:
    text = ISOLATED + WAIVER.replace("SUBJECTS", "dc*").replace("EXPIRES", "2026-12-01T00:00Z")
    case = read_case(load_documents(CASE.replace("DC2", "false"), "case.yaml")[0]).case
    found = judge(case, load_policies({"p.yaml": text})).findings[0]
    assert found.document()["waiver"] == "accepted by neteng until 2026-12-01T00:00Z: it moves"
    old = ISOLATED + WAIVER.replace("SUBJECTS", "dc*").replace("EXPIRES", "2026-11-01T00:00Z")
    expired = "the waiver of datacenter-isolation for dc* expired on 2026-11-01"
    assert expired in judge(case, load_policies({"p.yaml": old})).notes


# ------------------------------------------------------------------------------------------------ what cannot be judged


def test_a_snapshot_without_configurations_skips_the_network_with_a_note() -> None:
    text = 'name: dns\nexpect: held\nbefore: {files: {zones/a.zone: "@ 60 IN SOA n h 1 1 1 1 1\\n@ 60 IN NS n\\n"}}\n'
    judgement = judge(read_case(load_documents(text, "case.yaml")[0]).case, load_policies({"p.yaml": ISOLATED}))
    assert judgement.notes == ("skipped, as the snapshot has no configurations: datacenter-isolation",)
    assert judgement.verdict is Verdict.HOLD  # and that was all there was to judge
    assert [(each.status, each.message) for each in judgement.findings] == [
        (Status.UNDECIDED, "no check could be evaluated")
    ]


def test_what_could_not_be_computed_is_undecided() -> None:
    text = CASE.replace("DC2", "false") + "  \n"
    text = text.replace("after: {", "after: {undecided: [the engine ran out of time], ")
    assert _told(load_policies({"p.yaml": ISOLATED}), text) == ["HOLD", "undecided "]


def test_the_same_thing_over_several_steps_is_told_once_where_it_is_worst() -> None:
    text = """
name: steps
expect: violated
before: {sites: [{name: dc1, kind: datacenter, reaches: [dc2]}]}
after:
  - {sites: [{name: dc1, kind: datacenter, reaches: [dc2]}]}
  - {sites: [{name: dc1, kind: datacenter, isolated: true}]}
  - {sites: [{name: dc1, kind: datacenter, isolated: true}]}
"""
    judgement = judge(read_case(load_documents(text, "c.yaml")[0]).case, load_policies({"p.yaml": ISOLATED}))
    assert [(each.step, each.subjects) for each in judgement.findings] == [(2, ("dc1",))]


@pytest.mark.parametrize(
    ("expression", "subjects", "told"),
    [
        ('change.author != "bot"', "", ["HOLD", "new "]),
        ('change.author != "bot"', "[change.author]", ["HOLD", "new bot"]),
        # what is wrong with the network was so before, whoever asks
        ("after.sites.all(s, !s.isolated)", "", ["ALLOW", "existing "]),
        ('after.sites.all(s, !s.isolated) && change.author != "bot"', "", ["HOLD", "new "]),
        (
            "change.temporary || after.sites.all(s, !s.isolated)",
            "after.sites.filter(s, s.isolated).map(s, s.name)",
            ["ALLOW", "existing dc2"],
        ),
    ],
)
def test_what_is_wrong_with_the_change_was_never_so_before(expression: str, subjects: str, told: list[str]) -> None:
    text = HEAD.replace("NAME", "mine") + f"  enforcement: hold\n  validations:\n    - expression: '{expression}'\n"
    text += "      message: no\n" + (f"      subjects: '{subjects}'\n" if subjects else "")
    sites = "{sites: [{name: dc1, kind: datacenter, reaches: [dc3]}, {name: dc2, kind: datacenter, isolated: true}]}"
    case = f"name: given\nexpect: violated\nbefore: {sites}\nafter: {sites}\n"
    change = "change: |\n  metadata: {id: C, author: bot}\n"
    assert _told(load_policies({"p.yaml": text}), case + change) == told
