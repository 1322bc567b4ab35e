"""Changed lines of configurations, section by section, with how far guard understands each.

A line is known by its text and by the sections it stands in: a line that lands in another section is a removed and an
added one; a line whose place among its neighbours changed is moved. Blank lines and comments are no lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from guard.compare.mapping import Absent, MappingDelta
from guard.model.coverage import OPAQUE, LineState
from guard.model.device import Device, Vendor
from guard.model.provenance import Source
from guard.parse.line import Line

#: Vendors whose modes guard knows; elsewhere sections follow from indentation and braces.
_TREES = frozenset({Vendor.IOS, Vendor.NXOS, Vendor.IOSXR, Vendor.EOS, Vendor.FRR})
#: Beyond this many differing lines in one section, their order is no longer compared (SequenceMatcher is quadratic).
_ALIGNED_AT_MOST = 2_000

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """`change`: added, removed or moved. A removed line has its place in the base, the others in the candidate."""

    change: str
    path: Path
    text: str
    state: LineState
    source: Source
    reason: str = ""

    @property
    def opaque(self) -> bool:
        return self.state in OPAQUE


@dataclass(frozen=True, slots=True)
class DeviceLines:
    """What changed in one device's text. `change`: added, removed or changed (the device as a whole)."""

    device: str
    file: str
    change: str
    lines: tuple[ChangedLine, ...]


