"""A stand-in for the pipeline where only the service is tested: what it does is written in the change's text."""

import os
import time
from dataclasses import dataclass
from typing import Any

from guard.judge.standing import Standing
from guard.model.digest import sha256
from guard.model.errors import InputInvalid


@dataclass(frozen=True)
class CheckRequest:
    base_files: Any
    change_text: str
    change_name: str
    change_files: Any
    policy_files: Any
    now: Any
    engine: str
    batfish: Any
    failures: Any
    active: Any
    known: Any


@dataclass(frozen=True)
class Digests:
    base: str
    candidate: str
    policies: str
    change: str


@dataclass(frozen=True)
class Outcome:
    verdict: str
    document: dict[str, Any]
    digests: Digests
    author: str


def check(request: CheckRequest, progress: Any) -> Outcome:
    words = dict(line.split(": ", 1) for line in request.change_text.splitlines())
    match words.get("do"):
        case "invalid":
            raise InputInvalid("unknown-device", "there is no device x9", request.change_name, 3)
        case "die":
            os._exit(7)
        case "bug":
            raise AssertionError("a bug")
        case "sleep":
            progress("sleeping", 0.5)
            mark = words.get("mark")
            for _ in range(600):
                if mark:
                    with open(mark, "a") as file:
                        file.write(".")
                time.sleep(0.05)
        case _:
            progress("judging", 0.5)
    verdict = words.get("verdict", "ALLOW")
    name = words.get("id", "CHG-1")
    text = sha256(request.change_text.encode())
    finding = {"policy": "path-shift", "enforcement": "hold", "status": "new", "step": 1, "message": "moves",
               "subjects": ["ams"], "evidence": [words.get("evidence", "neighbor 10.0.0.1 password hunter2")]}
    digests = Digests("sha256:" + "b" * 64, sha256(b"after" + text.encode()), "sha256:" + "d" * 64, text)
    document = {
        "verdict": verdict,
        "change": {"id": name, "digest": text},
        "snapshot": {"base": digests.base, "candidate": digests.candidate},
        "findings": [] if verdict == "ALLOW" else [finding],
        "files": sorted(request.change_files),
        "policies": sorted(request.policy_files),
        "earlier": [change.text for change in request.active.earlier],
        "worker": os.getpid(),
    }
    return Outcome(verdict, document, digests, words.get("author", ""))


def prove(**_: Any) -> tuple[Standing, bytes]:
    document = b"{}"
    return Standing(sha256(document), True, ""), document


def list_policies(policy_files: Any) -> list[dict[str, str]]:
    return [{"name": name, "description": "own", "enforcement": "deny", "source": name} for name in policy_files]
