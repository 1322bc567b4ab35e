"""A file system that fails, or a machine that dies, at the n-th thing asked of it."""

import errno
import os
from pathlib import Path

from guard.shell.store.files import Disk


class Crash(BaseException):
    """The machine died here: nothing after it runs."""


class FaultyDisk(Disk):
    """Fails at operation `at` (counted from 0 after `arm`): `error` once, `full` from then on, or `crash`.

    Of a write that fails or crashes, half has reached the file. What is synced is remembered, so that `lose_unsynced`
    can take away what a power loss would.
    """

    def __init__(self) -> None:
        self.count = 0
        self.at: int | None = None
        self.mode = ""
        self._synced: dict[str, int] = {}

    def arm(self, at: int, mode: str) -> None:
        self.count, self.at, self.mode = 0, at, mode

    def disarm(self) -> None:
        self.at = None

    def write(self, descriptor: int, data: bytes) -> int:
        self._note(descriptor)
        if self._due():
            super().write(descriptor, data[: len(data) // 2])
            self._fail()
        return super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._step()
        super().fsync(descriptor)
        self._synced[self._path(descriptor)] = os.fstat(descriptor).st_size

    def truncate(self, descriptor: int, size: int) -> None:
        self._step()
        super().truncate(descriptor, size)

    def replace(self, source: Path, target: Path) -> None:
        self._step()
        super().replace(source, target)

    def lose_unsynced(self) -> None:
        """Take away what was written after the last fsync of each file."""
        for name, size in self._synced.items():
            path = Path(name)
            if path.is_file() and path.stat().st_size > size:
                os.truncate(path, size)

    def _note(self, descriptor: int) -> None:
        self._synced.setdefault(self._path(descriptor), os.fstat(descriptor).st_size)

    def _path(self, descriptor: int) -> str:
        return os.readlink(f"/proc/self/fd/{descriptor}")

    def _step(self) -> None:
        if self._due():
            self._fail()

    def _due(self) -> bool:
        due = self.at is not None and (self.count >= self.at if self.mode == "full" else self.count == self.at)
        self.count += 1
        return due

    def _fail(self) -> None:
        if self.mode == "crash":
            raise Crash
        raise OSError(errno.ENOSPC if self.mode == "full" else errno.EIO, "injected")
