"""A route-policy as a program: its statements, nested as `if … endif` nests them, read from the tokens of its body.

Law: reading is total. Raises ValueError, with what was expected, where the text is no policy.
"""

from __future__ import annotations

from dataclasses import dataclass

from guard.parse.line import Line
from guard.parse.xr.tokens import Token, text_of

#: Nesting that the language itself would refuse; keeps reading and compiling bounded.
_DEEPEST = 64
_ENDS = frozenset({"elseif", "else", "endif"})
_DISPOSITIONS = frozenset({"pass", "drop", "done"})


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison, as written."""

    words: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """`and` or `or` of tests; `not` of its single part."""

    how: str
    parts: tuple[Logic, ...]


Logic = Test | Joined


@dataclass(frozen=True, slots=True)
class Act:
    """A statement that changes the route, as written."""

    words: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Dispose:
    """`pass`, `drop` or `done`."""

    how: str
    line: Line


@dataclass(frozen=True, slots=True)
class Apply:
    """Another policy's statements, as though they were written here."""

    name: str
    arguments: tuple[str, ...]
    line: Line


@dataclass(frozen=True, slots=True)
class Branch:
    """`if` or `elseif` with what it does; `else` has no test."""

    test: Logic | None
    line: Line
    body: Block


@dataclass(frozen=True, slots=True)
class Choice:
    """`if … elseif … else … endif`."""

    branches: tuple[Branch, ...]


Statement = Act | Dispose | Apply | Choice
Block = tuple[Statement, ...]


def read(tokens: tuple[Token, ...]) -> Block:
    """The program of a policy's body, without its `end-policy`."""
    reader = _Reader(tokens)
    block = reader.block(0)
    if reader.at < len(tokens):
        raise ValueError(f"{tokens[reader.at].text!r} without an `if`")
    return block


class _Reader:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at].low if self.at < len(self.tokens) else ""

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise ValueError("the policy ends in the middle of a statement")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def expect(self, word: str) -> Token:
        token = self.take()
        if token.low != word:
            raise ValueError(f"{token.text!r} where `{word}` is due")
        return token

    # -------------------------------------------------------------------------------------- statements

    def block(self, depth: int) -> Block:
        if depth > _DEEPEST:
            raise ValueError("`if` is nested too deep")
        found: list[Statement] = []
        while self.at < len(self.tokens) and self.peek() not in _ENDS:
            found.append(self.statement(depth))
        return tuple(found)

    def statement(self, depth: int) -> Statement:
        word = self.peek()
        if word in _DISPOSITIONS:
            token = self.take()
            return Dispose(token.low, token.line)
        if word == "if":
            return self.choice(depth)
        if word == "apply":
            return self.apply()
        return Act(self.action())

    def choice(self, depth: int) -> Choice:
        branches: list[Branch] = []
        line = self.expect("if").line
        while True:
            test = self.logic(depth)
            self.expect("then")
            branches.append(Branch(test, line, self.block(depth + 1)))
            if self.peek() != "elseif":
                break
            line = self.take().line
        if self.peek() == "else":
            line = self.take().line
            branches.append(Branch(None, line, self.block(depth + 1)))
        self.expect("endif")
        return Choice(tuple(branches))

    def apply(self) -> Apply:
        line = self.expect("apply").line
        name, arguments = self.called()
        return Apply(name, arguments, line)

    def called(self) -> tuple[str, tuple[str, ...]]:
        name = self.take().text
        if self.peek() != "(":
            return name, ()
        return name, tuple(part for each in _split(self.bracketed()[1:-1]) if (part := text_of(each)))

    def action(self) -> tuple[Token, ...]:
        """The tokens of one statement: to the end of its line, and beyond while a bracket is open."""
        words = [self.take()]
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if not depth and (token.first or token.low in _ENDS):
                break
            depth += (token.text == "(") - (token.text == ")") if not token.quoted else 0
            words.append(self.take())
        return tuple(words)

    def bracketed(self) -> tuple[Token, ...]:
        """`( … )` with everything in it."""
        words = [self.expect("(")]
        depth = 1
        while depth:
            token = self.take()
            depth += (token.text == "(") - (token.text == ")") if not token.quoted else 0
            words.append(token)
        return tuple(words)

    # ------------------------------------------------------------------------------------------- logic

    def logic(self, depth: int) -> Logic:
        return self.joined("or", depth)

    def joined(self, how: str, depth: int) -> Logic:
        parts = [self.operand(how, depth)]
        while self.peek() == how:
            self.take()
            parts.append(self.operand(how, depth))
        return parts[0] if len(parts) == 1 else Joined(how, tuple(parts))

    def operand(self, how: str, depth: int) -> Logic:
        if depth > _DEEPEST:
            raise ValueError("tests are nested too deep")
        if how == "or":
            return self.joined("and", depth)
        if self.peek() == "not":
            self.take()
            return Joined("not", (self.operand("and", depth + 1),))
        if self.peek() == "(":
            self.take()
            inner = self.joined("or", depth + 1)
            self.expect(")")
            return inner
        return self.test()

    def test(self) -> Test:
        words: list[Token] = []
        while self.at < len(self.tokens) and self.peek() not in {"then", "and", "or"}:
            if self.peek() == ")":
                break
            if self.peek() == "(":
                words.extend(self.bracketed())
            else:
                words.append(self.take())
        if not words:
            raise ValueError("a test is missing")
        return Test(tuple(words))


def _split(words: tuple[Token, ...]) -> list[list[Token]]:
    """What stands between the commas that are in no inner bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in words:
        if not token.quoted:
            depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and not depth and not token.quoted:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def always_ends(block: Block) -> bool:
    """Whether no route gets past the end of the block: every way through it ends in `drop` or `done`."""
    for each in block:
        if isinstance(each, Dispose) and each.how != "pass":
            return True
        closed = isinstance(each, Choice) and each.branches[-1].test is None
        if closed and isinstance(each, Choice) and all(always_ends(branch.body) for branch in each.branches):
            return True
    return False
