"""What other policies would have decided on the checks of the audit log: each change judged again on its own snapshot.

Judged anew is what a change does by itself. What only the server knew then (changes allowed and not yet done, another
active snapshot, the standing of its proof) is not; the verdict on the record is shown beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.engines.engine import Engine
from guard.model.errors import InputInvalid
from guard.pipeline import CheckOutcome, CheckRequest, check
from guard.shell import clock
from guard.shell.engines import engines_for
from guard.shell.errors import GuardError
from guard.shell.judging import layers, texts
from guard.shell.store.reader import StateReader


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One check. `stops` and `no_longer`: policies that do, and no longer do, keep the change from ALLOW."""

    entry: int
    time: str
    change: str
    recorded: str
    in_force: str
    proposed: str
    stops: tuple[str, ...] = ()
    no_longer: tuple[str, ...] = ()
    note: str = ""

    def row(self) -> dict[str, Any]:
        """A row of the table."""
        return {
            "entry": self.entry,
            "time": self.time,
            "change": self.change,
            "recorded": self.recorded,
            "in_force": self.in_force,
            "proposed": self.proposed,
            "stops": list(self.stops),
            "no_longer": list(self.no_longer),
            "note": self.note,
        }


def rehearse(state: Path, proposed: Sequence[Mapping[str, str]], last: int) -> Iterator[Rehearsed]:
    """The last checks of a state folder, oldest first, by the policies that it has and by those with `proposed` over
    them; engine: the embedded one, which remembers what the checks of one snapshot share."""
    reader = StateReader(state)
    own = layers(reader.policies())
    engines = engines_for("embedded", None)
    checks = [each for each in reader.entries() if each.get("kind") == "check" and each.get("verdict")]
    for entry in checks[-last:]:
        yield _rehearsed(reader, entry, engines, own, (*own, *proposed))


def _rehearsed(
    reader: StateReader,
    entry: Mapping[str, Any],
    engines: Sequence[Engine],
    own: Sequence[Mapping[str, str]],
    proposed: Sequence[Mapping[str, str]],
) -> Rehearsed:
    named = (entry["id"], entry["time"], entry["change_id"], entry["verdict"])
    try:
        before, after = (_judged(reader, entry, engines, each) for each in (own, proposed))
    except (GuardError, InputInvalid) as error:
        return Rehearsed(*named, "-", "-", note=str(error))
    old, new = _stopping(before), _stopping(after)
    return Rehearsed(*named, before.verdict, after.verdict, tuple(sorted(new - old)), tuple(sorted(old - new)))


def _judged(
    reader: StateReader, entry: Mapping[str, Any], engines: Sequence[Engine], policies: Sequence[Mapping[str, str]]
) -> CheckOutcome:
    details = entry["details"]
    text, files = reader.change(details["bundle"])
    request = CheckRequest(
        base_files=texts(reader.snapshot(details["snapshot"])),
        change_text=text.decode("utf-8", "surrogateescape"),
        change_name=str(details["change_name"]),
        change_files=texts(files),
        policies=policies,
        now=clock.read(entry["time"]),
    )
    return check(request, engines)


def _stopping(outcome: CheckOutcome) -> frozenset[str]:
    findings = outcome.document["findings"]
    stops = (each for each in findings if each["status"] in ("new", "undecided") and each["enforcement"] != "warn")
    return frozenset(each["policy"] for each in stops)
