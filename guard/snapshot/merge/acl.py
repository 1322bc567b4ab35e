"""Entries of an access list: numbered whether the numbers are shown or not, by tens (IOS, EOS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.snapshot.merge.document import Node
from guard.snapshot.merge.edit import Place, Refused, discard, rewrite

if TYPE_CHECKING:
    from guard.snapshot.merge.apply import Applier

_ACTIONS = frozenset({"permit", "deny", "remark", "evaluate", "dynamic"})
STEP = 10


def _split(words: tuple[str, ...]) -> tuple[int | None, tuple[str, ...]]:
    if words[0] == "sequence" and len(words) > 1:
        words = words[1:]
    if words[0].isdecimal():
        return int(words[0]), words[1:]
    return None, words


def numbered(block: Node, vendor: str) -> list[tuple[int, Node]]:
    """The entries of a list with their numbers, the shown ones and those that the device counts by itself.

    A remark of IOS has no number: it stands with the entry that it follows (IOS Security Configuration Guide, "IP
    access list entry sequence numbering"); where one is shown it is that of the entry it speaks of.
    """
    entries: list[tuple[int, Node]] = []
    last = 0
    for node in block.children:
        number, rest = _split(node.words)
        if not rest or rest[0].lower() not in _ACTIONS:
            continue
        if number is not None or vendor != "ios" or rest[0].lower() != "remark":
            last = number if number is not None else last + STEP
        entries.append((last, node))
    return entries


def enter(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """Add an entry: at its number, which must be free, else at the end; one that is there already changes nothing."""
    block = place.block
    vendor = applier.table.vendor
    entries = numbered(block, vendor)
    number, rest = _split(words)
    same = next((at for at, node in entries if _split(node.words)[1] == rest), None)
    if number is None:
        if same is None or rest[0] == "remark":
            last = entries[-1][0] if entries else 0
            shown = vendor == "nxos" or (_shows_numbers(entries) and not _bare_remark(words, vendor))
            _add(applier, block, entries, last + STEP, words, shown=shown)
        return
    taken = next((node for at, node in entries if at == number and not _apart(node.words, words, vendor)), None)
    if taken is None:
        if same is not None and rest[0] != "remark" and vendor == "ios":
            raise Refused(f"duplicate of entry {same}")
        _pin(entries, vendor)
        _add(applier, block, numbered(block, vendor), number, words, shown=True)
    elif _split(taken.words)[1] != rest:
        raise Refused(f"duplicate sequence number {number}")


def _bare_remark(words: tuple[str, ...], vendor: str) -> bool:
    return vendor == "ios" and words[0].lower() == "remark"


def _apart(one: tuple[str, ...], other: tuple[str, ...], vendor: str) -> bool:
    """Whether two lines may bear one number: on IOS, a remark and the entry that it speaks of."""
    remarks = [_split(words)[1][0].lower() == "remark" for words in (one, other)]
    return vendor == "ios" and remarks[0] != remarks[1]


def _shows_numbers(entries: list[tuple[int, Node]]) -> bool:
    return bool(entries) and any(_split(node.words)[0] is not None for _, node in entries)


def _pin(entries: list[tuple[int, Node]], vendor: str) -> None:
    """Write the numbers out, so that a list in which one is typed keeps all of them."""
    for number, node in entries:
        at, rest = _split(node.words)
        if at is None and not _bare_remark(rest, vendor):
            rewrite(node, (str(number), *rest))


def _add(
    applier: Applier, block: Node, entries: list[tuple[int, Node]], number: int, words: tuple[str, ...], *, shown: bool
) -> None:
    _, rest = _split(words)
    if shown:
        prefix = ("sequence", str(number)) if words[0] == "sequence" else (str(number),)
        rest = (*prefix, *rest)
    node = Node(applier.editor.column(block) + " ".join(rest), rest, None, fresh=True)
    later = next((child for at, child in entries if at > number), None)
    if later is not None:
        block.children.insert(block.children.index(later), node)
        return
    end = block.children.index(entries[-1][1]) + 1 if entries else 0
    block.children.insert(end, node)


def remove(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """`no 10` or `no permit …`: take the entry out; one that is not there is no error."""
    number, rest = _split(words)
    vendor = applier.table.vendor
    entries = numbered(place.block, vendor)
    for at, node in entries:
        content = _split(node.words)[1]
        counted = number == at and (vendor != "ios" or content[0].lower() != "remark" or content == rest)
        if (number is None and content == rest) or (counted and rest in ((), content)):
            _keep_numbers(entries, node, vendor)
            discard(place.block, node)
            return


def _keep_numbers(entries: list[tuple[int, Node]], gone: Node, vendor: str) -> None:
    if entries[-1][1] is not gone and not _bare_remark(gone.words, vendor):
        _pin(entries, vendor)


def resequence(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """`ip access-list resequence NAME START STEP`."""
    name, start, step = words[3], int(words[4]), int(words[5])
    for kind in ("standard", "extended"):
        for _, block, _ in place.held(("ip", "access-list", kind, name)):
            vendor = applier.table.vendor
            counted = [node for _, node in numbered(block, vendor) if not _bare_remark(node.words, vendor)]
            for at, node in enumerate(counted):
                rewrite(node, (str(start + at * step), *_split(node.words)[1]))
