"""The few things that the store asks of a file system, so that a test can make each of them fail.

Law: what `written` and `append` return from is on the disk (fsync of the file, and of its folder where a name is new).
"""

import os
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o600, 0o700


class Disk:
    """The real file system."""

    def open_append(self, path: Path) -> int:
        """A descriptor to append to a file; the file is made, with its name durable, if it is not there."""
        new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
        if new:
            self.fsync(descriptor)
            self.sync_folder(path.parent)
        return descriptor

    def write(self, descriptor: int, data: bytes) -> int:
        """Write some of the data; how much of it went out."""
        return os.write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        """Wait until everything written to the file is on the disk."""
        os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to a size."""
        os.ftruncate(descriptor, size)

    def replace(self, source: Path, target: Path) -> None:
        """Give a file its name, in one step."""
        os.replace(source, target)

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        os.close(descriptor)

    def read(self, path: Path) -> bytes:
        """The content of a file; empty if it is not there."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""

    def sync_folder(self, path: Path) -> None:
        """Make the names in a folder durable."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make_folder(self, path: Path) -> None:
        """Make a folder for nobody but its owner, with those above it."""
        if path.is_dir():
            return
        self.make_folder(path.parent)
        path.mkdir(FOLDER_MODE, exist_ok=True)
        self.sync_folder(path.parent)

    def append(self, descriptor: int, data: bytes) -> None:
        """Append all of the data and wait until it is on the disk."""
        view = memoryview(data)
        while view:
            view = view[self.write(descriptor, bytes(view)) :]
        self.fsync(descriptor)

    def written(self, path: Path, data: bytes, *, mode: int = FILE_MODE) -> None:
        """Write a whole file so that its name holds all of the data or is not there."""
        self.made(path, data, mode=mode)
        self.sync_folder(path.parent)

    def made(self, path: Path, data: bytes, *, mode: int = FILE_MODE) -> None:
        """As `written`, the folder left to be synced by the caller, once for many files."""
        draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        try:
            self.append(descriptor, data)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        finally:
            self.close(descriptor)
        self.replace(draft, path)
