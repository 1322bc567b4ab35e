"""Text of a configuration → tree of commands, by the modes that the commands open.

Law: every line that is neither blank nor a comment is in the tree once, with its number.
IOS, NX-OS and EOS print a mode's lines indented, and there indentation decides; a file whose lines stand at the
header's own column is read by mode, as the device would. FRR ignores indentation: a line stays in the mode that knows
it, else it goes to the nearest ancestor that does (vtysh, command_config_read_one_line). A block that no table knows
falls back to its indentation, so that nothing is lost. Bodies of banners are opaque.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import import_module

from guard.parse.line import Line
from guard.parse.modes_rule import Fit, Matched, Mismatch, Rule, compile_rule, match

_TABLES = {
    "ios": "guard.parse.modes_ios",
    "eos": "guard.parse.modes_eos",
    "frr": "guard.parse.modes_frr",
    "nxos": "guard.parse.modes_nxos",
    "iosxr": "guard.parse.modes_xr",
}
_STEPS = {"eos": 3, "nxos": 2}
_ANY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mode:
    """One configuration mode: its command forms, and which first words they begin with."""

    name: str
    rules: tuple[Rule, ...]
    exit_word: str
    below: str | None  # the mode of an implied block: IOS and FRR take IPv4 unicast commands in `router bgp` itself
    open: bool  # holds a form that fits anything
    by_first: dict[str, tuple[Rule, ...]]
    seconds: dict[str, frozenset[str]]  # first word -> second words; empty: any
    openers: dict[str, dict[str, tuple[Rule, ...]]]  # first word -> second word, or "" for any -> forms
    opening: frozenset[str]  # first words of commands that may open a mode, as they are typed too
    _near: dict[str, dict[str, tuple[Rule, ...]]] = field(default_factory=dict, repr=False, compare=False)

    def knows(self, words: tuple[str, ...]) -> bool:
        """Whether a command, `no` or not, begins like one of this mode's, judged by two words."""
        at = 1 if words[0] in _NEGATIONS and len(words) > 1 else 0
        found = self.seconds.get(words[at].lower() if words[at] != "int" else "interface")
        if found is None or (words[at] == "interface" and len(words) == at + 2 and self._wants_more(words[at:])):
            return False
        return not found or (words[at + 1].lower() if len(words) > at + 1 else "") in found

    def _wants_more(self, words: tuple[str, ...]) -> bool:
        """Whether `interface X` only begins a command here (FRR `interface X area N`): vtysh then asks around."""
        forms = self.by_first.get("interface", ())
        return bool(forms) and all(match(form, words)[0] is Fit.PREFIX for form in forms)

    def match(self, words: tuple[str, ...]) -> Matched | Mismatch | None:
        """Fit a command without its `no`: the match, the deepest reason why not, or None where no form is near."""
        worst: Mismatch | None = None
        for rule in self._forms(words):
            if rule.short_no:
                continue
            fit, found, mismatch = match(rule, words)
            if fit is Fit.FULL:
                loose = rule.tokens[-1].rest and worst is not None and worst.certain
                return worst if loose and worst is not None and worst.depth >= len(rule.tokens) else found
            if mismatch is not None and (worst is None or mismatch.depth > worst.depth):
                worst = mismatch
        return worst

    def _forms(self, words: tuple[str, ...]) -> tuple[Rule, ...]:
        """The forms that a command may fit by its first two words, in their order."""
        first = words[0].lower() if words[0].lower() in self.by_first else ""
        rules = self.by_first.get(first, ())
        if len(words) < 2 or len(rules) <= _FEW:
            return rules
        if first not in self._near:
            self._near[first] = _by_second(rules)
        return self._near[first].get(words[1].lower()) or self._near[first][""]


#: Forms that are tried one after the other sooner than they are looked up.
_FEW = 4


@dataclass(frozen=True, slots=True)
class Grammar:
    """One vendor's modes."""

    vendor: str
    modes: dict[str, Mode]
    exact: bool = False  # indentation means nothing
    comments: tuple[str, ...] = ("!",)
    step: int = 1  # columns a mode's lines are indented by
    names: dict[str, str] = field(default_factory=dict)

    @property
    def top(self) -> Mode:
        """The mode of `configure terminal`."""
        return self.modes["global"]


_NEGATIONS = frozenset({"no", "default"})


@cache
def grammar(vendor: str) -> Grammar:
    """The table of `ios`, `eos`, `frr` or `nxos`, compiled once."""
    text = import_module(_TABLES[vendor]).GRAMMAR
    modes = _modes(text)
    if vendor == "frr":
        return Grammar(vendor, modes, exact=True, comments=("!", "#"))
    if vendor == "iosxr":
        return Grammar(vendor, modes, comments=("!", "#"))
    return Grammar(vendor, modes, step=_STEPS.get(vendor, 1))


