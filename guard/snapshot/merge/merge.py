"""`merge`: a running configuration and lines typed in configuration mode → the configuration that the device then has.

Law: all or nothing; a row that no line touches stays byte-identical. Indentation of typed lines means nothing: a line
that its mode does not know is tried in the modes around it and leaves them behind where it lands. What no table knows
is kept where it seems to belong and reported. Not modelled: semantic refusals that need more than the command's own
arguments (overlapping subnets, VRF without address family, resource limits).
"""

from __future__ import annotations

from dataclasses import dataclass

from guard.model.errors import InputInvalid
from guard.parse.modes import Mode, body_terminator
from guard.parse.modes_rule import Matched, Mismatch
from guard.snapshot.merge.abbreviate import interface_name, interface_range, spell_out
from guard.snapshot.merge.apply import Applier, Named
from guard.snapshot.merge.as_shown import as_shown
from guard.snapshot.merge.commands import NoEffect, effects
from guard.snapshot.merge.document import Document, Node
from guard.snapshot.merge.edit import Place, Refused, fit_removal


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A typed line that no table of the vendor's knows: its line in the change's file, and its text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The whole new configuration, and the typed lines that guard does not know."""

    text: str
    unknown: tuple[UnknownLine, ...] = ()


def merge(
    config_text: str,
    lines_text: str,
    vendor: str,
    *,
    file: str | None = None,
    change_file: str | None = None,
    first_line: int = 1,
) -> MergeResult:
    """Type `lines_text` into the configuration of a device of `vendor` (`ios`, `eos`, `frr`, `nxos`, `iosxr`,
    `junos`).

    `file` names the configuration, `change_file` and `first_line` the place of the typed lines, for errors.
    Raises InputInvalid (`merge-rejected`) where the device would refuse a line.
    """
    if vendor == "junos":
        from guard.snapshot.merge import junos

        text, unknown = junos.apply(config_text, lines_text, file=file, change_file=change_file, first_line=first_line)
        return MergeResult(text, tuple(UnknownLine(number, row) for number, row in unknown))
    if vendor == "iosxr":
        from guard.snapshot.merge import xr

        text, unknown = xr.apply(config_text, lines_text, file=file, change_file=change_file, first_line=first_line)
        return MergeResult(text, tuple(UnknownLine(number, row) for number, row in unknown))
    typing = _Typing(Document.read(config_text, vendor))
    device = f" (configuration {file})" if file else ""
    for number, row in enumerate(lines_text.split("\n"), first_line):
        try:
            typing.enter(row.rstrip("\r"), number)
        except Refused as refused:
            message = f"{row.strip()!r} is rejected: {refused}{device}"
            raise InputInvalid("merge-rejected", message, change_file, number) from None
    return MergeResult(typing.document.text(), tuple(typing.unknown))


@dataclass(slots=True)
class _Frame:
    """A mode that the session is in: its blocks (several for an interface range) and the column of its header."""

    nodes: tuple[Node, ...]
    mode: Mode | None
    column: int
    flat: bool = False
    leaf: bool = False  # a line of a mode that takes anything: what is indented below it is its own

    @property
    def node(self) -> Node:
        return self.nodes[0]


_LEAVE = frozenset({"write", "wr", "copy", "show", "exit", "end", "quit", "disable", "enable", "terminal"})


class _Typing:
    """A configuration session: the stack of modes, and what has been typed into which."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.table = document.table
        self.applier = Applier(document)
        self.stack = [_Frame((document.root,), self.table.top, -1)]
        self.unknown: list[UnknownLine] = []
        self.body: tuple[Node, str] | None = None
        self.ended = False
        self.last: Node | None = None
        self.last_column = 0

    def enter(self, row: str, number: int) -> None:
        """Type one line."""
        text = row.strip()
        if self.body is not None:
            self._body_row(row)
            return
        if not text or text[0] in self.table.comments:
            return
        words = tuple(text.split())
        column = row.find(text[0])
        if self.ended or words[0] in {"end", "configure", "conf"}:
            self._outside(words)
        elif words[0] == "exit" or words[0].startswith("exit-"):
            self._exit(words[0])
        elif words[0] == "do" and len(words) > 1:
            self._exec(text, number)
        else:
            self._command(words, text, column, number)

    def _outside(self, words: tuple[str, ...]) -> None:
        if words[0] in {"configure", "conf"}:
            if len(self.stack) > 1 and not self.ended:
                raise Refused("invalid input in this mode")
            self.ended = False
            return
        if self.ended and words[0] not in _LEAVE:
            raise Refused("configuration mode has been left")
        del self.stack[1:]
        self.ended = True

    def _exit(self, word: str) -> None:
        if word == "exit":
            if len(self.stack) == 1:
                self.ended = True
            else:
                self.stack.pop()
            return
        for at in range(len(self.stack) - 1, 0, -1):
            frame = self.stack[at]
            if (frame.mode is not None and frame.mode.exit_word == word) or frame.node.words[0] == word[5:]:
                del self.stack[at:]
                return
        inner = self.stack[-1].mode
        if inner is None or not any(r.opens and self.table.modes[r.opens].exit_word == word for r in inner.rules):
            raise Refused("not in that mode")

    def _exec(self, text: str, number: int) -> None:
        found = effects(text.split(None, 1)[1], self.table.vendor)
        if not all(isinstance(effect, NoEffect) for effect in found):
            self.unknown.append(UnknownLine(number, text))

    def _body_row(self, row: str) -> None:
        assert self.body is not None
        node, end = self.body
        node.children.append(Node(row, tuple(row.split()) or ("",), None, fresh=True))
        if end in row:
            self.body = None

    def _command(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        self._indented(column)
        if self.stack[-1].mode is None:  # inside a block that no table knows
            self._keep(words, text, column, number)
            return
        if self.table.vendor != "frr" and words[0] == "default" and len(words) > 1 and self._defaults(words):
            self._negative(words[1:], text, column, number, default=True)
            return
        if words[0].lower() == "no" and len(words) > 1:
            self._negative(as_shown(words[1:], self.document), text, column, number, default=False)
            return
        shown = as_shown(words, self.document)
        self._positive(shown, text if shown == words else " ".join(shown), column, number)

    def _defaults(self, words: tuple[str, ...]) -> bool:
        """`default X` resets X; in a mode that has a command called `default …` it may be that."""
        mode = self.stack[-1].mode
        return mode is None or not isinstance(mode.match(words), Matched) or mode.open

    def _indented(self, column: int) -> None:
        frame = self.stack[-1]
        if self.last is frame.node and column <= frame.column:
            frame.flat = True
        self.last = None
        while (self.stack[-1].mode is None or self.stack[-1].leaf) and column <= self.stack[-1].column:
            self.stack.pop()

    def _resolve(self, words: tuple[str, ...], column: int) -> tuple[int, Mode, Matched] | Mismatch | None:
        """Where a command lands: the depth of the mode, the mode (or the one implied in it), the form."""
        worst: Mismatch | None = None
        loose: tuple[int, Mode, Matched] | None = None
        for depth in range(len(self.stack) - 1, -1, -1):
            mode = self.stack[depth].mode
            while mode is not None:
                found = mode.match(words)
                if isinstance(found, Matched):
                    if not found.rule.tokens[0].rest or column > self.stack[depth].column:
                        return depth, mode, found
                    loose = loose or (depth, mode, found)  # a mode that takes anything, unless one around it knows
                    found = None
                if found is not None and (worst is None or found.depth > worst.depth):
                    worst = found
                mode = self.table.modes[mode.below] if mode.below else None
        return loose or worst

    def _positive(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        typed = words
        found = self._resolve(words, column)
        if not isinstance(found, tuple):
            words = spell_out(words)
            found = self._resolve(words, column)
        if words[0] == "interface" and len(self.stack) and self._interface(words, column):
            return
        if not isinstance(found, tuple):
            self._refuse(words, found)
            self._keep(typed, text, column, number)
            return
        depth, mode, matched = found
        del self.stack[depth + 1 :]
        if matched.rule.opens is None:
            for place in self._places(depth, mode):
                self.applier.set(place, words, matched, text if typed == words else None)
            self._open_body(words, text)
            if matched.rule.tokens[0].rest:
                self._descend(words, mode, column)
            return
        place = self._places(depth, mode)[0]
        nodes = (self.applier.enter(place, words, matched),)
        self._push(nodes, column)

    def _descend(self, words: tuple[str, ...], mode: Mode, column: int) -> None:
        nodes = tuple(n for block in self.stack[-1].nodes for n in block.children if n.words == words)
        if nodes:
            self.stack.append(_Frame(nodes, mode, column, leaf=True))

    def _interface(self, words: tuple[str, ...], column: int) -> bool:
        """`interface X` is a global command; one line may name several."""
        at = next((d for d in range(len(self.stack) - 1, -1, -1) if self._opens_interface(d, words)), None)
        if at is None:
            return False
        mode = self.stack[at].mode
        assert mode is not None
        del self.stack[at + 1 :]
        names = interface_range(words, self.table.vendor)
        lines = [("interface", n) for n in names] if names else [interface_name(words, self.table.vendor)]
        place = self._places(at, mode)[0]
        nodes = []
        for line in lines:
            matched = mode.match(line)
            if not isinstance(matched, Matched):
                raise Refused("invalid interface")
            nodes.append(self.applier.enter(place, line, matched))
        self._push(tuple(nodes), column)
        return True

    def _opens_interface(self, depth: int, words: tuple[str, ...]) -> bool:
        mode = self.stack[depth].mode
        if mode is None:
            return False
        found = mode.match(words)
        return isinstance(found, Matched) and found.rule.opens in {"interface", "range"}

    def _push(self, nodes: tuple[Node, ...], column: int) -> None:
        self.stack.append(_Frame(nodes, nodes[0].mode, column))
        self.last = nodes[0]

    def _places(self, depth: int, mode: Mode) -> list[Place]:
        return [self.applier.place(self.stack[depth - 1].node if depth else None, node, mode)
                for node in self.stack[depth].nodes]  # fmt: skip

    def _open_body(self, words: tuple[str, ...], text: str) -> None:
        end = body_terminator(words, text, self.table.vendor)
        if end is not None:
            block = self.stack[-1].node
            node = next(n for n in block.children if n.words == words)
            node.children.clear()
            self.body = (node, end)

    def _negative(self, words: tuple[str, ...], text: str, column: int, number: int, *, default: bool) -> None:
        for bare in dict.fromkeys((words, spell_out(words))):
            if bare[0] == "interface":
                bare = interface_name(bare, self.table.vendor)
            at = self._removal(bare, column)
            if at is not None:
                self._remove(*at, bare, default=default)
                return
        self._refuse(spell_out(words), self._resolve(spell_out(words), column))
        self._forget(words, text, column, number)

    def _removal(self, words: tuple[str, ...], column: int) -> tuple[int, Mode, Named] | None:
        loose: tuple[int, Mode, Named] | None = None
        for depth in range(len(self.stack) - 1, -1, -1):
            mode = self.stack[depth].mode
            while mode is not None:
                named = fit_removal(mode, words)
                if named is not None and (not named[0].tokens[0].rest or column > self.stack[depth].column):
                    return depth, mode, named
                if named is not None:
                    loose = loose or (depth, mode, named)
                mode = self.table.modes[mode.below] if mode.below else None
        return loose

    def _remove(self, depth: int, mode: Mode, named: Named, words: tuple[str, ...], *, default: bool) -> None:
        del self.stack[depth + 1 :]
        for place in self._places(depth, mode):
            if default:
                self.applier.default(place, words, named)
            else:
                self.applier.unset(place, words, named)

    def _forget(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        """`no` of what no table knows: the rows that it names go; unless it names one exactly, nobody can be sure."""
        depth = self._seat(column)
        block = self.stack[depth].node
        named = [n for n in block.children if n.words[: len(words)] == words]
        if not named:
            self._keep(("no", *words), text, column, number)
            return
        del self.stack[depth + 1 :]
        for node in named:
            block.children.remove(node)
        if len(named) > 1 or named[0].words != words:
            self.unknown.append(UnknownLine(number, text))

    def _seat(self, column: int) -> int:
        """Where a line that no table knows is likely to land: by indentation, as people type it."""
        depth = len(self.stack) - 1
        while depth and column <= self.stack[depth].column and not self._stays(self.stack[depth], column):
            depth -= 1
        return depth

    def _stays(self, frame: _Frame, column: int) -> bool:
        return frame.flat and column == frame.column

    def _keep(self, words: tuple[str, ...], text: str, column: int, number: int) -> None:
        depth = self._seat(column)
        del self.stack[depth + 1 :]
        block = self.stack[depth].node
        self.unknown.append(UnknownLine(number, text))
        same = next((n for n in block.children if n.words == words), None)
        node = same or self.applier.editor.insert(block, words, text=text)
        self.stack.append(_Frame((node,), None, column))
        self.last = node

    def _refuse(self, words: tuple[str, ...], why: Mismatch | tuple[int, Mode, Matched] | None) -> None:
        """Refuse a known command that is malformed, or that stands where no mode around knows it."""
        if isinstance(why, Mismatch) and why.certain:
            raise Refused(why.reason)
        inner = self.stack[-1]
        if inner.mode is None or (inner.mode.open and inner.mode is not self.table.top):
            return
        for name in _CERTAIN:
            mode = self.table.modes.get(name)
            found = mode.match(words) if mode is not None else None
            if isinstance(found, Matched) and _specific(found):
                raise Refused(f"not a command of {_mode_name(inner.mode)} or of a mode around it")


def _specific(found: Matched) -> bool:
    """Whether the form says enough to be sure that the command is meant: more than a keyword and anything."""
    tokens = found.rule.tokens
    return not tokens[0].rest and not (len(tokens) > 1 and tokens[1].rest and tokens[1].key)


_CERTAIN = ("interface", "bgp", "bgp-af", "ospf", "rmap", "global")


def _mode_name(mode: Mode) -> str:
    return "global configuration mode" if mode.name == "global" else f"{mode.name} configuration mode"
