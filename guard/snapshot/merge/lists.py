"""Commands whose values are lists: entries that number themselves, values that accumulate, keywords kept or taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.parse.modes_rule import Key, Matched
from guard.snapshot.merge.document import Node
from guard.snapshot.merge.edit import Place, discard

if TYPE_CHECKING:
    from guard.snapshot.merge.apply import Applier


def split_entry(words: Key) -> tuple[Key, Key]:
    """The name of a list, and the entry without its number."""
    start = 0 if words[0].lower() in {"permit", "deny", "seq"} else 2
    at = next((i for i in range(start, len(words)) if words[i].lower() in {"permit", "deny"}), len(words))
    return words[:at], words[at:]


def remove_numbered(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """`no` of an entry without its number: the one with this content goes."""
    name, content = split_entry(words)
    for home in place.homes:
        for node in list(home.children):
            if _entry(node.words, name)[1] == content:
                discard(home, node)


def append_numbered(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> None:
    """An entry without a number gets the last one plus 5 (10 on EOS); one that is there already changes nothing."""
    name, content = split_entry(words)
    last = 0
    for home in place.homes:
        for node in home.children:
            number, rest = _entry(node.words, name)
            if rest == content:
                return
            last = max(last, number)
    step = 10 if "autoseq10" in found.rule.flags else 1 if "autoseq1" in found.rule.flags else 5
    following = (last // step + 1) * step if applier.table.vendor == "frr" else last + step
    numbered = (*name, "seq", str(following), *content)
    applier.editor.insert(applier.home(place, numbered), numbered, place.mode)


def _entry(words: Key, name: Key) -> tuple[int, Key]:
    if words[: len(name)] != name:
        return 0, ()
    rest = words[len(name) :]
    if len(rest) > 2 and rest[0] == "seq" and rest[1].isdecimal():
        return int(rest[1]), rest[2:]
    return 0, rest


def accumulate(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> None:
    """The values join those that stand there: `match ip address prefix-list A`, then `… B`, is `… A B`."""
    held = place.held(found.key)
    if not held:
        applier.editor.insert(applier.home(place, words), words, place.mode)
        return
    node = held[0][1]
    more = tuple(value for value in found.value if value not in held[0][2].value)
    if more:
        applier.editor.replace(place, node, (*node.words, *more))


def take_values(applier: Applier, place: Place, words: tuple[str, ...]) -> bool:
    """`no` with values takes these values alone; says whether there was anything to take from."""
    found = place.mode.match(words)
    if not isinstance(found, Matched) or not found.value:
        return False
    for home, node, held in place.held(found.key):
        left = tuple(value for value in held.value if value not in found.value)
        if left:
            stem = node.words[: len(node.words) - len(held.value)]
            applier.editor.replace(place, node, (*stem, *left))
        else:
            discard(home, node)
    return True


# Keywords of `redistribute` and `default-information originate` that carry a value; the others stand alone.
_VALUED = frozenset({"metric", "metric-type", "route-map", "tag", "type"})


def options(words: Key) -> dict[Key, Key]:
    """The keywords of a command with their values, in order; `match` takes all words up to the next keyword."""
    found: dict[Key, Key] = {}
    at = 0
    while at < len(words):
        word = words[at]
        if word == "match":
            end = at + 1
            while end < len(words) and words[end] not in _VALUED | {"subnets"}:
                end += 1
        else:
            end = min(at + (2 if word in _VALUED else 1), len(words))
        found[(word,)] = words[at:end]
        at = end
    return found


def merge_options(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> None:
    """IOS keeps the keywords of the line that stands there and takes those of the new one over them."""
    held = place.held(found.key)
    if not held:
        applier.editor.insert(applier.home(place, words), words, place.mode)
        return
    merged = options(held[0][2].value) | options(found.value)
    node = held[0][1]
    stem = node.words[: len(node.words) - len(held[0][2].value)]
    line = (*stem, *(word for part in merged.values() for word in part))
    if line != node.words:
        applier.editor.replace(place, node, line)


def take_options(applier: Applier, place: Place, words: tuple[str, ...]) -> bool:
    """`no redistribute … KEYWORD` on IOS takes the keyword alone; without one the whole line goes."""
    found = place.mode.match(words)
    if not isinstance(found, Matched):
        return False
    if "community" in found.rule.flags:
        return _take_community(applier, place, found)
    if not found.value:
        return False
    gone = options(found.value)
    for _, node, held in place.held(found.key):
        left = {name: part for name, part in options(held.value).items() if name not in gone}
        stem = node.words[: len(node.words) - len(held.value)]
        applier.editor.replace(place, node, (*stem, *(word for part in left.values() for word in part)))
    return True


def send_community(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> None:
    """`send-community`, then `send-community extended`, is `both` (IOS)."""
    held = place.held(found.key)
    if not held:
        applier.editor.insert(applier.home(place, words), words, place.mode)
        return
    home, node, there = held[0]
    kinds = community_kinds(found.value) | (set() if node.negated else community_kinds(there.value))
    write_community(applier, place, home, node, there, kinds)


def _take_community(applier: Applier, place: Place, found: Matched) -> bool:
    """`send-community both` is two settings: taking one leaves the other."""
    gone = set(found.value or ("standard",))
    for home, node, held in place.held(found.key):
        kinds = community_kinds(held.value) - ({"standard", "extended"} if "both" in gone else gone)
        write_community(applier, place, home, node, held, kinds)
    return True


def community_kinds(value: Key) -> set[str]:
    """What `send-community …` sends."""
    return {"standard", "extended"} if "both" in value else set(value) or {"standard"}


def write_community(applier: Applier, place: Place, home: Node, node: Node, held: Matched, kinds: set[str]) -> None:
    """Write `send-community` for these kinds, as IOS shows it."""
    stem = node.words[: len(node.words) - len(held.value)]
    if not kinds:
        discard(home, node)
        return
    tail = ("both",) if len(kinds) == 2 else () if kinds == {"standard"} else ("extended",)
    applier.editor.replace(place, node, (*stem, *tail))


def gather(applier: Applier, place: Place, node: Node, found: Matched) -> None:
    """A list that stood as single global lines becomes the block that was entered: `access-list 101 …`, EOS lists."""
    stem = _single_form(found)
    if stem is None:
        return
    for child in [c for c in place.block.children if c is not node and c.words[: len(stem)] == stem and not c.mode]:
        rest = child.words[len(stem) :]
        if rest and rest[0] != "description":
            applier.editor.insert(node, rest)
        discard(place.block, child)


def _single_form(found: Matched) -> Key | None:
    key = found.key
    if found.rule.opens in {"acl-std", "acl-ext"} and key[-1].isdecimal():
        return ("access-list", key[-1])
    if found.rule.opens in {"plist", "plist6"}:
        return key
    return None