def _modes(text: str) -> dict[str, Mode]:
    sections: dict[str, tuple[str, list[str]]] = {}
    rows: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            name, _, option = line[1:].partition("]")
            rows = []
            sections[name] = (option.removeprefix(" ;").strip(), rows)
        elif line.startswith("$"):
            inherited = sections[line[1:]][1]  # its commands and families, not the instances beside it
            rows.extend(row for row in inherited if " -> " not in row or row.endswith("-af"))
        elif line:
            rows.append(line)
    return {name: _mode(name, option, rows) for name, (option, rows) in sections.items()}


def _mode(name: str, option: str, rows: list[str]) -> Mode:
    rules = tuple(compile_rule(row) for row in rows)
    by_first: dict[str, list[Rule]] = {}
    seconds: dict[str, set[str]] = {}
    openers: dict[str, list[Rule]] = {}
    any_second: set[str] = set()
    for rule in rules:
        first = rule.tokens[0]
        for word in first.words or ("",):
            by_first.setdefault(word, []).append(rule)
            if rule.opens:
                openers.setdefault(word, []).append(rule)
            if len(rule.tokens) > 1 and rule.tokens[1].words:
                seconds.setdefault(word, set()).update(rule.tokens[1].words)
            elif len(rule.tokens) > 1:
                any_second.add(word)
            else:
                seconds.setdefault(word, set()).add("")
    kind, _, value = option.partition(" ")
    wild = any(rule.tokens[0].rest for rule in rules)
    seconds.pop("", None)
    return Mode(
        name=name,
        rules=rules,
        exit_word=value if kind == "exit" else "",
        below=value if kind == "below" else None,
        open=wild,
        by_first={w: tuple(r) + tuple(by_first.get("", ()) if w else ()) for w, r in by_first.items()},
        seconds={w: _ANY if w in any_second else frozenset(s) for w, s in seconds.items()}
        | {w: _ANY for w in any_second if w},
        openers={word: _by_second(forms) for word, forms in openers.items() if word},
        opening=frozenset((*openers, "int") if "interface" in openers else openers),
    )


def _by_second(rules: Sequence[Rule]) -> dict[str, tuple[Rule, ...]]:
    """Second word -> the forms that it may stand in; "": those in which any may, or none."""
    keywords = [rule.tokens[1].words if len(rule.tokens) > 1 else _ANY for rule in rules]
    forms = list(zip(rules, keywords, strict=True))
    index = {
        second: tuple(rule for rule, words in forms if not words or second in words)
        for second in frozenset().union(*keywords)
    }
    return index | {"": tuple(rule for rule, words in forms if not words)}


def opened(mode: Mode, table: Grammar, words: tuple[str, ...]) -> Mode | None:
    """The mode that a command opens when it is entered in `mode`, if it opens one."""
    if words[0] == "int":  # files written by hand, as they are typed
        words = ("interface", *words[1:])
    forms = mode.openers.get(words[0].lower())
    if forms is None or not (forms[""] or (len(words) > 1 and words[1].lower() in forms)):
        return None
    name = _opens(table.vendor, mode.name, words)
    return table.modes[name] if name is not None else None


@lru_cache(maxsize=8192)  # a thousand routers say the same again and again
def _opens(vendor: str, mode: str, words: tuple[str, ...]) -> str | None:
    forms = grammar(vendor).modes[mode].openers[words[0].lower()]
    second = words[1].lower() if len(words) > 1 else ""
    for rule in forms.get(second) or forms.get("", ()):
        if rule.opens and match(rule, words)[0] is Fit.FULL:
            return rule.opens
    return None


_NO_LEAF = 1 << 30


class _Frame:
    """An open block while the tree is being built: where it stands, and what it holds so far."""

    __slots__ = ("children", "indent", "mode", "number", "opaque", "shut", "text", "typed", "words")

    def __init__(self, indent: int, mode: Mode | None, number: int, text: str, words: tuple[str, ...]) -> None:
        self.indent = indent
        self.mode = mode
        self.number = number
        self.text = text
        self.words = words
        self.children: list[Line] = []
        self.opaque = False  # a line that no table knows: what is indented below it is its own
        self.typed = False  # its lines stand at its own column
        self.shut = False  # a `!` at its column came before any line of its own


def tree(text: str, vendor: str) -> tuple[Line, ...]:
    """Read a configuration of `ios`, `eos`, `frr` or `nxos` into its tree of commands.

    The last ones are remembered: a change types into a text, reads the new one and shows what differs in both.
    """
    return _remembered(text, vendor) if len(text) <= _MOST_REMEMBERED else _read(text, vendor)


