"""The pipeline as a worker calls it: bytes from the stores to texts, the built-in policies under the operator's own.

The files of snapshots come as texts: the worker keeps them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from guard import pipeline
from guard.engines.memory import Remembering
from guard.judge.policy import load_policies
from guard.judge.policy_test import run_tests
from guard.judge.standing import Standing
from guard.model.device import Interface
from guard.model.digest import canonical
from guard.model.server_facts import ActiveFacts
from guard.shell.data import folder
from guard.shell.engines import engines_for, missing_engine
from guard.shell.garbage import Garbage
from guard.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """A binding check as the service passes it on. `active`: what the server knows beside the request."""

    base_files: Mapping[str, str]
    change_text: str
    change_name: str
    change_files: Mapping[str, bytes]
    policy_files: Mapping[str, bytes]
    now: datetime
    engine: str
    batfish: str | None
    failures: int | None
    active: ActiveFacts
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def check(request: CheckRequest, progress: Callable[[str, float], None]) -> Any:
    """The outcome of the pipeline."""
    return pipeline.check(
        pipeline.CheckRequest(
            base_files=request.base_files,
            change_text=request.change_text,
            change_name=request.change_name,
            change_files=texts(request.change_files),
            policies=layers(request.policy_files),
            now=request.now,
            failures=request.failures,
            binding=True,
            active=request.active,
            missing_engine=missing_engine(request.engine, request.batfish),
            known=request.known,
        ),
        engines_for(request.engine, request.batfish),
        progress,
    )


def hold(
    base_files: Mapping[str, str], policy_files: Mapping[str, bytes], now: datetime, engine: str, batfish: str | None,
    failures: int | None,
) -> None:  # fmt: skip
    """Work out what checks of a base start from: judge a small change of it, whose verdict nobody asked for."""
    deciding = engines_for(engine, batfish)[:1]
    if not isinstance(deciding[0], Remembering):
        return
    change = trial(deciding[0].memory.load(base_files))
    request = pipeline.CheckRequest(base_files, change, "trial", {}, layers(policy_files), now, failures)
    if change:
        pipeline.check(request, deciding)


def trial(base: Snapshot) -> str:
    """A change that touches what a base has of network and names; "" for one that has nothing of both.

    Of the network a port of the device that has most of them: what its loss leads to has other ways.
    """
    ports = {each.name: [face.name for face in each.interfaces if _is_port(face)] for each in base.devices.values()}
    widest = max(sorted(ports), key=lambda name: len(ports[name]), default="")
    steps: list[dict[str, Any]] = [{"down": [f"{widest}[{port}]"]} for port in ports.get(widest, ())[:1]]
    for zone in list(base.zones.values())[:1]:
        steps.append({"zone": str(zone.apex), "update": f"update add guard-trial.{zone.apex} 60 TXT trial"})
    return json.dumps({"apiVersion": "guard/v1", "kind": "Change", "steps": steps}) if steps else ""


def _is_port(face: Interface) -> bool:
    return face.kind == "physical" and bool(face.addresses) and not face.shutdown


def prove(
    base_files: Mapping[str, str], policy_files: Mapping[str, bytes], now: datetime, engine: str, batfish: str | None
) -> tuple[Standing, bytes]:
    """The proof that known-bad changes of a snapshot are caught, as verdicts name it, and its canonical document."""
    from guard.planning import proof

    deciding = engines_for(engine, batfish)[:1]  # the second opinion is asked again for every ALLOW
    garbage = Garbage()  # each known-bad change leaves some
    made = proof.prove(
        base_files, layers(policy_files), deciding, now, progress=lambda *_: garbage.look_when_busy()
    )
    return made.standing, canonical(made.document())


def list_policies(policy_files: Mapping[str, bytes]) -> list[dict[str, str]]:
    """The policies that a check is judged by, the operator's over the built-in ones."""
    return [{"name": each.name, "description": each.description, "enforcement": each.enforcement.value,
             "source": str(each.source)} for each in load_policies(*layers(policy_files)).policies]


def test_policies(policy_files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """How the cases go that the policies bring."""
    return [{"policy": each.policy, "name": each.case, "passed": each.passed, "message": each.why}
            for each in run_tests(load_policies(*layers(policy_files)))]


test_policies.__test__ = False  # type: ignore[attr-defined]  # pytest: the name is not an invitation


def layers(own: Mapping[str, bytes]) -> tuple[dict[str, str], dict[str, str]]:
    """The built-in policies, and the operator's over them."""
    built_in = folder("policies")
    files = {path.relative_to(built_in).as_posix(): path.read_bytes() for path in _policy_paths(built_in)}
    return texts(files), texts(own)


def texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Files as the parsers read them: bytes that are no UTF-8 are kept as they are, by surrogates."""
    return {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}


def _policy_paths(built_in: Path) -> list[Path]:
    return [path for path in sorted(built_in.rglob("*.y*ml")) if path.is_file()]
