"""What a configuration inherits: `apply-groups` with wildcards and exceptions, and `interface-range`.

Law: what stands in place wins over a group, an earlier group over a later one. A wildcard matches what is there, it
makes nothing. Not modelled: conditional groups (`when`), groups applied inside groups.
"""

from __future__ import annotations

import fnmatch
import re

from guard.parse.junos.tree import CHOICES, SINGLE, Node, Tree

_APPLY, _EXCEPT = "apply-groups", "apply-groups-except"
_NOT_COPIED = frozenset({_APPLY, _EXCEPT, "when"})
#: Words that stand among names and are none, so that no wildcard stands for them.
_NO_NAMES = frozenset({_APPLY, _EXCEPT, "apply-macro", "interface-range", "interface-set", "traceoptions"})
_NUMBERED = re.compile(r"(.*?)(\d+)$")
#: A range of more members than a chassis has ports is a mistake.
_MOST_MEMBERS = 4096


def expand(tree: Tree) -> None:
    """Put everything that is inherited in its place; the groups themselves stay under `groups`."""
    groups = tree.root["groups"]
    if groups is not None:
        matches = {group.word: [group] for group in groups}
        _apply(tree, tree.root, matches, ())
    ranges = tree.root.at("interfaces", "interface-range")
    if ranges is not None:
        for each in ranges:
            _spread(tree, each)


def _apply(tree: Tree, node: Node, matches: dict[str, list[Node]], active: tuple[str, ...]) -> None:
    own = node[_APPLY]
    excepted = node[_EXCEPT]
    if own is not None:
        active = (*own.words, *(name for name in active if name not in own))
    if excepted is not None:
        active = tuple(name for name in active if name not in excepted)
    for name in active:
        for source in matches.get(name, ()):
            _fill(tree, node, source)
    if not matches:
        return
    for child in node:
        if node is tree.root and child.word == "groups":
            continue
        inner = {
            name: found
            for name, sources in matches.items()
            if (found := [each for source in sources for each in source if fits(each.word, child.word)])
        }
        if inner:
            _apply(tree, child, inner, active)


def fits(pattern: str, word: str) -> bool:
    """Whether a word of a group or a path, which may be a wildcard in angles, stands for `word`."""
    if pattern == word:
        return True
    if word in _NO_NAMES:
        return False
    return pattern[:1] == "<" and pattern[-1:] == ">" and fnmatch.fnmatchcase(word, pattern[1:-1])


def _fill(tree: Tree, node: Node, source: Node) -> None:
    """Give the node the children of the group's that it lacks."""
    if node.word in SINGLE and node.children:
        return
    for each in source:
        if each.word in _NOT_COPIED or each.word[:1] == "<":
            continue
        if each.word not in node and not _decided(node, each.word):
            copied = _copy(tree, each)
            if copied.children or not each.children:  # what holds nothing but wildcards makes nothing
                node.children[each.word] = copied
        elif each.word in node:
            tree.inherited.update(each.lines)


def _decided(node: Node, word: str) -> bool:
    """Whether the node already holds the other of a choice."""
    if node.word != "then" and not node.word[:1].isdecimal():
        return False
    return any(word in choice and choice & node.children.keys() for choice in CHOICES[:2])


def _copy(tree: Tree, source: Node) -> Node:
    made = Node(source.word)
    made.first, made.last, made.copied = source.first, source.last, True
    made.lines = list(source.lines)
    tree.inherited.update(source.lines)
    for each in source:
        if each.word[:1] != "<":
            inner = _copy(tree, each)
            if inner.children or not each.children:
                made.children[each.word] = inner
    return made


# ---------------------------------------------------------------------------------------------- interface ranges


def _spread(tree: Tree, each: Node) -> None:
    """Settings of an interface range go to its members, which it makes where they are not there."""
    interfaces = tree.root["interfaces"]
    assert interfaces is not None
    for name in _members(each, tuple(word for word in interfaces.words if word != "interface-range")):
        node = interfaces[name]
        if node is None:
            node = interfaces.children[name] = Node(name)
            node.first, node.last = each.first, each.last
        for child in each:
            if child.word not in {"member", "member-range"}:
                _join(tree, node, child)


def _join(tree: Tree, node: Node, child: Node) -> None:
    held = node[child.word]
    if held is None:
        node.children[child.word] = _copy(tree, child)
    elif held.word not in SINGLE:
        for each in child:
            _join(tree, held, each)


def _members(each: Node, known: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for member in each["member"] or ():
        if any(char in member.word for char in "*[?"):
            found.extend(name for name in known if fnmatch.fnmatchcase(name, member.word))
        else:
            found.append(member.word)
    for first in each["member-range"] or ():
        last = first.at("to")
        for end in last or ():
            found.extend(_between(first.word, end.word))
    return found[:_MOST_MEMBERS]


def _between(first: str, last: str) -> list[str]:
    low, high = _NUMBERED.match(first), _NUMBERED.match(last)
    if low is None or high is None or low[1] != high[1]:
        return [first, last]
    start, stop = int(low[2]), min(int(high[2]), int(low[2]) + _MOST_MEMBERS)
    return [f"{low[1]}{number}" for number in range(start, stop + 1)]
