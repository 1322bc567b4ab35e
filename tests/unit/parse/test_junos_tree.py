"""Junos text as a tree: both layouts, groups, ranges, what is inactive, and the state that each line ends in."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.parse.device import parse_device
from guard.parse.junos.reader import read, tree_of
from guard.parse.junos.tree import Node


def paths(node: Node, above: tuple[str, ...] = ()) -> list[str]:
    if not node.children:
        return [" ".join(above)]
    return [path for child in node for path in paths(child, (*above, child.word))]


def lines(text: str) -> list[str]:
    """The tree as `set` lines without the verb."""
    return paths(tree_of(text).root)


def states(text: str) -> list[str]:
    return [LineState(state).name for state in parse_device(text, "configs/r1.cfg").coverage.states]


def test_curly_and_flat_are_one_tree() -> None:
    curly = 'system {\n    host-name r1; # us\n    /* a\n b */ login { message "a; b {"; }\n}\n'
    curly += "snmp { community [ x y ]; }\n"
    flat = 'set system host-name r1\nset system login message "a; b {"\nset snmp community x\nset snmp community y\n'
    assert lines(curly) == lines(flat) == [
        "system host-name r1",
        "system login message a; b {",
        "snmp community x",
        "snmp community y",
    ]


def test_the_later_value_of_a_word_that_takes_one_stands() -> None:
    text = "set interfaces ge-0/0/0 mtu 1500\nset interfaces ge-0/0/0 mtu 9000\n"
    assert lines(text) == ["interfaces ge-0/0/0 mtu 9000"]
    assert lines(
        "set policy-options policy-statement P then accept\nset policy-options policy-statement P then reject\n"
    ) == ["policy-options policy-statement P then reject"]


@pytest.mark.parametrize(
    "text",
    [
        "interfaces {\n    inactive: ge-0/0/0 {\n        mtu 1500;\n    }\n    ge-0/0/1 {\n        mtu 9000;\n    }\n"
        "}\n",
        "set interfaces ge-0/0/0 mtu 1500\nset interfaces ge-0/0/1 mtu 9000\ndeactivate interfaces ge-0/0/0\n",
        "set interfaces ge-0/0/0 mtu 1500\nset interfaces ge-0/0/1 mtu 9000\ndelete interfaces ge-0/0/0\n",
    ],
)
def test_what_is_inactive_or_deleted_is_not_there(text: str) -> None:
    assert lines(text) == ["interfaces ge-0/0/1 mtu 9000"]


def test_groups_give_what_is_not_there() -> None:
    text = """\
set groups G interfaces <ge-*> mtu 9000
set groups G interfaces <ge-*> unit <*> family inet mtu 1500
set groups G system host-name grouped
set groups H protocols ospf area 0 interface lo0.0 passive
set apply-groups G
set apply-groups H
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31
set interfaces ge-0/0/1 mtu 1400
set interfaces ge-0/0/2 apply-groups-except G
set interfaces xe-0/0/0 unit 0
set system host-name own
"""
    found = [each for each in lines(text) if not each.startswith(("groups", "apply-groups"))]
    assert found == [
        "interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31",
        "interfaces ge-0/0/0 unit 0 family inet mtu 1500",
        "interfaces ge-0/0/0 mtu 9000",
        "interfaces ge-0/0/1 mtu 1400",
        "interfaces ge-0/0/2 apply-groups-except G",
        "interfaces xe-0/0/0 unit 0",
        "system host-name own",
        "protocols ospf area 0 interface lo0.0 passive",
    ]


def test_interface_ranges_reach_their_members() -> None:
    text = """\
set interfaces interface-range R member ge-0/0/9
set interfaces interface-range R member-range ge-0/0/0 to ge-0/0/1
set interfaces interface-range R mtu 9000
set interfaces ge-0/0/1 mtu 1400
"""
    device = parse_device(text, "configs/r1.cfg")
    assert {each.name: each.mtu for each in device.interfaces} == {"ge-0/0/9": 8986, "ge-0/0/0": 8986, "ge-0/0/1": 1386}


def test_insert_puts_a_term_before_another() -> None:
    text = """\
set policy-options policy-statement P term A then accept
set policy-options policy-statement P term B then reject
insert policy-options policy-statement P term B before term A
"""
    assert [term.name for term in parse_device(text, "configs/r1.cfg").policies["P"].terms] == ["B", "A"]


def test_every_line_ends_in_one_state() -> None:
    text = """\
