"""Cases given as facts: what the tests of policies are written in (docs/policies.md).

`before` and `after` say, in the words of docs/facts.md, what an engine would have computed; `after` inherits what it
does not say. Nothing is simulated, so a case shows what a policy does with facts, not where they come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from guard.engines.agreement import Difference, Fact
from guard.engines.known_differences import KNOWN
from guard.judge.case import Case, CommandEffect, Undecided, View, step_times, step_view
from guard.judge.finding import Enforcement, Finding, Status
from guard.judge.given_network import assessment, failures, interface, loads, mentioned
from guard.judge.opinion import SecondOpinion
from guard.model.coverage import Coverage
from guard.model.device import Device, Vendor
from guard.model.dns import RRset
from guard.model.inventory import Inventory
from guard.model.provenance import Source
from guard.model.server_facts import PastChange, PastRecord
from guard.parse.change import parse_change
from guard.parse.inventory import parse_inventory
from guard.parse.yaml_text import Node
from guard.snapshot.load import load
from guard.snapshot.snapshot import Snapshot

#: The clock of a case that names none.
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
#: What a record was, or became, that a case says only of that it was altered.
_SOME = RRset(60, ("",))

_SNAPSHOT = ("files", "devices", "inventory", "down")
_STEP = ("commands", "undecided", "failures", "loads", "loads_after")
_CASE = (
    "name", "expect", "enforcement", "step", "change", "before", "after", "now", "binding", "active",
    "subjects", "earlier", "together", "past", "second",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One case of a policy's own tests. `expect`: held, violated, existing, undecided or waived.

    `enforcement` and `step` "" / None: not looked at; `subjects`: names that the finding must bear.
    """

    name: str
    expect: str
    case: Case
    source: Source
    enforcement: str = ""
    step: int | None = None
    subjects: tuple[str, ...] = field(default=())


def read_case(node: Node) -> Given:
    """A case from its YAML; InputInvalid with file and line for what cannot be read."""
    at = node.fields(*_CASE, required=("name", "expect"))
    expect = at["expect"].choice("held", "violated", "existing", "undecided")
    now = at["now"].time() if "now" in at else NOW
    change = parse_change(_change_text(at.get("change"), at.get("after")), node.file, {})
    before = dict(at["before"].entries()) if "before" in at else {}
    base = _view(before)
    steps = []
    facts = before
    times = step_times(change.steps, now)
    for number, after in enumerate(_afters(at.get("after"), len(change.steps)), start=1):
        facts = {**facts, **after}
        view = _view(facts, base.snapshot)
        commands = tuple(_command(each) for each in after["commands"].items()) if "commands" in after else ()
        undecided = tuple(Undecided(text) for text in after["undecided"].texts()) if "undecided" in after else ()
        steps.append(
            step_view(change, base, number, view, at=times[number - 1], commands=commands, undecided=undecided)
        )
    return Given(
        name=at["name"].text(),
        expect=expect,
        case=Case(
            change=change,
            base=base,
            steps=tuple(steps),
            now=now,
            binding="binding" in at and at["binding"].flag(),
            active="active" not in at or at["active"].flag(),
            earlier=tuple(replace(change, id=each) for each in at["earlier"].texts()) if "earlier" in at else (),
            together=tuple(map(_finding, at["together"].items())) if "together" in at else (),
            second=_second(at["second"]) if "second" in at else None,
            past=tuple(map(_past, at["past"].items())) if "past" in at else (),
        ),
        source=node.source,
        enforcement=at["enforcement"].text() if "enforcement" in at else "",
        step=at["step"].integer() if "step" in at else None,
        subjects=at["subjects"].texts() if "subjects" in at else (),
    )


def _past(node: Node) -> PastChange:
    """What a change that was allowed before took away; `deleted`, `changed`: RRsets, as `zone owner type`."""
    at = node.fields(
        "id", "at", "author", "same_caller", "approved", "withdrawn", "sessions_lost", "deleted", "changed",
        required=("at",),
    )  # fmt: skip
    records = [PastRecord(*row, _SOME, None) for row in _rrsets(at.get("deleted"))]
    records += [PastRecord(*row, _SOME, _SOME) for row in _rrsets(at.get("changed"))]
    return PastChange(
        entry=0,
        id=at["id"].text() if "id" in at else "",
        digest="",
        at=at["at"].time(),
        approved="approved" in at and at["approved"].flag(),
        records=tuple(records),
        author=at["author"].text() if "author" in at else "",
        same_caller="same_caller" in at and at["same_caller"].flag(),
        withdrawn=at["withdrawn"].texts() if "withdrawn" in at else (),
        sessions_lost=at["sessions_lost"].texts() if "sessions_lost" in at else (),
    )


def _rrsets(node: Node | None) -> Iterator[tuple[str, str, str]]:
    if node is None:
        return
    for text in node.texts():
        if text.count(" ") != 2:
            node.fail("`zone owner type` is wanted")
        zone, owner, type = text.split(" ")
        yield zone, owner, type


