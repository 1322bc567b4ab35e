"""A network of ours on a Batfish service, and the snapshots in it: uploaded whole, or forked from one that is there.

Law: a fork is only another way to the same snapshot. What is no longer needed is deleted.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import OrderedDict
from dataclasses import dataclass

from guard.shell.batfish.faults import BatfishFault
from guard.shell.batfish.lease import RENEWAL, is_left_behind, new_name
from guard.shell.batfish.service import Files, Order, Service
from guard.snapshot.files import BLACKLIST, RUNTIME

#: Snapshots that stay on the service: the moments of a change of several steps. A data plane of 223 devices is 1 GB.
KEPT = 8
#: A candidate is a fork where it shares at least half of its files with a snapshot that is there.
LEAST_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """A snapshot on the service, by what was sent."""

    name: str
    files: Files


class Workspace:
    """One network; made when it is first needed, deleted by `close`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._made, self._count = time.monotonic(), 0
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._pid = os.getpid()
        _remove_left_behind(service)
        self.network = new_name()
        service.enter(self.network)

    @property
    def is_usable(self) -> bool:
        """Not in a process that was forked off, and not so old that others may take it for left behind."""
        return self._pid == os.getpid() and time.monotonic() - self._made < RENEWAL

    def close(self) -> None:
        """Delete the network; a service that cannot be reached any more keeps it until the next guard looks."""
        if self._pid == os.getpid():
            with contextlib.suppress(BatfishFault):
                self.service.delete_network(self.network)

    def snapshot(self, key: str, files: Files) -> str:
        """The name of the snapshot with these files; `key` names the content."""
        if key not in self._held:
            name = self._new_name()
            parent = self._parent(files)
            if parent is None:
                self.service.upload(name, files)
            else:
                changed = {path: text for path, text in files.items() if parent.files.get(path) != text}
                self.service.fork(parent.name, name, Order(changed))
            self._held[key] = Held(name, files)
        self._held.move_to_end(key)
        while len(self._held) > KEPT:
            _, oldest = self._held.popitem(last=False)
            self.service.delete_snapshot(oldest.name)
        return self._held[key].name

    def name_of(self, key: str) -> str | None:
        """The name of a snapshot that is there."""
        return self._held[key].name if key in self._held else None

    def drop(self, key: str) -> None:
        """Forget a snapshot that was not as it should be."""
        held = self._held.pop(key, None)
        if held is not None:
            self.service.delete_snapshot(held.name)

    def fork(self, base: str, order: Order) -> str:
        """A snapshot like `base` but for the order; `forget` it when it was read."""
        name = self._new_name()
        self.service.fork(base, name, order)
        return name

    def whole(self, files: Files) -> str:
        """A snapshot that nothing is forked from; `forget` it when it was read."""
        name = self._new_name()
        self.service.upload(name, files)
        return name

    def forget(self, name: str) -> None:
        self.service.delete_snapshot(name)

    def _parent(self, files: Files) -> Held | None:
        """The snapshot that most files are shared with, of those that a fork can start from."""
        best, most = None, LEAST_SHARED * len(files)
        for held in self._held.values():
            if not _can_become(held.files, files):
                continue
            shared = sum(files[path] == text for path, text in held.files.items())
            if shared > most:
                best, most = held, shared
        return best

    def _new_name(self) -> str:
        self._count += 1
        return f"s{self._count}"


def _can_become(files: Files, wanted: Files) -> bool:
    """A fork adds and replaces files, and takes more down: it removes no file and brings nothing up again.

    Batfish keeps the blacklist of a snapshot as runtime data, where that of a fork is added to it.
    """
    same_down = files.get(BLACKLIST, wanted.get(BLACKLIST)) == wanted.get(BLACKLIST)
    return files.keys() <= wanted.keys() and same_down and files.get(RUNTIME) == wanted.get(RUNTIME)


def _remove_left_behind(service: Service) -> None:
    """What processes left that were killed. Somebody else may be at it too, so a failure here is no reason to stop."""
    for network in service.networks():
        if is_left_behind(network):
            with contextlib.suppress(BatfishFault):
                service.delete_network(network)
