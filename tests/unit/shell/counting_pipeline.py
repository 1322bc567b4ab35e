"""A stand-in for the pipeline that tells what the process that it runs in was asked before."""

import os
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

HELD: list[str] = []


@dataclass(frozen=True)
class CheckRequest:
    base_files: Any
    known: Any = None
    wanted: str = ""


def check(request: CheckRequest, progress: Any) -> Any:
    if request.wanted == "die":
        os._exit(7)
    document = {
        "worker": os.getpid(),
        "held": list(HELD),
        "files": request.base_files,
        "known": request.known,
        "nice": os.nice(0),
    }
    digests = SimpleNamespace(base="", candidate="", policies="", change="")
    return SimpleNamespace(verdict="ALLOW", document=document, digests=digests, author="")


def hold(base_files: Any, failures: int | None, **_: Any) -> None:
    time.sleep(float(base_files.get("seconds", "0")))
    HELD.append(f"{base_files['name']} {failures}")