def _second(node: Node) -> SecondOpinion:
    """What a second engine makes of the change: differences in the base and after each step, findings of its own."""
    at = node.fields("base", "after", "findings")
    after = tuple(tuple(map(_difference, each.items())) for each in at["after"].items()) if "after" in at else ((),)
    base = tuple(map(_difference, at["base"].items())) if "base" in at else ()
    findings = tuple(map(_finding, at["findings"].items())) if "findings" in at else ()
    return SecondOpinion("batfish", differences=(base, *after), findings=findings)


def _difference(node: Node) -> Difference:
    at = node.fields("fact", "subject", "nodes", "answers", "decides", "known", required=("fact", "subject", "answers"))
    answers = at["answers"].texts()
    if len(answers) != 2:
        at["answers"].fail("two answers, one of each engine")
    named = at["known"].choice(*(each.name for each in KNOWN)) if "known" in at else ""
    return Difference(
        Fact(at["fact"].choice(*Fact)),
        at["subject"].text(),
        at["nodes"].texts() if "nodes" in at else (),
        (answers[0], answers[1]),
        decides="decides" not in at or at["decides"].flag(),
        known=next((each for each in KNOWN if each.name == named), None),
    )


def _finding(node: Node) -> Finding:
    """A finding of the change and the earlier ones together, or of a second engine."""
    at = node.fields("policy", "enforcement", "status", "message", "subjects", required=("policy", "message"))
    enforcement = at["enforcement"].choice(*Enforcement) if "enforcement" in at else Enforcement.DENY
    status = at["status"].choice("new", "undecided") if "status" in at else "new"
    subjects = at["subjects"].texts() if "subjects" in at else ()
    message = at["message"].text()
    return Finding(at["policy"].text(), Enforcement(enforcement), Status(status), 1, message, subjects)


def _change_text(node: Node | None, after: Node | None) -> str:
    """The change as a document; what it leaves out is harmless: a step for each state that the case gives."""
    text = node.text() if node is not None else ""
    if "steps:" not in text:
        count = len(after.items()) if after is not None else 1
        text += "\nsteps:\n" + "- {file: inventory.yaml, replace: ''}\n" * max(count, 1)
    return f"apiVersion: guard/v1\nkind: Change\n{text}"


def _afters(node: Node | None, steps: int) -> Iterator[Mapping[str, Node]]:
    given = [each.entries() for each in node.items()] if node is not None else []
    if len(given) > steps and node is not None:
        node.fail(f"{len(given)} states after {steps} steps")
    yield from given
    for _ in range(steps - len(given)):
        yield {}


def _command(node: Node) -> CommandEffect:
    at = node.fields("device", "command", "known", required=("device", "command", "known"))
    return CommandEffect(at["device"].text(), at["command"].text(), at["known"].flag())


# ------------------------------------------------------------------------------------------------ snapshots


def _view(facts: Mapping[str, Node], base: Snapshot | None = None) -> View:
    network = {key: node for key, node in facts.items() if key not in (*_SNAPSHOT, *_STEP)}
    snapshot = _snapshot(facts, network, base)
    found = assessment(network) if network or snapshot.devices else None
    swept = failures(facts["failures"]) if "failures" in facts else None
    return View(snapshot, found, swept, loads(facts) if "loads" in facts else None)


def _snapshot(facts: Mapping[str, Node], network: Mapping[str, Node], base: Snapshot | None) -> Snapshot:
    files = {path: node.text() for path, node in facts["files"].entries().items()} if "files" in facts else {}
    loaded = load(files)
    devices = dict(loaded.devices)
    known = base.devices if base is not None else {}
    names = facts["devices"].texts() if "devices" in facts else tuple(sorted(mentioned(network) | set(known)))
    for name in names:
        # The same stub on both sides is one object, as an unchanged device is.
        devices.setdefault(name, known.get(name) or Device(name, f"configs/{name}.cfg", Vendor.IOS, Coverage("")))
    inventory = loaded.inventory
    if "inventory" in facts:
        inventory = _inventory(facts["inventory"])
    down = facts["down"].texts() if "down" in facts else ()
    return Snapshot(
        files=loaded.files,
        digest=loaded.digest,
        devices=dict(sorted(devices.items())),
        inventory=inventory,
        live=loaded.live,
        down_nodes=frozenset(name for name in down if "[" not in name),
        down_interfaces=frozenset(interface(name) for name in down if "[" in name),
        zones=loaded.zones,
        server_zones=loaded.server_zones,
        roas=loaded.roas,
        problems=loaded.problems,
    )


def _inventory(node: Node) -> Inventory:
    return parse_inventory(f"apiVersion: guard/v1\nkind: Inventory\n{node.text()}", node.file, {})