#: Characters of a text whose tree is remembered; longer ones are few, and their trees large.
_MOST_REMEMBERED = 100_000


@lru_cache(maxsize=32)
def _remembered(text: str, vendor: str) -> tuple[Line, ...]:
    return _read(text, vendor)


def _read(text: str, vendor: str) -> tuple[Line, ...]:
    return _Builder(grammar(vendor)).build(text.split("\n"))


class _Builder:
    """The stack of open blocks; the innermost is last, the file itself first.

    A command that opens no mode goes straight into its block; only where the next line is indented deeper, as below
    a line that no table knows, does it become a block itself.
    """

    def __init__(self, table: Grammar) -> None:
        self.table = table
        self.stack = [_Frame(-1, table.top, 0, "", ())]
        self.leaf = _NO_LEAF  # the column of the last command where that opened no mode

    def build(self, rows: list[str]) -> tuple[Line, ...]:
        """Read all rows."""
        comments, exact = self.table.comments, self.table.exact
        split_at_brackets = self.table.vendor == "iosxr"
        body_end: str | None = None
        stack = self.stack
        for number, row in enumerate(rows, 1):
            text = row.strip()
            if not text:
                continue
            if body_end is not None:
                stack[-1].children.append(Line(number, text, tuple(text.split())))
                if ends_body(body_end, text):
                    body_end = None
                    self._close(len(stack) - 1)
                continue
            initial = text[0]
            indent = 0 if row[0] == initial else row.find(initial)
            if initial in comments:
                top = stack[-1]
                if not top.children and indent <= top.indent:
                    top.shut = True
                continue
            words = split_words(text) if split_at_brackets and "(" in text else tuple(text.split())
            first = words[0]
            if first[:4] == "exit" and ((first == "exit" and len(words) == 1) or first[4:5] == "-"):
                self._exit(number, text, words, indent)
                continue
            top = stack[-1]
            if indent > self.leaf or exact or indent <= top.indent:
                self._place(words, indent)
                top = stack[-1]
            if first in _BODIES:
                body_end = body_terminator(words, text, self.table.vendor)
            if body_end is None and (top.mode is None or first.lower() not in top.mode.opening):
                if indent <= top.indent:
                    top.typed = True
                top.children.append(Line(number, text, words))
                self.leaf = indent
                continue
            self._add(number, text, words, indent, body=body_end is not None)
        self._close(1)
        return tuple(stack[0].children)

    def _add(self, number: int, text: str, words: tuple[str, ...], indent: int, *, body: bool) -> None:
        parent = self.stack[-1]
        mode = parent.mode
        inner = opened(mode, self.table, words) if mode is not None else None
        if indent <= parent.indent:
            parent.typed = True
        if inner is None and not body:
            parent.children.append(Line(number, text, words))
            self.leaf = indent
            return
        self.stack.append(_Frame(indent, inner, number, text, words))
        self.leaf = _NO_LEAF

    def _place(self, words: tuple[str, ...], indent: int) -> None:
        """Close what the command is not part of."""
        if indent > self.leaf and self._under_leaf(words):
            return
        depth = self._by_mode(words, indent) if self.table.exact else self._by_indent(words, indent)
        if depth < len(self.stack) - 1:
            self._close(depth + 1)

    def _under_leaf(self, words: tuple[str, ...]) -> bool:
        """Make a block of the last command, where this one is indented below it and nothing around it knows it."""
        parent = self.stack[-1]
        leaf = parent.children[-1]
        opaque = parent.mode is None or not self._known(parent.mode, leaf.words)
        if (
            self.table.exact
            and not opaque
            and any(f.mode is not None and self._known(f.mode, words) for f in self.stack)
        ):
            return False
        parent.children.pop()
        frame = _Frame(self.leaf, None, leaf.number, leaf.text, leaf.words)
        frame.opaque = opaque
        self.stack.append(frame)
        self.leaf = _NO_LEAF
        return True

    def _known(self, mode: Mode, words: tuple[str, ...]) -> bool:
        if mode.knows(words):
            return True
        return mode.below is not None and self.table.modes[mode.below].knows(words)

    def _close(self, depth: int) -> None:
        stack = self.stack
        while len(stack) > depth:
            done = stack.pop()
            stack[-1].children.append(Line(done.number, done.text, done.words, tuple(done.children)))

    def _by_indent(self, words: tuple[str, ...], indent: int) -> int:
        stack = self.stack
        at = len(stack) - 1
        if stack[at].indent < indent:
            return at
        while at:
            frame = stack[at]
            if frame.indent < indent:
                return at
            if frame.indent == indent and frame.mode is not None and self._stays(frame, at, words):
                return at
            at -= 1
        return 0

    def _stays(self, frame: _Frame, at: int, words: tuple[str, ...]) -> bool:
        """Whether a line in its header's own column still belongs to the block: it was typed, not printed."""
        if frame.typed:
            return self._holds(frame, at, words)
        inner = at < len(self.stack) - 1
        if inner or frame.children or frame.shut or frame.mode is None:
            return False
        return self._holds(frame, at, words)

    def _holds(self, frame: _Frame, at: int, words: tuple[str, ...]) -> bool:
        assert frame.mode is not None
        if self._known(frame.mode, words):
            return True
        outer = self.stack[at - 1].mode
        return frame.typed and not (outer is not None and self._known(outer, words)) and not self._is_top(words)

    def _is_top(self, words: tuple[str, ...]) -> bool:
        return self.table.top.knows(words)

    def _by_mode(self, words: tuple[str, ...], indent: int) -> int:
        stack = self.stack
        at = len(stack) - 1
        mode = stack[at].mode
        if mode is not None and mode.knows(words):
            return at
        if stack[at].opaque and stack[at].indent < indent:
            return at
        while at >= 0:
            frame = stack[at]
            if frame.opaque and frame.indent < indent:
                return at
            mode = frame.mode
            if mode is not None and self._known(mode, words):
                return at
            at -= 1
        at = len(stack) - 1
        while at and not (stack[at].indent < indent or (stack[at].typed and stack[at].indent == indent)):
            at -= 1
        return at

    def _exit(self, number: int, text: str, words: tuple[str, ...], indent: int) -> None:
        depth = self._exit_depth(words[0], indent)
        self._close(depth + 1)
        self.stack[depth].children.append(Line(number, text, words))
        self.leaf = _NO_LEAF
        if depth:
            self._close(depth)

    def _exit_depth(self, word: str, indent: int) -> int:
        """The block that an exit closes: the innermost mode, by its own word and by indentation where it has one."""
        blocks = [at for at in range(len(self.stack) - 1, 0, -1) if self.stack[at].mode is not None]
        reach = [at for at in blocks if self.table.exact or self.stack[at].indent <= indent]
        if word != "exit":
            for at in reach:
                header, mode = self.stack[at].words, self.stack[at].mode
                if mode is not None and (mode.exit_word == word or header[0] == word[5:]):
                    return at
        return reach[0] if reach else 0


