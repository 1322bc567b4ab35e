"""`merge` on IOS XR: a target configuration is typed and committed as a whole.

A command is looked up in the mode that the session is in, then in the modes around it; one that is written with its
modes in front lands there and leaves the session where it was. A policy or set that is entered again replaces the old
one whole. `root` leaves all modes, `abort` forgets what was typed, `commit` and `end` take it. A commit that leaves a
policy or set that is in use undefined is refused (Routing Configuration Guide, "Incomplete Policy and Set References").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guard.model.device import Device, Reference, Vendor
from guard.model.errors import InputInvalid
from guard.parse.cisco.interface_name import canonical
from guard.parse.modes import Mode, body_terminator, ends_body, opened, split_words
from guard.parse.modes_rule import Fit, Matched, Mismatch
from guard.parse.xr import reader
from guard.parse.xr.unfold import header_length
from guard.snapshot.merge.document import Document, Node
from guard.snapshot.merge.edit import Editor, Place, Refused, discard, fit_removal, normal, remove, rewrite

_VENDOR = Vendor.IOSXR.value
_READS = frozenset({"show", "do", "pwd", "describe", "load", "save", "validate"})
_MOVES = frozenset({"end", "commit", "configure", "conf", "root", "exit", "abort", "clear"})
_STEP = 10  # IP Addresses and Services Configuration Guide, "Access list entry sequence numbering"


def apply(
    config_text: str, lines_text: str, *, file: str | None, change_file: str | None, first_line: int
) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The whole new configuration, and the typed lines that no table knows: (line in the change, text)."""
    session = _Session(Document.read(config_text, _VENDOR), config_text)
    device = f" (configuration {file})" if file else ""
    number = first_line
    try:
        for number, row in enumerate(lines_text.split("\n"), first_line):
            session.enter(row.rstrip("\r"), number)
        if session.body is not None:
            raise Refused(f"{session.body[1]} is missing")
    except Refused as refused:
        shown = lines_text.split("\n")[number - first_line].strip()
        raise InputInvalid("merge-rejected", f"{shown!r} is rejected: {refused}{device}", change_file, number) from None
    text = session.document.text()
    # Only lines about policies and sets, or what uses them, can leave one undefined that is in use.
    asked = any(word in lines_text for word in ("policy", "-set", "no "))
    fault = _commit_fault(config_text, text, file or "configuration") if asked else None
    if fault is not None:
        at = next((i for i, row in enumerate(lines_text.split("\n")) if fault.name in row), 0)
        message = f"the commit is rejected: {fault.why}{device}"
        raise InputInvalid("merge-rejected", message, change_file, first_line + at)
    return text, tuple(session.unknown)


@dataclass(slots=True)
class _Frame:
    """A mode that the session is in; `mode` None: a block that no table knows, held together by its indentation."""

    node: Node
    mode: Mode | None
    column: int