system {
    host-name r1;
    syslog { user * { any emergency; } }
}
interfaces {
    ge-0/0/0 {
        unit 0 {
            family inet {
                rpf-check;
                address 10.0.0.1/31;
                adress 10.0.0.1/31;
            }
        }
    }
    inactive: ge-0/0/1 { mtu 1500; }
}
frobnicate {
    a b;
}
"""
    assert states(text) == [
        "IMPLEMENTED", "IMPLEMENTED", "IGNORED", "IMPLEMENTED",
        "IMPLEMENTED", "IMPLEMENTED", "IMPLEMENTED", "IMPLEMENTED", "NOT_IMPLEMENTED", "IMPLEMENTED", "UNRECOGNISED",
        "IMPLEMENTED", "IMPLEMENTED", "IMPLEMENTED", "IGNORED", "IMPLEMENTED",
        "UNRECOGNISED", "UNRECOGNISED", "IMPLEMENTED", "BLANK",
    ]  # fmt: skip


def test_a_group_that_nothing_inherits_is_harmless() -> None:
    text = "set groups G system host-name x\nset groups H system host-name y\nset apply-groups H\n"
    assert states(text) == ["IGNORED", "IMPLEMENTED", "IMPLEMENTED", "BLANK"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("system {\n    host-name r1\n}\n", 2, "no semicolon before the brace"),
        ("system {\n    host-name r1;\n", 1, "a brace is never closed"),
        ("system {\n    host-name r1;\n}\n}\n", 4, "a brace that closes nothing"),
        ("set system host-name r1\nnonsense\n", 2, "no set command"),
    ],
)
def test_faults_are_told_with_their_line(text: str, line: int, message: str) -> None:
    assert (line, message) in read(text, "configs/r1.cfg", Vendor.JUNOS).warnings


def test_nesting_without_end_is_not_followed() -> None:
    device = read("system {\n" + "a {\n" * 5000, "configs/r1.cfg", Vendor.JUNOS)
    assert any("too deep" in message for _, message in device.warnings)
    wide = parse_device("set system " + "a " * 5000 + "\nset system host-name r1\n", "configs/r1.cfg")
    assert any("more words" in message for _, message in wide.warnings)


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (("discard", "next-hop 10.0.0.1"), "next-hop 10.0.0.1"),
        (("next-hop 10.0.0.1", "next-hop 10.0.0.2", "next-table R.inet.0"), "next-table R.inet.0"),
        (("next-table R.inet.0", "reject"), "reject"),
    ],
)
@pytest.mark.parametrize("prefix", ["10.0.0.0/8", "fc00::/7"])
def test_a_static_route_does_one_thing(prefix: str, lines: tuple[str, ...], left: str) -> None:
    route = f"set routing-options static route {prefix} "
    node = tree_of("".join(f"{route}{line}\n" for line in lines)).root.at("routing-options", "static", "route", prefix)
    assert node is not None
    assert [" ".join((each.word, *each.words)) for each in node] == [left]


def test_a_wildcard_stands_for_names_alone() -> None:
    lines = """\
set groups G interfaces <*> mtu 1500
set interfaces apply-groups G
set interfaces interface-range R member ge-0/0/1
set interfaces ge-0/0/0 unit 0
"""
    root = tree_of(lines).root
    assert root.at("interfaces", "ge-0/0/0", "mtu", "1500") is not None
    assert root.at("interfaces", "interface-range", "mtu") is None
    assert root.at("interfaces", "apply-groups", "mtu") is None


def test_commands_and_blocks_may_alternate() -> None:
    text = """\
set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24
interfaces {
    # the whole port
    replace: ge-0/0/0 {
        mtu 2000; /* of the
        lab { */
    }
}
set interfaces ge-0/0/1 mtu 1500
deactivate interfaces ge-0/0/1
set interfaces ge-0/0/2 mtu 1500
deactivate interfaces ge-0/0/2
activate interfaces ge-0/0/2
"""
    tree = tree_of(text)
    assert not tree.faults
    root = tree.root["interfaces"]
    assert root is not None
    assert root.words == ("ge-0/0/0", "ge-0/0/2")
    assert root.at("ge-0/0/0", "unit") is None
    assert (tree.rows[5], tree.inactive) == (("interfaces", "ge-0/0/0", "mtu", "2000"), {9})


@pytest.mark.parametrize("text", ["set system host-name r1\nfoo {\nset system domain-name x\n", "foo\nset a b\n}"])
def test_a_block_that_is_never_closed_takes_no_commands_with_it(text: str) -> None:
    tree = tree_of(text)
    assert tree.root.at("system", "host-name", "r1") is not None or tree.root.at("a", "b") is not None
    assert tree.faults