_XR_SETS = frozenset({
    "prefix-set", "community-set", "large-community-set", "extcommunity-set", "as-path-set", "rd-set", "tag-set",
    "ospf-area-set", "mac-set", "esi-set", "etag-set",
})  # fmt: skip
_BODIES = frozenset({"banner", "macro", "comment", "certificate", "route-policy", *_XR_SETS})


def split_words(text: str) -> tuple[str, ...]:
    """The words of an XR command; a policy with its arguments, `POLICY(1, 65000:2)`, is one word."""
    words: list[str] = []
    depth = 0
    for word in text.split():
        if words and (depth or (word[0] == "(" and "policy" in text)):
            words[-1] += f" {word}" if depth else word
        else:
            words.append(word)
        depth += word.count("(") - word.count(")")
    return tuple(words) if not depth and "policy" in text else tuple(text.split())


def ends_body(end: str, text: str) -> bool:
    """Whether a row is the last of a body: it holds the delimiter, or is XR's word for the end."""
    return text.strip() == end if end in _XR_ENDS else end in text


_XR_ENDS = frozenset({"end-policy", "end-set"})


def body_terminator(words: tuple[str, ...], text: str, vendor: str) -> str | None:
    """What ends the body that a command opens, or None where it has none or ends in its own line.

    IOS, NX-OS: the first character after the banner's kind delimits it (`^C` is how IOS prints ETX); EOS: `EOF`.
    """
    if words[0] in _XR_SETS or words[0] == "route-policy":
        used = words[0] == "route-policy" and words[-1] in {"in", "out"}  # at a neighbour
        return None if vendor != "iosxr" or used else "end-set" if words[0] in _XR_SETS else "end-policy"
    if words[0] == "macro" and vendor == "ios":
        return "@" if len(words) > 2 and words[1] == "name" else None
    if words[0] != "banner":
        return "quit" if words[0] == "certificate" and vendor == "ios" and 1 < len(words) < 4 else None
    if vendor == "eos":
        return "EOF" if len(words) == 2 else None
    if vendor not in {"ios", "nxos", "iosxr"} or len(words) < 3:
        return None
    rest = text.split(None, 2)[2]
    delimiter = "^C" if rest.startswith("^C") else rest[0]
    return None if delimiter in rest[len(delimiter) :] else delimiter
