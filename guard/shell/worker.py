"""A worker's own side of its pipe: one piece of work after the other, warm, until the pipe ends.

Law: a bug ends the process, and the pipe with it; what was sent before is whole. The files of the latest snapshots are
kept, so that a check names its base by digest and the texts cross the pipe once.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from guard.model.errors import InputInvalid
from guard.shell.errors import EngineUnavailable, RequestInvalid
from guard.shell.garbage import Garbage

#: A worker that has had nothing to do for so long (in s) looks whether there is garbage to collect.
_IDLE = 0.2
#: Snapshots whose texts are kept: a base, and those that a change may name beside it.
_FOLDERS = 3


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a snapshot, by its digest. In the fields of a call the worker puts their texts in its place."""

    digest: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the pipeline's `check` gave, as plain values."""

    verdict: str
    document: dict[str, Any]
    digests: Mapping[str, str]
    author: str


def serve(pipe: Connection, pipeline: str, niceness: int) -> None:
    """Answer until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the server drains, then ends us
    _die_with_parent()
    if niceness:
        os.nice(niceness)
    module = importlib.import_module(pipeline)
    gc.disable()  # a check makes millions of objects that live as long as it does
    pipe.send(("ready",))
    folders, garbage = _Folders(pipe), Garbage()
    while True:
        try:
            if not pipe.poll(_IDLE):
                garbage.look()
            function, fields = pipe.recv()
            told = folders.in_place_of(fields)
        except (EOFError, OSError):
            return
        pipe.send(_answer(module, function, told, lambda stage, fraction: pipe.send(("progress", stage, fraction))))
        garbage.look_when_busy()


class _Folders:
    """The texts of the latest snapshots; what is not here is asked for."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._held: OrderedDict[str, Mapping[str, str]] = OrderedDict()

    def in_place_of(self, value: Any) -> Any:
        """A value of the other side with its folders filled."""
        match value:
            case Folder(digest):
                return self._texts(digest)
            case dict():
                return {name: self.in_place_of(each) for name, each in value.items()}
            case _:
                return value

    def _texts(self, digest: str) -> Mapping[str, str]:
        if digest not in self._held:
            self._pipe.send(("wants", digest))
            files: Mapping[str, bytes] = self._pipe.recv()
            self._held[digest] = {path: each.decode("utf-8", "surrogateescape") for path, each in files.items()}
            if len(self._held) > _FOLDERS:
                self._held.popitem(last=False)
        self._held.move_to_end(digest)
        return self._held[digest]


def _answer(module: Any, name: str, fields: Mapping[str, Any], progress: Any) -> tuple[Any, ...]:
    function = getattr(module, name, None)
    if function is None:
        return ("unsupported", f"this server cannot {name.replace('_', ' ')}")
    try:
        if name != "check":
            return ("done", function(**fields))
        result = function(module.CheckRequest(**fields), progress)
    except (InputInvalid, RequestInvalid) as error:
        return ("invalid", error.code, error.message, error.file, error.line)
    except EngineUnavailable as error:
        return ("no-engine", error.code, error.message)
    digests = {each: getattr(result.digests, each) for each in ("base", "candidate", "policies", "change")}
    return ("done", Outcome(result.verdict, result.document, digests, result.author))


def _die_with_parent() -> None:
    """End at once when the server does, in the middle of a check too: nobody waits for its answer."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(1)

    threading.Thread(target=watch, name="guard-parent", daemon=True).start()