class _Session:
    """What has been typed so far, and the stack of modes."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.table = document.table
        self.editor = Editor(document)
        self.stack = [_Frame(document.root, self.table.top, -1)]
        self.unknown: list[tuple[int, str]] = []
        self.body: tuple[Node, str, list[Node]] | None = None  # the block, what ends it, what it held before
        self.ended = False
        self.leaf: tuple[Node, int] | None = None  # the last command that opened no mode, and its column

    def enter(self, row: str, number: int) -> None:
        """Type one line."""
        text = row.strip()
        if self.body is not None:
            self._body_row(row, text)
            return
        if not text or text[0] in self.table.comments:
            return
        words = split_words(text)
        column = row.find(text[0])
        head = words[0].lower()
        if head in _MOVES and self._moves(head, words):
            return
        if self.ended:
            if head not in _READS:
                raise Refused("configuration mode has been left")
            return
        if head in _READS:
            return
        self._leave_opaque(column)
        if head == "no" and len(words) > 1:
            self._negative(words[1:], text, column, number)
        else:
            self._positive(words, text, column, number)

    def _moves(self, head: str, words: tuple[str, ...]) -> bool:
        """Commands about the session itself."""
        if head == "exit" and len(words) == 1:
            if len(self.stack) == 1:
                self.ended = True
            else:
                self.stack.pop()
        elif head in {"end", "root"} and len(words) == 1:
            del self.stack[1:]
            self.ended = head == "end"
        elif head in {"abort", "clear"} and len(words) == 1:
            self._forget_all()
            self.ended = head == "abort"
        elif head in {"configure", "conf"}:
            self.ended = False
        elif head != "commit":
            return False
        return True

    def _forget_all(self) -> None:
        fresh = Document.read(self.text, _VENDOR)
        self.document, self.editor = fresh, Editor(fresh)
        self.stack = [_Frame(fresh.root, self.table.top, -1)]
        self.unknown.clear()

    def _body_row(self, row: str, text: str) -> None:
        assert self.body is not None
        node, end, before = self.body
        if text == "abort":
            node.children[:] = before
            self.body = None
            return
        node.children.append(Node(row, tuple(row.split()) or ("",), None, fresh=True))
        if ends_body(end, text):
            self.body = None

    def _leave_opaque(self, column: int) -> None:
        while (self.stack[-1].mode is None or self.stack[-1].mode.open) and column <= self.stack[-1].column:
            self.stack.pop()

    # ------------------------------------------------------------------------------------------ lines

    def _positive(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        worst: Mismatch | None = None
        for depth in range(len(self.stack) - 1, -1, -1):
            frame = self.stack[depth]
            if frame.mode is None:
                if column > frame.column:
                    break
                continue
            if frame.mode.open and column <= frame.column:
                continue
            here = self._spelled(words)
            found = frame.mode.match(here)
            length = 0 if isinstance(found, Matched) else header_length(frame.mode, self.table, here)
            if isinstance(found, Matched) or length:
                del self.stack[depth + 1 :]
                self._take(frame, here, text if here == words else " ".join(here), column, length, number)
                return
            if found is not None and (worst is None or found.depth > worst.depth):
                worst = found
        if worst is not None and worst.certain:
            raise Refused(worst.reason)
        self._keep(words, text, column, number)

    def _spelled(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """`interface gi 0/0/0/1` with the name as the device prints it."""
        if words[0].lower() not in {"interface", "int"} or len(words) < 2:
            return words
        at = 2 if words[1] == "preconfigure" and len(words) > 2 else 1
        split = len(words) > at + 1 and words[at].replace("-", "").isalpha() and words[at + 1][:1].isdecimal()
        name = words[at] + words[at + 1] if split else words[at]
        return ("interface", *words[1:at], canonical(Vendor.IOSXR, name), *words[at + (2 if split else 1) :])

    def _take(self, frame: _Frame, words: tuple[str, ...], text: str, column: int, length: int, number: int) -> None:
        """A command that the mode of the frame knows; with `length`, one whose first words open a mode."""
        assert frame.mode is not None
        if length:
            inner = self._enter(frame, words[:length], column)
            kept = list(self.stack)
            self.stack.append(inner)
            rest = words[length:]
            self._positive(rest, " ".join(rest), column, number)
            if self.stack[-1] is inner:  # the rest was a command of its own, not one more mode
                self.stack = kept
            return
        if opened(frame.mode, self.table, words) is not None:
            self.stack.append(self._enter(frame, words, column))
            return
        node = self._set(frame, words, text)
        self.leaf = node, column
        if frame.mode.open:
            self.stack.append(_Frame(node, frame.mode, column))  # what is indented below it is its own
        end = body_terminator(words, text, _VENDOR)
        if end is not None:
            self.body = (node, end, list(node.children))
            node.children.clear()

    def _enter(self, frame: _Frame, words: tuple[str, ...], column: int) -> _Frame:
        """The block that a header names, made where it is not there yet."""
        place, found = self._place(frame), self._found(frame, words)
        held = place.held(found.key)
        if held:
            node = held[0][1]
            if found.value and normal(found).value != _value(node, place.mode):
                rewrite(node, words)
        else:
            node = self.editor.insert(frame.node, words, place.mode)
        return _Frame(node, opened(place.mode, self.table, words), column)

    def _set(self, frame: _Frame, words: tuple[str, ...], text: str) -> Node:
        place, found = self._place(frame), self._found(frame, words)
        if "acl" in found.rule.flags:
            return self._entry(frame.node, words)
        held = place.held(found.key)
        if not held:
            return self.editor.insert(frame.node, words, place.mode, text)
        if held[0][1].words != words:
            self.editor.replace(place, held[0][1], words, text)
        remove(held[1:])
        return held[0][1]

    def _place(self, frame: _Frame) -> Place:
        assert frame.mode is not None
        return Place(frame.node, frame.mode, (frame.node,))

    def _found(self, frame: _Frame, words: tuple[str, ...]) -> Matched:
        assert frame.mode is not None
        found = frame.mode.match(words)
        assert isinstance(found, Matched)
        return normal(found)

    def _entry(self, block: Node, words: tuple[str, ...]) -> Node:
        """An entry of an access list: at its number, in place of what stands there, else ten after the last."""
        entries: list[tuple[int, Node]] = []
        for each in block.children:  # one without a number, as people write files, counts as it would be numbered
            last = entries[-1][0] if entries else 0
            entries.append((int(each.words[0]) if each.words[0].isdecimal() else last // _STEP * _STEP + _STEP, each))
        if not words[0].isdecimal():
            same = next((n for _, n in entries if words in (n.words, n.words[1:])), None)
            if same is not None and words[0] != "remark":
                return same
            last = max((at for at, _ in entries), default=0)
            words = (str(last // _STEP * _STEP + _STEP), *words)
        number = int(words[0])
        taken = next((node for at, node in entries if at == number), None)
        if taken is not None:
            rewrite(taken, words)
            return taken
        node = Node(self.editor.column(block) + " ".join(words), words, None, fresh=True)
        later = next((n for at, n in sorted(entries, key=lambda each: each[0]) if at > number), None)
        block.children.insert(block.children.index(later) if later is not None else len(block.children), node)
        return node

    def _keep(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        """A line that no table knows: kept where it seems to belong."""
        depth = len(self.stack) - 1
        while depth and column <= self.stack[depth].column:
            depth -= 1
        del self.stack[depth + 1 :]
        if self.leaf is not None and self.leaf[0] in self.stack[depth].node.children and column > self.leaf[1]:
            self.stack.append(_Frame(self.leaf[0], None, self.leaf[1]))
        block = self.stack[-1].node
        self.unknown.append((number, text))
        same = next((n for n in block.children if n.words == words), None)
        node = same or self.editor.insert(block, words, text=text)
        self.stack.append(_Frame(node, None, column))

    # ------------------------------------------------------------------------------------------ no …

    def _negative(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        words = self._spelled(words)
        for depth in range(len(self.stack) - 1, -1, -1):
            frame = self.stack[depth]
            if frame.mode is None or (frame.mode.open and column <= frame.column):
                continue
            if self._removed(frame, words):
                del self.stack[depth + 1 :]
                return
        self._forget(words, text, column, number)

    def _removed(self, frame: _Frame, words: tuple[str, ...]) -> bool:
        """Whether the frame's mode knows what is to go; what is not there is gone already."""
        assert frame.mode is not None
        place = self._place(frame)
        named = fit_removal(frame.mode, words)
        if named is not None:
            rule, key, fit = named
            if "acl" in rule.flags:
                self._entry_gone(frame.node, words)
                return True
            entries = place.below(key) if rule.short_no else place.held(key)
            whole = fit is Fit.FULL and not rule.short_no and not rule.opens and "any" not in rule.flags
            remove(entry for entry in entries if not whole or rule.tokens[-1].rest or entry[1].words == words)
            return True
        length = header_length(frame.mode, self.table, words)
        if not length:
            return False
        held = place.held(self._found(frame, words[:length]).key)
        inner = opened(frame.mode, self.table, words[:length])
        if held and inner is not None:
            return self._removed(_Frame(held[0][1], inner, frame.column), words[length:])
        return True

    def _entry_gone(self, block: Node, words: tuple[str, ...]) -> None:
        """`no 10`, `no 10 permit …`, `no permit …`."""
        numbered = words[0].isdecimal()
        for node in list(block.children):
            own = node.words[1:] if node.words[0].isdecimal() else node.words
            if (numbered and node.words[0] == words[0]) or (not numbered and own == words):
                discard(block, node)

    def _forget(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        """`no` of what no table knows: the rows that it names go; unless it names one exactly, nobody can be sure."""
        depth = len(self.stack) - 1
        while depth and column <= self.stack[depth].column:
            depth -= 1
        block = self.stack[depth].node
        named = [node for node in block.children if node.words[: len(words)] == words]
        for node in named:
            block.children.remove(node)
        if len(named) != 1 or named[0].words != words:
            self.unknown.append((number, text))


def _value(node: Node, mode: Mode) -> tuple[str, ...]:
    found = node.matched(mode)
    return found.value if found is not None else ()


# ------------------------------------------------------------------------------------------------- the commit


@dataclass(frozen=True, slots=True)
class _Fault:
    """What makes a commit fail: the policy or set, and why."""

    name: str
    why: str


_KINDS = {
    "route-map": "route-policy", "prefix-list": "prefix-set", "as-path-list": "as-path-set",
    "community-list": "community-set", "large-community-list": "large-community-set",
    "extcommunity-list": "extcommunity-set",
}  # fmt: skip
_INSIDE = "route-policy "  # how references out of a policy's own text begin


def _commit_fault(before: str, after: str, file: str) -> _Fault | None:
    """The first policy or set that is in use and not defined, and was not so before."""
    old, new = (reader.read(text, file, Vendor.IOSXR) for text in (before, after))
    known = {(each.kind, each.name) for each in _in_use(old, old.undefined)}
    for each in _in_use(new, new.undefined):
        if each.kind in _KINDS and (each.kind, each.name) not in known:
            kind = _KINDS[each.kind]
            return _Fault(each.name, f"{kind} {each.name} is in use and not defined (line {each.source.first})")
    return None


def _in_use(device: Device, references: tuple[Reference, ...]) -> Iterator[Reference]:
    """Of these references, the ones of places in the network and of policies that such places reach."""
    reached: set[str] = set()
    waiting = [each.name for each in device.references if each.kind == "route-map" and _outside(each)]
    while waiting:
        name = waiting.pop().partition("(")[0]
        if name in reached:
            continue
        reached.add(name)
        waiting += [each.name for each in device.references if each.kind == "route-map" and _within(device, each, name)]
    for each in references:
        if _outside(each) or any(_within(device, each, name) for name in reached):
            yield each


def _outside(reference: Reference) -> bool:
    return not reference.usage.startswith(_INSIDE)


def _within(device: Device, reference: Reference, policy: str) -> bool:
    found = device.policies.get(policy)
    if found is None or _outside(reference):
        return False
    return found.source.first <= reference.source.first <= found.source.last
