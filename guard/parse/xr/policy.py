"""Route-policies: their text as it stands in the file, and at the end the model's RoutePolicy of terms.

A policy ends with `drop` unless something passed or changed the route; `pass` and every change go on, `done` and
`drop` end. Tests see the route as it came in, so statements become terms in order, each with all that was asked on the
way to it. `apply` is read as though the other policy's statements stood in its place. (Cisco IOS XR Routing
Configuration Guide, "Implementing Routing Policy": default drop disposition, when attributes are modified, control
flow.)
"""

from __future__ import annotations

from guard.model.policy import NEXT_IN_ORDER, Action, All, Condition, Not, Outcome, RoutePolicy, Term
from guard.parse.cisco.table import malformed
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr import program
from guard.parse.xr.actions import actions
from guard.parse.xr.conditions import Tests
from guard.parse.xr.program import Act, Apply, Block, Choice, Dispose, Logic
from guard.parse.xr.reading import PolicyText, XrReading
from guard.parse.xr.tokens import bound, call, is_comment, tokens

#: Policies that apply each other nest so deep at most (`rpl maximum` knows no depth; a loop is refused at commit).
_DEEPEST = 16
#: Terms of one policy; beyond, what is applied over and over is not written out.
_MOST_TERMS = 5_000


def route_policy(line: Line, context: Context, reading: XrReading) -> None:
    """`route-policy NAME[($a, …)] … end-policy`: kept as text until the whole file has been read."""
    name, parameters = call(" ".join(line.words[1:]))
    last = line.children[-1] if line.children else line
    context.done(line)
    for child in line.children:
        if is_comment(child.text):
            context.ignore(child, "a remark")
        else:
            context.done(child)
    if last.words != ("end-policy",):
        context.partial(line, "the policy does not end: `end-policy` is missing")
        context.warn(line, f"route-policy {name} does not end")
    body = tokens(child for child in line.children if child.words != ("end-policy",))
    reading.rpl[name] = PolicyText(name, parameters, body, line, last)


def finish(context: Context, reading: XrReading) -> None:
    """Make the model's policies; those that some place calls with arguments once more for each way of calling."""
    for text in reading.rpl.values():
        reading.policies[text.name] = _policy(text, (), text.name, context, reading)
    while missing := [name for name in reading.attached if name not in reading.policies]:
        for name in missing:
            base, arguments = reading.attached[name]
            text_or_none = reading.rpl.get(base)
            if text_or_none is None or len(reading.policies) > _MOST_TERMS:
                del reading.attached[name]
                continue
            reading.policies[name] = _policy(text_or_none, arguments, name, context, reading)


def _policy(
    text: PolicyText, arguments: tuple[str, ...], name: str, context: Context, reading: XrReading
) -> RoutePolicy:
    compiler = _Compiler(context, reading, quiet=bool(text.parameters) and not arguments)
    try:
        if arguments and len(arguments) != len(text.parameters):
            raise ValueError(f"{len(text.parameters)} arguments are due, {len(arguments)} given")
        block = _program(text, arguments, reading)
        compiler.block(block, (), tail=True, held=_Held(), depth=0)
    except (ValueError, IndexError, KeyError) as problem:
        malformed(text.header, context, str(problem))
        compiler.terms.clear()
    source = context.source(text.header, text.last)
    return RoutePolicy(name, tuple(compiler.terms), source, Outcome.REJECT)


def _program(text: PolicyText, arguments: tuple[str, ...], reading: XrReading) -> Block:
    """The statements of a policy with its parameters bound, read once for each way of calling it."""
    key = (text.name, arguments)
    found = reading.programs.get(key)
    if found is None:
        found = program.read(bound(text.body, dict(zip(text.parameters, arguments, strict=False))))
        reading.programs[key] = found
    return found


class _Held:
    """Changes that are made on the way and not yet part of a term, and whether they let the route pass."""

    __slots__ = ("actions", "lines", "passed")

    def __init__(self, actions: tuple[Action, ...] = (), lines: tuple[Line, ...] = (), *, passed: bool = False) -> None:
        self.actions = actions
        self.lines = lines
        self.passed = passed

    def then(self, more: tuple[Action, ...], line: Line) -> _Held:
        return _Held((*self.actions, *more), (*self.lines, line), passed=True)


