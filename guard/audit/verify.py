"""The separate checker: re-derives a whole log from its lines and says which entry was altered, lost or reordered.

Law: it trusts nothing that the writer computed. What it cannot see: a log, its heads and its key all replaced at once,
for which a head noted elsewhere (`--head SIZE:HASH`) is compared.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guard.audit.canonical import named
from guard.audit.checkpoint import Checkpoint, Head, from_document, is_signed
from guard.audit.entry import GENESIS, EntryDamaged, decode, line_hash
from guard.audit.merkle import Frontier, leaf_hash

FaultKind = Literal["altered", "lost", "reordered", "added", "head"]


UNFINISHED = "entry {} is written but no signed head covers it: it was never acknowledged"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: with which entry (None: the head), and why."""

    kind: FaultKind
    entry: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What the checker found: the head that the lines give, the faults, and remarks that are no faults."""

    head: Head
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the log is whole."""
        return not self.faults


def verify(
    lines: Sequence[bytes],
    heads: Sequence[Checkpoint],
    key: Ed25519PublicKey | None = None,
    pinned: Head | None = None,
) -> Verification:
    """Check the lines of a log (without newlines) against its signed heads, and against a head noted elsewhere.

    `heads` holds one checkpoint an entry, in order, or only the last one. Without `key` signatures are not checked.
    Lines beyond the last head were never acknowledged: one that continues the chain is a note (a writer died between
    two writes), anything else was added.
    """
    last = heads[-1].size if heads else 0
    covered, beyond = lines[:last], lines[last:]
    unfinished = len(beyond) == 1 and _continues(covered, beyond[0])
    judged = covered if unfinished else lines
    roots = _roots(covered)
    faults = [*_line_faults(judged, last), *_head_faults(roots, heads, key), *_pin_faults(roots, pinned)]
    notes = (UNFINISHED.format(len(covered)),) if unfinished else ()
    if beyond and not unfinished and not faults:
        faults = [Fault("added", id, f"entry {id} was added: no signed head covers it")
                  for id in range(last, len(lines))]
    return Verification(Head(len(covered), named(roots[-1])), tuple(_once(faults)), notes)


def _roots(lines: Sequence[bytes]) -> list[bytes]:
    """The root of every size from 0 on."""
    tree = Frontier()
    roots = [tree.root()]
    for line in lines:
        tree = tree.append(leaf_hash(line))
        roots.append(tree.root())
    return roots


def _line_faults(lines: Sequence[bytes], size: int) -> list[Fault]:
    """What the entries say of themselves and of each other: seals, numbers, chain."""
    faults: list[Fault] = []
    ids: list[int | None] = []
    expected = GENESIS
    broken_links: list[int] = []
    for place, line in enumerate(lines):
        try:
            entry = decode(line)
        except EntryDamaged as error:
            faults.append(Fault("altered", place, f"entry {place} was altered: {error}"))
            ids.append(None)
        else:
            ids.append(entry.id)
            if entry.prev != expected:
                broken_links.append(place)
        expected = line_hash(line)
    faults += _order_faults(ids, size)
    if not faults:  # every seal holds and every number is right, so a wrong link tells of the line before it
        faults += [_link_fault(place) for place in broken_links]
    return faults


def _link_fault(place: int) -> Fault:
    if place == 0:
        return Fault("altered", 0, "entry 0 was altered: it is not chained to the beginning of the log")
    return Fault("altered", place - 1,
                 f"entry {place - 1} was altered: entry {place} is chained to another content of it")


def _order_faults(ids: Sequence[int | None], size: int) -> list[Fault]:
    """Numbers that are missing were lost; numbers that are there at another place were reordered."""
    known = [id for id in ids if id is not None]
    unread = {place for place, id in enumerate(ids) if id is None}
    missing = [id for id in range(size) if id not in set(known) and id not in unread]
    faults = [Fault("lost", id, f"entry {id} is lost: it is not in the log") for id in missing]
    previous = -1
    for place, id in enumerate(ids):
        if id is None:
            continue
        if id <= previous:
            faults.append(Fault("reordered", id, f"entry {id} was reordered: it stands after entry {previous}, "
                                                 f"as number {place} of the log"))
        previous = max(previous, id)
    return faults


def _head_faults(
    roots: Sequence[bytes], heads: Sequence[Checkpoint], key: Ed25519PublicKey | None
) -> list[Fault]:
    """The first signed head that the lines do not give names the first entry that is not what it was."""
    previous = 0
    for checkpoint in heads:
        if key is not None and not is_signed(checkpoint, key):
            return [Fault("head", None, f"the head of size {checkpoint.size} is not signed by the log's key")]
        if checkpoint.size <= previous and len(heads) > 1:
            return [Fault("head", None, f"the head of size {checkpoint.size} follows one of size {previous}")]
        if checkpoint.size < len(roots) and named(roots[checkpoint.size]) != checkpoint.root:
            return [_mismatch(previous, checkpoint)]
        previous = checkpoint.size
    return []


def _mismatch(previous: int, checkpoint: Checkpoint) -> Fault:
    first, last = previous, checkpoint.size - 1
    if first >= last:
        return Fault("altered", last, f"entry {last} was altered: the head signed after it does not match")
    return Fault("altered", None, f"an entry from {first} to {last} was altered: the signed head of size "
                                  f"{checkpoint.size} does not match")


def _pin_faults(roots: Sequence[bytes], pinned: Head | None) -> list[Fault]:
    if pinned is None:
        return []
    size = len(roots) - 1
    if pinned.size > size:
        return [Fault("lost", id, f"entry {id} is lost: the tail was cut off, the noted head counts {pinned.size} "
                                  f"entries, the log has {size}") for id in range(size, pinned.size)]
    if named(roots[pinned.size]) != pinned.root:
        return [Fault("altered", None, f"an entry before {pinned.size} was altered: the noted head {pinned} does not "
                                       f"match {named(roots[pinned.size])}")]
    return []


def _continues(covered: Sequence[bytes], line: bytes) -> bool:
    try:
        entry = decode(line)
    except EntryDamaged:
        return False
    return entry.id == len(covered) and entry.prev == (line_hash(covered[-1]) if covered else GENESIS)


def _once(faults: Sequence[Fault]) -> list[Fault]:
    """One fault an entry, the first; what names no entry stays where nothing does, or it tells of the head."""
    named_entries: set[int] = set()
    result: list[Fault] = []
    for fault in faults:
        if fault.entry is None:
            if fault.kind == "head" or not result:
                result.append(fault)
        elif fault.entry not in named_entries:
            named_entries.add(fault.entry)
            result.append(fault)
    return result


def parse_heads(data: bytes) -> tuple[Checkpoint, ...]:
    """The checkpoints of a heads file, its unfinished last line left out; ValueError with its number for a bad line."""
    result = []
    for number, line in enumerate(complete_lines(data), start=1):
        try:
            result.append(from_document(json.loads(line)))
        except (ValueError, UnicodeDecodeError) as error:
            raise ValueError(f"line {number} of the heads file is no checkpoint") from error
    return tuple(result)


def complete_lines(data: bytes) -> list[bytes]:
    """The lines that end in a newline; what follows the last newline was torn while it was written."""
    return data.split(b"\n")[:-1]
