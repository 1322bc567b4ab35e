"""Merges on Junos: what `set`, `delete` and the other commands of configuration mode leave behind, in both layouts."""

from __future__ import annotations

import pytest
from data import needs

from guard.model.errors import InputInvalid
from guard.parse.junos.reader import tree_of
from guard.parse.junos.tree import Node
from guard.snapshot.merge.malformed import malformed
from guard.snapshot.merge.merge import merge

CURLY = """\
system {
    host-name r1;
}
interfaces {
    ge-0/0/0 {
        mtu 1500;
        unit 0 {
            family inet {
                address 10.0.0.1/31;
            }
        }
    }
}
policy-options {
    policy-statement OUT {
        term A {
            from protocol direct;
            then accept;
        }
        term B {
            then reject;
        }
    }
}
"""
FLAT = """\
set system host-name r1
set interfaces ge-0/0/0 mtu 1500
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31
set policy-options policy-statement OUT term A from protocol direct
set policy-options policy-statement OUT term A then accept
set policy-options policy-statement OUT term B then reject
"""


def paths(node: Node, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not node.children:
        return [above]
    return [path for child in node for path in paths(child, (*above, child.word))]


def after(base: str, lines: str) -> list[str]:
    """The configuration as sorted `set` lines."""
    return sorted(" ".join(path) for path in paths(tree_of(merge(base, lines, "junos").text).root))


def changed(base: str, lines: str) -> tuple[list[str], list[str]]:
    """(lines gone, lines new)."""
    old, new = after(base, ""), after(base, lines)
    return [each for each in old if each not in new], [each for each in new if each not in old]


@pytest.mark.parametrize("base", [CURLY, FLAT], ids=["curly", "flat"])
@pytest.mark.parametrize(
    ("lines", "gone", "new"),
    [
        ("set interfaces ge-0/0/0 mtu 9000", ["interfaces ge-0/0/0 mtu 1500"], ["interfaces ge-0/0/0 mtu 9000"]),
        (
            "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.3/31",
            [],
            ["interfaces ge-0/0/0 unit 0 family inet address 10.0.0.3/31"],
        ),
        (
            "delete interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31",
            ["interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31"],
            None,
        ),
        (
            "set policy-options policy-statement OUT term A then reject",
            ["policy-options policy-statement OUT term A then accept"],
            ["policy-options policy-statement OUT term A then reject"],
        ),
        ("delete interfaces ge-9/9/9", [], []),
        (
            "edit interfaces ge-0/0/0\nset mtu 9000\ntop\nset system host-name r2\n",
            ["interfaces ge-0/0/0 mtu 1500", "system host-name r1"],
            ["interfaces ge-0/0/0 mtu 9000", "system host-name r2"],
        ),
        (
            "rename policy-options policy-statement OUT term B to term Z",
            ["policy-options policy-statement OUT term B then reject"],
            ["policy-options policy-statement OUT term Z then reject"],
        ),
        (
            "copy interfaces ge-0/0/0 to ge-0/0/1",
            [],
            [
                "interfaces ge-0/0/1 mtu 1500",
                "interfaces ge-0/0/1 unit 0 family inet address 10.0.0.1/31",
            ],
        ),
        ("replace pattern ge-0/0/0 with xe-0/0/0", None, None),
        (
            "interfaces {\n    ge-0/0/0 {\n        mtu 9000;\n    }\n}\n",
            ["interfaces ge-0/0/0 mtu 1500"],
            ["interfaces ge-0/0/0 mtu 9000"],
        ),
        (
            "policy-options {\n    replace: policy-statement OUT {\n        then accept;\n    }\n}\n",
            None,
            ["policy-options policy-statement OUT then accept"],
        ),
        ("deactivate interfaces ge-0/0/0 unit 0", ["interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31"], []),
        ("wildcard delete policy-options policy-statement OUT term A|B", None, None),
        (
            "wildcard delete policy-options policy-statement OUT term ^B",
            ["policy-options policy-statement OUT term B then reject"],
            [],
        ),
        (
            "wildcard range set interfaces xe-0/0/[0-2,!1] unit [5,7] family inet",
            [],
            [f"interfaces xe-0/0/{port} unit {unit} family inet" for port in (0, 2) for unit in (5, 7)],
        ),
        ("annotate interfaces ge-0/0/0 \"to the lab\"", [], []),
        (
            "protect policy-options policy-statement OUT term B\ndelete policy-options policy-statement OUT",
            ["policy-options policy-statement OUT term A from protocol direct",
             "policy-options policy-statement OUT term A then accept"],
            [],
        ),
        (
            "protect interfaces ge-0/0/0\nunprotect interfaces ge-0/0/0\nset interfaces ge-0/0/0 mtu 9000",
            ["interfaces ge-0/0/0 mtu 1500"],
            ["interfaces ge-0/0/0 mtu 9000"],
        ),
        (
            "set policy-options policy-statement OUT term A then next term",
            [],
            ["policy-options policy-statement OUT term A then next term"],
        ),
        (
            "set policy-options policy-statement OUT term A then metric 5\n"
            "set policy-options policy-statement OUT term A then metric add 7\n"
            "set policy-options policy-statement OUT term A then next-hop self\n"
            "set policy-options policy-statement OUT term A then next-hop 192.0.2.1\n",
            [],
            ["policy-options policy-statement OUT term A then metric add 7",
             "policy-options policy-statement OUT term A then next-hop 192.0.2.1"],
        ),
        (
            "set policy-options policy-statement OUT term A then metric expression metric multiplier 2 offset 5",
            [],
            ["policy-options policy-statement OUT term A then metric expression metric multiplier 2",
             "policy-options policy-statement OUT term A then metric expression metric offset 5"],
        ),
        (
            "set routing-options static route 10.0.0.0/8 discard\n"
            "set routing-options static route 10.0.0.0/8 next-hop 10.0.0.0\n"
            "set routing-options rib inet6.0 static route fc00::/7 next-hop 2001:db8::1\n"
            "set routing-options rib inet6.0 static route fc00::/7 next-table X.inet6.0\n",
            [],
            ["routing-options rib inet6.0 static route fc00::/7 next-table X.inet6.0",
             "routing-options static route 10.0.0.0/8 next-hop 10.0.0.0"],
        ),
        ("deactivate interfaces ge-0/0/0 unit 0\nactivate interfaces ge-0/0/0 unit 0", [], []),
    ],
)
def test_what_a_merge_leaves(base: str, lines: str, gone: list[str] | None, new: list[str] | None) -> None:
    found = changed(base, lines)
    assert gone is None or found[0] == gone
    assert new is None or found[1] == new


def test_both_layouts_are_edited_alike() -> None:
    lines = (
        "set protocols ospf area 0 interface ge-0/0/0.0 metric 5\n"
        "set protocols bgp group X neighbor 10.0.0.0 peer-as 2\n"
        "set routing-options autonomous-system 1\nset routing-options static route 10.9.0.0/16 discard\n"
        "set routing-options static route 10.9.0.0/16 next-hop 10.0.0.0\ndelete policy-options\n"
    )
    assert after(CURLY, lines) == after(FLAT, lines)
    assert "routing-options static route 10.9.0.0/16 discard" not in after(CURLY, lines)


@pytest.mark.parametrize("base", [CURLY, FLAT], ids=["curly", "flat"])
def test_terms_are_put_in_order(base: str) -> None:
    moved = merge(base, "insert policy-options policy-statement OUT term B before term A", "junos").text
    terms = tree_of(moved).root.at("policy-options", "policy-statement", "OUT", "term")
    assert terms is not None
    assert terms.words == ("B", "A")


def test_untouched_rows_stay_as_they_are() -> None:
    base = CURLY.replace("    host-name r1;", "    /* our name */\n    host-name   r1; ## SECRET-DATA")
    assert merge(base, "", "junos").text == base
    assert merge(base, "set interfaces ge-0/0/0 mtu 9000", "junos").text == base.replace("mtu 1500", "mtu 9000")


def test_additions_are_laid_out_as_junos_prints_them() -> None:
    base = "system {\n    host-name r1;\n}\n"
    merged = merge(base, "set protocols ospf area 0 interface ge-0/0/0.0 metric 5", "junos")
    assert merged.text == (
        "system {\n    host-name r1;\n}\nprotocols {\n    ospf {\n        area 0 {\n"
        "            interface ge-0/0/0.0 {\n"
        "                metric 5;\n            }\n        }\n    }\n}\n"
    )


def test_lists_in_brackets_grow_and_shrink() -> None:
    base = "policy-options {\n    community C members [ 1:1 1:2 ];\n}\n"
    added = changed(base, "set policy-options community C members 1:3")
    assert added == ([], ["policy-options community C members 1:3"])
    assert merge(base, "delete policy-options community C members 1:1", "junos").text == (
        "policy-options {\n    community C members 1:2;\n}\n"
    )


@pytest.mark.parametrize(
    ("lines", "line", "why"),
    [
        ("set interfaces ge-0/0/0 mtu 9000\nset nonsense a b", 2, "syntax error"),
        ("interface ge-0/0/0", 1, "unknown command"),
        ("set interfaces ge-0/0/0 unit", 1, "missing argument"),
        ("insert policy-options policy-statement OUT term C before term A", 1, "statement not found"),
        ("rename policy-options policy-statement OUT term A to term B", 1, "exists already"),
        ("delete", 1, "whole configuration"),
        ("set policy-options policy-statement", 1, "missing argument"),
        ("set policy-options policy-statement OUT term", 1, "missing argument"),
        ("set routing-options static route", 1, "missing argument"),
        ("edit protocols bgp group X\nset neighbor", 2, "missing argument"),
        ("protect interfaces ge-0/0/0\nset interfaces ge-0/0/0 mtu 9000", 2, "protected"),
        ("protect interfaces\ndeactivate interfaces ge-0/0/0", 2, "protected"),
        ("protect interfaces ge-0/0/0\nrename interfaces ge-0/0/0 to ge-0/0/1", 2, "protected"),
        ("protect interfaces ge-9/9/9", 1, "not found"),
        ("wildcard delete interfaces ge-(", 1, "no expression"),
        ("set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.300/24", 1, "no address"),
        ("set routing-options autonomous-system 1\nset protocols bgp group X neighbor 10.0.0.0 import NOPE", 2, "NOPE"),
        ("set routing-options autonomous-system 1\nset protocols bgp group X neighbor 10.0.0.0", 2, "peer AS"),
        ("set interfaces ge-0/0/0 unit 0 family inet filter input F", 1, "filter F is referenced"),
        ("set policy-options policy-statement OUT term A from community C", 1, "community C"),
        ("system {\n    host-name r2\n}\n", 2, "semicolon"),
        ("set routing-options static route 10.0.0.5/8 discard", 1, "host bits"),
        ("set routing-options rib inet6.0 aggregate route 2001:db8::1/32", 1, "host bits"),
        ("set routing-options generate route 10.0.0.5/8", 1, "host bits"),
        ("set protocols ospf area 0 area-range 10.0.0.5/8", 1, "host bits"),
        ("set protocols ospf3 area 0 area-range 2001:db8::1/32", 1, "host bits"),
        ("set firewall filter F term A from source-address 10.0.0.5/8", 1, "host bits"),
        ("set firewall family inet filter F term A then next-ip 10.0.0.5/8", 1, "host bits"),
        ("set policy-options condition C if-route-exists 10.0.0.5/8", 1, "host bits"),
    ],
)
def test_what_the_device_would_refuse_refuses_the_change(lines: str, line: int, why: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        merge(CURLY, lines, "junos", file="configs/r1.cfg", change_file="change.yaml", first_line=10)
    assert caught.value.code == "merge-rejected"
    assert (caught.value.line, why in caught.value.message) == (9 + line, True), caught.value.message


@pytest.mark.parametrize(
    "line",
    [
        "policy-options policy-statement OUT term A then next term",
        "interfaces ge-0/0/0 description filter",
        "system login class ops permissions interface",
        "policy-options policy-statement OUT term A from protocol direct",
    ],
)
def test_a_value_may_be_a_word_that_begins_lists_elsewhere(line: str) -> None:
    assert line in after(CURLY, f"set {line}")


@pytest.mark.parametrize(
    "lines",
    [
        "set policy-options prefix-list L 10.0.0.5/8",
        "set policy-options policy-statement OUT term A from route-filter 10.0.0.5/8 exact",
        "set interfaces ge-0/0/0 unit 0 family inet6 address 2001:db8::1/32",
        "set protocols bgp group X allow 10.0.0.5/8",
        "set firewall family inet6 filter F term A from source-address 2001:db8::1/32",
        "set firewall family inet6 filter F term A then next-ip6 2001:db8::1/32",
    ],
)
def test_host_bits_that_commit_check_lets_pass(lines: str) -> None:
    """Recorded: lab-validation, junos_commit_check."""
    assert changed(CURLY, lines)[1] is not None


def test_a_whole_configuration_is_held_to_the_same() -> None:
    torn = malformed(CURLY, CURLY.replace("/31;", "/31"), "junos")
    assert torn is not None
    assert "semicolon" in torn.reason
    wrong = malformed(CURLY, CURLY.replace("10.0.0.1/31", "10.0.0.300/31"), "junos")
    assert wrong is not None
    assert (wrong.number, "no address" in wrong.reason) == (9, True)
    assert malformed(CURLY.replace("10.0.0.1/31", "10.0.0.300/31"), CURLY, "junos") is None
    assert malformed(CURLY, CURLY.replace("protocol direct", "protocol static"), "junos") is None


def test_faults_that_were_there_before_do_not_block() -> None:
    base = CURLY + "protocols {\n    bgp {\n        group X {\n            import GONE;\n        }\n    }\n}\n"
    assert changed(base, "set system host-name r2")[1] == ["system host-name r2"]


def test_what_is_no_edit_is_reported() -> None:
    result = merge(CURLY, "rollback 1\ncommit and-quit", "junos", first_line=3)
    assert [(each.number, each.text) for each in result.unknown] == [(3, "rollback 1")]


@pytest.mark.parametrize("layout", ["_flat", ""])
def test_remediations_lead_to_what_they_were_made_for(layout: str) -> None:
    folder = needs("hier_config/tests/fixtures")
    running = (folder / f"running_config{layout}_junos.conf").read_text()
    remediation = (folder / "remediation_config_flat_junos.conf").read_text()
    wanted = (folder / "generated_config_junos.conf").read_text()
    assert after(running, remediation) == after(wanted, "")


@pytest.mark.parametrize("base", [CURLY, FLAT], ids=["curly", "flat"])
def test_a_replaced_term_keeps_its_place(base: str) -> None:
    lines = """\
policy-options {
    policy-statement OUT {
        replace: term A {
            then {
                metric 5;
                accept;
            }
        }
    }
}
"""
    root = tree_of(merge(base, lines, "junos").text).root
    term = root.at("policy-options", "policy-statement", "OUT", "term")
    assert term is not None
    assert term.words == ("A", "B")
    assert [" ".join(path) for path in paths(term)] == ["A then metric 5", "A then accept", "B then reject"]


def test_commands_and_blocks_in_one_configuration() -> None:
    base = FLAT + "interfaces {\n    ge-0/0/1 {\n        mtu 2000;\n    }\n}\n"
    assert changed(base, "set interfaces ge-0/0/1 mtu 3000") == (
        ["interfaces ge-0/0/1 mtu 2000"], ["interfaces ge-0/0/1 mtu 3000"]
    )  # fmt: skip