def changed_lines(
    devices: MappingDelta[str, Device], before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[DeviceLines, ...]:
    """Per changed device, its changed lines. `before` and `after` are the files of the two snapshots."""
    return tuple(
        found
        for name in sorted(devices.turns)
        if (found := _of_device(name, *devices.turns[name], before, after)) is not None
    )


def _of_device(
    name: str, old: Device | Absent, new: Device | Absent, before: Mapping[str, str], after: Mapping[str, str]
) -> DeviceLines | None:
    old_device = None if isinstance(old, Absent) else old
    new_device = None if isinstance(new, Absent) else new
    old_text = before.get(old_device.file, "") if old_device else ""
    new_text = after.get(new_device.file, "") if new_device else ""
    lines = tuple(_compare(old_device, old_text, new_device, new_text))
    change = "changed" if old_device and new_device else "added" if new_device else "removed"
    file = new_device.file if new_device else old_device.file if old_device else ""
    return DeviceLines(name, file, change, lines) if lines or change != "changed" else None


def _compare(old: Device | None, old_text: str, new: Device | None, new_text: str) -> Iterator[ChangedLine]:
    olds, news = _sections_apart(old, old_text, new, new_text)
    old_reasons, new_reasons = _reasons(old), _reasons(new)
    for path in dict.fromkeys((*olds, *news)):
        removed, added = _differing(olds.get(path, []), news.get(path, []))
        if not removed and not added:
            continue
        both = Counter(text for _, text in removed) & Counter(text for _, text in added)
        gone, come = both.copy(), both.copy()  # the same line at another place of its section
        for number, text in removed:
            if gone[text]:
                gone[text] -= 1
            else:
                yield _line("removed", path, text, number, old, old_reasons)
        for number, text in added:
            if come[text]:
                come[text] -= 1
                yield _line("moved", path, text, number, new, new_reasons)
            else:
                yield _line("added", path, text, number, new, new_reasons)


def _line(
    change: str, path: Path, text: str, number: int, device: Device | None, reasons: Mapping[int, str]
) -> ChangedLine:
    states = device.coverage.states if device else b""
    state = LineState(states[number - 1]) if number <= len(states) else LineState.UNRECOGNISED
    file = device.file if device else ""
    return ChangedLine(change, path, text, state, Source(file, number, number), reasons.get(number, ""))


def _reasons(device: Device | None) -> dict[int, str]:
    return {note.line: note.reason for note in device.coverage.notes} if device else {}


def _differing(
    old: list[tuple[int, str]], new: list[tuple[int, str]]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The entries of both sides that an alignment of the two does not pair."""
    start = 0
    while start < min(len(old), len(new)) and old[start][1] == new[start][1]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end][1] == new[-1 - end][1]:
        end += 1
    olds, news = old[start : len(old) - end], new[start : len(new) - end]
    if not olds or not news:
        return olds, news
    if len(olds) + len(news) > _ALIGNED_AT_MOST:
        return _without_order(olds, news)
    matcher = SequenceMatcher(None, [text for _, text in olds], [text for _, text in news], autojunk=False)
    kept_old, kept_new = set[int](), set[int]()
    for block in matcher.get_matching_blocks():
        kept_old.update(range(block.a, block.a + block.size))
        kept_new.update(range(block.b, block.b + block.size))
    return (
        [each for index, each in enumerate(olds) if index not in kept_old],
        [each for index, each in enumerate(news) if index not in kept_new],
    )


def _without_order(
    olds: list[tuple[int, str]], news: list[tuple[int, str]]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    old_texts, new_texts = {text for _, text in olds}, {text for _, text in news}
    return [each for each in olds if each[1] not in new_texts], [each for each in news if each[1] not in old_texts]


# ------------------------------------------------------------------------------------------------ sections


#: Section path -> its own lines (number, text) in order; a section that is entered twice is one section.
Sections = dict[Path, list[tuple[int, str]]]


def _sections_apart(old: Device | None, old_text: str, new: Device | None, new_text: str) -> tuple[Sections, Sections]:
    """The sections of both sides; what stands alike before and after all that differs may be left out."""
    sides: tuple[Sections, Sections] = ({}, {})
    if old is not None and new is not None and old.vendor is new.vendor and old.vendor in _TREES:
        for sections, lines in zip(sides, _blocks_apart(old_text, new_text, old.vendor), strict=True):
            _fill(sections, (), lines)
        return sides
    for sections, device, text in zip(sides, (old, new), (old_text, new_text), strict=True):
        if device is not None and device.vendor in _TREES:
            _fill(sections, (), _tree(text, device.vendor))
        elif device is not None:
            _fill_indented(sections, text)
    return sides


def _blocks_apart(old_text: str, new_text: str, vendor: Vendor) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The top-level blocks of two texts from the one in which they begin to differ to where they are alike again.

    All blocks where one comes twice: what is left out would be missing in a section that is entered again.
    """
    old, new = _tree(old_text, vendor), _tree(new_text, vendor)
    if not (_is_plain(old) and _is_plain(new)):
        return old, new
    rows, others = old_text.split("\n"), new_text.split("\n")
    start = _alike(rows, others)
    end = min(_alike(rows[::-1], others[::-1]), len(rows) - start, len(others) - start)
    tails = [
        [line.number - ends for line in lines if line.number > ends]
        for lines, ends in ((old, len(rows) - end), (new, len(others) - end))
    ]
    if tails[0] != tails[1]:
        return old, new  # what differs opens or closes a block around what is alike
    first = max(sum(line.number <= start for line in old) - 1, 0)
    return old[first : len(old) - len(tails[0])], new[first : len(new) - len(tails[0])]


def _is_plain(lines: tuple[Line, ...]) -> bool:
    texts = [line.text for line in lines if not _closes(line)]
    return len(texts) == len(frozenset(texts))


def _alike(one: list[str], other: list[str]) -> int:
    """How many rows two texts have in common at the start."""
    apart = (number for number, (row, its) in enumerate(zip(one, other, strict=False)) if row != its)
    return next(apart, min(len(one), len(other)))


def _tree(text: str, vendor: Vendor) -> tuple[Line, ...]:
    from guard.parse.modes import tree

    return tree(text, vendor.value) if text else ()


def _closes(line: Line) -> bool:
    """Whether it only closes a mode, which the tree shows already."""
    return line.words[0].startswith("exit") or line.text == "end"


def _fill(sections: Sections, path: Path, lines: tuple[Line, ...]) -> None:
    for line in lines:
        if _closes(line):
            continue
        here = sections.setdefault(path, [])
        inner = (*path, line.text)
        if not (line.children and inner in sections):  # a header that comes again only continues its section
            here.append((line.number, line.text))
        if line.children:
            sections.setdefault(inner, [])
            _fill(sections, inner, line.children)


def _fill_indented(sections: Sections, text: str) -> None:
    open_at: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        stripped = raw.strip()
        if not stripped or stripped[0] in "!#}" or stripped.startswith("/*"):
            continue
        indent = len(raw) - len(raw.lstrip())
        while open_at and open_at[-1][0] >= indent:
            open_at.pop()
        sections.setdefault(tuple(text for _, text in open_at), []).append((number, stripped))
        open_at.append((indent, stripped))
