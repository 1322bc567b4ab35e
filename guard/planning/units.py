"""A change taken apart into what can be left out: lines with the modes that they stand in, updates, names, hunks.

Law: all units of a part, put together again, do what the part does. What cannot be taken apart is one unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from guard.model.change import Change, DownUp, EditFile, Merge, PatchConfig, ReplaceConfig, ReplaceZone, StepPart
from guard.model.change import ZoneUpdate as Update
from guard.model.errors import InputInvalid
from guard.snapshot.merge.patch import apply_unified_diff
from guard.snapshot.octodns_step import is_octodns
from guard.snapshot.snapshot import Snapshot

Together = Callable[[Sequence["Unit"]], StepPart]


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """`text`: what people read. `place`: the device, zone or file. `at`: (step, part) that it belongs to."""

    step: int
    part: int
    place: str
    text: str
    content: tuple[str, ...] = ()
    line: int = 0


class Units:
    """The units of a change, and changes made of some of them."""

    def __init__(self, change: Change, base: Snapshot) -> None:
        self.change = change
        self.all: list[Unit] = []
        self._together: dict[tuple[int, int], Together] = {}
        edited: set[str] = set()
        for step in change.steps:
            for number, part in enumerate(step.parts):
                units, together = _taken_apart(part, step.number, number, base, edited)
                self.all += units
                self._together[step.number, number] = together
        self._made: dict[tuple[int, ...], StepPart] = {}

    def steps(self, chosen: Iterable[Unit]) -> tuple[tuple[StepPart, ...], ...]:
        """The steps that are left of the change with these units alone."""
        wanted = set(map(id, chosen))
        steps: dict[int, list[StepPart]] = {}
        for at, together in self._together.items():
            mine = [unit for unit in self.all if (unit.step, unit.part) == at and id(unit) in wanted]
            if mine:
                key = tuple(map(id, mine))
                if key not in self._made:
                    self._made[key] = together(mine)
                steps.setdefault(at[0], []).append(self._made[key])
        return tuple(tuple(parts) for parts in steps.values())


def _taken_apart(
    part: StepPart, step: int, number: int, base: Snapshot, edited: set[str]
) -> tuple[list[Unit], Together]:
    match part:
        case Merge():
            lines = [Unit(step, number, part.device, _said(path[-1]), path) for path in _paths(part.lines)]
            return lines, lambda units: replace(part, lines=_rendered(units))
        case Update():
            updates = [line for line in part.script.splitlines() if line.strip()]
            kept = [Unit(step, number, part.zone, line.strip(), (line,)) for line in updates]
            return kept, lambda units: replace(part, script="".join(f"{unit.content[0]}\n" for unit in units))
        case DownUp():
            downs = [Unit(step, number, name, f"down {name}", ("down", name)) for name in part.down]
            ups = [Unit(step, number, name, f"up {name}", ("up", name)) for name in part.up]
            return [*downs, *ups], lambda units: replace(
                part,
                down=tuple(unit.content[1] for unit in units if unit.content[0] == "down"),
                up=tuple(unit.content[1] for unit in units if unit.content[0] == "up"),
            )
    hunks = _hunks(part, step, number, base, edited)
    if hunks is not None:
        return hunks
    return [Unit(step, number, _place(part), type(part).__name__)], lambda units: part


def _place(part: StepPart) -> str:
    names = (getattr(part, name, "") for name in ("device", "zone", "path", "name"))
    return next((str(name) for name in names if name), "")


def _said(row: str) -> str:
    """A line as people read it; of a body its first and last line."""
    rows = row.strip().split("\n")
    return rows[0] if len(rows) == 1 else f"{rows[0]} … {rows[-1].strip()}"


_BODY_ENDS = {"route-policy": "end-policy"}  # of IOS XR; what ends in -set ends with end-set


def _whole_bodies(lines: list[str]) -> Iterator[str]:
    """The lines, a policy or set of IOS XR as one: a part of it is none."""
    at = 0
    while at < len(lines):
        head = lines[at].split(None, 1)[0]
        end = "end-set" if head.endswith("-set") else _BODY_ENDS.get(head)
        last = next((i for i in range(at, len(lines)) if lines[i].strip() == end), at) if end else at
        yield "\n".join(lines[at : last + 1])
        at = last + 1


def _paths(text: str) -> Iterator[tuple[str, ...]]:
    """Each line without lines below it, with those above it that it is indented under."""
    lines = list(_whole_bodies([line for line in text.splitlines() if line.strip()]))
    stack: list[str] = []
    for number, line in enumerate(lines):
        while stack and _indent(stack[-1]) >= _indent(line):
            stack.pop()
        stack.append(line)
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if not following or _indent(following) <= _indent(line):
            yield tuple(stack)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _rendered(units: Sequence[Unit]) -> str:
    """The lines with their modes, each mode entered once for lines that follow each other."""
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for unit in units:
        same = 0
        while same < min(len(before), len(unit.content)) - 1 and before[same] is unit.content[same]:
            same += 1
        lines += unit.content[same:]
        before = unit.content
    return "".join(f"{line}\n" for line in lines)


# ------------------------------------------------------------------------------------------------ whole texts


def _hunks(
    part: StepPart, step: int, number: int, base: Snapshot, edited: set[str]
) -> tuple[list[Unit], Together] | None:
    """Places where a new text differs from the base's; None where nobody knows the base's, or it is edited twice."""
    place = _place(part)
    old, new = _texts(part, base)
    if old is None or new is None or place in edited:
        return None
    edited.add(place)
    was, now = old.splitlines(keepends=True), new.splitlines(keepends=True)
    codes = [code for code in SequenceMatcher(None, was, now, autojunk=False).get_opcodes() if code[0] != "equal"]
    units = [
        Unit(step, number, place, _shown(was[a:b], now[c:d]), (str(a), str(b), "".join(now[c:d])), a + 1)
        for _, a, b, c, d in codes
    ]

    def together(chosen: Sequence[Unit]) -> StepPart:
        lines, at = [], 0
        for unit in chosen:
            first, last, text = unit.content
            lines += [*was[at : int(first)], text]
            at = int(last)
        return _replacing(part, "".join([*lines, *was[at:]]))

    return (units, together) if units else None


def _shown(old: Sequence[str], new: Sequence[str]) -> str:
    lines = [f"- {line.rstrip()}" for line in old] + [f"+ {line.rstrip()}" for line in new]
    return "\n".join(lines[:12] + ([f"… {len(lines) - 12} more lines"] if len(lines) > 12 else []))


def _texts(part: StepPart, base: Snapshot) -> tuple[str | None, str | None]:
    """(text in the base, text that the part leaves) of a part that writes one file."""
    match part:
        case ReplaceConfig() | PatchConfig():
            device = base.device(part.device)
            old = base.files.get(device.file) if device is not None else None
            if old is None or isinstance(part, ReplaceConfig):
                return old, part.text if isinstance(part, ReplaceConfig) else None
            return old, _patched(old, part.diff)
        case ReplaceZone(server="") if not is_octodns(part):
            zone = base.zones.get(part.zone)
            return (base.files.get(zone.file) if zone is not None else None), part.text
        case EditFile():
            old = base.files.get(part.path)
            if old is None or part.mode == "replace":
                return old, part.text
            return old, _patched(old, part.text)
        case _:
            return None, None


def _patched(text: str, diff: str) -> str | None:
    try:
        return apply_unified_diff(text, diff, "")
    except InputInvalid:
        return None  # it is for a text that an earlier step leaves


def _replacing(part: StepPart, text: str) -> StepPart:
    match part:
        case PatchConfig():
            return ReplaceConfig(part.device, text, part.source)
        case EditFile():
            return replace(part, mode="replace", text=text)
        case ReplaceConfig() | ReplaceZone():
            return replace(part, text=text)
    raise AssertionError("only parts that write one file have hunks")