class _Compiler:
    """Writes statements as terms. `tail`: nothing follows, so that what passed is accepted there and then."""

    def __init__(self, context: Context, reading: XrReading, *, quiet: bool) -> None:
        self.context = context
        self.reading = reading
        self.tests = Tests(reading, context, quiet=quiet)
        self.terms: list[Term] = []
        self.asked: list[Line] = []  # the tests and calls that lead to where the writing is
        self.near = 0  # how many of them stand in the policy that is being written

    def block(
        self, block: Block, path: tuple[Condition, ...], *, tail: bool, held: _Held, depth: int
    ) -> tuple[bool, _Held]:
        """Write a block; answers whether no route gets past it, and what is held back for what follows it."""
        for at, each in enumerate(block):
            last = at == len(block) - 1
            match each:
                case Act(words):
                    held = held.then(self.actions(each), words[0].line)
                case Dispose("pass", line):
                    held = held.then((), line)
                case Dispose("drop", line):
                    self.term(path, (), (*held.lines, line), Outcome.REJECT)
                    return True, _Held()
                case Dispose(_, line):
                    self.term(path, held.actions, (*held.lines, line), Outcome.ACCEPT)
                    return True, _Held()
                case Choice():
                    ended, held = self.choice(each, path, tail=tail and last, held=held, depth=depth)
                    if ended:
                        return True, _Held()
                case Apply():
                    ended, held = self.applied(each, path, tail=tail and last, held=held, depth=depth)
                    if ended:
                        return True, _Held()
        return self.end(path, tail=tail, held=held)

    def end(self, path: tuple[Condition, ...], *, tail: bool, held: _Held) -> tuple[bool, _Held]:
        """The end of a block: where nothing follows, what passed is accepted."""
        if not (tail and held.passed):
            return False, held
        self.term(path, held.actions, held.lines, Outcome.ACCEPT)
        return True, _Held()

    def flush(self, path: tuple[Condition, ...], held: _Held) -> _Held:
        """Write what is held back as a term that goes on, and passes unless a later one drops."""
        if held.passed:
            self.term(path, held.actions, held.lines, Outcome.ACCEPT, NEXT_IN_ORDER)
        return _Held()

    def choice(
        self, choice: Choice, path: tuple[Condition, ...], *, tail: bool, held: _Held, depth: int
    ) -> tuple[bool, _Held]:
        """Its branches, each behind the ones that let routes go on. What is held goes with them where all end."""
        if not tail and not all(program.always_ends(branch.body) for branch in choice.branches):
            held = self.flush(path, held)
        asked, all_ended = path, True
        for branch in choice.branches:
            test = None if branch.test is None else self.condition(branch.test)
            here = asked if test is None else (*asked, test)
            self.asked.append(branch.line)
            self.near += 1
            ended, left = self.block(branch.body, here, tail=tail, held=held, depth=depth)
            if not ended and not tail:
                self.flush(here, left)
            self.asked.pop()
            self.near -= 1
            if not ended and test is not None:
                asked = (*asked, Not(test))
            all_ended = all_ended and ended
        if choice.branches[-1].test is None:
            return all_ended, _Held()
        return self.end(asked, tail=tail, held=held)

    def condition(self, test: Logic) -> Condition:
        """What a test asks; programs are kept, so that one object stands for one test of a policy."""
        key = (id(test), self.tests.quiet)
        found = self.reading.conditions.get(key)
        if found is None:
            found = self.reading.conditions[key] = self.tests.condition(test)
        return found

    def actions(self, act: Act) -> tuple[Action, ...]:
        key = (id(act), self.tests.quiet)
        found = self.reading.actions.get(key)
        if found is None:
            found = self.reading.actions[key] = actions(self.tests, act.words)
        return found

    def applied(
        self, apply: Apply, path: tuple[Condition, ...], *, tail: bool, held: _Held, depth: int
    ) -> tuple[bool, _Held]:
        text = self.reading.rpl.get(apply.name)
        self.tests.refer("route-map", apply.name, apply.line, "route-policy apply")
        if text is None or depth >= _DEEPEST or len(self.terms) > _MOST_TERMS:
            if text is not None:
                self.context.partial(
                    apply.line, "policies apply each other in a circle or too often: it is taken as a drop"
                )
            self.term(path, (), (*held.lines, apply.line), Outcome.REJECT)
            return True, _Held()
        if len(apply.arguments) != len(text.parameters) and not self.tests.quiet:
            raise ValueError(f"{apply.name} takes {len(text.parameters)} arguments, {len(apply.arguments)} are given")
        block = _program(text, apply.arguments, self.reading)
        self.asked.append(apply.line)
        near, self.near = self.near, 0
        found = self.block(block, path, tail=tail, held=held, depth=depth + 1)
        self.near = near
        self.asked.pop()
        return found

    def term(
        self,
        path: tuple[Condition, ...],
        made: tuple[Action, ...],
        lines: tuple[Line, ...],
        outcome: Outcome,
        goto: int | None = None,
    ) -> None:
        """One more term; its name is its number, as the entries of a route-map have. It stands from its test on."""
        sources = tuple(self.context.source(line) for line in dict.fromkeys((*self.asked, *lines)))
        last = lines[-1].number
        begin = min(self.asked[-1].number, last) if self.near else last
        where = sources[-1]._replace(first=begin, last=last)
        condition = path[0] if len(path) == 1 else All(path)
        name = str(len(self.terms) + 1)
        self.terms.append(Term(name, condition, made, outcome, where, goto, sources))
