"""Junos texts: both layouts of a configuration are one device; any text is read to its end, every line has a state."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from guard.model.coverage import Coverage
from guard.model.device import Device, Vendor
from guard.model.errors import InputInvalid
from guard.parse.junos.reader import read, tree_of
from guard.parse.junos.tree import Node
from guard.snapshot.merge.junos_text import quoted
from guard.snapshot.merge.merge import merge

#: Statements that mean something together; any of them may be missing.
POOL = (
    "system host-name r1",
    "interfaces ge-0/0/0 mtu 9000",
    "interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31",
    "interfaces ge-0/0/0 unit 0 family inet6 address 2001:db8::1/64",
    "interfaces ge-0/0/0 unit 0 family inet filter input F",
    "interfaces ae0 unit 7 vlan-id 7",
    "interfaces lo0 unit 0 family inet address 10.255.0.1/32",
    "routing-options autonomous-system 65001",
    "routing-options static route 10.9.0.0/16 discard",
    "routing-options static route 10.8.0.0/16 next-hop 10.0.0.0",
    "routing-options aggregate route 10.0.0.0/8",
    "protocols bgp group E type external",
    "protocols bgp group E neighbor 10.0.0.0 peer-as 65002",
    "protocols bgp group E neighbor 10.0.0.0 import P",
    "protocols bgp group E export P",
    "protocols ospf area 0.0.0.0 interface ge-0/0/0.0 metric 7",
    "protocols ospf export P",
    "protocols isis interface ge-0/0/0.0 level 2 metric 5",
    "policy-options prefix-list L 10.1.0.0/16",
    "policy-options policy-statement P term A from prefix-list L",
    "policy-options policy-statement P term A then accept",
    "policy-options policy-statement P term B then reject",
    "policy-options community C members 64500:1",
    "firewall family inet filter F term T from source-address 10.0.0.0/8",
    "firewall family inet filter F term T then discard",
    "apply-groups G",
    "groups G interfaces <*> mtu 1500",
    "routing-instances RED instance-type virtual-router",
    "routing-instances RED interface ae0.7",
)
STATEMENTS = st.lists(st.sampled_from(POOL), unique=True)
TOKENS = (
    "set delete insert { } ; [ ] \" # /* */ interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/31 protocols bgp"
    " group g neighbor 10.0.0.0 policy-options policy-statement P term A from then accept firewall filter F <*> groups"
    " apply-groups inactive: replace: community members .* 1:1 as-path prefix-list route-filter exact static route"
)
WORDS = st.sampled_from((*TOKENS.split(), "\n"))


def curly(node: Node, depth: int = 0) -> list[str]:
    rows = []
    for child in node:
        head = "    " * depth + quoted(child.word)
        rows += [head + " {", *curly(child, depth + 1), "    " * depth + "}"] if child.children else [head + ";"]
    return rows


def plain(device: Device) -> str:
    """The device without its lines: those are where the layouts differ."""
    text = repr(replace(device, coverage=Coverage(""), references=(), undefined=(), unused=(), warnings=()))
    return "\n".join(part.split(")", 1)[-1] if part.startswith("file=") else part for part in text.split("Source("))


@settings(max_examples=60, deadline=None)
@given(STATEMENTS)
def test_both_layouts_are_one_device(statements: list[str]) -> None:
    flat = "".join(f"set {each}\n" for each in statements)
    laid = "\n".join(curly(tree_of_plain(flat))) + "\n"
    assert plain(read(flat, "a.cfg", Vendor.JUNOS)) == plain(read(laid, "a.cfg", Vendor.JUNOS))


def tree_of_plain(flat: str) -> Node:
    """The tree without what is inherited."""
    from guard.parse.junos.statements import read as read_statements
    from guard.parse.junos.tree import Tree

    tree = Tree()
    tree.load(read_statements(flat)[0])
    return tree.root


@settings(max_examples=40, deadline=None)
@given(STATEMENTS, st.sampled_from(POOL))
def test_setting_and_deleting_changes_nothing(statements: list[str], one: str) -> None:
    """What is set anew and deleted again leaves what was there, and perhaps the blocks that it stood in."""
    base = "".join(f"set {each}\n" for each in statements if each != one)
    lines = f"set {one}\ndelete {one}\n"
    try:
        after = merge(base, lines, "junos").text
    except InputInvalid:  # commit check: something needs what is deleted
        return
    kept, there = (set(rows(tree_of(text).root)) for text in (after, base))
    assert all(row in there or one.startswith(row) for row in kept)
    assert {row for row in there if not one.startswith(row.rsplit(" ", 1)[0])} <= kept


def rows(node: Node, above: str = "") -> list[str]:
    if not node.children:
        return [above]
    return [row for child in node for row in rows(child, f"{above} {child.word}".strip())]


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_any_text_is_read_to_its_end(words: list[str]) -> None:
    text = " ".join(words)
    device = read(text, "a.cfg", Vendor.JUNOS)
    assert len(device.coverage.states) == text.count("\n") + 1


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="set{};[]\"#/*! \nab01.:-<>", max_size=120))
def test_any_characters_are_read_to_their_end(text: str) -> None:
    device = read(text, "a.cfg", Vendor.JUNOS)
    assert len(device.coverage.states) == text.count("\n") + 1
